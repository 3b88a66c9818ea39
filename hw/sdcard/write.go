package sdcard

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

// chunk is how much is written at once: a multiple of what cards erase at once.
const chunk = 4 << 20

var zeros = make([]byte, chunk)

// Stage is what is being done.
type Stage string

// The stages, in their order.
const (
	Writing   Stage = "writing"
	Verifying Stage = "verifying"
)

// Progress is how far a stage is, in bytes of the image.
type Progress struct {
	Stage       Stage
	Done, Total int64
}

// Result is what was written.
type Result struct {
	Bytes   int64 // of the image
	Skipped int64 // of them, zeros that were there already
	SHA256  [sha256.Size]byte
}

// Write writes an image to a target, reads all of it back, puts config on its first
// partition as kiosk.toml (nil: what is in the image stays), and only then writes the
// partition table. Each error but a cancelled context is a *Problem; after one the
// target has no partition table, unless it is a refusal that came before the first
// write.
func Write(ctx context.Context, to Target, image *Image, config []byte, progress func(Progress)) (Result, error) {
	l := image.Layout
	if size := to.Size(); size != 0 && l.End > size {
		return Result{}, problem("sdcard.too_small", nil, "disk", to.Path(), "size", Gigabytes(size), "need", Gigabytes(l.End))
	}
	if config != nil {
		if err := mtoolsThere(); err != nil {
			return Result{}, err
		}
	}
	w := &writer{to: to, total: l.End, progress: progress}
	if err := w.blank(); err != nil {
		return Result{}, err
	}
	if err := w.write(ctx, image); err != nil {
		return Result{}, err
	}
	if err := w.verify(ctx); err != nil {
		return Result{}, err
	}
	if config != nil {
		if err := putConfig(ctx, to, l, config); err != nil {
			return Result{}, err
		}
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	return w.result, w.seal()
}

type writer struct {
	to       Target
	total    int64
	progress func(Progress)
	head     []byte // the image's first bytes, kept for the end
	sums     [][sha256.Size]byte
	result   Result
}

// blank makes an empty card of it first, for whatever machine looks: the partition
// table, and at the end the copy of a newer kind of table, or of an array of disks.
func (w *writer) blank() error {
	if w.to.Size() == 0 {
		if err := w.to.Finish(0); err != nil {
			return w.failed(err, 0)
		}
	}
	empty := room(1 << 20)
	defer empty.free()
	at := []int64{0}
	if size := w.to.Size(); size > int64(2*len(empty.bytes)) {
		at = append(at, size/headSize*headSize-int64(len(empty.bytes)))
	}
	for _, offset := range at {
		if _, err := w.to.WriteAt(empty.bytes, offset); err != nil {
			return w.failed(err, offset)
		}
	}
	if err := w.to.Sync(); err != nil {
		return w.failed(err, 0)
	}
	return nil
}

func (w *writer) write(ctx context.Context, image *Image) error {
	piece, there := room(chunk), room(chunk)
	defer piece.free()
	defer there.free()
	whole := sha256.New()
	for offset := int64(0); ; offset += chunk {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := io.ReadFull(image, piece.bytes)
		if errors.Is(err, io.EOF) {
			break
		}
		last := err == io.ErrUnexpectedEOF // of ReadFull: gzip's own, of a file that was cut, is in a Problem
		if err != nil && !last {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return err
		}
		whole.Write(piece.bytes[:n])
		if offset == 0 {
			w.head = bytes.Clone(piece.bytes[:headSize])
			clear(piece.bytes[:headSize])
		}
		full := (n + headSize - 1) / headSize * headSize
		clear(piece.bytes[n:full])
		if size := w.to.Size(); size != 0 && offset+int64(full) > size {
			return problem("sdcard.too_small", nil, "disk", w.to.Path(), "size", Gigabytes(size), "need", Gigabytes(offset+int64(full)))
		}
		w.sums = append(w.sums, sha256.Sum256(piece.bytes[:full]))
		if err := w.put(piece.bytes[:full], there.bytes[:full], offset); err != nil {
			return err
		}
		w.result.Bytes = offset + int64(n)
		w.progress(Progress{Writing, min(w.result.Bytes, w.total), w.total})
		if last {
			break
		}
	}
	if w.result.Bytes < w.total {
		return problem("sdcard.short_image", nil, "have", Gigabytes(w.result.Bytes), "need", Gigabytes(w.total))
	}
	// The rest of the stream says whether the file was whole.
	if _, err := io.Copy(io.Discard, image); err != nil {
		return err
	}
	w.result.SHA256 = [sha256.Size]byte(whole.Sum(nil))
	if err := w.to.Finish(w.result.Bytes); err != nil {
		return w.failed(err, w.result.Bytes)
	}
	if err := w.to.Sync(); err != nil {
		return w.failed(err, 0)
	}
	return nil
}

// put writes a piece. Of zeros, which are most of a card, a card is asked first: it
// reads far faster than it writes, and a new one is empty.
func (w *writer) put(piece, there []byte, offset int64) error {
	if bytes.Equal(piece, zeros[:len(piece)]) {
		if w.to.Zero() {
			w.result.Skipped += int64(len(piece))
			return nil
		}
		if n, err := w.to.ReadAt(there, offset); n == len(there) && (err == nil || errors.Is(err, io.EOF)) && bytes.Equal(there, piece) {
			w.result.Skipped += int64(len(piece))
			return nil
		}
	}
	if _, err := w.to.WriteAt(piece, offset); err != nil {
		return w.failed(err, offset)
	}
	return nil
}

// verify reads all back after all was written: a card that says that it is larger than
// it is has by then written the end over the beginning.
func (w *writer) verify(ctx context.Context) error {
	if err := w.to.Forget(); err != nil {
		return problem("sdcard.not_read", err, "disk", w.to.Path(), "at", "0")
	}
	piece := room(chunk)
	defer piece.free()
	padded := (w.result.Bytes + headSize - 1) / headSize * headSize
	for i, sum := range w.sums {
		if err := ctx.Err(); err != nil {
			return err
		}
		offset := int64(i) * chunk
		b := piece.bytes[:min(chunk, padded-offset)]
		n, err := w.to.ReadAt(b, offset)
		if errors.Is(err, io.EOF) { // a file may end before a full block
			clear(b[n:])
			err = nil
		}
		if err != nil {
			return problem("sdcard.not_read", err, "disk", w.to.Path(), "at", fmt.Sprint(offset>>20))
		}
		if sha256.Sum256(b) != sum {
			return problem("sdcard.differs", nil, "disk", w.to.Path(), "at", fmt.Sprint(offset>>20))
		}
		w.progress(Progress{Verifying, min(offset+int64(len(b)), w.total), w.total})
	}
	return nil
}

// seal writes the partition table: from now on it is a card.
func (w *writer) seal() error {
	m := room(headSize)
	defer m.free()
	copy(m.bytes, w.head)
	if _, err := w.to.WriteAt(m.bytes, 0); err != nil {
		return w.failed(err, 0)
	}
	if err := w.to.Sync(); err != nil {
		return w.failed(err, 0)
	}
	if err := w.to.Forget(); err != nil {
		return problem("sdcard.not_read", err, "disk", w.to.Path(), "at", "0")
	}
	clear(m.bytes)
	if _, err := w.to.ReadAt(m.bytes, 0); err != nil {
		return problem("sdcard.not_read", err, "disk", w.to.Path(), "at", "0")
	}
	if !bytes.Equal(m.bytes, w.head) {
		return problem("sdcard.differs", nil, "disk", w.to.Path(), "at", "0")
	}
	return nil
}

func (w *writer) failed(err error, offset int64) error {
	return problem("sdcard.not_written", err, "disk", w.to.Path(), "at", fmt.Sprint(offset>>20))
}

// Gigabytes is a size as it is printed on cards.
func Gigabytes(n int64) string { return fmt.Sprintf("%.1f GB", float64(n)/1e9) }
