package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"time"
)

// What the terminal's speaker hands to ALSA, and so what is captured: 32-bit
// floats, two channels, 48 kHz.
const (
	rate       = 48000
	channels   = 2
	frameBytes = 4 * channels
)

// benchMicrophone is ALSA's name of the bench's microphone.
const benchMicrophone = "bench_microphone"

// soundConfig writes an ALSA configuration whose only sound card is a pipe: the
// program takes what is played at the pace of a real card, and keeps it. Playing
// into a plain file would run as fast as the disk.
func (h *house) soundConfig() (config, capture string, err error) {
	config = filepath.Join(h.state, "asound.conf")
	capture = filepath.Join(h.state, "voice.raw")
	text := fmt.Sprintf(`pcm.!default {
	type file
	slave.pcm { type null }
	file "|'%s' paced --out '%s'"
	format raw
}
%s`, h.program("devbench"), capture, h.hearing())
	return config, capture, os.WriteFile(config, []byte(text), 0o644)
}

// hearing is the ALSA device that hears what is said at the bench.
func (h *house) hearing() string {
	return fmt.Sprintf(`pcm.%s {
	type file
	slave.pcm { type null }
	file /dev/null
	infile "%s"
	format raw
}
`, benchMicrophone, filepath.Join(h.benchDir(), "microphone"))
}

// loudness returns the root mean square of each tenth of a second of a capture,
// mono, from a byte onward; a tenth that is not complete is left out.
func loudness(samples []float32) []float64 {
	const tenth = rate / 10
	var out []float64
	for ; len(samples) >= tenth; samples = samples[tenth:] {
		sum := 0.0
		for _, s := range samples[:tenth] {
			sum += float64(s) * float64(s)
		}
		out = append(out, math.Sqrt(sum/tenth))
	}
	return out
}

// audible is the loudness from which a tenth of a second counts as sound: -40 dB
// of full scale, far above silence and far below a spoken word.
const audible = 0.01

// heard returns how much of a stretch was sound.
func heard(samples []float32) time.Duration {
	n := 0
	for _, l := range loudness(samples) {
		if l >= audible {
			n++
		}
	}
	return time.Duration(n) * 100 * time.Millisecond
}

// The chime of the call button: two tones, one after the other, in Hz.
const (
	chimeFirst  = 880
	chimeSecond = 698.46
)

// chimed tells whether the chime is in a capture: a fifth of a second that is
// nearly nothing but the first tone, and soon after one of the second. Speech
// never is a pure tone for so long.
func chimed(samples []float32) bool {
	const window, step = rate / 5, rate / 50
	first := -1
	for at := 0; at+window <= len(samples); at += step {
		part := samples[at : at+window]
		if first < 0 || at-first > rate {
			first = -1
			if purity(part, chimeFirst) > 0.7 {
				first = at
			}
		} else if purity(part, chimeSecond) > 0.7 {
			return true
		}
	}
	return false
}

// purity is the share of one frequency in the power of a stretch, 0 to 1; 0 for
// silence. It is one term of a Fourier series.
func purity(samples []float32, hertz float64) float64 {
	var power, real, imaginary float64
	for i, s := range samples {
		v, angle := float64(s), 2*math.Pi*hertz*float64(i)/rate
		power += v * v
		real += v * math.Cos(angle)
		imaginary += v * math.Sin(angle)
	}
	n := float64(len(samples))
	if power/n < audible*audible {
		return 0
	}
	return 2 * (real*real + imaginary*imaginary) / (n * power)
}

// readCapture returns what was played since a byte of the capture, as mono.
func readCapture(name string, from int64) ([]float32, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, err := f.Seek(from/frameBytes*frameBytes, io.SeekStart); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return mono(b), nil
}

// mono averages the channels. A frame that is not complete is left out.
func mono(b []byte) []float32 {
	out := make([]float32, 0, len(b)/frameBytes)
	for ; len(b) >= frameBytes; b = b[frameBytes:] {
		sum := float32(0)
		for c := range channels {
			sum += math.Float32frombits(binary.LittleEndian.Uint32(b[4*c:]))
		}
		out = append(out, sum/channels)
	}
	return out
}

// played is how many bytes the capture holds by now; none when nothing was
// played yet.
func played(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// writeWAV writes mono 16-bit PCM.
func writeWAV(name string, samples []float32) error {
	if len(samples) == 0 {
		return errors.New("nothing was played")
	}
	data := make([]byte, 0, 44+2*len(samples))
	u32 := func(v uint32) { data = binary.LittleEndian.AppendUint32(data, v) }
	u16 := func(v uint16) { data = binary.LittleEndian.AppendUint16(data, v) }
	data = append(data, "RIFF"...)
	u32(uint32(36 + 2*len(samples)))
	data = append(data, "WAVEfmt "...)
	u32(16)       // length of this part
	u16(1)        // PCM
	u16(1)        // one channel
	u32(rate)     // frames a second
	u32(2 * rate) // bytes a second
	u16(2)        // bytes a frame
	u16(16)       // bits a sample
	data = append(data, "data"...)
	u32(uint32(2 * len(samples)))
	for _, s := range samples {
		u16(uint16(int16(math.Round(float64(max(-1, min(1, s))) * 32767))))
	}
	return os.WriteFile(name, data, 0o644)
}
