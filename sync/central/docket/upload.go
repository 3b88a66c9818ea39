package docket

import "time"

// Upload is how far a sealed body came that goes up in pieces. The zero Upload is
// one that was never begun.
type Upload struct {
	Size  int64 // of the whole, as the terminal says
	Came  int64 // bytes, from the first on
	Filed bool  // an item was filed with it, and its pieces are gone
}

// Complete tells that nothing of it is to be sent any more.
func (u Upload) Complete() bool { return u.Filed || u.Size > 0 && u.Came == u.Size }

// Piece is a part of a body. It is taken only where the last one ended.
type Piece struct {
	Kiosk int
	Hash  Hash  // of the whole body
	Size  int64 // of the whole body; another one than before begins anew
	Start int64
	Data  []byte
	At    time.Time
}

// UploadBounds is how much a terminal may have on its way at once. What was
// touched longest ago gives way to a body that is begun: a terminal sends one at
// a time, and cannot fill the disk.
type UploadBounds struct {
	Count int
	Bytes int64 // of the whole bodies
}
