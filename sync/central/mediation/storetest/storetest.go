// Package storetest says what a mediation.Store must do, for every driver.
package storetest

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/mediation"
	pointstest "lintai/sync/central/points/storetest"
)

// Store is a database of matters beside the docket.
type Store interface {
	mediation.Store
	docket.Store
}

// start is eleven o'clock in China.
var start = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

var zhou, wu = mediation.Actor{Account: "zhou", Name: "周法官"}, mediation.Actor{Account: "wu", Name: "吴律师"}

// Run runs the suite; open gives an empty store at each call.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, test := range map[string]func(*testing.T, *bench){
		"FromAskingToAgreeing": agree, "WhatCannotBeDone": refusals, "TheDaysOfAnAgreement": remind, "ACaseThatIsOpenedAgain": resume, "FiguresAndLists": figures,
	} {
		t.Run(name, func(t *testing.T) { test(t, newBench(t, open(t))) })
	}
}

type alarm struct {
	at      time.Time
	promise int64
}

type bench struct {
	Store
	t      *testing.T
	keeper *mediation.Keeper
	now    time.Time
	filed  int
	alarms []alarm
}

func newBench(t *testing.T, s Store) *bench {
	pointstest.AddTerminal(t, s)
	b := &bench{Store: s, t: t, now: start}
	b.keeper = &mediation.Keeper{Store: s, Hub: live.NewHub(), Clock: func() time.Time { return b.now }, Log: slog.New(slog.DiscardHandler),
		Later: func(_ context.Context, _ mediation.Tx, at time.Time, r mediation.Remind) error {
			b.alarms = append(b.alarms, alarm{at, r.Promise})
			return nil
		}}
	return b
}

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

// ask files a quarrel and returns its case.
func (b *bench) ask() int64 {
	b.t.Helper()
	b.filed++
	return pointstest.File(b.t, b, b.filed, mediation.Service, "", "张桂兰", request.Answer{Step: mediation.Kind, Option: "noise", Text: "吵闹"})
}

func (b *bench) filedCase(number int64) (docket.Case, []docket.Event) {
	b.t.Helper()
	c, events, err := b.Case(b.t.Context(), number)
	b.must(err)
	return c, events
}

func (b *bench) promises(number int64) []mediation.Promise {
	b.t.Helper()
	all, err := b.Promises(b.t.Context(), number)
	b.must(err)
	return all
}

// day is the beginning of a day in China, so many days from the start.
func day(n int) time.Time {
	return time.Date(2026, 11, 22+n, 0, 0, 0, 0, phrase.Zone).UTC()
}

func (b *bench) conclude(number int64, outcome mediation.Outcome, promises ...mediation.Promise) {
	b.t.Helper()
	if all, err := b.Parties(b.t.Context(), number); outcome == mediation.Agreed && err == nil && len(all) < 2 {
		b.must(b.keeper.AddParty(b.t.Context(), mediation.Party{Case: number, Side: mediation.Respondent, Name: "李强"}, zhou))
	}
	b.must(b.keeper.Conclude(b.t.Context(), mediation.Ending{Case: number, Outcome: outcome, Text: "晚上十点后不放音乐。\n周末除外。"}, promises, zhou))
}

func agree(t *testing.T, b *bench) {
	ctx := t.Context()
	number := b.ask()
	b.must(b.keeper.Take(ctx, number, zhou))
	b.wants("taken by two", b.keeper.Take(ctx, number, wu), mediation.ErrExists)
	c, events := b.filedCase(number)
	b.same("status", c.Status, docket.Working)
	b.same("in her hands", c.Assignee, docket.ToWorker("zhou"))
	b.same("by", events[len(events)-1].By, "周法官")
	m, err := b.Mediation(ctx, number)
	b.must(err)
	b.same("matter", m, mediation.Matter{Case: number, Kind: "noise", Mediator: "zhou", OpenedAt: start})
	b.must(b.keeper.AddParty(ctx, mediation.Party{Case: number, Side: mediation.Respondent, Name: "李强", Phone: "139 0000 1234", Address: "3号楼602"}, zhou))
	all, err := b.Parties(ctx, number)
	b.must(err)
	if len(all) != 2 || all[0].Name != "张桂兰" || all[0].Side != mediation.Applicant || all[1].Name != "李强" {
		t.Fatalf("parties: %+v", all)
	}
	b.wants("of another matter", b.keeper.DropParty(ctx, number+1, all[1].Number, zhou), mediation.ErrNotFound)

	b.must(b.keeper.Plan(ctx, mediation.Session{Case: number, At: day(2).Add(6 * time.Hour), Place: "调解室"}, zhou))
	_, events = b.filedCase(number)
	if note := docket.LastNote(events); !strings.Contains(note, "调解室") || !strings.Contains(note, "6") {
		t.Errorf("she is told %q", note)
	}
	sessions, err := b.Sessions(ctx, number)
	b.must(err)
	held := mediation.Session{Number: sessions[0].Number, Case: number, State: mediation.Held, Present: "双方", Minutes: "李强说不知道楼下听得见。"}
	b.must(b.keeper.Minute(ctx, held, zhou))
	held.Minutes = "李强说不知道楼下听得这么清楚。"
	b.must(b.keeper.Minute(ctx, held, wu))
	sessions, err = b.Sessions(ctx, number)
	b.must(err)
	b.same("minutes", sessions, []mediation.Session{{Number: held.Number, Case: number, At: day(2).Add(6 * time.Hour), Place: "调解室", State: mediation.Held, Present: "双方", Minutes: held.Minutes, By: "wu", WrittenAt: start}})

	b.conclude(number, mediation.Agreed, mediation.Promise{Text: "装隔音垫", Due: day(10)})
	c, events = b.filedCase(number)
	b.same("status", c.Status, docket.Done)
	for _, e := range events {
		if strings.Contains(e.Note+e.Inner, "音乐") || strings.Contains(e.Note+e.Inner, "李强") {
			t.Errorf("an event tells what was said: %q", e.Note)
		}
	}
	endings, err := b.Endings(ctx, number)
	b.must(err)
	b.same("agreement", endings, []mediation.Ending{{Number: endings[0].Number, Case: number, Outcome: mediation.Agreed, Text: "晚上十点后不放音乐。\n周末除外。", At: start, By: "zhou"}})
}

func refusals(t *testing.T, b *bench) {
	ctx := t.Context()
	other := pointstest.File(t, b, 70, "repair", "", "王")
	b.wants("no quarrel", b.keeper.Take(ctx, other, zhou), mediation.ErrNotFound)
	b.wants("no case", b.keeper.Take(ctx, 999, zhou), mediation.ErrNotFound)
	number := b.ask()
	plan := mediation.Session{Case: number, At: day(1), Place: "调解室"}
	b.wants("not taken on", b.keeper.Plan(ctx, plan, zhou), mediation.ErrNotFound)
	b.must(b.keeper.Take(ctx, number, zhou))
	b.wants("yesterday", b.keeper.Plan(ctx, mediation.Session{Case: number, At: day(-1), Place: "调解室"}, zhou), mediation.ErrTime)
	b.wants("nowhere", b.keeper.Plan(ctx, mediation.Session{Case: number, At: day(1)}, zhou), mediation.ErrText)
	b.wants("nobody", b.keeper.AddParty(ctx, mediation.Party{Case: number, Side: mediation.Third}, zhou), mediation.ErrText)
	b.must(b.keeper.Plan(ctx, plan, zhou))
	sessions, err := b.Sessions(ctx, number)
	b.must(err)
	one := mediation.Session{Number: sessions[0].Number, Case: number, State: mediation.Held}
	b.wants("held without minutes", b.keeper.Minute(ctx, one, zhou), mediation.ErrText)
	one.State = mediation.CalledOff
	b.must(b.keeper.Minute(ctx, one, zhou))
	one.State, one.Minutes = mediation.Held, "谈了"
	b.wants("called off", b.keeper.Minute(ctx, one, zhou), mediation.ErrMove)
	b.wants("no outcome", b.keeper.Conclude(ctx, mediation.Ending{Case: number, Text: "x"}, nil, zhou), mediation.ErrMove)
	b.wants("promises of a failure", b.keeper.Conclude(ctx, mediation.Ending{Case: number, Outcome: mediation.Failed, Text: "x"}, make([]mediation.Promise, 1), zhou), mediation.ErrMany)
	b.wants("a promise of last year", b.keeper.Conclude(ctx, mediation.Ending{Case: number, Outcome: mediation.Agreed, Text: "x"}, []mediation.Promise{{Text: "x", Due: day(-300)}}, zhou), mediation.ErrTime)
	alone := mediation.Ending{Case: number, Outcome: mediation.Agreed, Text: "x"}
	b.wants("agreed with nobody", b.keeper.Conclude(ctx, alone, nil, zhou), mediation.ErrAlone)
	b.must(b.keeper.AddParty(ctx, mediation.Party{Case: number, Side: mediation.Applicant, Name: "张桂芳"}, zhou))
	b.wants("agreed on one side", b.keeper.Conclude(ctx, alone, nil, zhou), mediation.ErrAlone)
	b.conclude(number, mediation.Withdrawn)
	c, _ := b.filedCase(number)
	b.same("status", c.Status, docket.Cancelled)
	b.wants("ended", b.keeper.Plan(ctx, plan, zhou), mediation.ErrMove)
	b.wants("ended twice", b.keeper.Conclude(ctx, mediation.Ending{Case: number, Outcome: mediation.Failed, Text: "x"}, nil, zhou), mediation.ErrMove)
	b.wants("closed", b.keeper.Resume(ctx, number, zhou), mediation.ErrMove)
}

func remind(t *testing.T, b *bench) {
	ctx := t.Context()
	number := b.ask()
	b.must(b.keeper.Take(ctx, number, zhou))
	b.conclude(number, mediation.Agreed, mediation.Promise{Text: "赔偿五百元", Due: day(5)}, mediation.Promise{Text: "装隔音垫", Due: day(9)})
	first, second := b.promises(number)[0].Number, b.promises(number)[1].Number
	b.same("alarms", b.alarms, []alarm{{day(4).Add(9 * time.Hour), first}, {day(8).Add(9 * time.Hour), second}})
	told := func(want ...int64) {
		t.Helper()
		all, err := b.ToldPromises(ctx, "zhou", 9)
		b.must(err)
		var got []int64
		for _, p := range all {
			got = append(got, p.Number)
		}
		b.same("told", got, want)
	}
	ring := func(at time.Time, promise int64) {
		t.Helper()
		b.now, b.alarms = at, nil
		finished := 0
		b.must(b.keeper.Remind(ctx, mediation.Remind{Promise: promise}, func(mediation.Tx) error { finished++; return nil }))
		if finished == 0 {
			t.Error("the job is not finished")
		}
	}
	told()
	ring(day(4).Add(8*time.Hour), first) // too early
	told()
	ring(day(4).Add(9*time.Hour), first)
	told(first)
	b.same("the next alarm", b.alarms, []alarm{{day(6).Add(9 * time.Hour), first}})
	b.must(b.keeper.See(ctx, number, first, zhou))
	told()
	ring(day(6).Add(9*time.Hour), first)
	told(first)
	b.same("alarms after the last", b.alarms, []alarm(nil))
	b.wants("of another matter", b.keeper.Settle(ctx, number+1, first, mediation.Kept, zhou), mediation.ErrNotFound)
	b.must(b.keeper.Settle(ctx, number, first, mediation.Kept, zhou))
	told()
	ring(day(30), second) // central was off for weeks
	told(second)
	b.same("alarms", b.alarms, []alarm(nil))
	all, err := b.ToldPromises(ctx, "wu", 9)
	b.must(err)
	b.same("another mediator is told", len(all), 0)
	b.must(b.keeper.Settle(ctx, number, second, mediation.Broken, zhou))
	b.must(b.keeper.Settle(ctx, number, second, mediation.Kept, zhou)) // it was a mistake
	ring(day(31), second)
	ring(day(31), 999)
	f, err := b.MediationFigures(ctx, day(0), day(60))
	b.must(err)
	b.same("kept", []int{f.Kept, f.Broken}, []int{2, 0})
}

func resume(t *testing.T, b *bench) {
	ctx := t.Context()
	number := b.ask()
	b.must(b.keeper.Take(ctx, number, zhou))
	b.conclude(number, mediation.Agreed, mediation.Promise{Text: "装隔音垫", Due: day(5)})
	b.must(b.Write(ctx, func(tx docket.Tx) error {
		c, err := tx.LockCase(number)
		if err != nil {
			return err
		}
		_, err = docket.Advance(tx, c, docket.Event{Action: docket.Reopen, At: start})
		return err
	}))
	b.must(b.keeper.Resume(ctx, number, wu))
	c, _ := b.filedCase(number)
	b.same("in other hands", []string{string(c.Status), string(c.Assignee)}, []string{"working", "worker:wu"})
	b.same("promise", b.promises(number)[0].Keeping, mediation.Void)
	b.wants("void", b.keeper.Settle(ctx, number, b.promises(number)[0].Number, mediation.Kept, wu), mediation.ErrMove)
	b.must(b.keeper.Over(ctx, number, zhou))
	b.conclude(number, mediation.Failed)
	endings, err := b.Endings(ctx, number)
	b.must(err)
	b.same("outcomes", []mediation.Outcome{endings[0].Outcome, endings[1].Outcome}, []mediation.Outcome{mediation.Agreed, mediation.Failed})
}

func figures(t *testing.T, b *bench) {
	ctx := t.Context()
	var cases []int64
	for range 5 {
		cases = append(cases, b.ask())
	}
	list := func(what string, q mediation.Query, want ...int64) {
		t.Helper()
		if q.Limit == 0 {
			q.Limit = 50
		}
		all, err := b.Mediations(ctx, q)
		b.must(err)
		var got []int64
		for _, one := range all {
			got = append(got, one.Number)
		}
		b.same(what, got, want)
	}
	list("waiting", mediation.Query{List: mediation.Waiting, Limit: 2}, cases[4], cases[3])
	list("waiting", mediation.Query{List: mediation.Waiting, Before: cases[3]}, cases[2], cases[1], cases[0])
	for _, number := range cases[:4] {
		b.must(b.keeper.Take(ctx, number, zhou))
	}
	b.now = start.Add(48 * time.Hour)
	b.conclude(cases[0], mediation.Agreed, mediation.Promise{Text: "装隔音垫", Due: day(5)})
	b.conclude(cases[1], mediation.Agreed)
	b.conclude(cases[2], mediation.Failed)
	list("waiting", mediation.Query{List: mediation.Waiting}, cases[4])
	list("current", mediation.Query{List: mediation.Current}, cases[3])
	list("past", mediation.Query{List: mediation.Past}, cases[2], cases[1], cases[0])
	f, err := b.MediationFigures(ctx, day(0), day(3))
	b.must(err)
	b.same("figures", f, mediation.Figures{Running: 1, Ended: []mediation.Count{{Kind: "noise", Outcome: mediation.Agreed, Matters: 2, Taken: 96 * time.Hour}, {Kind: "noise", Outcome: mediation.Failed, Matters: 1, Taken: 48 * time.Hour}}})
	rate, ok := f.Sum("noise").Rate()
	b.same("rate", []any{rate, ok, f.Sum("").Days}, []any{67, true, 2.0})
	if _, ok := f.Sum("money").Rate(); ok {
		t.Error("a rate of nothing")
	}
	f, err = b.MediationFigures(ctx, day(3), day(9))
	b.must(err)
	b.same("figures of next week", f, mediation.Figures{Running: 1})
	next, err := b.NextPromises(ctx, 9)
	b.must(err)
	b.same("next promises", len(next), 1)
}
