package visit

import (
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
)

// ScreenOutOfService is shown while there can be no visit at all: a mistake in
// the configuration, a queue that is lost or unreadable.
const ScreenOutOfService Screen = "out_of_service"

// The screens of package setup, by which a technician brings a terminal into service.
const (
	ScreenSetup     Screen = "setup"      // a keyboard
	ScreenSetupWait Screen = "setup_wait" // what comes of it

	ScreenSetupChoose Screen = "setup_choose" // tiles
	ScreenSetupList   Screen = "setup_list"   // rows to choose one of
	ScreenSetupNumber Screen = "setup_number" // a keypad
	ScreenSetupMarks  Screen = "setup_marks"  // four marks to touch
	ScreenSetupTest   Screen = "setup_test"   // a device
	ScreenSetupReport Screen = "setup_report" // everything at a glance
)

// OutOfService is what a resident and a technician see then. place and phone may
// be empty, when not even they could be read. detail is for the technician: the
// lines of the configuration that are wrong.
func OutOfService(place, phone string, code fault.Code, detail string) View {
	v := View{
		Screen: ScreenOutOfService,
		Title:  phrase.Text("out_of_service.title"),
		Hint:   phrase.Text("out_of_service.hint"),
		Icon:   "trouble",
		Tone:   Trouble,
		Strip:  Strip{Place: place, Link: phrase.Text("out_of_service.strip", "code", string(code))},
	}
	if phone != "" {
		v.Hint = phrase.Text("out_of_service.hint_phone", "phone", phone)
	}
	entry, _ := fault.Find(code)
	v.Notice = phrase.Text("out_of_service.technician", "code", string(code), "meaning", entry.Meaning, "cure", entry.Cure)
	if detail != "" {
		v.Notice += "\n" + detail
	}
	v.NoticeTone = Warning
	return v
}
