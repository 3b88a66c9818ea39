package microphone

import (
	"encoding/binary"
	"math"
	"time"
)

const (
	// SampleRate is enough for speech and what speech recognisers expect.
	SampleRate     = 16000
	bytesPerSample = 2
	bytesPerSecond = SampleRate * bytesPerSample
	headerBytes    = 44
)

// sound is what was recorded: a whole WAV file, 32 kB for a second.
type sound struct {
	wav []byte
}

// length is how long it is.
func (s *sound) length() time.Duration {
	return time.Duration(max(0, len(s.wav)-headerBytes)) * time.Second / bytesPerSecond
}

// erase overwrites it. It may be called twice.
func (s *sound) erase() {
	clear(s.wav[:cap(s.wav)])
	s.wav = nil
}

// silent tells that no tenth of a second is louder than a quiet lobby.
func (s *sound) silent() bool {
	pcm := s.wav[min(headerBytes, len(s.wav)):]
	for ; len(pcm) > 0; pcm = pcm[min(meterBytes, len(pcm)):] {
		if level(pcm[:min(meterBytes, len(pcm))]) > 0 {
			return false
		}
	}
	return true
}

// writeHeader fills the 44 bytes in front of the samples.
func writeHeader(file []byte) {
	samples := uint32(len(file) - headerBytes)
	b := append(file[:0], "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, headerBytes-8+samples)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16) // length of this part
	b = binary.LittleEndian.AppendUint16(b, 1)  // PCM
	b = binary.LittleEndian.AppendUint16(b, 1)  // mono
	b = binary.LittleEndian.AppendUint32(b, SampleRate)
	b = binary.LittleEndian.AppendUint32(b, bytesPerSecond)
	b = binary.LittleEndian.AppendUint16(b, bytesPerSample)
	b = binary.LittleEndian.AppendUint16(b, 8*bytesPerSample)
	b = append(b, "data"...)
	binary.LittleEndian.AppendUint32(b, samples)
}

// quietDecibels is the level that the meter shows as nothing: a quiet lobby.
const quietDecibels = -60

// level is the loudness of some samples for a meter: 0 at -60 dB of full scale and
// below, 1 at full scale. A constant offset, which cheap microphones have, is no
// sound.
func level(pcm []byte) float64 {
	n := len(pcm) / bytesPerSample
	if n == 0 {
		return 0
	}
	sum, squares := 0.0, 0.0
	for i := range n {
		v := float64(int16(binary.LittleEndian.Uint16(pcm[i*bytesPerSample:]))) / 32768
		sum += v
		squares += v * v
	}
	mean := sum / float64(n)
	power := squares/float64(n) - mean*mean
	if power <= 0 {
		return 0
	}
	decibels := 10 * math.Log10(power)
	return max(0, min(1, 1-decibels/quietDecibels))
}
