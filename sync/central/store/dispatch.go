package store

import (
	"context"
	"strings"
	"time"

	"lintai/sync/central/dispatch"
	"lintai/sync/central/docket"
)

// What package dispatch asks of cases.

// Loads counts the open cases of each account. A closed case has no assignee.
func (s *Store) Loads(ctx context.Context) (map[string]dispatch.Load, error) {
	type counted struct {
		assignee docket.Assignee
		urgency  docket.Urgency
		n        int
	}
	rows, err := s.query(ctx, "SELECT assignee, urgency, COUNT(*) FROM cases WHERE assignee <> '' GROUP BY assignee, urgency")
	all, err := collect(rows, err, func(r row) (c counted, err error) {
		err = r.Scan(&c.assignee, &c.urgency, &c.n)
		return c, err
	})
	loads := map[string]dispatch.Load{}
	for _, c := range all {
		if account, ok := c.assignee.Worker(); ok && c.urgency >= docket.Urgent && c.urgency <= docket.Normal {
			l := loads[account]
			l[c.urgency] = c.n
			loads[account] = l
		}
	}
	return loads, err
}

// Unassigned lists open cases that nobody is to do.
func (s *Store) Unassigned(ctx context.Context, urgencies []docket.Urgency, fresh time.Time, after int64, limit int) ([]int64, error) {
	if len(urgencies) == 0 {
		return nil, nil
	}
	args := []any{string(docket.Delivered), string(docket.Accepted), after, micros(fresh)}
	for _, u := range urgencies {
		args = append(args, int(u))
	}
	rows, err := s.query(ctx, `SELECT number FROM cases WHERE `+isOpen+` AND status IN (?, ?) AND assignee = '' AND number > ? AND (category <> '' OR received_at < ?)
		AND urgency IN (`+strings.TrimSuffix(strings.Repeat("?,", len(urgencies)), ",")+`) ORDER BY number LIMIT ?`, append(args, limit)...)
	return collect(rows, err, func(r row) (n int64, err error) {
		err = r.Scan(&n)
		return n, err
	})
}
