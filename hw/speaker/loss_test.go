package speaker

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/speaker/sound"
	"lintai/kiosk/fault"
)

func TestVolumeGoesInStepsAndStays(t *testing.T) {
	tape := &tape{played: make(chan []float32, 16), volumes: make(chan float64, 16)}
	s, _ := begin(t, Options{Open: func() (Sink, error) { return tape, nil }, synthesise: func(context.Context, string, string, bool) (sound.Sound, error) {
		made := sound.Sound{Rate: SampleRate, Samples: make([]int16, SampleRate)}
		for i := range made.Samples {
			made.Samples[i] = int16(3000 * math.Sin(float64(i)/10))
		}
		return made, nil
	}})
	s.options.Volume = 0.8
	before := 0.0
	for _, steps := range []int{-2, -1, 0, 1, 2, 3} {
		s.SetVolume(steps)
		if v := <-tape.volumes; v > 1 {
			t.Errorf("%d: the sounding sentence is played at %v", steps, v)
		}
		for range 2 { // it stays
			s.Say(Sentence{Text: "x"})
			volume := <-tape.volumes
			power := 0.0
			for _, v := range <-tape.played {
				v := float64(v) * volume
				if math.Abs(v) > 1 {
					t.Fatalf("%d: a sample of %v", steps, v)
				}
				power += v * v
			}
			level := 10 * math.Log10(power/SampleRate)
			if want := -18 + 20*math.Log10(0.8) + 4*float64(min(steps, 2)); math.Abs(level-want) > 0.5 {
				t.Errorf("%d steps sound at %.1f dB, want %.1f; the step before %.1f", steps, level, want, before)
			}
			before = level
		}
	}
}

func TestCardSleepsOnceAllWasPlayed(t *testing.T) {
	tape := &tape{played: make(chan []float32, 16), looks: make(chan struct{}, 16), volumes: make(chan float64, 16)}
	clock := bothClock{rest: make(chan time.Time), asked: &atomic.Int32{}}
	s, healths := begin(t, Options{Open: func() (Sink, error) { return tape, nil }, Clock: clock, synthesise: byLength})
	<-healths
	clock.rest <- time.Time{} // also a card that was never used
	<-tape.looks
	s.Say(Sentence{Text: ""}) // an empty sentence: its time is over at once
	<-tape.played
	<-tape.volumes
	clock.rest <- time.Time{}
	<-tape.looks
	s.SetVolume(10)
	<-tape.volumes // the look is over by now
	if n := clock.asked.Load(); n != 2 {
		t.Errorf("a sleeping card is looked at: %d waits for two looks", n)
	}
}

func TestLostCardIsOpenedAgain(t *testing.T) {
	for name, first := range map[string]*tape{
		"not there at first":   nil,
		"lost while it played": {err: errors.New("lost")},
		"lost while it rested": {restErr: errors.New("lost")},
	} {
		t.Run(name, func(t *testing.T) {
			second := &tape{played: make(chan []float32, 16)}
			opens := 0
			clock := bothClock{rest: make(chan time.Time), again: make(chan time.Time)}
			s, healths := begin(t, Options{Clock: clock, synthesise: byLength, Open: func() (Sink, error) {
				opens++
				switch {
				case opens == 1 && first != nil:
					return first, nil
				case opens < 3:
					return nil, errors.New("no card")
				}
				return second, nil
			}})
			if first != nil {
				if h := <-healths; h.State != hw.Ready {
					t.Fatalf("%+v", h)
				}
				if first.restErr != nil {
					clock.rest <- time.Time{}
				} else {
					s.Say(Sentence{Text: "x"})
				}
			}
			if h := <-healths; h.Code != fault.SoundMissing || h.State != hw.Fault {
				t.Fatalf("%+v", h)
			}
			s.Say(Sentence{Text: "nobody hears this"})
			clock.again <- time.Time{}
			clock.again <- time.Time{}
			for h := range healths {
				if h.State == hw.Ready {
					break
				}
			}
			s.Say(Sentence{Text: "well again"})
			if n := len(<-second.played); n != len("well again") {
				t.Errorf("played %d samples", n)
			}
			if first != nil && first.givenUps.Load() != 1 {
				t.Errorf("given up %d times", first.givenUps.Load())
			}
		})
	}
}

func TestStuckCardIsAFault(t *testing.T) {
	tape, clock := &tape{played: make(chan []float32, 16), playing: true}, handClock{make(chan time.Time), restAfter}
	_, healths := begin(t, Options{Open: func() (Sink, error) { return tape, nil }, Clock: clock, synthesise: byLength})
	<-healths
	for range restLooks {
		clock.after <- time.Time{}
	}
	if h := <-healths; h.Code != fault.SoundMissing || tape.givenUps.Load() != 1 {
		t.Errorf("%+v", h)
	}
}

// bothClock tells the waits for rest from those for another opening.
type bothClock struct {
	rest, again chan time.Time
	asked       *atomic.Int32 // counts the waits for rest, if not nil
}

func (bothClock) Now() time.Time { return time.Unix(1e9, 0) }
func (c bothClock) After(d time.Duration) <-chan time.Time {
	switch d {
	case restAfter:
		if c.asked != nil {
			c.asked.Add(1)
		}
		return c.rest
	case openAgain:
		return c.again
	}
	return nil
}
