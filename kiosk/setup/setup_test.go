package setup

import (
	"fmt"
	"log/slog"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const (
	letters  = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	testCode = "K7M29QXRT4W8YZ3H"
)

func facts() Facts {
	return Facts{Number: 12, Place: "幸福里社区服务站", Phone: "010-5550 1234", Address: "https://central.example:8421", Fault: fault.NotEnrolled, Letters: letters, Length: 16, Group: 4}
}

// technician touches what the screens offer.
type technician struct {
	t    *testing.T
	s    State
	last []Effect
	now  time.Time
}

func arrive(t *testing.T, f Facts) *technician {
	return (&technician{t: t, s: New(f), now: noon}).feed(Tick{noon})
}

func (h *technician) feed(events ...Event) *technician {
	for _, e := range events {
		h.s, h.last = Update(h.s, e)
	}
	return h
}

func (h *technician) wait(d time.Duration) *technician {
	for end := h.now.Add(d); h.now.Before(end); {
		h.now = h.now.Add(time.Second)
		h.feed(Tick{h.now})
	}
	return h
}

// touch presses a control that must be there.
func (h *technician) touch(ids ...string) *technician {
	h.t.Helper()
	for _, id := range ids {
		found := false
		for _, c := range controls(Look(h.s)) {
			if c.ID == id && !c.Disabled {
				found = true
				h.feed(Touch{c.Event})
				break
			}
		}
		if !found {
			h.t.Fatalf("no %s on %+v", id, Look(h.s))
		}
	}
	return h
}

func (h *technician) typed(text string) *technician {
	h.t.Helper()
	for _, r := range text {
		id := "key." + string(r)
		if name, mark := markNames[r]; mark {
			id = "key." + name
		}
		h.touch(id)
	}
	return h
}

func (h *technician) on(screen visit.Screen, step string) *technician {
	h.t.Helper()
	if v := Look(h.s); v.Screen != screen || v.Step != step {
		h.t.Fatalf("on %s %q, want %s %q", v.Screen, v.Step, screen, step)
	}
	return h
}

func controls(v visit.View) []visit.Control {
	all := slices.Concat(v.Actions, v.Tiles, v.Items)
	if v.Pager != nil {
		all = append(all, v.Pager.Earlier, v.Pager.Later)
	}
	if v.Keypad != nil {
		all = append(append(all, v.Keypad.Keys...), v.Keypad.Erase)
	}
	if v.Keyboard != nil {
		for _, row := range v.Keyboard.Rows {
			all = append(all, row...)
		}
		all = append(all, v.Keyboard.Tools...)
	}
	return all
}

// said is all that a view says, and keeps.
func said(v visit.View) string { return fmt.Sprintf("%+v %+v %+v", v, v.Keyboard, v.Keypad) }

func (h *technician) enrol() Enrol {
	h.t.Helper()
	if len(h.last) == 1 {
		if e, ok := h.last[0].(Enrol); ok {
			return e
		}
	}
	h.t.Fatalf("%v is no enrolment", h.last)
	return Enrol{}
}

func TestResidentReadsThatItIsNotInServiceAndWhomToAsk(t *testing.T) {
	for _, l := range []phrase.Locale{phrase.Chinese, phrase.English} {
		h := arrive(t, facts())
		if l == phrase.English {
			h.touch("language.en")
		}
		v := Look(h.on(visit.ScreenOutOfService, "").s)
		if v.Title != phrase.In(l, "setup.title") || !strings.Contains(v.Hint, "010-5550 1234") || v.Tone != visit.Trouble {
			t.Errorf("%s: %+v", l, v)
		}
		h.touch("setup").typed("K7")
		if v := Look(h.on(visit.ScreenSetup, "code").s); v.Strip.Link != phrase.In(l, "setup.strip") || !strings.Contains(v.Strip.Pending, "010-5550 1234") {
			t.Errorf("%s, while somebody types: %+v", l, v.Strip)
		}
	}
}

func TestTypedCodeEnrols(t *testing.T) {
	h := arrive(t, facts()).touch("setup").typed("K7M2").touch("key.erase").typed("29")
	if got := Look(h.s).Keyboard.Text; got != "K7M2-9" {
		t.Errorf("%q", got)
	}
	h.touch("next").on(visit.ScreenSetup, "code")
	if v := Look(h.s); len(h.last) > 0 || v.Notice != phrase.Text("setup.code_short") {
		t.Errorf("too short: %v, %q", h.last, v.Notice)
	}
	h.typed(testCode[5:]+"Z").touch("next").on(visit.ScreenSetupWait, "") // a key too many does nothing
	e := h.enrol()
	if string(e.Code) != testCode || e.Address != facts().Address {
		t.Errorf("%q, %q", string(e.Code), e.Address)
	}
	h.feed(Enrolled{e.Try})
	if v := Look(h.s); !h.s.Done() || v.Tone != visit.Good || h.s.code != "" {
		t.Errorf("%+v", v)
	}
}

func TestEveryRefusalHasItsCure(t *testing.T) {
	for _, c := range []struct {
		fault fault.Code
		kept  bool // a letter can be mended, or the line
		says  string
	}{
		{fault.CodeRefused, true, "不认识"}, {fault.CodeUsed, false, "用过"}, {fault.CodeExpired, false, "过期"}, {fault.NumberMismatch, true, "12 号"},
		{fault.NoCentral, true, "连不上 https://central.example:8421"}, {fault.CentralForeign, true, "核对网址"}, {fault.FSReadOnly, true, "不能写"}, {"something_new", true, "something_new"},
	} {
		h := arrive(t, facts()).touch("setup").typed(testCode).touch("next")
		h.feed(Failed{Try: h.enrol().Try, Fault: c.fault}).on(visit.ScreenSetup, "code")
		v := Look(h.s)
		if v.NoticeTone != visit.Warning || !strings.Contains(v.Notice, c.says) || (v.Keyboard.Text != "") != c.kept {
			t.Errorf("%s: %q, %q", c.fault, v.Notice, v.Keyboard.Text)
		}
		if c.kept {
			h.touch("next")
			h.enrol() // once more
			continue
		}
		h.typed(testCode).touch("next")
		if h.enrol().Try != 2 {
			t.Errorf("%s: %+v", c.fault, h.last)
		}
	}
}

func TestAddressIsTypedWhereTheFileHasNone(t *testing.T) {
	f := facts()
	f.Address = ""
	h := arrive(t, f).touch("setup").on(visit.ScreenSetup, "address").touch("next").on(visit.ScreenSetup, "address")
	if v := Look(h.s); v.Notice != phrase.Text("setup.address_wrong") {
		t.Errorf("%q", v.Notice)
	}
	h.typed("192.168.1.20:8421").touch("next").on(visit.ScreenSetup, "code").typed("K").touch("back").on(visit.ScreenSetup, "address").touch("next").typed(testCode[1:]).touch("next")
	if e := h.enrol(); e.Address != "https://192.168.1.20:8421" || string(e.Code) != testCode {
		t.Errorf("%q", e.Address)
	}
	// The file that now has it is believed.
	arrive(t, f).touch("setup").typed("a").feed(Told{facts()}).on(visit.ScreenSetup, "code")
}

func TestNothingTypedIsLeftBehind(t *testing.T) {
	for name, leave := range map[string]func(*technician){
		"back":         func(h *technician) { h.touch("back").on(visit.ScreenOutOfService, "") },
		"nobody there": func(h *technician) { h.wait(forgetAfter).on(visit.ScreenOutOfService, "") },
		"tried, and gone": func(h *technician) {
			h.touch("next").feed(Failed{Try: 1, Fault: fault.NoCentral}).wait(forgetAfter + time.Second)
		},
		"enrolled":   func(h *technician) { h.touch("next").feed(Enrolled{1}) },
		"broken off": func(h *technician) { h.touch("next", "back", "back").on(visit.ScreenOutOfService, "") },
	} {
		h := arrive(t, facts()).touch("setup").typed(testCode)
		leave(h)
		if all := fmt.Sprintf("%#v %s", h.s, said(Look(h.s))); strings.Contains(all, "K7M2") || h.s.code != "" || h.s.locale != phrase.Chinese {
			t.Errorf("%s: %s", name, all)
		}
	}
}

func TestAnswerToWhatWasBrokenOffDoesNotCount(t *testing.T) {
	h := arrive(t, facts()).touch("setup").typed(testCode).touch("next", "back")
	if a, ok := h.last[0].(Abandon); !ok || a.Try != 1 {
		t.Fatalf("%v", h.last)
	}
	h.feed(Enrolled{1}, Failed{Try: 1, Fault: fault.CodeUsed}).on(visit.ScreenSetup, "code").touch("next")
	h.feed(Failed{Try: 1, Fault: fault.CodeUsed})
	if !h.s.Trying() {
		t.Error("an old answer ended a new try")
	}
}

func TestCodeDoesNotPrint(t *testing.T) {
	e := Enrol{Try: 1, Code: testCode}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "code", e.Code, "effect", e)
	if all := fmt.Sprintf("%v %+v %#v %s", e, e, e, e.Code) + log.String(); strings.Contains(all, "K7M2") {
		t.Error(all)
	}
}

// Whatever happens in whatever order: there is always something to touch or an
// answer to come, a code is asked for only when it is whole, it stands in no view
// but the one it is typed on, and a way leads into service.
func TestAnyOrder(t *testing.T) {
	for seed := range int64(300) {
		random := rand.New(rand.NewSource(seed))
		h := arrive(t, facts())
		f := facts()
		for range 150 {
			var e Event
			switch n := random.Intn(20); {
			case n < 11:
				all := controls(Look(h.s))
				if len(all) == 0 {
					e = Tick{h.now}
					break
				}
				e = Touch{all[random.Intn(len(all))].Event}
			case n < 13:
				e = Touch{visit.Letter{Rune: []rune(testCode)[random.Intn(16)]}}
			case n == 13:
				e = []Event{Touch{visit.Letter{Rune: 'I'}}, Touch{visit.Letter{Rune: '好'}}, Touch{visit.Confirm{}}, Touch{visit.Speak{Locale: "xx"}}, Touch{visit.Erase{}}}[random.Intn(5)]
			case n == 14:
				e = []Event{Failed{Try: h.s.try, Fault: fault.CodeUsed}, Failed{Try: h.s.try, Fault: fault.NoCentral}, Failed{Try: h.s.try - 1, Fault: fault.CodeUsed}, Enrolled{h.s.try - 1}}[random.Intn(4)]
			case n == 15:
				if f.Address = ""; random.Intn(2) == 0 {
					f.Address = facts().Address
				}
				f.Fault = []fault.Code{fault.NotEnrolled, fault.CodeUsed, fault.Revoked}[random.Intn(3)]
				e = Told{f}
			case n == 16:
				h.now = h.now.Add(time.Duration(random.Intn(200)) * time.Second)
				e = Tick{h.now}
			default: // a code is typed whole now and then
				for _, r := range testCode {
					h.feed(Touch{visit.Letter{Rune: r}})
				}
				e = Touch{visit.Next{}}
			}
			code := string(h.s.code)
			h.feed(e)
			v := Look(h.s)
			if len(controls(v)) == 0 && !h.s.Done() {
				t.Fatalf("seed %d: no way on from %+v", seed, v)
			}
			for _, effect := range h.last {
				if en, ok := effect.(Enrol); ok && (len(en.Code) != 16 || strings.Trim(string(en.Code), letters) != "" || !h.s.Trying() || en.Address == scheme) {
					t.Fatalf("seed %d: asks with %d letters", seed, len(en.Code))
				}
			}
			if len(code) >= 8 && v.Step != "code" && strings.Contains(said(v), grouped(code, 4)) {
				t.Fatalf("seed %d: the code stands on %s", seed, v.Screen)
			}
			if v.Screen == visit.ScreenOutOfService && h.s.code != "" {
				t.Fatalf("seed %d: the code is left", seed)
			}
			if h.s.Done() && h.s.code != "" {
				t.Fatalf("seed %d: the code is kept after its use", seed)
			}
		}
		h.t = t
		for back := 0; Look(h.s).Screen != visit.ScreenOutOfService && !h.s.Done(); back++ {
			if back > 5 {
				t.Fatalf("seed %d: no way back from %+v", seed, Look(h.s))
			}
			h.touch("back")
		}
		if h.s.Done() {
			continue
		}
		h.feed(Told{facts()}).touch("setup").typed(testCode).touch("next")
		if h.feed(Enrolled{h.enrol().Try}); !h.s.Done() {
			t.Fatalf("seed %d: not in service", seed)
		}
	}
}
