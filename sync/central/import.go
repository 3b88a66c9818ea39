package central

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"

	"lintai/sync/central/docket"
	"lintai/sync/wire"
	"lintai/sync/wire/export"
)

// Errors of Import beside those of package export.
var (
	ErrForeignExport = errors.New("central: the export is not of a terminal of this central")
	ErrRevokedExport = errors.New("central: the certificate of the export was revoked, or replaced by a later one")
)

// Imported is what became of an export.
type Imported struct {
	Kiosk    int
	Items    int
	Outcomes map[wire.Outcome]int
	Receipt  export.Receipt // for the terminal to settle by
}

// Import files what a terminal exported, as if it had pushed it: what came by wire
// already is a duplicate. Nothing is filed before the whole file has proved to be
// what a terminal of this central signed; that a certificate has expired since does
// not matter, because a terminal without a line cannot renew it. One that was
// revoked is refused, unless revokedToo says that somebody vouches for it.
//
// It may run while this or another process serves the folder: the docket's lock
// keeps them apart, push by push.
func (c *Central) Import(ctx context.Context, from io.Reader, revokedToo bool) (Imported, error) {
	// A stick may be pulled out, and its file changed between two readings: what is
	// filed must be what was checked. The copy has no name, and goes with the process.
	copied, err := os.CreateTemp(c.config.Folder, ".import-*")
	if err != nil {
		return Imported{}, fmt.Errorf("central: import: %w", err)
	}
	defer copied.Close()
	if err := os.Remove(copied.Name()); err != nil {
		return Imported{}, fmt.Errorf("central: import: %w", err)
	}
	trust := func(head export.Head) (crypto.PublicKey, error) { return c.exporter(ctx, head, revokedToo) }
	head, sum, err := export.Read(io.TeeReader(from, copied), trust, nil)
	if err != nil {
		return Imported{}, err
	}
	if _, err := copied.Seek(0, io.SeekStart); err != nil {
		return Imported{}, fmt.Errorf("central: import: %w", err)
	}
	done := Imported{Kiosk: head.Kiosk, Items: sum.Count, Outcomes: map[wire.Outcome]int{},
		Receipt: export.Receipt{Kiosk: head.Kiosk, Export: sum.SHA256[:]}}
	file := func(items []wire.Item) error {
		push := wire.Push{Kiosk: head.Kiosk, Items: items}
		answers, err := c.receiver.Push(ctx, head.Kiosk, push)
		if err != nil {
			return fmt.Errorf("central: import: %w", err)
		}
		for _, a := range answers {
			done.Outcomes[a.Outcome]++
		}
		done.Receipt.Answers = append(done.Receipt.Answers, answers...)
		return nil
	}
	var batch []wire.Item
	bytes := 0
	_, _, err = export.Read(copied, trust, func(i wire.Item) error {
		// An age was counted when the file was written; how long it travelled,
		// nobody knows. A body in pieces has nothing to do with a stick.
		i.Age, i.Uploaded = nil, false
		if len(batch) == wire.MaxItems || len(batch) > 0 && bytes+len(i.Sealed) > wire.MaxSealedBytes {
			if err := file(batch); err != nil {
				return err
			}
			batch, bytes = nil, 0
		}
		batch, bytes = append(batch, i), bytes+len(i.Sealed)
		return nil
	})
	if err == nil && len(batch) > 0 {
		err = file(batch)
	}
	if err != nil {
		return Imported{}, err
	}
	done.Receipt.MadeAt = c.config.Clock().UTC()
	c.config.Log.Info("export imported", "kiosk", head.Kiosk, "items", sum.Count)
	return done, nil
}

// WriteReceipt writes a receipt, signed by the key that signs documents.
func (c *Central) WriteReceipt(w io.Writer, r export.Receipt) error {
	return export.WriteReceipt(w, r, c.signer)
}

// exporter judges the head of an export: the certificate must be one that this
// central issued, to the terminal that the head names.
func (c *Central) exporter(ctx context.Context, head export.Head, revokedToo bool) (crypto.PublicKey, error) {
	certificate, err := x509.ParseCertificate(head.Certificate)
	if err != nil {
		return nil, ErrForeignExport
	}
	serial, err := c.root.Serial(certificate)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForeignExport, err)
	}
	known, err := c.store.Certificate(ctx, serial)
	switch {
	case errors.Is(err, docket.ErrNotFound):
		return nil, fmt.Errorf("%w: its certificate is not in the docket, which may be one from a backup", ErrForeignExport)
	case err != nil:
		return nil, fmt.Errorf("central: import: %w", err)
	case known.Kiosk != head.Kiosk:
		return nil, fmt.Errorf("%w: it says terminal %d, its certificate is that of terminal %d", ErrForeignExport, head.Kiosk, known.Kiosk)
	case known.Revoked && !revokedToo:
		return nil, fmt.Errorf("%w (terminal %d)", ErrRevokedExport, head.Kiosk)
	}
	return certificate.PublicKey, nil
}
