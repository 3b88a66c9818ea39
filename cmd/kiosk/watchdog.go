package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"lintai/hw"
	"lintai/kiosk/fault"
	"lintai/kiosk/readiness"
	"lintai/offline"
)

// watchdog tells systemd that the terminal lives: READY=1 when its first screen is on
// the panel, and WATCHDOG=1 again and again, each time only after the window has
// painted and, in service, the queue has taken a write. What ends either ends the
// heartbeats, and systemd starts the terminal anew.
type watchdog struct {
	pulse *pulse
	every time.Duration // between heartbeats; 0: nobody asks for any
	log   *slog.Logger
	say   func(state string)

	serving atomic.Pointer[served]
	instead atomic.Pointer[string] // what it does while it does not serve
	status  string
}

// served is what the terminal needs while it serves.
type served struct {
	alive func(context.Context) error // the queue takes a write
	fault func(fault.Code)            // how the window is, when that changes
}

// Words of STATUS=, for systemctl status.
const (
	statusStarting = "starting"
	statusServing  = "in service"
	statusTrial    = "on trial: the new version tests itself"
	statusOut      = "out of service: "
	statusFrozen   = "the window does not paint"
	statusUnsaved  = "the queue takes no write"
)

func newWatchdog(p *pulse, log *slog.Logger) *watchdog {
	return &watchdog{pulse: p, every: heartbeats(os.Getenv("WATCHDOG_USEC")), log: log, say: func(state string) {
		if _, err := daemon.SdNotify(false, state); err != nil {
			log.Warn("systemd is not told", "error", err)
		}
	}}
}

// heartbeats is how often systemd is to be told, for the time that it allows
// (sd_watchdog_enabled(3)): three times within it. WATCHDOG_PID is not looked at: the
// service's first process is the compositor, and the terminal one of its children.
func heartbeats(usec string) time.Duration {
	n, err := strconv.ParseInt(usec, 10, 64)
	if err != nil || n < 1 {
		return 0
	}
	return time.Duration(n) * time.Microsecond / 3
}

// paintLimit is how long the first frame may take where nobody asks for heartbeats.
const paintLimit = 20 * time.Second

// run tells until the context ends.
func (w *watchdog) run(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-w.pulse.screen:
	}
	limit := w.every
	if limit == 0 {
		limit = paintLimit
	}
	ready, well := false, true
	written := make(chan error, 1)
	var writing *served // whose write is under way
	for ctx.Err() == nil {
		round, done := context.WithTimeout(ctx, limit)
		painted := w.pulse.beat(round)
		done()
		if ctx.Err() != nil {
			break
		}
		now := w.serving.Load()
		if painted != well {
			well = painted
			w.painting(now, painted)
		}
		if painted && !ready {
			ready = true
			w.say(daemon.SdNotifyReady)
		}
		if ready && w.every == 0 {
			w.tell(w.doing(now))
			return
		}
		if !painted {
			w.tell(statusFrozen)
			continue
		}
		saved := now == nil
		if now != nil {
			// One at a time: a disk that hangs is not asked again and again.
			if writing == nil {
				writing = now
				go func() { written <- now.alive(ctx) }()
			}
			select {
			case err := <-written:
				// That of a queue that was closed meanwhile says nothing of this one.
				saved = err == nil && writing == now
				if err != nil && writing == w.serving.Load() {
					w.log.Error("the queue takes no write", "fault", string(faultOf(err)), "error", err)
					w.tell(statusUnsaved)
				}
				writing = nil
			case <-time.After(limit):
				w.tell(statusUnsaved)
			case <-ctx.Done():
			}
		}
		if saved {
			w.say(daemon.SdNotifyWatchdog)
			w.tell(w.doing(now))
		}
		select {
		case <-ctx.Done():
		case <-time.After(w.every):
		}
	}
	w.say(daemon.SdNotifyStopping)
}

// painting notes that the window stopped painting, or began again.
func (w *watchdog) painting(now *served, painted bool) {
	code := fault.NotPainting
	if painted {
		code = fault.None
		w.log.Info("the window paints again")
	} else {
		w.log.Error("the window does not paint", "fault", string(code))
	}
	if now != nil {
		now.fault(code)
	}
}

// outside says what the terminal does while it does not serve.
func (w *watchdog) outside(doing string) { w.instead.Store(&doing) }

func (w *watchdog) doing(now *served) string {
	if now != nil {
		return statusServing
	}
	if doing := w.instead.Load(); doing != nil {
		return *doing
	}
	return statusStarting
}

func (w *watchdog) tell(status string) {
	if status != w.status {
		w.status = status
		w.say("STATUS=" + status)
	}
}

// outside has systemctl status say what the terminal does while it does not serve.
func (k *kiosk) outside(doing string) {
	if k.watchdog != nil {
		k.watchdog.outside(doing)
	}
}

// guarded has each heartbeat ask the queue, and the book told of a window that does
// not paint, until the function that it returns is called.
func (k *kiosk) guarded(queue *offline.Queue, book *healthBook) (over func()) {
	if k.watchdog == nil {
		return func() {}
	}
	// A full partition is told on the screen and by its fault, and what waits is still
	// delivered: a start anew would free nothing and end that.
	alive := func(ctx context.Context) error {
		if err := queue.Alive(ctx); !errors.Is(err, offline.ErrFull) {
			return err
		}
		return nil
	}
	k.watchdog.serving.Store(&served{alive: alive, fault: func(code fault.Code) {
		row := readiness.Part("window", "", code, "")
		row.Since, row.State = time.Now(), hw.Ready.String()
		if code != fault.None {
			row.State = hw.Fault.String()
		}
		book.put(row)
	}})
	return func() { k.watchdog.serving.Store(nil) }
}
