package bench_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lintai/hw/emulate/bench"
)

// clock counts how long was waited and lets no time pass.
type clock struct{ waited time.Duration }

func (c *clock) Now() time.Time { return time.Unix(0, 0).Add(c.waited) }
func (c *clock) After(d time.Duration) <-chan time.Time {
	c.waited += d
	fired := make(chan time.Time, 1)
	fired <- c.Now()
	return fired
}

// frames are n stereo frames of one value.
func frames(n int, v float32) []byte {
	var b []byte
	for range 2 * n {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func TestSoundIsTakenAtACardsPace(t *testing.T) {
	name := filepath.Join(t.TempDir(), "voice.wav")
	c := &clock{}
	if err := bench.Pace(t.Context(), bytes.NewReader(frames(3*48000, 0.5)), name, c); err != nil {
		t.Fatal(err)
	}
	if c.waited != 3*time.Second {
		t.Errorf("3 s of sound took %v", c.waited)
	}
	checkWAV(t, name, 3*48000, 16384)
}

func checkWAV(t *testing.T, name string, frames int, value int16) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) != 44+4*frames || string(b[:4]) != "RIFF" || string(b[36:40]) != "data" {
		t.Fatalf("%d bytes beginning with %q", len(b), b[:min(44, len(b))])
	}
	if got := binary.LittleEndian.Uint32(b[40:]); int(got) != 4*frames {
		t.Errorf("the header says %d bytes of samples, there are %d", got, 4*frames)
	}
	if got := binary.LittleEndian.Uint32(b[4:]); int(got) != len(b)-8 {
		t.Errorf("the header says %d bytes, there are %d", got, len(b)-8)
	}
	if got := int16(binary.LittleEndian.Uint16(b[44:])); got != value {
		t.Errorf("the first sample is %d, want %d", got, value)
	}
}

func TestRawSoundIsKeptAsItCame(t *testing.T) {
	name := filepath.Join(t.TempDir(), "voice.raw")
	in := append(frames(5000, -0.25), 1, 2, 3) // and a frame cut short
	if err := bench.Pace(t.Context(), bytes.NewReader(in), name, &clock{}); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, in[:len(in)-3]) {
		t.Fatalf("%d bytes kept of %d (%v)", len(got), len(in), err)
	}
}

// waiting tells when somebody waits for more.
type waiting struct {
	io.Reader
	asked func()
}

func (w waiting) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err == io.EOF {
		w.asked()
		select {}
	}
	return n, err
}

func TestFileIsCompleteWhenItIsStopped(t *testing.T) {
	name := filepath.Join(t.TempDir(), "voice.wav")
	ctx, stop := context.WithCancel(t.Context())
	in := waiting{bytes.NewReader(frames(2*4800, 0.5)), stop}
	if err := bench.Pace(ctx, in, name, &clock{}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	// Up to the last tenth of a second that came whole.
	whole := (len(b) - 44) / 4
	if whole < 4800 {
		t.Fatalf("%d frames kept", whole)
	}
	checkWAV(t, name, whole, 16384)
}
