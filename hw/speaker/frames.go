package speaker

import (
	"encoding/binary"
	"io"
	"math"
	"sync/atomic"
)

// frames turns mono samples into the bytes of stereo frames while they are read,
// so that a sentence is held in memory once.
type frames struct {
	samples []float32
	gain    atomic.Uint32 // the bits of a float32
}

const frameBytes = 8 // two float32

func newFrames(samples []float32, gain float64) *frames {
	f := &frames{samples: samples}
	f.setGain(gain)
	return f
}

// setGain may be called while the frames are read.
func (f *frames) setGain(gain float64) { f.gain.Store(math.Float32bits(float32(gain))) }

func (f *frames) Read(p []byte) (int, error) {
	if len(f.samples) == 0 {
		return 0, io.EOF
	}
	gain := math.Float32frombits(f.gain.Load())
	n := min(len(p)/frameBytes, len(f.samples))
	for i, s := range f.samples[:n] {
		bits := math.Float32bits(s * gain)
		binary.LittleEndian.PutUint32(p[i*frameBytes:], bits)
		binary.LittleEndian.PutUint32(p[i*frameBytes+4:], bits)
	}
	f.samples = f.samples[n:]
	return n * frameBytes, nil
}
