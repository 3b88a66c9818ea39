// Package storetest says what an insight.Store must do, for every driver.
package storetest

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/activity"
	"lintai/sync/central/deadline"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/insight"
)

// Store is a database of figures beside what they are made of.
type Store interface {
	insight.Store
	docket.Store
	grid.Store
	activity.Store
}

var at = time.Date(2026, 11, 16, 1, 0, 0, 0, time.UTC) // a Monday

// Run runs the suite; open gives an empty store at each call.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, test := range map[string]func(*testing.T, *bench){
		"FiguresFollowTheDocket": follow, "AMonthThatChangedMeanwhileStaysStale": stale, "Pages": pages, "Habits": habits,
		"PlacesWhereItBreaksAgain": places, "ManyCasesAreLeftToTheNextJob": many,
	} {
		t.Run(name, func(t *testing.T) { test(t, newBench(t, open(t))) })
	}
}

type bench struct {
	Store
	t      *testing.T
	now    time.Time
	keeper *insight.Keeper
	filed  int
	left   []insight.Count // jobs that were added
}

func newBench(t *testing.T, s Store) *bench {
	b := &bench{Store: s, t: t, now: at.Add(30 * time.Minute)}
	rules, err := deadline.Parse("")
	b.must(err)
	b.keeper = &insight.Keeper{Store: s, Clock: func() time.Time { return b.now }, Aside: []string{"points"},
		Rules: func(context.Context) (*deadline.Rules, error) { return rules, nil },
		Later: func(_ context.Context, c insight.Count) error { b.left = append(b.left, c); return nil }}
	b.must(s.AddTerminal(t.Context(), docket.Terminal{Number: 12, Name: "大厅", AddedAt: at}, docket.Code{ID: "code", Kiosk: 12, MadeAt: at}))
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) same(what string, got, want any) {
	b.t.Helper()
	if !reflect.DeepEqual(got, want) {
		b.t.Fatalf("%s is\n%+v, want\n%+v", what, got, want)
	}
}

type draw uint32

func (d draw) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(d >> (8 * (3 - i%4)))
	}
	return len(p), nil
}

func (b *bench) ticket() ticket.Code {
	b.filed++
	code, err := ticket.New(12, draw(b.filed))
	b.must(err)
	return code
}

// file files cases that were asked for then, each by a card of its own number when it has one.
func (b *bench) file(service, grid string, asked time.Time, cards ...int) (numbers []int64) {
	b.t.Helper()
	var all []docket.Case
	for _, card := range cards {
		r := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, Ticket: b.ticket(), Service: service, Address: "幸福里3号楼502室",
			Person: &request.Person{Name: "张桂兰", Phone: "13812345678"}}
		c := docket.Case{ID: r.ID, Kiosk: 12, Ticket: r.Ticket, Service: service, Urgency: docket.Urgent, RequestedAt: asked, ReceivedAt: asked}
		if card > 0 {
			c.Card = token(card)
		}
		body, err := json.Marshal(r)
		b.must(err)
		c.Body = body
		all = append(all, c)
	}
	b.must(b.Store.Write(b.t.Context(), func(tx docket.Tx) error {
		filed, err := tx.FileCases(all...)
		numbers = nil
		for _, f := range filed {
			numbers = append(numbers, f.Number)
			if f.Err != nil {
				return f.Err
			}
		}
		return err
	}))
	if grid != "" {
		for _, n := range numbers {
			b.must(b.PlaceCase(b.t.Context(), n, grid, "3号楼"))
		}
	}
	return numbers
}

func token(card int) string { return hex.EncodeToString(fmt.Appendf(nil, "card%012d", card)) }

// advance does things to a case.
func (b *bench) advance(number int64, events ...docket.Event) {
	b.t.Helper()
	b.must(b.Store.Write(b.t.Context(), func(tx docket.Tx) error {
		c, err := tx.LockCase(number)
		if err == nil {
			_, err = docket.Advance(tx, c, events...)
		}
		return err
	}))
}

func event(a docket.Action, after time.Duration) docket.Event {
	return docket.Event{Action: a, At: at.Add(after)}
}

// rate files a rating of a case as intake does.
func (b *bench) rate(number int64, stars int, words string, after time.Duration) {
	b.t.Helper()
	r := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, Ticket: b.ticket(), Service: "rating", Answers: []request.Answer{{Step: "words", Text: words}}}
	body, err := json.Marshal(r)
	b.must(err)
	b.must(b.Store.Write(b.t.Context(), func(tx docket.Tx) error {
		n, err := tx.FileRating(docket.Rating{ID: r.ID, Kiosk: 12, Ticket: r.Ticket, Stars: stars, RequestedAt: at.Add(after), ReceivedAt: at.Add(after), Body: body, Reason: docket.RatingUnknown})
		if err != nil {
			return err
		}
		return tx.SettleRating(n, number, "")
	}))
	e := event(docket.Rate, after)
	e.Stars = stars
	b.advance(number, e)
}

func (b *bench) classify(number int64, c docket.Classification) {
	b.t.Helper()
	b.must(b.Store.Write(b.t.Context(), func(tx docket.Tx) error { return tx.Classify(number, c) }))
}

func (b *bench) count(c insight.Count) *insight.Cube {
	b.t.Helper()
	b.must(b.keeper.Count(b.t.Context(), c))
	cube, err := b.keeper.Cube(b.t.Context())
	b.must(err)
	return cube
}

func (b *bench) figures(c *insight.Cube, grid string) insight.Figures {
	return c.Sum(func(k insight.Key) bool { return k.Grid == grid }).Figures()
}

func follow(t *testing.T, b *bench) {
	all := b.file("repair", "3", at, 1, 2, 0, 0, 0, 0)
	b.file("points", "3", at, 3)
	c := b.count(insight.Count{})
	f := b.figures(c, "3")
	if f.Cases != 6 || f.Overdue.Part != 0 || f.Response.Count != 0 || !c.AsOf.Equal(b.now) {
		t.Fatalf("%+v", f)
	}
	// Two are begun in time and done, one of them badly; the others wait beyond their hour.
	for _, n := range all[:2] {
		b.advance(n, event(docket.Accept, 10*time.Minute), event(docket.Start, 20*time.Minute), event(docket.Complete, 50*time.Minute))
	}
	b.rate(all[0], 5, "", 55*time.Minute)
	b.rate(all[1], 2, "等了太久，张桂兰", 56*time.Minute)
	b.advance(all[1], event(docket.Reopen, 57*time.Minute))
	b.now = at.Add(65 * time.Minute)
	c = b.count(insight.Count{})
	f = b.figures(c, "3")
	if f.Cases != 6 || f.Response.Count != 2 || f.Fix.Count != 1 || f.Overdue != (insight.Share{Part: 4, Of: 6}) ||
		f.Reopened != (insight.Share{Part: 1, Of: 2}) || f.Satisfied != (insight.Share{Part: 1, Of: 2}) {
		t.Fatalf("%+v", f)
	}
	sum := c.Sum(func(insight.Key) bool { return true })
	b.same("the reasons", sum.Reasons, map[insight.Reason]int{insight.Slow: 1})
	// What has no event is seen when all are looked at: another category, another grid.
	b.classify(all[2], docket.Classification{Category: docket.SafetyNeed, Priority: docket.Urgent})
	b.must(b.PlaceCase(t.Context(), all[2], "4", "7号楼"))
	b.now = at.Add(70 * time.Minute)
	c = b.count(insight.Count{Whole: true})
	if cell := c.Cells[insight.Key{Month: 202611, Grid: "4", Category: docket.SafetyNeed}]; cell == nil || cell.Cases != 1 || cell.Overdue != 1 {
		t.Fatalf("%+v", cell)
	}
	if f := b.figures(c, "3"); f.Cases != 5 {
		t.Fatalf("%+v", f)
	}
	// An older one that comes by a stick is found when all are looked at.
	b.file("repair", "3", at.AddDate(0, -2, 0), 0)
	b.now = at.Add(75 * time.Minute)
	if months := b.count(insight.Count{}).Months(); len(months) != 1 {
		t.Fatalf("%v", months)
	}
	b.now = at.Add(80 * time.Minute)
	b.same("the months", b.count(insight.Count{Whole: true}).Months(), []insight.Month{202609, 202611})
	forecasts, when, err := b.keeper.Forecasts(t.Context())
	b.must(err)
	if len(forecasts) != 1+len(docket.Categories) || !when.Equal(b.now) {
		t.Fatalf("%d forecasts at %s", len(forecasts), when)
	}
	left, err := b.StaleCases(t.Context(), time.Time{}, 0, 10)
	b.must(err)
	b.same("what is left", len(left), 0)
}

func stale(t *testing.T, b *bench) {
	b.file("repair", "3", at, 0)
	b.must(b.PutFacts(t.Context(), []insight.Fact{{Case: 1, Month: 202611, Day: 1, Response: -1, Fix: -1}}))
	months, err := b.StaleMonths(t.Context())
	b.must(err)
	b.must(b.PutFacts(t.Context(), []insight.Fact{{Case: 1, Month: 202611, Day: 2, Response: -1, Fix: time.Hour, Completed: true, Reasons: []insight.Reason{insight.Slow, insight.Again}}}))
	key := insight.Key{Month: 202611}
	b.must(b.PutCells(t.Context(), 202611, months[202611], map[insight.Key]*insight.Cell{key: {Cases: 99}}))
	cells, err := b.Cells(t.Context(), 202601, 202612)
	b.must(err)
	b.same("the cells", len(cells), 0)
	months, err = b.StaleMonths(t.Context())
	b.must(err)
	var facts []insight.Fact
	b.must(b.Facts(t.Context(), 202611, func(f insight.Fact) { facts = append(facts, f) }))
	b.same("the facts", facts, []insight.Fact{{Case: 1, Month: 202611, Day: 2, Response: -1 * time.Microsecond, Fix: time.Hour, Completed: true, Reasons: []insight.Reason{insight.Slow, insight.Again}}})
	b.must(b.PutCells(t.Context(), 202611, months[202611], map[insight.Key]*insight.Cell{key: {Cases: 1}}))
	cells, err = b.Cells(t.Context(), 202611, 202611)
	b.must(err)
	b.same("the cells", cells, map[insight.Key]*insight.Cell{key: {Cases: 1}})
	months, err = b.StaleMonths(t.Context())
	b.must(err)
	b.same("stale months", months, map[insight.Month]int64{})
}

func pages(t *testing.T, b *bench) {
	var text string
	when, err := b.Page(t.Context(), "nothing", &text)
	b.must(err)
	b.same("a page that is not there", when, time.Time{})
	b.must(b.PutPage(t.Context(), "one", at, "一"))
	b.must(b.PutPage(t.Context(), "one", at.Add(time.Hour), "二"))
	when, err = b.Page(t.Context(), "one", &text)
	b.must(err)
	b.same("the page", text+when.Format(time.RFC3339), "二"+at.Add(time.Hour).Format(time.RFC3339))
}

func habits(t *testing.T, b *bench) {
	b.file("repair", "", at, 1, 1, 2, 0)
	b.file("points", "", at, 1, 3) // asks for nothing
	b.must(b.WriteActivities(t.Context(), func(tx activity.Tx) error {
		if err := tx.AddActivity(activity.Activity{ID: "tea", Name: "茶会", Start: at, End: at.Add(time.Hour), Places: 9}); err != nil {
			return err
		}
		for _, card := range []int{1, 4} {
			if _, err := tx.AddSeat(activity.Seat{Activity: "tea", Token: token(card), Name: "张桂兰", Phone: "13812345678", People: 1, State: activity.Attended, At: at}); err != nil {
				return err
			}
		}
		return nil
	}))
	all, err := b.Habits(t.Context(), at.Add(-time.Hour), b.keeper.Aside)
	b.must(err)
	slices.SortFunc(all, func(x, y insight.Habit) int { return cmp.Or(y.Requests-x.Requests, y.Activities-x.Activities) })
	b.same("the habits", all, []insight.Habit{{Requests: 2, Urgent: 2, Activities: 1}, {Requests: 1, Urgent: 1}, {Activities: 1}})
	all, err = b.Habits(t.Context(), at.Add(time.Hour), b.keeper.Aside)
	b.must(err)
	b.same("the habits since", len(all), 0)
}

func places(t *testing.T, b *bench) {
	for range 3 {
		for _, n := range b.file("repair", "3", at, 0) {
			b.classify(n, docket.Classification{Category: docket.LivingNeed, Priority: docket.Normal, Topic: "lift", Place: 77, Repeat: 1})
		}
	}
	for _, n := range b.file("repair", "3", at.AddDate(0, -2, 0), 0) {
		b.classify(n, docket.Classification{Category: docket.LivingNeed, Priority: docket.Normal, Topic: "lift", Place: 77, Repeat: 1})
	}
	b.count(insight.Count{})
	found, err := b.keeper.Places(t.Context(), 20264)
	b.must(err)
	b.same("the places", found, []insight.Place{{Grid: "3", Building: "3号楼", Topic: "lift", Times: 3, Before: 1}})
}

func many(t *testing.T, b *bench) {
	b.file("repair", "", at, make([]int, 5)...)
	b.must(b.keeper.Count(t.Context(), insight.Count{Whole: true, After: 3}))
	if when, err := b.Page(t.Context(), "count", nil); err != nil || when.IsZero() {
		t.Fatalf("%s, %v", when, err)
	}
	left, err := b.StaleCases(t.Context(), time.Time{}, 0, 2)
	b.must(err)
	b.same("what is left", left, []int64{1, 2})
	left, err = b.StaleCases(t.Context(), at.Add(-time.Hour), 1, 9)
	b.must(err)
	b.same("what is left of lately", left, []int64{2, 3})
	left, err = b.StaleCases(t.Context(), at.Add(time.Hour), 0, 9)
	b.must(err)
	b.same("what is left of later", len(left), 0)
	if len(b.left) != 0 {
		t.Fatalf("%+v", b.left)
	}
}
