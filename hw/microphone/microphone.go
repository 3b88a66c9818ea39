package microphone

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"lintai/hw"
	"lintai/kiosk/fault"
)

// Config says which microphone.
type Config struct {
	// Device is ALSA's name of it, such as "default" or "plughw:CARD=USB".
	Device string
	// OnLevel, if not nil, gets a level from 0 to 1 for each tenth of a second
	// of a note, from the note's goroutine. It should return soon.
	OnLevel func(level float64)

	// program and encoder replace arecord and opusenc in tests.
	program, encoder string
}

const (
	// probeLimit bounds a probe, which takes some milliseconds.
	probeLimit = 3 * time.Second
	// silence is how long a microphone may deliver nothing before it counts as
	// lost; a working one delivers zeros eight times a second.
	silence = 2 * time.Second
	// endLimit is the moment in which arecord has to end when asked.
	endLimit = time.Second
)

// ErrBusy is what Record returns while another note is being recorded.
var ErrBusy error = &hw.Error{Code: fault.PortBusy, Text: "microphone: already recording"}

// Microphone is the microphone, whether it is there or not.
type Microphone struct {
	config Config
	// idle holds a token while no note is recorded.
	idle chan struct{}
	// free holds a token while nobody uses the device: ALSA's devices open once.
	free chan struct{}
}

// New makes a microphone.
func New(c Config) *Microphone {
	if c.program == "" {
		c.program = "arecord"
	}
	if c.encoder == "" {
		c.encoder = "opusenc"
	}
	m := &Microphone{config: c, idle: make(chan struct{}, 1), free: make(chan struct{}, 1)}
	m.idle <- struct{}{}
	m.free <- struct{}{}
	return m
}

// Open is the hw.Opener for hw/supervise.
func (m *Microphone) Open(ctx context.Context, _ func(hw.Report)) (hw.Device, error) {
	d := &opening{microphone: m, done: make(chan struct{})}
	// Tried here, so that a missing microphone is absent and not three misses.
	if _, err := d.Probe(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

type opening struct {
	microphone *Microphone
	done       chan struct{} // never closed: the next probe tells
}

// Probe takes one sample. While a note is recorded that is proof enough.
func (d *opening) Probe(ctx context.Context) (hw.Report, error) {
	m := d.microphone
	select {
	case <-m.free:
	default:
		return hw.Report{}, nil
	}
	defer func() { m.free <- struct{}{} }()
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	cmd, complaint := m.command(ctx, "-s", "1", os.DevNull)
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return hw.Report{}, &hw.Error{Code: fault.NoAnswer, Text: "microphone: " + m.config.Device + " does not open"}
		}
		return hw.Report{}, m.failed(err, complaint)
	}
	return hw.Report{Detail: m.kept()}, nil
}

// kept says how notes are kept, for a technician.
func (m *Microphone) kept() string {
	if m.encodes() {
		return TypeOpus
	}
	return TypeWAV + ", 65 s (opus-tools)"
}

func (d *opening) Done() <-chan struct{} { return d.done }
func (d *opening) Err() error            { return nil }
func (d *opening) Close() error          { return nil }

// command prepares arecord. The context kills it.
func (m *Microphone) command(ctx context.Context, rest ...string) (*exec.Cmd, *bytes.Buffer) {
	arguments := []string{"-q", "-D", m.config.Device, "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", strconv.Itoa(SampleRate)}
	cmd := exec.CommandContext(ctx, m.config.program, append(arguments, rest...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.WaitDelay = endLimit
	complaint := &bytes.Buffer{}
	cmd.Stderr = complaint
	return cmd, complaint
}

// failed finds the published fault for an arecord that ended by itself.
func (m *Microphone) failed(err error, complaint *bytes.Buffer) error {
	if errors.Is(err, exec.ErrNotFound) {
		return &hw.Error{Code: fault.DeviceFailed, Text: "microphone: arecord is not installed (Debian package alsa-utils)"}
	}
	text := lastLine(complaint.String())
	code := fault.DeviceFailed
	for says, means := range map[string]fault.Code{
		"No such file or directory": fault.Unplugged, "No such device": fault.Unplugged, "Unknown PCM": fault.Unplugged,
		"Device or resource busy": fault.PortBusy,
	} {
		if strings.Contains(text, says) {
			code = means
		}
	}
	if text == "" {
		text = fmt.Sprintf("arecord ended by itself (%v)", err)
	}
	return &hw.Error{Code: code, Text: fmt.Sprintf("microphone: %s: %s", m.config.Device, text)}
}

// lastLine is the last thing that arecord complained about, cut to a sane length.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	line := lines[len(lines)-1]
	return strings.ToValidUTF8(line[:min(len(line), 200)], "")
}
