package request

import (
	"crypto/sha256"
	"encoding/hex"
)

// Attachment is a voice note or a photo that belongs to a request. It is queued
// and sealed as an item of its own, so that a large one does not hold up the
// request, and the request names it by id and hash.
type Attachment struct {
	Reference
	Data []byte
}

// Reference names an attachment inside its request.
type Reference struct {
	ID      string `json:"id"`                // UUIDv7, made when it was recorded; the item's id
	Step    string `json:"step"`              // the step that asked for it
	Type    string `json:"type"`              // media type: audio/ogg, audio/wav, image/jpeg
	Size    int    `json:"size"`              // bytes
	SHA256  string `json:"sha256"`            // of the bytes, in hex
	Seconds int    `json:"seconds,omitempty"` // length of a voice note
}

// AttachmentBody is what the sealed body of an attachment's item holds.
type AttachmentBody struct {
	ID      string `json:"id"`
	Kiosk   int    `json:"kiosk"`
	Request string `json:"request"` // the id of the request it belongs to
	Type    string `json:"type"`
	Data    []byte `json:"data"`
}

// MaxAttachment is the largest attachment in bytes. A minute of speech as
// uncompressed 16 kHz mono sound fits.
const MaxAttachment = 2 << 20

// NewAttachment fills in size and hash.
func NewAttachment(id, mediaType string, data []byte, seconds int) Attachment {
	sum := sha256.Sum256(data)
	return Attachment{
		Reference: Reference{ID: id, Type: mediaType, Size: len(data), SHA256: hex.EncodeToString(sum[:]), Seconds: seconds},
		Data:      data,
	}
}
