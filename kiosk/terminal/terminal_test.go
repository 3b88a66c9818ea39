package terminal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
)

// bench stands in for everything around a terminal and reports by channels. The
// real ports are tried together in cmd/kiosk and by deploy/demo.
type bench struct {
	mu      sync.Mutex
	taken   int // ErrTicketTaken so many times
	saveErr error
	durable bool // saveErr is returned although the request was kept
	saved   []request.Request
	calls   []request.Call
	here    map[ticket.Code]visit.Progress
	central map[ticket.Code]visit.Progress
	down    error
	hereErr error
	holds   chan struct{} // if set, saving waits for it
	result  slip.Result
	full    bool // there is no room for notes and pictures
	papers  Papers

	views chan visit.View
	said  chan visit.Say
	slips chan slip.Slip
}

func (b *bench) Room(context.Context) bool { return !b.full }

func (b *bench) SaveRequest(_ context.Context, r request.Request, attachments ...request.Attachment) error {
	if b.holds != nil {
		<-b.holds
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.taken > 0 {
		b.taken--
		return ErrTicketTaken
	}
	for _, old := range b.saved {
		if old.ID == r.ID {
			return ErrIDTaken
		}
	}
	if b.full && len(attachments) > 0 {
		return errFull
	}
	if b.saveErr != nil {
		if b.durable {
			b.saved = append(b.saved, r)
		}
		return b.saveErr
	}
	b.saved = append(b.saved, r)
	return nil
}

func (b *bench) SaveCall(_ context.Context, c request.Call) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = append(b.calls, c)
	return b.saveErr
}

func (b *bench) Progress(_ context.Context, c ticket.Code) (visit.Progress, bool, error) {
	p, ok := b.here[c]
	return p, ok, b.hereErr
}

func (b *bench) Find(_ context.Context, c ticket.Code) (visit.Progress, bool, error) {
	p, ok := b.central[c]
	return p, ok, b.down
}

func (b *bench) Print(_ context.Context, s slip.Slip) slip.Result {
	b.slips <- s
	return b.result
}

func (b *bench) Say(s visit.Say)                                          { b.said <- s }
func (b *bench) FindByCard(context.Context, string) ([]visit.Mine, error) { return nil, b.down }

func (b *bench) Chime()                   {}
func (b *bench) Play(Note)                {}
func (b *bench) SetVolume(int)            {}
func (b *bench) Hush()                    {}
func (b *bench) SetMode(visit.CardMode)   {}
func (b *bench) Forget()                  { b.views <- visit.View{Screen: "forgotten"} }
func (b *bench) Show(v visit.View)        { b.views <- v }
func (b *bench) light(visit.LightPattern) {}

type lightFunc func(visit.LightPattern)

func (f lightFunc) Show(p visit.LightPattern) { f(p) }

var errFull = errors.New("no room")

func start(t *testing.T, b *bench) *Terminal {
	t.Helper()
	// Large enough that nothing here ever blocks the terminal.
	b.views, b.said, b.slips = make(chan visit.View, 4096), make(chan visit.Say, 4096), make(chan slip.Slip, 64)
	serial := 0
	rules := visit.DefaultRules()
	rules.DeliverWait = 0
	term := New(Config{
		Number: 12, Rules: rules,
		Queue: b, Central: b, Printer: b, Voice: b, Light: lightFunc(b.light), Cards: b, Display: b, Papers: b.papers,
		Now:     func() time.Time { return time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC) },
		NewID:   func() (string, error) { serial++; return fmt.Sprint("id", serial), nil },
		Random:  rand.Reader,
		FaultOf: func(error) fault.Code { return fault.QueueFull },
		Log:     slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { term.Run(ctx, nil); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	return term
}

// shown waits for a view that satisfies the condition.
func (b *bench) shown(t *testing.T, what string, ok func(visit.View) bool) visit.View {
	t.Helper()
	var last visit.View
	for {
		select {
		case last = <-b.views:
			if ok(last) {
				return last
			}
		case <-t.Context().Done():
			t.Fatalf("never shown: %s; last %+v", what, last)
		}
	}
}

func (b *bench) screen(t *testing.T, s visit.Screen) visit.View {
	t.Helper()
	return b.shown(t, string(s), func(v visit.View) bool { return v.Screen == s })
}

func fill(term *Terminal) {
	for _, e := range []visit.Event{visit.Wake{}, visit.Start{Service: "repair"}, visit.Pick{Option: "water"}, visit.Pick{Option: "home"}, visit.Pick{Option: "urgent"},
		visit.CardRead{Person: request.Person{Name: "测试甲", Address: "虚构路"}}, visit.Turn{By: 1}, visit.Confirm{}} {
		term.Post(e)
	}
}

func TestConfirmedRequestIsSavedWithACodeOfThisTerminalThenPrinted(t *testing.T) {
	b := &bench{taken: 3, result: slip.Result{Outcome: slip.Printed}}
	term := start(t, b)
	fill(term)
	v := b.screen(t, visit.ScreenSaved)
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.saved) != 1 {
		t.Fatalf("%d saved", len(b.saved))
	}
	r := b.saved[0]
	if code, err := ticket.Parse(string(r.Ticket)); err != nil || code[:4] != "0012" || v.Code != code.String() || r.Kiosk != 12 || r.ID == "" {
		t.Errorf("saved %+v, shows %q", r, v.Code)
	}
	<-b.slips
	b.shown(t, "the slip is out", func(v visit.View) bool { return v.NoticeTone == visit.Good })
}

func TestTheDisplayForgetsBeforeItDrawsTheStart(t *testing.T) {
	b := &bench{result: slip.Result{Outcome: slip.Printed}}
	term := start(t, b)
	fill(term)
	b.screen(t, visit.ScreenSaved)
	term.Post(visit.Finish{})
	b.screen(t, "forgotten")
	b.screen(t, visit.ScreenStart)
}

func TestFailedSaveIsShown(t *testing.T) {
	b := &bench{saveErr: errors.New("disk full")}
	term := start(t, b)
	fill(term)
	b.screen(t, visit.ScreenUnsaved)
	b.mu.Lock()
	b.saveErr = nil
	b.mu.Unlock()
	term.Post(visit.Retry{})
	b.screen(t, visit.ScreenSaved)
}

func TestCallWorksWhileSavingHangs(t *testing.T) {
	b := &bench{holds: make(chan struct{})}
	term := start(t, b)
	fill(term)
	b.screen(t, visit.ScreenSaving)
	term.Post(visit.ButtonPressed{})
	b.screen(t, visit.ScreenCalling)
	close(b.holds)
	term.Post(visit.Dismiss{})
	b.screen(t, visit.ScreenSaved)
}

func TestShutdownFinishesTheSave(t *testing.T) {
	b := &bench{holds: make(chan struct{})}
	b.views, b.said, b.slips = make(chan visit.View, 4096), make(chan visit.Say, 4096), make(chan slip.Slip, 64)
	term := New(Config{
		Number: 1, Rules: visit.DefaultRules(), Queue: b, Central: b, Printer: b, Voice: b, Light: lightFunc(b.light), Cards: b, Display: b,
		Now: time.Now, NewID: func() (string, error) { return "id", nil }, Random: rand.Reader,
		FaultOf: func(error) fault.Code { return fault.QueueFull }, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { term.Run(ctx, nil); close(ended) }()
	fill(term)
	b.screen(t, visit.ScreenSaving)
	cancel()
	close(b.holds)
	<-ended
	if len(b.saved) != 1 {
		t.Errorf("%d saved", len(b.saved))
	}
	term.Post(visit.Wake{}) // does not hang
}

func TestFind(t *testing.T) {
	const code = ticket.Code("001212345678")
	working := visit.Progress{Service: "repair", Status: visit.StatusWorking}
	waiting := visit.Progress{Service: "repair", Status: visit.StatusSaved}
	offline := errors.New("no route")
	for _, tt := range []struct {
		name          string
		here, central map[ticket.Code]visit.Progress
		down          error
		screen        visit.Screen
		headline      string
		notice        bool
	}{
		{"central knows", map[ticket.Code]visit.Progress{code: waiting}, map[ticket.Code]visit.Progress{code: working}, nil, visit.ScreenProgress, "处理中", false},
		{"central is down, known here", map[ticket.Code]visit.Progress{code: working}, nil, offline, visit.ScreenProgress, "处理中", true},
		{"not delivered yet", map[ticket.Code]visit.Progress{code: waiting}, nil, nil, visit.ScreenProgress, "已保存，待送达", false},
		{"nobody knows it", nil, nil, nil, visit.ScreenLookUp, "", true},
		{"nobody can tell", nil, nil, offline, visit.ScreenProgress, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := &bench{here: tt.here, central: tt.central, down: tt.down}
			term := start(t, b)
			term.Post(visit.Scanned{Text: string(code)})
			b.screen(t, visit.ScreenFinding)
			v := b.screen(t, tt.screen)
			if v.Headline != tt.headline || (v.Notice != "") != tt.notice {
				t.Errorf("shows %q with notice %q", v.Headline, v.Notice)
			}
		})
	}
}

// "没有查到这个号码" to somebody whose request waits in a queue that cannot be read
// would be a lie.
func TestQueueThatCannotBeReadIsNoUnknownTicket(t *testing.T) {
	b := &bench{hereErr: errors.New("disk I/O error")}
	term := start(t, b)
	term.Post(visit.Scanned{Text: "001212345678"})
	b.screen(t, visit.ScreenFinding)
	if v := b.shown(t, "an answer", func(v visit.View) bool { return v.Screen != visit.ScreenFinding }); v.Screen != visit.ScreenProgress {
		t.Errorf("on %s: %s", v.Screen, v.Notice)
	}
}

func TestRetryOfASaveThatWasDurableAfterAllIsOneRequest(t *testing.T) {
	b := &bench{saveErr: errors.New("i/o error at the end of the commit"), durable: true}
	term := start(t, b)
	fill(term)
	b.screen(t, visit.ScreenUnsaved)
	term.Post(visit.Retry{})
	v := b.screen(t, visit.ScreenSaved)
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.saved) != 1 || v.Code != b.saved[0].Ticket.String() {
		t.Errorf("%d requests saved, the screen shows %q", len(b.saved), v.Code)
	}
}
