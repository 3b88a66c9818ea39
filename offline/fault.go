package offline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"lintai/kiosk/fault"
	"lintai/kiosk/terminal"
)

// What can be wrong with a queue. Errors of this package wrap one of them.
var (
	ErrMissing  = errors.New("the request queue is not there")
	ErrDamaged  = errors.New("the request queue cannot be read")
	ErrNewer    = errors.New("the request queue was written by a newer program")
	ErrBusy     = errors.New("another process has the request queue open")
	ErrReadOnly = errors.New("the request queue cannot be written: read-only, or not permitted")
	ErrFull     = errors.New("the data partition has no room for the request queue")
	ErrStorage  = errors.New("the storage of the request queue fails")
	ErrNoKey    = errors.New("no public key of central to seal requests to")
	ErrIDTaken  = terminal.ErrIDTaken
	ErrExists   = errors.New("there is something already where the request queue would be made")
)

// FaultOf gives the fault code that an error of this package stands for:
// fault.None for nil, and fault.QueueDamaged for what it cannot place, because
// a queue that fails for unknown reasons must not be trusted with a request.
func FaultOf(err error) fault.Code {
	switch {
	case err == nil:
		return fault.None
	case errors.Is(err, ErrMissing):
		return fault.QueueMissing
	case errors.Is(err, ErrBusy), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return fault.QueueBusy
	case errors.Is(err, ErrReadOnly):
		return fault.FSReadOnly
	case errors.Is(err, ErrFull):
		return fault.QueueFull
	case errors.Is(err, ErrNoKey):
		return fault.ConfigInvalid
	}
	return fault.QueueDamaged
}

var kinds = []error{ErrMissing, ErrDamaged, ErrNewer, ErrBusy, ErrReadOnly, ErrFull, ErrStorage, ErrNoKey, ErrIDTaken, ErrExists}

// classify wraps an error of SQLite or the file system with the kind of
// trouble it means. Errors that already have a kind pass unchanged.
func classify(err error) error {
	if err == nil {
		return nil
	}
	for _, kind := range kinds {
		if errors.Is(err, kind) {
			return err
		}
	}
	if kind := kindOf(err); kind != nil {
		return fmt.Errorf("%w: %w", kind, err)
	}
	return err
}

func kindOf(err error) error {
	var se *sqlite.Error
	if errors.As(err, &se) {
		// SQLite reports a shared-memory file that cannot grow as an I/O error;
		// what stops it from growing is a full disk.
		if se.Code() == sqlite3.SQLITE_IOERR_SHMSIZE {
			return ErrFull
		}
		switch se.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return ErrFull
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
			// The file was seen before SQLite opened it, so CANTOPEN says that
			// it, or the -wal or -shm beside it, may not be opened.
			return ErrReadOnly
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return ErrDamaged
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
			return ErrBusy
		case sqlite3.SQLITE_IOERR:
			return ErrStorage
		}
		return nil
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ErrMissing
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ErrFull
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return ErrReadOnly
	case errors.Is(err, syscall.EIO):
		return ErrStorage
	}
	return nil
}
