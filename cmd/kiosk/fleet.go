package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"lintai/hw/appliance"
	"lintai/hw/board"
	"lintai/kiosk/fault"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/wire"
)

// fleet is agent.Computer: the computer as central may look after it. What the agent
// does not know is filled in before the agent runs.
type fleet struct {
	computer computer
	data     string
	logs     *logTail
	log      *slog.Logger

	book  *healthBook
	line  *agent.Agent
	quiet func(time.Duration) bool
}

const (
	// quietLook is how often it is looked whether nobody is there, installLook how far an
	// installation is; installLimit is longer than the slowest card takes.
	quietLook    = 5 * time.Second
	installLook  = 2 * time.Second
	installLimit = time.Hour
	// roomAside is what an update leaves free beside two copies of the queue: photos end
	// far below, and what residents confirm much later.
	roomAside = 128 << 20
)

// System is agent.Computer.
func (f *fleet) System(ctx context.Context) *wire.System {
	status, _, err := f.computer.status(ctx)
	if err != nil {
		if !errors.Is(err, appliance.ErrNone) {
			f.log.Warn("central is not told of the computer", "error", err)
		}
		return nil
	}
	s := &wire.System{Image: status.Image, Slot: status.Slot, Trial: status.Trial, BootReason: status.BootReason, Uptime: status.BootedAgo}
	if u := status.Update; u.State != "" && u.State != appliance.UpdateNone {
		s.Update = &wire.UpdateState{State: u.State, Version: u.Version, Percent: u.Percent, Fault: u.Fault}
	}
	figures, _ := board.Board{Root: "/", Data: f.data}.Read(ctx)
	if c := figures.Celsius; c != nil {
		s.Celsius = pointer(int(math.Round(*c)))
	}
	if d := figures.Storage; d != nil {
		s.WornPercent = d.WornPercent
		if d.WrittenKB != nil {
			s.WrittenMB = pointer(int64(*d.WrittenKB >> 10))
		}
		if d.FreeBytes != nil {
			s.FreeMB = pointer(int64(*d.FreeBytes >> 20))
		}
	}
	return s
}

func pointer[T any](v T) *T { return &v }

// Room is agent.Computer.
func (f *fleet) Room() (int64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(f.data, &fs); err != nil {
		return 0, err
	}
	size, err := offline.Size(filepath.Join(f.data, offline.FileName))
	return int64(fs.Bavail)*fs.Bsize - 2*size - roomAside, err
}

// Install is agent.Computer.
func (f *fleet) Install(ctx context.Context, file string, o wire.UpdateOffer) fault.Code {
	return f.install(ctx, file, "", o.Version)
}

// install has the computer install a bundle, a file's or the newest on a stick, and waits
// for it.
func (f *fleet) install(ctx context.Context, file, stick, version string) fault.Code {
	ctx, done := context.WithTimeout(ctx, installLimit)
	defer done()
	if err := f.handOver(version); err != nil {
		f.log.Warn("it is not noted how the terminal was before the update", "error", err)
	}
	client, err := f.computer.dial()
	if err == nil {
		err = client.Update(ctx, file, stick)
	}
	if err != nil {
		f.log.Error("update not begun", "fault", string(codeOf(err)), "error", err)
		return codeOf(err)
	}
	looks := time.NewTicker(installLook)
	defer looks.Stop()
	for failed := 0; ; {
		status, err := client.Status(ctx)
		switch {
		case err != nil:
			if failed++; failed == 30 {
				return codeOf(err)
			}
		case status.Update.State == appliance.UpdateInstalled:
			return fault.None
		case status.Update.State == appliance.UpdateFailed:
			f.log.Error("update not installed", "fault", string(status.Update.Fault), "detail", status.Update.Detail)
			if status.Update.Fault != fault.None {
				return status.Update.Fault
			}
			return fault.UpdateFailed
		}
		select {
		case <-ctx.Done():
			return fault.UpdateFailed
		case <-looks.C:
		}
	}
}

// handOver notes how the terminal is, for the self-test of the version to come.
func (f *fleet) handOver(version string) error {
	h := handover{Version: version, Online: f.line.Status().Online}
	for _, row := range f.book.snapshot().Devices {
		if row.Name == "printer" {
			h.Printer = row.Fault
		}
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	path := handoverPath(f.data)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600) // lost in a cut, it blames a version for a dead printer
}

// Quiet is agent.Computer.
func (f *fleet) Quiet(ctx context.Context) error {
	looks := time.NewTicker(quietLook)
	defer looks.Stop()
	for !f.quiet(contentQuiet) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-looks.C:
		}
	}
	return nil
}

// Restart is agent.Computer.
func (f *fleet) Restart(ctx context.Context, what string) fault.Code {
	client, err := f.computer.dial()
	if err == nil {
		err = client.Restart(ctx, what)
	}
	return codeOf(err)
}

// Log is agent.Computer.
func (f *fleet) Log(most int) []byte { return f.logs.newest(most) }

// Time is agent.Computer.
func (f *fleet) Time(ctx context.Context, at time.Time) {
	client, err := f.computer.dial()
	if err == nil {
		err = client.Time(ctx, at)
	}
	if err != nil && !errors.Is(err, appliance.ErrNone) {
		f.log.Warn("the computer is not told the time", "error", err)
	}
}

// codeOf is the fault of an answer of the service, also where there is none to ask.
func codeOf(err error) fault.Code {
	if errors.Is(err, appliance.ErrNone) {
		return fault.ApplianceFailed
	}
	return appliance.FaultOf(err)
}
