package agent

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"lintai/kiosk/fault"
	"lintai/sync/wire"
)

// Computer is the computer inside the terminal, as far as central has a say in it. All
// methods may be called from any goroutine.
type Computer interface {
	// System is how it is; nil where the terminal is no appliance, or cannot say.
	System(ctx context.Context) *wire.System
	// Room is how many bytes an update may take of the data partition now.
	Room() (int64, error)
	// Install hands over a complete bundle by its name in the folder of updates, and
	// returns when it is installed or why it is not; the next start tries it.
	Install(ctx context.Context, file string, offer wire.UpdateOffer) fault.Code
	// Quiet returns when nobody is at the terminal, or the context has ended.
	Quiet(ctx context.Context) error
	// Restart starts "program" or "machine" anew.
	Restart(ctx context.Context, what string) fault.Code
	// Log is the newest part of the program's log, at most so many bytes.
	Log(most int) []byte
	// Time tells the computer central's time.
	Time(ctx context.Context, at time.Time)
}

// What of Computer.Restart starts anew.
const (
	restartProgram = "program"
	restartMachine = "machine"
)

// fleetFile in the folder of updates remembers what central had done.
const fleetFile = "fleet.json"

// ordersKept is how many orders are remembered: each is done once, also when central
// forgets that it heard of it.
const ordersKept = 4 * wire.MaxOrders

// fleet is what central has the computer do. Its state outlives the program.
type fleet struct {
	computer Computer
	folder   string

	mu      sync.Mutex
	state   fleetState
	waiting []wire.Order // not begun
	offer   *wire.UpdateOffer
	percent int  // of the offer, while it is fetched
	fetches bool // the offer is being fetched
	timed   time.Time
}

// fleetState is what stands in fleetFile.
type fleetState struct {
	Orders []orderDone `json:"orders,omitempty"` // in the order in which they were begun
	// Taken is the hash of the bundle that needs no second look: it was installed, or
	// refused with this fault. Failures counts installations that broke off.
	Taken    string     `json:"taken,omitempty"`
	Fault    fault.Code `json:"fault,omitempty"`
	Version  string     `json:"version,omitempty"`
	Failing  string     `json:"failing,omitempty"`
	Failures int        `json:"failures,omitempty"`
}

type orderDone struct {
	wire.OrderDone
	Told bool `json:"told,omitempty"`
}

func newFleet(o Options) (*fleet, error) {
	f := &fleet{computer: o.Computer, folder: o.UpdateFolder}
	if f.computer == nil || f.folder == "" {
		return &fleet{}, nil
	}
	text, err := os.ReadFile(filepath.Join(f.folder, fleetFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	case err == nil && json.Unmarshal(text, &f.state) != nil:
		f.state = fleetState{} // a disk's damage; an order may be done twice
	}
	return f, err
}

// keep writes the state down; mu is held.
func (f *fleet) keep() error {
	if err := os.MkdirAll(f.folder, 0o700); err != nil {
		return fmt.Errorf("agent: %s: %w", fleetFile, err)
	}
	return writeWhole(f.folder, fleetFile, f.state)
}

// tells puts what central is to know of the computer into a word on health.
func (f *fleet) tells(ctx context.Context, h *wire.Health) {
	if f.computer == nil {
		return
	}
	s := f.computer.System(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range f.state.Orders {
		if !d.Told && len(h.Done) < wire.MaxOrders {
			h.Done = append(h.Done, d.OrderDone)
		}
	}
	if s == nil {
		return
	}
	if s.Update == nil || s.Update.State == "none" {
		switch {
		case f.fetches && f.offer != nil:
			s.Update = &wire.UpdateState{State: "fetching", Version: f.offer.Version, Percent: f.percent}
		case f.state.Fault != fault.None && f.state.Version != s.Image:
			s.Update = &wire.UpdateState{State: "failed", Version: f.state.Version, Fault: f.state.Fault}
		}
	}
	if s.Check() == nil {
		h.System = s
	}
}

// heard takes in what central answered to a word that told of these orders.
func (f *fleet) heard(told []wire.OrderDone, answer wire.HealthAnswer) (news bool) {
	if f.computer == nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range told {
		if i := f.find(d.ID); i >= 0 {
			f.state.Orders[i].Told = true
		}
	}
	for _, o := range answer.Orders[:min(len(answer.Orders), wire.MaxOrders)] {
		switch i := f.find(o.ID); {
		case i >= 0:
			// It has not heard, or the last word crossed this answer.
			f.state.Orders[i].Told = slices.ContainsFunc(told, func(d wire.OrderDone) bool { return d.ID == o.ID })
		case o.ID > 0 && !slices.ContainsFunc(f.waiting, func(w wire.Order) bool { return w.ID == o.ID }):
			f.waiting = append(f.waiting, o)
			news = true
		}
	}
	f.offer = nil
	if o := answer.Offer; o != nil && bundle(*o) {
		f.offer = o
		news = true
	}
	return news
}

// find is where an order stands that was begun; mu is held.
func (f *fleet) find(id int64) int {
	return slices.IndexFunc(f.state.Orders, func(d orderDone) bool { return d.ID == id })
}

// done notes what became of an order, on the disk when it returns.
func (f *fleet) done(id int64, code fault.Code) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if i := f.find(id); i >= 0 {
		f.state.Orders[i] = orderDone{OrderDone: wire.OrderDone{ID: id, Fault: code}}
	} else {
		f.state.Orders = append(f.state.Orders, orderDone{OrderDone: wire.OrderDone{ID: id, Fault: code}})
	}
	f.state.Orders = f.state.Orders[max(0, len(f.state.Orders)-ordersKept):]
	f.waiting = slices.DeleteFunc(f.waiting, func(o wire.Order) bool { return o.ID == id })
	return f.keep()
}

func (f *fleet) next() []wire.Order {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.waiting)
}

// orderLoop does what central orders, one after the other.
func (a *Agent) orderLoop(ctx context.Context) {
	if a.fleet.computer == nil {
		return
	}
	failures := 0
	for {
		var failed error
		for _, o := range a.fleet.next() {
			if err := a.obey(ctx, o); err != nil {
				failed = err
			}
		}
		pause := wire.HealthEvery
		if failed != nil {
			failures++
			a.complain(ctx, "an order not done", failures, failed)
			pause = a.backoff(failures)
		} else {
			failures = 0
		}
		if !wait(ctx, pause, a.wakeOrders) {
			return
		}
	}
}

// obey does one order. A restart is noted before it is done, so that it is not done
// again and again; a log when central has it.
func (a *Agent) obey(ctx context.Context, o wire.Order) error {
	a.log.Info("central orders", "order", o.ID, "kind", o.Kind)
	f := a.fleet
	restart := map[string]string{wire.OrderRestart: restartProgram, wire.OrderRestartMachine: restartMachine}[o.Kind]
	switch {
	case restart != "":
		if err := f.computer.Quiet(ctx); err != nil {
			return err
		}
		if err := f.done(o.ID, fault.None); err != nil {
			return err
		}
		if code := f.computer.Restart(ctx, restart); code != fault.None {
			a.log.Error("not started anew", "fault", string(code))
			if err := f.done(o.ID, code); err != nil {
				return err
			}
		}
	case o.Kind == wire.OrderLogs:
		if err := a.sendLog(ctx, o.ID); err != nil {
			return err
		}
		if err := f.done(o.ID, fault.None); err != nil {
			return err
		}
	default: // of a central that is newer
		if err := f.done(o.ID, fault.ApplianceFailed); err != nil {
			return err
		}
	}
	kick(a.wakeHealth)
	return nil
}

// logPlain is how much of the log is packed: text shrinks to a tenth and is never
// larger than it was by more than a few bytes.
const logPlain = wire.MaxLogBytes - 4<<10

func (a *Agent) sendLog(ctx context.Context, order int64) error {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(a.fleet.computer.Log(logPlain)); err != nil {
		return fmt.Errorf("agent: pack the log: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("agent: pack the log: %w", err)
	}
	var answer wire.HealthAnswer
	sent := a.now()
	err := exchange(ctx, a, requestTimeout+wire.PushTime(packed.Len()), http.MethodPost, fmt.Sprintf("%s%d", wire.PathLogs, order), packed.Bytes(), &answer, "Content-Type", "application/gzip")
	if ctx.Err() != nil {
		return ctx.Err()
	}
	a.outcome(err)
	if err == nil {
		a.clock.heard(answer.ServerTime, sent, a.now())
	}
	return err
}

// timeEvery is how often the computer is told central's time.
const timeEvery = time.Hour

// tellTime has the computer know central's time: now and then, and when it is another.
func (a *Agent) tellTime(ctx context.Context, answer wire.HealthAnswer) {
	f := a.fleet
	offset, known := a.Offset()
	if f.computer == nil || !known || answer.ServerTime.IsZero() {
		return
	}
	now := a.now()
	f.mu.Lock()
	due := now.Sub(f.timed).Abs() >= timeEvery || offset.Abs() >= time.Minute
	if due {
		f.timed = now
	}
	f.mu.Unlock()
	if due {
		f.computer.Time(ctx, now.Add(offset))
	}
}

// staff takes the key of the numbers that open the staff's menu, once it is on the disk.
func (t *trust) staff(key []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(key) == 0 || bytes.Equal(key, t.identity.StaffKey) {
		return
	}
	t.identity.StaffKey = bytes.Clone(key)
	_ = t.write() // logged there
}
