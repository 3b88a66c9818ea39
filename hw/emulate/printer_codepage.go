package emulate

import "golang.org/x/text/encoding/charmap"

// codePage is the n of ESC t n.
type codePage byte

// katakana is page 1: signs for frames and bars, then half-width Katakana.
const katakana codePage = 1

var frames = []rune("▁▂▃▄▅▆▇█▏▎▍▌▋▊▉┼┴┬┤├▔─│▕┌┐└┘╭╮╰╯")

var charmaps = map[codePage]*charmap.Charmap{
	2: charmap.CodePage850, 3: charmap.CodePage860, 4: charmap.CodePage863, 5: charmap.CodePage865,
	16: charmap.Windows1252, 17: charmap.CodePage866, 18: charmap.CodePage852, 19: charmap.CodePage858,
}

// decode gives the character of a byte from 0x80 on. Pages that the bench does
// not know are read as page 0, the PC's 437.
func (p codePage) decode(b byte) rune {
	if p == katakana {
		switch {
		case b < 0xA0:
			return frames[b-0x80]
		case b >= 0xA1 && b <= 0xDF:
			return 0xFF61 + rune(b-0xA1)
		}
		return '\uFFFD'
	}
	if m, ok := charmaps[p]; ok {
		return m.DecodeByte(b)
	}
	return charmap.CodePage437.DecodeByte(b)
}
