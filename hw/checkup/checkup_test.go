package checkup

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/idcard"
	"lintai/hw/serialport"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
)

// reader is the card reader with its real driver.
func reader(path string) Device {
	return Device{Name: "card", Port: path, Start: func(onHealth func(hw.Health)) (func(context.Context), error) {
		r := idcard.New(idcard.Config{OpenPort: idcard.On(serialport.Settings{Path: path, Baud: 115200})})
		return supervise.New(supervise.Config{Open: r.Open, OnHealth: onHealth}).Run, nil
	}}
}

func TestLook(t *testing.T) {
	dir := t.TempDir()
	line := func(name string, trouble emulate.ReaderTrouble) string {
		r := emulate.NewReader(0)
		r.SetTrouble(trouble)
		l, err := emulate.NewLine(filepath.Join(dir, name), r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		return l.Path()
	}
	silent := func(context.Context) {}
	found := Look(t.Context(), time.Minute, []Device{
		reader(line("well", emulate.ReaderTrouble{})),
		reader(line("broken", emulate.ReaderTrouble{Status: 0x60})),
		reader(filepath.Join(dir, "missing")),
		{Name: "none"},
		{Name: "refused", Start: func(func(hw.Health)) (func(context.Context), error) { return nil, errors.New("no such profile") }},
		{Name: "ends", Start: func(func(hw.Health)) (func(context.Context), error) { return silent, nil }},
	})
	for i, want := range []hw.Health{
		{State: hw.Ready}, {State: hw.Fault, Code: fault.SAMSelfTest}, {State: hw.Absent, Code: fault.Unplugged}, {},
		{State: hw.Fault, Code: fault.DeviceFailed}, {State: hw.Fault, Code: fault.NoAnswer},
	} {
		if got := found[i].Health; got.State != want.State || got.Code != want.Code {
			t.Errorf("%s %d: %v %q (%s), want %v %q", found[i].Device.Name, i, got.State, got.Code, got.Detail, want.State, want.Code)
		}
	}
	if !found[3].None || found[0].None {
		t.Error("which device the terminal does not have is told wrongly")
	}
}

// A driver that never makes up its mind uses the limit up, and is taken down.
func TestLookEnds(t *testing.T) {
	down := make(chan struct{})
	found := Look(t.Context(), 20*time.Millisecond, []Device{{Name: "mute", Start: func(onHealth func(hw.Health)) (func(context.Context), error) {
		return func(ctx context.Context) {
			onHealth(hw.Health{State: hw.Opening})
			<-ctx.Done()
			onHealth(hw.Health{State: hw.Ready}) // too late
			close(down)
		}, nil
	}}})
	<-down
	if h := found[0].Health; h.State != hw.Fault || h.Code != fault.NoAnswer {
		t.Errorf("%+v", h)
	}
}
