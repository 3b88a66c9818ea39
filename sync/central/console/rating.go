package console

import (
	"context"
	"net/http"

	"lintai/kiosk/catalog"
	"lintai/kiosk/request"
	"lintai/sync/central/docket"
)

// unfiledRatings is how many are listed.
const unfiledRatings = 20

// ratingView is one rating, beside its case or by itself.
type ratingView struct {
	docket.Rating
	Terminal    string
	Words       []labelled
	Attachments []attachmentView
}

// rating makes a rating readable. Its code is not shown: with it, staff could
// rate their own work.
func (c *Console) ratingView(ctx context.Context, r docket.Rating, names map[int]string) (ratingView, error) {
	v := ratingView{Rating: r, Terminal: names[r.Kiosk]}
	body, err := r.Request()
	if err != nil {
		return v, err
	}
	v.Words = c.words(body)
	v.Attachments, err = c.attachments(ctx, body)
	return v, err
}

// words are the answers of a rating without the stars and the codes.
func (c *Console) words(body request.Request) []labelled {
	service, known := c.Catalog().Service(body.Service)
	var all []labelled
	for _, a := range body.Answers {
		if known {
			if step, ok := service.Step(a.Step); ok && (step.Kind == catalog.Rating || step.Kind == catalog.Ticket) {
				continue
			}
		}
		all = append(all, labelled{c.label(body.Service, a.Step), a.Text})
	}
	return all
}

func (c *Console) ratings(ctx context.Context, number int64, names map[int]string) ([]ratingView, error) {
	ratings, err := c.Store.Ratings(ctx, number)
	if err != nil {
		return nil, err
	}
	var all []ratingView
	for _, r := range ratings {
		v, err := c.ratingView(ctx, r, names)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// oneRating is the page of a rating that counts for no case.
func (c *Console) oneRating(w http.ResponseWriter, r *http.Request, s docket.Session) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	rating, err := c.Store.Rating(r.Context(), n)
	if err != nil {
		return err
	}
	names, err := c.terminalNames(r.Context())
	if err != nil {
		return err
	}
	v, err := c.ratingView(r.Context(), rating, names)
	if err != nil {
		return err
	}
	return c.show(w, r, s, "rating", "rating", v)
}

func (c *Console) handleRating(w http.ResponseWriter, r *http.Request, s docket.Session) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	if err := c.Desk.HandleRating(r.Context(), n, s.Name); err != nil {
		return err
	}
	http.Redirect(w, r, "/console", http.StatusSeeOther)
	return nil
}
