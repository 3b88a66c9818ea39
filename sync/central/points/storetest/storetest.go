// Package storetest says what a points.Store must do, for every driver.
package storetest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"time"

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
		"PointsFollowTheCase": follow, "ReversedByHand": reversedByHand, "RandomBookingsKeepTheBooks": random, "ImportIsAllOrNothing": imports,
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
