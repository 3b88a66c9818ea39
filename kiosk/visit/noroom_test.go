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
