package offline

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
)

// A newer program brings a queue's file to its own schema when it opens it, and an
// older one refuses it from then on. So whoever tries a new version rehearses on a copy,
// and keeps another before the file itself is opened.

// roomBeside must be left for requests beside a copy, in bytes.
const roomBeside = reserveSize + roomForReserve + 8<<20

// Behind tells whether Open would change the schema of the queue at path.
func Behind(ctx context.Context, path string) (bool, error) {
	if err := present(path); err != nil {
		return false, fmt.Errorf("offline: schema: %w", err)
	}
	db, err := connect(path, readOnly)
	if err != nil {
		return false, fmt.Errorf("offline: schema: %w", classify(err))
	}
	defer db.Close()
	var version int
	if err := db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return false, fmt.Errorf("offline: schema: %w", classify(err))
	}
	return version < len(migrations), nil
}

// Copy copies a queue that nobody has open, as it is, and returns when the copy is on
// the disk. What stood at to before is replaced, whole or not at all. ErrFull: there is
// no room for it beside what requests need.
func Copy(path, to string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("offline: copy: %w", classify(err))
		}
	}()
	if err := present(path); err != nil {
		return err
	}
	lock, err := acquire(path)
	if err != nil {
		return err
	}
	defer lock.Close()
	size, err := Size(path)
	if err != nil {
		return err
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(to), &fs); err != nil {
		return err
	}
	if free := fs.Bavail * uint64(fs.Bsize); free < uint64(size)+roomBeside {
		return fmt.Errorf("%w: a copy takes %d bytes, %d are free and %d stay", ErrFull, size, free, roomBeside)
	}
	// The log goes first: a file without its log would lack the newest requests.
	var made []string
	defer func() {
		for _, suffix := range made {
			os.Remove(to + suffix + unfinished) // fails after the rename, as it should
		}
	}()
	for _, suffix := range []string{"-wal", ""} {
		if err := os.Remove(to + suffix + unfinished); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		made = append(made, suffix)
		if err := copyFile(path+suffix, to+suffix+unfinished); suffix != "" && errors.Is(err, os.ErrNotExist) {
			made = made[:0]
		} else if err != nil {
			return err
		}
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(to + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	for _, suffix := range made {
		if err := os.Rename(to+suffix+unfinished, to+suffix); err != nil {
			return err
		}
	}
	return syncFolder(filepath.Dir(to))
}

const unfinished = ".unfinished"

// Size is how many bytes a queue and its log take.
func Size(path string) (size int64, err error) {
	for _, suffix := range []string{"", "-wal"} {
		info, err := os.Stat(path + suffix)
		if err != nil && (suffix == "" || !errors.Is(err, os.ErrNotExist)) {
			return 0, classify(err)
		}
		if err == nil {
			size += info.Size()
		}
	}
	return size, nil
}

// Rehearse does with a copy of a queue all that a terminal does with its queue: it is
// brought to this program's schema, a request is saved to it, found again, and deleted.
// with, when it is not nil, is called with the open copy.
func Rehearse(ctx context.Context, copied string, kiosk int, sealTo seal.PublicKey, now func() time.Time, with func(*Queue) error) (err error) {
	q, err := Open(copied, sealTo, now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	if err := q.rehearse(ctx, kiosk); err != nil {
		return fmt.Errorf("offline: rehearse: %w", err)
	}
	if with == nil {
		return nil
	}
	return with(q)
}

func (q *Queue) rehearse(ctx context.Context, kiosk int) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	code, err := ticket.New(kiosk, rand.Reader)
	if err != nil {
		return err
	}
	before, err := q.Pending(ctx)
	if err != nil {
		return err
	}
	r := request.Request{ID: id.String(), Kiosk: kiosk, Ticket: code, Service: "self_test", MadeAt: q.now(), RatingCode: "0000"}
	if err := q.SaveRequest(ctx, r); err != nil {
		return err
	}
	if _, found, err := q.Progress(ctx, code); err != nil || !found {
		return fmt.Errorf("what was saved is not found: %w", errors.Join(err, ErrDamaged))
	}
	var sealed, hash []byte
	if err := q.db.QueryRowContext(ctx, `SELECT sealed, hash FROM outbox WHERE id = ?`, r.ID).Scan(&sealed, &hash); err != nil {
		return classify(err)
	}
	if sum := (request.Item{Sealed: sealed}).Hash(); !bytes.Equal(sum[:], hash) {
		return fmt.Errorf("%w: what was saved is another on the disk", ErrDamaged)
	}
	err = q.write(ctx, func(ctx context.Context, tx *sql.Conn) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM tickets WHERE request = ?`, r.ID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM outbox WHERE id = ?`, r.ID)
		return err
	})
	if err != nil {
		return err
	}
	if after, err := q.Pending(ctx); err != nil || after != before {
		return fmt.Errorf("%d requests wait, and %d before: %w", after, before, errors.Join(err, ErrDamaged))
	}
	return nil
}
