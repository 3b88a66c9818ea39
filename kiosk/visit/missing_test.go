package visit

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/request"
)

// missing is a start screen whose devices are as given.
func missing(device Device, code fault.Code) State {
	s, _ := Update(New(DefaultRules()), DeviceChanged{Device: device, Fault: code})
	return s
}

func offers(v View, id string) bool {
	return slices.ContainsFunc(v.Bar, func(c Control) bool { return c.ID == id })
}

func TestStartScreenNamesTheButtonOnlyWhereOneIs(t *testing.T) {
	for code, named := range map[fault.Code]bool{fault.None: true, fault.Unplugged: false, fault.ButtonStuck: false} {
		v := Look(missing(Button, code))
		if strings.Contains(v.Hint, "大按钮") != named {
			t.Errorf("%q: %s", code, v.Hint)
		}
		if !offers(v, "bar.help") {
			t.Errorf("%q: nobody can be called", code)
		}
	}
}

func TestNothingToHearWithoutASpeaker(t *testing.T) {
	for code, offered := range map[fault.Code]bool{fault.None: true, fault.SoundMissing: false, fault.Unplugged: false} {
		s := missing(Speaker, code)
		for _, e := range []Event{Wake{}, Help{}} {
			s, _ = Update(s, e)
			if v := Look(s); offers(v, "bar.replay") != offered || !offers(v, "bar.help") {
				t.Errorf("%q: %s offers %+v", code, v.Screen, v.Bar)
			}
		}
	}
}

// Paper for a few slips only is staff's business and not the resident's; without
// paper the screen does not promise a slip.
func TestSlipIsPromisedOnlyByAPrinterThatCan(t *testing.T) {
	for code, promised := range map[fault.Code]bool{fault.None: true, fault.PaperNearEnd: true, fault.PaperOut: false, fault.Unplugged: false} {
		s := missing(Printer, code)
		s.visit.screen, s.visit.print = ScreenSaved, printWaits
		v := Look(s)
		if strings.Contains(v.Notice, "正在打印") != promised || strings.Contains(v.Prompt.Text, "正在打印") != promised {
			t.Errorf("%q: shows %q, says %q", code, v.Notice, v.Prompt.Text)
		}
		if !promised && !strings.Contains(v.Notice, "号码") {
			t.Errorf("%q: does not say what to do: %q", code, v.Notice)
		}
		s.visit.screen, s.visit.service, s.visit.page = ScreenConfirm, "repair", 99 // the last page
		if v := Look(s); strings.Contains(v.Notice, "打印机") == promised {
			t.Errorf("%q: before submitting %q", code, v.Notice)
		}
	}
}

func TestNobodyIsSentToAScannerThatIsMissing(t *testing.T) {
	for code, sent := range map[fault.Code]bool{fault.None: true, fault.Unplugged: false, fault.NoAnswer: false} {
		s, _ := Update(missing(Scanner, code), Tick{Now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)})
		s.visit.screen = ScreenLookUp
		for range s.rules.MissLimit {
			for _, d := range "001234567890" {
				s, _ = Update(s, Digit{byte(d)})
			}
			s, _ = Update(s, Next{})
			for range 12 {
				s, _ = Update(s, Erase{})
			}
		}
		for _, d := range "001234567890" {
			s, _ = Update(s, Digit{byte(d)})
		}
		s, _ = Update(s, Next{})
		v := Look(s)
		if !strings.Contains(v.Notice, "输错太多次") || strings.Contains(v.Notice, "扫码") != sent {
			t.Errorf("%q: %q", code, v.Notice)
		}
		if strings.Contains(v.Hint, "对准扫码口") != sent {
			t.Errorf("%q: hint %q", code, v.Hint)
		}
	}
}

// Found by the proof with kills: where a service asks for building and room only
// under a condition, the address of the card was sent and never shown.
func TestAddressThatIsSentWasShown(t *testing.T) {
	r := newReplay(t).feed(DeviceChanged{Device: Microphone, Fault: fault.Unplugged}, Wake{}, Start{"appeal"}, Pick{"idea"})
	for v := Look(r.s); v.Screen == ScreenChoose; v = Look(r.s) {
		r.feed(v.Tiles[0].Event)
	}
	r.feed(Switch{InputDigits}, Letter{'1'}, Next{}, Skip{}, CardRead{Person: request.Person{Name: testName, Address: testAddress}}).on(ScreenConfirm)
	shown := false
	for _, row := range Look(r.s).Rows {
		shown = shown || row.Value == testAddress
	}
	r.feed(Confirm{})
	if save, n := find[Save](r.last); n != 1 || shown != (save.Draft.Address == testAddress) || !shown {
		t.Errorf("shown: %v, sent: %q", shown, save.Draft.Address)
	}
}
