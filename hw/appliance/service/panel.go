package service

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"lintai/hw/board"
	"lintai/kiosk/fault"
)

const (
	// turnFile holds the options with which the unit starts cage. Debian 12's cage knows
	// no wlr-randr; each -r turns the picture by a quarter, and to the left, whatever its
	// manual says (seen on its X11 output).
	turnFile = runFolder + "/turn"
	// touchRules has libinput turn what is touched in the same way; cage itself does
	// not. It is read when a device comes, so cage starts anew afterwards.
	touchRules = "/run/udev/rules.d/61-lintai-touch.rules"
)

// calibration is the upper part of the matrix that takes a touch on the glass, from 0
// to 1, to where it is in the picture that was turned clockwise by so many degrees.
var calibration = map[int]string{
	0:   "1 0 0 0 1 0",
	90:  "0 1 0 -1 0 1",
	180: "-1 0 1 0 -1 1",
	270: "0 -1 1 1 0 0",
}

func (s *Service) light(percent int) error {
	if percent < 1 || percent > 100 {
		return refuse(fault.ApplianceFailed, "%d percent", percent)
	}
	b := board.Board{Root: s.sys.Root}
	if len(b.Backlights()) == 0 {
		return refuse(fault.ApplianceFailed, "this panel's light cannot be set")
	}
	return b.SetBacklight(percent)
}

// turn keeps the new rotation, turns picture and touch, and starts the program anew,
// which is what has both of them looked at.
func (s *Service) turn(ctx context.Context, degrees int) error {
	if _, ok := calibration[degrees]; !ok {
		return refuse(fault.ApplianceFailed, "%d degrees", degrees)
	}
	if err := s.keep(ctx, map[string]string{"panel.rotation": strconv.Itoa(degrees)}, nil); err != nil {
		return err
	}
	s.work.Lock()
	defer s.work.Unlock()
	if err := s.setTurn(ctx, degrees); err != nil {
		return err
	}
	return s.sys.Run(ctx, nil, "systemctl", "--no-block", "restart", kioskUnit)
}

func (s *Service) setTurn(ctx context.Context, degrees int) error {
	matrix, ok := calibration[degrees]
	if !ok {
		return fmt.Errorf("appliance: a rotation of %d degrees", degrees)
	}
	quarters := strings.TrimSpace(strings.Repeat("-r ", (360-degrees)/90%4))
	if err := s.sys.replace(turnFile, []byte(quarters+"\n"), 0o644); err != nil {
		return err
	}
	rule := `SUBSYSTEM=="input", KERNEL=="event*", ENV{ID_INPUT_TOUCHSCREEN}=="1", ENV{LIBINPUT_CALIBRATION_MATRIX}="` + matrix + "\"\n"
	if old, err := s.sys.read(touchRules); err == nil && old == rule || err != nil && degrees == 0 {
		return nil
	}
	if err := s.sys.replace(touchRules, []byte(rule), 0o644); err != nil {
		return err
	}
	for _, args := range [][]string{{"control", "--reload"}, {"trigger", "--subsystem-match=input", "--action=change"}, {"settle", "--timeout=5"}} {
		if err := s.sys.Run(ctx, nil, "udevadm", args...); err != nil {
			return err
		}
	}
	return nil
}

// setPanel does what kiosk.toml says of the panel, before the window is there.
func (s *Service) setPanel(ctx context.Context) {
	w := s.wishes().Panel
	if err := s.setTurn(ctx, w.Rotation); err != nil {
		slog.Error("appliance: turning the panel", "error", err)
	}
	b := board.Board{Root: s.sys.Root}
	if w.Brightness > 0 && w.Brightness <= 100 && len(b.Backlights()) > 0 {
		if err := b.SetBacklight(w.Brightness); err != nil {
			slog.Error("appliance: the panel's light", "error", err)
		}
	}
}
