package publish

import (
	"context"
	"errors"
	"fmt"
	"io"

	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// Body reads a whole body.
func Body(ctx context.Context, store docket.Store, d wire.Document) ([]byte, error) {
	body := make([]byte, 0, d.Size)
	for int64(len(body)) < d.Size {
		piece, err := store.ReadDocument(ctx, docket.Hash(d.SHA256), int64(len(body)))
		if err != nil {
			return nil, fmt.Errorf("publish: body of %s %d: %w", d.Kind, d.Version, err)
		}
		body = append(body, piece...)
	}
	return body, nil
}

// Reader reads a body piece by piece, from wherever it is told to: a prompt pack
// that many terminals fetch at once is never whole in memory.
type Reader struct {
	ctx   context.Context
	store docket.Store
	head  wire.Document
	at    int64
	piece []byte // what follows at, as far as it was read
}

// NewReader reads the body of a document; ctx bounds all its reads.
func NewReader(ctx context.Context, store docket.Store, d wire.Document) *Reader {
	return &Reader{ctx: ctx, store: store, head: d}
}

// Read is io.Reader.
func (r *Reader) Read(b []byte) (int, error) {
	if r.at >= r.head.Size {
		return 0, io.EOF
	}
	if len(r.piece) == 0 {
		piece, err := r.store.ReadDocument(r.ctx, docket.Hash(r.head.SHA256), r.at)
		if err != nil {
			return 0, fmt.Errorf("publish: body of %s %d: %w", r.head.Kind, r.head.Version, err)
		}
		r.piece = piece
	}
	n := copy(b, r.piece)
	r.at, r.piece = r.at+int64(n), r.piece[n:]
	return n, nil
}

// Seek is io.Seeker.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.head.Size
	}
	if offset < 0 {
		return 0, errors.New("publish: a place before the body's beginning")
	}
	if offset != r.at {
		r.at, r.piece = offset, nil
	}
	return offset, nil
}
