package deadline

import (
	"context"
	"errors"
	"time"

	"lintai/sync/central/docket"
)

// ErrNotFound is returned for a notification or a limit that is not there.
var ErrNotFound = errors.New("deadline: no such entry")

// Notification is one alarm, told to one member of staff.
type Notification struct {
	Number  int64
	Account string
	Case    int64
	Round   int
	What    What
	Stage   Stage
	Due     time.Time // the limit
	At      time.Time // when it was told
	Seen    time.Time // zero while it was not
}

// Kept is what a database keeps of an open case, so that a list need not count.
type Kept struct {
	Case   int64
	Events int64  // number of the newest event that it was counted from
	Rules  string // Rules.Digest by which
	Standing
	Next     time.Time // of the next alarm, zero when none rings any more
	Chain    string    // the job that rings it; "" for none
	Assignee docket.Assignee
}

// Late is a case that is overdue.
type Late struct {
	docket.Case
	Kept Kept
}

// Store is what a database must be able to do.
type Store interface {
	// WriteLimits runs f in one transaction: everything or, when f returns an error,
	// nothing. f may run more than once.
	WriteLimits(ctx context.Context, f func(Tx) error) error

	// KeptLimits gives those of some cases, by case; a closed one has none.
	KeptLimits(ctx context.Context, cases []int64) (map[int64]Kept, error)
	// OverdueCases lists cases whose earliest open limit is over at a time, that which
	// is over longest first; of one assignee when it is not nil.
	OverdueCases(ctx context.Context, at time.Time, assignee *docket.Assignee, limit, offset int) ([]Late, error)
	// CountOverdue counts them by assignee.
	CountOverdue(ctx context.Context, at time.Time) (map[docket.Assignee]int, error)
	// UnkeptLimits finds open cases whose limits were never counted, or from fewer events or by
	// other rules than now, or whose alarm should have rung before a time; by number,
	// beginning after one. Of those that are not classified only what came before that
	// time is among them.
	UnkeptLimits(ctx context.Context, rules string, before time.Time, after int64, limit int) ([]int64, error)

	// UnseenNotifications lists what somebody was told and has not seen, newest first, of limits that
	// are still open: of each limit the newest, so that no case stands twice for the same.
	UnseenNotifications(ctx context.Context, account string, limit int) ([]Notification, error)
	// SeeNotification notes that she has seen it, and what she was told of its limit before.
	// ErrNotFound when there is none of hers.
	SeeNotification(ctx context.Context, account string, number int64, at time.Time) error
	// NotificationsOf lists what was told of a case, oldest first.
	NotificationsOf(ctx context.Context, number int64) ([]Notification, error)

	Setting(ctx context.Context, name string) (string, error)
	PutSetting(ctx context.Context, name, value string) error
}

// Tx is one transaction.
type Tx interface {
	// LockCase reads a case and keeps others from writing it until the end.
	LockCase(number int64) (docket.Case, error) // docket.ErrNotFound
	// Events reads the events of a case, oldest first.
	Events(number int64) ([]docket.Event, error)
	// Limits gives what is kept of a case; ErrNotFound.
	Limits(number int64) (Kept, error)
	KeepLimits(k Kept) error
	DropLimits(number int64) error
	// Colleagues lists the accounts that are not disabled.
	Colleagues() ([]Colleague, error)
	// FileNotification files a notification, unless that account was told of that limit in that
	// round before: of its reminder, or of its being over. It says whether it was filed.
	FileNotification(n Notification) (bool, error)
}

// Colleague is a member of staff who may be told.
type Colleague struct {
	Account              string
	Clerk, Administrator bool
}
