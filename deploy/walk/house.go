package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The terminal of the demonstration.
const (
	terminalNumber = "12"
	terminalPlace  = "幸福里社区服务站"
	terminalPhone  = "010-5550 0112"
)

// house is everything that runs: central, the bench, the terminal.
type house struct {
	bin   string // the programs
	state string // what lives only as long as the house
	logs  string
	// benchAt is the bench's folder; empty is one that lives as long as the house.
	benchAt string
	// benchPage shows the bench as a page of buttons too.
	benchPage bool

	// Of central on 127.0.0.1, kept over its restarts: for staff and phones, and for
	// the terminal.
	port, kioskPort string

	bench   *process
	central *process
	kiosk   *process
}

func (h *house) program(name string) string { return filepath.Join(h.bin, name) }
func (h *house) address() string            { return "http://127.0.0.1:" + h.port }
func (h *house) centralData() string        { return filepath.Join(h.state, "central") }
func (h *house) kioskData() string          { return filepath.Join(h.state, "kiosk") }
func (h *house) content() string            { return filepath.Join(h.state, "content") }
func (h *house) config() string             { return filepath.Join(h.state, "kiosk.toml") }

func (h *house) benchDir() string {
	if h.benchAt != "" {
		return h.benchAt
	}
	return filepath.Join(h.state, "bench")
}

// stop ends all of it, the terminal first.
func (h *house) stop() {
	for _, p := range []*process{h.kiosk, h.central, h.bench} {
		if p != nil {
			p.stop()
		}
	}
}

// running tells the first program that ended although nobody asked it to.
func (h *house) running() error {
	for _, p := range []*process{h.kiosk, h.bench} {
		if p != nil {
			if err := p.running(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *house) startBench(ctx context.Context) (err error) {
	if err := os.MkdirAll(h.benchDir(), 0o700); err != nil {
		return err
	}
	args := []string{"run", "--dir", h.benchDir()}
	if h.benchPage {
		args = append(args, "--page", "127.0.0.1:0")
	}
	h.bench, err = begin(h.logs, "devbench", nil, h.program("devbench"), args...)
	if err != nil {
		return err
	}
	return eventually(ctx, 20*time.Second, func() error {
		for _, name := range []string{"card", "printer", "scanner", "button.sock", "camera.sock", "microphone", "control.sock"} {
			if _, err := os.Stat(filepath.Join(h.benchDir(), name)); err != nil {
				return errors.Join(err, h.bench.running())
			}
		}
		return nil
	})
}

// startCentral starts central on the port that it had before, or on a free one.
func (h *house) startCentral(ctx context.Context) (err error) {
	if h.port == "" {
		if h.port, h.kioskPort, err = freePorts(); err != nil {
			return err
		}
	}
	h.central, err = begin(h.logs, "central", nil, h.program("central"), "serve",
		"--data", h.centralData(), "--listen", "127.0.0.1:"+h.port, "--kiosk-listen", "127.0.0.1:"+h.kioskPort, "--public-address", h.address())
	if err != nil {
		return err
	}
	return eventually(ctx, 30*time.Second, func() error {
		_, err := get(ctx, h.address()+"/open311/v2/services.json")
		return errors.Join(err, h.central.running())
	})
}

// freePorts finds two ports of 127.0.0.1 that nobody listens on, below those that a system
// gives out by itself: central is killed on the way, and nobody is to take them before
// it is back.
func freePorts() (one, other string, err error) {
	var ports []string
	for try := 0; len(ports) < 2; try++ {
		port := strconv.Itoa(firstPort + rand.IntN(lastPort-firstPort))
		free, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil && try < 100 {
			continue
		}
		if err != nil {
			return "", "", err
		}
		defer free.Close() // both at the end, so that they are two
		ports = append(ports, port)
	}
	return ports[0], ports[1], nil
}

// Where Linux gives out ports begins at 32768.
const firstPort, lastPort = 10_000, 32_000

// get fetches a page of central.
func get(ctx context.Context, address string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("GET %s: %s", address, answer.Status)
	}
	return string(body), nil
}

// staffAddress is the one-time address at which the administrator sets her password.
func (h *house) staffAddress(ctx context.Context) (string, error) {
	text, err := ask(ctx, nil, h.program("central"), "key", "--data", h.centralData())
	if err != nil {
		return "", err
	}
	for _, word := range strings.Fields(text) {
		if strings.HasPrefix(word, "http://") || strings.HasPrefix(word, "https://") {
			return word, nil
		}
	}
	return "", fmt.Errorf("central key printed no address: %q", text)
}

// panel is how the terminal is shown.
type panel struct {
	pxPerMM       float64
	width, height int
	fullScreen    bool
}

// lobby is the panel of a real terminal, desk the same in a window that fits a
// monitor.
var (
	lobby = panel{pxPerMM: 4, width: panelWidth, height: panelHeight, fullScreen: true}
	desk  = panel{pxPerMM: 2.22, width: 600, height: 1066}
)

// configure registers the terminal at central and writes its configuration as
// a technician would: central's lines pasted, the devices named.
func (h *house) configure(ctx context.Context, p panel) error {
	snippet, err := ask(ctx, nil, h.program("central"), "kiosk", "add",
		"--data", h.centralData(), "--number", terminalNumber, "--name", terminalPlace)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(h.kioskData(), 0o700); err != nil {
		return err
	}
	if err := writeContent(h.content(), time.Now()); err != nil {
		return err
	}
	if err := os.WriteFile(h.config(), []byte(h.configText(snippet, p)), 0o600); err != nil {
		return err
	}
	// A terminal never makes itself an empty queue: somebody has to say that this
	// is a new one.
	_, err = ask(ctx, nil, h.program("kioskctl"), "queue", "create", "--config", h.config())
	return err
}

// configText is the terminal's file, with the lines that central printed for it.
func (h *house) configText(snippet string, p panel) string {
	device := func(name string) string { return filepath.Join(h.benchDir(), name) }
	return fmt.Sprintf(`# Written by deploy/demo.
[terminal]
number = %s
place = %q
phone = %q
data = %q
content = %q

%s

[panel]
px_per_mm = %.2f
width = %d
height = %d
fullscreen = %v

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
device = %q

[camera]
bench = %q
`, terminalNumber, terminalPlace, terminalPhone, h.kioskData(), h.content(), strings.TrimSpace(snippet),
		p.pxPerMM, p.width, p.height, p.fullScreen,
		device("card"), device("printer"), device("scanner"), device("button.sock"), benchMicrophone, device("camera.sock"))
}

// startKiosk starts the terminal; env places its window and its sound.
func (h *house) startKiosk(env []string, args ...string) (err error) {
	env = append([]string{"FYNE_SCALE=1", "FYNE_DISABLE_DPI_DETECTION=true", "LANG=zh_CN.UTF-8"}, env...)
	h.kiosk, err = begin(h.logs, "kiosk", env, h.program("kiosk"), append([]string{"--config", h.config()}, args...)...)
	return err
}
