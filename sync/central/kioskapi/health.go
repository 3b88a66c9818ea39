package kioskapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/wire"
)

// line answers a terminal that only asks whether central is there for it.
func (a *API) line(w http.ResponseWriter, _ *http.Request, _ int) error {
	a.reply(w, http.StatusOK, wire.HealthAnswer{Protocol: wire.Protocol, ServerTime: a.Clock().UTC()})
	return nil
}

// health keeps a terminal's word on its devices, and tells staff's pages when it
// is news.
func (a *API) health(w http.ResponseWriter, r *http.Request, kiosk int) error {
	body, err := readBody(r.Body)
	if err != nil {
		return err
	}
	var told wire.Health
	if err := json.Unmarshal(body, &told); err != nil {
		return failure{http.StatusBadRequest, "bad_request", "the body is not one health as JSON"}
	}
	if told.Kiosk != kiosk {
		return failure{http.StatusForbidden, "forbidden", fmt.Sprintf("the token is that of terminal %d, the health says %d", kiosk, told.Kiosk)}
	}
	if err := told.Check(); err != nil {
		return failure{http.StatusBadRequest, "bad_request", err.Error()}
	}
	now := a.Clock().UTC()
	fresh := byOurClock(told, now)
	words, err := a.Store.Healths(r.Context())
	if err != nil {
		return err
	}
	old, known := words[kiosk]
	if err := a.Store.PutHealth(r.Context(), kiosk, fresh); err != nil {
		return err
	}
	if err := a.learnVersions(r, kiosk, told.Versions); err != nil {
		return err
	}
	if !told.DeviceTime.IsZero() {
		a.Presence.Offset(r.Context(), kiosk, now.Sub(told.DeviceTime))
	}
	if !known || old.News(fresh) {
		a.Hub.Publish(live.Word{Kind: live.Terminal, Kiosk: kiosk})
	}
	a.reply(w, http.StatusOK, wire.HealthAnswer{Protocol: wire.Protocol, ServerTime: now})
	return nil
}

// byOurClock moves the times of a terminal by what its clock is wrong: a board
// without a clock that runs may begin in 1970.
func byOurClock(told wire.Health, now time.Time) docket.Health {
	h := docket.Health{At: now, Devices: []docket.Device{}}
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
	return h
}
