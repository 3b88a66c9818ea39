package speaker

import (
	"context"
	"errors"
	"iter"
	"math"
	"sync"
	"time"

	"lintai/hw"
	"lintai/hw/speaker/sound"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
)

// Options says where the voice goes and what it is made of.
type Options struct {
	// Open opens the sink: Card or NoSound.
	Open func() (Sink, error)
	// Volume is the configured one, from 0 to 1; SetVolume goes up and down from it.
	Volume float64
	// Spell turns a sentence into what a voice of espeak-ng reads, and names that
	// voice.
	Spell func(locale phrase.Locale, text string) (voice, spelling string)
	// Clips gives the recordings of a sentence as files, the preferred first; the
	// first that can be played replaces the synthesis. Nil for none.
	Clips func(s Sentence) iter.Seq[[]byte]
	// OnHealth is called with each change, from Run's goroutine.
	OnHealth func(hw.Health)
	// Clock is the system's when nil.
	Clock hw.Clock
	// synthesise replaces espeak-ng in tests.
	synthesise func(ctx context.Context, voice, spelling string, slow bool) (sound.Sound, error)
}

// Speaker is the voice. Say, Play, Chime, Hush and SetVolume return at once and may
// be called from any goroutine.
type Speaker struct {
	options Options
	wake    chan struct{}

	mu    sync.Mutex
	next  orders
	steps int // of volume

	health hw.Health
	kept   cache
}

// orders is what Run has to do next; the newest sentence or note replaces the
// others.
type orders struct {
	volume bool // it changed
	chime  bool
	hush   bool
	say    utterance // nil: nothing
}

// utterance is what can be spoken: a Sentence or a note.
type utterance interface{ utterance() }

// Sentence is what the terminal says. It holds nothing of a person.
type Sentence struct {
	Key    string // names the recordings that may replace it
	Text   string
	Slow   bool
	Locale phrase.Locale
}

// note is a voice note, as a file. It is personal: it is never kept.
type note []byte

func (Sentence) utterance() {}
func (note) utterance()     {}

// New makes a voice; Run brings it to life.
func New(o Options) *Speaker {
	if o.Clock == nil {
		o.Clock = hw.SystemClock{}
	}
	if o.OnHealth == nil {
		o.OnHealth = func(hw.Health) {}
	}
	if o.synthesise == nil {
		o.synthesise = sound.Synthesise
	}
	o.Volume = max(0, min(1, o.Volume))
	return &Speaker{options: o, wake: make(chan struct{}, 1)}
}

// Say speaks a sentence and ends what sounds before.
func (s *Speaker) Say(what Sentence) {
	s.order(func(n *orders) { n.say, n.hush = what, false })
}

// Play plays a voice note, given as a file, WAV or Ogg Opus, and ends what sounds
// before. What cannot be read is not played.
func (s *Speaker) Play(file []byte) {
	s.order(func(n *orders) { n.say, n.hush = note(file), false })
}

// Chime plays the call signal. A sentence said after it follows it.
func (s *Speaker) Chime() { s.order(func(n *orders) { n.chime = true }) }

// Hush ends the sentence or the note.
func (s *Speaker) Hush() { s.order(func(n *orders) { n.say, n.hush = nil, true }) }

const (
	// stepDecibels is one step of SetVolume: clearly heard, and no fright.
	stepDecibels = 4
	// mostSteps is how far SetVolume goes in either direction.
	mostSteps = 2
)

// SetVolume goes from -2 to 2 steps from the configured volume, also with what is
// sounding. It stays until it is set again: whoever lets a resident change it sets it
// back for the next one.
func (s *Speaker) SetVolume(steps int) {
	steps = max(-mostSteps, min(mostSteps, steps))
	s.order(func(n *orders) { s.steps, n.volume = steps, true })
}

// volume is what the sink plays at, from 0 to 1. What goes beyond the full volume
// is boost: the next sound is made louder by that, with its peaks held down.
func (s *Speaker) volume() (volume, boost float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wanted := s.options.Volume * math.Pow(10, float64(stepDecibels*s.steps)/20)
	return min(1, wanted), max(1, wanted)
}

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
	waiting utterance        // until the chime is over
	making  *making          // what is on its way to the sink
}

// Run speaks until the context ends.
func (s *Speaker) Run(ctx context.Context) {
	var out output
	s.open(&out)
	defer func() {
		out.making.end()
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
				s.speak(ctx, &out, w)
			}
		case r := <-out.making.result():
			out.making = nil
			s.made(ctx, &out, r)
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
	out.making.end()
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
		volume, _ := s.volume()
		out.sink.SetVolume(volume)
	}
	if n.hush || n.chime {
		out.waiting = nil
		out.making.end()
		out.making = nil
	}
	if n.hush {
		if out.chimed == nil {
			out.sink.Stop()
		}
	}
	if n.chime {
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
		s.speak(ctx, out, n.say)
	}
}

func (s *Speaker) play(out *output, samples []float32) bool {
	volume, _ := s.volume()
	if err := out.sink.Play(samples, volume); err != nil {
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
