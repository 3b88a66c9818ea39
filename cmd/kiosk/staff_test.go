package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/hw/appliance"
	"lintai/kiosk/staffcode"
	"lintai/kiosk/staffmenu"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/ui"
)

// staffNumber is what central shows a clerk: by the key that it told the terminal.
func staffNumber(t *testing.T, data string) string {
	t.Helper()
	looks := time.NewTicker(100 * time.Millisecond)
	defer looks.Stop()
	over := time.After(time.Minute)
	for {
		if i, err := agent.LoadIdentity(data); err == nil && len(i.StaffKey) > 0 {
			return staffcode.Code(i.StaffKey, 12, time.Now())
		}
		select {
		case <-looks.C:
		case <-over:
			t.Fatal("central never told the terminal its key")
		}
	}
}

// digits types a number.
func (f *front) digits(number string) {
	f.t.Helper()
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for _, r := range number {
		for answered := false; !answered; {
			f.touch("key." + string(r))
			select {
			case f.view, answered = <-f.views:
				if !answered {
					f.t.Fatal("a key was not answered")
				}
			case <-again.C:
			}
		}
	}
}

// page touches until a page of the menu stands there.
func (f *front) page(id, step string) {
	f.t.Helper()
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for f.touch(id); ; {
		select {
		case v, ok := <-f.views:
			if f.view = v; !ok {
				f.t.Fatalf("never shown: %s", step)
			}
			if v.Step == step || step == "" && v.Screen == visit.ScreenStart {
				return
			}
		case <-again.C:
			f.touch(id)
		}
	}
}

func TestStaffComeInWithANumberOnce(t *testing.T) {
	b := newBeginner(t)
	data := b.s.Terminal.Data
	if err := offline.Create(filepath.Join(data, offline.FileName), time.Now); err != nil {
		t.Fatal(err)
	}
	light := 70
	s := newService(t, appliance.Status{Image: "2026.11.22-1", Slot: "A", Light: &light, SetUp: true, Online: true, TimeSet: true})
	f := openFront(t, tried(t, b, ""), applianceEnv+"="+s.socket)
	f.on(visit.ScreenStart)
	number := staffNumber(t, data)

	f.page("staff", "staff.number")
	f.digits(number)
	f.page("next", "staff.menu")
	f.page("staff.light", "staff.light")
	f.page("staff.60", "staff.result")
	f.page("leave", "")
	f.on(visit.ScreenStart) // anew, with what was set
	if s.had(appliance.VerbLight) != 1 || s.had(appliance.VerbKeep) != 1 {
		t.Errorf("asked %v", s.asked)
	}

	// Who stood behind her and saw the number has nothing.
	f.page("staff", "staff.number")
	f.digits(number)
	f.touch("next")
	if f.view = <-f.views; f.view.Step != "staff.number" {
		t.Fatalf("in with a number of before: %s", f.view.Step)
	}
	wrong := strings.Map(func(r rune) rune { return '0' + (r-'0'+5)%10 }, number)
	var door staffmenu.Door
	for range 5 {
		f.digits(wrong)
		f.page("next", "staff.number")
	}
	text, err := os.ReadFile(filepath.Join(data, doorFile))
	if err != nil || json.Unmarshal(text, &door) != nil || !door.Locked(time.Now()) {
		t.Errorf("after five wrong numbers: %+v, %v", door, err)
	}
	f.log.tells(t, "staff")
	if log := f.log.String(); strings.Contains(log, number) || strings.Contains(log, wrong) {
		t.Error("the log holds a number")
	}
}

// What staff read and touch stands on every panel as what residents do.
func TestTheMenuStandsOnEveryPanel(t *testing.T) {
	facts := staffmenu.Facts{Place: "幸福里社区服务站", Appliance: true, Volume: 60, Light: 80, Devices: staffmenu.Testable, Slip: true, Online: true, Central: true,
		Address: "192.168.100.200/24", WiFi: "幸福里社区服务站访客", Waiting: 12, Image: "2026.11.22-1", Slot: "A", Program: strings.Repeat("0123456789", 4), Documents: "catalog 3, community 12, policy 4"}
	for _, p := range screenPanels {
		studio := ui.NewStudio(p)
		state, _ := staffmenu.Update(staffmenu.State{}, staffmenu.Tick{Now: time.Unix(1_800_000_000, 0)})
		try := 0
		feed := func(e staffmenu.Event) {
			var effects []staffmenu.Effect
			state, effects = staffmenu.Update(state, e)
			for _, effect := range effects {
				switch effect := effect.(type) {
				case staffmenu.LookForSticks:
					try = effect.Try
				case staffmenu.Install:
					try = effect.Try
				case staffmenu.Restart:
					try = effect.Try
				case staffmenu.SetVolume:
					try = effect.Try
				}
			}
		}
		drawn := func() {
			t.Helper()
			d := studio.Draw(staffmenu.Look(state))
			for _, f := range d.Faults() {
				t.Errorf("%dx%d %s: %s", p.Width, p.Height, d.View.Step, f)
			}
		}
		touch := func(events ...visit.Event) {
			t.Helper()
			for _, e := range events {
				feed(staffmenu.Touch{Event: e})
				drawn()
			}
		}
		open := func(item string) visit.Event { return visit.Open{Item: item} }
		feed(staffmenu.Enter{Facts: facts})
		drawn()
		for _, v := range []staffmenu.Verdict{staffmenu.Wrong, staffmenu.Used, staffmenu.Locked, staffmenu.NoKey, staffmenu.Right} {
			for _, r := range "12345678" {
				touch(visit.Digit{Digit: byte(r)})
			}
			touch(visit.Next{})
			feed(staffmenu.Judged{Verdict: v})
			drawn()
		}
		touch(visit.Turn{By: 1}, visit.Turn{By: 1}, visit.Turn{By: 1})
		touch(open("volume"), visit.Turn{By: 1}, visit.Back{}, open("network"), visit.Turn{By: 1}, visit.Back{}, open("versions"), visit.Turn{By: 1}, visit.Back{})
		touch(open("devices"))
		for _, name := range staffmenu.Testable {
			touch(open(name), visit.Pick{Option: "no"}, visit.Retry{})
			feed(staffmenu.Sensed{Device: name})
			drawn()
			touch(visit.Back{})
		}
		touch(visit.Back{}, open("restart"), open("machine"), visit.Back{}, open("program"), visit.Back{}, visit.Back{})
		touch(open("update"))
		feed(staffmenu.Sticks{Try: try, All: []staffmenu.Stick{{Name: "sda1", Label: "KINGSTON DATATRAVELER", Update: "2026.12.01-1"}}})
		drawn()
		touch(open("sda1"), visit.Confirm{})
		feed(staffmenu.Done{Try: try})
		drawn()
		touch(visit.Back{}, open("logs"))
		feed(staffmenu.Sticks{Try: try})
		drawn()
		if start := (visit.View{Screen: visit.ScreenStart, Headline: "幸福里社区", Title: "办事、查询、求助", Strip: visit.Strip{Place: "幸福里", Clock: "14:05"},
			Actions: []visit.Control{{ID: "wake", Label: "点这里开始", Event: visit.Wake{}}, {ID: "language.en", Label: "English", Icon: "language", Event: visit.Speak{Locale: "en"}}, staffmenu.Way()}}); true {
			for _, f := range studio.Draw(start).Faults() {
				t.Errorf("%dx%d start: %s", p.Width, p.Height, f)
			}
		}
	}
}
