package fleet

import (
	"context"
	"time"

	"lintai/kiosk/fault"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/rollout"
)

// Store is a database of the fleet.
type Store interface {
	// WriteFleet runs f in one transaction: everything or, when f returns an error,
	// nothing. Transactions are as good as one after another. f may run more than once.
	WriteFleet(ctx context.Context, f func(Tx) error) error

	Bundles(ctx context.Context) ([]Bundle, error) // newest version first
	// AddBundlePiece keeps a piece of a bundle's file for other processes, and
	// BundlePiece gives it back. ErrNotFound.
	AddBundlePiece(ctx context.Context, hash docket.Hash, number int, data []byte) error
	BundlePiece(ctx context.Context, hash docket.Hash, number int) ([]byte, error)
	// HasPieces tells whether there are any of a file.
	HasPieces(ctx context.Context, hash docket.Hash) (bool, error)

	Rollouts(ctx context.Context) ([]rollout.Rollout, error) // newest version first
	Members(ctx context.Context, version string) ([]rollout.Member, error)
	// Places are a terminal's memberships, by version.
	Places(ctx context.Context, kiosk int) (map[string]rollout.Member, error)

	// OpenOrders lists those since a time whose end was not heard of, oldest first.
	OpenOrders(ctx context.Context, kiosk int, since time.Time) ([]Order, error)
	Orders(ctx context.Context, kiosk, limit int) ([]Order, error) // newest first
	Log(ctx context.Context, order int64) (Log, error)             // ErrNotFound
	DropLogs(ctx context.Context, before time.Time) (int, error)
	// FleetNotes lists what concerns a terminal, or with 0 all of them together, before a number (0: from
	// the newest on), newest first.
	FleetNotes(ctx context.Context, kiosk int, before int64, limit int) ([]Note, error)

	// Enrolment names the enrolment of a terminal's certificate: another one for another
	// machine. docket.ErrNotFound.
	Enrolment(ctx context.Context, kiosk int) (int64, error)
	Terminals(ctx context.Context) ([]docket.Terminal, error)
	Health(ctx context.Context, kiosk int) (docket.Health, error)
	Healths(ctx context.Context) (map[int]docket.Health, error)
	Certificates(ctx context.Context) (map[int]docket.Certificate, error)
	Grids(ctx context.Context) (*grid.Book, error)
}

// Tx is one transaction.
type Tx interface {
	AddBundle(b Bundle) error        // ErrExists for a version or a file that there is
	DropBundle(version string) error // with its rollout and the pieces of its file
	Rollouts() ([]rollout.Rollout, error)
	PutRollout(r rollout.Rollout) error // ErrNotFound without a bundle
	Members(version string) ([]rollout.Member, error)
	Places(kiosk int) (map[string]rollout.Member, error)
	PutMember(version string, m rollout.Member) error

	// AddOrder gives the order its number. ErrNotFound without a terminal.
	AddOrder(o Order) (Order, error)
	OpenOrders(kiosk int, since time.Time) ([]Order, error)
	Order(id int64) (Order, error) // ErrNotFound
	TellOrder(id int64, at time.Time) error
	// EndOrder notes the end of an open order of a terminal; another is left alone.
	EndOrder(kiosk int, id int64, at time.Time, f fault.Code) error
	PutLog(l Log) error
	AddFleetNote(n Note) error
}
