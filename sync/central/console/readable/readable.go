// Package readable makes what terminals sent readable to staff: answers under the
// labels of the catalogue, attachments, ratings, names as far as a page needs them.
package readable

import (
	"context"

	"lintai/kiosk/catalog"
	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/central/privacy"
	"lintai/sync/central/proposal"
)

// Reader reads with the catalogue of the day.
type Reader struct {
	Store   docket.Store
	Catalog func() *catalog.Catalog
}

// Labelled is a text under a label.
type Labelled struct{ Label, Text string }

// TerminalNames are the names of all terminals, by number.
func (r Reader) TerminalNames(ctx context.Context) (map[int]string, error) {
	terminals, err := r.Store.Terminals(ctx)
	if err != nil {
		return nil, err
	}
	names := map[int]string{}
	for _, t := range terminals {
		names[t.Number] = t.Name
	}
	return names, nil
}

// Answers labels what the resident chose by the catalogue; an unknown service
// or step keeps its code, and its answer is shown all the same.
func (r Reader) Answers(body request.Request) (service string, all []Labelled) {
	service = body.Service
	if known, ok := r.Catalog().Service(body.Service); ok {
		service = known.Name
	}
	for _, a := range proposal.Secret(body).Answers {
		all = append(all, Labelled{r.Label(body.Service, a.Step), a.Text})
	}
	return service, append(all, ofChannel(body.Channel)...)
}

// Chosen are what the resident chose, without the leave to read something: that it was given
// says nothing of the case. What was typed is its address, which has its own line.
func (r Reader) Chosen(body request.Request) (all []string) {
	for _, a := range proposal.Secret(body).Answers {
		if a.Option != "" && !r.consents(body.Service, a.Step) {
			all = append(all, a.Text)
		}
	}
	return all
}

// Said is that with what was typed, and with the words of a channel.
func (r Reader) Said(body request.Request) (all []string) {
	for _, a := range proposal.Secret(body).Answers {
		if !r.consents(body.Service, a.Step) {
			all = append(all, a.Text)
		}
	}
	for _, l := range ofChannel(body.Channel) {
		all = append(all, l.Text)
	}
	return all
}

func (r Reader) consents(service, id string) bool {
	if s, ok := r.Catalog().Service(service); ok {
		step, ok := s.Step(id)
		return ok && step.Kind == catalog.Consent
	}
	return false
}

// MaskedName leaves the family name: 张**.
func MaskedName(name string) string { return privacy.Name(name) }
