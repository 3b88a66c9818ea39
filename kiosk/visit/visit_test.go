package visit

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
)

var begin = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

const (
	testTicket  = ticket.Code("001212345678")
	testName    = "测试甲"
	testAddress = "虚构市样板路九号"
)

// replay drives a terminal through events and keeps what came out.
type replay struct {
	t       *testing.T
	s       State
	now     time.Time
	effects []Effect // of all events so far
	last    []Effect // of the last event
}

func newReplay(t *testing.T) *replay {
	t.Helper()
	rules := DefaultRules()
	rules.Place, rules.Phone, rules.PublicAddress = "幸福里社区", "010-5550", "https://c.example"
	rules.Room = Room{Rows: [3]int{9, 9, 9}, Items: LeastRoom.Items, Runes: LeastRoom.Runes}
	r := &replay{t: t, s: New(rules), now: begin}
	r.feed(Tick{begin}, LinkChanged{Online: true})
	return r
}

func (r *replay) feed(events ...Event) *replay {
	for _, e := range events {
		r.s, r.last = Update(r.s, e)
		r.effects = append(r.effects, r.last...)
	}
	return r
}

// wait lets time pass, a tick a second.
func (r *replay) wait(d time.Duration) *replay {
	for end := r.now.Add(d); r.now.Before(end); {
		r.now = r.now.Add(time.Second)
		r.feed(Tick{r.now})
	}
	return r
}

func (r *replay) on(want Screen) *replay {
	r.t.Helper()
	if got := r.s.Screen(); got != want {
		r.t.Fatalf("on screen %s, want %s", got, want)
	}
	return r
}

func find[E Effect](effects []Effect) (e E, n int) {
	for _, x := range effects {
		if x, ok := x.(E); ok {
			e = x
			n++
		}
	}
	return e, n
}

// toConfirm fills in a repair by card.
func (r *replay) toConfirm() *replay {
	r.t.Helper()
	return r.feed(Wake{}).on(ScreenHome).
		feed(Start{"repair"}).on(ScreenChoose).
		feed(Pick{"water"}, Pick{"home"}, Pick{"urgent"}).on(ScreenIdentify).
		feed(CardRead{Person: request.Person{Name: testName, Address: testAddress}}).on(ScreenConfirm)
}

func (r *replay) digits(text string) *replay {
	for _, d := range []byte(text) {
		r.feed(Digit{d})
	}
	return r
}

func slipText(s slip.Slip) string {
	var b strings.Builder
	for _, block := range s.Blocks {
		switch block := block.(type) {
		case slip.Text:
			b.WriteString(block.Text + "\n")
		case slip.Pair:
			b.WriteString(block.Label + "：" + block.Value + "\n")
		case slip.QR:
			b.WriteString("QR " + block.Data + "\n")
		}
	}
	return b.String()
}

func TestVisitWithCardWhileCentralAnswers(t *testing.T) {
	r := newReplay(t).toConfirm().feed(Confirm{}).on(ScreenSaving)
	save, n := find[Save](r.last)
	if n != 1 || save.Draft.Service != "repair" || save.Draft.Urgency != "urgent" || save.Draft.Address != testAddress ||
		save.Draft.Person == nil || save.Draft.Person.Name != testName || len(save.Draft.Answers) != 3 {
		t.Fatalf("saved %+v, %d times", save.Draft, n)
	}
	r.feed(Saved{ID: "a", Ticket: testTicket, At: begin}).on(ScreenSaved)
	if _, n := find[Print](r.last); n != 0 {
		t.Fatal("the slip is printed before it is known whether central has the request")
	}
	r.feed(Delivered{ID: "a"})
	print, n := find[Print](r.last)
	text := slipText(print.Slip)
	if n != 1 || !strings.Contains(text, "已送达") || strings.Contains(text, "待送达") || !strings.Contains(text, testTicket.String()) ||
		!strings.Contains(text, "QR https://c.example/t/"+string(testTicket)) {
		t.Fatalf("%d slips, the last:\n%s", n, text)
	}
	if strings.Contains(text, testName) || strings.Contains(text, testAddress) {
		t.Errorf("the slip names the person:\n%s", text)
	}
	r.feed(Printed{Job: print.Job, Result: slip.Result{Outcome: slip.Printed}})
	if v := Look(r.s); v.Notice != "小票已打好，请取走。请带走身份证。" {
		t.Errorf("notice %q", v.Notice)
	}
	r.feed(Finish{}).on(ScreenStart)
	if _, n := find[Wipe](r.last); n != 1 || len(r.s.personal()) != 0 {
		t.Errorf("%d wipes, left %q", n, r.s.personal())
	}
}

func TestVisitWithoutCardWhileCentralIsDown(t *testing.T) {
	r := newReplay(t).feed(LinkChanged{Online: false}).
		feed(Wake{}, Start{"repair"}, Pick{"lift"}, Pick{"stairs"}, Pick{"soon"}, SkipCard{}).on(ScreenNumber).
		digits("3").feed(Next{}).on(ScreenNumber).digits("0501").feed(Next{}).on(ScreenConfirm)
	rows := Look(r.s).Rows
	if got := rows[len(rows)-1].Value; got != "3号楼501室" {
		t.Errorf("address %q", got)
	}
	r.feed(Confirm{}, Saved{ID: "b", Ticket: testTicket, At: begin})
	print, n := find[Print](r.last)
	if text := slipText(print.Slip); n != 1 || !strings.Contains(text, "已保存，待送达") {
		t.Errorf("%d slips:\n%s", n, text)
	}
	r.feed(LinkChanged{Online: false, Pending: 1})
	r.feed(Printed{Job: print.Job, Result: slip.Result{Outcome: slip.Printed}}, Finish{}).on(ScreenStart)
	if got := Look(r.s).Strip.Pending; got != "待送达 1 件" {
		t.Errorf("strip %q", got)
	}
	r.feed(Delivered{ID: "b"}, LinkChanged{Online: true})
	if got := Look(r.s).Strip.Pending; got != "刚刚送达 1 件" {
		t.Errorf("strip %q", got)
	}
}

func TestSlipDoesNotWaitForeverForCentral(t *testing.T) {
	r := newReplay(t).toConfirm().feed(Confirm{}, Saved{ID: "a", Ticket: testTicket, At: begin})
	r.wait(3 * time.Second)
	print, n := find[Print](r.effects)
	if n != 1 || !strings.Contains(slipText(print.Slip), "待送达") {
		t.Errorf("%d slips:\n%s", n, slipText(print.Slip))
	}
}

func TestDeliveredBeforeSaved(t *testing.T) {
	r := newReplay(t).toConfirm().feed(Confirm{}, Delivered{ID: "a"}, Saved{ID: "a", Ticket: testTicket, At: begin})
	if print, n := find[Print](r.last); n != 1 || !strings.Contains(slipText(print.Slip), "已送达") {
		t.Errorf("%d slips", n)
	}
}

func TestSlipTellsTheTruth(t *testing.T) {
	for _, tt := range []struct {
		result slip.Result
		want   string
	}{
		{slip.Result{Outcome: slip.Printed}, "小票已打好"},
		{slip.Result{Outcome: slip.NotPrinted, Fault: fault.PaperOut}, "小票没有打出来"},
		{slip.Result{Outcome: slip.Unknown}, "不能确定"},
	} {
		r := newReplay(t).toConfirm().feed(Confirm{}, Saved{ID: "a", Ticket: testTicket}, Delivered{"a"})
		r.feed(Printed{Job: r.s.visit.job + 1, Result: slip.Result{Outcome: slip.Printed}})
		if v := Look(r.s); !strings.Contains(v.Notice, "正在打印") {
			t.Fatalf("another job's end shows as %q", v.Notice)
		}
		r.feed(Printed{Job: r.s.visit.job, Result: tt.result})
		v := Look(r.s)
		if !strings.Contains(v.Notice, tt.want) || v.Code != testTicket.String() {
			t.Errorf("%v: notice %q, code %q", tt.result, v.Notice, v.Code)
		}
		r.wait(r.s.rules.SlipHold + time.Second)
		if printed := tt.result.Outcome == slip.Printed; printed != (r.s.Screen() == ScreenStart) {
			t.Errorf("%v: after the hold on %s", tt.result, r.s.Screen())
		}
	}
}

func TestSaveFailedIsShownAndCanBeRetried(t *testing.T) {
	r := newReplay(t).toConfirm().feed(Confirm{}, SaveFailed{Fault: fault.QueueFull}).on(ScreenUnsaved)
	r.feed(Retry{}).on(ScreenSaving)
	save, n := find[Save](r.last)
	if n != 1 || save.Draft.Address != testAddress {
		t.Errorf("retried %+v", save)
	}
	r.feed(SaveFailed{Fault: fault.QueueFull}, Back{}).on(ScreenConfirm)
}

func TestProgressBySlipAndByKeypad(t *testing.T) {
	r := newReplay(t).feed(Scanned{"https://other.example/t/" + string(testTicket)}).on(ScreenFinding)
	if f, n := find[Find](r.last); n != 1 || f.Ticket != testTicket {
		t.Fatalf("asked for %v", f)
	}
	r.feed(LookedUp{Ticket: testTicket, Result: Found, Progress: Progress{Service: "repair", Status: StatusWorking, At: begin}}).on(ScreenProgress)
	if say, _ := find[Say](r.last); say.Text != "您的报修，处理中。" {
		t.Errorf("says %q", say.Text)
	}
	v := Look(r.s)
	if v.Headline != "处理中" || len(v.Track) != 4 || !v.Track[1].Reached || !v.Track[2].Current || v.Track[3].Reached {
		t.Errorf("view %+v", v)
	}
	r.feed(Finish{}).on(ScreenStart)

	r.feed(Wake{}, Start{"lookup"}).on(ScreenLookUp).digits("00121234567")
	if v := Look(r.s); v.Keypad.Entry != "0012 1234 567" || v.Keypad.Blank != "_" {
		t.Errorf("keypad %q %q", v.Keypad.Entry, v.Keypad.Blank)
	}
	r.feed(Next{})
	if v := Look(r.s); !strings.Contains(v.Notice, "没有输完") {
		t.Errorf("notice %q", v.Notice)
	}
	r.digits("4").feed(Next{})
	if v := Look(r.s); !strings.Contains(v.Notice, "号码不对") {
		t.Errorf("notice %q", v.Notice)
	}
	r.feed(Erase{}).digits("8").feed(Next{}).on(ScreenFinding)
	r.feed(LookedUp{Ticket: testTicket, Result: NotFound}).on(ScreenLookUp)
	r.feed(Back{}).on(ScreenHome)
}

func TestALateAnswerIsNotShownToTheNextPerson(t *testing.T) {
	r := newReplay(t).feed(Scanned{string(testTicket)}).on(ScreenFinding).feed(Back{}, Back{}, Back{}).on(ScreenStart)
	r.feed(Wake{}, LookedUp{Ticket: testTicket, Result: Found, Progress: Progress{Status: StatusDone}}).on(ScreenHome)
}

func TestTryingCodesIsSlowedDown(t *testing.T) {
	r := newReplay(t)
	for range r.s.rules.MissLimit {
		r.feed(Wake{}, Start{"lookup"}).digits("001212345674").feed(Next{}, Back{}, Back{})
	}
	r.feed(Wake{}, Start{"lookup"}).digits(string(testTicket)).feed(Next{}).on(ScreenLookUp)
	if v := Look(r.s); !strings.Contains(v.Notice, "太多次") {
		t.Errorf("notice %q", v.Notice)
	}
	r.feed(Scanned{string(testTicket)}).on(ScreenFinding)
	r.feed(Back{}, Back{}, Back{}).wait(r.s.rules.MissWindow)
	r.feed(Wake{}, Start{"lookup"}).digits(string(testTicket)).feed(Next{}).on(ScreenFinding)
}

func TestCallPreemptsAndTheVisitGoesOn(t *testing.T) {
	r := newReplay(t).toConfirm().feed(ButtonPressed{}).on(ScreenCalling)
	if c, n := find[RaiseCall](r.last); n != 1 || c.Screen != ScreenConfirm {
		t.Errorf("raised %+v", c)
	}
	if l, _ := find[Light](r.last); l.Pattern != LightCalling {
		t.Errorf("light %v", l)
	}
	if _, n := find[Chime](r.last); n != 1 {
		t.Error("no chime")
	}
	r.feed(ButtonPressed{})
	if _, n := find[RaiseCall](r.last); n != 0 {
		t.Error("a second press called twice")
	}
	r.feed(CallSaved{"c"}, CallDelivered{"c"})
	r.feed(CallAnswered{ID: "other", Words: "x"})
	if l := r.s.light(); l != LightCalling {
		t.Error("took another call's answer")
	}
	r.feed(Dismiss{}).on(ScreenConfirm).feed(CallAnswered{ID: "c", Answer: "coming", Words: "已收到，马上来"}).on(ScreenCalling)
	if say, _ := find[Say](r.last); say.Text != "工作人员说，已收到，马上来。" {
		t.Errorf("says %q", say.Text)
	}
	if v := Look(r.s); v.Headline != "已收到，马上来" {
		t.Errorf("shows %q", v.Headline)
	}
	r.feed(Dismiss{}).on(ScreenConfirm)
	if r.s.light() != LightOff {
		t.Error("the light stays on")
	}
}

func TestFreeWordsAreShownAndNotSpoken(t *testing.T) {
	r := newReplay(t).feed(ButtonPressed{}, CallSaved{"c"}, CallAnswered{ID: "c", Words: "张大爷我来了"})
	if say, _ := find[Say](r.last); strings.Contains(say.Text, "张") {
		t.Errorf("says %q", say.Text)
	}
}

func TestIdleWarnsThenWipes(t *testing.T) {
	r := newReplay(t).toConfirm().wait(r90).on(ScreenIdle)
	if c := Look(r.s).Countdown; c != 30 {
		t.Errorf("countdown %d", c)
	}
	for range 12 { // as often as she likes
		r.feed(Stay{}).on(ScreenConfirm).wait(r90).on(ScreenIdle)
	}
	r.wait(30 * time.Second).on(ScreenStart)
	if len(r.s.personal()) != 0 {
		t.Errorf("left %q", r.s.personal())
	}
	slow := newReplay(t).feed(Wake{}, Ease{}, Adjust{Slower}, Ease{}).wait(r90).on(ScreenHome).wait(30 * time.Second).on(ScreenIdle)
	if say := slow.s.prompt(); !say.Slow {
		t.Error("the warning is not slow")
	}
}

const r90 = 90 * time.Second

func TestPromptIsRepeatedTwiceIntoSilence(t *testing.T) {
	r := newReplay(t).feed(Wake{})
	r.effects = nil
	r.wait(80 * time.Second)
	if _, n := find[Say](r.effects); n != maxRepeats {
		t.Errorf("repeated %d times", n)
	}
}

func TestOnlyAllowedPersonalFieldsGoOn(t *testing.T) {
	r := newReplay(t)
	rules := DefaultRules()
	c := *rules.Catalog
	c.Services = slices.Clone(c.Services)
	c.Services[0].Personal = c.Services[0].Personal[1:] // address only
	rules.Catalog = &c
	r.s = New(rules)
	r.feed(Tick{begin})
	r.toConfirm().feed(Confirm{})
	if save, _ := find[Save](r.last); save.Draft.Person.Name != "" {
		t.Errorf("the draft holds %+v", save.Draft.Person)
	}
}

func TestMissingDevicesAreSaid(t *testing.T) {
	r := newReplay(t).feed(DeviceChanged{CardReader, fault.Unplugged}, DeviceChanged{Printer, fault.PaperOut})
	r.feed(Wake{}, Start{"repair"}, Pick{"water"}, Pick{"home"}, Pick{"urgent"}).on(ScreenIdentify)
	if v := Look(r.s); !strings.Contains(v.Notice, "读卡器暂时不能用") {
		t.Errorf("notice %q", v.Notice)
	}
	r.feed(SkipCard{}).digits("1").feed(Next{}).digits("2").feed(Next{}).on(ScreenConfirm)
	if v := Look(r.s); !strings.Contains(v.Notice, "打印机暂时不能用") {
		t.Errorf("notice %q", v.Notice)
	}
	r.feed(DeviceChanged{Printer, fault.PaperNearEnd})
	if v := Look(r.s); v.Notice != "" {
		t.Errorf("a printer that still prints is announced as %q", v.Notice)
	}
}

func TestEditingComesBackToTheConfirmPage(t *testing.T) {
	r := newReplay(t).toConfirm()
	r.feed(Edit{"what"}).on(ScreenChoose).feed(Pick{"light"}).on(ScreenConfirm)
	r.feed(Edit{"what"}, Back{}).on(ScreenConfirm)
	r.feed(Edit{"building"}).on(ScreenNumber).digits("8").feed(Next{}).on(ScreenNumber).digits("12").feed(Next{}).on(ScreenConfirm)
	r.feed(Edit{"who"}).on(ScreenIdentify).feed(SkipCard{}).on(ScreenConfirm)
	r.feed(Confirm{})
	save, _ := find[Save](r.last)
	if d := save.Draft; d.Address != "8号楼12室" || d.Answers[0].Text != "照明" || d.Person != nil {
		t.Errorf("draft %+v", d)
	}
}

func TestClockThatWasNeverSetIsNotShown(t *testing.T) {
	r := newReplay(t)
	r.now = time.Unix(100, 0)
	r.feed(Tick{r.now}, LinkChanged{Online: false}).toConfirm().feed(Confirm{}, Saved{ID: "a", Ticket: testTicket, At: r.now})
	print, n := find[Print](r.last)
	if v := Look(r.s); n != 1 || v.Strip.Clock != "" || strings.Contains(slipText(print.Slip), "1970") {
		t.Errorf("%d slips, strip %q:\n%s", n, v.Strip.Clock, slipText(print.Slip))
	}
}

func TestCardWakesAndIsReadOnlyWhereAsked(t *testing.T) {
	r := newReplay(t)
	if m := r.s.cardMode(); m != CardsNotice {
		t.Errorf("on the start screen %v", m)
	}
	r.feed(CardPresent{}).on(ScreenHome)
	if m, n := find[ReadCards](r.last); n != 1 || m.Mode != CardsOff {
		t.Errorf("on the home screen %v", m)
	}
	r.feed(CardRead{Person: request.Person{Name: testName}}).on(ScreenHome)
	if len(r.s.personal()) != 0 {
		t.Error("a card was taken in that nobody asked for")
	}
}

func TestClockIsChinasWhateverTheMachineIsSetTo(t *testing.T) {
	if got := Look(newReplay(t).s).Strip.Clock; got != "17:30" { // 09:30 UTC
		t.Errorf("the strip says %q", got)
	}
}

func TestHeldRequestSendsToStaff(t *testing.T) {
	r := newReplay(t).feed(Scanned{string(testTicket)}, LookedUp{Ticket: testTicket, Result: Found, Progress: Progress{Service: "repair", Status: StatusHeld}})
	if v := Look(r.s); !strings.Contains(v.Notice, "呼叫工作人员") || len(v.Track) != 0 {
		t.Errorf("view %+v", v)
	}
}

func TestRetryKeepsTheIDSoThatNothingIsFiledTwice(t *testing.T) {
	r := newReplay(t).toConfirm().feed(Confirm{}, SaveFailed{Fault: fault.QueueFull, ID: "a", Ticket: testTicket}, Retry{})
	if save, n := find[Save](r.last); n != 1 || save.Draft.ID != "a" || save.Draft.Ticket != testTicket {
		t.Errorf("retried %+v", save.Draft)
	}
}

func TestRequestThatCentralHoldsIsNotPromised(t *testing.T) {
	r := newReplay(t).toConfirm().feed(Confirm{}, Saved{ID: "a", Ticket: testTicket, At: begin}, Held{ID: "a"})
	print, n := find[Print](r.last)
	text := slipText(print.Slip)
	if n != 1 || !strings.Contains(text, "需要核对") || strings.Contains(text, "待送达") || strings.Contains(text, "不用再来") {
		t.Errorf("%d slips:\n%s", n, text)
	}
	if v := Look(r.s); v.Tone != Warning || !strings.Contains(v.Title, "核对") {
		t.Errorf("shows %q", v.Title)
	}
}

func TestCallThatNobodyAnswersSaysSo(t *testing.T) {
	r := newReplay(t).feed(ButtonPressed{}, CallSaved{"c"}, CallDelivered{"c"})
	r.wait(r.s.rules.CallHold).on(ScreenCalling)
	if v := Look(r.s); v.Title != "还没有人应答" || !strings.Contains(v.Notice, "010-5550") {
		t.Errorf("shows %q, %q", v.Title, v.Notice)
	}
	if say, _ := find[Say](r.last); !strings.Contains(say.Text, "还没有人应答") {
		t.Errorf("says %q", say.Text)
	}
	late := r.s
	r.feed(CallAnswered{ID: "c", Answer: "coming", Words: "已收到，马上来"})
	if v := Look(r.s); v.Headline != "已收到，马上来" {
		t.Errorf("an answer that came late shows as %q", v.Title)
	}
	r.s = late
	r.wait(r.s.rules.LateHold).on(ScreenStart)
	if r.s.light() != LightCalling {
		t.Error("the call is over although nobody answered")
	}
}
