// Package export carries what waits in a terminal's queue to central without a
// line: by a memory stick, from a terminal that will never see a network again.
//
// An export is a text file of JSON lines: a head with the terminal's number and
// certificate, one line for each item as the wire carries it (sealed, so that
// nobody on the way can read it), and an end with the number of items, the
// SHA-256 of all bytes before it, and a signature over that by the key of the
// certificate. A file that was cut, changed or put together anew has no such end,
// and counts for nothing. Central answers with a receipt of the same make, signed
// by its own key, that names what became of each item; the terminal settles by
// it. Whoever never brings the receipt back loses nothing: what central has
// already is a duplicate when it comes again, by whatever way.
//
// Both files are written and read as streams, an item at a time.
package export

import (
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"lintai/sync/wire"
)

// Format stands in the head of an export. Another number after the dash is
// another format.
const Format = "lintai-export-1"

// maxLine bounds one line: the largest item goes into one push.
const maxLine = wire.MaxBodyBytes

// What can be wrong with an export or a receipt. Errors of Read and ReadReceipt
// wrap one of them, or what their callbacks returned.
var (
	ErrFormat = errors.New("export: this is no such file, or a newer program wrote it")
	ErrCut    = errors.New("export: the file was cut: its end is missing")
	ErrForged = errors.New("export: the file was changed after it was signed")
)

// Head begins an export.
type Head struct {
	Format string    `json:"format"`
	Kiosk  int       `json:"kiosk"`
	MadeAt time.Time `json:"made_at"` // by the terminal's clock
	// Certificate is the terminal's, X.509 in DER: central issued it, and its key
	// signs the end.
	Certificate []byte `json:"certificate"`
}

// Write writes an export of the items, in their order, and returns what its end
// says. key belongs to the head's certificate; Format need not be set.
func Write(w io.Writer, head Head, key crypto.Signer, items iter.Seq2[wire.Item, error]) (Sum, error) {
	head.Format = Format
	l := newWriter(w, Format)
	l.line(head)
	for item, err := range items {
		if err != nil {
			return Sum{}, fmt.Errorf("export: %w", err)
		}
		if l.entry(entry{Item: &item}); l.err != nil {
			break
		}
	}
	return l.end(key)
}

// Read reads an export. trust judges the head before anything else is read, and
// returns the key that the end must be signed with. each, when not nil, gets the
// items; they count for nothing until Read has returned without error.
func Read(r io.Reader, trust func(Head) (crypto.PublicKey, error), each func(wire.Item) error) (Head, Sum, error) {
	var head Head
	l := newReader(r, Format)
	text, err := l.line()
	if err != nil {
		return head, Sum{}, err
	}
	if json.Unmarshal(text, &head) != nil || head.Format != Format {
		return head, Sum{}, ErrFormat
	}
	l.add(text)
	key, err := trust(head)
	if err != nil {
		return head, Sum{}, err
	}
	sum, err := l.entries(key, func(e entry) error {
		if e.Item == nil {
			return fmt.Errorf("%w: line %d is no item", ErrForged, l.lines)
		}
		if each == nil {
			return nil
		}
		return each(*e.Item)
	})
	return head, sum, err
}
