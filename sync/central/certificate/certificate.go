// Package certificate reads what stands on a paper of the community: what kind it is,
// for whom, when it was made and by whom it was approved, out of a case whose chain of
// approvals came to its end. The page that verifies papers and the terminals that print
// them say the same words because both ask here.
package certificate

import (
	"time"

	"lintai/kiosk/catalog"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/privacy"
)

// Certificate is one paper.
type Certificate struct {
	Code      docket.Verification
	Number    int64  // of the case
	Kind      string // "居住证明"; the words of the catalogue, never a terminal's
	Holder    string // her whole name, or "" when the case does not hold it
	Home      string // where she lives, as the approvals found it in the case, or ""
	Made      time.Time
	Approvals []Approval // in their order
}

// Approval is one of them.
type Approval struct {
	Department string
	At         time.Time
}

// Read reads it out of a case and its events.
func Read(c docket.Case, events []docket.Event, services *catalog.Catalog) (Certificate, error) {
	body, err := c.Request()
	if err != nil {
		return Certificate{}, err
	}
	paper := Certificate{Code: c.Verification, Number: c.Number, Kind: c.Service}
	if s, ok := services.Service(c.Service); ok {
		paper.Kind = s.Name
		for _, a := range body.Answers {
			if step, ok := s.Step(a.Step); ok && step.Kind == catalog.Choose {
				if o, ok := step.Option(a.Option); ok {
					paper.Kind = o.Name
					break
				}
			}
		}
	}
	paper.Home = body.Address
	if body.Person != nil {
		paper.Holder = body.Person.Name
		if paper.Home == "" {
			paper.Home = body.Person.Address
		}
	}
	for _, e := range events {
		switch e.Action {
		case docket.Submit:
			paper.Approvals = nil
		case docket.Approve:
			paper.Approvals = append(paper.Approvals, Approval{desk.Department(e.Step), e.At})
		case docket.Complete:
			paper.Made = e.At
		}
	}
	return paper, nil
}

// Masked is the paper as a lobby and whoever has its code may see it: of the holder the
// family name, of her home the building. That is enough to tell a paper on which somebody
// wrote another name or house.
func (c Certificate) Masked() Certificate {
	c.Holder, c.Home = privacy.Name(c.Holder), privacy.Address(c.Home)
	return c
}
