package guest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
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

// Settle brings onto the card's image what an honest card holds when the machine has
// ended: all up to the last flush, and of the rest what the loss leaves. A machine that
// went off by itself flushed, so that NoLoss and AllLost are the same then.
func (m *Machine) Settle(loss Loss, random *rand.Rand) (Settled, error) {
	select {
	case <-m.ended:
	default:
		return Settled{}, errors.New("the machine still runs")
	}
	log, err := os.Open(m.setup.file("writes"))
	if err != nil {
		return Settled{}, err
	}
	defer log.Close()
	info, err := log.Stat()
	if err != nil {
		return Settled{}, err
	}
	card, err := os.OpenFile(m.setup.Card, os.O_RDWR, 0)
	if err != nil {
		return Settled{}, err
	}
	defer card.Close()
	s, err := settle(card, log, info.Size(), loss, random)
	if err == nil {
		err = errors.Join(os.Remove(m.setup.file("writes")), os.Remove(m.setup.file("overlay")))
	}
	return s, err
}

func settle(card io.WriterAt, log io.ReaderAt, size int64, loss Loss, random *rand.Rand) (Settled, error) {
	all, err := readLog(log, size)
	if err != nil {
		return Settled{}, err
	}
	s := Settled{Loss: loss}
	flushed := 0 // all before it is on the card
	for i, w := range all {
		if w.flags&flagFlush != 0 {
			s.Flushes++
			flushed = i
		}
		if w.size > 0 {
			s.Writes++
		}
	}
	last := -1
	for i, w := range all {
		if i >= flushed && w.size > 0 {
			s.Unsure++
			last = i
		}
	}
	for i, w := range all {
		size := w.size
		if i >= flushed && size > 0 {
			switch loss {
			case AllLost:
				size = 0
			case SomeLost:
				size *= int64(random.IntN(2))
			case LastTorn:
				if i == last {
					size = int64(random.IntN(int(size/sector))) * sector
				}
			}
			if size < w.size {
				s.Lost++
			}
		}
		if size == 0 {
			continue
		}
		if err := bring(card, log, w, size); err != nil {
			return s, err
		}
	}
	return s, nil
}

func bring(card io.WriterAt, log io.ReaderAt, w written, size int64) error {
	piece := make([]byte, min(size, 1<<20))
	for done := int64(0); done < size; {
		part := piece[:min(int64(len(piece)), size-done)]
		if w.flags&flagDiscard != 0 {
			clear(part) // QEMU's disks read as zeros what was discarded
		} else if _, err := log.ReadAt(part, w.data+done); err != nil {
			return err
		}
		if _, err := card.WriteAt(part, w.at+done); err != nil {
			return err
		}
		done += int64(len(part))
	}
	return nil
}
