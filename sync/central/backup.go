package central

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lintai/sync/central/archive"
	"lintai/sync/central/keyring"
	"lintai/sync/central/store"
)

// What stands in a backup.
const (
	backupAbout = "backup.json"
	backupKeys  = "keys/"
	dumpFile    = "central.dump" // of pg_dump, in place of central.db
)

// about is the first entry of a backup.
type about struct {
	Format int       `json:"format"` // 1
	MadeAt time.Time `json:"made_at"`
	Engine string    `json:"engine"` // sqlite or postgres
}

// Backup is what BackUp and Restore are told.
type Backup struct {
	Folder, Database string // as in Config
	File             string
	// Passphrase encrypts the file; without one whoever has it has all that residents
	// said and all secrets of central.
	Passphrase string
	Clock      func() time.Time
	// Work is that of a guess at the passphrase, as package archive has it.
	Work int
}

// BackUp writes the docket as it is at one moment, and the keys, to a new file for its
// owner only, also while central is served. The file is on the disk whole when this
// returns nil.
func BackUp(ctx context.Context, b Backup) (err error) {
	keys := keyring.Folder(filepath.Join(b.Folder, "keys"))
	if exists, err := keys.Exists(); err != nil {
		return fmt.Errorf("central: %w", err)
	} else if !exists {
		return fmt.Errorf("central: there are no keys in %s: this is no data folder of central", keys)
	}
	if _, err := os.Lstat(b.File); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("central: %s is there already: name a new file", b.File)
	}
	done, err := lock(filepath.Join(b.Folder, "backup.lock"), false)
	if errors.Is(err, ErrServed) {
		return fmt.Errorf("central: another backup of %s is being made", b.Folder)
	}
	if err != nil {
		return err
	}
	defer done()
	// What can be read without the passphrase stays in the data folder, and never lies
	// where backups do. A backup that was killed left both drafts; nobody else has them
	// while this holds the lock.
	plain, draft := filepath.Join(b.Folder, ".backing-up"), b.draft()
	clear := func() error { return errors.Join(os.RemoveAll(plain), os.RemoveAll(draft)) }
	if err := errors.Join(clear(), keyring.MakeFolder(plain)); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	defer func() { err = errors.Join(err, clear()) }()
	facts := about{Format: 1, MadeAt: b.Clock().UTC().Truncate(time.Second), Engine: "sqlite"}
	docket := filepath.Join(plain, docketFile)
	if b.Database == "" {
		err = store.BackUp(ctx, filepath.Join(b.Folder, docketFile), docket)
	} else {
		facts.Engine, docket = "postgres", filepath.Join(plain, dumpFile)
		err = dump(ctx, b.Database, docket)
	}
	if err != nil {
		return err
	}
	f, err := os.OpenFile(draft, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	err = b.pack(f, facts, docket, string(keys))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	// Unlike a rename this never replaces a file.
	if err := os.Link(draft, b.File); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	return keyring.SyncFolder(filepath.Dir(b.File))
}

// draft is what the file is called until it is whole: a name of this data folder on this
// machine, among those of others that are backed up to the same place.
func (b Backup) draft() string {
	machine, _ := os.Hostname() // without it the folder tells
	folder, err := filepath.Abs(b.Folder)
	if err != nil {
		folder = b.Folder
	}
	sum := sha256.Sum256([]byte(machine + "\x00" + folder))
	return filepath.Join(filepath.Dir(b.File), ".central-backup-"+hex.EncodeToString(sum[:8]))
}

func (b Backup) pack(to io.Writer, facts about, docket, keys string) error {
	w, err := archive.NewWriter(to, b.Passphrase, b.Work, facts.MadeAt)
	if err != nil {
		return err
	}
	text, err := json.Marshal(facts)
	if err == nil {
		err = w.Add(backupAbout, int64(len(text)), bytes.NewReader(text))
	}
	if err == nil {
		err = addFile(w, filepath.Base(docket), docket)
	}
	if err != nil {
		return err
	}
	// After the docket: a key that is made meanwhile is one too many, not one too few.
	entries, err := os.ReadDir(keys)
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	for _, entry := range entries {
		if !isKey(entry.Name()) {
			continue
		}
		if err := addFile(w, backupKeys+entry.Name(), filepath.Join(keys, entry.Name())); err != nil {
			return err
		}
	}
	return w.Close()
}

// isKey tells the files of a keyring from drafts that a power cut left.
func isKey(name string) bool {
	return slices.Contains([]string{".seal", ".key", ".pem"}, filepath.Ext(name)) && !strings.HasPrefix(name, ".") && filepath.Base(name) == name
}

func addFile(w *archive.Writer, name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	return w.Add(name, info.Size(), f)
}

// Restore puts a backup back: where there is no docket, and where the keys are those of
// the backup or none. The docket then knows that it was put back, and says so to staff.
// A restore that was broken off is called again.
func Restore(ctx context.Context, b Backup) (r store.Restored, err error) {
	if err := keyring.MakeFolder(b.Folder); err != nil {
		return r, fmt.Errorf("central: data folder: %w", err)
	}
	done, err := alone(b.Folder)
	if err != nil {
		return r, err
	}
	defer done()
	at := func(name string) string { return filepath.Join(b.Folder, name) }
	if r, is, err := b.goOn(at(restoreName)); is || err != nil {
		return r, err
	}
	there, err := whichThere(b.Folder, docketFile, docketFile+"-wal", movingFile, movedFile)
	if err != nil {
		return r, err
	}
	for name, is := range there {
		if is && (b.Database == "" || name != movedFile) {
			return r, fmt.Errorf("central: there is a docket in %s (%s): nothing is written over it", b.Folder, name)
		}
	}
	if b.Database != "" {
		if exists, err := store.ExistsPostgres(ctx, b.Database); err != nil {
			return r, err
		} else if exists {
			if begun, err := whichThere(b.Folder, filepath.Join(restoreName, dumpFile)); err != nil {
				return r, err
			} else if begun[filepath.Join(restoreName, dumpFile)] {
				return r, fmt.Errorf("central: %w: a restore into it may have been broken off. If it is that database, make it anew and empty, and call restore again", store.ErrNotEmpty)
			}
			return r, fmt.Errorf("central: %w: nothing is written over it", store.ErrNotEmpty)
		}
	}
	f, err := os.Open(b.File)
	if err != nil {
		return r, fmt.Errorf("central: %w", err)
	}
	defer f.Close()
	// What is in this folder until the end keeps central from being served half.
	staged := at(restoreName)
	if err := os.RemoveAll(staged); err != nil {
		return r, fmt.Errorf("central: %w", err)
	}
	if err := keyring.MakeFolder(filepath.Join(staged, "keys")); err != nil {
		return r, fmt.Errorf("central: %w", err)
	}
	facts, err := b.unpack(f, staged)
	if err == nil {
		err = b.compareKeys(staged)
	}
	if err == nil {
		r, err = b.putBack(ctx, staged, facts)
	}
	if err != nil {
		// Nothing stands in the folder yet; a database that was begun is named by putBack.
		return r, errors.Join(err, os.RemoveAll(staged))
	}
	return r, b.place(staged)
}

// readyFile is written, with what the docket knows of the backup, once all that is left
// is to move files to their places.
const readyFile = "ready.json"

// goOn ends a restore that was broken off there.
func (b Backup) goOn(staged string) (r store.Restored, is bool, err error) {
	text, err := os.ReadFile(filepath.Join(staged, readyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return r, false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return r, true, fmt.Errorf("central: %w", err)
	}
	return r, true, b.place(staged)
}

func (b Backup) unpack(from io.Reader, staged string) (facts about, err error) {
	docket := ""
	err = archive.Read(from, b.Passphrase, func(name string, r io.Reader) error {
		switch key, isKeys := strings.CutPrefix(name, backupKeys); {
		case name == backupAbout:
			text, err := io.ReadAll(io.LimitReader(r, 1<<16))
			if err != nil {
				return err
			}
			if json.Unmarshal(text, &facts) != nil || facts.Format != 1 {
				return fmt.Errorf("central: the backup has a form that this program does not know")
			}
			return nil
		case name == docketFile || name == dumpFile:
			docket = name
		case !isKeys || !isKey(key):
			return fmt.Errorf("central: %q does not belong into a backup", name)
		}
		return write(filepath.Join(staged, filepath.FromSlash(name)), r)
	})
	if err != nil {
		return facts, err
	}
	want := map[string]string{"sqlite": docketFile, "postgres": dumpFile}[facts.Engine]
	switch {
	case want == "" || docket != want:
		return facts, fmt.Errorf("%w: it has no docket", archive.ErrDamaged)
	case facts.Engine == "postgres" && b.Database == "":
		return facts, errors.New("central: this is a backup of PostgreSQL: name an empty database with --database")
	case facts.Engine == "sqlite" && b.Database != "":
		return facts, errors.New("central: this is a backup of SQLite: put it back without --database, then \"central migrate\"")
	}
	return facts, nil
}

func write(path string, from io.Reader) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	_, err = io.Copy(f, from)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// compareKeys refuses a folder with other keys than the backup's: terminals seal to
// those. Keys that were made since the backup stay.
func (b Backup) compareKeys(staged string) error {
	entries, err := os.ReadDir(filepath.Join(staged, "keys"))
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	for _, entry := range entries {
		ours, err := os.ReadFile(filepath.Join(b.Folder, "keys", entry.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("central: %w", err)
		}
		theirs, err := os.ReadFile(filepath.Join(staged, "keys", entry.Name()))
		if err != nil {
			return fmt.Errorf("central: %w", err)
		}
		if !bytes.Equal(ours, theirs) {
			return fmt.Errorf("central: the keys in %s are not those of the backup: nothing is written over them", filepath.Join(b.Folder, "keys"))
		}
	}
	return nil
}

// putBack makes the docket ready, and has it know that it was put back.
func (b Backup) putBack(ctx context.Context, staged string, facts about) (r store.Restored, err error) {
	var s *store.Store
	if b.Database == "" {
		s, err = store.Open(ctx, filepath.Join(staged, docketFile))
	} else if err = undump(ctx, b.Database, filepath.Join(staged, dumpFile)); err == nil {
		s, err = store.OpenPostgres(ctx, b.Database)
	}
	if err != nil {
		return r, err
	}
	r, err = s.MarkRestored(ctx, facts.MadeAt, b.Clock())
	if err = errors.Join(err, s.Close()); err != nil {
		return r, err
	}
	text, err := json.Marshal(r)
	if err == nil {
		err = write(filepath.Join(staged, readyFile), bytes.NewReader(text))
	}
	return r, errors.Join(err, keyring.SyncFolder(staged))
}

// place moves everything to where it is served, the docket last.
func (b Backup) place(staged string) error {
	if err := keyring.MakeFolder(filepath.Join(b.Folder, "keys")); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	entries, err := os.ReadDir(filepath.Join(staged, "keys"))
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	for _, entry := range entries {
		if err := rename(filepath.Join(staged, "keys", entry.Name()), filepath.Join(b.Folder, "keys", entry.Name())); err != nil {
			return err
		}
	}
	if there, err := whichThere(staged, docketFile); err != nil {
		return err
	} else if there[docketFile] {
		if err := rename(filepath.Join(staged, docketFile), filepath.Join(b.Folder, docketFile)); err != nil {
			return err
		}
	}
	// It has all that residents said, and may not outlive a kill.
	if err := os.RemoveAll(filepath.Join(staged, dumpFile)); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	// All at once: half of the folder would say that the restore is not over, and not how
	// it goes on.
	over := staged + ".over"
	if err := os.RemoveAll(over); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if err := rename(staged, over); err != nil {
		return err
	}
	if err := os.RemoveAll(over); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	return nil
}
