package guest

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"sort"
)

// Record is what a machine wrote to its card, call by call. From it and from the card as
// it was when the machine was switched on, the card is made that a power cut behind any
// of the calls would have left: a cut costs no start of the machine then.
type Record struct {
	log   io.ReaderAt
	calls []written
}

// Recorded is how many bytes the machine's record has by now. All that the guest knows
// to be written is among them.
func (m *Machine) Recorded() (int64, error) { return m.setup.Recorded() }

// Recorded is the same of the machine that was switched on with this setup last.
func (s Setup) Recorded() (int64, error) {
	info, err := os.Stat(s.file("writes"))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Record reads what was recorded since the machine was switched on. It is to be closed by
// the function, and outlives the machine.
func (m *Machine) Record() (*Record, func() error, error) {
	log, err := os.Open(m.setup.file("writes"))
	if err != nil {
		return nil, nil, err
	}
	info, err := log.Stat()
	if err != nil {
		return nil, nil, errors.Join(err, log.Close())
	}
	r, err := newRecord(log, info.Size())
	if err != nil {
		return nil, nil, errors.Join(err, log.Close())
	}
	return r, log.Close, nil
}

func newRecord(log io.ReaderAt, size int64) (*Record, error) {
	calls, err := readLog(log, size)
	return &Record{log: log, calls: calls}, err
}

// Calls is how many calls lie whole in the first bytes of the record: writes, discards
// and flushes.
func (r *Record) Calls(bytes int64) int {
	return sort.Search(len(r.calls), func(i int) bool { return r.calls[i].end > bytes })
}

// Len is how many calls there are.
func (r *Record) Len() int { return len(r.calls) }

// Flushes are the calls that are flushes.
func (r *Record) Flushes() (all []int) {
	for i, w := range r.calls {
		if w.flags&flagFlush != 0 {
			all = append(all, i)
		}
	}
	return all
}

// Flushed is how many of the first n calls an honest card has for certain.
func (r *Record) Flushed(n int) int {
	for i := n - 1; i >= 0; i-- {
		if r.calls[i].flags&flagFlush != 0 {
			return i
		}
	}
	return 0
}

// Bring writes the calls from one to before another to a card, all of them.
func (r *Record) Bring(card io.WriterAt, from, to int) error {
	for _, w := range r.calls[from:to] {
		if err := bring(card, r.log, w, w.size); err != nil {
			return err
		}
	}
	return nil
}

// Lose writes what a cut after n calls leaves of those since the last flush before them.
// The card must have what is before that.
func (r *Record) Lose(card io.WriterAt, n int, loss Loss, random *rand.Rand) (Settled, error) {
	s := Settled{Loss: loss}
	unsure := r.calls[r.Flushed(n):n]
	last := -1
	for i, w := range unsure {
		if w.size > 0 {
			s.Unsure++
			last = i
		}
	}
	for i, w := range unsure {
		if w.size == 0 {
			continue
		}
		size := w.size
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
		if err := bring(card, r.log, w, size); err != nil {
			return s, err
		}
	}
	for _, w := range r.calls[:n] {
		if w.flags&flagFlush != 0 {
			s.Flushes++
		}
		if w.size > 0 {
			s.Writes++
		}
	}
	return s, nil
}

// Settle brings onto the card's image what an honest card holds when the machine has
// ended: all up to the last flush, and of the rest what the loss leaves. A machine that
// went off by itself flushed, so that NoLoss and AllLost are the same then.
func (m *Machine) Settle(loss Loss, random *rand.Rand) (s Settled, err error) {
	select {
	case <-m.ended:
	default:
		return Settled{}, errors.New("the machine still runs")
	}
	r, done, err := m.Record()
	if err != nil {
		return Settled{}, err
	}
	defer func() { err = errors.Join(err, done()) }()
	card, err := os.OpenFile(m.setup.Card, os.O_RDWR, 0)
	if err != nil {
		return Settled{}, err
	}
	defer card.Close()
	if s, err = r.settle(card, loss, random); err != nil {
		return s, err
	}
	return s, errors.Join(os.Remove(m.setup.file("writes")), os.Remove(m.setup.file("overlay")))
}

func (r *Record) settle(card io.WriterAt, loss Loss, random *rand.Rand) (Settled, error) {
	if err := r.Bring(card, 0, r.Flushed(r.Len())); err != nil {
		return Settled{}, err
	}
	return r.Lose(card, r.Len(), loss, random)
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

// WriterAt writes to a file that holds a partition what is written to the card's; what is
// for other partitions is left out.
func (p Partition) WriterAt(file io.WriterAt) io.WriterAt { return partitionWriter{p, file} }

type partitionWriter struct {
	Partition
	file io.WriterAt
}

func (w partitionWriter) WriteAt(b []byte, at int64) (int, error) {
	from, to := max(at, w.Start), min(at+int64(len(b)), w.Start+w.Size)
	if from < to {
		if n, err := w.file.WriteAt(b[from-at:to-at], from-w.Start); err != nil {
			return int(from-at) + n, err
		}
	}
	return len(b), nil
}
