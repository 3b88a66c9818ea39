// Package sdcard writes the card that a terminal starts from: the image, and on its
// first partition the terminal's own kiosk.toml.
//
// Three things go wrong on a technician's morning, and each has its place here. She
// names the wrong disk: Machine says why a disk is not to be overwritten. The card is
// bad, or smaller than it says: all is read back from the card after all was written,
// past the kernel's memory, and compared. She is interrupted: the sector that makes a
// card a card, with its partition table, is blanked first and written last, so a card
// is either whole or seen as empty by every machine.
//
// Words for people come from package phrase: a Problem is an error in them.
package sdcard

import (
	"encoding/binary"
	"io"

	"lintai/kiosk/phrase"
)

// Problem is an error in the technician's language.
type Problem struct {
	ID    phrase.ID
	Pairs []string // for phrase.Text
	Err   error    // what the system said; may be nil
}

func (p *Problem) Error() string {
	text := phrase.Text(p.ID, p.Pairs...)
	if p.Err != nil {
		text += "（" + p.Err.Error() + "）"
	}
	return text
}

func (p *Problem) Unwrap() error { return p.Err }

func problem(id phrase.ID, err error, pairs ...string) error {
	return &Problem{ID: id, Pairs: pairs, Err: err}
}

// Label is the number in the partition table by which a card of ours is known.
const Label = 0x4b494f53

const (
	sector   = 512
	headSize = 4096 // written last; a multiple of every card's block
)

// Layout is what the partition table says, in bytes from the card's beginning.
type Layout struct {
	Boot Span // FAT, with kiosk.toml
	Data Span // ext4, what the terminal keeps
	End  int64
}

// Span is a partition.
type Span struct{ Start, Size int64 }

// readLayout reads a partition table of ours; false when it is none.
func readLayout(head []byte) (Layout, bool) {
	if len(head) < sector || head[510] != 0x55 || head[511] != 0xaa || binary.LittleEndian.Uint32(head[440:]) != Label {
		return Layout{}, false
	}
	var spans [4]Span
	l := Layout{}
	for i := range spans {
		e := head[446+16*i:]
		spans[i] = Span{int64(binary.LittleEndian.Uint32(e[8:])) * sector, int64(binary.LittleEndian.Uint32(e[12:])) * sector}
		if spans[i].Start < headSize || spans[i].Size == 0 || spans[i].Start < l.End {
			return Layout{}, false
		}
		l.End = spans[i].Start + spans[i].Size
	}
	if kind := head[446+4]; kind != 0x0b && kind != 0x0c && kind != 0x0e { // FAT
		return Layout{}, false
	}
	l.Boot, l.Data = spans[0], spans[3]
	return l, true
}

// LayoutOf reads the partition table of a card or an image; false when it is none of ours.
func LayoutOf(card io.ReaderAt) (Layout, bool) {
	head := room(headSize)
	defer head.free()
	if n, err := card.ReadAt(head.bytes, 0); n < headSize && err != nil {
		return Layout{}, false
	}
	return readLayout(head.bytes)
}
