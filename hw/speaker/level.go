package speaker

import "math"

const (
	// loudness is the level that every sentence is brought to, as the root mean
	// square of its loud parts (-18 dBFS); synthesised prompts differ by up to
	// 6 dB without it.
	loudness = 0.126
	// ceiling is the highest peak, -1 dBFS.
	ceiling = 0.891
	// blockSize is the length over which loudness is measured: 50 ms.
	blocksPerSecond = 20
)

// render brings a sound to the common level and rate.
func render(s sound) []float32 {
	gain := levelGain(s)
	n := int(int64(len(s.samples)) * SampleRate / int64(s.rate))
	out := make([]float32, n)
	step := float64(s.rate) / SampleRate
	for i := range out {
		// Linear interpolation: what it folds back is far below a lobby's noise.
		at := float64(i) * step
		j := int(at)
		a := float64(s.samples[j])
		b := a
		if j+1 < len(s.samples) {
			b = float64(s.samples[j+1])
		}
		v := gain * (a + (b-a)*(at-float64(j))) / 32768
		out[i] = float32(max(-ceiling, min(ceiling, v)))
	}
	return out
}

// levelGain compares the louder half of the sound's blocks with loudness:
// pauses must not make a sentence louder.
func levelGain(s sound) float64 {
	block := max(1, s.rate/blocksPerSecond)
	var powers []float64
	peak, mean := 0.0, 0.0
	for i := 0; i < len(s.samples); i += block {
		sum, part := 0.0, s.samples[i:min(i+block, len(s.samples))]
		for _, v := range part {
			x := float64(v) / 32768
			sum += x * x
			peak = max(peak, math.Abs(x))
		}
		powers = append(powers, sum/float64(len(part)))
		mean += sum / float64(len(part))
	}
	if peak == 0 {
		return 1
	}
	mean /= float64(len(powers))
	loud, n := 0.0, 0
	for _, p := range powers {
		if p >= mean {
			loud += p
			n++
		}
	}
	gain := loudness / math.Sqrt(loud/float64(n))
	return min(gain, ceiling/peak)
}

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
