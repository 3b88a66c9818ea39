// Package certificate reads what stands on a paper of the community: what kind it is,
// for whom, when it was made and by whom it was approved, out of a case whose chain of
// approvals came to its end. The page that verifies papers and the terminals that print
// them say the same words because both ask here.
package certificate

import (
	"time"
	"unicode/utf8"

	"lintai/kiosk/catalog"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
)

// Certificate is one paper.
type Certificate struct {
	Code      docket.Verification
	Number    int64  // of the case
	Kind      string // "居住证明"; the words of the catalogue, never a terminal's
	Holder    string // her whole name, or "" when the case does not hold it
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
	if body.Person != nil {
		paper.Holder = body.Person.Name
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

// Masked is the holder's name as a lobby may see it: the family name, and as many
// stars whatever the rest is.
func (c Certificate) Masked() string {
	if c.Holder == "" {
		return ""
	}
	first, _ := utf8.DecodeRuneInString(c.Holder)
	return string(first) + "**"
}
