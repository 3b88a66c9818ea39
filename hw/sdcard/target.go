package sdcard

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Target is what a card is written to. Reads and writes begin and end on multiples of
// headSize.
type Target interface {
	io.ReaderAt
	io.WriterAt
	// Sync returns when all that was written is on the medium.
	Sync() error
	// Forget has the kernel forget what it holds of the medium, so that it is read from
	// there afterwards.
	Forget() error
	// Size is where the medium ends; 0: it grows.
	Size() int64
	// Path is how another program opens it.
	Path() string
	// Zero tells whether what was never written is zero: it need not be written then.
	Zero() bool
	// Finish makes the medium as long as the image.
	Finish(size int64) error
	Close() error
}

// device is a card in a reader. It is opened past the kernel's memory (O_DIRECT): a
// write returns when the card has it, and a read comes from the card. O_EXCL has the
// kernel itself refuse when anything uses it, and nothing can mount it meanwhile.
type device struct {
	*os.File
	size int64
}

// OpenDevice opens a disk that Machine.Inspect let pass.
func OpenDevice(path string) (Target, error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_EXCL|unix.O_DIRECT, 0)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, problem("sdcard.no_right", nil, "disk", path)
	case errors.Is(err, unix.EBUSY):
		return nil, problem("sdcard.busy", nil, "disk", path)
	case errors.Is(err, unix.EROFS):
		return nil, problem("sdcard.read_only", nil, "disk", path)
	case err != nil:
		return nil, problem("sdcard.not_opened", err, "disk", path)
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		f.Close()
		return nil, problem("sdcard.not_opened", err, "disk", path)
	}
	return &device{f, size}, nil
}

func (d *device) Forget() error {
	return unix.IoctlSetInt(int(d.Fd()), unix.BLKFLSBUF, 0)
}

func (d *device) Size() int64        { return d.size }
func (d *device) Path() string       { return d.Name() }
func (d *device) Zero() bool         { return false }
func (d *device) Finish(int64) error { return nil }

// ejectRequest is CDROMEJECT of linux/cdrom.h: readers on USB understand it too.
const ejectRequest = 0x5309

// Eject has a reader put the card out, as far as it can: its light goes out, and the
// desktop forgets the card. False: this reader knows no such thing, and the card can
// just be pulled, as all of it is written.
func Eject(t Target) bool {
	d, ok := t.(*device)
	return ok && unix.IoctlSetInt(int(d.Fd()), ejectRequest, 0) == nil
}

// file is a card in a file, for emulators and for tools that write files to cards.
type file struct{ *os.File }

// OpenFile opens a file for a card: a new one, or one that holds a card already. No
// other file is overwritten.
func OpenFile(path string) (Target, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, problem("sdcard.not_opened", err, "disk", path)
	}
	head := make([]byte, headSize)
	n, err := f.ReadAt(head, 0)
	_, card := readLayout(head[:n])
	if n > 0 && !card && !bytes.Equal(head[:n], make([]byte, n)) {
		f.Close()
		return nil, problem("sdcard.no_card_file", nil, "disk", path)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		f.Close()
		return nil, problem("sdcard.not_opened", err, "disk", path)
	}
	return file{f}, nil
}

// Forget is advice only: a file system that takes none (in memory) is read from there.
func (f file) Forget() error {
	_ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
	return nil
}

func (f file) Size() int64  { return 0 }
func (f file) Path() string { return f.Name() }
func (f file) Zero() bool   { return true }

func (f file) Finish(size int64) error {
	if size == 0 { // the beginning: what was there goes, so that all of it is zero
		if err := f.Truncate(0); err != nil {
			return err
		}
	}
	return f.Truncate(size)
}
