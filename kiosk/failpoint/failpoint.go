// Package failpoint names the moments at which a process must be able to die
// without harm: between a transaction and its answer, between an answer and what
// the resident is shown. The programs that prove it (deploy/proof) install a hook
// and kill the process there; everywhere else reaching a point does nothing.
package failpoint

import "sync/atomic"

// Point is one such moment.
type Point string

// The points, in the order of a request's way.
const (
	Sealed       Point = "sealed"        // a request is sealed, nothing is written
	Inserted     Point = "inserted"      // written, the transaction is open
	Saved        Point = "saved"         // committed; the resident does not know yet
	Shown        Point = "shown"         // the resident was shown 已保存
	Printing     Point = "printing"      // the slip is about to go to the printer
	Printed      Point = "printed"       // its last byte went out
	Sending      Point = "sending"       // a push is about to go out
	Opened       Point = "opened"        // central opened its items, nothing is written
	Filed        Point = "filed"         // central wrote them, the transaction is open
	Committed    Point = "committed"     // central committed; the terminal does not know yet
	Answered     Point = "answered"      // the terminal has central's answer, nothing is written
	Settled      Point = "settled"       // the terminal wrote it down
	PieceStored  Point = "piece_stored"  // central committed a piece of a body
	Pulled       Point = "pulled"        // changes came, nothing is written
	Applied      Point = "applied"       // the terminal wrote them and the cursor
	DocumentKept Point = "document_kept" // a document was written, and is not used yet
	Retained     Point = "retained"      // the retention job deleted, the transaction is open
)

// Points lists every Point.
var Points = []Point{Sealed, Inserted, Saved, Shown, Printing, Printed, Sending, Opened, Filed, Committed, Answered, Settled,
	PieceStored, Pulled, Applied, DocumentKept, Retained}

var hook atomic.Pointer[func(Point)]

// Install has a function called at every point that is reached. Only programs that
// prove something call it.
func Install(f func(Point)) { hook.Store(&f) }

// Reached marks that the process is at a point.
func Reached(p Point) {
	if f := hook.Load(); f != nil {
		(*f)(p)
	}
}
