package gallery

import (
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/setup"
	"lintai/kiosk/slip"
	"lintai/kiosk/visit"
)

// firstStart is a technician before a card that says nothing of this terminal but
// where central is.
func firstStart(m Manner) []Shot {
	var shots []Shot
	facts := setup.Facts{
		Phone: "010-5550 1234", Address: "https://central.shequ-fuwu.example.cn:8421", Fault: fault.NotEnrolled,
		Letters: "0123456789ABCDEFGHJKMNPQRSTVWXYZ", Length: 16, Group: 4, Appliance: true, Coded: true,
		Devices: setup.Testable, Places: []string{"幸福里1号楼", "幸福里2号楼", "幸福里社区服务站", "中心花园东门岗亭"},
	}
	facts.Fault = fault.EnrolWaiting
	s := setup.New(facts)
	try := 0
	feed := func(events ...setup.Event) {
		for _, e := range events {
			var effects []setup.Effect
			s, effects = setup.Update(s, e)
			for _, effect := range effects {
				switch effect.(type) {
				case setup.Join, setup.Keep, setup.Enrol, setup.PrintReport:
					try++
				}
			}
		}
	}
	touch := func(events ...visit.Event) {
		for _, e := range events {
			feed(setup.Touch{Event: e})
		}
	}
	letters := func(text string) {
		for _, r := range text {
			touch(visit.Letter{Rune: r})
		}
	}
	keep := func(name string) {
		v := setup.Look(s)
		v.Manner.Size, v.Manner.Contrast = m.Size, m.Contrast
		shots = append(shots, Shot{"first-" + name, v})
	}
	kept := func() { feed(setup.Kept{Try: try}) }
	feed(setup.Tick{Now: begin})
	if m.Locale == phrase.English {
		touch(visit.Speak{Locale: m.Locale})
	}
	keep("waiting")
	touch(visit.Wake{})
	keep("turn")
	touch(visit.Pick{Option: "right"})
	keep("turned")
	feed(setup.Tick{Now: begin.Add(20 * time.Second)})
	keep("turned-back")
	touch(visit.Pick{Option: "up"}, visit.Next{})
	keep("keeping")
	feed(setup.Failed{Try: try, Fault: fault.ApplianceFailed, Detail: "/boot/firmware: read-only"})
	touch(visit.Pick{Option: "up"}, visit.Next{})
	kept()
	keep("marks")
	touch(visit.Pick{Option: "1"})
	keep("marks-2")
	touch(visit.Pick{Option: "4"}, visit.Pick{Option: "3"}, visit.Pick{Option: "2"})
	keep("marks-wrong")
	touch(visit.Next{})
	keep("language")
	touch(visit.Pick{Option: "both"})
	kept()
	keep("network-looking")
	feed(setup.Around{Fault: fault.NetworkMissing})
	keep("network-none")
	feed(setup.Around{Networks: []setup.WiFi{{Name: "XFL-Office-5G", Signal: 78}, {Name: "幸福里社区服务站访客", Signal: 64, Open: true}, {Name: "CMCC-3F2A", Signal: 31}}})
	keep("network")
	touch(visit.Turn{By: 1})
	keep("network-2")
	touch(visit.Open{Item: "other"})
	keep("wifi-name")
	touch(visit.Back{}, visit.Open{Item: "0"})
	keep("password")
	letters("Hs")
	touch(visit.Next{})
	keep("password-short")
	touch(visit.Switch{To: "capitals"})
	keep("password-capitals")
	touch(visit.Switch{To: "marks"})
	letters("#2026&xfl")
	keep("password-marks")
	touch(visit.Next{})
	keep("way")
	touch(visit.Pick{Option: "fixed"})
	letters("192.168.1.255/24")
	touch(visit.Next{})
	keep("own-wrong")
	for range 6 {
		touch(visit.Erase{})
	}
	letters("20/24")
	touch(visit.Next{})
	keep("gateway")
	letters("192.168.2.1")
	touch(visit.Next{})
	keep("gateway-wrong")
	for range 3 {
		touch(visit.Erase{})
	}
	letters("1.1")
	for range 11 {
		touch(visit.Erase{})
	}
	touch(visit.Next{})
	keep("dns")
	touch(visit.Next{})
	keep("joining")
	feed(setup.Failed{Try: try, Fault: fault.NetworkRefused, Detail: "XFL-Office-5G: wrong key"})
	keep("password-refused")
	touch(visit.Next{}, visit.Pick{Option: "given"})
	feed(setup.Joined{Try: try})
	keep("number")
	touch(visit.Digit{Digit: '1'}, visit.Digit{Digit: '2'}, visit.Next{})
	kept()
	keep("place")
	touch(visit.Open{Item: "2"})
	kept()
	keep("enrol")
	touch(visit.Next{})
	feed(setup.Failed{Try: try, Fault: fault.NoCentral})
	keep("enrol-no-central")
	touch(visit.Next{})
	feed(setup.Enrolled{Try: try})
	keep("test-printer")
	feed(setup.Printed{Outcome: slip.NotPrinted, Fault: fault.PaperOut})
	keep("test-printer-failed")
	touch(visit.Retry{})
	feed(setup.Printed{})
	keep("test-printer-doubt")
	touch(visit.Pick{Option: "yes"})
	for _, d := range setup.Testable[1:] {
		feed(setup.DeviceIs{Device: d, Fault: fault.NoAnswer})
		keep("test-" + d + "-fault")
		feed(setup.DeviceIs{Device: d})
		keep("test-" + d)
		if d == "scanner" {
			touch(visit.Pick{Option: "no"})
		} else if d == "speaker" {
			touch(visit.Pick{Option: "yes"})
		} else {
			feed(setup.Sensed{Device: d})
			if d == "card" {
				keep("test-passed")
				feed(setup.Tick{Now: begin.Add(time.Hour)})
				keep("called-away")
				if m.Locale == phrase.English {
					touch(visit.Speak{Locale: m.Locale})
				}
				touch(visit.Wake{})
			}
			touch(visit.Next{})
		}
	}
	keep("grid")
	touch(visit.Open{Item: "3"})
	kept()
	keep("report")
	touch(visit.Turn{By: 1})
	keep("report-2")
	touch(visit.Next{})
	keep("report-printing")
	feed(setup.Failed{Try: try, Fault: fault.PaperOut})
	keep("report-unprinted")
	touch(visit.Next{})
	keep("done")
	return shots
}
