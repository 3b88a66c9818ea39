package intake

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// assemble puts the bodies together that went up in pieces, before anything is
// answered. One that is not here, or whose bytes have another hash, is missing:
// the terminal sends it (again), unless its item was answered before.
func (r *Receiver) assemble(ctx context.Context, items []wire.Item, into []opened) error {
	room := wire.MaxSealedBytes
	for i, item := range items {
		if !item.Uploaded {
			continue
		}
		o := &into[i]
		o.uploaded, o.sealed = true, nil
		o.item.Hash = parseHash(item.Hash)
		u, err := r.Store.Upload(ctx, o.item.Kiosk, o.item.Hash)
		if err != nil {
			return fmt.Errorf("intake: %w", err)
		}
		if u.Filed || !u.Complete() {
			o.missing = true
			continue
		}
		if room -= int(u.Size); room < 0 {
			return ErrTooLarge
		}
		switch o.sealed, err = r.Store.UploadedBody(ctx, o.item.Kiosk, o.item.Hash); {
		case errors.Is(err, docket.ErrNotFound):
			o.missing = true
		case err != nil:
			return fmt.Errorf("intake: %w", err)
		case sha256.Sum256(o.sealed) != o.item.Hash:
			o.missing, o.sealed = true, nil
			if err := r.Store.DropUpload(ctx, o.item.Kiosk, o.item.Hash); err != nil {
				return fmt.Errorf("intake: %w", err)
			}
			r.Log.Warn("an uploaded body has another hash", "kiosk", o.item.Kiosk)
		}
	}
	return nil
}

// fileUpload lets the pieces of a body go whose item is answered for good.
func (o *opened) fileUpload(tx docket.Tx) error {
	if !o.uploaded {
		return nil
	}
	return tx.FileUpload(o.item.Kiosk, o.item.Hash)
}
