package sound

import "math"

const (
	// loudness is the level that every sound is brought to, as the root mean square
	// of its loud parts (-18 dBFS); synthesised prompts differ by up to 6 dB without
	// it.
	loudness = 0.126
	// ceiling is the highest peak, -1 dBFS.
	ceiling = 0.891
	// blocksPerSecond is the inverse of the length over which loudness is measured,
	// 50 ms.
	blocksPerSecond = 20
	// mostGain is the most that a faint sound is raised by, 30 dB: beyond, it is
	// noise.
	mostGain = 31.6
)

// Render brings a sound to the common loudness, times boost, and to a rate. No
// sample exceeds the ceiling: loud moments are turned down smoothly instead of cut.
func Render(s Sound, rate int, boost float64) []float32 {
	gain := levelGain(s) * boost / 32768
	n := int(int64(len(s.Samples)) * int64(rate) / int64(max(s.Rate, 1)))
	out := make([]float32, n)
	step := float64(s.Rate) / float64(rate)
	for i := range out {
		// Linear interpolation: what it folds back is far below a lobby's noise.
		at := float64(i) * step
		j := min(int(at), len(s.Samples)-1)
		a := float64(s.Samples[j])
		b := a
		if j+1 < len(s.Samples) {
			b = float64(s.Samples[j+1])
		}
		out[i] = float32(gain * (a + (b-a)*(at-float64(j))))
	}
	limit(out, rate/200)
	return out
}

// Level brings a sound to the common loudness.
func Level(s Sound) Sound {
	rendered := Render(s, s.Rate, 1)
	leveled := Sound{Rate: s.Rate, Samples: make([]int16, len(rendered))}
	for i, v := range rendered {
		leveled.Samples[i] = int16(math.Round(float64(v) * 32767))
	}
	return leveled
}

// levelGain compares the louder half of the sound's blocks with loudness:
// pauses must not make a sentence louder.
func levelGain(s Sound) float64 {
	block := max(1, s.Rate/blocksPerSecond)
	var powers []float64
	mean := 0.0
	for i := 0; i < len(s.Samples); i += block {
		sum, part := 0.0, s.Samples[i:min(i+block, len(s.Samples))]
		for _, v := range part {
			x := float64(v) / 32768
			sum += x * x
		}
		powers = append(powers, sum/float64(len(part)))
		mean += sum / float64(len(part))
	}
	if mean == 0 {
		return 1
	}
	mean /= float64(len(powers))
	loud, n := 0.0, 0
	for _, p := range powers {
		// Equal blocks may all lie a rounding below their mean.
		if p >= mean*0.999 {
			loud += p
			n++
		}
	}
	return min(loudness/math.Sqrt(loud/float64(n)), mostGain)
}

// limit keeps samples under the ceiling. The gain follows the loudest sample within
// reach on both sides and moves there in a straight line, so it is down before a
// peak comes and nothing clicks.
func limit(samples []float32, reach int) {
	peak := float32(0)
	for _, v := range samples {
		peak = max(peak, v, -v)
	}
	if peak <= ceiling {
		return
	}
	reach = max(reach, 1)
	// needed is the gain each sample needs; lowest the least of its neighbourhood.
	needed := func(i int) float32 {
		if v := max(samples[i], -samples[i]); v > ceiling {
			return ceiling / v
		}
		return 1
	}
	lowest := make([]float32, len(samples))
	var falling []int // places within reach whose need rises from front to back
	for i := range len(samples) + reach {
		if i < len(samples) {
			for len(falling) > 0 && needed(falling[len(falling)-1]) >= needed(i) {
				falling = falling[:len(falling)-1]
			}
			falling = append(falling, i)
		}
		if at := i - reach; at >= 0 {
			if falling[0] < at-reach {
				falling = falling[1:]
			}
			lowest[at] = needed(falling[0])
		}
	}
	// The mean of the neighbourhood's gains: none of them is above what the sample in
	// the middle needs.
	value := func(i int) float64 { return float64(lowest[max(0, min(i, len(lowest)-1))]) }
	sum := 0.0
	for i := -reach; i <= reach; i++ {
		sum += value(i)
	}
	for i := range samples {
		v := float64(samples[i]) * sum / float64(2*reach+1)
		samples[i] = float32(max(-ceiling, min(ceiling, v)))
		sum += value(i+reach+1) - value(i-reach)
	}
}
