package central

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// ErrServed is returned when another process serves the data folder.
var ErrServed = errors.New("another central serves this data folder")

// lock takes a lock that the kernel gives back when the process ends, however
// it ends. Without wait a lock that is taken is ErrServed.
func lock(path string, wait bool) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("central: data folder: %w", err)
	}
	how := unix.LOCK_EX
	if !wait {
		how |= unix.LOCK_NB
	}
	for {
		err = unix.Flock(int(f.Fd()), how)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = ErrServed
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("central: %s: %w", path, err)
	}
	return func() { f.Close() }, nil
}
