package intake_test

import (
	"testing"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/wire"
)

const rightCode = "0417"

// ratable is a request with a rating code.
func ratable(t *testing.T) request.Request {
	r := aRequest(t)
	r.RatingCode = rightCode
	return r
}

// aRating rates a ticket.
func aRating(t *testing.T, of ticket.Code, code string, stars int) request.Request {
	r := aRequest(t)
	r.Service, r.Person, r.Address, r.Urgency = "rating", nil, "", ""
	r.Answers = []request.Answer{{Step: "words", Text: "修得很好"}}
	r.Rating = &request.Rating{Ticket: of, RatingCode: code, Stars: stars}
	return r
}

// finish works a case to its end.
func (b *bench) finish(code ticket.Code) {
	b.t.Helper()
	err := b.Store.Write(b.t.Context(), func(tx docket.Tx) error {
		c, err := tx.LockCaseByTicket(code)
		if err != nil {
			return err
		}
		for n := c.Events; !c.Status.Closed(); n++ {
			c.Status = c.Status.Next()[0]
			if err := tx.Append(c.Number, docket.Event{Number: n + 1, Status: c.Status, At: now, By: "王芳", Note: "好了"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// history is a case with the fold of its events checked.
func (b *bench) history(code ticket.Code) (docket.Case, []docket.Event) {
	b.t.Helper()
	c, events, err := b.Store.CaseByTicket(b.t.Context(), code)
	if err != nil {
		b.t.Fatal(err)
	}
	if status, err := docket.Fold(events); err != nil || status != c.Status || c.Events != int64(len(events)) {
		b.t.Fatalf("case %+v with events %+v folds to %q, %v", c, events, status, err)
	}
	return c, events
}

func (b *bench) unfiled() []docket.Rating {
	b.t.Helper()
	all, err := b.Store.UnfiledRatings(b.t.Context(), 100)
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

// terminal registers terminal 12, so that it has a change log.
func (b *bench) terminal() {
	b.t.Helper()
	if err := b.Store.AddTerminal(b.t.Context(), docket.Terminal{Number: 12, Name: "大厅"}, docket.Code{ID: "code", Kiosk: 12}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) changes() []wire.Change {
	b.t.Helper()
	all, _, err := b.Store.Changes(b.t.Context(), 12, 0, 100)
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func TestRatingsAreAppended(t *testing.T) {
	b := setup(t)
	b.terminal()
	r := ratable(t)
	b.expect("request", b.item(1, r), wire.Created, "")
	b.finish(r.Ticket)
	before, _ := b.history(r.Ticket)
	first := b.item(2, aRating(t, r.Ticket, rightCode, 5))
	b.expect("five stars", first, wire.Created, "")
	b.expect("the same again", first, wire.Duplicate, "")
	b.expect("three stars", b.item(3, aRating(t, r.Ticket, rightCode, 3)), wire.Created, "")
	c, events := b.history(r.Ticket)
	if len(events) != 6 || events[4].Stars != 5 || events[5].Stars != 3 {
		t.Errorf("events %+v", events)
	}
	if c.Status != docket.Rated || !c.UpdatedAt.Equal(before.UpdatedAt) || docket.LastNote(events) != "好了" {
		t.Errorf("a rating moved the case: %+v", c)
	}
	ratings, err := b.Store.Ratings(t.Context(), c.Number)
	if err != nil || len(ratings) != 2 || ratings[0].Stars != 5 || ratings[1].Stars != 3 || ratings[0].Reason != "" {
		t.Errorf("ratings %+v, %v", ratings, err)
	}
	if n := len(b.changes()); n != 0 {
		t.Errorf("the terminal is told %d changes", n)
	}
	if n := len(b.cases()); n != 1 {
		t.Errorf("%d cases: a rating is none", n)
	}
}

func TestUnhappyRatingOpensTheCaseAgain(t *testing.T) {
	for stars := 1; stars <= 5; stars++ {
		b := setup(t)
		b.terminal()
		r := ratable(t)
		b.expect("request", b.item(1, r), wire.Created, "")
		b.finish(r.Ticket)
		watcher := b.Hub.Watch(func(w live.Word) bool { return w.Kind == live.Changes || w.Kind == live.Case })
		b.expect("rating", b.item(2, aRating(t, r.Ticket, rightCode, stars)), wire.Created, "")
		<-watcher.Signal()
		c, events := b.history(r.Ticket)
		changes := b.changes()
		if stars > request.Unhappy {
			if c.Status != docket.Rated || len(events) != 5 || len(changes) != 0 {
				t.Errorf("%d stars: %s after %d events, %d changes", stars, c.Status, len(events), len(changes))
			}
			continue
		}
		if c.Status != docket.Accepted || len(events) != 6 || events[4].Stars != stars || events[5].Note == "" || events[5].By != "" {
			t.Errorf("%d stars: %s after %+v", stars, c.Status, events)
		}
		if len(changes) != 1 || changes[0].Status.RequestID != r.ID || changes[0].Status.Event != 6 || changes[0].Status.Status != "accepted" || changes[0].Status.Note != events[5].Note {
			t.Errorf("%d stars: the terminal is told %+v", stars, changes)
		}
		if words := watcher.Take(); len(words) != 2 {
			t.Errorf("%d stars: words %+v", stars, words)
		}
		// While it is worked on again, another rating waits; done again, it counts.
		b.expect("too early", b.item(3, aRating(t, r.Ticket, rightCode, 1)), wire.Created, "")
		b.finish(r.Ticket)
		b.expect("in time", b.item(4, aRating(t, r.Ticket, rightCode, 5)), wire.Created, "")
		if c, events := b.history(r.Ticket); c.Status != docket.Rated || events[len(events)-1].Stars != 5 {
			t.Errorf("done again: %s, %+v", c.Status, events)
		}
		if left := b.unfiled(); len(left) != 1 || left[0].Reason != docket.RatingNotDone || left[0].Case != c.Number {
			t.Errorf("unfiled %+v", left)
		}
	}
}

func TestRatingsThatCountForNoCaseAreKept(t *testing.T) {
	b := setup(t)
	r, coded := ratable(t), aRequest(t) // the second has no rating code
	b.push(b.item(1, r), b.item(2, coded))
	early := aRating(t, r.Ticket, rightCode, 1)
	b.expect("before it is done", b.item(3, early), wire.Created, "")
	b.finish(r.Ticket)
	b.finish(coded.Ticket)
	for i, c := range []struct {
		of     ticket.Code
		code   string
		reason docket.RatingReason
	}{
		{newTicket(t, 12), rightCode, docket.RatingUnknown},
		{r.Ticket, "0418", docket.RatingWrongCode},
		{r.Ticket, "", docket.RatingWrongCode},
		{r.Ticket, rightCode + "0", docket.RatingWrongCode},
		{coded.Ticket, "", docket.RatingWrongCode},
		{coded.Ticket, "0000", docket.RatingWrongCode},
	} {
		rating := aRating(t, c.of, c.code, 1)
		b.expect("rating", b.item(int64(10+i), rating), wire.Created, "") // the same word as to a right one
		kept := b.unfiled()[0]
		if kept.ID != rating.ID || kept.Reason != c.reason || kept.Case != 0 {
			t.Errorf("kept %+v, want %s", kept, c.reason)
		}
		if body, err := kept.Request(); err != nil || body.Answers[0].Text != "修得很好" {
			t.Errorf("the words are lost: %+v, %v", body, err)
		}
	}
	for _, code := range []ticket.Code{r.Ticket, coded.Ticket} {
		if c, events := b.history(code); c.Status != docket.Done || len(events) != 4 {
			t.Errorf("%s after %d events", c.Status, len(events))
		}
	}
	if n := len(b.unfiled()); n != 7 {
		t.Errorf("%d ratings are kept, want 7", n)
	}
}

func TestWrongCodesAreTriedFiveTimesOnly(t *testing.T) {
	b := setup(t)
	r, other := ratable(t), ratable(t)
	b.push(b.item(1, r), b.item(2, other))
	b.finish(r.Ticket)
	b.finish(other.Ticket)
	for i := range docket.MaxWrongCodes {
		b.expect("wrong", b.item(int64(3+i), aRating(t, r.Ticket, "9999", 1)), wire.Created, "")
	}
	b.expect("right, but too late", b.item(20, aRating(t, r.Ticket, rightCode, 1)), wire.Created, "")
	if c, events := b.history(r.Ticket); c.Status != docket.Done || len(events) != 4 {
		t.Errorf("a sixth code was tried: %+v", events)
	}
	if kept := b.unfiled(); len(kept) != 6 || kept[0].Reason != docket.RatingTooMany {
		t.Errorf("kept %+v", kept)
	}
	b.expect("another ticket", b.item(21, aRating(t, other.Ticket, rightCode, 5)), wire.Created, "")
	if _, events := b.history(other.Ticket); len(events) != 5 {
		t.Error("wrong codes of one ticket count against another")
	}
}

// Both terminals were offline, and the one with the rating comes back first.
func TestRatingBeforeItsCase(t *testing.T) {
	b := setup(t)
	r := ratable(t)
	good, wrong := aRating(t, r.Ticket, rightCode, 5), aRating(t, r.Ticket, "9999", 1)
	b.push(b.item(1, good), b.item(2, wrong))
	if kept := b.unfiled(); len(kept) != 2 || kept[0].Reason != docket.RatingUnknown {
		t.Fatalf("kept %+v", kept)
	}
	b.expect("the case", b.item(3, r), wire.Created, "")
	c, events := b.history(r.Ticket)
	if len(events) != 1 {
		t.Errorf("a case that just came was rated: %+v", events)
	}
	ratings, err := b.Store.Ratings(t.Context(), c.Number)
	if err != nil || len(ratings) != 1 || ratings[0].ID != good.ID || ratings[0].Reason != docket.RatingNotDone {
		t.Errorf("ratings of the case %+v, %v", ratings, err)
	}
	if kept := b.unfiled(); len(kept) != 2 || kept[0].Reason != docket.RatingWrongCode || kept[0].Case != 0 {
		t.Errorf("kept %+v", kept)
	}
}

func TestRatingsThatAreNone(t *testing.T) {
	b := setup(t)
	r := ratable(t)
	b.expect("request", b.item(1, r), wire.Created, "")
	b.finish(r.Ticket)
	for name, change := range map[string]func(*request.Request){
		"no stars":  func(r *request.Request) { r.Rating.Stars = 0 },
		"six stars": func(r *request.Request) { r.Rating.Stars = 6 },
		"no ticket": func(r *request.Request) { r.Rating.Ticket = "123" },
	} {
		rating := aRating(t, r.Ticket, rightCode, 1)
		change(&rating)
		b.expect(name, b.item(2, rating), wire.Rejected, docket.ReasonBadBody)
	}
	// Its own ticket is another's: a conflict, and nothing happens to the case.
	clash := aRating(t, r.Ticket, rightCode, 1)
	clash.Ticket = r.Ticket
	b.expect("the case's ticket", b.item(3, clash), wire.Conflict, docket.ReasonTicketTaken)
	if c, events := b.history(r.Ticket); c.Status != docket.Done || len(events) != 4 {
		t.Errorf("%s after %+v", c.Status, events)
	}
}

// The rating's own slip can be followed like any other.
func TestTicketOfARatingIsFollowed(t *testing.T) {
	b := setup(t)
	r := ratable(t)
	b.expect("request", b.item(1, r), wire.Created, "")
	b.finish(r.Ticket)
	good, lost := aRating(t, r.Ticket, rightCode, 4), aRating(t, newTicket(t, 12), rightCode, 4)
	b.push(b.item(2, good), b.item(3, lost))
	for code, want := range map[ticket.Code]docket.Status{good.Ticket: docket.Done, lost.Ticket: docket.Delivered} {
		c, events, err := docket.Follow(t.Context(), b.Store, code)
		if status, foldErr := docket.Fold(events[:1]); err != nil || foldErr != nil || status != docket.Delivered || c.Status != want || c.Service != "rating" {
			t.Errorf("%+v, %v, want %s", c, err, want)
		}
	}
}
