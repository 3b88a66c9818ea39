package kioskapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/wire"
)

// maxHealthBody is more than wire.MaxDevices devices and the rest take.
const maxHealthBody = 64 << 10

// line answers a terminal that only asks whether central is there for it.
func (a *API) line(w http.ResponseWriter, _ *http.Request, _ int) error {
	a.reply(w, http.StatusOK, wire.HealthAnswer{Protocol: wire.Protocol, ServerTime: a.Clock().UTC()})
	return nil
}

// health keeps a terminal's word on its devices, and tells staff's pages when it
// is news.
func (a *API) health(w http.ResponseWriter, r *http.Request, kiosk int) error {
	body, err := a.small(w, r, maxHealthBody)
	if err != nil {
		return err
	}
	var told wire.Health
	if err := json.Unmarshal(body, &told); err != nil {
		return failure{http.StatusBadRequest, "bad_request", "the body is not one health as JSON"}
	}
	if err := ofAnother(kiosk, told.Kiosk, "health"); err != nil {
		return err
	}
	if err := told.Check(); err != nil {
		return failure{http.StatusBadRequest, "bad_request", err.Error()}
	}
	now := a.Clock().UTC()
	fresh := byOurClock(told, now)
	old, err := a.Store.Health(r.Context(), kiosk)
	known := !errors.Is(err, docket.ErrNotFound)
	if err != nil && known {
		return err
	}
	if err := a.Store.PutHealth(r.Context(), kiosk, fresh); err != nil {
		return err
	}
	if err := a.learnVersions(r.Context(), kiosk, told.Versions); err != nil {
		return err
	}
	audit := old.Audit
	if told.Audit != nil {
		if audit, err = a.hearAudit(r.Context(), kiosk, audit, *told.Audit, now); err != nil {
			return err
		}
	}
	if !told.DeviceTime.IsZero() {
		a.Presence.Offset(r.Context(), kiosk, now.Sub(told.DeviceTime))
	}
	if !known || old.News(fresh) || audit.Alarm != old.Audit.Alarm {
		a.Hub.Publish(live.Word{Kind: live.Terminal, Kiosk: kiosk})
	}
	answer := wire.HealthAnswer{Protocol: wire.Protocol, ServerTime: now, AuditSequence: audit.Known.Sequence}
	a.instruct(r.Context(), &answer, kiosk, fresh, told.Done)
	a.reply(w, http.StatusOK, answer)
	return nil
}

// hearAudit holds the head of a terminal's audit log against what was known of
// it, and writes down what that changes.
func (a *API) hearAudit(ctx context.Context, kiosk int, known docket.Audit, told wire.AuditHealth, now time.Time) (docket.Audit, error) {
	enrolment, err := a.Store.Enrolled(ctx, kiosk)
	if err != nil {
		return known, err
	}
	shown := docket.Entry{Sequence: told.ToldSequence, Hash: told.ToldHash}
	hear := func(known docket.Audit) docket.Audit {
		return known.Hear(docket.Entry{Sequence: told.Sequence, Hash: told.Hash}, shown, enrolment, now.Truncate(time.Microsecond))
	}
	if hear(known) == known {
		return known, nil
	}
	var fresh docket.Audit
	err = a.Store.Write(ctx, func(tx docket.Tx) error {
		stored, err := tx.Audit(kiosk) // somebody may have acknowledged meanwhile
		if err != nil {
			return err
		}
		fresh = hear(stored)
		if fresh.Alarm != "" && stored.Alarm == "" {
			a.Log.Error("the audit log of a terminal does not fit what was known of it", "kiosk", kiosk, "alarm", string(fresh.Alarm),
				"known", stored.Known.Sequence, "told", told.Sequence)
		}
		if fresh.Enrolment != stored.Enrolment && stored.Known.Sequence > 0 && shown != stored.Known {
			a.Log.Info("the audit log of a terminal begins anew: its machine enrolled with a new code", "kiosk", kiosk, "known", stored.Known.Sequence, "told", told.Sequence)
		}
		return tx.PutAudit(kiosk, fresh)
	})
	return fresh, err
}

// maxAge is ten years in milliseconds: an age that counts nanoseconds in 64 bits.
const maxAge = 10 * 365 * 24 * 3600 * 1000

// byOurClock moves the times of a terminal by what its clock is wrong: a board
// without a clock that runs may begin in 1970.
func byOurClock(told wire.Health, now time.Time) docket.Health {
	h := docket.Health{At: now, Devices: []docket.Device{}, Versions: told.Versions, System: told.System, Grid: told.Grid}
	move := func(t time.Time) time.Time {
		if t.IsZero() || told.DeviceTime.IsZero() {
			return time.Time{}
		}
		// Not later than now, and to the microsecond, as the docket keeps times.
		t = now.Add(-told.DeviceTime.Sub(t))
		if t.After(now) {
			t = now
		}
		return t.UTC().Truncate(time.Microsecond)
	}
	for _, d := range told.Devices {
		h.Devices = append(h.Devices, docket.Device{Name: d.Name, State: d.State, Fault: d.Fault, Since: move(d.Since), LastOK: move(d.LastOK)})
	}
	if q := told.Queue; q != nil {
		h.Queue = &docket.Queue{Waiting: q.Waiting, Attachments: q.Attachments, Held: q.Held, Oldest: move(q.Oldest), LowSpace: q.LowSpace, Newest: q.Newest}
		if q.OldestAge != nil {
			// Better than any clock that somebody sets.
			h.Queue.Oldest = now.Add(-time.Duration(min(*q.OldestAge, maxAge)) * time.Millisecond).Truncate(time.Microsecond)
		}
	}
	return h
}
