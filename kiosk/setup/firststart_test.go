package setup

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/slip"
	"lintai/kiosk/visit"
)

// bare is a card of which only central's address and the devices are written.
func bare() Facts {
	f := facts()
	f.Number, f.Place, f.Appliance, f.Devices = 0, "", true, slices.Clone(Testable)
	f.Places = []string{"幸福里1号楼", "幸福里2号楼", "中心花园"}
	return f
}

// whole is one that says everything but what a person must do.
func whole() Facts {
	f := facts()
	f.Appliance, f.Coded, f.Languages, f.Turned, f.Online, f.Grid, f.Fault = true, true, true, true, true, "幸福里1号楼", fault.EnrolWaiting
	return f
}

// only is the effect of a kind among the last ones.
func only[E Effect](h *technician) (found E) {
	h.t.Helper()
	n := 0
	for _, e := range h.last {
		if e, ok := e.(E); ok {
			found, n = e, n+1
		}
	}
	if n != 1 {
		h.t.Fatalf("%d of %T among %#v", n, found, h.last)
	}
	return found
}

// keeps expects values in the file, and answers that they are.
func (h *technician) keeps(key, value string) *technician {
	h.t.Helper()
	k := only[Keep](h)
	if k.Values[key] != value {
		h.t.Fatalf("keeps %v", map[string]string(k.Values))
	}
	return h.feed(Kept{k.Try})
}

func (h *technician) stands(step string) *technician {
	h.t.Helper()
	if v := Look(h.s); v.Step != step {
		h.t.Fatalf("at %q on %s, want %q", v.Step, v.Screen, step)
	}
	return h
}

// signs types whatever layer it needs.
func (h *technician) signs(text string) *technician {
	h.t.Helper()
	for _, r := range text {
		for _, layer := range []visit.Input{visit.InputLatin, inputCapitals, inputMarks} {
			h.feed(Touch{visit.Switch{To: layer}})
			id := sign(r).ID
			if r == ' ' {
				id = "key.blank"
			}
			if slices.ContainsFunc(controls(Look(h.s)), func(c visit.Control) bool { return c.ID == id }) {
				h.touch(id)
				break
			}
			if layer == inputMarks {
				h.t.Fatalf("no key for %q", r)
			}
		}
	}
	return h
}

func TestAFirstStartFromNothingToReady(t *testing.T) {
	h := arrive(t, bare()).touch("setup").stands("turn")
	h.touch("turn.right")
	if e := only[Turn](h); e.Degrees != 90 {
		t.Errorf("turned by %d", e.Degrees)
	}
	h.touch("next").keeps("panel.rotation", "90").stands("touch")
	h.touch("mark.1", "mark.2", "mark.3", "mark.4").stands("language")
	h.touch("language.both").keeps("terminal.languages", `["zh-CN", "en"]`).stands("network")
	only[LookAround](h)
	h.feed(Around{Networks: []WiFi{{"lobby", 80, false}, {"guests", 60, true}}}).touch("net.0").stands("password")
	h.signs(`aA9 ~"\`).touch("next").stands("password") // seven signs
	h.signs(`#`).touch("next").stands("way")
	h.touch("way.given")
	j := only[Join](h)
	if j.Network != (Network{WiFi: "lobby", Password: `aA9 ~"\#`}) {
		t.Errorf("%+v %q", j, string(j.Network.Password))
	}
	h.feed(Joined{j.Try}).stands("number")
	h.touch("key.0", "key.1", "key.2", "next").keeps("terminal.number", "12").stands("place")
	h.touch("place.1").keeps("terminal.place", `"幸福里2号楼"`).stands("code")
	h.typed(testCode).touch("next")
	h.feed(Enrolled{h.enrol().Try}).stands("test.printer")
	only[TryDevice](h)
	h.feed(Printed{slip.NotPrinted, fault.PaperOut})
	if v := Look(h.s); !strings.Contains(v.Notice, "缺纸") {
		t.Errorf("%+v", v)
	}
	h.touch("again").feed(Printed{Outcome: slip.Printed}).touch("next").stands("test.card")
	h.feed(Sensed{"scanner"}) // somebody plays with another device
	if s := h.s.Results(); len(s) != 1 || s["printer"].Verdict != Passed {
		t.Errorf("%+v", s)
	}
	h.feed(Sensed{"card"}).touch("next").stands("test.nfc").touch("skip").stands("test.scanner")
	h.feed(DeviceIs{"scanner", fault.NoAnswer}).touch("no").stands("test.button")
	h.feed(Sensed{"button"}).touch("next").stands("test.presence").feed(Sensed{"presence"}).touch("next").stands("test.speaker").touch("yes").stands("grid")
	h.touch("grid.2").keeps("terminal.grid", `"中心花园"`).stands("report")
	h.touch("next")
	r := only[PrintReport](h)
	want := map[string]Result{"printer": {Passed, ""}, "card": {Passed, ""}, "nfc": {Skipped, ""}, "scanner": {NotPassed, fault.NoAnswer}, "button": {Passed, ""}, "presence": {Passed, ""}, "speaker": {Passed, ""}}
	if !reflect.DeepEqual(r.Results, want) {
		t.Errorf("%+v", r.Results)
	}
	if h.feed(ReportPrinted{r.Try, slip.Printed}); !h.s.Done() || !h.s.Progress().Done {
		t.Errorf("%+v", Look(h.s))
	}
}

func TestWhatTheFileSaysIsNotAsked(t *testing.T) {
	h := arrive(t, whole()).touch("setup").stands("enrol").touch("next")
	if e := h.enrol(); e.Code != "" || e.Address != facts().Address {
		t.Errorf("%q %q", string(e.Code), e.Address)
	}
	h.feed(Enrolled{1}).stands("report").touch("next") // no printer: no slip
	if !h.s.Done() {
		t.Errorf("%+v", Look(h.s))
	}
	// Without an appliance there is nothing but code and address.
	f := bare()
	f.Appliance, f.Number = false, 12
	arrive(t, f).touch("setup").stands("code")
}

func TestACodeOfTheFileThatCentralRefusesIsTyped(t *testing.T) {
	h := arrive(t, whole()).touch("setup", "next")
	h.feed(Failed{Try: h.enrol().Try, Fault: fault.CodeUsed}).stands("code").typed(testCode).touch("next")
	if e := h.enrol(); string(e.Code) != testCode {
		t.Errorf("%+v", e)
	}
}

func TestAPictureThatNobodyFoundRightTurnsBack(t *testing.T) {
	h := arrive(t, bare()).touch("setup", "turn.down")
	if only[Turn](h).Degrees != 180 {
		t.Error(h.last)
	}
	back := Turn{-1}
	for range 16 {
		h.wait(time.Second)
		for _, e := range h.last {
			back = e.(Turn)
		}
	}
	if back.Degrees != 0 || Look(h.stands("turn").s).Notice != phrase.Text("setup.turned_back") {
		t.Errorf("%+v, %+v", back, Look(h.s))
	}
	// The same when the program was started anew for it: the file says the new rotation.
	h.touch("turn.left")
	p := h.s.Progress()
	f := bare()
	f.Turned, f.Rotation = true, 270
	again := &technician{t: t, s: Resume(f, p), now: noon}
	again.feed(Told{f}, Tick{noon}).stands("turn").wait(14 * time.Second).stands("turn").wait(time.Second)
	if only[Turn](again).Degrees != 0 {
		t.Error(again.last)
	}
	kept := &technician{t: t, s: Resume(f, p), now: noon}
	kept.feed(Told{f}, Tick{noon}).touch("next").keeps("panel.rotation", "270").stands("touch")
}

func TestTouchesTellHowTheLayerLies(t *testing.T) {
	for says, hits := range map[phrase.ID]string{
		"": "1234", "setup.touch_half": "3412", "setup.touch_quarter": "2341", "setup.touch_sides": "2143", "setup.touch_ends": "4321", "setup.touch_swapped": "1432", "setup.touch_unsure": "1111",
	} {
		h := arrive(t, bare()).touch("setup", "skip").stands("touch")
		for _, m := range hits {
			h.touch("mark." + string(m))
		}
		if says == "" {
			h.stands("language")
			continue
		}
		if v := Look(h.stands("touch").s); v.Hint != phrase.Text(says) {
			t.Errorf("%s: %q", hits, v.Hint)
		}
		h.touch("again", "mark.1", "mark.2", "mark.3", "mark.4").stands("language")
	}
}

// onAir is a technician before the list of networks.
func onAir(t *testing.T) *technician {
	f := bare()
	f.Turned, f.Languages, f.Number, f.Place = true, true, 12, "大厅"
	return arrive(t, f).touch("setup").stands("network").feed(Around{Networks: []WiFi{{"lobby", 80, false}, {"guests", 60, true}}})
}

func TestNetworks(t *testing.T) {
	for name, c := range map[string]struct {
		does  func(*technician)
		wants Network
	}{
		"open":  {func(h *technician) { h.touch("net.1", "way.given") }, Network{WiFi: "guests"}},
		"cable": {func(h *technician) { h.touch("net.cable", "way.given") }, Network{}},
		"fixed": {func(h *technician) {
			h.touch("net.cable", "way.fixed").typed("10.0.3.7/22").touch("next").typed("10.0.4.1").touch("next").stands("gateway").touch("key.erase", "key.erase", "key.erase").typed("0.1").touch("next", "next")
		}, Network{Address: "10.0.3.7/22", Gateway: "10.0.0.1"}},
		"hidden": {func(h *technician) {
			h.touch("page.later", "net.other").stands("wifi_name").signs("Back room").touch("next").stands("password").signs("12345678").touch("next", "way.given")
		}, Network{WiFi: "Back room", Password: "12345678"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := onAir(t)
			c.does(h)
			j := only[Join](h)
			if j.Network != c.wants {
				t.Fatalf("%+v", j.Network)
			}
			h.feed(Joined{j.Try}).stands("code")
			if h.s.net.password != "" {
				t.Error("the password is kept after its use")
			}
		})
	}
}

func TestAWrongPasswordIsMended(t *testing.T) {
	h := onAir(t).touch("net.0").signs("12345687").touch("next", "way.given")
	h.feed(Failed{only[Join](h).Try, fault.NetworkRefused, "lobby: wrong key"}).stands("password")
	if v := Look(h.s); !strings.Contains(v.Notice, "密码") || !strings.Contains(v.Notice, "lobby: wrong key") || v.Keyboard.Text != "12345687" {
		t.Errorf("%+v", v)
	}
	h.touch("key.erase", "key.erase").signs("78").touch("next", "way.given")
	if string(only[Join](h).Network.Password) != "12345678" {
		t.Error("not mended")
	}
	// A network that leads nowhere is chosen anew.
	h.feed(Failed{Try: h.s.try, Fault: fault.NetworkMissing}).stands("network")
}

func TestWithoutANetworkItEnrolsLater(t *testing.T) {
	h := onAir(t).touch("later").stands("code").typed(testCode).touch("next")
	h.keeps("central.code", `"K7M2-9QXR-T4W8-YZ3H"`).stands("test.printer")
	for range len(Testable) - 1 {
		h.touch("skip")
	}
	h.touch("no", "skip").stands("report")
	h.touch("next").feed(Failed{Try: h.s.try, Fault: fault.PaperOut}).stands("report")
	if h.touch("next"); !h.s.Done() || Look(h.s).Title != phrase.Text("setup.done_later") {
		t.Errorf("%+v", Look(h.s))
	}
}

func TestWhoWasCalledAwayComesBackToHerStep(t *testing.T) {
	h := onAir(t).touch("net.0").signs("12345678").wait(forgetAfter).on(visit.ScreenOutOfService, "")
	if h.s.net.password != "" {
		t.Error("the password waits for her")
	}
	h.touch("setup").stands("password")
	if v := Look(h.s); v.Keyboard.Text != "" || !strings.Contains(v.Title, "lobby") {
		t.Errorf("%+v", v)
	}
	// After a cut of power as well, and with what was found out.
	f := bare()
	f.Enrolled, f.Number, f.Place = true, 12, "大厅"
	text, err := json.Marshal(Progress{Begun: true, Step: "test.nfc", Results: map[string]Result{"printer": {Passed, ""}}})
	if err != nil {
		t.Fatal(err)
	}
	var p Progress
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	back := &technician{t: t, s: Resume(f, p), now: noon}
	back.feed(Tick{noon}).on(visit.ScreenOutOfService, "").touch("setup").stands("test.nfc")
	if back.s.Results()["printer"].Verdict != Passed {
		t.Error("a result is lost")
	}
	// Nobody comes: it serves.
	gone := &technician{t: t, s: Resume(f, p), now: noon}
	if gone.feed(Tick{noon}).wait(serveAfter + time.Second); !gone.s.Done() {
		t.Errorf("%+v", Look(gone.s))
	}
	now := &technician{t: t, s: Resume(f, p), now: noon}
	if now.feed(Tick{noon}).touch("serve"); !now.s.Done() {
		t.Errorf("%+v", Look(now.s))
	}
}

func TestStaffTryTheDevicesOfATerminalInService(t *testing.T) {
	f := whole()
	f.Devices = []string{"button"}
	f.Enrolled = true
	s, effects := Welcome(Resume(f, Tests()), Tests())
	if v := Look(s); v.Step != "test.button" || !reflect.DeepEqual(effects, []Effect{TryDevice{"button"}}) {
		t.Errorf("%+v, %+v", v, effects)
	}
}

// In whatever order things happen: there is always something to touch or an answer to
// come, no secret stands anywhere but on the screen on which it is typed, and a way
// leads into service.
func TestAnyOrderOfAFirstStart(t *testing.T) {
	const password = "s3cret-Pw"
	for seed := range int64(150) {
		random := rand.New(rand.NewSource(seed))
		f := bare()
		h := arrive(t, f)
		for range 200 {
			e := anything(random, h, &f)
			before := h.s
			h.feed(e)
			v := Look(h.s)
			if len(controls(v)) == 0 && !h.s.Done() && !h.s.Trying() {
				t.Fatalf("seed %d: no way on from %+v", seed, v)
			}
			for _, e := range h.last {
				if text := fmt.Sprintf("%v %+v %#v", e, e, e); !h.s.net.other && (strings.Contains(text, testCode[:6]) || strings.Contains(text, password)) {
					t.Fatalf("seed %d: an effect prints a secret: %s", seed, text)
				}
				if en, ok := e.(Enrol); ok && (h.s.facts.Number == 0 || en.Address == scheme) {
					t.Fatalf("seed %d: enrols as nobody", seed)
				}
			}
			if len(h.s.net.password) > 4 && v.Step != "password" && !strings.Contains(h.s.net.name, string(h.s.net.password)) && strings.Contains(said(v), string(h.s.net.password)) {
				t.Fatalf("seed %d: the password stands on %s", seed, v.Step)
			}
			if (v.Screen == visit.ScreenOutOfService || h.s.Done()) && (h.s.code != "" || h.s.net.password != "") {
				t.Fatalf("seed %d: a secret is left after %+v", seed, e)
			}
			if h.s.Done() && !before.Done() && !h.s.facts.Enrolled && !h.s.later {
				t.Fatalf("seed %d: done, but nobody knows it", seed)
			}
			if random.Intn(40) == 0 { // the program starts anew
				p := h.s.Progress()
				if text, _ := json.Marshal(p); strings.Contains(string(text), password[:6]) {
					t.Fatalf("seed %d: a secret outlives the program", seed)
				}
				h.s = Resume(f, p)
				h.feed(Tick{h.now})
			}
		}
		intoService(t, seed, h, f)
	}
}

// anything happens: mostly that somebody touches what is there.
func anything(random *rand.Rand, h *technician, f *Facts) Event {
	switch n := random.Intn(30); {
	case n < 17:
		all := controls(Look(h.s))
		if len(all) == 0 {
			return Tick{h.now}
		}
		return Touch{all[random.Intn(len(all))].Event}
	case n < 19:
		for _, r := range "s3cret-Pw" {
			h.feed(Touch{visit.Letter{Rune: r}})
		}
		return Touch{visit.Next{}}
	case n < 20:
		for _, r := range testCode {
			h.feed(Touch{visit.Letter{Rune: r}})
		}
		return Touch{visit.Next{}}
	case n < 24:
		try := h.s.try - random.Intn(2)
		return []Event{Enrolled{try}, Joined{try}, Kept{try}, ReportPrinted{try, slip.Printed}, ReportPrinted{try, slip.Unknown}, Failed{try, fault.NetworkRefused, "x"}, Failed{try, fault.CodeUsed, ""}, Failed{Try: try, Fault: fault.NoCentral}}[random.Intn(8)]
	case n < 26:
		return []Event{
			Around{Networks: []WiFi{{"lobby", 80, false}, {"guests", 60, true}}}, Around{Fault: fault.NetworkMissing}, Sensed{"card"}, Sensed{"nothing"}, Printed{slip.Unknown, ""}, Printed{Outcome: slip.Printed},
			DeviceIs{"button", fault.NoAnswer}, Touch{visit.Pick{Option: "9"}}, Touch{visit.Open{Item: "77"}}, Touch{visit.Open{Item: "-1"}}, Touch{visit.Turn{By: 9}}, Touch{visit.Turn{By: -9}}, Touch{visit.Finish{}}, Touch{visit.Skip{}},
		}[random.Intn(14)]
	case n < 28:
		f.Online, f.Coded, f.Enrolled = random.Intn(2) == 0, random.Intn(2) == 0, random.Intn(6) == 0
		f.Fault = []fault.Code{fault.NotEnrolled, fault.EnrolWaiting, fault.CodeUsed, fault.Revoked}[random.Intn(4)]
		if random.Intn(3) == 0 {
			f.Number, f.Place = 12, "大厅"
		}
		if random.Intn(4) == 0 {
			f.Address = []string{"", "https://c.example"}[random.Intn(2)]
		}
		return Told{*f}
	default:
		h.now = h.now.Add(time.Duration(random.Intn(300)) * time.Second)
		return Tick{h.now}
	}
}

// intoService leads it there by what the screens offer.
func intoService(t *testing.T, seed int64, h *technician, f Facts) {
	t.Helper()
	h.t = t
	f.Address, f.Coded, f.Fault, f.Enrolled = facts().Address, true, fault.EnrolWaiting, false
	h.feed(Told{f})
	for range 120 {
		if h.s.Done() {
			return
		}
		v := Look(h.s)
		offered := map[string]visit.Control{}
		for _, c := range controls(v) {
			offered[c.ID] = c
		}
		first := func(ids ...string) {
			for _, id := range ids {
				if c, there := offered[id]; there && !c.Disabled {
					h.feed(Touch{c.Event})
					return
				}
			}
			t.Fatalf("seed %d: nothing of %v on %+v", seed, ids, v)
		}
		switch {
		case h.s.Trying():
			switch h.s.busy {
			case enrolling:
				h.feed(Enrolled{h.s.try})
			case joiningNet:
				h.feed(Joined{h.s.try})
			case keeping:
				h.feed(Kept{h.s.try})
			case reporting:
				h.feed(ReportPrinted{h.s.try, slip.Printed})
			}
		case v.Screen == visit.ScreenOutOfService:
			first("serve", "setup")
		case v.Step == "number":
			h.feed(Touch{visit.Digit{Digit: '7'}})
			first("next")
		case v.Step == "code":
			for _, r := range testCode {
				h.feed(Touch{visit.Letter{Rune: r}})
			}
			first("next")
		case v.Step == "wifi_name", v.Step == "password", v.Step == "own", v.Step == "gateway", v.Step == "dns", v.Step == "way":
			first("back")
		case v.Step == "turn" && v.Screen == visit.ScreenSetupWait, v.Step == "touch" && v.Screen == visit.ScreenSetupWait:
			first("next")
		default:
			first("skip", "later", "place.0", "yes", "next")
		}
	}
	t.Fatalf("seed %d: no way into service, at %+v", seed, Look(h.s))
}
