package fleet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/keyring"
)

// Shelf is where the files of bundles stand: in a folder of the data folder, each under
// its hash. Where several processes share a database, pieces of them stand there, too, and
// a process that has not a file yet makes it of them when somebody asks for it.
type Shelf struct {
	Folder string
	Store  Store
	Shared bool

	making sync.Mutex
}

const pieceBytes = 1 << 20

func (s *Shelf) path(hash docket.Hash) string {
	return filepath.Join(s.Folder, hex.EncodeToString(hash[:])+".raucb")
}

// put takes a file, and gives its hash and size. It is on the disk when put returns.
func (s *Shelf) put(ctx context.Context, from io.Reader) (hash docket.Hash, size int64, err error) {
	if err := keyring.MakeFolder(s.Folder); err != nil {
		return hash, 0, err
	}
	s.tidy()
	draft, err := os.CreateTemp(s.Folder, draftName)
	if err != nil {
		return hash, 0, fmt.Errorf("fleet: bundle: %w", err)
	}
	defer os.Remove(draft.Name()) // fails after the rename, as it should
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(draft, sum), reading{ctx, from})
	if err == nil {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err != nil {
		return hash, size, fmt.Errorf("fleet: bundle: %w", err)
	}
	sum.Sum(hash[:0])
	if err := os.Rename(draft.Name(), s.path(hash)); err != nil {
		return hash, size, fmt.Errorf("fleet: bundle: %w", err)
	}
	return hash, size, keyring.SyncFolder(s.Folder)
}

const draftName = ".draft-*"

// draftLife is longer than any file takes to be put on the shelf.
const draftLife = 24 * time.Hour

// tidy throws drafts away that a process left that was killed.
func (s *Shelf) tidy() {
	left, _ := filepath.Glob(filepath.Join(s.Folder, draftName)) // the pattern is sound
	for _, name := range left {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > draftLife {
			os.Remove(name) // the next time, if it does not go
		}
	}
}

// reading ends with its context.
type reading struct {
	ctx  context.Context
	from io.Reader
}

func (r reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}

// share puts the pieces of a file into the database, where others need them.
func (s *Shelf) share(ctx context.Context, hash docket.Hash) error {
	if !s.Shared {
		return nil
	}
	f, err := os.Open(s.path(hash))
	if err != nil {
		return fmt.Errorf("fleet: bundle: %w", err)
	}
	defer f.Close()
	piece := make([]byte, pieceBytes)
	for number := 0; ; number++ {
		n, err := io.ReadFull(f, piece)
		if n > 0 {
			if err := s.Store.AddBundlePiece(ctx, hash, number, piece[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return fmt.Errorf("fleet: bundle: %w", err)
		}
	}
}

// has tells whether the file can be given: it is here, or in the database.
func (s *Shelf) has(ctx context.Context, b Bundle) bool {
	if info, err := os.Stat(s.path(b.Hash)); err == nil && info.Size() == b.Size {
		return true
	}
	if !s.Shared {
		return false
	}
	has, err := s.Store.HasPieces(ctx, b.Hash)
	return err == nil && has
}

// open opens the file of a bundle. ErrElsewhere; ErrBusy while it is made of its pieces.
func (s *Shelf) open(ctx context.Context, b Bundle) (*os.File, error) {
	f, err := os.Open(s.path(b.Hash))
	if err == nil {
		info, wrong := f.Stat()
		if wrong == nil && info.Size() == b.Size {
			return f, nil
		}
		f.Close()
	}
	if !s.Shared {
		return nil, ErrElsewhere
	}
	if !s.making.TryLock() {
		return nil, ErrBusy
	}
	defer s.making.Unlock()
	hash, size, err := s.put(ctx, &pieces{ctx: ctx, store: s.Store, hash: b.Hash})
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, ErrElsewhere
	case err != nil:
		return nil, err
	case hash != b.Hash || size != b.Size:
		os.Remove(s.path(hash))
		return nil, ErrElsewhere
	}
	if f, err = os.Open(s.path(b.Hash)); err != nil {
		return nil, fmt.Errorf("fleet: bundle: %w", err)
	}
	return f, nil
}

// pieces reads a file out of the database. What is not whole has another hash.
type pieces struct {
	ctx   context.Context
	store Store
	hash  docket.Hash
	next  int
	left  []byte
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.left) == 0 {
		piece, err := p.store.BundlePiece(p.ctx, p.hash, p.next)
		if errors.Is(err, ErrNotFound) && p.next > 0 {
			return 0, io.EOF
		}
		if err != nil {
			return 0, err
		}
		p.left, p.next = piece, p.next+1
	}
	n := copy(b, p.left)
	p.left = p.left[n:]
	return n, nil
}

// drop throws a file away.
func (s *Shelf) drop(hash docket.Hash) error {
	if err := os.Remove(s.path(hash)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("fleet: bundle: %w", err)
	}
	return nil
}
