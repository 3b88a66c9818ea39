// Package relay joins the processes of a central that share one database. Each has
// a live hub of its own and holds the streams of some terminals; the relay carries the
// words of each hub to the others, and says in the database whose streams it holds, so
// that every process's page shows who is there.
//
// Words carry no data, so one that is doubled or comes late does no harm; but one that
// is lost would leave a page as it was. They are lost in two ways, and both end with
// Everything, at which all read anew: a line to the database that broke, and a process
// that died after it had committed and before it had said so. The second is noticed by
// its heartbeat, which stops.
//
// Who is there is a small table of held streams and not the time of a terminal's last
// contact: that is written once a minute, and a stream that ended is known at once.
package relay

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"time"

	"lintai/sync/central/live"
)

// Database is what the processes share; store.Store over PostgreSQL is one.
type Database interface {
	// Notify says something to all that Listen, this process too.
	Notify(ctx context.Context, text string) error
	// Listen hears until its line breaks or ctx ends; begun is called once nothing is
	// missed any more.
	Listen(ctx context.Context, begun func(), heard func(text string)) error
	// Beat says that a process lives, and forgets those that did not for some time.
	Beat(ctx context.Context, process string, within time.Duration) (known bool, forgotten int, err error)
	Hold(ctx context.Context, process string, came, left []int) error
	Held(ctx context.Context, except string) ([]int, error)
	Forget(ctx context.Context, process string) error
}

// How often a process says that it lives, and after how long it counts as dead. A
// terminal whose process died is back at another by then.
const (
	DefaultBeat = 3 * time.Second
	deadBeats   = 4
)

// mostBytes of what is notified at once; PostgreSQL takes less than 8000.
const mostBytes = 7000

// Relay is one process's end.
type Relay struct {
	Database Database
	Hub      *live.Hub
	Process  string        // another one each time a process starts
	Here     func() []int  // the terminals whose streams are at this process
	Beat     time.Duration // DefaultBeat when zero
	// Began is called each time that from now on the others are heard; nil: nobody asks.
	Began func()
	Log   *slog.Logger

	written map[int]bool // the terminals that stand in the database as here; only speak's

	looking   sync.Mutex
	mu        sync.Mutex
	elsewhere map[int]bool
}

// message is what is notified.
type message struct {
	From  string
	Words []live.Word
}

var everything = []live.Word{{Kind: live.Everything}}

// Elsewhere tells whether a terminal's stream is at another process.
func (r *Relay) Elsewhere(kiosk int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.elsewhere[kiosk]
}

// Run relays until the hub closes, and then says what is left to say.
func (r *Relay) Run() {
	if r.Beat == 0 {
		r.Beat = DefaultBeat
	}
	ctx, cancel := context.WithCancel(context.Background())
	var listening sync.WaitGroup
	listening.Go(func() { r.listen(ctx) })
	defer listening.Wait()
	defer cancel()
	own := r.Hub.WatchOwn()
	unsaid := r.speak(ctx, own)
	r.leave(append(unsaid, own.Take()...))
}

// leave says the last words. The streams of this process end with its hub.
func (r *Relay) leave(words []live.Word) {
	ctx, cancel := context.WithTimeout(context.Background(), deadBeats*r.Beat)
	defer cancel()
	for kiosk := range r.written {
		words = append(words, live.Word{Kind: live.Terminal, Kiosk: kiosk})
	}
	err := r.Database.Forget(ctx, r.Process)
	if err == nil && len(words) > 0 {
		err = r.notify(ctx, words)
	}
	if err != nil {
		r.Log.Warn("other processes were not told that this one ends", "error", err)
	}
}

// speak tells the others what happens here until the hub closes; it returns what it
// could not say.
func (r *Relay) speak(ctx context.Context, own *live.Watcher) (unsaid []live.Word) {
	beat := time.NewTicker(r.Beat)
	defer beat.Stop()
	r.written = map[int]bool{}
	failed := false
	pulse := func() {
		err := r.pulse(ctx, &unsaid)
		if err != nil && !failed {
			r.Log.Error("other processes are not told what happens here", "error", err)
		}
		failed = err != nil
	}
	for pulse(); ; {
		select {
		case <-own.Ended():
			return unsaid
		case <-beat.C:
			pulse() // says what could not be said before too
		case <-own.Signal():
			words := own.Take()
			if unsaid != nil {
				words = everything // those of before are named no more
			}
			unsaid = words
			if failed {
				continue // with the next beat, not at every word
			}
			if err := r.say(ctx, &unsaid); err != nil {
				pulse()
			}
		}
	}
}

// pulse is a heartbeat. A process that the others have forgotten, because it was held
// up for too long or the server lost what it keeps in memory, says all anew.
func (r *Relay) pulse(ctx context.Context, unsaid *[]live.Word) error {
	ctx, cancel := context.WithTimeout(ctx, deadBeats*r.Beat)
	defer cancel()
	known, forgotten, err := r.Database.Beat(ctx, r.Process, deadBeats*r.Beat)
	if err != nil {
		return err
	}
	if !known {
		if len(r.written) > 0 {
			*unsaid = everything
		}
		clear(r.written)
	}
	changed, err := r.look(ctx)
	if err != nil {
		return err
	}
	r.Hub.Relay(changed...)
	if forgotten > 0 {
		// It may have committed what it did not say.
		r.Hub.Relay(everything...)
		*unsaid = everything
	}
	return r.say(ctx, unsaid)
}

// say writes down whose streams are here and then says what there is to say.
func (r *Relay) say(ctx context.Context, unsaid *[]live.Word) error {
	ctx, cancel := context.WithTimeout(ctx, deadBeats*r.Beat)
	defer cancel()
	here := map[int]bool{}
	var came, left []int
	for _, kiosk := range r.Here() {
		if here[kiosk] = true; !r.written[kiosk] {
			came = append(came, kiosk)
		}
	}
	for kiosk := range r.written {
		if !here[kiosk] {
			left = append(left, kiosk)
		}
	}
	if len(came)+len(left) > 0 {
		if err := r.Database.Hold(ctx, r.Process, came, left); err != nil {
			return err
		}
		for _, kiosk := range came {
			r.written[kiosk] = true
		}
		for _, kiosk := range left {
			delete(r.written, kiosk)
		}
	}
	if *unsaid == nil {
		return nil
	}
	if err := r.notify(ctx, *unsaid); err != nil {
		return err
	}
	*unsaid = nil
	return nil
}

// notify says words, as many at once as fit.
func (r *Relay) notify(ctx context.Context, words []live.Word) error {
	if slices.ContainsFunc(words, func(w live.Word) bool { return w.Kind == live.Everything }) {
		words = everything
	}
	text, err := json.Marshal(message{From: r.Process, Words: words})
	if err != nil {
		return err
	}
	if len(text) <= mostBytes {
		return r.Database.Notify(ctx, string(text))
	}
	if len(words) == 1 {
		return r.notify(ctx, everything)
	}
	half := len(words) / 2
	if err := r.notify(ctx, words[:half]); err != nil {
		return err
	}
	return r.notify(ctx, words[half:])
}

// listen hears the others, on one line after another.
func (r *Relay) listen(ctx context.Context) {
	failed := false
	for ctx.Err() == nil {
		err := r.Database.Listen(ctx, func() {
			failed = false
			r.hear(ctx, everything) // what was said while nobody listened
			if r.Began != nil {
				r.Began()
			}
		}, func(text string) {
			var m message
			switch err := json.Unmarshal([]byte(text), &m); {
			case err != nil:
				r.hear(ctx, everything) // a later version's words
			case m.From != r.Process:
				r.hear(ctx, m.Words)
			}
		})
		if ctx.Err() != nil {
			return
		}
		if !failed {
			r.Log.Error("other processes are not heard", "error", err)
		}
		failed = true
		pause := time.NewTimer(min(r.Beat, DefaultBeat) / 4)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
		}
	}
}

// hear takes words of others.
func (r *Relay) hear(ctx context.Context, words []live.Word) {
	if slices.ContainsFunc(words, func(w live.Word) bool { return w.Kind == live.Terminal || w.Kind == live.Everything }) {
		changed, err := r.look(ctx)
		if err != nil && ctx.Err() == nil {
			// With the next heartbeat it is looked for again.
			r.Log.Error("terminals at other processes are not known", "error", err)
		}
		words = append(changed, words...)
	}
	r.Hub.Relay(words...)
}

// look reads whose streams the others hold, and returns words on those that came or
// left.
func (r *Relay) look(ctx context.Context) (changed []live.Word, err error) {
	ctx, cancel := context.WithTimeout(ctx, deadBeats*r.Beat)
	defer cancel()
	r.looking.Lock() // an older answer must not come after a newer one
	defer r.looking.Unlock()
	held, err := r.Database.Held(ctx, r.Process)
	if err != nil {
		return nil, err
	}
	elsewhere := make(map[int]bool, len(held))
	for _, kiosk := range held {
		elsewhere[kiosk] = true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for kiosk := range elsewhere {
		if !r.elsewhere[kiosk] {
			changed = append(changed, live.Word{Kind: live.Terminal, Kiosk: kiosk})
		}
	}
	for kiosk := range r.elsewhere {
		if !elsewhere[kiosk] {
			changed = append(changed, live.Word{Kind: live.Terminal, Kiosk: kiosk})
		}
	}
	r.elsewhere = elsewhere
	return changed, nil
}
