package privacy

import (
	"context"
	"time"

	"lintai/kiosk/request"
	"lintai/sync/central/docket"
)

// Store is a database of central, as far as this package needs it.
type Store interface {
	NoteReads(ctx context.Context, all ...Entry) error
	// ReadSince lists what an account read since a time.
	ReadSince(ctx context.Context, account string, since time.Time) ([]Read, error)
	Entries(ctx context.Context, q EntryQuery) ([]Entry, error)
	// ReadersOf lists who read what is known of somebody, newest first.
	ReadersOf(ctx context.Context, k Known, limit int) ([]Entry, error)

	// Known gathers what is known of a subject; ErrNotFound when nothing is.
	Known(ctx context.Context, s Subject) (Known, error)

	OpenMatter(ctx context.Context, m Matter) (int64, error)
	Matter(ctx context.Context, number int64) (Matter, error) // ErrNotFound
	// Matters lists open ones, those that are due first, or closed ones, newest first.
	// before is the number of the last one of the page before, 0 on the first.
	Matters(ctx context.Context, open bool, before int64, limit int) ([]Matter, error)
	CloseMatter(ctx context.Context, number int64, o Outcome, at time.Time, by string) error // ErrNotFound, ErrClosed

	HoldCase(ctx context.Context, h Hold) error          // docket.ErrNotFound, ErrErased; one that is held keeps its hold
	ReleaseCase(ctx context.Context, number int64) error // ErrNotFound
	// ErasedAt is when the words of a case were taken out; zero when they are there.
	ErasedAt(ctx context.Context, number int64) (time.Time, error)
	HoldOf(ctx context.Context, number int64) (*Hold, error)
	Holds(ctx context.Context, after int64, limit int) ([]Hold, error) // by case

	// Amend puts right what a case says of its person; the event tells that it was done.
	Amend(ctx context.Context, number int64, p request.Person, address string, e docket.Event) error // ErrErased, docket.ErrNotFound

	// EraseSubject takes out the words of all closed cases of a subject that are not
	// held, and of what else is known by its card, in one transaction. kept are the
	// cases that it could not.
	EraseSubject(ctx context.Context, matter int64, s Subject, at time.Time) (erased Count, kept int, err error)
	// EraseOld takes out the words of closed cases of some services, or of all others
	// when but is true, that nothing happened to since a time; no more than limit. more
	// tells that there are others.
	EraseOld(ctx context.Context, services []string, but bool, before, now time.Time, limit int) (erased Count, more bool, err error)
	// EraseLoose takes out what belongs to no case, as EraseOld.
	EraseLoose(ctx context.Context, before, now time.Time, limit int) (Count, bool, error)
	CountErased(ctx context.Context, day string, c Count) error
	// ErasedSince adds up what went from a day on, as 2006-01-02.
	ErasedSince(ctx context.Context, day string) (Count, error)
	// Scrub makes the database's files forget what was taken out.
	Scrub(ctx context.Context) error

	// CellsOf counts the cases that were asked for from a time on and before another,
	// but for those of some services.
	CellsOf(ctx context.Context, from, until time.Time, without []string) ([]Cell, error)
}
