package speaker

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"lintai/hw"
	"lintai/kiosk/fault"
)

// wav writes a 16-bit PCM file; length is what its header claims.
func wav(rate, channels int, length uint32, samples ...int16) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*channels*2))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels*2))
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, length)
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

func TestParseWAV(t *testing.T) {
	for name, tt := range map[string]struct {
		file []byte
		want []int16
	}{
		"mono":                 {wav(22050, 1, 4, 5, -6), []int16{5, -6}},
		"endless header":       {wav(22050, 1, 0x7ffff000, 5, -6), []int16{5, -6}},
		"stereo is mixed":      {wav(48000, 2, 8, 10, 20, -4, -8), []int16{15, -6}},
		"odd byte at the end":  {append(wav(22050, 1, 5, 5, -6), 1), []int16{5, -6}},
		"no samples":           {wav(22050, 1, 0), []int16{}},
		"cut before the data":  {wav(22050, 1, 4)[:30], nil},
		"eight bits":           {append(append(wav(22050, 1, 4)[:34], 8, 0), wav(22050, 1, 4)[36:]...), nil},
		"a rate of 0":          {wav(0, 1, 2, 1), nil},
		"something else":       {[]byte("OggS............"), nil},
		"nothing":              {nil, nil},
		"a chunk in front too": {append([]byte("RIFF\x00\x00\x00\x00WAVELIST\x03\x00\x00\x00abc\x00"), wav(22050, 1, 2, 7)[12:]...), []int16{7}},
	} {
		got, err := parseWAV(tt.file)
		if (err == nil) != (tt.want != nil) || len(got.samples) != len(tt.want) {
			t.Errorf("%s: %v, %v", name, got, err)
			continue
		}
		for i := range tt.want {
			if got.samples[i] != tt.want[i] {
				t.Errorf("%s: %v", name, got.samples)
			}
		}
	}
}

func FuzzParseWAV(f *testing.F) {
	f.Add(wav(22050, 1, 4, 5, -6))
	f.Add(wav(48000, 2, 0xffffffff, 5, -6))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := parseWAV(b); err == nil && len(s.samples) < 1<<16 {
			render(s)
		}
	})
}

func TestSentencesComeOutEquallyLoud(t *testing.T) {
	level := func(amplitude float64) float64 {
		s := sound{rate: 22050, samples: make([]int16, 22050)}
		for i := range 11025 { // the other half is silence
			s.samples[i] = int16(amplitude * 32767 * math.Sin(float64(i)/10))
		}
		sum, out := 0.0, render(s)
		if len(out) != SampleRate {
			t.Fatalf("one second has %d frames", len(out))
		}
		for _, v := range out[:SampleRate/2] {
			sum += float64(v) * float64(v)
		}
		return math.Sqrt(sum / (SampleRate / 2))
	}
	for _, amplitude := range []float64{0.01, 0.1, 0.5, 1} {
		if l := level(amplitude); math.Abs(20*math.Log10(l/loudness)) > 1 {
			t.Errorf("amplitude %v comes out at %v, want %v", amplitude, l, loudness)
		}
	}
}

// tape is a Sink that tells what it is asked to do.
type tape struct {
	played chan []float32
	err    error

	volumes  chan float64
	looks    chan struct{} // gets a token for each look, if not nil
	playing  bool          // what Rest tells
	restErr  error
	givenUps atomic.Int32
}

func (r *tape) Play(samples []float32, volume float64) error {
	if r.err != nil {
		return r.err
	}
	if r.volumes != nil {
		r.volumes <- volume
	}
	r.played <- samples
	return nil
}
func (r *tape) Stop()   {}
func (r *tape) GiveUp() { r.givenUps.Add(1) }
func (r *tape) SetVolume(volume float64) {
	if r.volumes != nil {
		r.volumes <- volume
	}
}
func (r *tape) Rest() (bool, error) {
	if r.looks != nil {
		r.looks <- struct{}{}
	}
	return !r.playing, r.restErr
}

// handClock goes on only when told to: the waits of exactly that long end with a
// token, the others never do.
type handClock struct {
	after  chan time.Time
	length time.Duration
}

func (c handClock) Now() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }
func (c handClock) After(d time.Duration) <-chan time.Time {
	if d != c.length {
		return nil
	}
	return c.after
}

func begin(t *testing.T, o Options) (*Speaker, chan hw.Health) {
	t.Helper()
	healths := make(chan hw.Health, 64)
	o.OnHealth = func(h hw.Health) { healths <- h }
	o.Pinyin = func(text string) string { return text }
	o.Volume = 1
	s := New(o)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { s.Run(ctx); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	return s, healths
}

// byLength makes a sound as long as its text, so that a tape tells sentences apart.
func byLength(_ context.Context, pinyin string, _ bool) (sound, error) {
	return sound{rate: SampleRate, samples: make([]int16, len(pinyin))}, nil
}

func TestTheSentenceWaitsForTheChime(t *testing.T) {
	tape, clock := &tape{played: make(chan []float32, 16)}, handClock{make(chan time.Time), 900 * time.Millisecond}
	s, _ := begin(t, Options{Open: func() (Sink, error) { return tape, nil }, Clock: clock, synthesise: byLength})
	s.Chime()
	if n := len(<-tape.played); n != len(chime()) {
		t.Fatalf("played %d samples", n)
	}
	s.Say("", "one", false)
	s.Say("", "the last one", false)
	clock.after <- time.Time{}
	if n := len(<-tape.played); n != len("the last one") {
		// The worker may have taken "one" before the second order came; then the
		// last one still replaces it.
		t.Errorf("played %d samples", n)
	}
}

func TestNoCardIsAFaultAndNoHang(t *testing.T) {
	s, healths := begin(t, Options{Open: func() (Sink, error) { return nil, errors.New("no card") }, synthesise: byLength})
	if h := <-healths; h.Code != fault.SoundMissing || h.State != hw.Fault {
		t.Errorf("health %+v", h)
	}
	for range 100 {
		s.Say("", "x", false)
		s.Chime()
		s.Hush()
	}
	_, silent := begin(t, Options{Open: NoSound})
	if h := <-silent; h.Code != fault.None {
		t.Errorf("a terminal without sound has the fault %q", h.Code)
	}
}

func TestLostCardAndMissingSynthesiserAreFaults(t *testing.T) {
	for name, o := range map[string]Options{
		"card":        {Open: func() (Sink, error) { return &tape{err: errors.New("lost")}, nil }, synthesise: byLength},
		"synthesiser": {Open: func() (Sink, error) { return &tape{}, nil }, synthesise: func(context.Context, string, bool) (sound, error) { return sound{}, errors.New("not installed") }},
	} {
		s, healths := begin(t, o)
		<-healths // ready
		s.Say("", "x", false)
		if h := <-healths; h.Code != fault.SoundMissing {
			t.Errorf("%s: health %+v", name, h)
		}
	}
}

func TestRecordingsReplaceSentences(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, n int) {
		if err := os.WriteFile(filepath.Join(dir, name), wav(SampleRate, 1, uint32(2*n), make([]int16, n)...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("home.prompt.wav", 100)
	write("home.prompt.slow.wav", 200)
	write("broken.wav", 0)
	if err := os.WriteFile(filepath.Join(dir, "broken.wav"), []byte("no"), 0o600); err != nil {
		t.Fatal(err)
	}
	tape := &tape{played: make(chan []float32, 16)}
	s, _ := begin(t, Options{Open: func() (Sink, error) { return tape, nil }, Clips: dir, synthesise: byLength})
	for _, tt := range []struct {
		key  string
		slow bool
		want int
	}{{"home.prompt", false, 100}, {"home.prompt", true, 200}, {"other", false, 4}, {"broken", false, 4}, {"../" + filepath.Base(dir) + "/home.prompt", false, 4}} {
		s.Say(tt.key, "text", tt.slow)
		if n := len(<-tape.played); n != tt.want {
			t.Errorf("%s, slow %v: %d samples", tt.key, tt.slow, n)
		}
	}
}

func TestEspeakSpeaks(t *testing.T) {
	normal, err := synthesise(t.Context(), "qing3 wen4 shen2 me5 huai4 le5", false)
	if err != nil {
		t.Fatal(err)
	}
	slow, err := synthesise(t.Context(), "qing3 wen4 shen2 me5 huai4 le5", true)
	if err != nil {
		t.Fatal(err)
	}
	if len(normal.samples) < normal.rate || len(slow.samples) <= len(normal.samples) {
		t.Errorf("%d samples, slowly %d, at %d Hz", len(normal.samples), len(slow.samples), normal.rate)
	}
	peak := int16(0)
	for _, v := range normal.samples {
		peak = max(peak, v)
	}
	if peak < 1000 {
		t.Errorf("the loudest sample is %d", peak)
	}
}

func TestFrames(t *testing.T) {
	f := newFrames([]float32{0.5, -0.25, 1}, 1)
	var all []byte
	buffer := make([]byte, 19) // two frames and a bit
	for {
		n, err := f.Read(buffer)
		all = append(all, buffer[:n]...)
		if err == io.EOF {
			break
		}
	}
	if len(all) != 3*frameBytes {
		t.Fatalf("%d bytes", len(all))
	}
	for i, want := range []float32{0.5, 0.5, -0.25, -0.25, 1, 1} {
		if got := math.Float32frombits(binary.LittleEndian.Uint32(all[4*i:])); got != want {
			t.Errorf("value %d is %v", i, got)
		}
	}
}

func TestCacheForgetsTheOldest(t *testing.T) {
	var c cache
	for i := range cacheSize + 1 {
		c.put(sentence{text: string(rune('a' + i))}, sound{rate: i})
	}
	if _, ok := c.get(sentence{text: "a"}); ok || len(c.sound) != cacheSize {
		t.Errorf("%d kept", len(c.sound))
	}
}
