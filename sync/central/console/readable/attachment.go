package readable

import (
	"context"
	"strconv"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/privacy"
)

// Attachment is a voice note or a photo beside the answers.
type Attachment struct {
	ID      string
	Case    int64
	Label   string // of the step that asked for it
	Seconds string // length of a voice note, or ""
	Audio   bool
	Missing bool // it has not come yet
	Wrong   bool // what came is not what the request names
}

// Attachments are those that a request names, in its order, as far as they came. number
// is the case on whose page they are shown, or 0.
func (r Reader) Attachments(ctx context.Context, number int64, body request.Request) ([]Attachment, error) {
	if len(body.Attachments) == 0 {
		return nil, nil
	}
	came, err := r.Store.Attachments(ctx, body.ID)
	if err != nil {
		return nil, err
	}
	var all []Attachment
	for _, named := range body.Attachments {
		v := Attachment{ID: named.ID, Case: number, Label: r.Label(body.Service, named.Step), Audio: strings.HasPrefix(named.Type, "audio/"), Missing: true}
		if v.Audio && named.Seconds > 0 {
			v.Seconds = strconv.Itoa(named.Seconds)
		}
		for _, a := range came {
			if a.ID == named.ID {
				v.Missing, v.Wrong = false, !a.Is(named)
			}
		}
		all = append(all, v)
	}
	return all, nil
}

// Label is what the catalogue calls an answer; an unknown step keeps its id.
func (r Reader) Label(serviceCode, stepID string) string {
	if service, ok := r.Catalog().Service(serviceCode); ok {
		if step, ok := service.Step(stepID); ok && step.Label != "" {
			return step.Label
		}
	}
	if stepID == "" {
		return phrase.Text("console.attachment")
	}
	return stepID
}

// MaskedNumber is the number of an ID card as pages show it. The whole stays in the
// docket.
func MaskedNumber(number string) string { return privacy.IDNumber(number) }
