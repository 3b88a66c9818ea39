package microphone

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
)

// tone is a second of a sine, as the microphone hears it.
func tone(hertz float64) []byte {
	var b []byte
	for i := range SampleRate {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(10000*math.Sin(2*math.Pi*hertz*float64(i)/SampleRate))))
	}
	return b
}

// card makes ALSA's default capture device one that hears a file.
func card(t *testing.T, infile string) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "asound.conf")
	text := fmt.Sprintf("pcm.!default {\n type file\n slave.pcm { type null }\n file /dev/null\n infile %q\n format raw\n}\n", infile)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALSA_CONFIG_PATH", config)
}

// lips is a card that hears what the test writes, and nothing until then.
func lips(t *testing.T) *os.File {
	t.Helper()
	name := filepath.Join(t.TempDir(), "lips")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	// Reading and writing, so that neither end waits for the other to open it.
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	card(t, name)
	return f
}

// share is how much of a WAV file's power is one frequency.
func share(file []byte, hertz float64) float64 {
	var power, re, im float64
	samples := file[headerBytes:]
	n := len(samples) / 2
	for i := range n {
		v := float64(int16(binary.LittleEndian.Uint16(samples[2*i:])))
		angle := 2 * math.Pi * hertz * float64(i) / SampleRate
		power, re, im = power+v*v, re+v*math.Cos(angle), im+v*math.Sin(angle)
	}
	return 2 * (re*re + im*im) / (float64(n) * power)
}

func TestNoteHoldsWhatWasHeard(t *testing.T) {
	name := filepath.Join(t.TempDir(), "tone.raw")
	if err := os.WriteFile(name, tone(440), 0o600); err != nil {
		t.Fatal(err)
	}
	card(t, name)
	levels := make(chan float64, 100)
	m := New(Config{Device: "default", OnLevel: func(l float64) { levels <- l }})
	r, err := m.begin(t.Context(), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	<-r.ended // the limit ends it
	note, err := r.finish()
	if err != nil {
		t.Fatal(err)
	}
	if note.length() != time.Second || share(note.wav, 440) < 0.99 || share(note.wav, 500) > 0.01 {
		t.Errorf("%v, %v of it 440 Hz", note.length(), share(note.wav, 440))
	}
	// A player that is not ours reads the file as a second of mono.
	out, err := exec.Command("aplay", "-q", writeFile(t, note.wav)).CombinedOutput()
	if err != nil {
		t.Errorf("aplay: %v %s", err, out)
	}
	if len(levels) != 10 {
		t.Errorf("%d levels", len(levels))
	}
	for range len(levels) {
		if l := <-levels; math.Abs(l-0.78) > 0.02 { // -13.3 dB of -60
			t.Errorf("level %v", l)
		}
	}
	kept := note.wav[:cap(note.wav)]
	note.erase()
	note.erase()
	if len(bytes.Trim(kept, "\x00")) != 0 || note.wav != nil || note.length() != 0 {
		t.Error("the note was not erased")
	}
}

func writeFile(t *testing.T, b []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "note.wav")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestStopKeepsTheNoteAndFreesTheMicrophone(t *testing.T) {
	mouth := lips(t)
	heard := make(chan float64, 100)
	m := New(Config{Device: "default", OnLevel: func(l float64) { heard <- l }})
	for range 3 {
		r, err := m.begin(t.Context(), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.begin(t.Context(), time.Minute); !errors.Is(err, ErrBusy) {
			t.Errorf("a second note: %v", err)
		}
		if report, err := (&opening{microphone: m}).Probe(t.Context()); err != nil || report != (hw.Report{}) {
			t.Errorf("probe while a note is recorded: %+v, %v", report, err)
		}
		if _, err := mouth.Write(tone(440)); err != nil {
			t.Fatal(err)
		}
		for range 7 {
			<-heard
		}
		note, err := r.finish()
		if err != nil || note.length() < 700*time.Millisecond || share(note.wav[:headerBytes+22400], 440) < 0.9 {
			t.Errorf("%v, %v", note.length(), err)
		}
		note.erase()
		for len(heard) > 0 {
			<-heard
		}
	}
}

func TestEndedVisitErasesTheNote(t *testing.T) {
	mouth := lips(t)
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan float64, 100)
	r, err := New(Config{Device: "default", OnLevel: func(l float64) { heard <- l }}).begin(ctx, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mouth.Write(tone(440)); err != nil {
		t.Fatal(err)
	}
	<-heard
	cancel()
	<-r.ended
	if note, err := r.finish(); !errors.Is(err, context.Canceled) || note.wav != nil {
		t.Errorf("%d bytes, %v", len(note.wav), err)
	}
}

// script is a program in arecord's place.
func script(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "arecord")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestLostMicrophoneIsAFaultAndNoHang(t *testing.T) {
	for name, tt := range map[string]struct {
		program string
		want    fault.Code
		bytes   int
	}{
		"pulled out":    {"head -c 3201 /dev/zero; echo 'arecord: pcm_read:2221: read error: No such device' >&2; exit 1", fault.Unplugged, 3200},
		"never there":   {"echo 'arecord: main:831: audio open error: No such file or directory' >&2; exit 1", fault.Unplugged, 0},
		"in use":        {"echo 'arecord: main:831: audio open error: Device or resource busy' >&2; exit 1", fault.PortBusy, 0},
		"silent":        {"head -c 320 /dev/zero; exec sleep 60", fault.NoAnswer, 320},
		"deaf to us":    {"trap '' INT; head -c 320 /dev/zero; exec sleep 60", fault.NoAnswer, 320},
		"ends for fun":  {"exit 0", fault.DeviceFailed, 0},
		"says too much": {"head -c 100000 /dev/zero | tr '\\0' 'x' >&2; exit 3", fault.DeviceFailed, 0},
	} {
		t.Run(name, func(t *testing.T) {
			// Written before any of them runs: a program that a child of another
			// test still holds open for writing cannot be started.
			m := New(Config{Device: "default", program: script(t, tt.program)})
			t.Parallel()
			r, err := m.begin(t.Context(), time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			<-r.ended
			note, err := r.finish()
			if hw.FaultOf(err) != tt.want || len(note.wav) != headerBytes+tt.bytes || len(err.Error()) > 300 {
				t.Errorf("%d bytes, %v", len(note.wav), err)
			}
			<-m.free // the device can be used again
		})
	}
}

func TestMissingProgramIsToldApart(t *testing.T) {
	m := New(Config{Device: "default", program: filepath.Join(t.TempDir(), "nothing-here")})
	if _, err := m.begin(t.Context(), time.Minute); hw.FaultOf(err) != fault.DeviceFailed {
		t.Error(err)
	}
	m.config.program = "arecord-that-nobody-has"
	if _, err := m.begin(t.Context(), time.Minute); hw.FaultOf(err) != fault.DeviceFailed || !strings.Contains(err.Error(), "alsa-utils") {
		t.Error(err)
	}
}

// noClock never lets a wait end.
type noClock struct{}

func (noClock) Now() time.Time                       { return time.Unix(1e9, 0) }
func (noClock) After(time.Duration) <-chan time.Time { return nil }

func TestHealth(t *testing.T) {
	for name, tt := range map[string]struct {
		device string
		state  hw.State
		code   fault.Code
	}{
		"there":     {"default", hw.Ready, fault.None},
		"not there": {"plughw:CARD=Nobody", hw.Absent, fault.Unplugged},
	} {
		t.Run(name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "tone.raw")
			if err := os.WriteFile(name, tone(440), 0o600); err != nil {
				t.Fatal(err)
			}
			card(t, name)
			healths := make(chan hw.Health, 16)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			s := supervise.New(supervise.Config{Open: New(Config{Device: tt.device}).Open, Clock: noClock{}, OnHealth: func(h hw.Health) { healths <- h }})
			go func() { s.Run(ctx); close(ended) }()
			defer func() { cancel(); <-ended }()
			for h := range healths {
				if h.State == hw.Opening || h.State == hw.Probing {
					continue
				}
				if h.State != tt.state || h.Code != tt.code {
					t.Errorf("%+v", h)
				}
				return
			}
		})
	}
}

func TestLevel(t *testing.T) {
	loud := bytes.Repeat([]byte{0xff, 0x7f, 0x01, 0x80}, 100)
	for _, tt := range []struct {
		pcm       []byte
		low, high float64
	}{{nil, 0, 0}, {make([]byte, 200), 0, 0}, {[]byte{1}, 0, 0}, {bytes.Repeat([]byte{1, 0}, 99), 0, 0}, {loud, 0.999, 1}, {bytes.Repeat([]byte{0, 0x40}, 9), 0, 0}} {
		if l := level(tt.pcm); l < tt.low || l > tt.high {
			t.Errorf("level %v, want %v to %v", l, tt.low, tt.high)
		}
	}
}

func FuzzTake(f *testing.F) {
	f.Add([]byte{1, 2, 3}, 7)
	f.Fuzz(func(t *testing.T, pcm []byte, limit int) {
		if limit < 0 || limit > 1<<16 || len(pcm) > 1<<15 {
			return
		}
		out, in, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		go func() {
			_, _ = in.Write(pcm)
			in.Close()
		}()
		k := &take{out: out, file: make([]byte, headerBytes, headerBytes+limit&^1), onLevel: func(l float64) {
			if !(l >= 0 && l <= 1) {
				t.Errorf("level %v", l)
			}
		}}
		if err := k.read(t.Context()); err != nil && err != io.EOF {
			t.Fatal(err)
		}
		want := pcm[:min(len(pcm), limit&^1)&^1]
		writeHeader(k.file)
		if !bytes.Equal(k.file[headerBytes:], want) || (&sound{k.file}).length() != time.Duration(len(want))*time.Second/bytesPerSecond {
			t.Errorf("%d bytes kept of %d, limit %d", len(k.file)-headerBytes, len(pcm), limit)
		}
	})
}
