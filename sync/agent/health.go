package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"sync"
	"time"

	"lintai/kiosk/fault"
	"lintai/sync/wire"
)

// healthPause is the least time between two words on the devices: a cable with
// a loose contact must not become a stream of them.
const healthPause = 2 * time.Second

// devices is what is to be told of the terminal's devices; nil until Report.
type devices struct {
	mu  sync.Mutex
	now []wire.Device
}

func (d *devices) get() []wire.Device {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// Words is what stands beside the devices: what waits in the queue, what the
// terminal runs, and the head of its audit log. Each is nil when the terminal
// cannot say.
type Words struct {
	Queue    *wire.QueueHealth
	Versions map[string]string
	Audit    *wire.AuditHealth
}

// words keeps what was told last, by the health loop alone, and what of it is out
// of date.
type words struct {
	tell func(ctx context.Context, told int64) Words
	grid string

	mu sync.Mutex
	// audit is the newest entry of the audit log that central knows, 0 when it was
	// not heard yet.
	audit   int64
	waiting bool // central was told last that something waits
}

// Report has central told how the terminal's devices are: all of them, soon, and
// again every wire.HealthEvery. It returns at once and may be called at any time,
// also when nothing changed. What Options.Words says is told with them.
func (a *Agent) Report(all []wire.Device) {
	a.devices.mu.Lock()
	same := a.devices.now != nil && slices.EqualFunc(a.devices.now, all, sameHealth)
	a.devices.now = append([]wire.Device{}, all...)
	a.devices.mu.Unlock()
	if !same {
		kick(a.wakeHealth)
	}
}

// sameHealth leaves out when a device last answered, which is no news.
func sameHealth(a, b wire.Device) bool {
	return a.Name == b.Name && a.State == b.State && a.Fault == b.Fault && a.Since.Equal(b.Since)
}

// drained has central told that nothing waits any more, when it believes that
// something does: staff would look for what arrived long ago.
func (w *words) drained(pending int) (news bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.waiting && pending == 0
}

func (a *Agent) healthLoop(ctx context.Context) {
	failures := 0
	for {
		pause := wire.HealthEvery
		if all := a.devices.get(); all != nil {
			again, err := a.tellHealth(ctx, all)
			if err != nil {
				failures++
				a.complain(ctx, "health not told", failures, err)
				pause = a.backoff(failures)
			} else {
				failures = 0
				if again {
					kick(a.wakeHealth)
				}
				if !wait(ctx, healthPause, nil) {
					return
				}
				pause -= healthPause
			}
		}
		if !wait(ctx, pause, a.wakeHealth) {
			return
		}
	}
}

// tellHealth tells it once. again says that central knows of another entry of the
// audit log than it was told about, and must see that this log holds it.
func (a *Agent) tellHealth(ctx context.Context, all []wire.Device) (again bool, err error) {
	health := wire.Health{Kiosk: a.kiosk, Devices: all, Grid: a.words.grid}
	if a.words.tell != nil {
		a.words.mu.Lock()
		told := a.words.audit
		a.words.mu.Unlock()
		w := a.words.tell(ctx, told)
		health.Queue, health.Versions, health.Audit = w.Queue, w.Versions, w.Audit
	}
	health.Versions = a.withDocuments(ctx, health.Versions)
	a.fleet.tells(ctx, &health)
	sent := a.now()
	health.DeviceTime = sent.UTC()
	body, err := json.Marshal(health)
	if err != nil {
		return false, fmt.Errorf("agent: encode health: %w", err)
	}
	var answer wire.HealthAnswer
	err = exchange(ctx, a, requestTimeout, http.MethodPost, wire.PathHealth, body, &answer)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	a.outcome(err)
	if err != nil {
		return false, err
	}
	a.clock.heard(answer.ServerTime, sent, a.now())
	a.trust.staff(answer.StaffKey)
	a.tellTime(ctx, answer)
	if a.fleet.heard(health.Done, answer) {
		kick(a.wakeOrders)
		kick(a.wakeUpdate)
	}
	return a.words.heard(health, answer.AuditSequence), nil
}

// heard takes in what central knows after it was told.
func (w *words) heard(health wire.Health, audit int64) (again bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = health.Queue != nil && health.Queue.Waiting+health.Queue.Attachments > 0
	// Once for each entry: a log that lost the entry cannot show it, however
	// often it is asked.
	again = health.Audit != nil && audit != 0 && audit != w.audit && audit < health.Audit.Sequence
	w.audit = audit
	return again
}

// Reach asks central once whether it is there and accepts the terminal, for a
// technician who stands before it. offset is what to add to this machine's clock to
// have central's.
func Reach(ctx context.Context, address string, identity Identity) (offset time.Duration, err error) {
	base, err := parseAddress(address)
	if err != nil {
		return 0, err
	}
	trust, err := newTrust(identity)
	if err != nil {
		return 0, err
	}
	a := &Agent{base: base, trust: trust, kiosk: identity.Kiosk, transport: newTransport(nil, trust.config())}
	a.client = newClient(a.transport)
	defer a.transport.CloseIdleConnections()
	var answer wire.HealthAnswer
	sent := time.Now()
	if err := exchange(ctx, a, requestTimeout, http.MethodGet, wire.PathHealth, nil, &answer); err != nil {
		return 0, err
	}
	a.clock.heard(answer.ServerTime, sent, time.Now())
	offset, _ = a.Offset()
	return offset, nil
}

// FaultOf gives the published fault of an error of Reach, Enrol and LoadIdentity.
func FaultOf(err error) fault.Code {
	var r refusal
	switch {
	case err == nil:
		return fault.None
	case errors.Is(err, fs.ErrNotExist):
		return fault.NotEnrolled
	case errors.Is(err, ErrIdentity):
		return fault.IdentityDamaged
	case errors.Is(err, wire.ErrCode):
		return fault.CodeRefused
	case errors.Is(err, ErrForeign):
		return fault.CentralForeign
	case errors.As(err, &r):
		return r.fault()
	case errors.As(err, new(*fs.PathError)):
		return fault.FSReadOnly
	}
	return fault.NoCentral
}

// fault is what a refusal means for the terminal.
func (r refusal) fault() fault.Code {
	switch r.code {
	case wire.ErrorCodeRefused:
		return fault.CodeRefused
	case wire.ErrorCodeUsed:
		return fault.CodeUsed
	case wire.ErrorCodeExpired:
		return fault.CodeExpired
	case wire.ErrorWrongNumber:
		return fault.NumberMismatch
	case wire.ErrorRevoked:
		return fault.Revoked
	}
	if r.unaccepted() {
		return fault.CentralRefused
	}
	return fault.NoCentral
}
