package storetest

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"lintai/sync/central/deadline"
	"lintai/sync/central/docket"
)

// histories has random things happen to cases at random times, with a queue that is
// sometimes late, and holds the list and all that was told against the events.
func histories(t *testing.T, h *house) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	var cases []int64
	for range 12 {
		cases = append(cases, h.file())
	}
	pick := func() docket.Assignee { return docket.ToWorker("worker" + strconv.Itoa(1+random.IntN(2))) }
	for range 150 {
		h.until(h.now.Add(time.Duration(random.IntN(25))*time.Minute+time.Microsecond), time.Duration(random.IntN(4))*time.Minute)
		number := cases[random.IntN(len(cases))]
		action := []docket.Action{docket.Accept, docket.Dispatch, docket.Start, docket.Complete, docket.Return, docket.Redispatch,
			docket.Transfer, docket.Rate, docket.Reopen, docket.Cancel, docket.Tell, docket.Accept, docket.Start}[random.IntN(13)]
		e := docket.Event{Action: action}
		switch action {
		case docket.Dispatch, docket.Redispatch:
			e.Assignee = pick()
		case docket.Transfer:
			e.Assignee = docket.ToDepartment(docket.Urban)
		case docket.Rate:
			e.Stars = 1 + random.IntN(5)
		case docket.Tell:
			e.Inner = "…"
		}
		h.act(number, e)
		h.check(cases)
	}
	h.until(h.now.Add(6*time.Hour), 0)
	h.check(cases)
	for _, number := range cases {
		h.checkTold(number)
	}
}

// stands finds from the events alone until when a case has to be what it is not yet;
// zero for a closed one. Limits of urgent cases are an hour and two.
func stands(events []docket.Event, at time.Time) (response, fix time.Time) {
	var began time.Time
	answered, closed := false, true
	for _, e := range events {
		if e.At.After(at) {
			break
		}
		switch e.Status {
		case docket.Done, docket.Rated, docket.Cancelled:
			closed = true
			continue
		}
		if closed {
			began, answered, closed = e.At, false, false
		}
		answered = answered || e.Status == docket.Dispatched || e.Status == docket.Working
	}
	switch {
	case closed:
		return time.Time{}, time.Time{}
	case answered:
		return time.Time{}, began.Add(2 * time.Hour)
	}
	return began.Add(time.Hour), began.Add(2 * time.Hour)
}

func (h *house) check(cases []int64) {
	h.t.Helper()
	var want []int64
	for _, number := range cases {
		_, events, err := h.Case(h.t.Context(), number)
		h.must(err)
		response, fix := stands(events, h.now)
		if !response.IsZero() && !h.now.Before(response) || !fix.IsZero() && !h.now.Before(fix) {
			want = append(want, number)
		}
	}
	all, err := h.OverdueCases(h.t.Context(), h.now, nil, 0, 0)
	h.must(err)
	var got []int64
	for i, one := range all {
		got = append(got, one.Number)
		_, due := one.Kept.Due()
		if i > 0 {
			if _, before := all[i-1].Kept.Due(); due.Before(before) {
				h.t.Errorf("the list is not in order: %v after %v", due, before)
			}
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		h.t.Fatalf("overdue at %v: %v, want %v", h.now, got, want)
	}
	counts, err := h.CountOverdue(h.t.Context(), h.now)
	h.must(err)
	total := 0
	for assignee, n := range counts {
		total += n
		of, err := h.OverdueCases(h.t.Context(), h.now, &assignee, 0, 0)
		h.must(err)
		if len(of) != n {
			h.t.Errorf("%q has %d overdue, counted %d", assignee, len(of), n)
		}
	}
	if total != len(want) {
		h.t.Errorf("counted %v, want %d", counts, len(want))
	}
}

// checkTold holds each notification against how the case stood when it was told.
func (h *house) checkTold(number int64) {
	h.t.Helper()
	_, events, err := h.Case(h.t.Context(), number)
	h.must(err)
	told, err := h.NotificationsOf(h.t.Context(), number)
	h.must(err)
	type once struct {
		account string
		round   int
		what    deadline.What
		late    bool
	}
	known := map[once]bool{}
	for _, n := range told {
		response, fix := stands(events, n.At)
		due := fix
		if n.What == deadline.Response {
			due = response
		}
		switch {
		case due.IsZero():
			h.t.Errorf("case %d: told of a limit that is not open: %+v", number, n)
		case !due.Equal(n.Due):
			h.t.Errorf("case %d: told of %v, due %v", number, n.Due, due)
		case n.Stage.Late() == n.At.Before(due):
			h.t.Errorf("case %d: told at the wrong time: %+v", number, n)
		}
		key := once{n.Account, n.Round, n.What, n.Stage.Late()}
		if known[key] {
			h.t.Errorf("case %d: told twice: %+v", number, n)
		}
		known[key] = true
	}
	if response, fix := stands(events, h.now); !fix.IsZero() && fix.Add(time.Hour).Before(h.now) && response.IsZero() {
		if !slices.ContainsFunc(told, func(n deadline.Notification) bool {
			return n.What == deadline.Fix && n.Account == "admin" && n.Due.Equal(fix)
		}) {
			h.t.Errorf("case %d is over for an hour, and the administrator does not know", number)
		}
	}
}
