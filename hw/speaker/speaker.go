package speaker

import (
	"context"
	"errors"
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
	// Volume is from 0 to 1.
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

	mu   sync.Mutex
	next orders

	health hw.Health
	kept   cache
}

// orders is what Run has to do next; the newest sentence replaces the others.
type orders struct {
	chime bool
	hush  bool
	say   *sentence
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
	return &Speaker{options: o, wake: make(chan struct{}, 1)}
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

// Run speaks until the context ends.
func (s *Speaker) Run(ctx context.Context) {
	sink, err := s.options.Open()
	if errors.Is(err, ErrNoSound) {
		s.tell(hw.Absent, fault.None, "")
	} else if err != nil {
		s.tell(hw.Fault, fault.SoundMissing, err.Error())
	} else {
		s.tell(hw.Ready, fault.None, "")
		defer sink.Stop()
	}
	var chimed <-chan time.Time // set while a chime sounds
	var waiting *sentence       // until it is over
	for {
		select {
		case <-ctx.Done():
			return
		case <-chimed:
			chimed = nil
			if waiting != nil {
				s.speak(ctx, sink, *waiting)
				waiting = nil
			}
		case <-s.wake:
			n := s.take()
			if sink == nil {
				continue
			}
			if n.hush {
				waiting = nil
				if chimed == nil {
					sink.Stop()
				}
			}
			if n.chime {
				waiting = nil
				signal := chime()
				s.played(sink.Play(signal, s.options.Volume))
				chimed = s.options.Clock.After(time.Duration(len(signal)) * time.Second / SampleRate)
			}
			switch {
			case n.say == nil:
			case chimed != nil:
				waiting = n.say
			default:
				s.speak(ctx, sink, *n.say)
			}
		}
	}
}

func (s *Speaker) speak(ctx context.Context, sink Sink, what sentence) {
	sink.Stop()
	samples, err := s.sound(ctx, what)
	if err != nil {
		if ctx.Err() == nil {
			s.tell(hw.Fault, fault.SoundMissing, err.Error())
		}
		return
	}
	s.played(sink.Play(samples, s.options.Volume))
}

func (s *Speaker) played(err error) {
	if err != nil {
		s.tell(hw.Fault, fault.SoundMissing, err.Error())
		return
	}
	s.tell(hw.Ready, fault.None, "")
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
