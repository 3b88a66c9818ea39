package desk

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"

	"lintai/sync/central/docket"
)

// KeepPhoto keeps a photo that staff took at a case, for a record to name: small, and
// without what the telephone wrote into it. One that no record comes to name stands on
// no page. ErrPhoto when it is none.
func (d *Desk) KeepPhoto(ctx context.Context, of docket.Case, data []byte) (id string, err error) {
	if data, err = keepable(data); err != nil {
		return "", err
	}
	made, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("desk: photo: %w", err)
	}
	photo := docket.Attachment{ID: made.String(), Request: of.ID, Type: "image/jpeg", Size: len(data), Hash: sha256.Sum256(data),
		ReceivedAt: d.Clock().UTC(), Data: data}
	if err := d.Store.Write(ctx, func(tx docket.Tx) error { return tx.FileAttachment(photo) }); err != nil {
		return "", fmt.Errorf("desk: photo: %w", err)
	}
	return photo.ID, nil
}
