package offline

import (
	"context"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// roomForPhotos is how much of the data partition must be free for photos and
// voice notes to be taken, in bytes. Below it requests alone are taken.
const roomForPhotos = 64 << 20

// Room tells whether there is room for photos and voice notes. Requests and calls
// are taken in any case.
func (q *Queue) Room(context.Context) (photos bool) {
	var fs unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(q.path), &fs); err != nil {
		return false
	}
	return fs.Bavail*uint64(fs.Bsize) >= roomForPhotos
}
