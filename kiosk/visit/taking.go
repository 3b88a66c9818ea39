package visit

import (
	"fmt"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
)

// taking is a voice note or picture while it is being made.
type taking struct {
	take    int64
	running bool // recording, or the shutter
	ending  bool // stopped, and not here yet
	since   time.Time
	has     bool
	made    request.Attachment
}

func seconds(n int) string { return fmt.Sprint(n) }

// reopenTaking shows what was made before for a step.
func (m *machine) reopenTaking(step string) {
	m.visit.taking = taking{}
	if a, ok := m.visit.attachment(step); ok {
		m.visit.taking = taking{has: true, made: a}
	}
}

// abandon drops a note or picture that is being made.
func (m *machine) abandon() {
	t := &m.visit.taking
	if t.running || t.ending {
		m.do(StopNote{t.take, true})
	}
	*t = taking{}
}

func (m *machine) takingTouch(e Event) {
	v := &m.visit
	t := &v.taking
	switch e.(type) {
	case Record:
		if v.screen == ScreenRecord && !t.running && !t.ending && !t.has && m.canSpeak() {
			m.house.take++
			*t = taking{take: m.house.take, running: true, since: m.now}
			v.notice = notice{}
			m.do(StartNote{t.take, m.currentStep().LongestNote()})
		}
	case Stop:
		m.stopNote()
	case Listen:
		if v.screen == ScreenRecord && t.has {
			m.do(PlayNote{t.made})
		}
	case Shoot:
		if v.screen == ScreenPhoto && !t.running && !t.has && !v.noRoom {
			m.house.take++
			*t = taking{take: m.house.take, running: true, since: m.now}
			v.notice = notice{}
			m.do(TakePicture{t.take})
		}
	case Redo:
		if (v.screen == ScreenRecord || v.screen == ScreenPhoto) && t.has {
			*t = taking{}
			m.do(Hush{})
		}
	}
}

// stopNote ends a recording and keeps it.
func (m *machine) stopNote() {
	t := &m.visit.taking
	if m.visit.screen == ScreenRecord && t.running {
		t.running, t.ending = false, true
		m.do(StopNote{t.take, false})
	}
}

// taken handles what microphone and camera answer.
func (m *machine) taken(take int64, made request.Attachment) {
	v := &m.visit
	st := m.currentStep()
	if st == nil || v.screen != ScreenRecord && v.screen != ScreenPhoto || take != v.taking.take || !v.taking.running && !v.taking.ending {
		return
	}
	m.alive()
	made.Step = st.ID
	v.taking = taking{has: true, made: made}
	v.notice = notice{}
}

func (m *machine) takeFailed(e TakeFailed) {
	v := &m.visit
	if e.Take != v.taking.take || !v.taking.running && !v.taking.ending {
		return
	}
	m.alive()
	v.taking = taking{}
	if e.Fault == fault.QueueFull {
		v.noRoom = true // the screen says so, and how to go on
		return
	}
	switch v.screen {
	case ScreenRecord:
		v.notice = notice{"record_failed", Warning}
	case ScreenPhoto:
		v.notice = notice{"photo_failed", Warning}
	}
}

// takingDone takes the note or picture as the answer of its step.
func (m *machine) takingDone(st *catalog.Step) {
	v := &m.visit
	if !v.taking.has || v.screen != ScreenRecord && v.screen != ScreenPhoto {
		return
	}
	made := v.taking.made
	text := phrase.Text("photo.answer")
	if v.screen == ScreenRecord {
		text = phrase.Text("record.answer", "seconds", seconds(made.Seconds))
	}
	m.do(Hush{})
	v.attach(st.ID, made)
	v.setAnswer(m.written(), request.Answer{Step: st.ID, Text: text})
	m.stepForward()
}
