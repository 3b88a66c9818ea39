package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"lintai/deploy/image/guest"
)

// The panel of the test, and where the guest finds central.
const (
	panelWidth, panelHeight = 1280, 800
	centralDoor             = "10.0.2.100:8443"
	place                   = "幸福里社区服务站"
)

// patience is how long one thing may take to follow from another in an emulated machine
// on a busy host. It is generous: the report says how fast.
const patience = 4 * time.Minute

// lobby is all that is there: central, the bench of devices, the machine.
type lobby struct {
	options
	report  *report
	central *process
	bench   *process
	machine *guest.Machine

	port, door string // of central on 127.0.0.1: for people, for terminals
	code       string // that enrols the terminal, once
	known      map[string]image.Point
	turns      []image.Point // of the pages to be confirmed, but the last
	repeated   []string      // what had to be touched again
	pictures   int
	slips      int
	tickets    []string // of the slips that came out whole
	boots      int
	clerks     int    // who have an account at central
	slot       string // that the boot loader chose last
	turn       int    // by how many degrees the panel hangs turned
	glass      bool   // the panel has a touch screen, not QEMU's tablet
	updates    *updates
}

func newLobby(ctx context.Context, o options) (*lobby, error) {
	l := &lobby{options: o, report: newReport(), known: map[string]image.Point{}}
	for _, folder := range []string{"bench", "central"} {
		if err := os.MkdirAll(filepath.Join(o.scratch, folder), 0o700); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *lobby) program(name string) string { return filepath.Join(l.bin, name) }
func (l *lobby) card() string               { return filepath.Join(l.scratch, "card.img") }
func (l *lobby) benchDir() string           { return filepath.Join(l.scratch, "bench") }
func (l *lobby) log(name string) string     { return filepath.Join(l.out, "logs", name+".log") }

func (l *lobby) close() {
	if l.machine != nil {
		l.machine.Cut()
	}
	l.bench.stop()
	l.central.stop()
}

// start has a card with the technician's file in it switched on.
func (l *lobby) start(ctx context.Context) error {
	if err := l.prepare(ctx, technicians); err != nil {
		return err
	}
	if err := l.boot(ctx); err != nil {
		return err
	}
	return l.atStart(ctx, "start")
}

var codeLine = regexp.MustCompile(`(?m)^code = ['"]([^'"]+)['"]`)

// prepare has central and the bench up, and puts a kiosk.toml, made of what central gives
// for terminal 12, into a copy of the image.
func (l *lobby) prepare(ctx context.Context, kiosk func(snippet string) string) error {
	if _, err := ask(ctx, "cp", "--sparse=always", l.image, l.card()); err != nil {
		return err
	}
	// A card is larger than the image; the first start grows the data partition.
	info, err := os.Stat(l.card())
	if err != nil {
		return err
	}
	if err := os.Truncate(l.card(), info.Size()+l.larger()); err != nil {
		return err
	}
	if err := l.startCentral(ctx); err != nil {
		return err
	}
	if l.bench, err = begin(l.log("devbench"), l.program("devbench"), "run", "--dir", l.benchDir()); err != nil {
		return err
	}
	if err := eventually(ctx, time.Minute, func(context.Context) error {
		_, err := os.Stat(filepath.Join(l.benchDir(), "control.sock"))
		return errors.Join(err, l.bench.running())
	}); err != nil {
		return err
	}
	snippet, err := ask(ctx, l.program("central"), "kiosk", "add", "--data", filepath.Join(l.scratch, "central"),
		"--number", "12", "--name", place, "--address", "https://"+centralDoor)
	if err != nil {
		return err
	}
	code := codeLine.FindStringSubmatch(snippet)
	if code == nil {
		return errors.New("central gave no code")
	}
	l.code = code[1]
	file := filepath.Join(l.scratch, "kiosk.toml")
	if err := os.WriteFile(file, []byte(kiosk(snippet)), 0o600); err != nil {
		return err
	}
	if _, err := ask(ctx, "mcopy", "-o", "-i", l.card()+"@@4M", file, "::kiosk.toml"); err != nil {
		return err
	}
	l.report.step("central and the bench are up, kiosk.toml is on the card", "")
	return nil
}

// larger is how much more room a card has than the image. A bundle lies on the data
// partition while it is fetched, beside what residents need.
func (l *lobby) larger() int64 {
	if l.updates != nil {
		return 1 << 30
	}
	return 256 << 20
}

// technicians is the file as a technician fills it in.
func technicians(snippet string) string {
	return fmt.Sprintf(`# Written by deploy/image/boot-test.
[terminal]
number = 12
place = %q
phone = "010-5550 0112"
languages = ["zh-CN", "en"]
data = "/data/kiosk"

%s

[panel]
px_per_mm = 4.0
width = %d
height = %d
rotation = 0
brightness = 100
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

[sound]
output = "alsa"
volume = 60
`, place, strings.TrimSpace(snippet), panelWidth, panelHeight, guest.Port("card"), guest.Port("printer"), guest.Port("scanner"))
}

// freePorts finds two ports of 127.0.0.1 that nobody listens on.
func freePorts() (one, other string, err error) {
	var ports [2]string
	for i := range ports {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", "", err
		}
		defer free.Close() // both at the end, so that they are two
		_, ports[i], _ = net.SplitHostPort(free.Addr().String())
	}
	return ports[0], ports[1], nil
}

// startCentral starts central on the ports that it had before, or on free ones.
func (l *lobby) startCentral(ctx context.Context) (err error) {
	if l.port == "" {
		if l.port, l.door, err = freePorts(); err != nil {
			return err
		}
	}
	l.central, err = begin(l.log("central"), l.program("central"), "serve", "--data", filepath.Join(l.scratch, "central"),
		"--listen", "127.0.0.1:"+l.port, "--kiosk-listen", "127.0.0.1:"+l.door, "--public-address", "http://127.0.0.1:"+l.port)
	if err != nil {
		return err
	}
	return eventually(ctx, 2*time.Minute, func(ctx context.Context) error {
		_, err := l.get(ctx, "/open311/v2/services.json")
		return errors.Join(err, l.central.running())
	})
}

// get fetches what anybody may read of central.
func (l *lobby) get(ctx context.Context, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+l.port+path, nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s", path, answer.Status)
	}
	return string(body), err
}

var (
	slotChosen  = regexp.MustCompile(`lintai: slot ([AB])`)
	kernelBegan = regexp.MustCompile(`Starting kernel`)
)

// boot switches the machine on and waits until the boot loader chose a system.
func (l *lobby) boot(ctx context.Context) error {
	if err := l.switchOn(ctx); err != nil {
		return err
	}
	_, err := l.chosen(ctx, 0)
	return err
}

// switchOn switches the machine on.
func (l *lobby) switchOn(ctx context.Context) error {
	setup, err := l.setup()
	if err != nil {
		return err
	}
	l.boots++
	l.machine, err = guest.Start(ctx, setup)
	return err
}

// setup is the machine of the lobby.
func (l *lobby) setup() (guest.Setup, error) {
	self, err := os.Executable()
	device := func(name string) string { return filepath.Join(l.benchDir(), name) }
	return guest.Setup{
		Name: "guest", Dir: l.scratch, Logs: filepath.Join(l.out, "logs"), Card: l.card(),
		Width: panelWidth, Height: panelHeight, Turn: l.turn, Touchscreen: l.glass, MemoryMiB: 2048,
		Outward: map[string]string{centralDoor: self + " relay 127.0.0.1:" + l.door},
		Cables: map[string]guest.Cable{
			"card": {Path: device("card"), Baud: 115200}, "printer": {Path: device("printer"), Baud: 115200}, "scanner": {Path: device("scanner"), Baud: 9600},
		},
		Neighbour: true,
	}, err
}

// chosen waits until the boot loader chose a system and its kernel began, and tells the
// mark behind that.
func (l *lobby) chosen(ctx context.Context, mark int) (int, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errors.New("the boot loader chose no system"))
	defer cancel()
	slot, mark, err := l.machine.Console.Await(ctx, mark, slotChosen)
	if err != nil {
		return 0, err
	}
	if _, mark, err = l.machine.Console.Await(ctx, mark, kernelBegan); err != nil {
		return 0, err
	}
	l.slot = slot[1]
	l.report.step("system "+slot[1]+" starts", "")
	return mark, nil
}

// atWindow waits until the terminal's window is painted.
func (l *lobby) atWindow(ctx context.Context) error {
	seconds, err := paints(ctx, l.machine)
	if err == nil {
		l.report.measure(fmt.Sprintf("boot_%d_first_painted_s", l.boots), seconds)
	}
	return err
}

// paints waits until a machine has painted something, and tells how many seconds after it
// was switched on that was. To read a picture takes a processor for seconds, which the
// machine needs to start: it is read when something is painted.
func paints(ctx context.Context, machine *guest.Machine) (float64, error) {
	err := eventually(ctx, patience, func(ctx context.Context) error {
		p, err := machine.Picture(ctx)
		if err == nil && !painted(p) {
			err = errors.Join(errors.New("nothing is painted"), machine.Running())
		}
		return err
	})
	return time.Since(machine.Began).Seconds(), err
}

// atStart waits for the screen that everybody meets first.
func (l *lobby) atStart(ctx context.Context, name string) error {
	if err := l.atWindow(ctx); err != nil {
		return err
	}
	if _, err := l.sees(ctx, "触摸屏幕开始"); err != nil {
		return err
	}
	l.report.measure(fmt.Sprintf("boot_%d_start_screen_read_s", l.boots), time.Since(l.machine.Began).Seconds())
	return l.keep(ctx, name)
}

// painted tells a window of the terminal's from text on a console: more than a third of
// the panel has a colour that is not black.
func painted(p *image.RGBA) bool {
	light := 0
	for i := 0; i+4 <= len(p.Pix); i += 4 * 7 {
		if int(p.Pix[i])+int(p.Pix[i+1])+int(p.Pix[i+2]) > 60 {
			light++
		}
	}
	return light*3 > len(p.Pix)/(4*7)
}

// sees waits until words are to be read on the screen.
func (l *lobby) sees(ctx context.Context, words ...string) (places []image.Rectangle, err error) {
	err = eventually(ctx, patience, func(ctx context.Context) error {
		p, err := l.machine.Settled(ctx)
		if err != nil {
			return errors.Join(err, l.machine.Running())
		}
		places, err = guest.Find(ctx, l.scratch, p, words...)
		return err
	})
	return places, err
}

// shows waits until words are to be read on the screen and keeps a picture of it.
func (l *lobby) shows(ctx context.Context, name string, words ...string) error {
	if _, err := l.sees(ctx, words...); err != nil {
		return err
	}
	return l.keep(ctx, name)
}

// touches touches words on the screen. Where they stood once they stand again.
func (l *lobby) touches(ctx context.Context, words string) error {
	at, ok := l.known[words]
	if !ok {
		places, err := l.sees(ctx, words)
		if err != nil {
			return err
		}
		at = places[0].Min.Add(places[0].Max).Div(2)
		l.known[words] = at
	}
	return l.machine.Touch(ctx, at, 0)
}

// keep keeps a picture of the screen.
func (l *lobby) keep(ctx context.Context, name string) error {
	p, err := l.machine.Settled(ctx)
	if err != nil {
		return err
	}
	return l.keepPicture(name, p)
}

func (l *lobby) keepPicture(name string, p *image.RGBA) error {
	l.pictures++
	file := fmt.Sprintf("%02d-%s.png", l.pictures, name)
	l.report.step("picture of "+name, file)
	return guest.Keep(filepath.Join(l.out, file), p)
}

func (l *lobby) keepFailure() {
	if l.machine == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if p, err := l.machine.Picture(ctx); err == nil {
		_ = guest.Keep(filepath.Join(l.out, "failure.png"), p)
	}
}
