package intake

import (
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
)

// errNotNamed is an attachment whose request names other bytes, or none.
var errNotNamed = errors.New("intake: the request does not name this attachment")

func (o *opened) readAttachment(plain []byte, now time.Time) docket.Reason {
	var body request.AttachmentBody
	if err := decode(plain, &body); err != nil {
		return docket.ReasonBadBody
	}
	if _, err := uuid.Parse(body.Request); err != nil || len(body.Data) == 0 || len(body.Data) > request.MaxAttachment ||
		!slices.Contains(docket.AttachmentTypes, body.Type) {
		return docket.ReasonBadBody
	}
	if body.ID != o.item.ID || body.Kiosk != o.item.Kiosk {
		return docket.ReasonDisagrees
	}
	o.attachment = &docket.Attachment{
		ID: body.ID, Kiosk: body.Kiosk, Request: body.Request, Type: body.Type,
		Size: len(body.Data), Hash: sha256.Sum256(body.Data), ReceivedAt: now, Data: body.Data,
	}
	return ""
}

// fileAttachment files an attachment. When its request is there, the request
// must name it; when it comes first, the page of the case looks again.
func fileAttachment(tx docket.Tx, a docket.Attachment) ([]live.Word, error) {
	named, filed, err := tx.Named(a.Request)
	if err != nil {
		return nil, err
	}
	if filed && !named.Names(a) {
		return nil, errNotNamed
	}
	if err := tx.FileAttachment(a); err != nil {
		return nil, err
	}
	if named.Case == 0 {
		return nil, nil
	}
	return []live.Word{caseWord(named.Case, a.Kiosk)}, nil
}
