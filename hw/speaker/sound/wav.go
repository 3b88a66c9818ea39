package sound

import (
	"encoding/binary"
	"fmt"
)

// parseWAV reads a RIFF/WAVE file with 16-bit PCM samples; several channels are
// mixed to one. espeak-ng writes its header before it knows the length, so a
// length beyond the end of the file means "to the end".
func parseWAV(b []byte) (Sound, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return Sound{}, ErrFormat
	}
	var s Sound
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
				return Sound{}, ErrFormat
			}
			channels = int(binary.LittleEndian.Uint16(body[2:]))
			s.Rate = int(binary.LittleEndian.Uint32(body[4:]))
			if channels < 1 || channels > mostChannels || s.Rate < lowestRate || s.Rate > highestRate {
				return Sound{}, fmt.Errorf("%w: %d channels at %d Hz", ErrFormat, channels, s.Rate)
			}
		case "data":
			if channels == 0 {
				return Sound{}, ErrFormat
			}
			n := min(len(body)/2/channels, int(longest.Seconds())*s.Rate)
			s.Samples = make([]int16, n)
			for i := range s.Samples {
				sum := 0
				for c := range channels {
					sum += int(int16(binary.LittleEndian.Uint16(body[2*(i*channels+c):])))
				}
				s.Samples[i] = int16(sum / channels)
			}
			return s, nil
		}
		rest = rest[8+min(size+size%2, int64(len(rest)-8)):]
	}
	return Sound{}, ErrFormat
}

// formatWAV writes a mono RIFF/WAVE file.
func formatWAV(s Sound) []byte {
	data := uint32(2 * len(s.Samples))
	b := append(make([]byte, 0, 44+data), "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, 36+data)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // PCM
	b = binary.LittleEndian.AppendUint16(b, 1) // channel
	b = binary.LittleEndian.AppendUint32(b, uint32(s.Rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(2*s.Rate))
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, data)
	for _, v := range s.Samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return b
}
