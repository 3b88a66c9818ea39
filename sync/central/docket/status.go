package docket

import "fmt"

// Status is where a case stands. The words are those of the wire.
type Status string

const (
	Delivered Status = "delivered"
	Accepted  Status = "accepted"
	Working   Status = "working"
	Done      Status = "done"
)

// Statuses lists every status in the order that a case goes through.
var Statuses = []Status{Delivered, Accepted, Working, Done}

// moves is the whole table: what may follow what. The empty status is a case
// before its first event.
var moves = map[Status][]Status{
	"":        {Delivered},
	Delivered: {Accepted},
	Accepted:  {Working},
	Working:   {Done},
	Done:      {},
}

// Next lists the statuses that a case in s may move to.
func (s Status) Next() []Status { return moves[s] }

// Closed tells whether nothing is left to be done.
func (s Status) Closed() bool { return s == Done }

// Known tells whether s is a status of a case.
func (s Status) Known() bool {
	_, ok := moves[s]
	return ok && s != ""
}

// CheckMove returns ErrMove unless a case in from may move to to.
func CheckMove(from, to Status) error {
	for _, s := range moves[from] {
		if s == to {
			return nil
		}
	}
	return fmt.Errorf("%w: from %q to %q", ErrMove, from, to)
}

// Fold derives the status of a case from its events, oldest first. It refuses
// a history with a gap in its numbers or a move that is not in the table. A
// rating stands on a finished case; one of few stars may be followed by the case
// being accepted again, which is no move of staff.
func Fold(events []Event) (Status, error) {
	var s Status
	stars := 0 // of the event before
	for i, e := range events {
		if e.Number != int64(i+1) {
			return s, fmt.Errorf("docket: event %d stands where %d belongs", e.Number, i+1)
		}
		switch {
		case e.Stars != 0:
			if e.Stars < 1 || e.Stars > 5 || s != Done || e.Status != Done {
				return s, fmt.Errorf("event %d: %w: a rating of %d stars on %q", e.Number, ErrMove, e.Stars, s)
			}
		case Reopens(stars) && e.Status == Accepted:
		default:
			if err := CheckMove(s, e.Status); err != nil {
				return s, fmt.Errorf("event %d: %w", e.Number, err)
			}
		}
		s, stars = e.Status, e.Stars
	}
	return s, nil
}
