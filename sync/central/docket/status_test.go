package docket

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// What may be done to a case, and where it leads: written out a second time, so
// that a change of the table is one on purpose.
func TestTable(t *testing.T) {
	const promise = `
		          filed>delivered
		delivered accepted>accepted cancelled>cancelled refused>refused merged>merged
		accepted  dispatched>dispatched transferred>dispatched submitted>working started>working cancelled>cancelled refused>refused merged>merged
		dispatched returned>accepted redispatched>dispatched transferred>dispatched started>working cancelled>cancelled merged>merged
		working   returned>accepted redispatched>dispatched transferred>dispatched approved>working declined>refused completed>done cancelled>cancelled merged>merged
		done      rated>rated reopened>accepted
		rated     rated>rated reopened>accepted
		cancelled reopened>accepted
		refused   reopened>accepted
		merged    rated>merged reopened>accepted merged>merged followed>merged`
	want := map[string]bool{}
	for line := range strings.Lines(strings.TrimSpace(promise)) {
		fields := strings.Fields(line)
		from := ""
		if !strings.Contains(fields[0], ">") {
			from, fields = fields[0], fields[1:]
		}
		for _, f := range fields {
			want[from+" "+f] = true
		}
	}
	for _, s := range Statuses {
		want[fmt.Sprintf("%s noted>%s", s, s)] = true
		want[fmt.Sprintf("%s corrected>%s", s, s)] = true
	}
	for _, from := range append([]Status{"", "saved", "lost"}, Statuses...) {
		for _, a := range append([]Action{"", "lost"}, Actions...) {
			to, ok := from.After(a)
			key := fmt.Sprintf("%s %s>%s", from, a, to)
			if ok != want[key] {
				t.Errorf("%s: %v", key, ok)
			}
			delete(want, key)
		}
	}
	for key := range want {
		t.Errorf("not in the table: %s", key)
	}
}

func TestStatuses(t *testing.T) {
	for _, s := range Statuses {
		if s.Closed() != (len(s.Next()) == 0) {
			t.Errorf("%s: closed %v, but next %v", s, s.Closed(), s.Next())
		}
		for _, to := range s.Next() {
			a, ok := s.Towards(to)
			if after, can := s.After(a); !ok || !can || after != to {
				t.Errorf("%s to %s: %s", s, to, a)
			}
		}
		_, reopens := s.After(Reopen)
		if s.Closed() != reopens {
			t.Errorf("%s: closed %v, opens again %v", s, s.Closed(), reopens)
		}
		// Whatever a terminal was built with, it knows these four words.
		known, finer := s.Words()
		if !slices.Contains([]string{"delivered", "accepted", "working", "done"}, known) || finer != "" && finer != string(s) || finer == "" && known != string(s) {
			t.Errorf("%s is told as %q, %q", s, known, finer)
		}
	}
}

// try makes a random event, most of them of no use to the case.
func try(random *rand.Rand, s State) Event {
	e := Event{Action: Actions[random.IntN(len(Actions))], At: time.Unix(random.Int64N(1e9), 0)}
	e.Status, _ = s.Status.After(e.Action)
	if random.IntN(20) == 0 {
		e.Status = Statuses[random.IntN(len(Statuses))]
	}
	maybe := func(n int) bool { return random.IntN(n) > 0 }
	switch random.IntN(3) {
	case 0:
		e.Assignee = ToWorker(fmt.Sprint("w", random.IntN(3)))
	case 1:
		e.Assignee = ToDepartment(Departments[random.IntN(len(Departments))])
	}
	if maybe(2) {
		e.Note = "好"
	}
	if (e.Action == Rate) == maybe(20) {
		e.Stars = random.IntN(7)
	}
	if maybe(3) {
		e.Due = e.At.Add(time.Hour)
	}
	e.Other, e.OtherStatus = random.Int64N(3), Statuses[random.IntN(len(Statuses))]
	if e.Action == FollowOther && maybe(3) {
		e.Other = s.Into
	}
	for range random.IntN(4) {
		e.Chain = append(e.Chain, Departments[random.IntN(len(Departments))])
	}
	if e.Step, _ = s.Step(); !maybe(4) {
		e.Step = Departments[random.IntN(len(Departments))]
	}
	if !maybe(3) {
		e.Verification = "00000-00000"
	}
	if maybe(4) {
		e.Correction = &Correction{Category: Categories[random.IntN(len(Categories))], Concern: Hope, Priority: Urgency(random.IntN(4))}
	}
	return e
}

// Whatever is tried in whatever order: what was let through is in the table, folds
// to the state it made, and leaves nothing open on what is closed.
func TestRandomActions(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 11))
	reached, refused := map[Status]int{}, map[error]int{}
	for range 2500 {
		var s State
		var events []Event
		for range 60 {
			e := try(random, s)
			e.Number = int64(len(events) + 1)
			next, err := s.Apply(e)
			if err != nil {
				for _, known := range []error{ErrMove, ErrEvent, ErrApproval} {
					if errors.Is(err, known) {
						refused[known]++
					}
				}
				if _, err := Fold(append(slices.Clone(events), e)); err == nil {
					t.Fatalf("%+v was refused, and folds", e)
				}
				continue
			}
			if to, ok := s.Status.After(e.Action); !ok || to != next.Status {
				t.Fatalf("%q %q led to %q", s.Status, e.Action, next.Status)
			}
			if next.Status.Closed() && (next.Assignee != "" || !next.Due.IsZero()) {
				t.Fatalf("%q left %+v", e.Action, next)
			}
			if e.Action == Complete && next.Approved < len(next.Chain) {
				t.Fatalf("completed before it was approved: %+v", next)
			}
			if (next.Into != 0) != (next.Status == Merged) || (next.Status != Merged) != (next.Told == next.Status) || next.Told == Merged {
				t.Fatalf("%q led to %+v", e.Action, next)
			}
			if next.Verification != "" && !(next.Status == Done || next.Status == Rated) {
				t.Fatalf("a paper counts of %+v", next)
			}
			if next.Assignee != "" && !next.Assignee.valid() {
				t.Fatalf("assigned to %q", next.Assignee)
			}
			s, events = next, append(events, e)
			reached[s.Status]++
			c := Case{Status: s.Status}
			if Standing(c, events) != s.Told {
				t.Fatalf("told %q, standing %q", s.Told, Standing(c, events))
			}
		}
		folded, err := Replay(events)
		if err != nil || fmt.Sprintf("%+v", folded) != fmt.Sprintf("%+v", s) {
			t.Fatalf("fold: %+v, %v; want %+v", folded, err, s)
		}
	}
	for _, s := range Statuses {
		if reached[s] < 50 {
			t.Errorf("%s was reached %d times", s, reached[s])
		}
	}
	for _, err := range []error{ErrMove, ErrEvent, ErrApproval} {
		if refused[err] < 100 {
			t.Errorf("%v was said %d times", err, refused[err])
		}
	}
}

// run is a history of actions, each with the status that it leads to.
func run(t *testing.T, actions ...Event) []Event {
	t.Helper()
	var s State
	for i := range actions {
		e := &actions[i]
		e.Number = int64(i + 1)
		e.Status, _ = s.Status.After(e.Action)
		var err error
		if s, err = s.Apply(*e); err != nil {
			t.Fatalf("event %d: %v", e.Number, err)
		}
	}
	return actions
}

func TestApprovals(t *testing.T) {
	chain := []Department{Property, Committee, Street}
	approve := func(d Department) Event { return Event{Action: Approve, Detail: Detail{Step: d}} }
	begun := []Event{{Action: File}, {Action: Accept}, {Action: Submit, Detail: Detail{Chain: chain}}}
	s, err := Replay(run(t, append(begun, approve(Property), approve(Committee))...))
	if step, open := s.Step(); err != nil || !open || step != Street || s.Assignee != ToDepartment(Street) {
		t.Fatalf("%+v, %v", s, err)
	}
	if _, err := s.Apply(Event{Action: Complete, Status: Done}); !errors.Is(err, ErrApproval) {
		t.Fatalf("completed with a step open: %v", err)
	}
	if _, err := s.Apply(Event{Action: Approve, Status: Working, Detail: Detail{Step: Property}}); !errors.Is(err, ErrEvent) {
		t.Fatalf("approved twice by one: %v", err)
	}
	s, err = s.Apply(Event{Action: Approve, Status: Working, Detail: Detail{Step: Street}})
	if _, open := s.Step(); err != nil || open || s.Assignee != "" {
		t.Fatalf("%+v, %v", s, err)
	}
	s, err = s.Apply(Event{Action: Complete, Status: Done, Detail: Detail{Verification: "00000-00000"}})
	if err != nil || s.Verification == "" {
		t.Fatalf("%+v, %v", s, err)
	}
	if s, err = s.Apply(Event{Action: Reopen, Status: Accepted}); err != nil || s.Verification != "" || s.Chain != nil {
		t.Fatalf("opened again: %+v, %v", s, err)
	}
	s, err = Replay(run(t, append(begun, approve(Property), Event{Action: Decline, Note: "缺租房合同", Detail: Detail{Step: Committee}})...))
	if err != nil || s.Status != Refused {
		t.Fatalf("declined: %+v, %v", s, err)
	}
}

// finished is the history of a finished case as central wrote it before it knew
// actions, with more behind it.
func finished(more ...Event) []Event {
	var all []Event
	for _, s := range []Status{Delivered, Accepted, Working, Done} {
		all = append(all, Event{Status: s})
	}
	all = append(all, more...)
	for i := range all {
		all[i].Number = int64(i + 1)
	}
	return all
}

func TestFoldOfOldHistories(t *testing.T) {
	for name, c := range map[string]struct {
		events []Event
		want   Status
	}{
		"finished":             {finished(), Done},
		"well rated":           {finished(Event{Status: Done, Stars: 5}, Event{Status: Done, Stars: 3}), Done},
		"badly rated":          {finished(Event{Status: Done, Stars: 2}, Event{Status: Accepted}), Accepted},
		"done and rated again": {finished(Event{Status: Done, Stars: 1}, Event{Status: Accepted}, Event{Status: Working}, Event{Status: Done}, Event{Status: Done, Stars: 4}), Done},
		"rated once more now":  {finished(Event{Status: Done, Stars: 4}, Event{Action: Rate, Status: Rated, Stars: 5}), Rated},
	} {
		if got, err := Fold(c.events); err != nil || got != c.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestFoldRefuses(t *testing.T) {
	for name, events := range map[string][]Event{
		"a gap":           {{Number: 1, Status: Delivered}, {Number: 3, Status: Accepted}},
		"a leap":          {{Number: 1, Status: Delivered}, {Number: 2, Status: Done}},
		"a late begin":    {{Number: 1, Status: Accepted}},
		"the same again":  {{Number: 1, Status: Delivered}, {Number: 2, Status: Delivered}},
		"an unknown word": {{Number: 1, Status: Delivered}, {Number: 2, Status: "lost"}},

		"a rating of what is not done": {{Number: 1, Status: Delivered}, {Number: 2, Status: Delivered, Stars: 5}},
		"a rating that moves":          finished(Event{Status: Accepted, Stars: 1}),
		"six stars":                    finished(Event{Status: Done, Stars: 6}),
		"opened again, but elsewhere":  finished(Event{Status: Done, Stars: 1}, Event{Status: Working}),

		"refused without a reason": {{Number: 1, Action: File, Status: Delivered}, {Number: 2, Action: Refuse, Status: Refused}},
		"done by nobody":           {{Number: 1, Action: File, Status: Delivered}, {Number: 2, Action: Accept, Status: Accepted}, {Number: 3, Action: Dispatch, Status: Dispatched}},
		"merged into what is merged": {{Number: 1, Action: File, Status: Delivered},
			{Number: 2, Action: Merge, Status: Merged, Detail: Detail{Other: 7, OtherStatus: Merged}}},
	} {
		if s, err := Fold(events); err == nil {
			t.Errorf("%s: folded to %q", name, s)
		}
	}
}

func TestUrgency(t *testing.T) {
	for word, want := range map[string]Urgency{"urgent": Urgent, "soon": Soon, "normal": Normal, "": Normal, "of a newer catalogue": Soon} {
		if got := ParseUrgency(word); got != want {
			t.Errorf("%q: %v, want %v", word, got, want)
		}
	}
}
