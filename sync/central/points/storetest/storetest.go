// Package storetest says what a points.Store must do, for every driver.
package storetest

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/points"
)

// Store is a database of the ledger beside the docket.
type Store interface {
	points.Store
	docket.Store
}

var at = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// Run runs the suite; open gives an empty store at each call.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, test := range map[string]func(*testing.T, *bench){
		"Holders": holders, "Entries": entries, "Rules": rules, "Reversals": reversals, "AllOrNothing": allOrNothing,
		"FiftyWindowsSpendWhatIsThere": windows, "FiftyTerminalsAskForTheSame": terminals, "RequestsAreAnswered": requests,
		"PointsFollowTheCase": follow, "RandomBookingsKeepTheBooks": random, "ImportIsAllOrNothing": imports,
	} {
		t.Run(name, func(t *testing.T) { test(t, newBench(t, open(t))) })
	}
}

type bench struct {
	Store
	t       *testing.T
	ledger  *points.Ledger
	steward *points.Steward
	filed   int
}

func newBench(t *testing.T, s Store) *bench {
	clock := func() time.Time { return at }
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	return &bench{Store: s, t: t, ledger: &points.Ledger{Store: s, Clock: clock, Log: log},
		steward: &points.Steward{Store: s, Hub: live.NewHub(), Clock: clock, Log: log}}
}

// Token is the token of a card.
func Token(n int) string { return hex.EncodeToString(fmt.Appendf(nil, "card%012d", n)) }

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) wants(what string, err, want error) {
	b.t.Helper()
	if !errors.Is(err, want) {
		b.t.Fatalf("%s: %v, want %v", what, err, want)
	}
}

func (b *bench) same(what string, got, want any) {
	b.t.Helper()
	if !reflect.DeepEqual(got, want) {
		b.t.Fatalf("%s is\n%+v, want\n%+v", what, got, want)
	}
}

// holder opens an account and gives it points.
func (b *bench) holder(n int, has int64) points.Holder {
	b.t.Helper()
	h, err := b.ledger.Open(b.t.Context(), Token(n), "张桂兰")
	b.must(err)
	if has > 0 {
		_, err = b.ledger.Import(b.t.Context(), fmt.Sprint("start", n), "", []points.Row{{Holder: h.Number, Points: has}})
		b.must(err)
	}
	return h
}

func (b *bench) has(h points.Holder) int64 {
	b.t.Helper()
	n, err := b.Balance(b.t.Context(), points.Person(h.Number))
	b.must(err)
	return n
}

func (b *bench) sound() points.Trial {
	b.t.Helper()
	trial, err := b.Trial(b.t.Context())
	b.must(err)
	if !trial.Sound() {
		b.t.Fatalf("the books are not sound: %+v", trial)
	}
	return trial
}

func holders(t *testing.T, b *bench) {
	ctx := t.Context()
	h := b.holder(1, 0)
	again, err := b.ledger.Open(ctx, Token(1), "另一个名字")
	b.must(err)
	b.same("the same card", again, h)
	_, err = b.ledger.Open(ctx, "no token", "")
	b.wants("a foreign token", err, points.ErrToken)
	nameless, err := b.ledger.Open(ctx, Token(2), "")
	b.must(err)
	named, err := b.ledger.Open(ctx, Token(2), "李大_山%")
	b.must(err)
	b.same("the name that came later", named.Name, "李大_山%")
	_, err = b.HolderByToken(ctx, "")
	b.wants("no token", err, points.ErrNotFound)
	_, err = b.Holder(ctx, 99)
	b.wants("no such number", err, points.ErrNotFound)
	got, err := b.Holder(ctx, nameless.Number)
	b.must(err)
	b.same("by number", got, named)
	all, err := b.Holders(ctx, points.HolderQuery{})
	b.must(err)
	b.same("all", all, []points.Standing{{Holder: h}, {Holder: named}})
	for pattern, want := range map[string]int{"桂": 1, "_": 1, "%": 1, "!": 0, "'": 0} {
		some, err := b.Holders(ctx, points.HolderQuery{Name: pattern})
		b.must(err)
		b.same("by name "+pattern, len(some), want)
	}
	after, err := b.Holders(ctx, points.HolderQuery{After: h.Number, Limit: 1})
	b.must(err)
	b.same("the page after", after, []points.Standing{{Holder: named}})
}

func entries(t *testing.T, b *bench) {
	ctx := t.Context()
	h, other := b.holder(1, 0), b.holder(2, 0)
	first, err := b.ledger.Earn(ctx, points.Order{Holder: h.Number, Rule: points.Volunteering, Key: "one", Reason: ` 擦窗"';-- `, By: "wang"})
	b.must(err)
	b.same("what a service brings", b.has(h), int64(10))
	_, err = b.ledger.Earn(ctx, points.Order{Holder: other.Number, Rule: points.Suggestion, Key: "one"})
	b.wants("the same key", err, points.ErrBooked)
	second, err := b.ledger.Earn(ctx, points.Order{Holder: other.Number, Rule: points.Suggestion, Key: "two", Case: 7})
	b.must(err)
	got, err := b.PointsEntry(ctx, first.Number)
	b.must(err)
	b.same("the entry", got, points.Entry{Number: first.Number, Key: "one", Kind: points.Earned, At: at, By: "wang", Rule: points.Volunteering, Reason: `擦窗"';--`,
		Lines: []points.Line{{Account: points.Person(h.Number), Amount: 10}, {Account: points.Issued, Amount: -10}}})
	_, err = b.ledger.Earn(ctx, points.Order{Holder: h.Number, Rule: "nothing", Key: "three"})
	b.wants("no such rule", err, points.ErrRule)
	_, err = b.ledger.Earn(ctx, points.Order{Holder: 99, Rule: points.Suggestion, Key: "three"})
	b.wants("no such holder", err, points.ErrNotFound)
	_, err = b.ledger.Spend(ctx, points.Order{Holder: h.Number, Rule: "rice", Key: "three"})
	b.wants("too little", err, points.ErrShort)
	all, err := b.PointsEntries(ctx, points.EntryQuery{})
	b.must(err)
	b.same("newest first", all, []points.Entry{second, first})
	page, err := b.PointsEntries(ctx, points.EntryQuery{Before: second.Number, Limit: 5})
	b.must(err)
	b.same("the page before", page, []points.Entry{first})
	mine, err := b.PointsEntries(ctx, points.EntryQuery{Holder: other.Number, Limit: 5})
	b.must(err)
	b.same("of a holder", mine, []points.Entry{second})
	b.same("the fold", points.Balance(points.Person(other.Number), mine), b.has(other))
	trial := b.sound()
	b.same("the books", trial, points.Trial{Entries: 2, Totals: []points.Total{{Account: points.Issued, Amount: -15}, {Account: points.Persons, Amount: 15}}})
}

func rules(t *testing.T, b *bench) {
	ctx := t.Context()
	now, err := b.PointsRules(ctx)
	b.must(err)
	b.same("the first", now, points.DefaultRules())
	now.Earn[0].Points = 12
	b.must(b.ledger.SetRules(ctx, 0, now, "li"))
	b.wants("an older page", b.ledger.SetRules(ctx, 0, now, "li"), points.ErrBooked)
	now.Goods = append(now.Goods, points.Rule{ID: "rice", Name: "又一袋", Points: 1})
	b.wants("twice the same id", b.ledger.SetRules(ctx, 1, now, "li"), points.ErrRules)
	got, err := b.PointsRules(ctx)
	b.must(err)
	want := points.DefaultRules()
	want.Earn[0].Points, want.Version, want.At, want.By = 12, 1, at, "li"
	b.same("the second", got, want)
	h := b.holder(1, 0)
	_, err = b.ledger.Earn(ctx, points.Order{Holder: h.Number, Rule: points.Volunteering, Key: "one"})
	b.must(err)
	b.same("by the new rule", b.has(h), int64(12))
}

func reversals(t *testing.T, b *bench) {
	ctx := t.Context()
	h := b.holder(1, 95)
	earned, err := b.ledger.Earn(ctx, points.Order{Holder: h.Number, Rule: points.Volunteering, Key: "one"})
	b.must(err)
	spent, err := b.ledger.Spend(ctx, points.Order{Holder: h.Number, Rule: "rice", Key: "two"})
	b.must(err)
	_, err = b.ledger.Reverse(ctx, earned.Number, "li", "记错了")
	b.wants("what is spent", err, points.ErrShort)
	back, err := b.ledger.Reverse(ctx, spent.Number, "li", "米没有了")
	b.must(err)
	_, err = b.ledger.Reverse(ctx, spent.Number, "li", "again")
	b.wants("twice", err, points.ErrReversed)
	_, err = b.ledger.Reverse(ctx, back.Number, "li", "the reversal")
	b.wants("a reversal", err, points.ErrReversed)
	_, err = b.ledger.Reverse(ctx, earned.Number, "li", "记错了")
	b.must(err)
	_, err = b.ledger.Reverse(ctx, 99, "li", "")
	b.wants("nothing", err, points.ErrNotFound)
	b.same("what is left", b.has(h), int64(95))
	by, err := b.Reversals(ctx, []int64{earned.Number, spent.Number, back.Number})
	b.must(err)
	b.same("reversals", by, map[int64]int64{spent.Number: back.Number, earned.Number: back.Number + 1})
	b.sound()
}

func allOrNothing(t *testing.T, b *bench) {
	h := b.holder(1, 0)
	broken := errors.New("broken")
	err := b.WritePoints(t.Context(), func(tx points.Tx) error {
		if _, err := points.Earn(tx, h.Number, points.Volunteering, points.Entry{Key: "one", At: at}); err != nil {
			return err
		}
		n, err := tx.Balance(points.Person(h.Number))
		if err != nil || n != 10 {
			t.Errorf("within: %d, %v", n, err)
		}
		return broken
	})
	b.wants("broken", err, broken)
	b.same("afterwards", b.has(h), int64(0))
	b.same("entries", b.sound().Entries, int64(0))
}

const many = 50

// windows: fifty spend at once, each under a key of its own, what is there for seven.
func windows(t *testing.T, b *bench) {
	h := b.holder(1, 750)
	var group sync.WaitGroup
	results := make([]error, many)
	for i := range many {
		group.Go(func() {
			_, results[i] = b.ledger.Spend(t.Context(), points.Order{Holder: h.Number, Rule: "rice", Key: fmt.Sprint("window", i)})
		})
	}
	group.Wait()
	done := 0
	for _, err := range results {
		if err == nil {
			done++
		} else if !errors.Is(err, points.ErrShort) {
			t.Error(err)
		}
	}
	b.same("bags of rice", done, 7)
	b.same("what is left", b.has(h), int64(50))
	b.sound()
	// The same key fifty times is one.
	rich := b.holder(2, 9000)
	for i := range many {
		group.Go(func() {
			_, results[i] = b.ledger.Spend(t.Context(), points.Order{Holder: rich.Number, Rule: "rice", Key: "the same"})
		})
	}
	group.Wait()
	done = 0
	for _, err := range results {
		if err == nil {
			done++
		} else if !errors.Is(err, points.ErrBooked) {
			t.Error(err)
		}
	}
	b.same("under one key", done, 1)
	b.same("what is left of it", b.has(rich), int64(8900))
}

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
	b.must(b.steward.Changed(ctx, number))
	b.must(b.steward.Changed(ctx, number))
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
	b.must(b.steward.Changed(ctx, 999))
	b.sound()
}

// random books at random and holds the books against a plain sum.
func random(t *testing.T, b *bench) {
	ctx := t.Context()
	chance := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	var all []points.Holder
	for i := range 4 {
		all = append(all, b.holder(i+1, 0))
	}
	want := map[int64]int64{}
	var booked []points.Entry
	reversed := map[int64]bool{}
	for i := range 150 {
		h := all[chance.IntN(len(all))]
		order := points.Order{Holder: h.Number, Key: fmt.Sprint("random", i)}
		var e points.Entry
		var err error
		switch chance.IntN(4) {
		case 0, 1:
			order.Rule = []string{points.Volunteering, points.Suggestion}[chance.IntN(2)]
			e, err = b.ledger.Earn(ctx, order)
		case 2:
			order.Rule = []string{"rice", "housekeeping"}[chance.IntN(2)]
			e, err = b.ledger.Spend(ctx, order)
			if short := want[h.Number] < map[string]int64{"rice": 100, "housekeeping": 200}[order.Rule]; short != errors.Is(err, points.ErrShort) {
				t.Fatalf("%s with %d: %v", order.Rule, want[h.Number], err)
			}
		case 3:
			if len(booked) == 0 {
				continue
			}
			before := booked[chance.IntN(len(booked))]
			e, err = b.ledger.Reverse(ctx, before.Number, "", "")
			switch left := want[before.Holder()] - before.Of(points.Person(before.Holder())); {
			case before.Kind == points.Reversed || reversed[before.Number]:
				b.wants("a second reversal", err, points.ErrReversed)
			case left < 0:
				b.wants("what is spent", err, points.ErrShort)
			default:
				b.must(err)
				reversed[before.Number] = true
			}
		}
		if err != nil {
			continue
		}
		booked = append(booked, e)
		want[e.Holder()] += e.Of(points.Person(e.Holder()))
	}
	b.sound()
	for _, h := range all {
		own, err := b.PointsEntries(ctx, points.EntryQuery{Holder: h.Number})
		b.must(err)
		b.same("the balance", b.has(h), want[h.Number])
		b.same("the fold", points.Balance(points.Person(h.Number), own), want[h.Number])
		running := int64(0)
		for i := len(own) - 1; i >= 0; i-- {
			if running += own[i].Of(points.Person(h.Number)); running < 0 {
				t.Fatalf("holder %d had %d after entry %d", h.Number, running, own[i].Number)
			}
		}
	}
}

func imports(t *testing.T, b *bench) {
	ctx := t.Context()
	h := b.holder(1, 0)
	row, err := b.ledger.Import(ctx, "bad", "li", []points.Row{{Holder: h.Number, Points: 30}, {Token: Token(2), Name: "李大山", Points: -1}})
	b.wants("less than nothing", err, points.ErrShort)
	b.same("the bad row", row, 2)
	b.same("nothing of it", b.has(h), int64(0))
	_, err = b.HolderByToken(ctx, Token(2))
	b.wants("nobody of it", err, points.ErrNotFound)
	list := []points.Row{{Holder: h.Number, Points: 30, Reason: "旧账"}, {Token: Token(2), Name: "李大山", Points: 40}}
	n, err := b.ledger.Import(ctx, "good", "li", list)
	b.must(err)
	b.same("rows", n, 2)
	_, err = b.ledger.Import(ctx, "good", "li", list)
	b.wants("the same list again", err, points.ErrBooked)
	b.same("once", b.has(h), int64(30))
	b.sound()
}
