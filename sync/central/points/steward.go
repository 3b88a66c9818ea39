package points

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
)

// Service is the catalogue's service by which residents ask what they have and what
// they want for it.
const Service = "points"

// The step of the service that says what is wanted, and its option for being told
// what one has. The other options are ids of goods.
const (
	wantStep = "what"
	tellMine = "balance"
)

// Steward answers requests of terminals, which can only ask: it spends the points in
// the transaction that tells the resident so, or refuses with the reason. When staff
// withdraw a request the points come back; when they open it again they are spent again. What staff give back by hand while the
// request stands is theirs to give.
type Steward struct {
	Store Store
	Hub   *live.Hub
	Clock func() time.Time
	Log   *slog.Logger
}

// All settles whatever is not settled.
func (s *Steward) All(ctx context.Context) error {
	if err := s.Resettle(ctx); err != nil {
		return err
	}
	_, err := s.Delivered(ctx, 0)
	return err
}

// Resettle makes points follow all cases for which some were spent.
func (s *Steward) Resettle(ctx context.Context) error {
	cases, err := s.Store.Unsettled(ctx)
	if err != nil {
		return err
	}
	var failed error // one that cannot be settled does not hold up the others
	for _, number := range cases {
		failed = errors.Join(failed, s.resettle(ctx, number))
	}
	return failed
}

// Changed settles cases that went on.
func (s *Steward) Changed(ctx context.Context, cases []int64) error {
	concerned, err := s.Store.Concerned(ctx, cases)
	if err != nil {
		return err
	}
	var failed error // one that cannot be settled does not hold up the others
	for _, number := range concerned {
		failed = errors.Join(failed, s.resettle(ctx, number))
	}
	return failed
}

// Delivered answers what came after a case, in the order in which it came. It returns
// the last case that it looked at: those that it left are left to staff.
func (s *Steward) Delivered(ctx context.Context, after int64) (int64, error) {
	more, err := s.Store.AnyDelivered(ctx, Service, after)
	if err != nil {
		return after, err
	}
	for more {
		var touched []docket.Case
		looked := after
		err := s.Store.WritePoints(ctx, func(tx Tx) error {
			touched = nil
			c, found, err := tx.OldestDelivered(Service, after)
			if more = found; err != nil || !found {
				return err
			}
			looked = c.Number
			touched, err = s.answer(tx, c)
			return err
		})
		switch {
		case errors.Is(err, docket.ErrHistory): // one that is broken does not hold up the others
			s.Log.Error("a request for points is left to staff", "case", looked, "error", err)
			touched = nil
		case err != nil:
			return after, fmt.Errorf("points: requests: %w", err)
		}
		after = looked
		s.published(touched)
	}
	return after, nil
}

// answer answers one request. One that this version does not understand is left to
// staff.
func (s *Steward) answer(tx Tx, c docket.Case) ([]docket.Case, error) {
	goods, name, err := wanted(c)
	if err != nil || goods == "" {
		return nil, nil // staff see it as it is
	}
	now := s.Clock().UTC()
	if c.Card == "" {
		return docket.Advance(tx, c, docket.Event{Action: docket.Refuse, At: now, Note: phrase.Text("points_note.no_card")})
	}
	h, err := Open(tx, c.Card, name, now)
	if errors.Is(err, ErrToken) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if goods == tellMine {
		has, err := tx.Balance(Person(h.Number))
		if err != nil {
			return nil, err
		}
		return docket.Advance(tx, c, docket.Event{Action: docket.Accept, At: now}, docket.Event{Action: docket.Start, At: now},
			docket.Event{Action: docket.Complete, At: now, Note: phrase.Text("points_note.has", "points", digits(has))})
	}
	return s.spend(tx, c, h, goods, docket.Accept)
}

// spend spends for a case and tells it by an event, or refuses.
func (s *Steward) spend(tx Tx, c docket.Case, h Holder, goods string, granted docket.Action) ([]docket.Case, error) {
	now := s.Clock().UTC()
	refuse := func(note string) ([]docket.Case, error) {
		return docket.Advance(tx, c, docket.Event{Action: docket.Refuse, At: now, Note: note})
	}
	rules, err := tx.PointsRules()
	if err != nil {
		return nil, err
	}
	rule, ok := rules.Good(goods)
	if !ok {
		return refuse(phrase.Text("points_note.no_goods"))
	}
	_, err = Spend(tx, h.Number, goods, Entry{Key: fmt.Sprintf("case:%d:%d", c.Number, c.Events), At: now, Case: c.Number})
	if err != nil && !errors.Is(err, ErrShort) {
		return nil, err
	}
	has, wrong := tx.Balance(Person(h.Number))
	if wrong != nil {
		return nil, wrong
	}
	if err != nil {
		return refuse(phrase.Text("points_note.short", "goods", rule.Name, "price", digits(rule.Points), "points", digits(has)))
	}
	return docket.Advance(tx, c, docket.Event{Action: granted, At: now,
		Note: phrase.Text("points_note.spent", "goods", rule.Name, "price", digits(rule.Points), "points", digits(has))})
}

// resettle makes the points follow a case for which some were spent before.
func (s *Steward) resettle(ctx context.Context, number int64) error {
	var touched []docket.Case
	err := s.Store.WritePoints(ctx, func(tx Tx) error {
		touched = nil
		c, err := tx.LockCase(number)
		if err != nil {
			return err
		}
		spent, back, err := tx.SpentFor(number)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case Withdrawn(c.Status) && back.Number == 0:
			back, err := spent.Reversal(s.Clock().UTC(), "", phrase.Text("points_note.withdrawn"))
			if err != nil {
				return err
			}
			_, err = Book(tx, back)
			return err
		case c.Status == docket.Accepted && back.Number > 0:
			if again, err := openedSince(tx, number, back); err != nil || !again {
				return err
			}
			h, err := tx.Holder(spent.Holder())
			if err != nil {
				return err
			}
			touched, err = s.spend(tx, c, h, spent.Rule, docket.Tell)
			return err
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("points: case %d: %w", number, err)
	}
	s.published(touched)
	return nil
}

// openedSince tells whether a case was opened again since its points came back. What the
// steward gave back had been withdrawn, so it was; what staff gave back by hand may
// belong to a request that stands as it did, and stays with the holder.
func openedSince(tx Tx, number int64, back Entry) (bool, error) {
	if back.By == "" {
		return true, nil
	}
	events, err := tx.Events(number)
	return slices.ContainsFunc(events, func(e docket.Event) bool {
		return e.Action == docket.Reopen && !e.At.Before(back.At)
	}), err
}

func (s *Steward) published(touched []docket.Case) {
	s.Hub.Publish(Told(touched)...)
	for _, c := range touched {
		s.Log.Info("request for points answered", "case", c.Number, "status", string(c.Status))
	}
}

// Told are the words for whoever watches cases that were touched, and their terminals.
func Told(touched []docket.Case) []live.Word {
	var words []live.Word
	for _, c := range touched {
		if c.Kiosk != 0 {
			words = append(words, live.Word{Kind: live.Changes, Kiosk: c.Kiosk})
		}
		words = append(words, live.Word{Kind: live.Case, ID: strconv.FormatInt(c.Number, 10), Kiosk: c.Kiosk})
	}
	return words
}

// Withdrawn tells that a case ended without what was asked for.
func Withdrawn(s docket.Status) bool {
	return s == docket.Cancelled || s == docket.Refused || s == docket.Merged
}

// wanted reads what a request wants: a kind of goods, tellMine, or "".
func wanted(c docket.Case) (what, name string, err error) {
	r, err := c.Request()
	if err != nil {
		return "", "", err
	}
	for _, a := range r.Answers {
		if a.Step == wantStep {
			what = a.Option
		}
	}
	if r.Person != nil {
		name = r.Person.Name
	}
	return what, name, nil
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }
