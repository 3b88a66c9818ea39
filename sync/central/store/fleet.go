package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"lintai/kiosk/fault"
	"lintai/sync/central/docket"
	"lintai/sync/central/fleet"
	"lintai/sync/central/rollout"
)

// Terminals as computers: package fleet.

var _ fleet.Store = (*Store)(nil)

// WriteFleet runs f in one transaction.
func (s *Store) WriteFleet(ctx context.Context, f func(fleet.Tx) error) error {
	return s.write(ctx, func(t *Tx) error { return f(t) })
}

// inFleet says that there is none in the fleet's words.
func inFleet(err error) error {
	if errors.Is(err, docket.ErrNotFound) {
		return fleet.ErrNotFound
	}
	return err
}

// Bundles lists all bundles.
func (s *Store) Bundles(ctx context.Context) ([]fleet.Bundle, error) {
	rows, err := s.query(ctx, "SELECT version, compatible, hash, size, added_at FROM update_bundles")
	all, err := collect(rows, err, func(r row) (b fleet.Bundle, err error) {
		var hash []byte
		var added int64
		err = r.Scan(&b.Version, &b.Compatible, &hash, &b.Size, &added)
		copy(b.Hash[:], hash)
		b.Added = moment(added)
		return b, err
	})
	slices.SortFunc(all, func(a, b fleet.Bundle) int { return rollout.Newer(a.Version, b.Version) })
	return all, err
}

// AddBundlePiece keeps a piece of a file.
func (s *Store) AddBundlePiece(ctx context.Context, hash docket.Hash, number int, data []byte) error {
	if _, err := s.execute(ctx, "INSERT INTO update_pieces (hash, number, data) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", hash[:], number, data); err != nil {
		return fmt.Errorf("store: piece of a bundle: %w", err)
	}
	return nil
}

// BundlePiece gives it back.
func (s *Store) BundlePiece(ctx context.Context, hash docket.Hash, number int) (data []byte, err error) {
	err = s.queryRow(ctx, "SELECT data FROM update_pieces WHERE hash = ? AND number = ?", hash[:], number).Scan(&data)
	return data, inFleet(one("piece of a bundle", err))
}

// HasPieces tells whether there are any of a file.
func (s *Store) HasPieces(ctx context.Context, hash docket.Hash) (has bool, err error) {
	err = s.queryRow(ctx, "SELECT EXISTS (SELECT 1 FROM update_pieces WHERE hash = ?)", hash[:]).Scan(&has)
	return has, one("pieces of a bundle", err)
}

const (
	rolloutsQuery = "SELECT body FROM rollouts"
	membersQuery  = "SELECT body FROM rollout_members WHERE version = ? ORDER BY kiosk"
	placesQuery   = "SELECT version, body FROM rollout_members WHERE kiosk = ?"
)

func newestFirst(all []rollout.Rollout, err error) ([]rollout.Rollout, error) {
	slices.SortFunc(all, func(a, b rollout.Rollout) int { return rollout.Newer(a.Version, b.Version) })
	return all, err
}

// Rollouts lists all rollouts.
func (s *Store) Rollouts(ctx context.Context) ([]rollout.Rollout, error) {
	rows, err := s.query(ctx, rolloutsQuery)
	return newestFirst(collect(rows, err, scanBody[rollout.Rollout]))
}

func (t *Tx) Rollouts() ([]rollout.Rollout, error) {
	rows, err := t.query(rolloutsQuery)
	return newestFirst(collect(rows, err, scanBody[rollout.Rollout]))
}

// Members lists the terminals of a rollout by number.
func (s *Store) Members(ctx context.Context, version string) ([]rollout.Member, error) {
	rows, err := s.query(ctx, membersQuery, version)
	return collect(rows, err, scanBody[rollout.Member])
}

func (t *Tx) Members(version string) ([]rollout.Member, error) {
	rows, err := t.query(membersQuery, version)
	return collect(rows, err, scanBody[rollout.Member])
}

// place is a terminal's place in a rollout.
type place struct {
	version string
	member  rollout.Member
}

func scanPlace(r row) (p place, err error) {
	var body string
	if err = r.Scan(&p.version, &body); err == nil {
		err = json.Unmarshal([]byte(body), &p.member)
	}
	return p, err
}

func places(all []place, err error) (map[string]rollout.Member, error) {
	of := map[string]rollout.Member{}
	for _, p := range all {
		of[p.version] = p.member
	}
	return of, err
}

// Places are a terminal's memberships.
func (s *Store) Places(ctx context.Context, kiosk int) (map[string]rollout.Member, error) {
	rows, err := s.query(ctx, placesQuery, kiosk)
	return places(collect(rows, err, scanPlace))
}

func (t *Tx) Places(kiosk int) (map[string]rollout.Member, error) {
	rows, err := t.query(placesQuery, kiosk)
	return places(collect(rows, err, scanPlace))
}

func (t *Tx) AddBundle(b fleet.Bundle) error {
	n, err := t.exec("add bundle", "INSERT INTO update_bundles (version, compatible, hash, size, added_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		b.Version, b.Compatible, b.Hash[:], b.Size, micros(b.Added))
	if err == nil && n == 0 {
		err = fleet.ErrExists
	}
	return err
}

func (t *Tx) DropBundle(version string) error {
	for _, statement := range []string{
		"DELETE FROM rollout_members WHERE version = ?", "DELETE FROM rollouts WHERE version = ?",
		"DELETE FROM update_pieces WHERE hash IN (SELECT hash FROM update_bundles WHERE version = ?)", "DELETE FROM update_bundles WHERE version = ?",
	} {
		if _, err := t.exec("drop bundle", statement, version); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) PutRollout(r rollout.Rollout) error {
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("store: rollout: %w", err)
	}
	n, err := t.exec("rollout", `INSERT INTO rollouts (version, body) SELECT version, ? FROM update_bundles WHERE version = ?
		ON CONFLICT (version) DO UPDATE SET body = excluded.body`, string(body), r.Version)
	if err == nil && n == 0 {
		err = fleet.ErrNotFound
	}
	return err
}

func (t *Tx) PutMember(version string, m rollout.Member) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("store: member of a rollout: %w", err)
	}
	_, err = t.exec("member of a rollout", `INSERT INTO rollout_members (version, kiosk, body) VALUES (?, ?, ?)
		ON CONFLICT (version, kiosk) DO UPDATE SET body = excluded.body`, version, m.Kiosk, string(body))
	return err
}

const (
	orderColumns    = "o.id, o.kiosk, o.kind, o.by, o.at, o.told_at, o.done_at, o.fault, coalesce(length(l.body), 0) FROM fleet_orders o LEFT JOIN fleet_logs l ON l.order_id = o.id"
	openOrdersQuery = "SELECT " + orderColumns + " WHERE o.kiosk = ? AND o.done_at = 0 AND o.at > ? ORDER BY o.id"
)

func scanOrder(r row) (o fleet.Order, err error) {
	var at, told, done int64
	err = r.Scan(&o.ID, &o.Kiosk, &o.Kind, &o.By, &at, &told, &done, &o.Fault, &o.Log)
	o.At, o.Told, o.Done = moment(at), moment(told), moment(done)
	return o, err
}

// OpenOrders lists the orders that have not ended.
func (s *Store) OpenOrders(ctx context.Context, kiosk int, since time.Time) ([]fleet.Order, error) {
	rows, err := s.query(ctx, openOrdersQuery, kiosk, micros(since))
	return collect(rows, err, scanOrder)
}

func (t *Tx) OpenOrders(kiosk int, since time.Time) ([]fleet.Order, error) {
	rows, err := t.query(openOrdersQuery, kiosk, micros(since))
	return collect(rows, err, scanOrder)
}

// Orders lists orders, newest first.
func (s *Store) Orders(ctx context.Context, kiosk, limit int) ([]fleet.Order, error) {
	rows, err := s.query(ctx, "SELECT "+orderColumns+" WHERE o.kiosk = ? ORDER BY o.id DESC LIMIT ?", kiosk, bounded(limit))
	return collect(rows, err, scanOrder)
}

func (t *Tx) Order(id int64) (fleet.Order, error) {
	o, err := scanOrder(t.queryRow("SELECT "+orderColumns+" WHERE o.id = ?", id))
	return o, inFleet(one("order", err))
}

func (t *Tx) AddOrder(o fleet.Order) (fleet.Order, error) {
	var newest int64
	if err := t.queryRow("SELECT coalesce(max(id), 0) FROM fleet_orders").Scan(&newest); err != nil {
		return o, fmt.Errorf("store: order: %w", err)
	}
	o.ID = max(newest+1, micros(o.At))
	n, err := t.exec("order", "INSERT INTO fleet_orders (id, kiosk, kind, by, at) SELECT ?, number, ?, ?, ? FROM terminals WHERE number = ?",
		o.ID, o.Kind, o.By, micros(o.At), o.Kiosk)
	if err == nil && n == 0 {
		err = fleet.ErrNotFound
	}
	return o, err
}

func (t *Tx) TellOrder(id int64, at time.Time) error {
	_, err := t.exec("tell order", "UPDATE fleet_orders SET told_at = ? WHERE id = ? AND told_at = 0", micros(at), id)
	return err
}

func (t *Tx) EndOrder(kiosk int, id int64, at time.Time, f fault.Code) error {
	_, err := t.exec("end order", "UPDATE fleet_orders SET done_at = ?, fault = ? WHERE id = ? AND kiosk = ? AND done_at = 0", micros(at), string(f), id, kiosk)
	return err
}

func (t *Tx) PutLog(l fleet.Log) error {
	_, err := t.exec("log of a terminal", `INSERT INTO fleet_logs (order_id, kiosk, at, body) VALUES (?, ?, ?, ?)
		ON CONFLICT (order_id) DO UPDATE SET at = excluded.at, body = excluded.body`, l.Order, l.Kiosk, micros(l.At), l.Body)
	return err
}

// Log gives a terminal's log.
func (s *Store) Log(ctx context.Context, order int64) (l fleet.Log, err error) {
	var at int64
	err = s.queryRow(ctx, "SELECT order_id, kiosk, at, body FROM fleet_logs WHERE order_id = ?", order).Scan(&l.Order, &l.Kiosk, &at, &l.Body)
	l.At = moment(at)
	return l, inFleet(one("log of a terminal", err))
}

// DropLogs forgets old logs.
func (s *Store) DropLogs(ctx context.Context, before time.Time) (int, error) {
	r, err := s.execute(ctx, "DELETE FROM fleet_logs WHERE at < ?", micros(before))
	if err != nil {
		return 0, fmt.Errorf("store: logs of terminals: %w", err)
	}
	n, err := r.RowsAffected()
	return int(n), err
}

func (t *Tx) AddFleetNote(n fleet.Note) error {
	_, err := t.exec("note of the fleet", "INSERT INTO fleet_notes (at, by, kiosk, action, detail) VALUES (?, ?, ?, ?, ?)",
		micros(n.At), n.By, n.Kiosk, string(n.Action), n.Detail)
	return err
}

// FleetNotes lists notes, newest first.
func (s *Store) FleetNotes(ctx context.Context, kiosk int, before int64, limit int) ([]fleet.Note, error) {
	rows, err := s.query(ctx, `SELECT number, at, by, kiosk, action, detail FROM fleet_notes
		WHERE kiosk = ?1 AND (?2 = 0 OR number < ?2) ORDER BY number DESC LIMIT ?3`, kiosk, before, bounded(limit))
	return collect(rows, err, func(r row) (n fleet.Note, err error) {
		var at int64
		err = r.Scan(&n.Number, &at, &n.By, &n.Kiosk, &n.Action, &n.Detail)
		n.At = moment(at)
		return n, err
	})
}
