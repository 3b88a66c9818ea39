package docket

import (
	"encoding/hex"
	"time"

	"lintai/kiosk/request"
)

// Attachment is a voice note or a photo. It comes as an item of its own, before
// or after the request that names it.
type Attachment struct {
	ID         string
	Kiosk      int
	Request    string // the id of the request or rating that it belongs to
	Type       string // media type; one of AttachmentTypes
	Size       int    // bytes
	Hash       Hash   // SHA-256 of the bytes
	ReceivedAt time.Time
	Data       []byte // nil in a list
}

// AttachmentTypes are the media types that terminals make and browsers show.
// Nothing else is taken: it would be a page of somebody's, served by central.
var AttachmentTypes = []string{"audio/ogg", "audio/wav", "image/jpeg"}

// Is tells whether it is the attachment that a request names.
func (a Attachment) Is(r request.Reference) bool {
	return a.ID == r.ID && a.Type == r.Type && a.Size == r.Size && hex.EncodeToString(a.Hash[:]) == r.SHA256
}

// Named is what a filed request says of its attachments.
type Named struct {
	Case       int64 // the case on whose page they are shown, or 0
	References []request.Reference
}

// Names tells whether the request names an attachment, with these very bytes.
func (n Named) Names(a Attachment) bool {
	for _, r := range n.References {
		if a.Is(r) {
			return true
		}
	}
	return false
}
