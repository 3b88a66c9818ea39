package speaker

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// sound is mono 16-bit audio at some rate, as it is kept in memory.
type sound struct {
	rate    int
	samples []int16
}

var errWAV = errors.New("speaker: not a 16-bit PCM WAV file")

// parseWAV reads a RIFF/WAVE file with 16-bit PCM samples; several channels are
// mixed to one. espeak-ng writes its header before it knows the length, so a
// length beyond the end of the file means "to the end".
func parseWAV(b []byte) (sound, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return sound{}, errWAV
	}
	var s sound
	channels := 0
	for rest := b[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:8]))
		body := rest[8:]
		if size > int64(len(body)) {
			size = int64(len(body))
		}
		body = body[:size]
		switch id {
		case "fmt ":
			if len(body) < 16 || binary.LittleEndian.Uint16(body) != 1 || binary.LittleEndian.Uint16(body[14:]) != 16 {
				return sound{}, errWAV
			}
			channels = int(binary.LittleEndian.Uint16(body[2:]))
			s.rate = int(binary.LittleEndian.Uint32(body[4:]))
			if channels < 1 || channels > 8 || s.rate < 4000 || s.rate > 192000 {
				return sound{}, fmt.Errorf("%w: %d channels at %d Hz", errWAV, channels, s.rate)
			}
		case "data":
			if channels == 0 {
				return sound{}, errWAV
			}
			n := len(body) / 2 / channels
			s.samples = make([]int16, n)
			for i := range s.samples {
				sum := 0
				for c := range channels {
					sum += int(int16(binary.LittleEndian.Uint16(body[2*(i*channels+c):])))
				}
				s.samples[i] = int16(sum / channels)
			}
			return s, nil
		}
		rest = rest[8+min(size+size%2, int64(len(rest)-8)):]
	}
	return sound{}, errWAV
}
