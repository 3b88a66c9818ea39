package storetest

import (
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/sync/central/docket"
)

func health(t *testing.T, s docket.Store) {
	ctx := t.Context()
	addTerminal(t, s, 1)
	addTerminal(t, s, 2)
	addTerminal(t, s, 3)
	none, err := s.Healths(ctx)
	must(t, err)
	want(t, "before any word", len(none), 0)
	first := docket.Health{At: noon, Devices: []docket.Device{
		{Name: "card", State: "ready", Since: noon.Add(-time.Hour), LastOK: noon},
		{Name: "printer", State: "fault", Fault: fault.PaperOut, Since: noon.Add(-time.Minute)},
	}}
	must(t, s.PutHealth(ctx, 1, first))
	must(t, s.PutHealth(ctx, 2, docket.Health{At: noon, Devices: []docket.Device{}}))
	wantError(t, "unknown terminal", s.PutHealth(ctx, 99, first), docket.ErrNotFound)
	all, err := s.Healths(ctx)
	must(t, err)
	want(t, "words", len(all), 2)
	want(t, "of terminal 1", all[1], first)
	later := docket.Health{At: noon.Add(time.Minute), Devices: first.Devices[:1]}
	must(t, s.PutHealth(ctx, 1, later))
	all, err = s.Healths(ctx)
	must(t, err)
	want(t, "the last word alone", all[1], later)
	want(t, "of the other terminal", len(all[2].Devices), 0)
}
