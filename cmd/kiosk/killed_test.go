package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"fyne.io/fyne/v2"

	"lintai/kiosk/failpoint"
	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/ui"
	"lintai/ui/pinyin"
)

// victimEnv tells this test program that it is the terminal of the proof with
// kills, and how, as JSON of victim.
const victimEnv = "LINTAI_KILL_TERMINAL"

// victim is one life of a terminal that will be killed.
type victim struct {
	Config  string
	Life    int      // counts up with each start of a terminal
	Seed    uint64   // of its residents
	At      string   // the point at which it dies by itself, "saved:2" for the second time; "" for none
	Quiet   bool     // nobody comes
	Retain  bool     // what central had before this life is old enough to be deleted
	Codes   []string // on slips that residents of earlier lives hold
	Planted string   // a fault that the proof must find
}

// told is what a terminal that will be killed says before it matters: what the
// resident does, and what she is shown.
type told struct {
	At    time.Time `json:"at"`
	Kind  toldKind  `json:"kind"`
	Visit int       `json:"visit,omitempty"` // names the visit, in all lives of all terminals
	Rows  []string  `json:"rows,omitempty"`  // confirm: what she confirms
	Code  string    `json:"code,omitempty"`  // saved, progress: the ticket code as 12 digits
	State string    `json:"state,omitempty"` // saved: the delivery; progress: the status; call: the phase
	Slip  string    `json:"slip,omitempty"`  // saved: what is said of the slip
	Press int       `json:"press,omitempty"` // call: names the press
	ID    string    `json:"id,omitempty"`    // queued: of the call
	Words string    `json:"words,omitempty"` // call: the answer
	Point string    `json:"point,omitempty"` // point: where it dies
}

type toldKind string

const (
	toldReady    toldKind = "ready"    // the start screen stands there
	toldConfirm  toldKind = "confirm"  // she is about to confirm
	toldSaved    toldKind = "saved"    // 已保存 is shown
	toldPress    toldKind = "press"    // she is about to call
	toldQueued   toldKind = "queued"   // the log says under which id the call was saved
	toldCall     toldKind = "call"     // the screen says how the call stands
	toldProgress toldKind = "progress" // the screen says how a ticket stands
	toldPoint    toldKind = "point"    // it dies now
)

// die is what a victim leaves the world with; the rest of the program stands
// still until the signal is there.
func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// runVictim is the terminal of main, with a hook at the points and a resident
// inside who touches what she is shown. It ends in order when its input ends.
func runVictim(text string) int {
	var v victim
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		fmt.Fprintln(os.Stderr, "victim:", err)
		return 2
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &guest{victim: v, ctx: ctx, random: rand.New(rand.NewPCG(v.Seed, uint64(v.Life))), news: make(chan struct{}, 1)}
	r.installHook()
	log := slog.New(&callLog{slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}), r})
	k := &kiosk{config: v.Config, log: log, trace: &trace{}, composer: pinyin.New(), app: newApp()}
	if v.Retain {
		k.days = oldAges(ctx)
	}
	k.openWindow()
	r.touch = func(e visit.Event) { fyne.DoAndWait(func() { k.touched(e) }) }
	r.post = func(e visit.Event) {
		if t := k.terminal.Load(); t != nil {
			t.Post(e)
		}
	}
	k.screen.OnShown = r.sees
	served := make(chan struct{})
	k.app.Lifecycle().SetOnStarted(func() {
		go func() {
			defer close(served)
			k.serve(ctx)
		}()
		go r.live()
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop()
			<-served
			fyne.Do(k.app.Quit)
		}()
	})
	k.window.ShowAndRun()
	return 0
}

// oldAges are the ticks of a day on which all that central had before this life has
// become old enough to be deleted. They go on until central's time is known; the
// job runs once.
func oldAges(ctx context.Context) <-chan time.Time {
	day := time.Now().Add(offline.RetainFor - time.Second)
	days := make(chan time.Time)
	go func() {
		ticks := time.NewTicker(100 * time.Millisecond)
		defer ticks.Stop()
		for ctx.Err() == nil {
			select {
			case <-ctx.Done():
			case <-ticks.C:
				select {
				case <-ctx.Done():
				case days <- day:
				}
			}
		}
	}()
	return days
}

// callLog reads the id of a call, which no screen shows, from the terminal's log.
type callLog struct {
	slog.Handler
	guest *guest
}

func (l *callLog) Enabled(context.Context, slog.Level) bool { return true }

func (l *callLog) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "call saved" {
		r.Attrs(func(a slog.Attr) bool {
			if a.Key == "id" {
				l.guest.tell(told{Kind: toldQueued, Press: int(l.guest.press.Load()), ID: a.Value.String()})
			}
			return true
		})
	}
	if !l.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return l.Handler.Handle(ctx, r)
}

// guest is every resident of one life.
type guest struct {
	victim victim
	ctx    context.Context
	touch  func(visit.Event) // on the screen
	post   func(visit.Event) // of a device
	random *rand.Rand

	shown atomic.Pointer[visit.View]
	news  chan struct{} // a view was shown
	visit atomic.Int64  // the present one's name
	press atomic.Int64  // the last press's name; 0 before the first
	over  atomic.Bool   // its call was answered, or failed
	read  []string      // rows of the pages before the last one
	last  told          // of the window's goroutine: what was told last

	mu sync.Mutex // for lines of output
}

// tell says something to whoever will kill this process. It is in the pipe when
// tell returns, and stays there.
func (g *guest) tell(t told) {
	t.At = time.Now()
	line, err := json.Marshal(t)
	if err != nil {
		panic(err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	_, _ = os.Stdout.Write(append(line, '\n'))
}

func (g *guest) installHook() {
	at, times, _ := strings.Cut(g.victim.At, ":")
	after, _ := strconv.ParseInt(times, 10, 64)
	var reached atomic.Int64
	if at == "" {
		return
	}
	failpoint.Install(func(p failpoint.Point) {
		if string(p) == at && reached.Add(1) == after {
			g.tell(told{Kind: toldPoint, Point: string(p)})
			die()
		}
	})
}

// words finds which of some phrases a text begins with.
func words(text string, ids ...phrase.ID) string {
	for _, id := range ids {
		if text != "" && strings.HasPrefix(text, phrase.Text(id)) {
			_, name, _ := strings.Cut(string(id), ".")
			return name
		}
	}
	return ""
}

// promise is what a view promises the resident.
func (g *guest) promise(v visit.View) told {
	switch v.Screen {
	case visit.ScreenStart:
		return told{Kind: toldReady}
	case visit.ScreenSaved:
		return told{Kind: toldSaved, Visit: int(g.visit.Load()), Code: strings.ReplaceAll(v.Code, " ", ""),
			State: words(v.Title, "saved.delivered", "saved.sending", "saved.waiting", "saved.offline", "saved.held"),
			Slip:  words(v.Notice, "saved.printed", "saved.printing", "saved.not_printed", "saved.unknown", "saved.no_printer")}
	case visit.ScreenCalling:
		t := told{Kind: toldCall, Press: int(g.press.Load()), Words: v.Headline}
		switch {
		case v.Headline != "":
			t.State = "answered"
		case v.Title == phrase.Text("calling.failed"):
			t.State = "failed"
		default:
			t.State = words(v.Hint, "calling.delivered", "calling.offline", "calling.raising", "calling.late_hint")
		}
		if t.State == "answered" || t.State == "failed" {
			g.over.Store(true)
		}
		return t
	case visit.ScreenProgress:
		t := told{Kind: toldProgress, Code: strings.ReplaceAll(v.Code, " ", ""), State: words(v.Headline,
			"status.saved", "status.sending", "status.delivered", "status.accepted", "status.dispatched", "status.working", "status.done", "status.held")}
		if v.Notice == phrase.Text("progress.found_here") {
			t.Slip = "here"
		}
		return t
	}
	return told{}
}

// sees is called on the window's goroutine before a view is painted.
func (g *guest) sees(v visit.View, _ []ui.Target) {
	if t := g.promise(v); t.Kind != "" {
		t.At = g.last.At
		if fmt.Sprint(t) != fmt.Sprint(g.last) {
			g.last = t
			g.tell(t)
		}
	} else {
		g.last = told{}
	}
	g.shown.Store(&v)
	select {
	case g.news <- struct{}{}:
	default:
	}
}
