package speaker

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"lintai/hw"
	"lintai/kiosk/fault"
)

// Options says where the voice goes and what it is made of.
type Options struct {
	// Open opens the sink: Card or NoSound.
	Open func() (Sink, error)
	// Volume is from 0 to 1; SetVolume changes it.
	Volume float64
	// Pinyin turns a sentence into what espeak-ng reads.
	Pinyin func(text string) string
	// Clips is a folder of recordings, KEY.wav or KEY.slow.wav, that replace the
	// synthesised sentences; empty for none.
	Clips string
	// OnHealth is called with each change, from Run's goroutine.
	OnHealth func(hw.Health)
	// Clock is the system's when nil.
	Clock hw.Clock
	// synthesise replaces espeak-ng in tests.
	synthesise func(ctx context.Context, pinyin string, slow bool) (sound, error)
}

// Speaker is the voice. Say, Chime and Hush return at once and may be called
// from any goroutine.
type Speaker struct {
	options Options
	wake    chan struct{}

	mu     sync.Mutex
	next   orders
	volume int // percent

	health hw.Health
	kept   cache
}

// orders is what Run has to do next; the newest sentence replaces the others.
type orders struct {
	volume bool // it changed
	chime  bool
	hush   bool
	say    *sentence
}

type sentence struct {
	key, text string
	slow      bool
}

// New makes a voice; Run brings it to life.
func New(o Options) *Speaker {
	if o.Clock == nil {
		o.Clock = hw.SystemClock{}
	}
	if o.OnHealth == nil {
		o.OnHealth = func(hw.Health) {}
	}
	if o.synthesise == nil {
		o.synthesise = synthesise
	}
	return &Speaker{options: o, wake: make(chan struct{}, 1), volume: int(math.Round(100 * max(0, min(1, o.Volume))))}
}

// Say speaks a sentence and ends the one before. Key names a recording that may
// replace it.
func (s *Speaker) Say(key, text string, slow bool) {
	s.order(func(n *orders) { n.say, n.hush = &sentence{key, text, slow}, false })
}

// Chime plays the call signal. A sentence said after it follows it.
func (s *Speaker) Chime() { s.order(func(n *orders) { n.chime = true }) }

// Hush ends the sentence.
func (s *Speaker) Hush() { s.order(func(n *orders) { n.say, n.hush = nil, true }) }

// VolumeStep is the step of SetVolume in percent.
const VolumeStep = 10

// SetVolume sets the volume in percent, brought to the nearest step from 0 to 100,
// also of what is sounding. It stays until it is set again: whoever lets a resident
// change it sets it back for the next one.
func (s *Speaker) SetVolume(percent int) {
	percent = (max(0, min(100, percent)) + VolumeStep/2) / VolumeStep * VolumeStep
	s.order(func(n *orders) { s.volume, n.volume = percent, true })
}

// Volume is the volume in percent.
func (s *Speaker) Volume() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.volume
}

// gain is the volume from 0 to 1.
func (s *Speaker) gain() float64 { return float64(s.Volume()) / 100 }

func (s *Speaker) order(change func(*orders)) {
	s.mu.Lock()
	change(&s.next)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Speaker) take() orders {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.next
	s.next = orders{}
	return n
}

const (
	// restAfter is the pause between the end of a sound, or a look whether it
	// ended, and the next look; a card has played its buffer by then.
	restAfter = time.Second
	// restLooks is how often a sound may be found unfinished after its time before
	// the card counts as stuck.
	restLooks = 5
	// openAgain is the pause before a card that is missing or lost is tried again.
	openAgain = 10 * time.Second
)

// output is the sink as Run knows it; only Run touches it.
type output struct {
	sink    Sink             // nil: none
	again   <-chan time.Time // when to open it again, while there is none
	rest    <-chan time.Time // when to look whether it can rest
	looks   int              // looks that found it unfinished
	chimed  <-chan time.Time // set while a chime sounds
	waiting *sentence        // until the chime is over
}

// Run speaks until the context ends.
func (s *Speaker) Run(ctx context.Context) {
	var out output
	s.open(&out)
	defer func() {
		if out.sink != nil {
			out.sink.Stop()
			_, _ = out.sink.Rest()
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-out.again:
			s.open(&out)
		case <-out.rest:
			s.rest(&out)
		case <-out.chimed:
			out.chimed = nil
			if w := out.waiting; w != nil {
				out.waiting = nil
				s.speak(ctx, &out, *w)
			}
		case <-s.wake:
			n := s.take()
			if out.sink != nil {
				s.obey(ctx, &out, n)
			}
		}
	}
}

// open opens the sink, or says what is wrong and tries again later.
func (s *Speaker) open(out *output) {
	out.again = nil
	sink, err := s.options.Open()
	switch {
	case errors.Is(err, ErrNoSound):
		s.tell(hw.Absent, fault.None, "")
	case err != nil:
		s.lose(out, err)
	default:
		out.sink = sink
		out.rest, out.looks = s.options.Clock.After(restAfter), 0
		s.tell(hw.Ready, fault.None, "")
	}
}

// lose gives the sink up.
func (s *Speaker) lose(out *output, err error) {
	if out.sink != nil {
		out.sink.Stop()
		out.sink.GiveUp()
	}
	*out = output{again: s.options.Clock.After(openAgain)}
	s.tell(hw.Fault, fault.SoundMissing, err.Error())
}

func (s *Speaker) rest(out *output) {
	done, err := out.sink.Rest()
	switch {
	case err != nil:
		s.lose(out, err)
	case done:
		out.rest = nil
	default:
		if out.looks++; out.looks == restLooks {
			s.lose(out, errors.New("speaker: the sound card does not take sound"))
			return
		}
		out.rest = s.options.Clock.After(restAfter)
	}
}

func (s *Speaker) obey(ctx context.Context, out *output, n orders) {
	if n.volume {
		out.sink.SetVolume(s.gain())
	}
	if n.hush {
		out.waiting = nil
		if out.chimed == nil {
			out.sink.Stop()
		}
	}
	if n.chime {
		out.waiting = nil
		signal := chime()
		if s.play(out, signal) {
			out.chimed = s.options.Clock.After(playing(signal))
		}
	}
	switch {
	case n.say == nil || out.sink == nil:
	case out.chimed != nil:
		out.waiting = n.say
	default:
		s.speak(ctx, out, *n.say)
	}
}

func (s *Speaker) speak(ctx context.Context, out *output, what sentence) {
	out.sink.Stop()
	samples, err := s.sound(ctx, what)
	if err != nil {
		if ctx.Err() == nil {
			s.tell(hw.Fault, fault.SoundMissing, err.Error())
		}
		return
	}
	s.play(out, samples)
}

func (s *Speaker) play(out *output, samples []float32) bool {
	if err := out.sink.Play(samples, s.gain()); err != nil {
		s.lose(out, err)
		return false
	}
	out.rest, out.looks = s.options.Clock.After(playing(samples)+restAfter), 0
	s.tell(hw.Ready, fault.None, "")
	return true
}

// playing is how long samples sound.
func playing(samples []float32) time.Duration {
	return time.Duration(len(samples)) * time.Second / SampleRate
}

func (s *Speaker) tell(state hw.State, code fault.Code, detail string) {
	now := s.options.Clock.Now()
	if state == hw.Ready {
		s.health.LastOK = now
	}
	if !s.health.Since.IsZero() && s.health.State == state && s.health.Code == code && s.health.Detail == detail {
		return
	}
	entry, _ := fault.Find(code)
	s.health.State, s.health.Code, s.health.Severity, s.health.Detail, s.health.Since = state, code, entry.Severity, detail, now
	s.options.OnHealth(s.health)
}

// clipName keeps a key from leaving the folder of recordings.
var clipName = regexp.MustCompile(`^[a-z0-9_+]+(\.[a-z0-9_+]+)*$`)

// sound is the recording of a sentence, or its synthesis.
func (s *Speaker) sound(ctx context.Context, what sentence) ([]float32, error) {
	if made, ok := s.kept.get(what); ok {
		return render(made), nil
	}
	made, ok := s.recording(what)
	if !ok {
		var err error
		if made, err = s.options.synthesise(ctx, s.options.Pinyin(what.text), what.slow); err != nil {
			return nil, err
		}
	}
	s.kept.put(what, made)
	return render(made), nil
}

// recording reads the recorded clip of a sentence, if there is a good one.
func (s *Speaker) recording(what sentence) (sound, bool) {
	if s.options.Clips == "" || !clipName.MatchString(what.key) {
		return sound{}, false
	}
	names := []string{what.key + ".wav"}
	if what.slow {
		names = []string{what.key + ".slow.wav", what.key + ".wav"}
	}
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(s.options.Clips, name))
		if err != nil {
			continue
		}
		if clip, err := parseWAV(b); err == nil {
			return clip, true
		}
	}
	return sound{}, false
}

// cacheSize bounds the sentences kept: about 300 KB each, and a visit has some
// ten different ones.
const cacheSize = 24

// cache keeps the sound of the sentences used last. Only Run touches it.
type cache struct {
	order []sentence // the oldest first
	sound map[sentence]sound
}

func (c *cache) get(what sentence) (sound, bool) {
	s, ok := c.sound[what]
	return s, ok
}

func (c *cache) put(what sentence, s sound) {
	if c.sound == nil {
		c.sound = map[sentence]sound{}
	}
	if len(c.order) == cacheSize {
		delete(c.sound, c.order[0])
		c.order = c.order[1:]
	}
	c.order = append(c.order, what)
	c.sound[what] = s
}
