// Package storetest says what an activity.Store must do, for every driver.
package storetest

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/sync/central/activity"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/points"
	pointstest "lintai/sync/central/points/storetest"
)

// Store is a database of activities beside the ledger and the docket.
type Store interface {
	activity.Store
	points.Store
	docket.Store
}

var at = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// Run runs the suite; open gives an empty store at each call.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, test := range map[string]func(*testing.T, *bench){
		"Activities": activities, "PlacesInOrderOfArrival": places, "WhoWithdrawsMakesRoom": withdraw, "RequestsThatAreRefused": refusals,
		"PlacesFollowTheCase": follow, "CalledOff": calledOff, "Attendance": attendance, "FiftyAskForTwenty": fifty,
		"Volunteers": volunteers, "ConfirmedHoursArePoints": confirmed, "ConfirmedAtOnce": atOnce, "ACardThatComesLater": lateCard,
	} {
		t.Run(name, func(t *testing.T) { test(t, newBench(t, open(t))) })
	}
}

type bench struct {
	Store
	t      *testing.T
	keeper *activity.Keeper
	filed  int
}

func newBench(t *testing.T, s Store) *bench {
	pointstest.AddTerminal(t, s)
	return &bench{Store: s, t: t, keeper: &activity.Keeper{Store: s, Hub: live.NewHub(), Clock: func() time.Time { return at },
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))}}
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

func sample(id string, places int) activity.Activity {
	start := at.Add(72 * time.Hour)
	return activity.Activity{ID: id, Name: "义诊", Place: "活动室", Detail: "带医保卡", Start: start, End: start.Add(2 * time.Hour), Places: places}
}

func (b *bench) make(id string, places int) activity.Activity {
	b.t.Helper()
	a := sample(id, places)
	b.must(b.keeper.Make(b.t.Context(), a, "wang"))
	a.MadeAt, a.MadeBy = at, "wang"
	return a
}

var parties = []string{"", "one", "two", "three", "four", "five"}

func (b *bench) ask(card int, id string, people int) int64 {
	b.t.Helper()
	b.filed++
	token := ""
	if card > 0 {
		token = pointstest.Token(card)
	}
	return pointstest.File(b.t, b, b.filed, activity.Service, token, "张桂兰",
		request.Answer{Step: "which", Option: id, Text: "义诊"}, request.Answer{Step: "people", Option: parties[people], Text: "几个人"})
}

func (b *bench) status(number int64) (docket.Status, string) {
	b.t.Helper()
	c, events, err := b.Case(b.t.Context(), number)
	b.must(err)
	return c.Status, docket.LastNote(events)
}

func (b *bench) stands(number int64, status docket.Status, note string) {
	b.t.Helper()
	gotStatus, gotNote := b.status(number)
	if gotStatus != status || gotNote != note {
		b.t.Fatalf("request %d is %s %q, want %s %q", number, gotStatus, gotNote, status, note)
	}
}

func (b *bench) states(id string) []activity.State {
	b.t.Helper()
	all, err := b.Seats(b.t.Context(), id)
	b.must(err)
	var states []activity.State
	for _, s := range all {
		states = append(states, s.State)
	}
	return states
}

func (b *bench) serve() {
	b.t.Helper()
	_, err := b.keeper.Delivered(b.t.Context(), activity.Seen{})
	b.must(err)
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

const granted = "名额留好了：义诊，%d人，11月25日 16:00，活动室。"

func activities(t *testing.T, b *bench) {
	ctx := t.Context()
	a := b.make("checkup", 3)
	b.wants("the same id", b.keeper.Make(ctx, sample("checkup", 5), "li"), activity.ErrExists)
	got, err := b.Activity(ctx, "checkup")
	b.must(err)
	b.same("the activity", got, a)
	a.Name, a.Places, a.Closed = `<b>"';--`, 9, true
	b.must(b.keeper.Change(ctx, a, "li"))
	got, err = b.Activity(ctx, "checkup")
	b.must(err)
	b.same("changed", got, a)
	b.wants("what is not there", b.keeper.Change(ctx, sample("other", 1), "li"), activity.ErrNotFound)
	_, err = b.Activity(ctx, "' OR 1=1 --")
	b.wants("hostile", err, activity.ErrNotFound)
	later := sample("later", 1)
	later.Start, later.End = later.Start.Add(time.Hour), later.End.Add(time.Hour)
	b.must(b.keeper.Make(ctx, later, "wang"))
	all, err := b.Activities(ctx)
	b.must(err)
	b.same("the latest first", []string{all[0].ID, all[1].ID}, []string{"later", "checkup"})
}

func places(t *testing.T, b *bench) {
	first, early := b.ask(1, "checkup", 2), b.ask(2, "unknown", 1)
	b.serve() // nobody has given it places yet
	b.stands(first, docket.Delivered, "")
	b.make("checkup", 3)
	second, third, fourth := b.ask(3, "checkup", 2), b.ask(4, "checkup", 1), b.ask(0, "checkup", 1)
	b.serve()
	b.serve()
	b.stands(first, docket.Accepted, fmt.Sprintf(granted, 2))
	b.stands(second, docket.Delivered, "“义诊”名额已满，您排在候补第1位。有人退出就轮到您，到时在这里告诉您。")
	b.stands(third, docket.Accepted, fmt.Sprintf(granted, 1))
	b.stands(fourth, docket.Delivered, "“义诊”名额已满，您排在候补第2位。有人退出就轮到您，到时在这里告诉您。")
	b.stands(early, docket.Delivered, "")
	b.same("states", b.states("checkup"), []activity.State{activity.Granted, activity.Waiting, activity.Granted, activity.Waiting})
	changes, _, err := b.Changes(t.Context(), 12, 0, 100)
	b.must(err)
	b.same("words for the terminal", len(changes), 4)
	a := sample("checkup", 5)
	b.must(b.keeper.Change(t.Context(), a, "li"))
	b.stands(second, docket.Accepted, "有人退出，候补轮到您了。"+fmt.Sprintf(granted, 2))
	b.stands(fourth, docket.Delivered, "“义诊”名额已满，您排在候补第1位。有人退出就轮到您，到时在这里告诉您。")
	a.Places = 1 // displaces nobody
	b.must(b.keeper.Change(t.Context(), a, "li"))
	b.same("states", b.states("checkup"), []activity.State{activity.Granted, activity.Granted, activity.Granted, activity.Waiting})
}

func withdraw(t *testing.T, b *bench) {
	ctx := t.Context()
	b.make("checkup", 2)
	first, second, third := b.ask(1, "checkup", 2), b.ask(2, "checkup", 1), b.ask(3, "checkup", 1)
	b.serve()
	desk, err := b.keeper.Register(ctx, activity.Seat{Activity: "checkup", Name: "李大山", Phone: "138 0000 1234", People: 1}, "wang")
	b.must(err)
	b.same("at the window", desk.State, activity.Waiting)
	of, err := b.SeatOf(ctx, first)
	b.must(err)
	b.must(b.keeper.Withdraw(ctx, of.Number, "", "wang"))
	b.wants("twice", b.keeper.Withdraw(ctx, of.Number, "", "wang"), activity.ErrMove)
	b.stands(first, docket.Cancelled, "报名已取消，名额让给了候补的人。")
	b.stands(second, docket.Accepted, "有人退出，候补轮到您了。"+fmt.Sprintf(granted, 1))
	b.stands(third, docket.Accepted, "有人退出，候补轮到您了。"+fmt.Sprintf(granted, 1))
	of, err = b.SeatOf(ctx, third)
	b.must(err)
	b.must(b.keeper.Withdraw(ctx, of.Number, "病了", "wang"))
	b.stands(third, docket.Cancelled, "病了")
	desk, err = b.Seat(ctx, desk.Number)
	b.must(err)
	b.same("at the window, moved up", desk, activity.Seat{Number: desk.Number, Activity: "checkup", Name: "李大山", Phone: "138 0000 1234", People: 1,
		State: activity.Granted, At: at, By: "wang"})
	b.must(b.keeper.Withdraw(ctx, desk.Number, "", "wang"))
	b.wants("nothing", b.keeper.Withdraw(ctx, 999, "", "wang"), activity.ErrNotFound)
}

func refusals(t *testing.T, b *bench) {
	ctx := t.Context()
	b.make("checkup", 4)
	b.make("off", 4)
	b.must(b.keeper.CallOff(ctx, "off", "下雨", "wang"))
	closed := b.make("closed", 4)
	closed.Closed = true
	b.must(b.keeper.Change(ctx, closed, "wang"))
	first := b.ask(1, "checkup", 1)
	b.serve()
	b.stands(first, docket.Accepted, fmt.Sprintf(granted, 1))
	for _, c := range []struct {
		id     string
		people int
		note   string
	}{
		{"checkup", 1, "您已经报过“义诊”，不用再报。要改人数请到前台。"},
		{"checkup", 5, "“义诊”坐不下这么多人，请减少人数重新报名。"},
		{"off", 1, "“义诊”已经取消。"},
		{"closed", 1, "“义诊”已经停止报名。"},
	} {
		number := b.ask(1, c.id, c.people)
		b.serve()
		b.stands(number, docket.Refused, c.note)
	}
	_, err := b.keeper.Register(ctx, activity.Seat{Activity: "closed", Name: "李", People: 1}, "wang")
	b.wants("at the window", err, activity.ErrOver)
	_, err = b.keeper.Register(ctx, activity.Seat{Activity: "checkup", Name: "李", People: 1, Token: pointstest.Token(1)}, "wang")
	b.wants("the same card", err, activity.ErrExists)
}

func follow(t *testing.T, b *bench) {
	ctx := t.Context()
	b.make("checkup", 1)
	first, second := b.ask(1, "checkup", 1), b.ask(2, "checkup", 1)
	b.serve()
	b.act(first, docket.Cancel, "不来了")
	b.must(b.keeper.Changed(ctx, []int64{first}))
	b.must(b.keeper.Changed(ctx, []int64{first}))
	b.stands(second, docket.Accepted, "有人退出，候补轮到您了。"+fmt.Sprintf(granted, 1))
	b.act(first, docket.Reopen, "又能来了")
	b.must(b.keeper.All(ctx))
	b.stands(first, docket.Accepted, "“义诊”名额已满，您排在候补第1位。有人退出就轮到您，到时在这里告诉您。")
	b.same("at the end of the list", b.states("checkup"), []activity.State{activity.Withdrawn, activity.Granted, activity.Waiting})
	b.act(second, docket.Cancel, "不来了")
	b.must(b.keeper.All(ctx))
	b.stands(first, docket.Accepted, "有人退出，候补轮到您了。"+fmt.Sprintf(granted, 1))
	b.must(b.keeper.Changed(ctx, []int64{999}))
}

func calledOff(t *testing.T, b *bench) {
	ctx := t.Context()
	b.make("checkup", 1)
	first, second := b.ask(1, "checkup", 1), b.ask(2, "checkup", 1)
	duplicate := b.ask(0, "checkup", 1)
	b.serve()
	b.must(b.Write(ctx, func(tx docket.Tx) error { // somebody waits for the first one's case
		c, err := tx.LockCase(duplicate)
		if err != nil {
			return err
		}
		other, err := tx.LockCase(first)
		if err != nil {
			return err
		}
		_, err = docket.Advance(tx, c, docket.Event{Action: docket.Merge, At: at, Detail: docket.Detail{Other: first, OtherStatus: other.Status}})
		return err
	}))
	b.must(b.keeper.All(ctx))
	b.wants("no reason", b.keeper.CallOff(ctx, "checkup", "", "wang"), activity.ErrText)
	b.must(b.keeper.CallOff(ctx, "checkup", "医生来不了", "wang"))
	b.wants("twice", b.keeper.CallOff(ctx, "checkup", "医生来不了", "wang"), activity.ErrOver)
	b.stands(first, docket.Refused, "“义诊”取消了：医生来不了")
	b.stands(second, docket.Cancelled, "“义诊”取消了：医生来不了")
	b.same("states", b.states("checkup"), []activity.State{activity.Withdrawn, activity.Withdrawn, activity.Withdrawn})
}

func attendance(t *testing.T, b *bench) {
	ctx := t.Context()
	b.make("checkup", 3)
	came, missed, unmarked, waited := b.ask(1, "checkup", 1), b.ask(2, "checkup", 1), b.ask(3, "checkup", 1), b.ask(4, "checkup", 1)
	b.serve()
	for number, as := range map[int64]activity.State{came: activity.Attended, missed: activity.Absent} {
		s, err := b.SeatOf(ctx, number)
		b.must(err)
		b.must(b.keeper.Mark(ctx, s.Number, as, "wang"))
	}
	s, err := b.SeatOf(ctx, waited)
	b.must(err)
	b.wants("who waits", b.keeper.Mark(ctx, s.Number, activity.Attended, "wang"), activity.ErrMove)
	b.must(b.keeper.Finish(ctx, "checkup", "wang"))
	status, _ := b.status(came)
	b.same("who came", status, docket.Done)
	b.stands(missed, docket.Cancelled, "“义诊”结束了，没有看到您来。下次来不了请提前说一声。")
	b.stands(unmarked, docket.Cancelled, "“义诊”结束了，没有看到您来。下次来不了请提前说一声。")
	b.stands(waited, docket.Cancelled, "“义诊”结束了，候补这次没有轮到。欢迎报名下一次。")
	b.must(b.keeper.All(ctx)) // what is over stays
	b.same("states", b.states("checkup"), []activity.State{activity.Attended, activity.Absent, activity.Absent, activity.Withdrawn})
	b.wants("twice", b.keeper.Finish(ctx, "checkup", "wang"), activity.ErrOver)
}

// fifty ask for twenty places, and four processes answer while staff write others down.
func fifty(t *testing.T, b *bench) {
	b.make("checkup", 20)
	var asked []int64
	for i := range 50 {
		asked = append(asked, b.ask(i+1, "checkup", 1))
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := b.keeper.All(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	all, err := b.Seats(t.Context(), "checkup")
	b.must(err)
	b.same("one seat each", len(all), 50)
	b.same("places", activity.Taken(all), 20)
	for i, s := range all {
		if s.Case != asked[i] {
			t.Fatalf("seat %d is that of request %d, want %d: who comes first", i, s.Case, asked[i])
		}
		if want := map[bool]activity.State{true: activity.Granted, false: activity.Waiting}[i < 20]; s.State != want {
			t.Errorf("seat %d is %s", i, s.State)
		}
	}
	for i := range 10 { // ten leave at once
		group.Go(func() {
			if err := b.keeper.Withdraw(t.Context(), all[i].Number, "", "wang"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	all, err = b.Seats(t.Context(), "checkup")
	b.must(err)
	b.same("places", activity.Taken(all), 20)
	b.same("the next ten moved up", slices.IndexFunc(all, func(s activity.Seat) bool { return s.State == activity.Waiting }), 30)
}
