package storetest

import (
	"testing"
	"time"

	"lintai/sync/central/docket"
)

// What only some actions have comes back as it was, and the state lies on the case.
func details(t *testing.T, s docket.Store) {
	ctx := t.Context()
	number := file(t, s, sample(t, 1))
	due := noon.Add(2 * time.Hour)
	steps := []docket.Event{
		{Number: 2, Action: docket.Accept, Status: docket.Accepted, At: noon, By: "王芳", Detail: docket.Detail{Due: due}},
		{Number: 3, Action: docket.Tell, Status: docket.Accepted, At: noon.Add(time.Minute), By: "王芳", Detail: docket.Detail{Inner: "先打电话 \x00 再去"}},
		{Number: 4, Action: docket.Submit, Status: docket.Working, At: noon.Add(2 * time.Minute), By: "王芳",
			Detail: docket.Detail{Chain: []docket.Department{docket.Property, docket.Street}}},
	}
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		for _, e := range steps {
			must(t, tx.Append(number, e))
		}
		events, err := tx.Events(number)
		must(t, err)
		want(t, "events in the transaction", len(events), 4)
		state, err := docket.Replay(events)
		must(t, err)
		wantError(t, "project onto nothing", tx.Project(999, state), docket.ErrNotFound)
		return tx.Project(number, state)
	}))
	c, history, err := s.Case(ctx, number)
	must(t, err)
	want(t, "first", history[0].Action, docket.File)
	want(t, "details", history[1:], steps)
	want(t, "assignee", c.Assignee, docket.ToDepartment(docket.Property))
	want(t, "due", c.Due, due)
	want(t, "since", c.UpdatedAt, steps[2].At)
	for _, q := range []struct {
		name string
		docket.CaseQuery
		n int
	}{
		{"hers", docket.CaseQuery{Assignees: []docket.Assignee{docket.ToDepartment(docket.Property), docket.ToWorker("x")}}, 1},
		{"another's", docket.CaseQuery{Assignees: []docket.Assignee{docket.ToDepartment(docket.Street)}}, 0},
		{"nobody's", docket.CaseQuery{Assignees: []docket.Assignee{""}}, 0},
		{"of none", docket.CaseQuery{Assignees: []docket.Assignee{}}, 0},
	} {
		found, err := s.Cases(ctx, q.CaseQuery)
		must(t, err)
		want(t, q.name, len(found), q.n)
	}
}

// A note for staff leaves the time since which a case stands as it does.
func untold(t *testing.T, s docket.Store) {
	number := file(t, s, sample(t, 1))
	before, _, err := s.Case(t.Context(), number)
	must(t, err)
	print := &docket.Print{ID: "a print", Kiosk: 12, Outcome: "unknown"}
	must(t, s.Write(t.Context(), func(tx docket.Tx) error {
		return tx.Append(number, docket.Event{Number: 2, Action: docket.Tell, Status: docket.Delivered, At: noon.Add(time.Hour * 9), Detail: docket.Detail{Inner: "x", Print: print}})
	}))
	c, events, err := s.Case(t.Context(), number)
	must(t, err)
	want(t, "since", c.UpdatedAt, before.UpdatedAt)
	want(t, "events", c.Events, int64(2))
	want(t, "print", events[1].Print, print)
}

func merged(t *testing.T, s docket.Store) {
	ctx := t.Context()
	one, two, three := file(t, s, sample(t, 1)), file(t, s, sample(t, 2)), file(t, s, sample(t, 3))
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		must(t, tx.Project(three, docket.State{Into: one}))
		must(t, tx.Project(two, docket.State{Into: one}))
		followers, err := tx.Followers(one)
		must(t, err)
		want(t, "followers", len(followers), 2)
		want(t, "by number", followers[0].Number, two)
		none, err := tx.Followers(two)
		must(t, err)
		want(t, "of a follower", len(none), 0)
		return nil
	}))
	found, err := s.Cases(ctx, docket.CaseQuery{Into: one, Order: docket.Newest})
	must(t, err)
	want(t, "merged into it", len(found), 2)
	want(t, "into", found[0].Into, one)
	code := docket.Verification("0123456789")
	must(t, s.Write(ctx, func(tx docket.Tx) error { return tx.Project(one, docket.State{Verification: code}) }))
	found, err = s.Cases(ctx, docket.CaseQuery{Verification: code})
	must(t, err)
	want(t, "of a paper", len(found), 1)
	want(t, "its code", found[0].Verification, code)
}

func classified(t *testing.T, s docket.Store) {
	ctx := t.Context()
	number, other := file(t, s, sample(t, 1)), file(t, s, sample(t, 2))
	_, err := s.Classification(ctx, number)
	wantError(t, "not classified", err, docket.ErrNotFound)
	count := func(name string, q docket.CaseQuery, n int) {
		t.Helper()
		found, err := s.Cases(ctx, q)
		must(t, err)
		want(t, name, len(found), n)
	}
	count("waiting", docket.CaseQuery{Unclassified: true}, 2)
	soon := docket.Soon
	made := docket.Classification{
		Category: docket.SafetyNeed, Concern: docket.Worry, Priority: docket.Soon, Topic: "lift", Place: -1 << 62, Repeat: 3, Rules: 1,
		Reasons:    []docket.Firing{{Rule: "lift", Words: []string{"电梯", "坏"}, Category: docket.SafetyNeed, Concern: docket.Worry, Priority: &soon}},
		Duplicates: []docket.Duplicate{{Case: other, Score: 70, Reasons: []string{"place"}}},
	}
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		wantError(t, "classify nothing", tx.Classify(999, made), docket.ErrNotFound)
		must(t, tx.Classify(number, docket.Classification{Category: docket.LivingNeed, Priority: docket.Normal}))
		must(t, tx.Classify(number, made))
		got, err := tx.Classification(number)
		must(t, err)
		want(t, "in the transaction", got, made)
		must(t, tx.CountRules(map[string]docket.RuleCount{"lift": {Fired: 1}, "b": {Fired: 2}}))
		return tx.CountRules(map[string]docket.RuleCount{"lift": {Fired: 1, Corrected: 1}})
	}))
	got, err := s.Classification(ctx, number)
	must(t, err)
	want(t, "classification", got, made)
	c, _, err := s.Case(ctx, number)
	must(t, err)
	want(t, "category", c.Category, made.Category)
	want(t, "concern", c.Concern, made.Concern)
	want(t, "priority", c.Urgency, docket.Soon)
	want(t, "repeat", c.Repeat, 3)
	count("waiting then", docket.CaseQuery{Unclassified: true}, 1)
	count("of a category", docket.CaseQuery{Categories: []docket.Category{docket.SafetyNeed, docket.HealthNeed}}, 1)
	count("of a concern", docket.CaseQuery{Concerns: []docket.Concern{docket.Worry}}, 1)
	count("at the place", docket.CaseQuery{Place: made.Place, From: c.RequestedAt, Until: c.RequestedAt}, 1)
	count("at the place, before", docket.CaseQuery{Place: made.Place, Until: c.RequestedAt.Add(-time.Microsecond)}, 0)
	counts, err := s.RuleCounts(ctx)
	must(t, err)
	want(t, "rules", counts, map[string]docket.RuleCount{"lift": {Fired: 2, Corrected: 1}, "b": {Fired: 2}})

	// What staff corrected stays, whatever rules say later.
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		must(t, tx.Project(number, docket.State{Correction: &docket.Correction{Category: docket.SocialNeed, Priority: docket.Normal}}))
		return tx.Classify(number, made)
	}))
	c, _, err = s.Case(ctx, number)
	must(t, err)
	want(t, "corrected category", c.Category, docket.SocialNeed)
	want(t, "corrected concern", c.Concern, docket.NoConcern)
	want(t, "corrected priority", c.Urgency, docket.Normal)
}
