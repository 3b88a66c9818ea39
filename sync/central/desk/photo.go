package desk

import (
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"

	"lintai/sync/central/docket"
)

// Photo makes of a photo that staff took at a case what is kept of it: small, and
// without what the telephone wrote into it. ErrPhoto when it is none. It is filed by
// ActWith, together with the record that names it, or not at all.
func (d *Desk) Photo(of docket.Case, data []byte) (docket.Attachment, error) {
	data, err := keepable(data)
	if err != nil {
		return docket.Attachment{}, err
	}
	made, err := uuid.NewV7()
	if err != nil {
		return docket.Attachment{}, fmt.Errorf("desk: photo: %w", err)
	}
	return docket.Attachment{ID: made.String(), Request: of.ID, Type: "image/jpeg", Size: len(data), Hash: sha256.Sum256(data),
		ReceivedAt: d.Clock().UTC(), Data: data}, nil
}
