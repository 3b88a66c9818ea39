package wire

import "time"

// Sealed bodies that are too large to be sent again whole go up in pieces, named
// by their hash, and the item that they belong to follows in a push with Uploaded
// set and without Sealed.
//
//	GET  /kiosk/v1/uploads/HASH             → UploadAnswer: how much of it is there
//	POST /kiosk/v1/uploads/HASH?offset=N&size=M   a piece's bytes → UploadAnswer
//
// A piece is durable when it is answered. One that does not begin where the last
// ended is refused by an answer whose Offset says where to go on; a whole body
// whose bytes have another hash is thrown away, and begins again at 0.
const PathUploads = "/kiosk/v1/uploads/"

const (
	// UploadAbove is from how many bytes on a sealed body goes up in pieces.
	UploadAbove = 64 << 10
	// UploadPiece is the size of a piece: on a poor line some eight seconds.
	UploadPiece = 256 << 10
)

// UploadAnswer says how many bytes of a body are there.
type UploadAnswer struct {
	Protocol   string    `json:"protocol"`
	ServerTime time.Time `json:"server_time"`
	Offset     int64     `json:"offset"`
	Complete   bool      `json:"complete"`
}
