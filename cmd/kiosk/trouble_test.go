package main

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
	"lintai/sync/wire"
)

// What the appliance's service finds wrong is told to central as a device's fault: by its
// code alone, once for each change, and nothing of an update, which has its own place.
func TestFaultsOfTheComputerAreToldToCentral(t *testing.T) {
	s := newService(t, appliance.Status{Image: "2026.11.22-1"})
	told := make(chan []wire.Device, 1)
	book := newHealthBook(nil)
	book.tell = func(all []wire.Device) { told <- all }
	ctx, stop := context.WithCancel(t.Context())
	looks, ended := make(chan time.Time), make(chan struct{})
	go func() { computer{socket: s.socket}.watch(ctx, looks, book); close(ended) }()
	defer func() { stop(); <-ended }()
	trouble := func(all ...appliance.Trouble) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.status.Faults = all
	}
	next := func() wire.Device {
		t.Helper()
		all := <-told
		if len(all) != 1 || all[0].Name != computerRow || (wire.Health{Devices: all}).Check() != nil {
			t.Fatalf("%+v", all)
		}
		return all[0]
	}
	well := next()
	if well.State != "ready" || well.Fault != fault.None {
		t.Errorf("%+v", well)
	}
	trouble(appliance.Trouble{Fault: fault.UpdateUndone, Detail: "2026.11.22-2"}, appliance.Trouble{Fault: fault.StickFull},
		appliance.Trouble{Fault: fault.NetworkRefused, Detail: "张家的无线"}, appliance.Trouble{Fault: fault.ApplianceFailed}, appliance.Trouble{Fault: "of_a_newer_service"})
	looks <- time.Time{}
	refused := next()
	if refused.State != "fault" || refused.Fault != fault.NetworkRefused || !refused.Since.After(well.Since) {
		t.Errorf("%+v", refused)
	}
	looks <- time.Time{}
	if again := next(); !again.Since.Equal(refused.Since) {
		t.Errorf("the same fault is another now: %+v", again)
	}
	trouble(appliance.Trouble{Fault: fault.NetworkRefused}, appliance.Trouble{Fault: fault.CrashLoop})
	looks <- time.Time{}
	if worse := next(); worse.Fault != fault.CrashLoop {
		t.Errorf("%+v", worse)
	}
	trouble(appliance.Trouble{Fault: fault.UpdateUndone, Detail: "2026.11.22-2"})
	looks <- time.Time{}
	if mended := next(); mended.State != "ready" || mended.Fault != fault.None {
		t.Errorf("%+v", mended)
	}
}

func TestNoApplianceIsNoDevice(t *testing.T) {
	book := newHealthBook(nil)
	none := filepath.Join(t.TempDir(), "none")
	computer{socket: none, image: none}.watch(t.Context(), nil, book)
	if rows := book.snapshot().Devices; len(rows) > 0 {
		t.Errorf("%+v", rows)
	}
}
