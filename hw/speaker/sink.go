package speaker

import "errors"

// SampleRate is the rate of everything that is played, in frames a second.
const SampleRate = 48000

// Sink plays sound: oto in a terminal, anything else in a test.
type Sink interface {
	// Play ends what is playing and plays mono samples (-1 to 1, SampleRate). It
	// returns at once. The error says that the device is lost for good.
	Play(samples []float32, volume float64) error
	// Stop ends what is playing.
	Stop()
}

// ErrNoSound is what an opener returns for a terminal that has no speaker at
// all: no fault, just silence.
var ErrNoSound = errors.New("speaker: this terminal has no sound")

// NoSound opens nothing.
func NoSound() (Sink, error) { return nil, ErrNoSound }
