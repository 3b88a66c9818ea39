package speaker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// alsa makes ALSA's default device one that writes what is played into a pipe, so
// that the test is the loudspeaker and its clock.
func alsa(t *testing.T) *os.File {
	t.Helper()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	config := filepath.Join(dir, "asound.conf")
	text := fmt.Sprintf("pcm.!default {\n type file\n slave.pcm { type null }\n file %q\n format raw\n}\n", "|cat > '"+pipe+"'")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALSA_CONFIG_PATH", config)
	return out
}

// until reads frames until one is not silent, and returns its value.
func until(t *testing.T, out io.Reader) float32 {
	t.Helper()
	frame := make([]byte, frameBytes)
	for {
		if _, err := io.ReadFull(out, frame); err != nil {
			t.Fatal(err)
		}
		if v := math.Float32frombits(binary.LittleEndian.Uint32(frame)); v != 0 {
			return v
		}
	}
}

func level(n int, v float32) []float32 {
	all := make([]float32, n)
	for i := range all {
		all[i] = v
	}
	return all
}

// Real aplay plays into real ALSA.
func TestProgramPlaysAndIsStopped(t *testing.T) {
	out := alsa(t)
	p, err := openProgram("aplay", errors.New("no oto"))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []float32{0.5, 0.25} {
		if err := p.Play(level(10*SampleRate, v), 0.5); err != nil {
			t.Fatal(err)
		}
		for until(t, out) != v/2 { // what the sound before left in the pipe
		}
		if done, err := p.Rest(); done || err != nil {
			t.Errorf("ten seconds are over at once: %v", err)
		}
	}
	last := p.playing
	p.Stop()
	<-last.ended
	if done, err := p.Rest(); !done || err != nil {
		t.Errorf("stopped: %v, %v", done, err)
	}
}

func TestProgramEndsByItself(t *testing.T) {
	out := alsa(t)
	go func() { _, _ = io.Copy(io.Discard, out) }()
	p, err := openProgram("aplay", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Play(level(100, 1), 1); err != nil {
		t.Fatal(err)
	}
	<-p.playing.ended
	if done, err := p.Rest(); !done || err != nil {
		t.Errorf("%v, %v", done, err)
	}
}

func TestProgramTellsWhatIsWrong(t *testing.T) {
	config := filepath.Join(t.TempDir(), "asound.conf")
	if err := os.WriteFile(config, []byte("# no card\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALSA_CONFIG_PATH", config)
	why := errors.New("oto has no card")
	if _, err := openProgram("aplay", why); !errors.Is(err, why) || !strings.Contains(err.Error(), "audio open error") {
		t.Error(err)
	}
	if _, err := openProgram("aplay-that-nobody-has", why); err != why {
		t.Error(err)
	}
	// A card that is lost between two sounds is told with the next look.
	p := &program{name: "aplay"}
	if err := p.Play(level(100, 1), 1); err != nil {
		t.Fatal(err)
	}
	<-p.playing.ended
	if _, err := p.Rest(); err == nil {
		t.Error("nobody was told")
	}
}

// The context of this process: made once, put to sleep and woken over real ALSA.
// It is the only test that may use it.
func TestOneContextSleepsWakesAndIsGivenUp(t *testing.T) {
	out := alsa(t)
	sink, err := Card()
	if err != nil {
		t.Fatal(err)
	}
	c, ok := sink.(*card)
	if !ok {
		t.Fatalf("the first card is %T", sink)
	}
	stop := make(chan struct{})
	heard := make(chan float32, 1)
	go func() { // the loudspeaker's clock: without it, writes block
		frame := make([]byte, frameBytes)
		last := float32(0)
		for {
			if _, err := io.ReadFull(out, frame); err != nil {
				return
			}
			v := math.Float32frombits(binary.LittleEndian.Uint32(frame))
			if v != 0 && v != last {
				last = v
				select {
				case heard <- v:
				case <-stop:
				}
			}
		}
	}()
	defer close(stop)
	for _, v := range []float32{0.5, 0.25} {
		if err := c.Play(level(SampleRate/2, v), 1); err != nil {
			t.Fatal(err)
		}
		if got := <-heard; got != v {
			t.Errorf("heard %v, want %v", got, v)
		}
		c.Stop()
		if done, err := c.Rest(); !done || err != nil || !c.resting {
			t.Errorf("rest: %v, %v", done, err)
		}
		// Twice in a row, and by another voice of the same process.
		if done, err := c.Rest(); !done || err != nil {
			t.Errorf("rest again: %v, %v", done, err)
		}
	}
	again, err := Card()
	if err != nil || again.(*card).context != c.context {
		t.Errorf("another context: %v", err)
	}
	c.GiveUp()
	if sink, err := Card(); err != nil {
		t.Error(err)
	} else if _, ok := sink.(*program); !ok {
		t.Errorf("after a loss the card is %T", sink)
	}
}
