package offline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// acquire takes the lock beside the queue, for one process at a time: two
// terminals over one queue would both believe that they alone number items. The
// kernel gives the lock back when the process ends, also by kill -9; the file
// stays and means nothing. The database file itself is left alone, because
// closing any descriptor of it would drop SQLite's own locks.
func acquire(path string) (*os.File, error) {
	name := strings.TrimSuffix(path, filepath.Ext(path)) + ".lock"
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, classify(err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w: %s is locked", ErrBusy, name)
		}
		return nil, fmt.Errorf("lock %s: %w", name, classify(err))
	}
	return f, nil
}
