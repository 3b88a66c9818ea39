package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
)

const ratingColumns = "number, id, kiosk, ticket, rated, stars, requested_at, received_at, body, case_number, reason, handled_at, handled_by"

func scanRating(r row) (docket.Rating, error) {
	var v docket.Rating
	var requested, received, handled int64
	err := r.Scan(&v.Number, &v.ID, &v.Kiosk, &v.Ticket, &v.Rated, &v.Stars, &requested, &received, &v.Body, &v.Case, &v.Reason, &handled, &v.HandledBy)
	v.RequestedAt, v.ReceivedAt, v.HandledAt = moment(requested), moment(received), moment(handled)
	return v, err
}

// Ratings lists what was said about a case.
func (s *Store) Ratings(ctx context.Context, number int64) ([]docket.Rating, error) {
	rows, err := s.query(ctx, "SELECT "+ratingColumns+" FROM ratings WHERE case_number = ? AND case_number > 0 ORDER BY number", number)
	return collect(rows, err, scanRating)
}

// UnfiledRatings lists those that wait for staff.
func (s *Store) UnfiledRatings(ctx context.Context, limit int) ([]docket.Rating, error) {
	rows, err := s.query(ctx, "SELECT "+ratingColumns+" FROM ratings WHERE reason <> '' AND handled_at = 0 ORDER BY number DESC LIMIT ?", limit)
	return collect(rows, err, scanRating)
}

// Rating returns one, handled or not.
func (s *Store) Rating(ctx context.Context, number int64) (docket.Rating, error) {
	return s.oneRating(ctx, "number = ?", number)
}

// RatingByTicket finds a rating by its own ticket.
func (s *Store) RatingByTicket(ctx context.Context, code ticket.Code) (docket.Rating, error) {
	return s.oneRating(ctx, "ticket = ?", string(code))
}

func (s *Store) oneRating(ctx context.Context, where string, arg any) (docket.Rating, error) {
	r, err := scanRating(s.queryRow(ctx, "SELECT "+ratingColumns+" FROM ratings WHERE "+where, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return r, docket.ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("store: rating: %w", err)
	}
	return r, nil
}

func (t *Tx) FileRating(r docket.Rating) (int64, error) {
	number, err := t.insert("file rating", `
		INSERT INTO ratings (id, kiosk, ticket, rated, stars, requested_at, received_at, body, case_number, reason)
		SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE NOT EXISTS (SELECT 1 FROM cases WHERE ticket = ?3 OR id = ?1)
		ON CONFLICT DO NOTHING`,
		r.ID, r.Kiosk, string(r.Ticket), string(r.Rated), r.Stars, micros(r.RequestedAt), micros(r.ReceivedAt), r.Body, r.Case, string(r.Reason))
	if err != nil || number > 0 {
		return number, err
	}
	filed, err := t.taken(r.ID)
	return 0, errors.Join(err, filed.Err)
}

// taken says why nothing was filed: the id is another's, or else the ticket.
func (t *Tx) taken(id string) (docket.Filed, error) {
	var same int
	err := t.queryRow("SELECT (SELECT count(*) FROM cases WHERE id = ?1) + (SELECT count(*) FROM ratings WHERE id = ?1)", id).Scan(&same)
	switch {
	case err != nil:
		return docket.Filed{}, fmt.Errorf("store: id: %w", err)
	case same > 0:
		return docket.Filed{Err: docket.ErrIDTaken}, nil
	}
	return docket.Filed{Err: docket.ErrTicketTaken}, nil
}

func (t *Tx) SettleRating(number, caseNumber int64, reason docket.RatingReason) error {
	n, err := t.exec("settle rating", "UPDATE ratings SET case_number = ?, reason = ? WHERE number = ?", caseNumber, string(reason), number)
	if err == nil && n == 0 {
		return docket.ErrNotFound
	}
	return err
}

func (t *Tx) RatingsOf(reason docket.RatingReason, rated ...ticket.Code) ([]docket.Rating, error) {
	var all []docket.Rating
	err := listed(rated, func(list string, values []any) error {
		rows, err := t.query("SELECT "+ratingColumns+" FROM ratings WHERE reason = ?1 AND rated IN "+list, append([]any{string(reason)}, values...)...)
		found, err := collect(rows, err, scanRating)
		all = append(all, found...)
		return err
	})
	slices.SortFunc(all, func(a, b docket.Rating) int { return cmp.Compare(a.Number, b.Number) })
	return all, err
}

func (t *Tx) HandleRating(number int64, at time.Time, by string) error {
	n, err := t.exec("handle rating",
		"UPDATE ratings SET handled_at = ?, handled_by = ? WHERE number = ? AND handled_at = 0 AND reason <> ''", micros(at), by, number)
	if err == nil && n == 0 {
		return docket.ErrNotFound
	}
	return err
}
