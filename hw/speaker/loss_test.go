package speaker

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"lintai/hw"
	"lintai/kiosk/fault"
)

func TestVolumeGoesInStepsAndStays(t *testing.T) {
	tape := &tape{played: make(chan []float32, 16), volumes: make(chan float64, 16)}
	s, _ := begin(t, Options{Open: func() (Sink, error) { return tape, nil }, synthesise: byLength})
	for _, tt := range []struct {
		set, is int
	}{{50, 50}, {54, 50}, {55, 60}, {-3, 0}, {4, 0}, {1000, 100}, {96, 100}, {30, 30}} {
		s.SetVolume(tt.set)
		if v := <-tape.volumes; v != float64(tt.is)/100 || s.Volume() != tt.is {
			t.Errorf("%d is played at %v, told as %d", tt.set, v, s.Volume())
		}
	}
	for range 2 {
		s.Say("", "x", false)
		if v := <-tape.volumes; v != 0.3 {
			t.Errorf("a sentence at %v", v)
		}
		<-tape.played
	}
}

func TestCardSleepsOnceAllWasPlayed(t *testing.T) {
	tape := &tape{played: make(chan []float32, 16), looks: make(chan struct{}, 16), volumes: make(chan float64, 16)}
	clock := bothClock{rest: make(chan time.Time), asked: &atomic.Int32{}}
	s, healths := begin(t, Options{Open: func() (Sink, error) { return tape, nil }, Clock: clock, synthesise: byLength})
	<-healths
	clock.rest <- time.Time{} // also a card that was never used
	<-tape.looks
	s.Say("", "", false) // an empty sentence: its time is over at once
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
					s.Say("", "x", false)
				}
			}
			if h := <-healths; h.Code != fault.SoundMissing || h.State != hw.Fault {
				t.Fatalf("%+v", h)
			}
			s.Say("", "nobody hears this", false)
			clock.again <- time.Time{}
			clock.again <- time.Time{}
			for h := range healths {
				if h.State == hw.Ready {
					break
				}
			}
			s.Say("", "well again", false)
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
