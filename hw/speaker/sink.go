package speaker

import "errors"

// SampleRate is the rate of everything that is played, in frames a second.
const SampleRate = 48000

// Sink plays sound: a sound card in a terminal, anything else in a test. It is used
// by one goroutine, and none of its methods waits for long.
type Sink interface {
	// Play ends what is playing and plays mono samples (-1 to 1, SampleRate) at a
	// volume from 0 to 1. It returns at once. The error says that the device is
	// lost: the sink is of no more use.
	Play(samples []float32, volume float64) error
	// SetVolume changes the volume of what is playing.
	SetVolume(volume float64)
	// Stop ends what is playing.
	Stop()
	// Rest tells whether all was played, and if so has the device sleep until the
	// next Play: a card that is fed silence costs one percent of a core. The error
	// is that of Play.
	Rest() (done bool, err error)
	// GiveUp is called when the device was found to be lost, after Stop; the sink
	// is not used again.
	GiveUp()
}

// ErrNoSound is what an opener returns for a terminal that has no speaker at
// all: no fault, just silence.
var ErrNoSound = errors.New("speaker: this terminal has no sound")

// NoSound opens nothing.
func NoSound() (Sink, error) { return nil, ErrNoSound }

// Card opens the sound card: ALSA's default device. The first time that is done
// through oto. A process can have one context of oto in its life, which dies with
// its card and is not to be had without one; a card that comes, or comes back,
// after that is played through aplay.
func Card() (Sink, error) {
	c, err := otoCard()
	if err == nil {
		return c, nil
	}
	return openProgram("aplay", err)
}
