package offline

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Create makes a new, empty queue at path. It refuses with ErrExists when
// anything of a queue is there already, and does not make the folder: a missing
// folder may be a data partition that is not mounted.
//
// The queue is built under another name and put in its place when it is
// complete and synced, so that no moment leaves half a queue.
func Create(path string, now func() time.Time) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("offline: create: %w", err)
		}
	}()
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("%w: %s is no folder; is the data partition mounted?", ErrMissing, dir)
	}
	lock, err := acquire(path)
	if err != nil {
		return err
	}
	defer lock.Close()
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if _, err := os.Lstat(path + suffix); err == nil {
			return fmt.Errorf("%w: %s", ErrExists, path+suffix)
		} else if !os.IsNotExist(err) {
			return classify(err)
		}
	}

	// What an earlier, interrupted Create left is nobody's queue.
	unfinished := path + ".unfinished"
	remove := func() error {
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			if err := os.Remove(unfinished + suffix); err != nil && !os.IsNotExist(err) {
				return classify(err)
			}
		}
		return nil
	}
	if err := remove(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if err := build(unfinished, now); err != nil {
		return err
	}
	// Link, unlike rename, refuses when something came to be there meanwhile.
	if err := os.Link(unfinished, path); err != nil {
		return classify(err)
	}
	return syncFolder(dir)
}

func build(path string, now func() time.Time) (err error) {
	// SQLite would make the file readable by the group.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return classify(err)
	}
	if err := f.Close(); err != nil {
		return classify(err)
	}
	db, err := connect(path, create)
	if err != nil {
		return classify(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ctx := context.Background()
	if _, err := db.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, applicationID)); err != nil {
		return classify(err)
	}
	if err := durable(ctx, db); err != nil {
		return err
	}
	if err := migrate(ctx, db); err != nil {
		return err
	}
	key := make([]byte, ticketKeySize)
	rand.Read(key) // never fails
	_, err = db.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('ticket_key', ?), ('pull_cursor', 0), ('created_at', ?)`,
		key, now().UnixMilli())
	if err != nil {
		return classify(err)
	}
	// All of it into the file itself, since only the file is put in place.
	var busy, logged, moved int
	if err := db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &logged, &moved); err != nil {
		return classify(err)
	}
	if busy != 0 || logged != moved {
		return fmt.Errorf("%w: checkpoint of the new queue: busy %d, %d of %d pages", ErrStorage, busy, moved, logged)
	}
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return classify(err)
	}
	defer d.Close()
	return classify(d.Sync())
}
