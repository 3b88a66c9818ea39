package staffmenu

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
	"lintai/kiosk/staffcode"
	"lintai/kiosk/visit"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func TestTheDoorLetsANumberInOnceAndLocksAfterFive(t *testing.T) {
	key, now := []byte("that only two have"), noon
	right := staffcode.Code(key, 12, now)
	var d Door
	try := func(number string) (v Verdict) {
		t.Helper()
		d, v = d.Try(key, 12, now, 0, number)
		// It stands on the disk between any two.
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		d = Door{}
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatal(err)
		}
		return v
	}
	if _, v := d.Try(nil, 12, now, 0, right); v != NoKey {
		t.Errorf("without a key: %s", v)
	}
	for range 4 {
		if v := try("00000000"); v != Wrong {
			t.Fatal(v)
		}
	}
	if v := try(right); v != Right {
		t.Fatal(v)
	}
	if v := try(right); v != Used {
		t.Errorf("the same again: %s", v)
	}
	now = now.Add(staffcode.Step)
	if v := try(right); v != Used {
		t.Errorf("the same a step later: %s", v)
	}
	for n := range 5 {
		if v := try("00000000"); (v == Locked) != (n == 4) || n < 4 && v != Wrong {
			t.Fatalf("wrong number %d: %s", n+1, v)
		}
	}
	now = now.Add(staffcode.Step)
	if v := try(staffcode.Code(key, 12, now)); v != Locked {
		t.Errorf("a right number at a locked door: %s", v)
	}
	now = now.Add(LockedFor - staffcode.Step)
	if v := try(staffcode.Code(key, 12, now)); v != Right {
		t.Errorf("when the time is over: %s", v)
	}
	// Central's clock counts, not the terminal's, which may say 1970.
	if _, v := (Door{}).Try(key, 12, time.Unix(0, 0), now.Sub(time.Unix(0, 0)), staffcode.Code(key, 12, now)); v != Right {
		t.Errorf("by a clock that was never set: %s", v)
	}
	// A clock that was set back by years locks nobody out for years.
	for range 5 {
		try("00000000")
	}
	now = now.Add(-1000 * time.Hour)
	if d.Locked(now) {
		t.Error("locked for 1000 hours")
	}
}

var whole = Facts{Place: "幸福里", Appliance: true, Volume: 60, Light: 80, Devices: Testable, Slip: true, Image: "2026.11.22-1", Slot: "A", Address: "192.168.1.20"}

func anything(r *rand.Rand) Event {
	touch := func(e visit.Event) Event { return Touch{e} }
	items := []string{"volume", "light", "devices", "reprint", "network", "versions", "report", "queue", "logs", "update", "restart", "program", "machine", "sda1", "sdb1", "60", "100", "printer", "card", "speaker", "nothing", ""}
	switch r.IntN(18) {
	case 0:
		return Enter{whole}
	case 1:
		return Scanned{"12345678", whole}
	case 2:
		return Judged{[]Verdict{Right, Wrong, Used, Locked, NoKey}[r.IntN(5)]}
	case 3:
		return Done{Try: r.IntN(12), Fault: []fault.Code{fault.None, fault.StickFull}[r.IntN(2)], What: "lintai.json"}
	case 4:
		return Sticks{Try: r.IntN(12), All: []Stick{{"sda1", "KINGSTON", "2026.12.01-1"}, {"sdb1", "", ""}}[:r.IntN(3)]}
	case 5:
		return Sensed{items[r.IntN(len(items))]}
	case 6:
		return Printed{Outcome: slip.Outcome(r.IntN(3))}
	case 7:
		return touch(visit.Digit{Digit: '0' + byte(r.IntN(10))})
	case 8:
		return touch(visit.Next{})
	case 9:
		return touch(visit.Back{})
	case 10:
		return touch(visit.Turn{By: r.IntN(3) - 1})
	case 11:
		return touch(visit.Confirm{})
	case 12:
		return touch(visit.Retry{})
	case 13:
		return touch(visit.Pick{Option: []string{"yes", "no"}[r.IntN(2)]})
	case 14:
		return Told{whole}
	}
	return touch(visit.Open{Item: items[r.IntN(len(items))]})
}

// Whatever happens: nothing is done for who was not let in, each page has a way out, an
// effect that changes something follows a confirmation, and the menu leaves by itself.
func TestAnyOrder(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		s, now := State{}, noon
		s, _ = Update(s, Tick{now})
		wasIn, confirmed, inHand := false, false, 0
		for range 300 {
			e := anything(r)
			if r.IntN(4) == 0 && inHand > 0 {
				e = Done{Try: inHand}
			}
			before := s
			var effects []Effect
			s, effects = Update(s, e)
			if touch, ok := e.(Touch); ok {
				_, confirms := touch.Event.(visit.Confirm)
				_, again := touch.Event.(visit.Retry)
				confirmed = confirms && before.page == confirm || again && before.page == result
			} else {
				confirmed = false
			}
			if v, ok := e.(Judged); s.In() && !wasIn && (!ok || v.Verdict != Right || before.page != number) {
				t.Fatalf("seed %d: in by %#v", seed, e)
			}
			for _, effect := range effects {
				switch effect := effect.(type) {
				case TryNumber:
					if before.In() || len(effect.Number) != staffcode.Digits {
						t.Fatalf("seed %d: %#v from %s", seed, effect, before.page)
					}
				case Close:
				case Restart, Install:
					if !confirmed {
						t.Fatalf("seed %d: %#v without a confirmation, by %#v", seed, effect, e)
					}
					inHand = s.try
				default:
					if !before.In() && !s.In() {
						t.Fatalf("seed %d: %#v for who is not in", seed, effect)
					}
					inHand = s.try
				}
			}
			wasIn = s.In()
			if s.Open() {
				v := Look(s)
				if v.Title == "" || s.page != working && len(v.Actions) == 0 || len(v.Items) > perPage || len(v.Rows) > perPage {
					t.Fatalf("seed %d: %s has no way out, or too much on it: %+v", seed, s.page, v)
				}
				for _, c := range append(slices.Clone(v.Actions), v.Items...) {
					if c.Label == "" || c.Event == nil || strings.Contains(c.Label, "{") {
						t.Fatalf("seed %d: %+v", seed, c)
					}
				}
			}
		}
		if s.page == working {
			s, _ = Update(s, Done{Try: s.try})
			s, _ = Update(s, Sticks{Try: s.try})
		}
		s, _ = Update(s, Tick{now})
		s, _ = Update(s, Touch{visit.Turn{}})
		if s.Open() && s.page != working {
			if still, _ := Update(s, Tick{now.Add(LeavesAfter - time.Second)}); !still.Open() {
				t.Fatalf("seed %d: it left too soon", seed)
			}
			gone, effects := Update(s, Tick{now.Add(LeavesAfter)})
			if gone.Open() || len(effects) == 0 || !reflect.DeepEqual(gone, State{now: gone.now, try: gone.try}) {
				t.Fatalf("seed %d: it stays at %s, or keeps something", seed, gone.page)
			}
		}
	}
}

func TestATerminalThatIsNoApplianceOffersNothingThatItCannotDo(t *testing.T) {
	s, _ := Update(State{}, Tick{noon})
	s, _ = Update(s, Enter{Facts{Devices: []string{"printer"}}})
	for _, r := range "12345678" {
		s, _ = Update(s, Touch{visit.Digit{Digit: byte(r)}})
	}
	s, _ = Update(s, Touch{visit.Next{}})
	s, _ = Update(s, Judged{Right})
	for _, id := range s.entries() {
		if slices.Contains([]string{"volume", "light", "queue", "logs", "update", "restart", "reprint"}, id) {
			t.Errorf("offers %s", id)
		}
	}
	if _, effects := Update(s, Touch{visit.Open{Item: "restart"}}); len(effects) > 0 {
		t.Errorf("does %v", effects)
	}
}

// Nothing waits: no file was written, and the page says so.
func TestAnExportOfNothingNamesNoFile(t *testing.T) {
	for written, want := range map[string]string{"lintai-0012.export": "lintai-0012.export", "": "没有要导出的"} {
		hint := Look(State{page: result, aim: "queue", told: written}).Hint
		if !strings.Contains(hint, want) || written == "" && strings.Contains(hint, "已写入") {
			t.Errorf("of the file %q the page says %q", written, hint)
		}
	}
}
