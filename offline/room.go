package offline

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	// roomForPhotos is how much of the data partition must be free for photos and
	// voice notes to be taken, in bytes. Below it requests alone are taken.
	roomForPhotos = 64 << 20
	// reserveSize is the size of the reserve: room for some thousand requests
	// without photos.
	reserveSize = 8 << 20
	// roomForReserve must be free beyond the reserve for it to be made again, so
	// that it is not made and given up in turns.
	roomForReserve = 4 << 20
)

// reserve is a file of real blocks that stands for nothing. When the partition is
// full it is given up, and what a resident confirms is saved in its place.
type reserve struct {
	path string
	free func() (uint64, error) // bytes of the partition
}

// reservePath is beside the queue, with its name and ".reserve".
func reservePath(queue string) string {
	return strings.TrimSuffix(queue, filepath.Ext(queue)) + ".reserve"
}

func newReserve(queue string) reserve {
	return reserve{reservePath(queue), func() (uint64, error) {
		var fs unix.Statfs_t
		if err := unix.Statfs(filepath.Dir(queue), &fs); err != nil {
			return 0, err
		}
		return fs.Bavail * uint64(fs.Bsize), nil
	}}
}

// whole tells whether the reserve is there.
func (r reserve) whole() bool {
	info, err := os.Stat(r.path)
	return err == nil && info.Size() == reserveSize
}

// fill makes the reserve when there is room for it. A partition without room for
// it is no error: the queue serves as long as it can.
func (r reserve) fill() error {
	if r.whole() {
		return nil
	}
	if free, err := r.free(); err != nil || free < reserveSize+roomForReserve {
		return err
	}
	f, err := os.OpenFile(r.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	// Blocks, not a hole. A file system that cannot allocate (FAT) is written to.
	if err = unix.Fallocate(int(f.Fd()), 0, 0, reserveSize); errors.Is(err, unix.EOPNOTSUPP) {
		zeros := make([]byte, 1<<20)
		err = nil
		for n := 0; n < reserveSize && err == nil; n += len(zeros) {
			_, err = f.WriteAt(zeros, int64(n))
		}
	}
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err != nil {
		os.Remove(r.path) // half a reserve only takes room
	}
	return err
}

// giveUp frees the reserve; false when there was none.
func (r reserve) giveUp() bool { return os.Remove(r.path) == nil }

// Room tells whether there is room for photos and voice notes. Requests and calls
// are taken in any case: there is a reserve for them.
func (q *Queue) Room(context.Context) (photos bool) {
	free, err := q.reserve.free()
	return err == nil && free >= roomForPhotos && q.reserve.whole()
}

// makeRoom is asked after a save that failed: true says that the reserve was given
// up and the save is worth another try.
func (q *Queue) makeRoom(err error) bool {
	return errors.Is(err, ErrFull) && q.reserve.giveUp()
}
