package privacy

import (
	"encoding/json"
	"fmt"

	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// Gone stands where the fold of a case asks for words, of a refusal as of a note, that
// are not there any more.
const Gone = "—"

// gone leaves no words where there were some, and none where there were none.
func gone(text string) string {
	if text == "" {
		return ""
	}
	return Gone
}

// Request leaves of the body of a request which one it is. Answers go with the rest:
// what was chosen of a list can tell as much as what was typed. Of a rating the stars
// and the ticket stay.
func Request(body []byte) ([]byte, error) {
	var r request.Request
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, fmt.Errorf("privacy: body of a request: %w", err)
	}
	left := request.Request{ID: r.ID, Kiosk: r.Kiosk, Ticket: r.Ticket, Service: r.Service, CatalogVersion: r.CatalogVersion,
		Answers: []request.Answer{}, Urgency: r.Urgency, MadeAt: r.MadeAt}
	if r.Rating != nil {
		left.Rating = &request.Rating{Ticket: r.Rating.Ticket, Stars: r.Rating.Stars}
	}
	if r.Channel != nil {
		left.Channel = &request.Channel{Name: r.Channel.Name}
	}
	b, err := json.Marshal(left)
	if err != nil {
		return nil, fmt.Errorf("privacy: body of a request: %w", err)
	}
	return b, nil
}

// Event leaves of an event what happened, when, and by whom of staff.
func Event(e docket.Event) docket.Event {
	e.Note, e.Inner = gone(e.Note), gone(e.Inner)
	if e.Record != nil {
		e.Record = &docket.Record{}
	}
	return e
}

// Classification leaves what a case was taken for, without the words that made it so.
func Classification(c docket.Classification) docket.Classification {
	reasons := make([]docket.Firing, len(c.Reasons))
	for i, f := range c.Reasons {
		f.Words = nil
		reasons[i] = f
	}
	c.Reasons, c.Duplicates, c.Place = reasons, nil, 0
	return c
}

// Change leaves of what a terminal is told the status.
func Change(c wire.Change) wire.Change {
	if c.Status != nil {
		s := *c.Status
		s.Note = ""
		c.Status = &s
	}
	return c
}

// Count is how much of each kind lost its words, or went.
type Count map[string]int

// What is counted. The words are phrases of the section erased.
const (
	Cases       = "cases"
	Attachments = "attachments"
	Ratings     = "ratings"
	Items       = "items" // of quarantine
	Calls       = "calls" // records of calls
	Seats       = "seats" // of activities
	People      = "people"
	Visits      = "visits" // of the diary
)

// Counted lists all that is counted.
var Counted = []string{Cases, Attachments, Ratings, Items, Calls, Seats, People, Visits}

// Add adds another count.
func (c Count) Add(other Count) {
	for what, n := range other {
		c[what] += n
	}
}

// Sum is all of it.
func (c Count) Sum() (n int) {
	for _, one := range c {
		n += one
	}
	return n
}
