// Package bench puts a terminal's devices on a desk, all of them made of software.
//
// A Bench is a folder in which the devices appear as they would on a machine: card,
// printer and scanner as serial lines, the call button and the camera behind
// sockets, the microphone as a pipe for ALSA. What hands
// do to them (tap a card, press the button, take the paper out, pull a cable) is
// asked for over control.sock, one JSON object a line in each direction, so that a
// person at a prompt and a script do it in the same way. cmd/devbench is both ends.
package bench

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"

	"lintai/hw/emulate"
	"lintai/hw/printer/dots"
)

// Options says what the devices are like.
type Options struct {
	// Font draws the slips' pictures. Nil draws boxes for characters.
	Font *dots.Font
	// PaperMM is 80 or 58; a 58 mm printer has no cutter. 0 is 80.
	PaperMM int
	// Scanner is "line" or "gm65"; empty is "line".
	Scanner string
}

// The devices of a bench, as they are named in commands and in its folder.
const (
	Card    = "card"
	Printer = "printer"
	Scanner = "scanner"
	Button  = "button"
	// Presence is the sensor that sees somebody before the terminal.
	Presence = "presence"
	// Microphone is a pipe that ALSA's file plugin reads: see emulate.Microphone.
	Microphone = "microphone"
	Camera     = "camera"
)

// Devices lists them in the order in which they are shown.
var Devices = []string{Card, NFC, Printer, Scanner, Button, Presence, Microphone, Camera}

// plug is a cable that can be pulled.
type plug interface {
	Plug() error
	Unplug() error
	Plugged() bool
}

// codeScanner is a scanner of either kind.
type codeScanner interface {
	emulate.Device
	Scan(code string) error
}

// Bench is a running bench.
type Bench struct {
	dir     string
	font    *dots.Font
	reader  *emulate.Reader
	tags    *emulate.NFC
	scanner codeScanner
	printer *emulate.Printer
	button  *emulate.Button
	sensor  *emulate.Button // of presence: a contact like the button's
	mouth   *emulate.Microphone
	camera  *emulate.Camera
	plugs   map[string]plug
	lines   []*emulate.Line
	knobs   emulate.PrinterKnobs // as the printer was bought

	listener net.Listener
	mu       sync.Mutex
	conns    map[net.Conn]bool
	carded   bool           // a card lies on the reader
	spells   map[string]int // device → faults begun and ended
	closing  chan struct{}
	running  sync.WaitGroup
}

// Start sets up a bench in a folder, which is made if it is not there. Close ends
// it.
func Start(dir string, o Options) (*Bench, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	if conn, err := net.Dial("unix", ControlSocket(dir)); err == nil {
		conn.Close()
		return nil, fmt.Errorf("bench: another bench runs in %s", dir)
	}
	width, knobs := 576, emulate.PrinterKnobs{}
	switch o.PaperMM {
	case 0, 80:
	case 58:
		width, knobs.NoCutter = 384, true
	default:
		return nil, fmt.Errorf("bench: paper of %d mm; there are 58 and 80", o.PaperMM)
	}
	var codes codeScanner = emulate.NewScanner("\r\n")
	switch o.Scanner {
	case "", "line":
	case "gm65":
		codes = emulate.NewGM65("\r\n")
	default:
		return nil, fmt.Errorf("bench: a scanner in mode %q; there are line and gm65", o.Scanner)
	}
	b := &Bench{dir: dir, font: o.Font, conns: map[net.Conn]bool{}, closing: make(chan struct{}),
		reader: emulate.NewReader(0), tags: emulate.NewNFC(), scanner: codes, printer: emulate.NewPrinter(width),
		plugs: map[string]plug{}, knobs: knobs, spells: map[string]int{}}
	b.printer.SetKnobs(knobs)
	if err := b.setUp(); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func (b *Bench) setUp() error {
	for _, d := range []struct {
		name   string
		device emulate.Device
	}{{Card, b.reader}, {NFC, b.tags}, {Printer, b.printer}, {Scanner, b.scanner}} {
		line, err := emulate.NewLine(filepath.Join(b.dir, d.name), d.device)
		if err != nil {
			return err
		}
		b.lines = append(b.lines, line)
		b.plugs[d.name] = line
	}
	button, err := emulate.NewButton(filepath.Join(b.dir, "button.sock"))
	if err != nil {
		return err
	}
	b.button, b.plugs[Button] = button, button
	sensor, err := emulate.NewButton(filepath.Join(b.dir, "presence.sock"))
	if err != nil {
		return err
	}
	b.sensor, b.plugs[Presence] = sensor, sensor
	mouth, err := emulate.NewMicrophone(filepath.Join(b.dir, Microphone))
	if err != nil {
		return err
	}
	b.mouth, b.plugs[Microphone] = mouth, mouth
	camera, err := emulate.NewCamera(filepath.Join(b.dir, "camera.sock"))
	if err != nil {
		return err
	}
	b.camera, b.plugs[Camera] = camera, camera
	// The control socket comes last: who sees it finds everything else.
	control := ControlSocket(b.dir)
	if err := os.Remove(control); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("bench: %w", err)
	}
	if b.listener, err = net.Listen("unix", control); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	b.running.Go(b.accept)
	return nil
}

// ControlSocket is where a bench in dir listens.
func ControlSocket(dir string) string { return filepath.Join(dir, "control.sock") }

// Close pulls every cable and ends the bench.
func (b *Bench) Close() {
	close(b.closing)
	if b.listener != nil {
		b.listener.Close()
	}
	b.mu.Lock()
	for c := range b.conns {
		c.Close()
	}
	b.mu.Unlock()
	// The printer goes before its line: it wakes whoever waits for a slip.
	b.printer.Close()
	b.running.Wait()
	for _, l := range b.lines {
		l.Close()
	}
	if b.button != nil {
		b.button.Close()
	}
	if b.sensor != nil {
		b.sensor.Close()
	}
	if b.mouth != nil {
		b.mouth.Close()
	}
	if b.camera != nil {
		b.camera.Close()
	}
}
