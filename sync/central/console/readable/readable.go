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

// MaskedName leaves the family name: 张**.
func MaskedName(name string) string { return privacy.Name(name) }
