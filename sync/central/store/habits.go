package store

import (
	"context"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/insight"
)

// habitsQuery counts what each resident did. The token of her card joins the counts and is
// not selected, and no other column says who she is: TestHabitsReadNothingPersonal holds the
// columns that the engine reads against a list.
const habitsQuery = `
	SELECT COALESCE(c.n, 0), COALESCE(c.urgent, 0), COALESCE(c.elsewhere, 0), COALESCE(c.rated, 0), COALESCE(a.n, 0), COALESCE(v.minutes, 0), COALESCE(p.points, 0)
	FROM (
		SELECT card_token AS token FROM cases WHERE card_token <> '' AND requested_at >= ?1
		UNION SELECT token FROM activity_seats WHERE token <> '' AND at >= ?1
		UNION SELECT token FROM volunteers WHERE token <> '') t
	LEFT JOIN (
		SELECT card_token AS token, count(*) AS n, sum(CASE WHEN urgency = ?2 THEN 1 ELSE 0 END) AS urgent,
			sum(CASE WHEN channel > 0 THEN 1 ELSE 0 END) AS elsewhere, sum(CASE WHEN status = ?3 THEN 1 ELSE 0 END) AS rated
		FROM cases WHERE card_token <> '' AND requested_at >= ?1 AND service NOT IN (?4, ?5, ?6) GROUP BY card_token) c ON c.token = t.token
	LEFT JOIN (
		SELECT token, count(*) AS n FROM activity_seats WHERE token <> '' AND at >= ?1 AND state IN ('granted', 'attended') GROUP BY token) a ON a.token = t.token
	LEFT JOIN (
		SELECT o.token, sum(s.minutes) AS minutes FROM volunteers o JOIN volunteer_assignments s ON s.volunteer = o.number
		WHERE o.token <> '' AND s.at >= ?1 GROUP BY o.token) v ON v.token = t.token
	LEFT JOIN (
		SELECT h.token, sum(l.amount) AS points FROM points_holders h JOIN points_lines l ON l.holder = h.number AND l.amount > 0
			JOIN points_entries e ON e.number = l.entry
		WHERE h.token <> '' AND e.at >= ?1 AND e.kind = 'earned' GROUP BY h.token) p ON p.token = t.token
	WHERE c.n > 0 OR a.n > 0 OR v.minutes > 0`

// Habits counts what each resident did.
func (s *Store) Habits(ctx context.Context, since time.Time, leftOut []string) ([]insight.Habit, error) {
	rows, err := s.query(ctx, habitsQuery, habitsArgs(since, leftOut)...)
	return collect(rows, err, func(r row) (h insight.Habit, err error) {
		return h, r.Scan(&h.Requests, &h.Urgent, &h.Elsewhere, &h.Ratings, &h.Activities, &h.Minutes, &h.Points)
	})
}

// habitsArgs fills in three services that are left out.
func habitsArgs(since time.Time, leftOut []string) []any {
	args := []any{micros(since), int(docket.Urgent), string(docket.Rated)}
	for i := range 3 {
		service := ""
		if i < len(leftOut) {
			service = leftOut[i]
		}
		args = append(args, service)
	}
	return args
}
