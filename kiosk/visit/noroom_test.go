package visit

import (
	"strings"
	"testing"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
)

// Photos give way before requests do, with a word.
func TestNoRoomForAPictureIsSaidAndTheVisitGoesOn(t *testing.T) {
	s := New(testRules())
	s.visit.screen = ScreenPhoto
	if s.absent(Camera) {
		t.Fatal("the camera is missing from the start")
	}
	s.visit.noRoom = true
	if got := s.absentPhrase(Camera); got != "photo.no_room" {
		t.Errorf("says %s", got)
	}
	v := View{}
	s.lookPhoto(&v)
	if v.Notice != phrase.Text("photo.no_room") || len(v.Actions) != 1 || !v.Actions[0].Disabled {
		t.Errorf("shows %+v", v)
	}
}

// A picture that was taken is still shown, and can be confirmed or taken out, when
// the camera fails or the room ends afterwards.
func TestAPictureThatWasTakenStaysOnTheConfirmPageWithoutACamera(t *testing.T) {
	const service, step = "appeal", "photo"
	for name, spoil := range map[string]func(*State){
		"nothing":      func(*State) {},
		"a camera off": func(s *State) { *s, _ = Update(*s, DeviceChanged{Device: Camera, Fault: fault.Unplugged}) },
		"no room":      func(s *State) { s.visit.noRoom = true },
	} {
		for _, taken := range []bool{true, false} {
			s := New(testRules())
			s.visit.screen, s.visit.service = ScreenConfirm, service
			if st, ok := s.current().Step(step); !ok || !st.Optional {
				t.Fatal("the service asks for no picture that one may leave out")
			}
			if taken {
				a := request.Attachment{}
				a.Step = step
				s.visit.attached = []request.Attachment{a}
				s.visit.answers = []request.Answer{{Step: step, Text: phrase.Text("photo.answer")}}
			}
			spoil(&s)
			var row *Row
			for _, r := range s.confirmRows() {
				if r.Edit != nil && r.Edit.ID == "edit."+step {
					row = &r
				}
			}
			if want := taken || name == "nothing"; (row != nil) != want {
				t.Errorf("%s, taken %v: the row is there %v", name, taken, row != nil)
			}
			if taken && row != nil && row.Value != phrase.Text("photo.answer") {
				t.Errorf("%s: shows %q", name, row.Value)
			}
		}
	}
}

func TestDroppedPicturesAreToldOnScreenSlipAndByVoice(t *testing.T) {
	m := &machine{State: New(testRules())}
	m.visit.screen = ScreenSaving
	m.visit.service = "repair"
	m.visit.attached = []request.Attachment{{}}
	m.saved(Saved{ID: "id", Ticket: testTicket, Dropped: true})
	v := Look(m.State)
	if !strings.Contains(v.Notice, phrase.Text("saved.dropped")) || v.NoticeTone != Warning {
		t.Errorf("the screen says %q", v.Notice)
	}
	if say := m.savedPrompt(); !strings.Contains(say.Text, phrase.Text("saved.dropped")) {
		t.Errorf("the voice says %q", say.Text)
	}
	told := false
	for _, b := range m.slip().Blocks {
		text, ok := b.(slip.Text)
		told = told || ok && text.Text == phrase.Text("slip.dropped")
	}
	if !told {
		t.Error("the slip does not say it")
	}
	// The next resident's pictures are asked for anew.
	m.takeFailed(TakeFailed{Fault: fault.QueueFull})
	if m.visit.noRoom {
		t.Error("an answer to nothing was taken")
	}
}
