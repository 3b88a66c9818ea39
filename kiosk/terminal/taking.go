package terminal

import (
	"context"
	"errors"
	"sync"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/visit"
)

// Faulty is an error of a device that names its fault.
type Faulty interface {
	error
	Fault() fault.Code
}

// faultOf names the fault behind a device's error.
func faultOf(err error) fault.Code {
	var f Faulty
	if errors.As(err, &f) {
		return f.Fault()
	}
	return fault.DeviceFailed
}

// shutterTimeout bounds a picture: a resident waits for it.
const shutterTimeout = 10 * time.Second

// note is the voice note that is being recorded; there is one microphone.
type note struct {
	mu      sync.Mutex
	take    int64
	end     chan struct{}
	discard context.CancelFunc
}

// begin makes the note of a take the current one; one before it is discarded.
func (n *note) begin(ctx context.Context, take int64) (context.Context, <-chan struct{}) {
	recording, discard := context.WithCancel(ctx)
	end := make(chan struct{})
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.discard != nil {
		n.discard()
	}
	n.take, n.end, n.discard = take, end, discard
	return recording, end
}

func (n *note) stop(e visit.StopNote) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.take != e.Take || n.discard == nil {
		return
	}
	if e.Discard {
		n.discard()
		n.discard, n.end = nil, nil
		return
	}
	if n.end != nil {
		close(n.end)
		n.end = nil
	}
}

// over gives the context of a take back.
func (n *note) over(take int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.take == take && n.discard != nil {
		n.discard()
		n.discard, n.end = nil, nil
	}
}

func (t *Terminal) startNote(ctx context.Context, e visit.StartNote) {
	if t.cfg.Microphone == nil {
		go t.post(ctx, visit.TakeFailed{Take: e.Take, Fault: fault.Unplugged})
		return
	}
	recording, end := t.note.begin(ctx, e.Take)
	go func() {
		if !t.cfg.Queue.Room(recording) {
			t.note.over(e.Take)
			t.post(ctx, visit.TakeFailed{Take: e.Take, Fault: fault.QueueFull})
			return
		}
		made, err := t.cfg.Microphone.Record(recording, end, time.Duration(e.Seconds)*time.Second)
		discarded := recording.Err() != nil
		t.note.over(e.Take)
		if discarded {
			return
		}
		length := max(1, int(made.Length.Round(time.Second)/time.Second))
		attachment, err := t.attachment(made.Type, made.Data, length, err)
		if err != nil {
			t.cfg.Log.Error("voice note not recorded", "fault", string(faultOf(err)), "error", err)
			t.post(ctx, visit.TakeFailed{Take: e.Take, Fault: faultOf(err)})
			return
		}
		t.post(ctx, visit.Recorded{Take: e.Take, Note: attachment})
	}()
}

func (t *Terminal) takePicture(ctx context.Context, take int64) {
	if !t.cfg.Queue.Room(ctx) {
		t.post(ctx, visit.TakeFailed{Take: take, Fault: fault.QueueFull})
		return
	}
	err := error(errNoCamera)
	var jpeg []byte
	if t.cfg.Camera != nil {
		shooting, cancel := context.WithTimeout(ctx, shutterTimeout)
		defer cancel()
		jpeg, err = t.cfg.Camera.Shoot(shooting)
	}
	attachment, err := t.attachment("image/jpeg", jpeg, 0, err)
	if err != nil {
		t.cfg.Log.Error("picture not taken", "fault", string(faultOf(err)), "error", err)
		t.post(ctx, visit.TakeFailed{Take: take, Fault: faultOf(err)})
		return
	}
	t.post(ctx, visit.Taken{Take: take, Picture: attachment})
}

var (
	errNoCamera = errors.New("terminal: no camera")
	errNothing  = errors.New("terminal: a note or picture without content")
	errTooLarge = errors.New("terminal: a note or picture that is too large to be sent")
)

// attachment is what a device made, ready to belong to a request.
func (t *Terminal) attachment(mediaType string, data []byte, seconds int, err error) (request.Attachment, error) {
	switch {
	case err != nil:
		return request.Attachment{}, err
	case len(data) == 0:
		return request.Attachment{}, errNothing
	case len(data) > request.MaxAttachment:
		return request.Attachment{}, errTooLarge
	}
	id, err := t.cfg.NewID()
	if err != nil {
		return request.Attachment{}, err
	}
	return request.NewAttachment(id, mediaType, data, seconds), nil
}

func (t *Terminal) recognise(ctx context.Context, e visit.Recognise) {
	answer := visit.Recognised{Take: e.Take}
	if t.cfg.Handwriting != nil {
		reading, cancel := context.WithTimeout(ctx, findTimeout)
		defer cancel()
		characters, err := t.cfg.Handwriting.Recognise(reading, e.Strokes)
		if err != nil {
			t.cfg.Log.Error("handwriting not read", "error", err)
		}
		answer.Characters = characters
	}
	t.post(ctx, answer)
}
