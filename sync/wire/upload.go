package wire

import "time"

// Sealed bodies that are too large to be sent again whole go up in pieces, named
// by their hash, and the item that they belong to follows in a push with Uploaded
// set and without Sealed.
//
//	GET  /kiosk/v1/uploads/HASH             → UploadAnswer: how much of it is there
//	POST /kiosk/v1/uploads/HASH?offset=N&size=M   a piece's bytes → UploadAnswer
//
// A piece is durable when it is answered; of one that breaks off, central keeps
// what came. One that does not begin where the last ended is refused by an answer
// whose Offset says where to go on; a whole body whose bytes have another hash is
// thrown away, and begins again at 0. What is not asked for any more is thrown
// away after UploadKept.
const PathUploads = "/kiosk/v1/uploads/"

const (
	// UploadAbove is from how many bytes on a sealed body goes up in pieces.
	UploadAbove = 64 << 10
	// UploadPiece is the size of a piece: on a poor line some eight seconds.
	UploadPiece = 256 << 10
	// MaxUploadBytes bounds one body.
	MaxUploadBytes = MaxSealedBytes
	// MaxUploads bounds the bodies that central keeps for a terminal and that no item
	// came for yet, MaxUploadsBytes their bytes. Beginning one more throws those away
	// that were touched longest ago.
	MaxUploads      = 16
	MaxUploadsBytes = 32 << 20
	// UploadKept is for how long nothing may happen to such a body.
	UploadKept = 7 * 24 * time.Hour
)

// UploadAnswer says how many bytes of a body are there.
type UploadAnswer struct {
	Protocol   string    `json:"protocol"`
	ServerTime time.Time `json:"server_time"`
	Offset     int64     `json:"offset"`
	Complete   bool      `json:"complete"`
}
