package speaker

import "math"

// chime is the signal of a call: two tones, a third apart, falling.
func chime() []float32 {
	const length = 0.9
	out := make([]float32, int(length*SampleRate))
	for _, tone := range []struct{ start, hertz float64 }{{0, 880}, {0.35, 698.46}} {
		for i := int(tone.start * SampleRate); i < len(out); i++ {
			t := float64(i)/SampleRate - tone.start
			// A soft beginning, so that the loudspeaker does not click.
			envelope := math.Exp(-5*t) * min(1, t/0.005)
			out[i] += float32(0.4 * envelope * math.Sin(2*math.Pi*tone.hertz*t))
		}
	}
	return out
}
