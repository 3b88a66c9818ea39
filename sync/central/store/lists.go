package store

import (
	"context"
	"math"
	"strings"

	"lintai/sync/central/docket"
)

// Lists of cases. A list that staff turn the pages of is read along an index in its
// order, from where the page before ended: see the migration case_lists, whose
// conditions the statements repeat word by word, as both engines want.

// Cases lists cases.
func (s *Store) Cases(ctx context.Context, q docket.CaseQuery) ([]docket.Case, error) {
	if q.After == nil || q.Order != docket.MostUrgent {
		return s.list(ctx, q, nil)
	}
	// One urgency after another: "behind this one" is no part of an index whose two
	// columns run against each other.
	var all []docket.Case
	for u := q.After.Urgency; u <= docket.Normal; u++ {
		part := q
		if q.Limit > 0 {
			part.Limit = q.Limit - len(all)
		}
		if u != q.After.Urgency {
			part.After = nil
		}
		some, err := s.list(ctx, part, &u)
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); q.Limit > 0 && len(all) >= q.Limit {
			break
		}
	}
	return all, nil
}

// conditions are those of a WHERE, with their arguments.
type conditions struct {
	where []string
	args  []any
}

func (c *conditions) add(condition string, args ...any) {
	c.where, c.args = append(c.where, condition), append(c.args, args...)
}

// oneOf selects rows whose column is one of some values; nil selects all.
func oneOf[T ~string](c *conditions, column string, values []T) {
	switch {
	case values == nil:
		return
	case len(values) == 0:
		c.add("1 = 0") // () is no list to PostgreSQL
		return
	case len(values) == 1:
		c.add(column+" = ?", string(values[0]))
		return
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = string(v)
	}
	c.add(column+" IN ("+strings.TrimSuffix(strings.Repeat("?,", len(values)), ",")+")", args...)
}

// statuses selects the rows of a list, and with them the index that it is read along.
func (c *conditions) statuses(q docket.CaseQuery) {
	open, closed := 0, 0
	for _, s := range q.Statuses {
		if s.Closed() {
			closed++
		} else {
			open++
		}
	}
	allOpen := closed == 0 && open == openCount
	if !allOpen {
		oneOf(c, "status", q.Statuses)
	}
	switch {
	case q.Open, open > 0 && closed == 0:
		c.add(isOpen)
	case closed > 0 && open == 0 && q.Order != docket.Latest:
		// The latest are found along the index of all cases: nearly all of them are closed,
		// and by those of what is closed all of a year would be sorted.
		c.add(isClosed)
	}
}

func (s *Store) list(ctx context.Context, q docket.CaseQuery, urgency *docket.Urgency) ([]docket.Case, error) {
	query, args := listQuery(q, urgency)
	rows, err := s.query(ctx, query, args...)
	return collect(rows, err, scanCase)
}

// listQuery is the statement of one list, of one urgency when it is not nil.
func listQuery(q docket.CaseQuery, urgency *docket.Urgency) (string, []any) {
	var c conditions
	c.statuses(q)
	oneOf(&c, "service", q.Services)
	oneOf(&c, "ticket", q.Tickets)
	if oneOf(&c, "assignee", q.Assignees); q.Assignees != nil {
		c.add("assignee <> ''")
	}
	// What somebody has is less than what a grid has: only its index is offered.
	if oneOf(&c, "grid", q.Grids); q.Grids != nil && q.Assignees == nil {
		c.add("grid <> ''")
	}
	oneOf(&c, "category", q.Categories)
	oneOf(&c, "concern", q.Concerns)
	if q.Unclassified {
		c.add("category = ''")
	}
	if q.Place != 0 {
		c.add("place = ? AND place <> 0", q.Place)
	}
	if q.Into != 0 {
		c.add("merged_into = ? AND merged_into > 0", q.Into)
	}
	if q.Verification != "" {
		c.add("verification = ? AND verification <> ''", string(q.Verification))
	}
	if q.Card != "" {
		c.add("card_token = ? AND card_token <> ''", q.Card)
	}
	if !q.From.IsZero() {
		c.add("requested_at >= ?", micros(q.From))
	}
	if !q.Until.IsZero() {
		c.add("requested_at <= ?", micros(q.Until))
	}
	order := orders[q.Order]
	if urgency != nil {
		c.add("urgency = ?", int(*urgency))
		order = orders[docket.Newest]
	}
	if q.After != nil {
		condition := "number < ?"
		if q.Order == docket.Oldest {
			condition = "number > ?"
		}
		c.add(condition, q.After.Number)
	}
	query := "SELECT " + caseColumns + " FROM cases"
	if len(c.where) > 0 {
		query += " WHERE " + strings.Join(c.where, " AND ")
	}
	limit := int64(q.Limit)
	if limit <= 0 {
		limit = math.MaxInt64
	}
	return query + " ORDER BY " + order + " LIMIT ? OFFSET ?", append(c.args, limit, q.Offset)
}

var orders = map[docket.Order]string{
	docket.MostUrgent: "urgency, number DESC",
	docket.Newest:     "number DESC",
	docket.Latest:     "requested_at DESC, number DESC",
	docket.Oldest:     "number",
}

// isOpen and isClosed are the conditions of the indexes. They say what a case is not: by a
// list of what it is SQLite would look one status up after another, and sort.
var isOpen, isClosed = "status NOT IN " + closedStatuses, "status NOT IN " + openStatuses

// openStatuses and closedStatuses are lists for IN; the words are docket's own.
var openStatuses, closedStatuses = statuses(false), statuses(true)

// openCount is how many statuses are open.
var openCount = func() (n int) {
	for _, s := range docket.Statuses {
		if !s.Closed() {
			n++
		}
	}
	return n
}()

func statuses(closed bool) string {
	var words []string
	for _, status := range docket.Statuses {
		if status.Closed() == closed {
			words = append(words, "'"+string(status)+"'")
		}
	}
	return "(" + strings.Join(words, ",") + ")"
}
