package storetest

import (
	"encoding/json"
	"sync"
	"testing"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/points"
)

// What terminals ask for.

// draw is a random source that always draws the same number.
type draw uint32

func (d draw) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(d >> (8 * (3 - i%4)))
	}
	return len(b), nil
}

// File files a request of a card for a service, as intake does.
func File(t *testing.T, s docket.Store, n int, service, card, name string, answers ...request.Answer) int64 {
	t.Helper()
	code, err := ticket.New(12, draw(n))
	if err != nil {
		t.Fatal(err)
	}
	r := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, Ticket: code, Service: service, Answers: answers,
		Person: &request.Person{Name: name, Token: card}}
	body, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var number int64
	err = s.Write(t.Context(), func(tx docket.Tx) error {
		filed, err := tx.FileCases(docket.Case{ID: r.ID, Kiosk: 12, Ticket: code, Service: service, Urgency: docket.Normal,
			RequestedAt: at, ReceivedAt: at, Card: card, Body: body})
		if err == nil {
			number, err = filed[0].Number, filed[0].Err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// AddTerminal adds the terminal that File files for.
func AddTerminal(t *testing.T, s docket.Store) {
	t.Helper()
	err := s.AddTerminal(t.Context(), docket.Terminal{Number: 12, Name: "大厅", AddedAt: at}, docket.Code{ID: "code", Kiosk: 12, MadeAt: at})
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) ask(card, what string) int64 {
	b.t.Helper()
	if b.filed == 0 {
		AddTerminal(b.t, b)
	}
	b.filed++
	return File(b.t, b, b.filed, points.Service, card, "张桂兰", request.Answer{Step: "what", Option: what, Text: what})
}

func (b *bench) status(number int64) (docket.Status, string) {
	b.t.Helper()
	c, events, err := b.Case(b.t.Context(), number)
	b.must(err)
	return c.Status, docket.LastNote(events)
}

// terminals: fifty terminals ask for the same holder's points, and four processes answer.
func terminals(t *testing.T, b *bench) {
	h := b.holder(1, 1230)
	var asked []int64
	for range many {
		asked = append(asked, b.ask(Token(1), "rice"))
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := b.steward.All(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	count := map[docket.Status]int{}
	for i, number := range asked {
		status, _ := b.status(number)
		count[status]++
		if want := map[bool]docket.Status{true: docket.Accepted, false: docket.Refused}[i < 12]; status != want {
			t.Errorf("request %d is %s: who comes first is served first", i, status)
		}
	}
	b.same("answers", count, map[docket.Status]int{docket.Accepted: 12, docket.Refused: 38})
	b.same("what is left", b.has(h), int64(30))
	b.sound()
	changes, _, err := b.Changes(t.Context(), 12, 0, 1000)
	b.must(err)
	b.same("words for the terminal", len(changes), many)
}

func requests(t *testing.T, b *bench) {
	h := b.holder(1, 120)
	for _, c := range []struct {
		card, what string
		status     docket.Status
		note       string
	}{
		{Token(1), "balance", docket.Done, "您现在有120积分。"},
		{Token(1), "rice", docket.Accepted, "已换“一袋大米”，用去100积分，还剩20积分。请带小票和身份证到前台领取。"},
		{Token(1), "rice", docket.Refused, "积分不够：换“一袋大米”要100积分，您现在有20积分。"},
		{Token(1), "gold", docket.Refused, "现在不能换这一样，请到前台问一问。"},
		{Token(9), "balance", docket.Done, "您现在有0积分。"},
		{"", "balance", docket.Refused, "没有刷身份证，不知道是谁的积分。请重新办理并刷身份证，或到前台查询。"},
		{"not a token", "balance", docket.Delivered, ""},
		{Token(1), "", docket.Delivered, ""},
	} {
		number := b.ask(c.card, c.what)
		_, err := b.steward.Delivered(t.Context(), 0)
		b.must(err)
		status, note := b.status(number)
		if status != c.status || note != c.note {
			t.Errorf("%q: %s %q, want %s %q", c.what, status, note, c.status, c.note)
		}
	}
	b.same("what is left", b.has(h), int64(20))

	// A case whose events do not follow one another is left to staff; the next is answered.
	broken := b.ask(Token(1), "balance")
	Break(t, b, broken)
	next := b.ask(Token(1), "balance")
	_, err := b.steward.Delivered(t.Context(), 0)
	b.must(err)
	if status, _ := b.status(broken); status != docket.Delivered {
		t.Errorf("the broken one is %s", status)
	}
	if status, _ := b.status(next); status != docket.Done {
		t.Errorf("behind the broken one: %s", status)
	}
}

// Break adds an event to a case that cannot follow.
func Break(t *testing.T, s docket.Store, number int64) {
	t.Helper()
	err := s.Write(t.Context(), func(tx docket.Tx) error {
		return tx.Append(number, docket.Event{Number: 2, Action: docket.Approve, Status: docket.Delivered, At: at})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) act(number int64, action docket.Action, note string) {
	b.t.Helper()
	b.must(b.Write(b.t.Context(), func(tx docket.Tx) error {
		c, err := tx.LockCase(number)
		if err != nil {
			return err
		}
		_, err = docket.Advance(tx, c, docket.Event{Action: action, At: at, Note: note})
		return err
	}))
}

func follow(t *testing.T, b *bench) {
	ctx := t.Context()
	h := b.holder(1, 100)
	number := b.ask(Token(1), "rice")
	b.must(b.steward.All(ctx))
	b.must(b.steward.All(ctx))
	b.same("spent once", b.has(h), int64(0))
	b.act(number, docket.Cancel, "不要了")
	b.must(b.steward.Changed(ctx, []int64{number}))
	b.must(b.steward.Changed(ctx, []int64{number}))
	b.same("back", b.has(h), int64(100))
	b.act(number, docket.Reopen, "")
	unsettled, err := b.Unsettled(ctx)
	b.must(err)
	b.same("unsettled", unsettled, []int64{number})
	b.must(b.steward.All(ctx))
	b.same("spent again", b.has(h), int64(0))
	b.act(number, docket.Cancel, "又不要了")
	b.must(b.steward.All(ctx))
	other := b.ask(Token(1), "rice")
	b.must(b.steward.All(ctx))
	b.act(number, docket.Reopen, "")
	b.must(b.steward.All(ctx))
	status, _ := b.status(number)
	b.same("opened again without points", status, docket.Refused)
	status, _ = b.status(other)
	b.same("the other", status, docket.Accepted)
	b.must(b.steward.Changed(ctx, []int64{999}))
	b.sound()
}

// reversedByHand: what staff give back by hand stays with the resident while her request
// stands as it did; it is spent again when they open the request again.
func reversedByHand(t *testing.T, b *bench) {
	ctx := t.Context()
	h := b.holder(1, 100)
	number := b.ask(Token(1), "rice")
	b.must(b.steward.All(ctx))
	b.same("spent", b.has(h), int64(0))
	entries, err := b.PointsEntries(ctx, points.EntryQuery{Holder: h.Number, Limit: 1})
	b.must(err)
	_, err = b.ledger.Reverse(ctx, entries[0].Number, "li", "米没有了")
	b.must(err)
	unsettled, err := b.Unsettled(ctx)
	b.must(err)
	b.same("unsettled", len(unsettled), 0)
	b.must(b.steward.All(ctx))
	b.must(b.steward.Changed(ctx, []int64{number}))
	b.same("given back", b.has(h), int64(100))
	b.act(number, docket.Cancel, "米没有了")
	b.must(b.steward.All(ctx))
	b.same("given back once", b.has(h), int64(100))
	b.act(number, docket.Reopen, "")
	b.must(b.steward.All(ctx))
	b.same("spent again", b.has(h), int64(0))
	b.sound()
}
