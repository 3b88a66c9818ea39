package demodata

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"lintai/kiosk/ticket"
	"lintai/sync/central/dispatch"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/staff"
	"lintai/sync/central/store"
	"lintai/sync/wire"
)

// ledger is a docket in memory, as far as the operations that make demo data ask for
// one. What it does not keep itself it leaves to the database, which is read, not
// written, until cases are loaded. Nothing is undone: an operation that fails
// ends the making of all.
type ledger struct {
	*store.Store
	cases   map[int64]*story
	tickets map[ticket.Code]int64
	ids     map[string]int64
	waiting []int64 // unclassified
	places  map[int64][]docket.Case
	merged  map[int64][]int64 // followers by the case they are merged into
	loads   map[string]dispatch.Load
	cursors map[int]int64
	rules   map[string]docket.RuleCount
	number  int64 // of the next case
	ratings int64 // of the newest rating

	book      *grid.Book
	accounts  []staff.Account
	terminals []docket.Terminal
	settings  map[string]string

	done []store.Loaded // to be loaded
}

// story is a case while something may still happen to it.
type story struct {
	store.Loaded
	followed bool // others are merged into it, or it is into another: it stays until the end
}

// loadAtOnce is how many cases go into the database in one transaction.
const loadAtOnce = 2000

func newLedger(ctx context.Context, s *store.Store) (*ledger, error) {
	l := &ledger{Store: s, cases: map[int64]*story{}, tickets: map[ticket.Code]int64{}, ids: map[string]int64{}, places: map[int64][]docket.Case{},
		merged: map[int64][]int64{}, loads: map[string]dispatch.Load{}, cursors: map[int]int64{}, rules: map[string]docket.RuleCount{},
		settings: map[string]string{}, number: 1}
	var err error
	if l.book, err = s.Grids(ctx); err != nil {
		return nil, err
	}
	if l.accounts, err = s.Accounts(ctx); err != nil {
		return nil, err
	}
	if l.terminals, err = s.Terminals(ctx); err != nil {
		return nil, err
	}
	for _, t := range l.terminals {
		if _, l.cursors[t.Number], err = s.Changes(ctx, t.Number, 0, 1); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *ledger) Write(_ context.Context, f func(docket.Tx) error) error {
	return f(&ledgerTx{ledger: l})
}

func (l *ledger) one(number int64) (*story, error) {
	if s, ok := l.cases[number]; ok {
		return s, nil
	}
	return nil, fmt.Errorf("case %d is over: %w", number, docket.ErrNotFound)
}

func (l *ledger) Case(_ context.Context, number int64) (docket.Case, []docket.Event, error) {
	s, err := l.one(number)
	if err != nil {
		return docket.Case{}, nil, err
	}
	return s.Case, s.History, nil
}

func (l *ledger) CaseByTicket(ctx context.Context, code ticket.Code) (docket.Case, []docket.Event, error) {
	return l.Case(ctx, l.tickets[code])
}

func (l *ledger) Classification(_ context.Context, number int64) (docket.Classification, error) {
	s, err := l.one(number)
	if err != nil || s.Loaded.Classification == nil {
		return docket.Classification{}, docket.ErrNotFound
	}
	return *s.Loaded.Classification, nil
}

// Cases answers what desk.Classify asks: what is unclassified, and what was at a place.
func (l *ledger) Cases(_ context.Context, q docket.CaseQuery) ([]docket.Case, error) {
	var found []docket.Case
	switch {
	case q.Unclassified:
		for _, number := range l.waiting[:min(len(l.waiting), q.Limit)] {
			found = append(found, l.cases[number].Case)
		}
	case q.Place != 0:
		at := l.places[q.Place]
		for i := len(at) - 1; i >= 0 && len(found) < q.Limit; i-- {
			c := at[i]
			if s, alive := l.cases[c.Number]; alive {
				c = s.Case
			}
			if c.RequestedAt.Before(q.From) || c.RequestedAt.After(q.Until) {
				continue
			}
			found = append(found, c)
		}
	default:
		return nil, fmt.Errorf("the ledger does not answer %+v", q)
	}
	return found, nil
}

func (l *ledger) Setting(ctx context.Context, name string) (string, error) {
	if text, known := l.settings[name]; known {
		return text, nil
	}
	text, err := l.Store.Setting(ctx, name)
	if err == nil {
		l.settings[name] = text
	}
	return text, err
}

func (l *ledger) Grids(context.Context) (*grid.Book, error)            { return l.book, nil }
func (l *ledger) Accounts(context.Context) ([]staff.Account, error)    { return l.accounts, nil }
func (l *ledger) Terminals(context.Context) ([]docket.Terminal, error) { return l.terminals, nil }
func (l *ledger) Loads(context.Context) (map[string]dispatch.Load, error) {
	return maps.Clone(l.loads), nil
}

func (l *ledger) PlaceCase(_ context.Context, number int64, id, building string) error {
	s, err := l.one(number)
	if err == nil {
		s.Placed = grid.Placed{Grid: id, Building: building}
	}
	return err
}

func (l *ledger) PlacesOf(_ context.Context, cases []int64) (map[int64]grid.Placed, error) {
	placed := map[int64]grid.Placed{}
	for _, number := range cases {
		if s, err := l.one(number); err == nil && s.Placed.Grid != "" {
			placed[number] = s.Placed
		}
	}
	return placed, nil
}

// mostAtPlace is how many cases of a place desk.Classify ever asks for.
const mostAtPlace = 50

// end puts a case aside to be loaded: nothing happens to it any more.
func (l *ledger) end(ctx context.Context, number int64) error {
	s, alive := l.cases[number]
	if !alive || s.followed {
		return nil
	}
	return l.put(ctx, s)
}

func (l *ledger) put(ctx context.Context, s *story) error {
	delete(l.cases, s.Number)
	delete(l.tickets, s.Ticket)
	delete(l.ids, s.ID)
	if at, ok := l.places[s.place()]; ok {
		// What is asked of it later is how it stood at the end.
		if i := slices.IndexFunc(at, func(c docket.Case) bool { return c.Number == s.Number }); i >= 0 {
			at[i] = s.Case
		}
	}
	if l.done = append(l.done, s.Loaded); len(l.done) < loadAtOnce {
		return nil
	}
	return l.flush(ctx)
}

func (s *story) place() int64 {
	if s.Loaded.Classification == nil {
		return 0
	}
	return s.Loaded.Classification.Place
}

func (l *ledger) flush(ctx context.Context) error {
	err := l.Load(ctx, l.done)
	l.done = l.done[:0]
	return err
}

// close loads what is left, as it stands.
func (l *ledger) close(ctx context.Context) error {
	for _, number := range slices.Sorted(maps.Keys(l.cases)) {
		if err := l.put(ctx, l.cases[number]); err != nil {
			return err
		}
	}
	if err := l.flush(ctx); err != nil {
		return err
	}
	return l.EndLoad(ctx, l.rules, l.cursors)
}

// ledgerTx is one transaction of the ledger.
type ledgerTx struct {
	docket.Tx // nil: what is asked beside this is a mistake of this package
	ledger    *ledger
}

func (t *ledgerTx) FileCases(all ...docket.Case) ([]docket.Filed, error) {
	l := t.ledger
	var filed []docket.Filed
	for _, c := range all {
		first := c.First()
		c.Number, c.Status, c.Events, c.UpdatedAt = l.number, first.Status, first.Number, first.At
		l.number++
		l.cases[c.Number] = &story{Loaded: store.Loaded{Case: c, History: []docket.Event{first}}}
		l.tickets[c.Ticket], l.ids[c.ID] = c.Number, c.Number
		l.waiting = append(l.waiting, c.Number)
		filed = append(filed, docket.Filed{Number: c.Number})
	}
	return filed, nil
}

func (t *ledgerTx) LockCase(number int64) (docket.Case, error) {
	s, err := t.ledger.one(number)
	if err != nil {
		return docket.Case{}, err
	}
	return s.Case, nil
}

func (t *ledgerTx) LockCaseByTicket(code ticket.Code) (docket.Case, error) {
	return t.LockCase(t.ledger.tickets[code])
}

func (t *ledgerTx) Events(number int64) ([]docket.Event, error) {
	s, err := t.ledger.one(number)
	if err != nil {
		return nil, err
	}
	return s.History, nil
}

func (t *ledgerTx) Append(number int64, e docket.Event) error {
	s, err := t.ledger.one(number)
	if err != nil {
		return err
	}
	if e.Number != s.Events+1 {
		return docket.ErrExists
	}
	e.At = micro(e.At)
	s.Status, s.Events = e.Status, e.Number
	if e.Told() {
		s.UpdatedAt = e.At
	}
	s.History = append(s.History, e)
	return nil
}

// micro is a time as the database keeps it.
func micro(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.UnixMicro(t.UnixMicro()).UTC()
}

func (t *ledgerTx) Project(number int64, state docket.State) error {
	s, err := t.ledger.one(number)
	if err != nil {
		return err
	}
	t.ledger.load(s.Case, -1)
	if s.Into != state.Into {
		t.ledger.follow(number, s.Into, state.Into)
	}
	s.Assignee, s.Due, s.Into, s.Verification = state.Assignee, micro(state.Due), state.Into, state.Verification
	if c := state.Correction; c != nil {
		s.Category, s.Concern, s.Urgency, s.Corrected = c.Category, c.Concern, c.Priority, true
	}
	t.ledger.load(s.Case, 1)
	return nil
}

// load counts a case to whoever has it.
func (l *ledger) load(c docket.Case, n int) {
	if account, ok := c.Assignee.Worker(); ok {
		load := l.loads[account]
		if load[c.Urgency] += n; load == (dispatch.Load{}) {
			delete(l.loads, account)
			return
		}
		l.loads[account] = load
	}
}

func (l *ledger) follow(number, before, after int64) {
	l.merged[before] = slices.DeleteFunc(l.merged[before], func(n int64) bool { return n == number })
	if after == 0 {
		return
	}
	l.merged[after] = append(l.merged[after], number)
	l.cases[number].followed = true
	if other, alive := l.cases[after]; alive {
		other.followed = true
	}
}

func (t *ledgerTx) Followers(number int64) ([]docket.Case, error) {
	var all []docket.Case
	for _, n := range slices.Sorted(slices.Values(t.ledger.merged[number])) {
		all = append(all, t.ledger.cases[n].Case)
	}
	return all, nil
}

func (t *ledgerTx) Classify(number int64, c docket.Classification) error {
	l := t.ledger
	s, err := l.one(number)
	if err != nil {
		return err
	}
	s.Loaded.Classification, s.Repeat = &c, c.Repeat
	if !s.Corrected {
		l.load(s.Case, -1)
		s.Category, s.Concern, s.Urgency = c.Category, c.Concern, c.Priority
		l.load(s.Case, 1)
	}
	l.waiting = slices.DeleteFunc(l.waiting, func(n int64) bool { return n == number })
	if c.Place != 0 {
		at := append(l.places[c.Place], s.Case)
		l.places[c.Place] = at[max(0, len(at)-mostAtPlace):]
	}
	return nil
}

func (t *ledgerTx) Classification(number int64) (docket.Classification, error) {
	return t.ledger.Classification(context.Background(), number)
}

func (t *ledgerTx) CountRules(counts map[string]docket.RuleCount) error {
	for rule, n := range counts {
		c := t.ledger.rules[rule]
		c.Fired, c.Corrected = c.Fired+n.Fired, c.Corrected+n.Corrected
		t.ledger.rules[rule] = c
	}
	return nil
}

func (t *ledgerTx) Change(kiosk int, c wire.Change) error {
	if kiosk == 0 {
		return nil
	}
	t.ledger.cursors[kiosk]++
	c.Cursor = t.ledger.cursors[kiosk]
	s, err := t.ledger.one(t.ledger.ids[c.Status.RequestID])
	if err != nil {
		return err
	}
	s.Changes = append(s.Changes, c)
	return nil
}

func (t *ledgerTx) FileRating(r docket.Rating) (int64, error) {
	s, err := t.ledger.one(t.ledger.tickets[r.Rated])
	if err != nil {
		return 0, err
	}
	t.ledger.ratings++
	r.Number, r.RequestedAt, r.ReceivedAt = t.ledger.ratings, micro(r.RequestedAt), micro(r.ReceivedAt)
	s.Ratings = append(s.Ratings, r)
	return r.Number, nil
}

func (t *ledgerTx) SettleRating(number, caseNumber int64, reason docket.RatingReason) error {
	s, err := t.ledger.one(caseNumber)
	if err != nil {
		return err
	}
	for i := range s.Ratings {
		if s.Ratings[i].Number == number {
			s.Ratings[i].Case, s.Ratings[i].Reason = caseNumber, reason
			return nil
		}
	}
	return docket.ErrNotFound
}

func (t *ledgerTx) RatingsOf(docket.RatingReason, ...ticket.Code) ([]docket.Rating, error) {
	return nil, nil // everybody has her code right, and rates what is there
}
