package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// house is what the terminal needs around it: central and a bench of devices.
type house struct {
	bin, state, logs, display string

	bench, central *process
	trace          string // of the last start
	starts         int
}

func (h *house) program(name string) string { return filepath.Join(h.bin, name) }
func (h *house) benchDir() string           { return filepath.Join(h.state, "bench") }
func (h *house) config() string             { return filepath.Join(h.state, "kiosk.toml") }
func (h *house) sound() string              { return filepath.Join(h.state, "asound.conf") }

func (h *house) stop() {
	for _, p := range []*process{h.central, h.bench} {
		if p != nil {
			p.stop()
		}
	}
}

// start brings central and the bench up, and registers a terminal.
func (h *house) start(ctx context.Context) (err error) {
	if err := os.MkdirAll(h.benchDir(), 0o700); err != nil {
		return err
	}
	if h.bench, err = begin(h.logs, "devbench", nil, h.program("devbench"), "run", "--dir", h.benchDir()); err != nil {
		return err
	}
	device := func(name string) string { return filepath.Join(h.benchDir(), name) }
	err = until(ctx, 20*time.Second, 25*time.Millisecond, func() error {
		for _, name := range []string{"card", "printer", "scanner", "button.sock", "camera.sock", "microphone", "control.sock"} {
			if _, err := os.Stat(device(name)); err != nil {
				return errors.Join(err, h.bench.running())
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	listen := free.Addr().String()
	free.Close()
	data := filepath.Join(h.state, "central")
	h.central, err = begin(h.logs, "central", nil, h.program("central"), "serve",
		"--data", data, "--listen", listen, "--kiosk-listen", "127.0.0.1:0", "--public-address", "http://"+listen)
	if err != nil {
		return err
	}
	err = until(ctx, 30*time.Second, 25*time.Millisecond, func() error {
		answer, err := http.Get("http://" + listen + "/open311/v2/services.json")
		if err == nil {
			answer.Body.Close()
		}
		return errors.Join(err, h.central.running())
	})
	if err != nil {
		return err
	}
	return h.configure(ctx, data)
}

func (h *house) configure(ctx context.Context, centralData string) error {
	snippet, err := ask(ctx, h.program("central"), "kiosk", "add", "--data", centralData, "--number", "12", "--name", terminalPlace)
	if err != nil {
		return err
	}
	data := filepath.Join(h.state, "kiosk")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	// A sound card that takes what is played at the pace of a real one, and a
	// microphone that hears what is said at the bench.
	sound := fmt.Sprintf(`pcm.!default {
	type file
	slave.pcm { type null }
	file "|'%s' paced --out /dev/null"
	format raw
}
pcm.bench_microphone {
	type file
	slave.pcm { type null }
	file /dev/null
	infile "%s"
	format raw
}
`, h.program("devbench"), filepath.Join(h.benchDir(), "microphone"))
	if err := os.WriteFile(h.sound(), []byte(sound), 0o644); err != nil {
		return err
	}
	device := func(name string) string { return filepath.Join(h.benchDir(), name) }
	text := fmt.Sprintf(`[terminal]
number = 12
place = %q
data = %q

%s

[panel]
px_per_mm = %d.0
width = %d
height = %d
fullscreen = true

[card]
port = %q
baud = 115200

[printer]
port = %q
baud = 115200
width_mm = 80

[scanner]
port = %q
baud = 9600

[button]
bench = %q

[sound]
output = "alsa"

[microphone]
device = "bench_microphone"

[camera]
bench = %q
`, terminalPlace, data, strings.TrimSpace(snippet), pxPerMM, panelWidth, panelHeight,
		device("card"), device("printer"), device("scanner"), device("button.sock"), device("camera.sock"))
	if err := os.WriteFile(h.config(), []byte(text), 0o600); err != nil {
		return err
	}
	_, err = ask(ctx, h.program("kioskctl"), "queue", "create", "--config", h.config())
	return err
}

// startKiosk starts the terminal as the appliance does.
func (h *house) startKiosk() (*process, error) {
	h.starts++
	h.trace = filepath.Join(h.state, fmt.Sprintf("trace-%d", h.starts))
	env := []string{"DISPLAY=" + h.display, "ALSA_CONFIG_PATH=" + h.sound(), "FYNE_SCALE=1",
		"FYNE_DISABLE_DPI_DETECTION=true", "LANG=zh_CN.UTF-8"}
	return begin(h.logs, "kiosk", env, h.program("kiosk"), "--config", h.config(), "--trace", h.trace)
}

// laidOut is when the terminal had its last screen ready to be drawn.
func (h *house) laidOut() (time.Time, error) {
	v, err := lastView(h.trace)
	return v.At, err
}

// learn is the terminal's warm-up: where it has its targets, and whether all of
// it really runs.
func (h *house) learn(ctx context.Context, kiosk *subject, out string) (places, error) {
	p, err := kiosk.begin()
	if err != nil {
		return places{}, err
	}
	defer p.stop()
	var where places
	view := func(screen string) (v view, err error) {
		err = until(ctx, 30*time.Second, 25*time.Millisecond, func() error {
			v, err = lastView(h.trace)
			if err == nil && v.Screen != screen {
				err = fmt.Errorf("the terminal shows %q instead of %q", v.Screen, screen)
			}
			return errors.Join(err, p.running())
		})
		kiosk.screen.changed = time.Now()
		return v, err
	}
	start, err := view("start")
	if err != nil {
		return places{}, err
	}
	if _, err := kiosk.screen.settled(ctx); err != nil {
		return places{}, err
	}
	if where.wake, err = start.rect("wake"); err != nil {
		return places{}, err
	}
	if where.alone, err = start.rect("bar.help"); err != nil {
		return places{}, err
	}
	if _, _, err := kiosk.screen.tap(ctx, centre(where.wake)); err != nil {
		return places{}, err
	}
	home, err := view("home")
	if err != nil {
		return places{}, err
	}
	if err := where.take(home); err != nil {
		return places{}, err
	}
	if _, _, err := kiosk.screen.tap(ctx, centre(where.tile)); err != nil {
		return places{}, err
	}
	next, err := view("choose")
	if err != nil {
		return places{}, err
	}
	if where.options, err = next.union("tile."); err != nil {
		return places{}, err
	}
	// The doctor asks the running terminal; 0 is "can serve".
	err = until(ctx, 30*time.Second, time.Second, func() error {
		said, err := ask(ctx, h.program("kioskctl"), "doctor", "--config", h.config())
		if err != nil {
			return fmt.Errorf("not all of the terminal runs: %w\n%s", err, said)
		}
		return nil
	})
	if err != nil {
		return places{}, err
	}
	p.stop()
	return where, kiosk.learn(ctx, where, out)
}
