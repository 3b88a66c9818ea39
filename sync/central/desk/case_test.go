package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/store"
)

var now = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

type bench struct {
	*Desk
	t *testing.T
}

func setup(t *testing.T) *bench {
	t.Helper()
	s, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "central.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	b := &bench{&Desk{Store: s, Hub: live.NewHub(), Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}, t}
	code := docket.Code{ID: "code", Kiosk: 12, MadeAt: now, ExpiresAt: now.Add(time.Hour)}
	b.must(s.AddTerminal(t.Context(), docket.Terminal{Number: 12, Name: "大厅", AddedAt: now}, code))
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) wants(err, want error) {
	b.t.Helper()
	if !errors.Is(err, want) {
		b.t.Fatalf("error %v, want %v", err, want)
	}
}

// file files a case of a service; on 0 it came through a channel.
func (b *bench) file(service string, kiosk int) int64 {
	b.t.Helper()
	code, err := ticket.New(12, randomBytes{})
	b.must(err)
	id := uuid.Must(uuid.NewV7()).String()
	body, err := json.Marshal(request.Request{ID: id, Kiosk: kiosk, Ticket: code, Service: service, RatingCode: "0417"})
	b.must(err)
	var number int64
	b.must(b.Store.Write(b.t.Context(), func(tx docket.Tx) error {
		filed, err := tx.FileCases(docket.Case{ID: id, Kiosk: kiosk, Ticket: code, Service: service, CatalogVersion: 1,
			Urgency: docket.Normal, RequestedAt: now, ReceivedAt: now, Body: body})
		if err == nil {
			number, err = filed[0].Number, filed[0].Err
		}
		return err
	}))
	return number
}

type randomBytes struct{}

func (randomBytes) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(rand.IntN(256))
	}
	return len(b), nil
}

// act does an action as the newest reader of a case.
func (b *bench) act(number int64, e docket.Event) error {
	c, _, err := b.Store.Case(context.Background(), number)
	b.must(err)
	e.By = "王芳"
	return b.Act(context.Background(), number, c.Events, e)
}

// state is a case with its projections checked against the fold of its events.
func (b *bench) state(number int64) (docket.Case, docket.State, []docket.Event) {
	b.t.Helper()
	c, events, err := b.Store.Case(context.Background(), number)
	b.must(err)
	s, err := docket.Replay(events)
	b.must(err)
	if c.Status != s.Status || c.Assignee != s.Assignee || !c.Due.Equal(s.Due) || c.Into != s.Into || c.Verification != s.Verification ||
		c.Events != int64(len(events)) || docket.Standing(c, events) != s.Told {
		b.t.Fatalf("case %+v is projected from %+v", c, s)
	}
	if c.Status.Closed() && (c.Assignee != "" || !c.Due.IsZero()) {
		b.t.Fatalf("closed, and still open: %+v", c)
	}
	return c, s, events
}

// told is the newest that the terminal was told of a case.
func (b *bench) told(number int64) (status, word, note string) {
	b.t.Helper()
	c, _, _ := b.state(number)
	changes, _, err := b.Store.Changes(b.t.Context(), 12, 0, 1000)
	b.must(err)
	last := int64(0)
	for _, change := range changes {
		if s := change.Status; s != nil && s.RequestID == c.ID {
			if s.Event <= last {
				b.t.Fatalf("event %d is told after %d", s.Event, last)
			}
			last, status, word, note = s.Event, s.Status, s.Word, s.Note
		}
	}
	return status, word, note
}

func TestACaseIsWorkedToItsEnd(t *testing.T) {
	b := setup(t)
	n := b.file("repair", 12)
	worker := docket.ToWorker("li")
	b.must(b.act(n, docket.Event{Action: docket.Accept}))
	b.must(b.act(n, docket.Event{Action: docket.Dispatch, Detail: docket.Detail{Assignee: worker, Due: now.Add(time.Hour)}}))
	if status, word, _ := b.told(n); status != "accepted" || word != "dispatched" {
		t.Errorf("told %s, %s", status, word)
	}
	b.must(b.act(n, docket.Event{Action: docket.Return, Detail: docket.Detail{Inner: "不在我的网格"}}))
	b.must(b.act(n, docket.Event{Action: docket.Transfer, Detail: docket.Detail{Assignee: docket.ToDepartment(docket.Urban)}}))
	if _, _, note := b.told(n); !strings.Contains(note, "城管") {
		t.Errorf("the resident is told %q", note)
	}
	b.must(b.act(n, docket.Event{Action: docket.Tell, Detail: docket.Detail{Inner: "催过一次"}}))
	if _, _, note := b.told(n); strings.Contains(note, "催") {
		t.Errorf("a note for staff is told: %q", note)
	}
	b.must(b.act(n, docket.Event{Action: docket.Start}))
	b.wants(b.act(n, docket.Event{Action: docket.Complete, Detail: docket.Detail{Record: &docket.Record{Photos: []string{"none"}}}}), ErrPhoto)
	b.wants(b.act(n, docket.Event{Action: docket.Complete, Detail: docket.Detail{Record: &docket.Record{Text: strings.Repeat("字", MaxRecord+1)}}}), ErrNote)
	b.must(b.act(n, docket.Event{Action: docket.Complete, Detail: docket.Detail{Record: &docket.Record{Text: "换了灯"}}}))
	_, _, events := b.state(n)
	if last := events[len(events)-1]; last.Record == nil || last.Record.Text != "换了灯" {
		t.Errorf("%+v", last)
	}
	b.wants(b.Act(t.Context(), n, 3, docket.Event{Action: docket.Reopen}), docket.ErrMove) // she has an old page
	b.wants(b.act(n, docket.Event{Action: docket.Rate, Stars: 5}), docket.ErrMove)         // not for staff
	b.must(b.act(n, docket.Event{Action: docket.Reopen}))
	b.wants(b.act(n, docket.Event{Action: docket.Refuse}), docket.ErrEvent) // without a reason
	b.must(b.act(n, docket.Event{Action: docket.Refuse, Note: "不属于社区，请拨打96777"}))
	if status, word, note := b.told(n); status != "delivered" || word != "refused" || note == "" {
		t.Errorf("told %s, %s, %s", status, word, note)
	}
}

// One submission; the rest goes on inside.
func TestApprovalsGoOnInside(t *testing.T) {
	b := setup(t)
	n := b.file("certificate", 12)
	b.must(b.act(n, docket.Event{Action: docket.Accept}))
	c, s, _ := b.state(n)
	if c.Status != docket.Working || c.Assignee != docket.ToDepartment(docket.Property) || len(s.Chain) != 3 {
		t.Fatalf("%+v", s)
	}
	b.wants(b.act(n, docket.Event{Action: docket.Complete}), docket.ErrApproval)
	b.wants(b.act(n, docket.Event{Action: docket.Approve, Detail: docket.Detail{Step: docket.Street}}), docket.ErrEvent)
	for i, step := range []docket.Department{docket.Property, docket.Committee, docket.Street} {
		b.must(b.act(n, docket.Event{Action: docket.Approve, Detail: docket.Detail{Step: step}}))
		if c, _, _ := b.state(n); (c.Status == docket.Done) != (i == 2) {
			t.Fatalf("after step %d: %s", i, c.Status)
		}
	}
	c, _, _ = b.state(n)
	code, err := docket.ParseVerification(c.Verification.String())
	if err != nil || code != c.Verification {
		t.Errorf("code %q: %v", c.Verification, err)
	}
	if _, _, note := b.told(n); !strings.Contains(note, "领取") {
		t.Errorf("told %q", note)
	}
	found, err := b.Store.Cases(t.Context(), docket.CaseQuery{Verification: code})
	if err != nil || len(found) != 1 {
		t.Errorf("%v, %v", found, err)
	}
	b.must(b.act(n, docket.Event{Action: docket.Reopen}))
	if c, _, _ := b.state(n); c.Verification != "" {
		t.Errorf("the paper still counts")
	}

	// To go round the approvals by another department is no way either.
	b.must(b.act(n, docket.Event{Action: docket.Transfer, Detail: docket.Detail{Assignee: docket.ToDepartment(docket.Police)}}))
	b.must(b.act(n, docket.Event{Action: docket.Start}))
	b.wants(b.act(n, docket.Event{Action: docket.Complete}), docket.ErrApproval)
	b.must(b.act(n, docket.Event{Action: docket.Return}))

	b.must(b.Store.PutSetting(t.Context(), docket.ChainsSetting, `{"certificate":["committee"]}`))
	b.must(b.act(n, docket.Event{Action: docket.Submit, Detail: docket.Detail{Chain: []docket.Department{docket.Committee}}}))
	b.must(b.act(n, docket.Event{Action: docket.Decline, Note: "缺租房合同", Detail: docket.Detail{Step: docket.Committee}}))
	if c, _, _ := b.state(n); c.Status != docket.Refused {
		t.Errorf("declined: %s", c.Status)
	}
}

func TestMergedCasesFollow(t *testing.T) {
	b := setup(t)
	first, second, third, channel := b.file("repair", 12), b.file("repair", 12), b.file("repair", 12), b.file("repair", 0)
	into := func(n int64) docket.Event {
		return docket.Event{Action: docket.Merge, Detail: docket.Detail{Other: n}}
	}
	b.wants(b.act(second, into(second)), docket.ErrEvent)
	b.wants(b.act(second, into(99)), docket.ErrNotFound)
	b.must(b.act(second, into(first)))
	b.wants(b.act(first, into(second)), docket.ErrEvent) // a ring
	b.wants(b.act(third, into(second)), docket.ErrEvent) // into what stands for nothing
	b.must(b.act(channel, into(first)))
	b.must(b.act(first, docket.Event{Action: docket.Accept, Note: "明天来"}))
	if status, word, note := b.told(second); status != "accepted" || word != "" || note != "明天来" {
		t.Errorf("the follower is told %s, %s, %s", status, word, note)
	}
	// Into a third: all go with it.
	b.must(b.act(third, docket.Event{Action: docket.Accept}))
	b.must(b.act(third, docket.Event{Action: docket.Start}))
	b.must(b.act(first, into(third)))
	for _, n := range []int64{first, second, channel} {
		if c, s, _ := b.state(n); c.Into != third || s.Told != docket.Working {
			t.Errorf("case %d: %+v", n, s)
		}
	}
	b.wants(b.act(third, docket.Event{Action: docket.Cancel}), docket.ErrFollowed)
	b.must(b.act(third, docket.Event{Action: docket.Complete, Note: "灯换好了"}))
	if status, _, _ := b.told(second); status != "done" {
		t.Errorf("the follower is told %s", status)
	}
	// One that is merged only now is done at once, and says why and what was done.
	late := b.file("repair", 12)
	b.must(b.act(late, into(third)))
	if status, _, note := b.told(late); status != "done" || !strings.Contains(note, fmt.Sprintf("（编号%d）合并，那一件已在", third)) || !strings.HasSuffix(note, "处理情况：灯换好了") {
		t.Errorf("the late one is told %s, %s", status, note)
	}
	b.must(b.act(second, docket.Event{Action: docket.Reopen}))
	if c, _, _ := b.state(second); c.Status != docket.Accepted || c.Into != 0 {
		t.Errorf("taken out: %+v", c)
	}
	b.must(b.act(third, docket.Event{Action: docket.Reopen}))
	if status, _, _ := b.told(first); status != "accepted" {
		t.Errorf("the follower is told %s", status)
	}
}

// A case that nobody will do stands for no other: whoever filed the other one would wait
// for nothing.
func TestNothingIsMergedIntoWhatWasWithdrawn(t *testing.T) {
	b := setup(t)
	withdrawn, refused, open := b.file("repair", 12), b.file("repair", 12), b.file("repair", 12)
	b.must(b.act(withdrawn, docket.Event{Action: docket.Cancel}))
	b.must(b.act(refused, docket.Event{Action: docket.Refuse, Note: "不归我们管"}))
	for _, n := range []int64{withdrawn, refused} {
		b.wants(b.act(open, docket.Event{Action: docket.Merge, Detail: docket.Detail{Other: n}}), docket.ErrEvent)
	}
	if c, _, _ := b.state(open); c.Status != docket.Delivered || c.Into != 0 {
		t.Errorf("%+v", c)
	}
}

// A note on a case that its resident has rated tells the others that it is done: they
// have not rated it.
func TestWhoFollowsIsNotToldOfTheOthersRating(t *testing.T) {
	b := setup(t)
	first, second := b.file("repair", 12), b.file("repair", 12)
	b.must(b.act(second, docket.Event{Action: docket.Merge, Detail: docket.Detail{Other: first}}))
	for _, a := range []docket.Action{docket.Accept, docket.Start, docket.Complete} {
		b.must(b.act(first, docket.Event{Action: a}))
	}
	b.must(b.Store.Write(t.Context(), func(tx docket.Tx) error {
		c, err := tx.LockCase(first)
		if err == nil {
			_, err = docket.Advance(tx, c, docket.Event{Action: docket.Rate, Stars: 5})
		}
		return err
	}))
	b.must(b.act(first, docket.Event{Action: docket.Tell, Note: "钥匙在前台"}))
	if status, word, note := b.told(second); status != "done" || word != "" || note != "钥匙在前台" {
		t.Errorf("the follower is told %s, %s, %s", status, word, note)
	}
}

func TestCorrectionsAreCounted(t *testing.T) {
	b := setup(t)
	n := b.file("appeal", 12)
	correct := docket.Event{Action: docket.Correct, Detail: docket.Detail{Correction: &docket.Correction{Category: docket.SocialNeed, Priority: docket.Normal}}}
	b.must(b.act(n, correct)) // before any rules saw it
	b.must(b.Store.Write(t.Context(), func(tx docket.Tx) error {
		return tx.Classify(n, docket.Classification{Category: docket.SafetyNeed, Concern: docket.Worry, Priority: docket.Normal,
			Reasons: []docket.Firing{{Rule: "a", Category: docket.SafetyNeed}, {Rule: "b", Concern: docket.Hope}, {Rule: "c", Category: docket.SocialNeed}}})
	}))
	b.must(b.act(n, correct))
	counts, err := b.Store.RuleCounts(t.Context())
	b.must(err)
	if want := map[string]docket.RuleCount{"a": {Corrected: 1}}; !reflect.DeepEqual(counts, want) {
		t.Errorf("counts %+v", counts)
	}
	if c, _, _ := b.state(n); c.Category != docket.SocialNeed || c.Urgency != docket.Normal {
		t.Errorf("%+v", c)
	}
	if status, _, _ := b.told(n); status != "" {
		t.Errorf("the terminal is told of a correction: %s", status)
	}
}

// Whatever staff try, by whatever page: projections are the fold, nobody is told what
// is not, nothing closed is open, and merged cases form no ring.
func TestRandomDeeds(t *testing.T) {
	b := setup(t)
	random := rand.New(rand.NewPCG(11, 22))
	var all []int64
	for i := range 8 {
		all = append(all, b.file([]string{"repair", "certificate"}[i%2], []int{12, 12, 0}[i%3]))
	}
	done, known := map[docket.Action]int{}, []error{docket.ErrMove, docket.ErrEvent, docket.ErrApproval, docket.ErrFollowed, docket.ErrNotFound}
	for try := range 1200 {
		n := all[random.IntN(len(all))]
		c, s, _ := b.state(n)
		e := docket.Event{Action: docket.Actions[random.IntN(len(docket.Actions))], By: "王芳"}
		if possible := s.Status.Actions(); random.IntN(5) > 0 {
			e.Action = possible[random.IntN(len(possible))]
		}
		switch e.Action {
		case docket.Cancel, docket.Merge, docket.Tell, docket.Correct, docket.Refuse:
			if random.IntN(3) > 0 {
				continue // of these there are enough
			}
		}
		e.Assignee = docket.ToDepartment(docket.Departments[random.IntN(len(docket.Departments))])
		if random.IntN(2) == 0 {
			e.Assignee = docket.ToWorker(fmt.Sprint("w", random.IntN(3)))
		}
		if e.Action == docket.Start {
			e.Assignee = ""
		}
		if random.IntN(2) == 0 {
			e.Note = "好"
		}
		e.Other = all[random.IntN(len(all))]
		e.Step, _ = s.Step()
		e.Chain = docket.Departments[:random.IntN(3)]
		e.Correction = &docket.Correction{Category: docket.HealthNeed, Priority: docket.Soon}
		seen := c.Events
		if random.IntN(10) == 0 {
			seen--
		}
		err := b.Act(t.Context(), n, seen, e)
		if err == nil {
			done[e.Action]++
		} else if !func() bool {
			for _, k := range known {
				if errors.Is(err, k) {
					return true
				}
			}
			return false
		}() {
			t.Fatalf("%s: %v", e.Action, err)
		}
		if try%10 > 0 {
			b.state(n)
			continue
		}
		for _, n := range all {
			c, s, _ := b.state(n)
			if c.Into == 0 {
				continue
			}
			other, os, _ := b.state(c.Into)
			if other.Into != 0 || other.Status == docket.Merged {
				t.Fatalf("case %d is merged into %d, which is merged into %d", n, c.Into, other.Into)
			}
			if s.Told != os.Told {
				t.Fatalf("case %d is told %s, and %d is %s", n, s.Told, other.Number, other.Status)
			}
			if c.Kiosk != 0 {
				if known, _, _ := b.told(n); known != func() string { k, _ := s.Told.Words(); return k }() {
					t.Fatalf("the terminal was told %s of %s", known, s.Told)
				}
			}
		}
	}
	for _, a := range docket.Actions {
		if staff := a != docket.File && a != docket.Rate && a != docket.FollowOther; staff && done[a] == 0 {
			t.Errorf("%s was never done: %v", a, done)
		}
	}
}
