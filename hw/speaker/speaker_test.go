package speaker

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"math"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/speaker/sound"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
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
	o.Spell = func(_ phrase.Locale, text string) (string, string) { return "voice", text }
	o.Volume = 1
	s := New(o)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { s.Run(ctx); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	return s, healths
}

// byLength makes a sound as long as its text, so that a tape tells sentences apart.
func byLength(_ context.Context, _, spelling string, _ bool) (sound.Sound, error) {
	return sound.Sound{Rate: SampleRate, Samples: make([]int16, len(spelling))}, nil
}

func TestTheSentenceWaitsForTheChime(t *testing.T) {
	tape, clock := &tape{played: make(chan []float32, 16)}, handClock{make(chan time.Time), 900 * time.Millisecond}
	s, _ := begin(t, Options{Open: func() (Sink, error) { return tape, nil }, Clock: clock, synthesise: byLength})
	s.Chime()
	if n := len(<-tape.played); n != len(chime()) {
		t.Fatalf("played %d samples", n)
	}
	s.Say(Sentence{Text: "one"})
	s.Say(Sentence{Text: "the last one"})
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
		s.Say(Sentence{Text: "x"})
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
		"card": {Open: func() (Sink, error) { return &tape{err: errors.New("lost")}, nil }, synthesise: byLength},
		"synthesiser": {Open: func() (Sink, error) { return &tape{}, nil }, synthesise: func(context.Context, string, string, bool) (sound.Sound, error) {
			return sound.Sound{}, errors.New("not installed")
		}},
	} {
		s, healths := begin(t, o)
		<-healths // ready
		s.Say(Sentence{Text: "x"})
		if h := <-healths; h.Code != fault.SoundMissing {
			t.Errorf("%s: health %+v", name, h)
		}
	}
}

func TestRecordingsReplaceSentences(t *testing.T) {
	file := func(n int) []byte { return wav(SampleRate, 1, uint32(2*n), make([]int16, n)...) }
	shelves := map[Sentence][][]byte{
		{Key: "home.prompt", Text: "text", Locale: phrase.Chinese}:             {file(100), file(1)},
		{Key: "home.prompt", Text: "text", Locale: phrase.Chinese, Slow: true}: {file(200)},
		{Key: "home.prompt", Text: "text", Locale: phrase.English}:             {file(300)},
		{Key: "broken", Text: "text"}:                                          {[]byte("no"), file(0), file(400)},
		{Key: "all.broken", Text: "text"}:                                      {[]byte("no")},
	}
	tape := &tape{played: make(chan []float32, 16)}
	s, _ := begin(t, Options{
		Open:  func() (Sink, error) { return tape, nil },
		Clips: func(what Sentence) iter.Seq[[]byte] { return slices.Values(shelves[what]) }, synthesise: byLength,
	})
	for _, tt := range []struct {
		what Sentence
		want int
	}{
		{Sentence{Key: "home.prompt", Text: "text", Locale: phrase.Chinese}, 100},
		{Sentence{Key: "home.prompt", Text: "text", Locale: phrase.Chinese, Slow: true}, 200},
		{Sentence{Key: "home.prompt", Text: "text", Locale: phrase.English}, 300},
		{Sentence{Key: "broken", Text: "text"}, 400},
		{Sentence{Key: "all.broken", Text: "text"}, 4},
		{Sentence{Key: "other", Text: "text"}, 4},
		{Sentence{Key: "home.prompt", Text: "another text", Locale: phrase.Chinese}, 12},
	} {
		for range 2 { // the second time it is kept
			s.Say(tt.what)
			if n := len(<-tape.played); n != tt.want {
				t.Errorf("%+v: %d samples, want %d", tt.what, n, tt.want)
			}
		}
	}
}

// A resident hears her note before she sends it; what she is told next ends it, and
// nothing of it stays.
func TestNoteIsPlayedAndForgotten(t *testing.T) {
	tape, clock := &tape{played: make(chan []float32, 16)}, handClock{make(chan time.Time), 900 * time.Millisecond}
	s, healths := begin(t, Options{Open: func() (Sink, error) { return tape, nil }, Clock: clock, synthesise: byLength})
	<-healths
	note := wav(SampleRate, 1, 20, make([]int16, 10)...)
	s.Play(note)
	if n := len(<-tape.played); n != 10 {
		t.Errorf("played %d samples", n)
	}
	s.Play([]byte("no sound"))
	if n := len(<-tape.played); n != 0 {
		t.Errorf("what is no sound has %d samples", n)
	}
	s.Chime()
	<-tape.played
	s.Play(note)
	s.Say(Sentence{Text: "say"})
	clock.after <- time.Time{}
	if n := len(<-tape.played); n != len("say") && n != 10 {
		t.Errorf("played %d samples", n)
	} else if n == 10 { // the worker took the note before the sentence came
		<-tape.played
	}
	if len(s.kept.order) != 1 {
		t.Errorf("%d sounds are kept", len(s.kept.order))
	}
	select {
	case h := <-healths:
		t.Errorf("a note that cannot be read is told as %+v", h)
	default:
	}
}

// The call button must be heard at once, also while a long text is being synthesised.
func TestWhatIsBeingMadeGivesWay(t *testing.T) {
	for name, next := range map[string]func(*Speaker){
		"a sentence": func(s *Speaker) { s.Say(Sentence{Text: "next"}) },
		"a chime":    func(s *Speaker) { s.Chime() },
		"silence":    func(s *Speaker) { s.Hush(); s.Say(Sentence{Text: "next"}) },
	} {
		t.Run(name, func(t *testing.T) {
			tape := &tape{played: make(chan []float32, 16)}
			began, ended := make(chan struct{}, 1), make(chan struct{}, 1)
			s, healths := begin(t, Options{Open: func() (Sink, error) { return tape, nil }, synthesise: func(ctx context.Context, voice, spelling string, slow bool) (sound.Sound, error) {
				if spelling != "a policy" {
					return byLength(ctx, voice, spelling, slow)
				}
				began <- struct{}{}
				<-ctx.Done()
				ended <- struct{}{}
				return sound.Sound{}, ctx.Err()
			}})
			<-healths
			s.Say(Sentence{Text: "a policy"})
			<-began
			next(s)
			<-ended
			if n := len(<-tape.played); n != len("next") && n != len(chime()) {
				t.Errorf("played %d samples", n)
			}
			select {
			case h := <-healths:
				t.Errorf("it is told as %+v", h)
			default:
			}
		})
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
		c.put(Sentence{Text: string(rune('a' + i))}, sound.Sound{Rate: i})
	}
	if _, ok := c.get(Sentence{Text: "a"}); ok || len(c.sound) != cacheSize {
		t.Errorf("%d kept", len(c.sound))
	}
	long := Sentence{Text: "a policy"}
	c.put(long, sound.Sound{Rate: 10, Samples: make([]int16, 10*21)})
	if _, ok := c.get(long); ok {
		t.Error("minutes of sound are kept")
	}
}
