package terminal

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/kiosk/visit"
)

// studio stands in for microphone and camera; the real ones are tried in hw and by
// the walk.
type studio struct {
	recording chan struct{} // one for each note that begins
	discarded chan struct{}
	note      Note
	picture   []byte
	err       error
}

func (s *studio) Record(ctx context.Context, stop <-chan struct{}, _ time.Duration) (Note, error) {
	s.recording <- struct{}{}
	select {
	case <-stop:
		return s.note, s.err
	case <-ctx.Done():
		s.discarded <- struct{}{}
		return Note{}, ctx.Err()
	}
}

func (s *studio) Shoot(context.Context) ([]byte, error) { return s.picture, s.err }

type broken struct{ error }

func (broken) Fault() fault.Code { return fault.Unplugged }

// taker is a terminal whose events are read by the test instead of a visit.
func taker(s *studio) *Terminal {
	cfg := Config{
		Queue: &bench{}, Number: 1, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		NewID: func() (string, error) { return "note", nil },
	}
	if s != nil {
		cfg.Microphone, cfg.Camera = s, s
	}
	return New(cfg)
}

func next(t *testing.T, term *Terminal) visit.Event {
	t.Helper()
	select {
	case e := <-term.events:
		return e
	case <-time.After(10 * time.Second):
		t.Fatal("no event")
		return nil
	}
}

func TestNoteIsRecordedUntilStopped(t *testing.T) {
	s := &studio{recording: make(chan struct{}, 1), note: Note{Data: []byte("sound"), Type: "audio/ogg", Length: 2600 * time.Millisecond}}
	term := taker(s)
	term.startNote(t.Context(), visit.StartNote{Take: 7, Seconds: 60})
	<-s.recording
	term.note.stop(visit.StopNote{Take: 6}) // of an earlier take
	term.note.stop(visit.StopNote{Take: 7})
	term.note.stop(visit.StopNote{Take: 7}) // twice is once
	made, ok := next(t, term).(visit.Recorded)
	if !ok || made.Take != 7 || made.Note.Seconds != 3 || string(made.Note.Data) != "sound" || made.Note.Size != 5 || made.Note.ID != "note" {
		t.Errorf("recorded %+v", made)
	}
}

func TestDiscardedNoteIsNotAnswered(t *testing.T) {
	s := &studio{recording: make(chan struct{}, 2), discarded: make(chan struct{}, 2), note: Note{Data: []byte("second"), Type: "audio/ogg"}}
	term := taker(s)
	term.startNote(t.Context(), visit.StartNote{Take: 1})
	<-s.recording
	term.note.stop(visit.StopNote{Take: 1, Discard: true})
	<-s.discarded
	// One that begins while another runs takes its place.
	term.startNote(t.Context(), visit.StartNote{Take: 2})
	<-s.recording
	term.startNote(t.Context(), visit.StartNote{Take: 3})
	<-s.recording
	<-s.discarded
	term.note.stop(visit.StopNote{Take: 3})
	if made, ok := next(t, term).(visit.Recorded); !ok || made.Take != 3 || made.Note.Seconds != 1 {
		t.Errorf("answered %+v", made)
	}
}

func TestTakesThatFail(t *testing.T) {
	for name, c := range map[string]struct {
		studio *studio
		want   fault.Code
	}{
		"no camera":  {nil, fault.DeviceFailed},
		"unplugged":  {&studio{err: broken{errors.New("gone")}}, fault.Unplugged},
		"no reason":  {&studio{err: errors.New("gone")}, fault.DeviceFailed},
		"empty":      {&studio{}, fault.DeviceFailed},
		"far larger": {&studio{picture: make([]byte, request.MaxAttachment+1)}, fault.DeviceFailed},
	} {
		term := taker(c.studio)
		term.takePicture(t.Context(), 5)
		if got, ok := next(t, term).(visit.TakeFailed); !ok || got.Take != 5 || got.Fault != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	term := taker(nil)
	term.startNote(t.Context(), visit.StartNote{Take: 9})
	if got, ok := next(t, term).(visit.TakeFailed); !ok || got.Take != 9 || got.Fault != fault.Unplugged {
		t.Errorf("no microphone: %+v", got)
	}
}

func TestPictureBelongsToItsTake(t *testing.T) {
	term := taker(&studio{picture: []byte("jpeg")})
	term.takePicture(t.Context(), 4)
	if got, ok := next(t, term).(visit.Taken); !ok || got.Take != 4 || got.Picture.Type != "image/jpeg" || string(got.Picture.Data) != "jpeg" {
		t.Errorf("taken %+v", got)
	}
}

func TestSearchWithoutACorpusSaysSo(t *testing.T) {
	term := taker(nil)
	term.search(t.Context(), "低保")
	if got, ok := next(t, term).(visit.Searched); !ok || !got.Failed || got.Query != "低保" {
		t.Errorf("answered %+v", got)
	}
}

func TestRatingCodeHasFourDigits(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		code, err := ratingCode(rand.Reader)
		if err != nil || len(code) != 4 {
			t.Fatalf("%q, %v", code, err)
		}
		seen[code] = true
	}
	if len(seen) < 150 {
		t.Errorf("only %d different codes of 200", len(seen))
	}
}

// A photo gives way before a request does, and both the resident and staff are told.
func TestFullTerminalTakesNoNotesAndPictures(t *testing.T) {
	s := &studio{recording: make(chan struct{}, 1), picture: []byte("jpeg")}
	term := taker(s)
	term.cfg.Queue = &bench{full: true}
	term.takePicture(t.Context(), 4)
	if got, ok := next(t, term).(visit.TakeFailed); !ok || got.Take != 4 || got.Fault != fault.QueueFull {
		t.Errorf("picture: %+v", got)
	}
	term.startNote(t.Context(), visit.StartNote{Take: 5, Seconds: 60})
	if got, ok := next(t, term).(visit.TakeFailed); !ok || got.Take != 5 || got.Fault != fault.QueueFull {
		t.Errorf("voice note: %+v", got)
	}
}

func TestRequestIsKeptWithoutItsPictureWhenThereIsNoRoom(t *testing.T) {
	b := &bench{full: true}
	term := taker(nil)
	term.cfg.Queue, term.cfg.Now = b, time.Now
	term.cfg.FaultOf = func(err error) fault.Code {
		if errors.Is(err, errFull) {
			return fault.QueueFull
		}
		return fault.None
	}
	term.cfg.Measure = func(string, time.Duration) {}
	picture := request.NewAttachment("photo", "image/jpeg", []byte("jpeg"), 0)
	picture.Step = "photo"
	draft := request.Request{
		Service: "repair", Answers: []request.Answer{{Step: "what", Text: "水"}, {Step: "photo", Text: "照片1张"}},
		Attachments: []request.Reference{picture.Reference},
	}
	term.save(t.Context(), t.Context(), draft, []request.Attachment{picture}, time.Now())
	got, ok := next(t, term).(visit.Saved)
	if !ok || !got.Dropped || len(b.saved) != 1 {
		t.Fatalf("%+v, %d saved", got, len(b.saved))
	}
	kept := b.saved[0]
	if len(kept.Attachments) != 0 || kept.Answers[0].Text != "水" || kept.Answers[1].Text != phrase.Text("photo.lost") {
		t.Errorf("kept %+v", kept)
	}
	if len(draft.Attachments) != 1 || draft.Answers[1].Text != "照片1张" {
		t.Error("the draft was changed: a retry would have lost the picture")
	}
}
