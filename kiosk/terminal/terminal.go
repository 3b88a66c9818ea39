// Package terminal brings a visit to life: it owns the state in one goroutine,
// carries out the effects through the ports it declares, and feeds the results
// back as events. It knows no device and no file; cmd/kiosk hands those in.
//
// Whatever can take time runs beside the loop, so that a touch is answered while
// a slip is printing and the call button works while the disk is slow. What must
// keep its order, saving and printing, has one worker each.
package terminal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"lintai/kiosk/failpoint"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
)

// Config is what a terminal is made of. All fields are needed but Measure and the
// ports that say so.
type Config struct {
	Number  int // the terminal's number, 1 to ticket.MaxTerminal
	Rules   visit.Rules
	Queue   Queue
	Central Central
	Printer Printer
	Voice   Voice
	Light   Light
	Cards   Cards
	Display Display

	Papers      Papers      // nil: none can be printed
	Policies    Policies    // nil: nothing can be searched
	Microphone  Microphone  // nil: no voice notes
	Camera      Camera      // nil: no pictures
	Handwriting Handwriting // nil: nothing drawn can be read

	Now    func() time.Time
	NewID  func() (string, error) // UUIDv7
	Random io.Reader              // for ticket codes
	// FaultOf names the fault behind an error of Queue.
	FaultOf func(error) fault.Code
	Log     *slog.Logger
	// Measure, if set, is told how long something took: "durable" is from the
	// confirming touch until the request would survive a power cut.
	Measure func(name string, took time.Duration)
}

// Terminal runs visits, one after the other.
type Terminal struct {
	cfg    Config
	events chan visit.Event
	done   chan struct{}
	saves  chan func(context.Context)
	prints chan visit.Print
	note   note
	papers papers
}

// New prepares a terminal; Run runs it.
func New(cfg Config) *Terminal {
	if cfg.Measure == nil {
		cfg.Measure = func(string, time.Duration) {}
	}
	return &Terminal{
		cfg: cfg,
		// Roomy enough that a device's callback never waits for the loop.
		events: make(chan visit.Event, 256),
		done:   make(chan struct{}),
		saves:  make(chan func(context.Context), 16),
		prints: make(chan visit.Print, 16),
	}
}

// Post hands an event to the terminal. It may be called from any goroutine; after
// Run has returned it does nothing.
func (t *Terminal) Post(e visit.Event) {
	select {
	case t.events <- e:
	case <-t.done:
	}
}

// findTimeout bounds a look-up: a resident waits for it with nothing to do.
const findTimeout = 6 * time.Second

// Run shows the start screen and serves until the context ends. Saves under way
// are finished first: what is confirmed is not thrown away by a restart.
func (t *Terminal) Run(ctx context.Context, ticks <-chan time.Time) {
	defer close(t.done)
	var workers sync.WaitGroup
	saving := context.WithoutCancel(ctx)
	workers.Go(func() {
		for save := range t.saves {
			save(saving)
		}
	})
	workers.Go(func() {
		for p := range t.prints {
			result := slip.Result{Outcome: slip.NotPrinted, Method: "none"}
			if ctx.Err() == nil {
				failpoint.Reached(failpoint.Printing)
				result = t.cfg.Printer.Print(ctx, p.Slip)
				failpoint.Reached(failpoint.Printed)
			}
			t.post(ctx, visit.Printed{Job: p.Job, Result: result})
		}
	})
	defer workers.Wait()
	defer close(t.prints)
	defer close(t.saves)

	state := visit.New(t.cfg.Rules)
	state, effects := visit.Update(state, visit.Tick{Now: t.cfg.Now()})
	t.cfg.Cards.SetMode(visit.CardsNotice)
	t.cfg.Light.Show(visit.LightOff)
	t.run(ctx, effects)
	shown := visit.Look(state)
	t.cfg.Display.Show(shown)
	for {
		var e visit.Event
		select {
		case <-ctx.Done():
			return
		case <-ticks:
			e = visit.Tick{Now: t.cfg.Now()}
		case e = <-t.events:
		}
		state, effects = visit.Update(state, e)
		wiped := slices.Contains(effects, visit.Effect(visit.Wipe{}))
		if wiped {
			t.cfg.Display.Forget()
		}
		// What has not changed is not drawn again: an idle terminal ticks all day.
		if v := visit.Look(state); wiped || !reflect.DeepEqual(v, shown) {
			saved := v.Screen == visit.ScreenSaved && shown.Screen != visit.ScreenSaved
			shown = v
			t.cfg.Display.Show(v)
			if saved {
				failpoint.Reached(failpoint.Shown)
			}
		}
		t.run(ctx, effects)
	}
}

func (t *Terminal) post(ctx context.Context, e visit.Event) {
	select {
	case t.events <- e:
	case <-ctx.Done():
	}
}

// run carries out effects; the wipe is the display's alone and comes before it
// draws.
func (t *Terminal) run(ctx context.Context, effects []visit.Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case visit.Say:
			t.cfg.Voice.Say(e)
		case visit.Hush:
			t.cfg.Voice.Hush()
		case visit.Chime:
			t.cfg.Voice.Chime()
		case visit.Light:
			t.cfg.Light.Show(e.Pattern)
		case visit.ReadCards:
			t.cfg.Cards.SetMode(e.Mode)
		case visit.Save:
			started := t.cfg.Now()
			t.saves <- func(saving context.Context) { t.save(saving, ctx, e.Draft, e.Attachments, started) }
		case visit.RaiseCall:
			t.saves <- func(saving context.Context) { t.call(saving, ctx, e.Screen) }
		case visit.Print:
			t.prints <- e
		case visit.Find:
			go t.find(ctx, e.Ticket)
		case visit.FindByCard:
			go t.findByCard(ctx, e.Token)
		case visit.GetPaper:
			go t.getPaper(ctx, e)
		case visit.TellPaper:
			go t.tellPaper(ctx, e)
		case visit.Search:
			go t.search(ctx, e.Query)
		case visit.StartNote:
			t.startNote(ctx, e)
		case visit.StopNote:
			t.note.stop(e)
		case visit.PlayNote:
			t.cfg.Voice.Play(Note{Data: e.Note.Data, Type: e.Note.Type, Length: time.Duration(e.Note.Seconds) * time.Second})
		case visit.TakePicture:
			go t.takePicture(ctx, e.Take)
		case visit.Recognise:
			go t.recognise(ctx, e)
		case visit.Volume:
			t.cfg.Voice.SetVolume(e.Steps)
		}
	}
}

// ticketTries bounds the draws of a code: each fails with the chance that this
// terminal has issued it before, far below one in a hundred.
const ticketTries = 20

func (t *Terminal) save(ctx, serving context.Context, r request.Request, attachments []request.Attachment, started time.Time) {
	err := t.saveNew(ctx, &r, attachments)
	dropped := false
	if len(attachments) > 0 && err != nil && t.cfg.FaultOf(err) == fault.QueueFull {
		// A request is worth more than its pictures, and fits where they do not.
		bare := withoutAttachments(r)
		if err = t.saveNew(ctx, &bare, nil); err == nil {
			t.cfg.Log.Error("attachments not kept", "fault", string(fault.QueueFull), "id", r.ID, "attachments", len(attachments))
			r, dropped = bare, true
		}
	}
	t.cfg.Measure("durable", t.cfg.Now().Sub(started))
	if err != nil {
		code := t.cfg.FaultOf(err)
		t.cfg.Log.Error("request not saved", "fault", string(code), "error", err)
		t.post(serving, visit.SaveFailed{Fault: code, ID: r.ID, Ticket: r.Ticket, RatingCode: r.RatingCode})
		return
	}
	t.cfg.Log.Info("request saved", "id", r.ID, "service", r.Service)
	t.post(serving, visit.Saved{ID: r.ID, Ticket: r.Ticket, At: r.MadeAt, RatingCode: r.RatingCode, Dropped: dropped})
}

// withoutAttachments is the request as it is kept on a full terminal. Its answers
// tell staff what there was.
func withoutAttachments(r request.Request) request.Request {
	r.Answers = slices.Clone(r.Answers)
	for _, reference := range r.Attachments {
		lost := phrase.Text("record.lost")
		if strings.HasPrefix(reference.Type, "image/") {
			lost = phrase.Text("photo.lost")
		}
		for i := range r.Answers {
			if r.Answers[i].Step == reference.Step {
				r.Answers[i].Text = lost
			}
		}
	}
	r.Attachments = nil
	return r
}

func (t *Terminal) saveNew(ctx context.Context, r *request.Request, attachments []request.Attachment) error {
	var err error
	if r.ID == "" { // otherwise a retry, under the id and code of the first try
		if r.ID, err = t.cfg.NewID(); err != nil {
			return err
		}
	}
	if r.RatingCode == "" && r.Rating == nil {
		if r.RatingCode, err = ratingCode(t.cfg.Random); err != nil {
			return err
		}
	}
	r.Kiosk, r.MadeAt = t.cfg.Number, t.cfg.Now()
	for range ticketTries {
		if r.Ticket == "" {
			if r.Ticket, err = ticket.New(t.cfg.Number, t.cfg.Random); err != nil {
				return err
			}
		}
		switch err = t.cfg.Queue.SaveRequest(ctx, *r, attachments...); {
		case errors.Is(err, ErrIDTaken):
			return nil // the try that seemed to fail was durable after all
		case !errors.Is(err, ErrTicketTaken):
			return err
		}
		r.Ticket = ""
	}
	return err
}

// ratingCode draws four digits.
func ratingCode(random io.Reader) (string, error) {
	n, err := rand.Int(random, big.NewInt(10_000))
	if err != nil {
		return "", fmt.Errorf("terminal: rating code: %w", err)
	}
	return fmt.Sprintf("%04d", n), nil
}

func (t *Terminal) call(ctx, serving context.Context, from visit.Screen) {
	id, err := t.cfg.NewID()
	if err == nil {
		err = t.cfg.Queue.SaveCall(ctx, request.Call{ID: id, Kiosk: t.cfg.Number, Screen: string(from), MadeAt: t.cfg.Now()})
	}
	if err != nil {
		t.cfg.Log.Error("call not saved", "fault", string(t.cfg.FaultOf(err)), "error", err)
		t.post(serving, visit.CallFailed{})
		return
	}
	t.cfg.Log.Info("call saved", "id", id, "screen", string(from))
	t.post(serving, visit.CallSaved{ID: id})
}
