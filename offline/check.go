package offline

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lintai/kiosk/request"
)

// InspectDamaged opens a queue that Inspect refuses with ErrDamaged, for what can
// still be read of it. Nothing that it returns is complete: Rows says how much is
// missing. It changes nothing, because what is left must not become less.
func InspectDamaged(ctx context.Context, path string) (*Inspection, error) {
	if err := present(path); err != nil {
		return nil, fmt.Errorf("offline: inspect: %w", err)
	}
	db, err := connect(path, readOnly)
	if err != nil {
		return nil, fmt.Errorf("offline: inspect: %w", classify(err))
	}
	if _, err := db.ExecContext(ctx, `PRAGMA cell_size_check = 1`); err != nil {
		db.Close()
		return nil, fmt.Errorf("offline: inspect %s: %w", path, classify(err))
	}
	return &Inspection{db}, nil
}

// Row is one item as it lies in the file, with its sealed body when it has one.
type Row struct {
	Entry
	Kiosk  int
	Sealed []byte
	hash   []byte
}

// Sound tells whether the body is the one that was saved, as far as there is one.
func (r Row) Sound() bool {
	sum := sha256.Sum256(r.Sealed)
	return r.Sealed == nil || string(sum[:]) == string(r.hash)
}

// Rows calls each with every item in the order of their sequence, reading each by
// itself: one on a damaged page is passed over, and counted in unreadable. An
// error says that nothing can be read, or is that of each. Items that are saved
// while it runs may be left out.
func (i *Inspection) Rows(ctx context.Context, each func(Row) error) (unreadable int, err error) {
	var last sql.NullInt64
	err = i.db.QueryRowContext(ctx, `SELECT max(sequence) FROM outbox`).Scan(&last)
	if err != nil {
		// The counter lies on another page.
		if i.db.QueryRowContext(ctx, `SELECT seq FROM sqlite_sequence WHERE name = 'outbox'`).Scan(&last) != nil {
			return 0, fmt.Errorf("offline: rows: %w", classify(err))
		}
	}
	for sequence := int64(1); sequence <= last.Int64; sequence++ {
		r, err := i.row(ctx, sequence)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			continue // gone, or never was: see Check
		case ctx.Err() != nil:
			return unreadable, ctx.Err()
		case err != nil:
			unreadable++
			continue
		}
		if err := each(r); err != nil {
			return unreadable, err
		}
	}
	return unreadable, nil
}

func (i *Inspection) row(ctx context.Context, sequence int64) (Row, error) {
	r := Row{Entry: Entry{Sequence: sequence}}
	var kind, state string
	var madeAt, savedAt int64
	var settledAt sql.NullInt64
	err := i.db.QueryRowContext(ctx, `SELECT id, kind, kiosk, state, reason, attempts, made_at, saved_at, delivered_at, sealed, hash
		FROM outbox WHERE sequence = ?`, sequence).
		Scan(&r.ID, &kind, &r.Kiosk, &state, &r.Reason, &r.Attempts, &madeAt, &savedAt, &settledAt, &r.Sealed, &r.hash)
	if err != nil {
		return r, err
	}
	r.Kind, r.State, r.Size, r.SHA256 = request.Kind(kind), State(state), int64(len(r.Sealed)), fmt.Sprintf("%x", r.hash)
	r.MadeAt, r.SavedAt = fromMilli(madeAt), fromMilli(savedAt)
	if settledAt.Valid {
		r.SettledAt = fromMilli(settledAt.Int64)
	}
	return r, nil
}

// Unsettled calls each with every item that central has not settled and whose
// body can be read, in the order in which they would be sent. One whose body is
// not the one that was saved comes too: central says so to staff, who would not
// hear of it otherwise. An item that central settles meanwhile is left out.
func (i *Inspection) Unsettled(ctx context.Context, each func(Row) error) (unreadable int, err error) {
	type place struct{ rank, sequence int64 }
	var order []place
	unreadable, err = i.Rows(ctx, func(r Row) error {
		if r.State == Saved {
			order = append(order, place{rankOf(r.Kind), r.Sequence})
		}
		return nil
	})
	if err != nil {
		return unreadable, err
	}
	slices.SortFunc(order, func(a, b place) int {
		if a.rank != b.rank {
			return int(a.rank - b.rank)
		}
		return int(a.sequence - b.sequence)
	})
	for _, p := range order {
		r, err := i.row(ctx, p.sequence)
		switch {
		case ctx.Err() != nil:
			return unreadable, ctx.Err()
		case err != nil:
			unreadable++
			continue
		case r.Sealed == nil || r.State != Saved:
			continue
		}
		if err := each(r); err != nil {
			return unreadable, err
		}
	}
	return unreadable, nil
}

// rankOf is what goes first when everything goes at once: calls, then requests,
// then what belongs to them.
func rankOf(k request.Kind) int64 {
	return int64(slices.Index([]request.Kind{request.KindCall, request.KindRequest, request.KindAttachment}, k))
}

// Problem is one thing that is wrong with a queue.
type Problem struct {
	Kind ProblemKind `json:"kind"`
	// Sequence and ID name the item, when it is about one.
	Sequence int64  `json:"sequence,omitempty"`
	ID       string `json:"id,omitempty"`
	Count    int64  `json:"count,omitempty"` // of items, when it is about many
	Detail   string `json:"detail,omitempty"`
}

// ProblemKind says what is wrong.
type ProblemKind string

const (
	ProblemBody       ProblemKind = "body"       // the body is not the one that was saved
	ProblemGone       ProblemKind = "gone"       // there were more items, and no job deleted them
	ProblemUnreadable ProblemKind = "unreadable" // items on damaged pages
	ProblemAudit      ProblemKind = "audit"      // the audit log does not hold together
)

// Checked is what Check found.
type Checked struct {
	Items    int        `json:"items"`  // read
	Bodies   int        `json:"bodies"` // of them with a sealed body, whose hash was computed
	Retained int64      `json:"retained"`
	Salvaged bool       `json:"salvaged,omitempty"` // read out of a damaged one: which numbers were lost then stands in its log
	Audit    AuditEntry `json:"audit"`              // head of the audit log, as far as it is sound
	Problems []Problem  `json:"problems"`
}

// Check reads everything: the hash of every sealed body, whether all numbers are
// accounted for, and the audit log.
func (i *Inspection) Check(ctx context.Context) (Checked, error) {
	c := Checked{Problems: []Problem{}}
	// First what was given out, then what is there: what is saved in between must
	// not look lost.
	var given sql.NullInt64
	if err := i.db.QueryRowContext(ctx, `SELECT seq FROM sqlite_sequence WHERE name = 'outbox'`).Scan(&given); err != nil && !errors.Is(err, sql.ErrNoRows) {
		c.Problems = append(c.Problems, Problem{Kind: ProblemUnreadable, Detail: classify(err).Error()})
	}
	counted := int64(0)
	unreadable, err := i.Rows(ctx, func(r Row) error {
		c.Items++
		if r.Sequence <= given.Int64 {
			counted++
		}
		if r.Sealed != nil {
			c.Bodies++
		}
		if !r.Sound() {
			c.Problems = append(c.Problems, Problem{Kind: ProblemBody, Sequence: r.Sequence, ID: r.ID})
		}
		return nil
	})
	if ctx.Err() != nil {
		return c, ctx.Err()
	}
	if err != nil {
		c.Problems = append(c.Problems, Problem{Kind: ProblemUnreadable, Detail: err.Error()})
		return c, nil
	}
	if unreadable > 0 {
		c.Problems = append(c.Problems, Problem{Kind: ProblemUnreadable, Count: int64(unreadable)})
	}
	var logged bool
	if err := i.db.QueryRowContext(ctx, `SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'audit'`).Scan(&logged); err == nil && !logged {
		return c, nil // of a terminal that was not started since there are logs
	}
	c.Audit, err = i.VerifyAudit(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return c, ctx.Err()
		}
		c.Problems = append(c.Problems, Problem{Kind: ProblemAudit, Sequence: c.Audit.Sequence + 1, Detail: err.Error()})
	}
	// Only now, so that what was deleted since is not missed.
	err = i.AuditLog(ctx, func(e AuditEntry) error {
		switch e.Event {
		case EventRetained:
			c.Retained += retained(e.Detail)
		case EventSalvaged:
			c.Salvaged = true
		}
		return nil
	})
	if gone := given.Int64 - counted - int64(unreadable) - c.Retained; gone > 0 && err == nil && !c.Salvaged {
		c.Problems = append(c.Problems, Problem{Kind: ProblemGone, Count: gone})
	}
	return c, nil
}

// retained reads how many items a run of the retention job deleted.
func retained(detail string) (n int64) {
	for _, field := range strings.Fields(detail) {
		var count int64
		for _, name := range []string{"items=", "attachments="} {
			if _, err := fmt.Sscanf(field, name+"%d", &count); err == nil {
				n += count
			}
		}
	}
	return n
}

// Ages are how long ago the items that wait were saved, by a clock that nobody
// sets: of those that were saved since the machine was started.
func (i *Inspection) Ages(ctx context.Context) (map[string]time.Duration, error) {
	boot := thisBoot()
	rows, err := i.db.QueryContext(ctx, `SELECT id, boot_at FROM outbox WHERE state = 'saved' AND boot = ? AND boot_at IS NOT NULL`, boot.id)
	if err != nil {
		return nil, fmt.Errorf("offline: ages: %w", classify(err))
	}
	defer rows.Close()
	now, ages := boot.elapsed(), map[string]time.Duration{}
	for rows.Next() {
		var id string
		var at int64
		if err := rows.Scan(&id, &at); err != nil {
			return nil, fmt.Errorf("offline: ages: %w", classify(err))
		}
		ages[id] = max(now-time.Duration(at)*time.Millisecond, 0)
	}
	return ages, classify(rows.Err())
}
