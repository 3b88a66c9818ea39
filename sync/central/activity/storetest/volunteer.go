package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/sync/central/activity"
	"lintai/sync/central/docket"
	"lintai/sync/central/points"
	pointstest "lintai/sync/central/points/storetest"
)

func (b *bench) volunteer(card int, field, when, phone string) int64 {
	b.t.Helper()
	b.filed++
	token := ""
	if card > 0 {
		token = pointstest.Token(card)
	}
	return pointstest.File(b.t, b, b.filed, activity.VolunteerService, token, "张桂兰",
		request.Answer{Step: "field", Option: field}, request.Answer{Step: "when", Option: when})
}

func volunteers(t *testing.T, b *bench) {
	ctx := t.Context()
	first := b.volunteer(1, "teach", "weekend", "")
	b.serve()
	b.stands(first, docket.Accepted, "已登记为志愿者，编号1。有合适的服务会联系您。")
	second, without := b.volunteer(1, "patrol", "weekend", ""), b.volunteer(0, "any", "any", "")
	b.serve()
	b.stands(second, docket.Accepted, "已登记为志愿者，编号1。有合适的服务会联系您。")
	b.stands(without, docket.Accepted, "已登记为志愿者，编号2。有合适的服务会联系您。")
	all, err := b.Volunteers(ctx)
	b.must(err)
	b.same("volunteers", all, []activity.Volunteer{
		{Number: 1, Token: pointstest.Token(1), Name: "张桂兰", Fields: []string{"teach", "patrol"}, Times: []string{"weekend"}, Case: second, RegisteredAt: at},
		{Number: 2, Name: "张桂兰", Fields: []string{"any"}, Times: []string{"any"}, Case: without, RegisteredAt: at},
	})
	number, err := b.keeper.Enlist(ctx, activity.Volunteer{Token: pointstest.Token(1), Name: "张桂兰", Phone: "13800001234"}, "wang")
	b.must(err)
	b.same("the same card at the window", number, int64(1))
	one, err := b.Volunteer(ctx, 1)
	b.must(err)
	b.same("telephone", one.Phone, "13800001234")
	two := all[1]
	two.Token = pointstest.Token(1)
	b.wants("another's card", b.keeper.Amend(ctx, two, "wang"), activity.ErrExists)
	one.Resting = true
	b.must(b.keeper.Amend(ctx, one, "wang"))
	got, err := b.Volunteer(ctx, 1)
	b.must(err)
	b.same("amended", got, one)

	// A case whose events do not follow one another does not hold up those behind it. It
	// may have taken a number, which a database does not give out again.
	broken := b.volunteer(9, "teach", "weekend", "")
	pointstest.Break(t, b, broken)
	behind := b.volunteer(3, "any", "any", "")
	b.serve()
	c, _, err := b.Case(ctx, behind)
	b.must(err)
	b.same("behind a broken one", c.Status, docket.Accepted)
}

func (b *bench) task() int64 {
	b.t.Helper()
	number, err := b.keeper.AddTask(b.t.Context(), activity.Task{Title: "重阳节帮忙", Place: "活动室", Field: "events", Start: at, End: at.Add(time.Hour), Wanted: 3}, "wang")
	b.must(err)
	return number
}

func (b *bench) enlist(card int) int64 {
	b.t.Helper()
	v := activity.Volunteer{Name: "张桂兰"}
	if card > 0 {
		v.Token = pointstest.Token(card)
	}
	number, err := b.keeper.Enlist(b.t.Context(), v, "wang")
	b.must(err)
	return number
}

func (b *bench) has(card int) int64 {
	b.t.Helper()
	h, err := b.HolderByToken(b.t.Context(), pointstest.Token(card))
	if errors.Is(err, points.ErrNotFound) {
		return 0
	}
	b.must(err)
	n, err := b.Balance(b.t.Context(), points.Person(h.Number))
	b.must(err)
	return n
}

func confirmed(t *testing.T, b *bench) {
	ctx := t.Context()
	task, who := b.task(), b.enlist(1)
	do := func(to activity.Duty, minutes int) error {
		return b.keeper.Do(ctx, task, who, to, minutes, "wang")
	}
	b.wants("who was never asked", do(activity.Confirmed, 60), activity.ErrMove)
	b.must(do(activity.Assigned, 0))
	b.wants("twice", do(activity.Assigned, 0), activity.ErrMove)
	b.wants("no time", do(activity.Confirmed, 0), activity.ErrPlaces)
	b.must(do(activity.Confirmed, 60))
	b.wants("confirmed twice", do(activity.Confirmed, 60), activity.ErrMove)
	b.same("points", b.has(1), int64(10))
	all, err := b.Assignments(ctx, task, 0)
	b.must(err)
	b.same("the assignment", all, []activity.Assignment{{Task: task, Volunteer: who, Duty: activity.Confirmed, Minutes: 60, Entry: all[0].Entry, At: at, By: "wang"}})
	e, err := b.PointsEntry(ctx, all[0].Entry)
	b.must(err)
	b.same("what for", e.Reason, "重阳节帮忙")
	b.must(do(activity.Assigned, 0)) // it was a mistake
	b.same("taken back", b.has(1), int64(0))
	b.must(do(activity.Confirmed, 90))
	b.same("points again", b.has(1), int64(10))
	b.wants("no such task", b.keeper.Do(ctx, 99, who, activity.Assigned, 0, "wang"), activity.ErrNotFound)
	b.wants("no such volunteer", b.keeper.Do(ctx, task, 99, activity.Assigned, 0, "wang"), activity.ErrNotFound)
	// Somebody reversed the entry in the ledger: taking back does not take twice.
	all, err = b.Assignments(ctx, 0, who)
	b.must(err)
	ledger := &points.Ledger{Store: b, Clock: func() time.Time { return at }, Log: b.keeper.Log}
	_, err = ledger.Reverse(ctx, all[0].Entry, "li", "")
	b.must(err)
	b.must(do(activity.Assigned, 0))
	b.same("taken back once", b.has(1), int64(0))
	trial, err := b.Trial(ctx)
	b.must(err)
	b.same("the books are sound", trial.Sound(), true)
}

func atOnce(t *testing.T, b *bench) {
	task, who := b.task(), b.enlist(1)
	b.must(b.keeper.Do(t.Context(), task, who, activity.Assigned, 0, "wang"))
	var group sync.WaitGroup
	results := make([]error, 20)
	for i := range results {
		group.Go(func() { results[i] = b.keeper.Do(t.Context(), task, who, activity.Confirmed, 60, "wang") })
	}
	group.Wait()
	done := 0
	for _, err := range results {
		if err == nil {
			done++
		} else if !errors.Is(err, activity.ErrMove) {
			t.Error(err)
		}
	}
	b.same("confirmed", done, 1)
	b.same("points", b.has(1), int64(10))
}

func lateCard(t *testing.T, b *bench) {
	ctx := t.Context()
	task, who := b.task(), b.enlist(0)
	b.must(b.keeper.Do(ctx, task, who, activity.Assigned, 0, "wang"))
	b.must(b.keeper.Do(ctx, task, who, activity.Confirmed, 60, "wang"))
	b.same("without a card", b.has(7), int64(0))
	v, err := b.Volunteer(ctx, who)
	b.must(err)
	v.Token = pointstest.Token(7)
	b.must(b.keeper.Amend(ctx, v, "wang"))
	b.must(b.keeper.Amend(ctx, v, "wang"))
	b.same("booked once", b.has(7), int64(10))
}
