package guest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
)

// QEMU's log of a disk has the form of the kernel's dm-log-writes: a head of one sector,
// then for each call a head of one sector and the data.
const (
	sector   = 512
	logMagic = 0x6a736677736872

	flagFlush   = 1
	flagDiscard = 4
)

// written is one call to the disk.
type written struct {
	at    int64 // byte of the disk
	size  int64
	data  int64 // byte of the log; none of a discard
	end   int64 // byte of the log behind it
	flags uint64
}

// readLog reads what was logged whole; the cut may have torn the end.
func readLog(log io.ReaderAt, size int64) ([]written, error) {
	head := make([]byte, 4*8)
	if size < sector {
		return nil, nil
	}
	if _, err := log.ReadAt(head, 0); err != nil {
		return nil, err
	}
	magic := binary.LittleEndian.Uint64(head)
	if magic == 0 {
		return nil, nil // nothing was written
	}
	if magic != logMagic {
		return nil, errors.New("not a log of writes")
	}
	var all []written
	for at := int64(sector); at+sector <= size; {
		if _, err := log.ReadAt(head, at); err != nil {
			return nil, err
		}
		place, count := binary.LittleEndian.Uint64(head), binary.LittleEndian.Uint64(head[8:])
		w := written{at: int64(place) * sector, size: int64(count) * sector, flags: binary.LittleEndian.Uint64(head[16:])}
		if w.size == 0 && w.flags == 0 {
			break
		}
		at += sector
		if w.flags&flagDiscard == 0 {
			w.data = at
			at += w.size
			if at > size {
				break
			}
		}
		w.end = at
		all = append(all, w)
	}
	return all, nil
}

// Loss is what a cut does to the writes after the last flush.
type Loss int

// The kinds of loss.
const (
	NoLoss    Loss = iota // the card had written all that it took
	AllLost               // and none of it
	SomeLost              // some, in any order
	LastTorn              // all but the last, of which only the first sectors are there
	lossKinds             // how many there are
)

func (l Loss) String() string {
	return [...]string{"nothing lost", "all lost since the last flush", "some lost", "the last torn"}[l]
}

// AnyLoss draws one.
func AnyLoss(random *rand.Rand) Loss { return Loss(random.IntN(int(lossKinds))) }

// Settled is how much a cut left behind.
type Settled struct {
	Loss            Loss
	Writes, Flushes int
	Unsure          int // writes since the last flush
	Lost            int // of those
}

func (s Settled) String() string {
	return fmt.Sprintf("%d writes, %d flushes; of %d since the last flush %d lost (%s)", s.Writes, s.Flushes, s.Unsure, s.Lost, s.Loss)
}
