package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"lintai/sync/central/deadline"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

// The book of time limits, and of what staff were told of them: package deadline.

// WriteLimits runs f in one transaction. As for the docket, each check ends in a row
// that is locked or a unique key.
func (s *Store) WriteLimits(ctx context.Context, f func(deadline.Tx) error) error {
	return s.change(ctx, sql.LevelRepeatableRead, func(t *Tx) error { return f(t) })
}

const limitColumns = "l.case_number, l.events, l.rules, l.round, l.began_at, l.response_due, l.response_met, l.fix_due, l.next_at, l.chain, l.assignee"

// limitRow is a row as it is read.
type limitRow struct {
	kept                          deadline.Kept
	began, response, met, fix, at int64
}

func (r *limitRow) places() []any {
	k := &r.kept
	return []any{&k.Case, &k.Events, &k.Rules, &k.Round, &r.began, &r.response, &r.met, &r.fix, &r.at, &k.Chain, (*string)(&k.Assignee)}
}

func (r *limitRow) result() deadline.Kept {
	k := r.kept
	k.Began, k.Next = moment(r.began), moment(r.at)
	k.Response, k.Fix = deadline.Term{Due: moment(r.response), Met: moment(r.met)}, deadline.Term{Due: moment(r.fix)}
	return k
}

func scanLimits(r row) (deadline.Kept, error) {
	var one limitRow
	err := r.Scan(one.places()...)
	return one.result(), err
}

func (t *Tx) Limits(number int64) (deadline.Kept, error) {
	k, err := scanLimits(t.queryRow("SELECT "+limitColumns+" FROM case_limits l WHERE l.case_number = ?", number))
	if errors.Is(err, sql.ErrNoRows) {
		return k, deadline.ErrNotFound
	}
	if err != nil {
		return k, fmt.Errorf("store: limits: %w", err)
	}
	return k, nil
}

func (t *Tx) KeepLimits(k deadline.Kept) error {
	_, due := k.Due()
	_, err := t.exec("limits", `
		INSERT INTO case_limits (case_number, events, rules, round, began_at, response_due, response_met, fix_due, due_at, next_at, chain, assignee)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (case_number) DO UPDATE SET events = excluded.events, rules = excluded.rules, round = excluded.round,
			began_at = excluded.began_at, response_due = excluded.response_due, response_met = excluded.response_met,
			fix_due = excluded.fix_due, due_at = excluded.due_at, next_at = excluded.next_at, chain = excluded.chain,
			assignee = excluded.assignee`,
		k.Case, k.Events, k.Rules, k.Round, micros(k.Began), micros(k.Response.Due), micros(k.Response.Met), micros(k.Fix.Due),
		micros(due), micros(k.Next), k.Chain, string(k.Assignee))
	return err
}

func (t *Tx) DropLimits(number int64) error {
	_, err := t.exec("drop limits", "DELETE FROM case_limits WHERE case_number = ?", number)
	return err
}

// Colleagues lists the accounts that are not disabled.
func (t *Tx) Colleagues() ([]deadline.Colleague, error) {
	all, err := t.Accounts()
	if err != nil {
		return nil, err
	}
	var colleagues []deadline.Colleague
	for _, a := range all {
		if !a.Disabled {
			colleagues = append(colleagues, deadline.Colleague{Account: a.ID, Clerk: a.Has(staff.Clerk), Administrator: a.Has(staff.Administrator)})
		}
	}
	return colleagues, nil
}

func (t *Tx) FileNotification(n deadline.Notification) (bool, error) {
	filed, err := t.exec("notification", `
		INSERT INTO staff_notifications (account, case_number, round, what, late, stage, due_at, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`,
		n.Account, n.Case, n.Round, string(n.What), truth(n.Stage.Late()), string(n.Stage), micros(n.Due), micros(n.At))
	return filed > 0, err
}

// KeptLimits gives those of some cases.
func (s *Store) KeptLimits(ctx context.Context, cases []int64) (map[int64]deadline.Kept, error) {
	found := map[int64]deadline.Kept{}
	if len(cases) == 0 {
		return found, nil
	}
	args := make([]any, len(cases))
	for i, number := range cases {
		args[i] = number
	}
	rows, err := s.query(ctx, "SELECT "+limitColumns+" FROM case_limits l WHERE l.case_number IN ("+
		strings.TrimSuffix(strings.Repeat("?,", len(cases)), ",")+")", args...)
	all, err := collect(rows, err, scanLimits)
	for _, k := range all {
		found[k.Case] = k
	}
	return found, err
}

// OverdueCases lists cases that are overdue, the longest first.
func (s *Store) OverdueCases(ctx context.Context, at time.Time, assignee *docket.Assignee, limit, offset int) ([]deadline.Late, error) {
	query, args := "", []any{micros(at)}
	if assignee != nil {
		query, args = " AND l.assignee = ?", append(args, string(*assignee))
	}
	if limit <= 0 {
		limit = math.MaxInt32
	}
	rows, err := s.query(ctx, "SELECT "+limitColumns+", c.* FROM case_limits l JOIN (SELECT "+caseColumns+
		" FROM cases) c ON c.number = l.case_number WHERE l.due_at <= ?"+query+
		" ORDER BY l.due_at, l.case_number LIMIT ? OFFSET ?", append(args, limit, offset)...)
	return collect(rows, err, func(r row) (late deadline.Late, err error) {
		var one limitRow
		late.Case, err = scanCase(behind{r, one.places()})
		late.Kept = one.result()
		return late, err
	})
}

// behind is a row whose first columns go to places of their own.
type behind struct {
	row
	places []any
}

func (b behind) Scan(dest ...any) error { return b.row.Scan(append(b.places, dest...)...) }

// CountOverdue counts overdue cases by assignee.
func (s *Store) CountOverdue(ctx context.Context, at time.Time) (map[docket.Assignee]int, error) {
	type counted struct {
		assignee docket.Assignee
		n        int
	}
	rows, err := s.query(ctx, "SELECT assignee, count(*) FROM case_limits WHERE due_at <= ? GROUP BY assignee", micros(at))
	all, err := collect(rows, err, func(r row) (c counted, err error) {
		err = r.Scan((*string)(&c.assignee), &c.n)
		return c, err
	})
	counts := map[docket.Assignee]int{}
	for _, c := range all {
		counts[c.assignee] = c.n
	}
	return counts, err
}

// UnkeptLimits finds cases whose limits are not as they should be.
func (s *Store) UnkeptLimits(ctx context.Context, rules string, before time.Time, after int64, limit int) ([]int64, error) {
	rows, err := s.query(ctx, `
		SELECT c.number FROM cases c LEFT JOIN case_limits l ON l.case_number = c.number
		WHERE c.`+isOpen+` AND c.number > ?1
			AND (c.category <> '' OR c.received_at < ?3)
			AND (l.case_number IS NULL OR l.events <> c.events OR l.rules <> ?2 OR (l.next_at > 0 AND l.next_at < ?3))
		UNION SELECT l.case_number FROM case_limits l JOIN cases c ON c.number = l.case_number
		WHERE l.case_number > ?1 AND c.`+isClosed+`
		ORDER BY 1 LIMIT ?4`, after, rules, micros(before), limit)
	return collect(rows, err, func(r row) (n int64, err error) { return n, r.Scan(&n) })
}

const notificationColumns = "n.number, n.account, n.case_number, n.round, n.what, n.stage, n.due_at, n.at, n.seen_at"

func scanNotification(r row) (deadline.Notification, error) {
	var n deadline.Notification
	var due, at, seen int64
	err := r.Scan(&n.Number, &n.Account, &n.Case, &n.Round, &n.What, &n.Stage, &due, &at, &seen)
	n.Due, n.At, n.Seen = moment(due), moment(at), moment(seen)
	return n, err
}

// UnseenNotifications lists what somebody was told of limits that are still open: of each
// limit the newest word, which the banner says as it stands now.
func (s *Store) UnseenNotifications(ctx context.Context, account string, limit int) ([]deadline.Notification, error) {
	rows, err := s.query(ctx, "SELECT "+notificationColumns+` FROM staff_notifications n
		JOIN case_limits l ON l.case_number = n.case_number AND l.round = n.round AND (n.what = 'fix' OR l.response_met = 0)
		WHERE n.account = ? AND n.seen_at = 0 AND NOT EXISTS (SELECT 1 FROM staff_notifications m
			WHERE m.case_number = n.case_number AND m.account = n.account AND m.round = n.round AND m.what = n.what
			AND m.seen_at = 0 AND m.number > n.number)
		ORDER BY n.number DESC LIMIT ?`, account, limit)
	return collect(rows, err, scanNotification)
}

// SeeNotification notes that it was seen, with what she was told of the limit before: that
// stood behind it. What was seen before stays so.
func (s *Store) SeeNotification(ctx context.Context, account string, number int64, at time.Time) error {
	r, err := s.execute(ctx, `UPDATE staff_notifications SET seen_at = CASE WHEN seen_at = 0 THEN ?1 ELSE seen_at END
		WHERE account = ?3 AND number <= ?2 AND (case_number, round, what) =
			(SELECT case_number, round, what FROM staff_notifications WHERE number = ?2 AND account = ?3)`, micros(at), number, account)
	if err != nil {
		return fmt.Errorf("store: notification: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return deadline.ErrNotFound
}

// NotificationsOf lists what was told of a case.
func (s *Store) NotificationsOf(ctx context.Context, number int64) ([]deadline.Notification, error) {
	rows, err := s.query(ctx, "SELECT "+notificationColumns+" FROM staff_notifications n WHERE n.case_number = ? ORDER BY n.number", number)
	return collect(rows, err, scanNotification)
}
