package main

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"lintai/hw"
	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/kiosk/content"
	"lintai/kiosk/fault"
	"lintai/kiosk/pack"
	"lintai/kiosk/policy"
	"lintai/kiosk/readiness"
	"lintai/kiosk/seal"
	"lintai/offline"
	"lintai/sync/wire"
)

// shelf is where the agent keeps what central signed; *offline.Queue is one.
type shelf interface {
	Document(ctx context.Context, kind string) (version int64, head, body []byte, err error)
	RejectDocument(ctx context.Context, kind string, version int64) error
}

// documents are those that central signed, as the terminal uses them. One that was
// kept and turns out to be of no use to this program, or is damaged, is rejected,
// and the one before it is used.
type documents struct {
	shelf  shelf
	key    ed25519.PublicKey
	folder string // the data folder: prompt packs are unpacked there
	sealTo func(seal.PublicKey) error
	log    *slog.Logger

	mu     sync.Mutex
	marks  map[wire.DocumentKind]int64 // versions as they are known here
	book   *healthBook
	wrong  map[wire.DocumentKind]error // what central offers and cannot be taken
	failed map[wire.DocumentKind]error // what was kept and cannot be used
}

func newDocuments(shelf shelf, key ed25519.PublicKey, folder string, sealTo func(seal.PublicKey) error, log *slog.Logger) *documents {
	return &documents{shelf: shelf, key: key, folder: folder, sealTo: sealTo, log: log, book: newHealthBook(nil),
		marks: map[wire.DocumentKind]int64{}, failed: map[wire.DocumentKind]error{}}
}

// use hands out the newest document of a kind that take accepts; false when there
// is none.
func (d *documents) use(ctx context.Context, kind wire.DocumentKind, take func(version int64, body []byte) error) bool {
	for len(d.key) > 0 {
		version, head, body, err := d.shelf.Document(ctx, string(kind))
		if errors.Is(err, offline.ErrNoDocument) {
			return false
		}
		if err != nil {
			d.fail(kind, fmt.Errorf("not read: %w", err))
			return false
		}
		if err = d.verify(kind, version, head, body); err == nil {
			err = take(version, body)
		}
		if err == nil {
			d.mu.Lock()
			d.marks[kind] = max(d.marks[kind], version)
			if errors.As(d.failed[kind], new(*noRoom)) {
				delete(d.failed, kind) // now there was
				d.tell()
			}
			d.mu.Unlock()
			return true
		}
		var room *noRoom
		if errors.As(err, &room) {
			d.fail(kind, err)
			return false // the document is well; the next start tries again
		}
		d.fail(kind, fmt.Errorf("version %d: %w", version, err))
		if err := d.shelf.RejectDocument(ctx, string(kind), version); err != nil {
			d.fail(kind, fmt.Errorf("version %d not put aside: %w", version, err))
			return false
		}
	}
	return false
}

// verify looks once more at what lay on the disk.
func (d *documents) verify(kind wire.DocumentKind, version int64, head, body []byte) error {
	var signed wire.Document
	if err := json.Unmarshal(head, &signed); err != nil {
		return fmt.Errorf("head: %w", err)
	}
	if signed.Kind != kind || signed.Version != version {
		return wire.ErrForged
	}
	return signed.Verify(d.key, body)
}

// content is what the terminal shows where the community has no files of its own:
// central's documents, else those inside the binary.
func (d *documents) content(ctx context.Context) content.Content {
	c := content.Default()
	use(ctx, d, wire.DocumentCatalog, catalog.Parse, &c.Catalog)
	use(ctx, d, wire.DocumentCommunity, community.Parse, &c.Community)
	use(ctx, d, wire.DocumentPolicy, policy.Parse, &c.Policy)
	return c
}

func use[T any](ctx context.Context, d *documents, kind wire.DocumentKind, parse func([]byte) (*T, error), into **T) {
	d.use(ctx, kind, func(_ int64, body []byte) error {
		document, err := parse(body)
		if err == nil {
			*into = document
		}
		return err
	})
}

// configuration is what of the terminal's identity central has changed. The seal
// key counts from now on, also in the middle of a visit.
func (d *documents) configuration(ctx context.Context) (c wire.Configuration) {
	d.use(ctx, wire.DocumentConfiguration, func(_ int64, body []byte) (err error) {
		parsed, err := wire.ParseConfiguration(body)
		if err != nil {
			return err
		}
		if parsed.SealKey != "" {
			key, err := seal.ParsePublicKey(parsed.SealKey)
			if err != nil {
				return err
			}
			if err := d.sealTo(key); err != nil {
				return err
			}
		}
		c = parsed
		return nil
	})
	return c
}

// promptsFolder in the data folder holds the unpacked prompt pack, in a folder named
// by version and hash.
const promptsFolder = "prompts"

// noRoom is a pack that could not be written.
type noRoom struct{ err error }

func (n *noRoom) Error() string { return "not unpacked: " + n.err.Error() }
func (n *noRoom) Unwrap() error { return n.err }

// prompts is the folder of central's prompt pack; "" when there is none.
func (d *documents) prompts(ctx context.Context) (folder string) {
	d.use(ctx, wire.DocumentPrompts, func(version int64, body []byte) (err error) {
		folder, err = d.unpack(version, body)
		return err
	})
	d.sweep(filepath.Base(folder))
	return folder
}

// clips are the folders of prompt packs in the order in which they are asked: those
// that were named when the program was started go before central's.
func (d *documents) clips(ctx context.Context, named []string) []string {
	if folder := d.prompts(ctx); folder != "" {
		return append(slices.Clone(named), folder)
	}
	return named
}

// unpack writes a pack into a folder of its own, whole or not at all: the folder
// gets its name when all in it is on the disk.
func (d *documents) unpack(version int64, body []byte) (string, error) {
	sum := wire.DocumentSum(body)
	all := filepath.Join(d.folder, promptsFolder)
	folder := filepath.Join(all, fmt.Sprintf("%d-%s", version, hex.EncodeToString(sum[:8])))
	if info, err := os.Stat(folder); err == nil && info.IsDir() {
		return folder, nil
	}
	if err := pack.CheckArchive(body); err != nil {
		return "", err
	}
	draft := folder + draftSuffix
	if err := errors.Join(os.RemoveAll(draft), os.MkdirAll(draft, 0o700)); err != nil {
		return "", &noRoom{err}
	}
	err := pack.Unpack(body, func(name string, content []byte) error {
		path := filepath.Join(draft, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		return os.WriteFile(path, content, 0o600)
	})
	if err == nil {
		err = syncDisk(draft)
	}
	if err == nil {
		err = os.Rename(draft, folder)
	}
	if err != nil {
		return "", &noRoom{errors.Join(err, os.RemoveAll(draft))}
	}
	return folder, nil
}

const draftSuffix = ".draft"

// syncDisk makes everything that was written to the folder's file system durable:
// one call, where a pack has hundreds of files.
func syncDisk(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		return fmt.Errorf("syncfs: %w", err)
	}
	return nil
}

// sweep removes the packs of before.
func (d *documents) sweep(used string) {
	all := filepath.Join(d.folder, promptsFolder)
	entries, err := os.ReadDir(all)
	if err != nil {
		return // there never was one
	}
	for _, e := range entries {
		if e.Name() == used {
			continue
		}
		if err := os.RemoveAll(filepath.Join(all, e.Name())); err != nil {
			d.log.Warn("an old prompt pack stays", "error", err)
		}
	}
}

// mark changes whenever a document was kept.
func (d *documents) mark() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return fmt.Sprint(d.marks) // maps are printed in the order of their keys
}

// kept takes the agent's word that a document is here.
func (d *documents) kept(ctx context.Context, head wire.Document) {
	d.mu.Lock()
	d.marks[head.Kind] = head.Version
	delete(d.failed, head.Kind)
	d.tell()
	d.mu.Unlock()
	if head.Kind == wire.DocumentConfiguration {
		d.configuration(ctx)
	}
}

// refused takes the agent's word on what central offers and cannot be taken.
func (d *documents) refused(wrong map[wire.DocumentKind]error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wrong = wrong
	d.tell()
}

// fail notes that a document that is here cannot be used.
func (d *documents) fail(kind wire.DocumentKind, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log.Warn("document not used", "fault", string(fault.DocumentRefused), "kind", string(kind), "error", err)
	d.failed[kind] = err
	d.tell()
}

// report has the book told from now on.
func (d *documents) report(book *healthBook) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.book = book
	d.tell()
}

// tell writes down how the documents are; mu is held.
func (d *documents) tell() {
	row := readiness.Row{Name: readiness.Documents, State: hw.Ready.String()}
	var lines []string
	for _, wrong := range []map[wire.DocumentKind]error{d.wrong, d.failed} {
		for _, kind := range slices.Sorted(maps.Keys(wrong)) {
			lines = append(lines, fmt.Sprintf("%s: %v", kind, wrong[kind]))
		}
	}
	switch {
	case len(lines) > 0:
		row.State, row.Fault, row.Since = hw.Degraded.String(), fault.DocumentRefused, time.Now()
		row.Detail = strings.Join(lines, "\n")
	case len(d.marks) == 0:
		d.book.none(readiness.Documents)
		return
	default:
		row.LastOK = time.Now()
	}
	d.book.put(row)
}
