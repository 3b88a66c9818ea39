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
	}, Queue: &docket.Queue{Waiting: 3, Attachments: 2, Held: 1, Oldest: noon.Add(-time.Hour), LowSpace: true},
		Versions: map[string]string{"program": "1.2", "catalog": "7"}, Grid: "3号楼"}
	must(t, s.PutHealth(ctx, 1, first))
	must(t, s.PutHealth(ctx, 2, docket.Health{At: noon, Devices: []docket.Device{}}))
	wantError(t, "unknown terminal", s.PutHealth(ctx, 99, first), docket.ErrNotFound)
	all, err := s.Healths(ctx)
	must(t, err)
	want(t, "words", len(all), 2)
	want(t, "of terminal 1", all[1], first)
	terminals, err := s.Terminals(ctx)
	must(t, err)
	want(t, "where terminal 1 stands", terminals[0].Grid, "3号楼")
	want(t, "where the others stand", terminals[1].Grid+terminals[2].Grid, "")
	later := docket.Health{At: noon.Add(time.Minute), Devices: first.Devices[:1]}
	must(t, s.PutHealth(ctx, 1, later))
	all, err = s.Healths(ctx)
	must(t, err)
	want(t, "the last word alone", all[1], later)
	want(t, "of the other terminal", len(all[2].Devices), 0)
}

func audit(t *testing.T, s docket.Store) {
	ctx := t.Context()
	addTerminal(t, s, 1)
	addTerminal(t, s, 2)
	must(t, s.PutHealth(ctx, 1, docket.Health{At: noon, Devices: []docket.Device{}}))
	write := func(kiosk int, a docket.Audit) error {
		return s.Write(ctx, func(tx docket.Tx) error { return tx.PutAudit(kiosk, a) })
	}
	read := func(kiosk int) docket.Audit {
		var a docket.Audit
		must(t, s.Write(ctx, func(tx docket.Tx) error {
			var err error
			a, err = tx.Audit(kiosk)
			return err
		}))
		return a
	}
	want(t, "before any word", read(1), docket.Audit{})
	first := docket.Audit{Known: docket.Entry{Sequence: 5, Hash: "aa"}, Heard: docket.Entry{Sequence: 3, Hash: "bb"}, Alarm: docket.AuditCut, AlarmAt: noon, Enrolment: 1 << 62}
	must(t, write(1, first))
	want(t, "of terminal 1", read(1), first)
	want(t, "of terminal 2", read(2), docket.Audit{})
	// A word on the devices leaves it.
	must(t, s.PutHealth(ctx, 1, docket.Health{At: noon.Add(time.Minute), Devices: []docket.Device{}}))
	h, err := s.Health(ctx, 1)
	must(t, err)
	want(t, "beside the devices", h.Audit, first)
	must(t, write(1, first.Acknowledge()))
	want(t, "acknowledged", read(1), first.Acknowledge())
	wantError(t, "unknown terminal", write(99, first), docket.ErrNotFound)
	_, err = s.Health(ctx, 2)
	wantError(t, "of a terminal that said nothing", err, docket.ErrNotFound)
}
