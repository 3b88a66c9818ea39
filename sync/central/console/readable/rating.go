package readable

import (
	"context"

	"lintai/kiosk/catalog"
	"lintai/kiosk/request"
	"lintai/sync/central/docket"
)

// Rating is one rating, beside its case or by itself.
type Rating struct {
	docket.Rating
	Terminal    string
	Words       []Labelled
	Attachments []Attachment
}

// Rating makes a rating readable. Its code is not shown: with it, staff could
// rate their own work.
func (r Reader) Rating(ctx context.Context, one docket.Rating, names map[int]string) (Rating, error) {
	v := Rating{Rating: one, Terminal: names[one.Kiosk]}
	body, err := one.Request()
	if err != nil {
		return v, err
	}
	v.Words = r.words(body)
	v.Attachments, err = r.Attachments(ctx, one.Case, body)
	return v, err
}

// words are the answers of a rating without the stars and the codes.
func (r Reader) words(body request.Request) []Labelled {
	service, known := r.Catalog().Service(body.Service)
	var all []Labelled
	for _, a := range body.Answers {
		if known {
			if step, ok := service.Step(a.Step); ok && (step.Kind == catalog.Rating || step.Kind == catalog.Ticket) {
				continue
			}
		}
		all = append(all, Labelled{r.Label(body.Service, a.Step), a.Text})
	}
	return all
}

// Ratings are what was said about a case.
func (r Reader) Ratings(ctx context.Context, number int64, names map[int]string) ([]Rating, error) {
	ratings, err := r.Store.Ratings(ctx, number)
	if err != nil {
		return nil, err
	}
	var all []Rating
	for _, one := range ratings {
		v, err := r.Rating(ctx, one, names)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}
