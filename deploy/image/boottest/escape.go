package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lintai/deploy/image/guest"
)

// escape has somebody try what people try at a screen in a lobby. After each try the
// start screen is there as before, the machine did not start again, and nothing but the
// devices that were plugged in is told on the serial line.
func (l *lobby) escape(ctx context.Context) error {
	m := l.machine
	before, events := m.Console.Mark(), m.Monitor.Mark()
	if err := l.stillHome(ctx, "before"); err != nil {
		return err
	}
	if err := m.Plug(ctx, "usb-kbd", "keyboard", nil); err != nil {
		return err
	}
	keys, err := m.KeyNames(ctx)
	if err != nil {
		return err
	}
	if len(keys) < 120 {
		return fmt.Errorf("QEMU knows only %d keys: %v", len(keys), keys)
	}
	// Power, sleep and wake are what an office keyboard has, too. They come last, so that
	// it is known which of the tries it was.
	last := []string{"power", "sleep", "wake"}
	tries := []struct {
		name string
		do   func(context.Context) error
	}{
		{"each key alone and with Ctrl, Alt, Shift, Meta, Ctrl-Alt", func(ctx context.Context) error {
			for _, k := range keys {
				if slices.Contains(last, k) {
					continue
				}
				for _, with := range [][]string{{}, {"ctrl"}, {"alt"}, {"shift"}, {"meta_l"}, {"ctrl", "alt"}} {
					if slices.Contains(with, k) {
						continue
					}
					if err := m.Press(ctx, append(slices.Clone(with), k)...); err != nil && !errors.As(err, new(*guest.Refused)) {
						return err
					}
					if err := guest.Pause(ctx, 5*time.Millisecond); err != nil {
						return err
					}
				}
			}
			return nil
		}},
		{"Ctrl-Alt-F1 to F12, Alt-F1 to F12", func(ctx context.Context) error {
			for i := range 12 {
				f := fmt.Sprintf("f%d", i+1)
				for _, with := range [][]string{{"ctrl", "alt", f}, {"alt", f}, {"ctrl", "alt", "shift", f}} {
					if err := m.Press(ctx, with...); err != nil {
						return err
					}
					if err := guest.Pause(ctx, 50*time.Millisecond); err != nil {
						return err
					}
				}
			}
			return nil
		}},
		{"Ctrl-Alt-Del ten times, Ctrl-Alt-Backspace", func(ctx context.Context) error {
			for range 10 {
				if err := m.Press(ctx, "ctrl", "alt", "delete"); err != nil {
					return err
				}
			}
			return m.Press(ctx, "ctrl", "alt", "backspace")
		}},
		{"Alt-SysRq with each letter", func(ctx context.Context) error {
			for _, c := range "0123456789defgijklmnpqrstuvwxzrseiubco" {
				for _, sysrq := range []string{"sysrq", "print"} {
					if err := m.Press(ctx, "alt", sysrq, string(c)); err != nil {
						return err
					}
				}
				if err := guest.Pause(ctx, 30*time.Millisecond); err != nil {
					return err
				}
			}
			return nil
		}},
		{"a memory stick with what starts by itself elsewhere", l.plugStick},
		{"a mouse", func(ctx context.Context) error {
			if err := m.Plug(ctx, "usb-mouse", "mouse", nil); err != nil {
				return err
			}
			if err := guest.Pause(ctx, 3*time.Second); err != nil {
				return err
			}
			for _, button := range []string{"right", "middle", "wheel-up", "wheel-down", "side", "extra"} {
				if err := m.Mouse(ctx, 37, -23, button); err != nil {
					return err
				}
			}
			return m.Unplug(ctx, "mouse")
		}},
		{"a finger that stays, and drags from every edge", func(ctx context.Context) error {
			// On the wall beside the buttons, for a touch of the start screen opens it.
			if err := m.Touch(ctx, image.Pt(8, panelHeight-8), 5*time.Second); err != nil {
				return err
			}
			for _, from := range []image.Point{{0, panelHeight / 5}, {panelWidth - 1, panelHeight / 5}, {panelWidth / 5, 0}, {panelWidth / 5, panelHeight - 1}} {
				if err := m.Drag(ctx, from, image.Pt(panelWidth/4, panelHeight/4)); err != nil {
					return err
				}
			}
			return nil
		}},
		{"the keys for power, sleep and waking", func(ctx context.Context) error {
			for _, k := range last {
				if err := m.Press(ctx, k); err != nil && !errors.As(err, new(*guest.Refused)) {
					return err
				}
			}
			return nil
		}},
	}
	for _, try := range tries {
		if err := try.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", try.name, err)
		}
		if err := l.stillHome(ctx, try.name); err != nil {
			return err
		}
		if text := m.Console.Since(before); slotChosen.MatchString(text) || strings.Contains(text, "login:") || strings.Contains(text, "sysrq: ") && !strings.Contains(text, "sysrq: This sysrq operation is disabled") {
			return fmt.Errorf("%s: the serial line says %s", try.name, text)
		}
		for _, e := range m.Monitor.Happened(events) {
			if slices.Contains([]string{"RESET", "SHUTDOWN", "POWERDOWN", "SUSPEND", "GUEST_PANICKED", "WATCHDOG", "STOP"}, e.Name) {
				return fmt.Errorf("%s: the machine had the event %s %s", try.name, e.Name, e.Data)
			}
		}
		l.report.step("the start screen is untouched by "+try.name, "")
	}
	l.report.measure("escape_keys", float64(len(keys)))
	return m.Unplug(ctx, "keyboard")
}

// stillHome waits for the start screen; a key that woke the terminal is forgotten by
// itself after a while, as a visit of nobody is.
func (l *lobby) stillHome(ctx context.Context, name string) error {
	// What was done needs a moment to show.
	if err := guest.Pause(ctx, 3*time.Second); err != nil {
		return err
	}
	_, err := l.sees(ctx, "触摸屏幕开始")
	if err != nil {
		return fmt.Errorf("after %s: %w", name, err)
	}
	return nil
}

// plugStick plugs a stick with the names that other systems run by themselves, and
// checks afterwards that nothing was written to it.
func (l *lobby) plugStick(ctx context.Context) error {
	image := filepath.Join(l.scratch, "stick.img")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		return err
	}
	if err := os.Truncate(image, 32<<20); err != nil {
		return err
	}
	if _, err := ask(ctx, "mkfs.vfat", "-n", "LINTAIBOOT", image); err != nil { // the name of the card's own
		return err
	}
	script := filepath.Join(l.scratch, "autorun")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho escaped >/dev/console\nreboot -f\n"), 0o755); err != nil {
		return err
	}
	for _, name := range []string{"autorun.sh", "autorun.inf", ".autorun", "autorun", "autostart.sh", "autoopen", "boot.scr", "kiosk.toml", "install.sh", "update.raucb"} {
		if _, err := ask(ctx, "mcopy", "-i", image, script, "::"+name); err != nil {
			return err
		}
	}
	before, err := os.ReadFile(image)
	if err != nil {
		return err
	}
	mark := l.machine.Console.Mark()
	if err := l.machine.PlugStick(ctx, "stick", image); err != nil {
		return err
	}
	if err := guest.Pause(ctx, 10*time.Second); err != nil {
		return err
	}
	if err := l.machine.UnplugStick(ctx, "stick"); err != nil {
		return err
	}
	after, err := os.ReadFile(image)
	if err != nil {
		return err
	}
	if !bytes.Equal(before, after) {
		return errors.New("something was written to the stick")
	}
	if text := l.machine.Console.Since(mark); strings.Contains(text, "escaped") || strings.Contains(text, "Mounted ") {
		return fmt.Errorf("the stick was used: %s", text)
	}
	return nil
}
