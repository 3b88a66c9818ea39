package microphone

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/hw"
	"lintai/kiosk/fault"
	"lintai/kiosk/request"
)

// says makes ALSA's default capture device one that hears these samples, again and
// again.
func says(t *testing.T, pcm []byte) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "speech.raw")
	if err := os.WriteFile(name, pcm, 0o600); err != nil {
		t.Fatal(err)
	}
	card(t, name)
}

// decoded is a note as a player that is not ours hears it.
func decoded(t *testing.T, n Note) []byte {
	t.Helper()
	cmd := exec.Command("opusdec", "--quiet", "--rate", "16000", "--force-wav", "-", "-")
	cmd.Stdin = bytes.NewReader(n.Data)
	wav, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return wav
}

var never = make(chan struct{})

func TestNoteIsOpusOfTheSameLength(t *testing.T) {
	says(t, bytes.Repeat(tone(440), 3))
	n, err := New(Config{Device: "default"}).Record(t.Context(), never, 3*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	wav := decoded(t, n)
	length := time.Duration(len(wav)-headerBytes) * time.Second / bytesPerSecond
	if n.Type != "audio/ogg" || n.Length != 3*time.Second || length < 2950*time.Millisecond || length > 3050*time.Millisecond {
		t.Errorf("%s of %v, decoded %v", n.Type, n.Length, length)
	}
	if s := share(wav, 440); s < 0.95 {
		t.Errorf("%v of it is 440 Hz", s)
	}
	if len(n.Data) > 20_000 { // 24 kbit/s are 9,000 bytes
		t.Errorf("%d bytes", len(n.Data))
	}
}

func TestStopEndsTheNote(t *testing.T) {
	mouth := lips(t)
	heard := make(chan float64, 100)
	m := New(Config{Device: "default", OnLevel: func(l float64) { heard <- l }})
	stop, got := make(chan struct{}), make(chan Note, 1)
	go func() {
		n, err := m.Record(t.Context(), stop, time.Minute)
		if err != nil {
			t.Error(err)
		}
		got <- n
	}()
	if _, err := mouth.Write(tone(440)); err != nil {
		t.Fatal(err)
	}
	for range 7 {
		<-heard
	}
	close(stop)
	if n := <-got; n.Length < 700*time.Millisecond || n.Length > 30*time.Second || n.Type != TypeOpus {
		t.Errorf("%v, %s", n.Length, n.Type)
	}
	<-m.free
}

func TestSilenceIsToldFromANote(t *testing.T) {
	hum := bytes.Repeat([]byte{0, 1, 3, 1}, SampleRate/2) // an offset of 256, and less than a lobby makes
	for name, pcm := range map[string][]byte{"muted": make([]byte, bytesPerSecond), "an offset": hum} {
		t.Run(name, func(t *testing.T) {
			says(t, pcm)
			n, err := New(Config{Device: "default"}).Record(t.Context(), never, time.Second)
			if hw.FaultOf(err) != fault.NothingHeard || n.Data != nil {
				t.Errorf("%d bytes, %v", len(n.Data), err)
			}
		})
	}
	// One word in a minute is no silence.
	word := append(make([]byte, headerBytes+50*bytesPerSecond), tone(300)[:bytesPerSecond/5]...)
	if (&sound{append(word, make([]byte, 9*bytesPerSecond)...)}).silent() {
		t.Error("a word is taken for silence")
	}
}

func TestStoppedAtOnce(t *testing.T) {
	lips(t)
	stop := make(chan struct{})
	close(stop)
	m := New(Config{Device: "default"})
	if _, err := m.Record(t.Context(), stop, time.Minute); hw.FaultOf(err) != fault.NothingHeard {
		t.Error(err)
	}
	<-m.free
}

func TestEndedVisitGetsNoNote(t *testing.T) {
	mouth := lips(t)
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan float64, 100)
	m := New(Config{Device: "default", OnLevel: func(l float64) { heard <- l }})
	ended := make(chan error, 1)
	go func() {
		n, err := m.Record(ctx, never, time.Minute)
		if n.Data != nil {
			t.Error("a note is left")
		}
		ended <- err
	}()
	if _, err := mouth.Write(tone(440)); err != nil {
		t.Fatal(err)
	}
	<-heard
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-m.free
	// Also while it is being compressed.
	ctx, cancel = context.WithCancel(t.Context())
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	m.config.encoder = script(t, fmt.Sprintf("echo > /proc/%d/fd/%d; exec sleep 60", os.Getpid(), write.Fd()))
	go func() {
		_, _ = read.Read(make([]byte, 1))
		cancel()
	}()
	s := &sound{append(make([]byte, headerBytes), tone(440)...)}
	if n, err := m.keep(ctx, s); !errors.Is(err, context.Canceled) || n.Data != nil || s.wav != nil {
		t.Errorf("%d bytes, %v", len(n.Data), err)
	}
}

func TestLostMicrophoneIsToldByItsFault(t *testing.T) {
	m := New(Config{Device: "default", program: script(t, "head -c 32000 /dev/urandom; echo 'arecord: pcm_read:2221: read error: No such device' >&2; exit 1")})
	if n, err := m.Record(t.Context(), never, time.Minute); hw.FaultOf(err) != fault.Unplugged || n.Data != nil {
		t.Errorf("%d bytes, %v", len(n.Data), err)
	}
}

func TestNoteIsKeptWithoutAnEncoder(t *testing.T) {
	for name, program := range map[string]string{"not installed": "", "fails": "exit 1", "says something else": "echo no sound", "says nothing": "cat >/dev/null"} {
		t.Run(name, func(t *testing.T) {
			says(t, tone(440))
			m := New(Config{Device: "default", encoder: filepath.Join(t.TempDir(), "nothing-here")})
			if program != "" {
				m.config.encoder = script(t, program)
			}
			n, err := m.Record(t.Context(), never, time.Second)
			if err != nil || n.Type != "audio/wav" || n.Length != time.Second || share(n.Data, 440) < 0.99 {
				t.Errorf("%s of %v, %v", n.Type, n.Length, err)
			}
		})
	}
}

func TestLongestNotesFitAnAttachment(t *testing.T) {
	if longestWAV < time.Minute || headerBytes+int(longestWAV/time.Second)*bytesPerSecond > request.MaxAttachment {
		t.Errorf("%v without compression", longestWAV)
	}
	// The longest that a catalogue may ask for, of the hardest sound: two minutes of
	// noise.
	loud := &sound{append(make([]byte, headerBytes), bytes.Repeat([]byte(strings.Repeat("\x00\x40\x00\xc0\x11\x22", 7)), 120*bytesPerSecond/42)...)}
	for i := headerBytes; i+2 <= len(loud.wav); i += 2 {
		v := binary.LittleEndian.Uint16(loud.wav[i:])
		binary.LittleEndian.PutUint16(loud.wav[i:], v^uint16(i*i>>5))
	}
	writeHeader(loud.wav)
	n, err := New(Config{}).keep(t.Context(), loud)
	if err != nil || n.Type != TypeOpus || len(n.Data) > 1<<20 {
		t.Errorf("%d bytes of %s, %v", len(n.Data), n.Type, err)
	}
}

// TestNoteWaitsForAProbe: a resident who begins to speak in the very moment in
// which the microphone is tried is not told that it is broken.
func TestNoteWaitsForAProbe(t *testing.T) {
	says(t, tone(440))
	m := New(Config{Device: "default"})
	<-m.free // as a probe does
	got := make(chan error)
	go func() {
		_, err := m.Record(t.Context(), never, time.Second)
		got <- err
	}()
	m.free <- struct{}{}
	if err := <-got; err != nil {
		t.Error(err)
	}
	<-m.free
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Record(ctx, never, time.Second); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
