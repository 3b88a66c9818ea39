package ui

import (
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/visit"
)

// Invented people and places: nothing of a real resident.
const (
	sampleName    = "欧阳样例"
	sampleAddress = "虚构市样板区示范路九十九号幸福里社区示例花园三期"
	longAddress   = "虚构省样板自治州示范市榜样区模范街道幸福里社区示例大道九千九百九十九号院内东北角第三排平房后侧第二十八号楼第十六单元三千二百零八室靠楼梯口的那一户住宅"
	sampleTicket  = "001212345678"
)

// sample is a view with the name of the situation it shows.
type sample struct {
	name string
	view visit.View
}

// story drives the real visit through what a resident does and keeps the views
// on the way.
type story struct {
	t       *testing.T
	state   visit.State
	now     time.Time
	samples []sample
}

func newStory(t *testing.T) *story {
	t.Helper()
	rules := visit.DefaultRules()
	rules.Place, rules.Phone, rules.PublicAddress = "幸福里社区服务站", "010-5550 1234", "https://c.example"
	s := &story{t: t, state: visit.New(rules), now: time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)}
	return s.feed(visit.Tick{Now: s.now}, visit.LinkChanged{Online: true})
}

func (s *story) feed(events ...visit.Event) *story {
	for _, e := range events {
		s.state, _ = visit.Update(s.state, e)
	}
	return s
}

func (s *story) wait(d time.Duration) *story {
	for end := s.now.Add(d); s.now.Before(end); {
		s.now = s.now.Add(time.Second)
		s.feed(visit.Tick{Now: s.now})
	}
	return s
}

func (s *story) keep(name string, want visit.Screen) *story {
	s.t.Helper()
	v := visit.Look(s.state)
	if v.Screen != want {
		s.t.Fatalf("%s: on screen %s, want %s", name, v.Screen, want)
	}
	s.samples = append(s.samples, sample{name, v})
	return s
}

func (s *story) type_(digits string) *story {
	for i := range len(digits) {
		s.feed(visit.Digit{Digit: digits[i]})
	}
	return s
}

// samples are views of every screen, as a real visit makes them.
func samples(t *testing.T) []sample {
	t.Helper()
	var all []sample

	s := newStory(t)
	s.keep("start", visit.ScreenStart).feed(visit.Wake{}).
		keep("home", visit.ScreenHome).feed(visit.Start{Service: "repair"}).
		keep("choose-what", visit.ScreenChoose).feed(visit.Pick{Option: "water"}).
		keep("choose-place", visit.ScreenChoose).feed(visit.Pick{Option: "home"}).
		keep("choose-urgency", visit.ScreenChoose).feed(visit.Pick{Option: "urgent"}).
		keep("identify", visit.ScreenIdentify).
		feed(visit.CardFailed{Fault: fault.NoAnswer}).keep("identify-failed", visit.ScreenIdentify).
		feed(visit.CardRead{Person: request.Person{Name: sampleName, Address: sampleAddress}}).
		keep("confirm-card", visit.ScreenConfirm)
	s.feed(visit.Edit{Step: "what"}).keep("choose-selected", visit.ScreenChoose).feed(visit.Back{})
	s.feed(visit.Turn{By: 1}, visit.Turn{By: 1}, visit.Turn{By: 1}, visit.Confirm{}).keep("saving", visit.ScreenSaving).
		feed(visit.Saved{ID: "a", Ticket: sampleTicket, At: s.now}).keep("saved-printing", visit.ScreenSaved).
		wait(5 * time.Second)
	all = append(all, s.samples...)

	n := newStory(t)
	n.feed(visit.LinkChanged{Pending: 2}, visit.DeviceChanged{Device: visit.Printer, Fault: fault.PaperOut},
		visit.DeviceChanged{Device: visit.CardReader, Fault: fault.Unplugged}).
		keep("start-offline", visit.ScreenStart).
		feed(visit.Wake{}, visit.Start{Service: "repair"}, visit.Pick{Option: "lift"}, visit.Pick{Option: "stairs"}, visit.Pick{Option: "soon"}).
		keep("identify-broken", visit.ScreenIdentify).feed(visit.SkipCard{}).
		keep("number-empty", visit.ScreenNumber).type_("12").
		keep("number-building", visit.ScreenNumber).feed(visit.Next{}).type_("1203").
		keep("number-room", visit.ScreenNumber).feed(visit.Next{}).
		keep("confirm-no-printer", visit.ScreenConfirm).feed(visit.Turn{By: 1}, visit.Turn{By: 1}, visit.Turn{By: 1}, visit.Confirm{}).
		feed(visit.Saved{ID: "b", Ticket: sampleTicket, At: n.now}).
		wait(3*time.Second).keep("saved-offline", visit.ScreenSaved)
	for job := range int64(4) {
		n.feed(visit.Printed{Job: job, Result: slip.Result{Outcome: slip.NotPrinted, Fault: fault.PaperOut}})
	}
	n.keep("saved-no-slip", visit.ScreenSaved)
	all = append(all, n.samples...)

	u := newStory(t)
	u.feed(visit.Wake{}, visit.Start{Service: "repair"}, visit.Pick{Option: "lift"}, visit.Pick{Option: "stairs"}, visit.Pick{Option: "soon"},
		visit.SkipCard{}).type_("1").feed(visit.Next{}).type_("2").feed(visit.Next{}, visit.Turn{By: 1}, visit.Turn{By: 1}, visit.Turn{By: 1}, visit.Confirm{}, visit.SaveFailed{Fault: fault.QueueFull}).
		keep("unsaved", visit.ScreenUnsaved)
	all = append(all, u.samples...)

	l := newStory(t)
	l.feed(visit.Wake{}, visit.Start{Service: "lookup"}).keep("lookup-empty", visit.ScreenLookUp).type_("00121").
		keep("lookup-typing", visit.ScreenLookUp).feed(visit.Next{}).keep("lookup-short", visit.ScreenLookUp)
	l.feed(visit.Back{}, visit.Start{Service: "lookup"}).type_(sampleTicket).keep("lookup-full", visit.ScreenLookUp)
	all = append(all, l.samples...)
	all = append(all, progressSamples(t)...)

	c := newStory(t)
	c.feed(visit.Wake{}, visit.ButtonPressed{}).keep("calling", visit.ScreenCalling).
		feed(visit.CallSaved{ID: "c"}, visit.CallDelivered{ID: "c"}).keep("calling-delivered", visit.ScreenCalling).
		feed(visit.CallAnswered{ID: "c", Answer: "coming", Words: "已收到，马上来"}).keep("calling-answered", visit.ScreenCalling)
	all = append(all, c.samples...)
	o := newStory(t)
	o.feed(visit.LinkChanged{Pending: 1}, visit.ButtonPressed{}, visit.CallSaved{ID: "d"}).keep("calling-offline", visit.ScreenCalling)
	f := newStory(t)
	f.feed(visit.ButtonPressed{}, visit.CallFailed{}).keep("calling-failed", visit.ScreenCalling)
	i := newStory(t)
	i.feed(visit.Wake{}).wait(95*time.Second).keep("idle", visit.ScreenIdle)
	all = append(all, o.samples...)
	all = append(all, f.samples...)
	all = append(all, sample{"out-of-service", visit.OutOfService("幸福里社区服务站", "010-5550 1234", fault.ConfigInvalid,
		"第 12 行 panel.px_per_mm：要一个 1.5 到 20 之间的数，现在是 “四”\n第 20 行 printer.width_mm：只能是 58 或 80")})
	return append(all, i.samples...)
}

// progressSamples shows the screen of a ticket: a view made by hand, because
// only its result, not how it was asked for, matters here.
func progressSamples(t *testing.T) []sample {
	t.Helper()
	finish := visit.Control{ID: "finish", Label: "完成", Event: visit.Finish{}}
	base := visit.Look(newStory(t).feed(visit.Wake{}).state)
	v := visit.View{
		Screen: visit.ScreenProgress, Bar: base.Bar, Strip: base.Strip, Prompt: visit.Say{Text: "您的报修，处理中。"},
		Title: "您的报修", Headline: "处理中", Icon: "wait", Hint: "3月2日 14:05 更新", Code: "0012 1234 5678",
		Track: []visit.Stage{{Label: "已送达", Reached: true}, {Label: "已受理", Reached: true}, {Label: "处理中", Reached: true, Current: true}, {Label: "已完成"}},
		Rows:  []visit.Row{{Label: "社区留言", Value: "师傅明天上午九点到，请家里留人。"}}, Actions: []visit.Control{finish},
	}
	done := v
	done.Headline, done.Icon, done.Tone = "已完成", "ok", visit.Good
	done.Track = []visit.Stage{{Label: "已送达", Reached: true}, {Label: "已受理", Reached: true}, {Label: "处理中", Reached: true}, {Label: "已完成", Reached: true, Current: true}}
	here := v
	here.Notice, here.NoticeTone, here.Rows = "网络不通，这是本机最后一次知道的情况。", visit.Warning, nil
	blind := visit.View{Prompt: visit.Say{Text: "网络不通，暂时查不到。"},
		Screen: visit.ScreenProgress, Bar: base.Bar, Strip: base.Strip, Title: "网络不通，暂时查不到", Icon: "trouble", Tone: visit.Warning,
		Hint: "号码没有错。请过一会儿再来查，或按“呼叫工作人员”。", Notice: "也可以打电话：010-5550 1234", Code: "0012 1234 5678",
		Actions: []visit.Control{finish, {ID: "retry", Label: "再查一次", Event: visit.Retry{}}},
	}
	return []sample{{"progress-working", v}, {"progress-done", done}, {"progress-here", here}, {"progress-blind", blind}}
}
