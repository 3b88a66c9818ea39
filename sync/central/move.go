package central

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"lintai/sync/central/jobs"
	"lintai/sync/central/keyring"
	"lintai/sync/central/store"
)

// What a docket is called while it is moved to PostgreSQL, and once it was: under neither
// name is it served, so that it does not go on beside its copy.
const (
	docketFile  = "central.db"
	movingFile  = "central.db.moving"
	movedFile   = "central.db.moved"
	restoreName = ".restoring"
)

// Moved is what Move moved.
type Moved struct {
	Tables []store.Copied
	Jobs   int  // that waited
	Before bool // it was there: only the mark was missing
	Kept   string
}

// Move moves the docket of a data folder from SQLite to an empty PostgreSQL database:
// as a whole, compared table by table, or not at all. The file stays as it is under the
// name central.db.moved. A move that was broken off goes on when it is called again.
func Move(ctx context.Context, folder, database string) (moved Moved, err error) {
	if _, err := os.Stat(folder); err != nil {
		return moved, fmt.Errorf("central: data folder: %w", err)
	}
	done, err := alone(folder)
	if err != nil {
		return moved, err
	}
	defer done()
	resumed := false
	at := func(name string) string { return filepath.Join(folder, name) }
	switch there, err := whichThere(folder, docketFile, movingFile, movedFile); {
	case err != nil:
		return moved, err
	case there[docketFile] && (there[movingFile] || there[movedFile]):
		return moved, fmt.Errorf("central: in %s there are %s and one that was moved before: keep one of them", folder, docketFile)
	case there[docketFile]:
		if err := closeDocket(ctx, at(docketFile)); err != nil {
			return moved, err
		}
		if err := rename(at(docketFile), at(movingFile)); err != nil {
			return moved, err
		}
	case there[movingFile]:
		resumed = true
	case there[movedFile]:
		return moved, fmt.Errorf("central: the docket of %s was moved already: serve it with --database", folder)
	default:
		return moved, fmt.Errorf("central: there is no %s in %s", docketFile, folder)
	}
	moved, err = copyDocket(ctx, at(movingFile), database)
	if errors.Is(err, store.ErrUnknownEnd) {
		return moved, fmt.Errorf("%w: do the same again", err)
	}
	if err != nil {
		// Nothing was committed. What is in a database that is not empty may be this
		// docket, of a try before, and served since: then the file keeps the name under
		// which it is not.
		if !resumed || !errors.Is(err, store.ErrNotEmpty) {
			err = errors.Join(err, rename(at(movingFile), at(docketFile)))
		}
		return moved, err
	}
	moved.Kept = at(movedFile)
	return moved, rename(at(movingFile), at(movedFile))
}

// alone keeps others from the folder: a process that serves it is ErrServed, and
// commands wait.
func alone(folder string) (done func(), err error) {
	serving, err := lock(filepath.Join(folder, "serve.lock"), false)
	if err != nil {
		return nil, err
	}
	opening, err := lock(filepath.Join(folder, "setup.lock"), true)
	if err != nil {
		serving()
		return nil, err
	}
	return func() { opening(); serving() }, nil
}

func whichThere(folder string, names ...string) (map[string]bool, error) {
	there := map[string]bool{}
	for _, name := range names {
		_, err := os.Lstat(filepath.Join(folder, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("central: %w", err)
		}
		there[name] = err == nil
	}
	return there, nil
}

// closeDocket brings the file to this program's schema and sees that nobody else has it
// open: the last who closes it takes the write-ahead log away.
func closeDocket(ctx context.Context, path string) error {
	s, err := store.Open(ctx, path)
	if err != nil {
		return err
	}
	if err := errors.Join(jobs.Prepare(ctx, s), s.Close()); err != nil {
		return err
	}
	if _, err := os.Lstat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("central: another command has %s open: try again when it is done", path)
	}
	return nil
}

func rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	return keyring.SyncFolder(filepath.Dir(to))
}

func copyDocket(ctx context.Context, path, database string) (moved Moved, err error) {
	from, err := store.Open(ctx, path)
	if err != nil {
		return moved, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := store.OpenPostgres(ctx, database)
	if err != nil {
		return moved, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	if err := jobs.Prepare(ctx, to); err != nil {
		return moved, err
	}
	moved.Before = true
	moved.Tables, err = from.CopyTo(ctx, to, func(ctx context.Context, tx pgx.Tx) (err error) {
		moved.Before = false
		moved.Jobs, err = jobs.Copy(ctx, from, tx)
		return err
	})
	return moved, err
}
