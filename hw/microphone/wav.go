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

// Note is what was recorded.
type Note struct {
	// WAV is a whole file, 32 kB for a second.
	WAV []byte
}

// Length is how long the note is.
func (n *Note) Length() time.Duration {
	return time.Duration(max(0, len(n.WAV)-headerBytes)) * time.Second / bytesPerSecond
}

// Erase overwrites the note. It may be called twice.
func (n *Note) Erase() {
	clear(n.WAV[:cap(n.WAV)])
	n.WAV = nil
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
// below, 1 at full scale.
func level(pcm []byte) float64 {
	n := len(pcm) / bytesPerSample
	if n == 0 {
		return 0
	}
	sum := 0.0
	for i := range n {
		v := float64(int16(binary.LittleEndian.Uint16(pcm[i*bytesPerSample:]))) / 32768
		sum += v * v
	}
	if sum == 0 {
		return 0
	}
	decibels := 10 * math.Log10(sum/float64(n))
	return max(0, min(1, 1-decibels/quietDecibels))
}
