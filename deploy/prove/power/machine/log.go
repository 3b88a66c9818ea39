package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
)

// QEMU's log of a disk has the form of the kernel's dm-log-writes: a head of one
// sector, then for each call a head of one sector and the data.
const (
	sector   = 512
	logMagic = 0x6a736677736872

	flagFlush   = 1
	flagFUA     = 2 // this write is on the disk when it is done
	flagDiscard = 4
)

type logged struct {
	at    int64 // byte of the disk
	end   int64 // byte of the log
	flags uint64
	data  []byte
}

// readLog reads what was logged whole; the cut may have torn the end.
func readLog(path string) ([]logged, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(b) < sector || binary.LittleEndian.Uint64(b) != logMagic {
		return nil, nil // nothing was written
	}
	var all []logged
	for at := sector; at+sector <= len(b); {
		place, count := binary.LittleEndian.Uint64(b[at:]), binary.LittleEndian.Uint64(b[at+8:])
		l := logged{at: int64(place) * sector, flags: binary.LittleEndian.Uint64(b[at+16:])}
		if count == 0 && l.flags == 0 {
			break
		}
		at += sector
		if l.flags&flagDiscard == 0 {
			size := int(count) * sector
			if at+size > len(b) {
				break
			}
			l.data = b[at : at+size]
			at += size
		}
		l.end = int64(at)
		all = append(all, l)
	}
	return all, nil
}

// forget makes the disk anew: as it was before the boot, with what was flushed and
// part of what was not. What was promised when the log was heard bytes long is
// flushed there, so the cut is there or later.
func (h *host) forget(heard int64, random *rand.Rand, unflushed bool) (kept, lost int, err error) {
	all, err := readLog(h.log())
	if err != nil {
		return 0, 0, err
	}
	before := h.disk() + ".before"
	if _, err := os.Stat(before); errors.Is(err, os.ErrNotExist) {
		return 0, 0, fmt.Errorf("%s is not there", before)
	}
	cut := len(all)
	for cut > 0 && all[cut-1].end > heard && random.IntN(4) > 0 {
		cut--
	}
	flushed := 0
	for i, l := range all[:cut] {
		if l.flags&flagFlush != 0 && !unflushed {
			flushed = i + 1
		}
	}
	if err := copySparse(before, h.disk()); err != nil {
		return 0, 0, err
	}
	f, err := os.OpenFile(h.disk(), os.O_RDWR, 0)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	likely := []float64{0, 0.1, 0.5, 0.9}[random.IntN(4)]
	for i, l := range all[:cut] {
		if len(l.data) == 0 {
			continue
		}
		whole := i < flushed || l.flags&flagFUA != 0 && !unflushed
		if !whole && random.Float64() >= likely {
			lost++
			continue
		}
		kept++
		torn := !whole && random.IntN(2) == 0
		for s := 0; s < len(l.data); s += sector {
			if torn && random.IntN(2) == 0 {
				continue
			}
			if _, err := f.WriteAt(l.data[s:s+sector], l.at+int64(s)); err != nil {
				return 0, 0, err
			}
		}
	}
	return kept, lost, f.Close()
}
