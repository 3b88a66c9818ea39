package service

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"time"

	"lintai/hw/appliance"
	"lintai/hw/appliance/network"
	"lintai/hw/appliance/rescue"
	"lintai/kiosk/fault"
)

const (
	// rescueTime is how long the rescue screen stands before the program is tried again.
	rescueTime = 5 * time.Minute
	// rescueTries is how often that is done before the computer starts anew.
	rescueTries = 3
)

// Rescue is what runs when the terminal's program ended too often: it shows what is
// wrong, waits, and tries the program again; after some times it starts the computer
// anew. A version on trial gets no second try: the old one is started at once.
func Rescue(ctx context.Context, sys System, typeface []byte) error {
	s := &Service{sys: sys, trouble: map[string]appliance.Trouble{}}
	s.boot = Boot{ID: s.bootID(), Slot: s.slot(), Version: s.version()}
	var boots []Boot
	if s.load(bootsFile, &boots) && len(boots) > 0 && boots[len(boots)-1].ID == s.boot.ID {
		s.boot = boots[len(boots)-1]
	}
	s.loadTrial()
	var r rescued
	if !s.load(rescueFile, &r) || r.Boot != s.boot.ID {
		r = rescued{Boot: s.boot.ID}
	}
	r.Uptime = sys.uptime()
	r.Times++
	var detail string
	r.Fault, detail = s.whatFailed(ctx)
	if err := s.save(rescueFile, r, 0o600); err != nil {
		slog.Error("rescue: not noted", "error", err)
		if errors.Is(err, syscall.EROFS) { // the kernel gave the card up while we looked
			r.Fault, detail = fault.FSReadOnly, "/data ro"
		}
	}
	slog.Error("rescue: the program ended too often", "fault", r.Fault, "detail", detail, "times", r.Times)
	w := s.wishes()
	screen := rescue.Screen{Fault: r.Fault, Detail: detail, Number: w.Number, Place: w.Place, Phone: w.Phone, Version: s.boot.Version, Slot: s.boot.Slot, Reason: s.boot.Reason}
	if s.onTrial() {
		s.show(screen, w.Panel.Rotation, typeface)
		if err := s.giveUp(ctx); err != nil {
			return err
		}
		return sys.Pause(ctx, time.Minute)
	}
	for left := rescueTime; left > 0; left -= time.Minute {
		screen.Minutes = int(left / time.Minute)
		s.show(screen, w.Panel.Rotation, typeface)
		if err := sys.Pause(ctx, time.Minute); err != nil {
			return nil // systemd ends it, because the program is to run
		}
	}
	if r.Times >= rescueTries {
		if err := s.reboot(ctx, appliance.BootRescue); err != nil {
			return err
		}
		return ended(sys.Pause(ctx, time.Minute))
	}
	if err := sys.Run(ctx, nil, "systemctl", "reset-failed", kioskUnit); err != nil {
		slog.Error("rescue", "error", err)
	}
	if err := sys.Run(ctx, nil, "systemctl", "--no-block", "start", kioskUnit); err != nil {
		return err
	}
	// The program's start ends this one.
	return ended(sys.Pause(ctx, time.Minute))
}

func ended(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// show paints the screen. A panel that cannot be painted on is no reason not to go on.
func (s *Service) show(screen rescue.Screen, degrees int, typeface []byte) {
	err := func() error {
		if s.sys.Console != nil {
			if err := s.sys.Console(); err != nil {
				slog.Warn("rescue: the console", "error", err)
			}
		}
		// A panel that went dark is lit; where there is no such file there is nothing to light.
		if err := os.WriteFile(s.sys.path("/sys/class/graphics/fb0/blank"), []byte("0\n"), 0o644); err != nil {
			slog.Debug("rescue: the panel may be dark", "error", err)
		}
		f, err := rescue.Find(s.sys.Root)
		if err != nil {
			return err
		}
		picture, err := screen.Draw(f.Seen(degrees), typeface)
		if err != nil {
			return err
		}
		if err := f.Show(picture, degrees); err != nil {
			return err
		}
		slog.Info("rescue: the screen is painted", "width", f.Width, "height", f.Height, "bits", f.Bits)
		return nil
	}()
	if err != nil {
		slog.Error("rescue: the screen may not be seen", "error", err)
	}
}

// whatFailed looks for the cause under the program: without its card, its queue or its
// file it cannot run however often it is started.
func (s *Service) whatFailed(ctx context.Context) (fault.Code, string) {
	data, readOnly := s.mount("/data")
	switch {
	case !data:
		return fault.FSReadOnly, "no /data"
	case readOnly:
		return fault.FSReadOnly, "/data ro"
	}
	if free, err := room(s.sys.path(kioskFolder)); err == nil && free < 1<<20 {
		return fault.QueueFull, fmt.Sprintf("%d KiB", free>>10)
	}
	if _, err := os.Stat(s.sys.path(kioskFolder + "/kiosk.db")); errors.Is(err, fs.ErrNotExist) {
		return fault.QueueMissing, "kiosk.db"
	}
	if _, err := os.Stat(s.sys.path(kioskFile)); errors.Is(err, fs.ErrNotExist) {
		return fault.ConfigInvalid, "kiosk.toml"
	}
	text, err := s.sys.said(ctx, "systemctl", "show", kioskUnit, "--property=Result,ExecMainCode,ExecMainStatus")
	if err != nil {
		return fault.CrashLoop, ""
	}
	p := network.Pairs(text)
	if p["Result"] == "watchdog" {
		return fault.NotPainting, "watchdog"
	}
	return fault.CrashLoop, strings.TrimSpace(p["Result"] + " " + p["ExecMainCode"] + " " + p["ExecMainStatus"])
}

// mount tells whether something is mounted on a folder, and read-only.
func (s *Service) mount(folder string) (there, readOnly bool) {
	text, _ := s.sys.read("/proc/mounts")
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 3 && f[1] == folder {
			there, readOnly = true, strings.HasPrefix(f[3]+",", "ro,")
		}
	}
	return there, readOnly
}
