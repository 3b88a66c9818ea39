package console

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/docket"
)

// attachmentView is a voice note or a photo beside the answers.
type attachmentView struct {
	ID      string
	Label   string // of the step that asked for it
	Seconds string // length of a voice note, or ""
	Audio   bool
	Missing bool // it has not come yet
	Wrong   bool // what came is not what the request names
}

// attachments are those that a request names, in its order, as far as they came.
func (c *Console) attachments(ctx context.Context, body request.Request) ([]attachmentView, error) {
	if len(body.Attachments) == 0 {
		return nil, nil
	}
	came, err := c.Store.Attachments(ctx, body.ID)
	if err != nil {
		return nil, err
	}
	var all []attachmentView
	for _, r := range body.Attachments {
		v := attachmentView{ID: r.ID, Label: c.label(body.Service, r.Step), Audio: strings.HasPrefix(r.Type, "audio/"), Missing: true}
		if v.Audio && r.Seconds > 0 {
			v.Seconds = strconv.Itoa(r.Seconds)
		}
		for _, a := range came {
			if a.ID == r.ID {
				v.Missing, v.Wrong = false, !a.Is(r)
			}
		}
		all = append(all, v)
	}
	return all, nil
}

// label is what the catalogue calls an answer; an unknown step keeps its id.
func (c *Console) label(serviceCode, stepID string) string {
	if service, ok := c.Catalog().Service(serviceCode); ok {
		if step, ok := service.Step(stepID); ok && step.Label != "" {
			return step.Label
		}
	}
	if stepID == "" {
		return phrase.Text("console.attachment")
	}
	return stepID
}

// attachment serves the bytes of one. They came from outside: the browser is told
// what they are, may take them for nothing else, and runs nothing in them.
func (c *Console) attachment(w http.ResponseWriter, r *http.Request, _ docket.Session) error {
	a, err := c.Store.Attachment(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if !slices.Contains(docket.AttachmentTypes, a.Type) {
		return docket.ErrNotFound
	}
	h := w.Header()
	h.Set("Content-Type", a.Type)
	h.Set("Content-Disposition", "inline")
	h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	// In parts where the browser asks so: a voice note can be wound back.
	http.ServeContent(w, r, "", a.ReceivedAt, bytes.NewReader(a.Data))
	return nil
}

// maskedNumber leaves the head and the tail of an ID card's number:
// 110***********1234. The whole stays in the docket.
func maskedNumber(number string) string {
	const head, tail = 3, 4
	if len(number) < 2*(head+tail) {
		return strings.Repeat("*", len(number))
	}
	return number[:head] + strings.Repeat("*", len(number)-head-tail) + number[len(number)-tail:]
}
