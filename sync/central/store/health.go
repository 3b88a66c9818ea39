package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"lintai/sync/central/docket"
)

// PutHealth keeps a terminal's last word on itself, but for its audit log.
func (s *Store) PutHealth(ctx context.Context, kiosk int, h docket.Health) error {
	devices, err := json.Marshal(h.Devices)
	if err != nil {
		return fmt.Errorf("store: health: %w", err)
	}
	queue, err := orNull(h.Queue, h.Queue == nil)
	if err != nil {
		return err
	}
	versions, err := orNull(h.Versions, h.Versions == nil)
	if err != nil {
		return err
	}
	system, err := orNull(h.System, h.System == nil)
	if err != nil {
		return err
	}
	r, err := s.execute(ctx, `INSERT INTO health (kiosk, at, devices, queue, versions, system, grid) SELECT number, ?, ?, ?, ?, ?, ? FROM terminals WHERE number = ?
		ON CONFLICT (kiosk) DO UPDATE SET at = excluded.at, devices = excluded.devices, queue = excluded.queue, versions = excluded.versions, system = excluded.system, grid = excluded.grid`,
		micros(h.At), devices, queue, versions, system, h.Grid, kiosk)
	return oneRow("health", r, err, docket.ErrNotFound)
}

// orNull is a value as JSON, or NULL.
func orNull(v any, null bool) ([]byte, error) {
	if null {
		return nil, nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("store: health: %w", err)
	}
	return text, nil
}

// Health gives a terminal's last word.
func (s *Store) Health(ctx context.Context, kiosk int) (docket.Health, error) {
	one, err := scanHealth(s.queryRow(ctx, healthQuery+" WHERE h.kiosk = ?", kiosk))
	if errors.Is(err, sql.ErrNoRows) {
		return docket.Health{}, docket.ErrNotFound
	}
	if err != nil {
		return docket.Health{}, fmt.Errorf("store: health: %w", err)
	}
	return one.health, nil
}

// Healths gives the last word of every terminal that ever said one.
func (s *Store) Healths(ctx context.Context) (map[int]docket.Health, error) {
	rows, err := s.query(ctx, healthQuery)
	all, err := collect(rows, err, scanHealth)
	if err != nil {
		return nil, err
	}
	words := map[int]docket.Health{}
	for _, one := range all {
		words[one.kiosk] = one.health
	}
	return words, nil
}

const healthQuery = `SELECT h.kiosk, h.at, h.devices, h.queue, h.versions, h.system, h.grid,
	coalesce(known_sequence, 0), coalesce(known_hash, ''), coalesce(heard_sequence, 0), coalesce(heard_hash, ''), coalesce(alarm, ''), coalesce(alarm_at, 0), coalesce(a.enrolment, 0)
	FROM health h LEFT JOIN audits a ON a.kiosk = h.kiosk`

// spoken is a terminal's word with its number.
type spoken struct {
	kiosk  int
	health docket.Health
}

func scanHealth(r row) (spoken, error) {
	var one spoken
	var at int64
	var devices, queue, versions, system []byte
	audit, finish := auditPlaces(&one.health.Audit)
	if err := r.Scan(append([]any{&one.kiosk, &at, &devices, &queue, &versions, &system, &one.health.Grid}, audit...)...); err != nil {
		return one, err
	}
	finish()
	one.health.At = moment(at)
	err := json.Unmarshal(devices, &one.health.Devices)
	if queue != nil {
		err = errors.Join(err, json.Unmarshal(queue, &one.health.Queue))
	}
	if versions != nil {
		err = errors.Join(err, json.Unmarshal(versions, &one.health.Versions))
	}
	if system != nil {
		err = errors.Join(err, json.Unmarshal(system, &one.health.System))
	}
	return one, err
}

const auditColumns = "known_sequence, known_hash, heard_sequence, heard_hash, alarm, alarm_at, enrolment"

// auditPlaces is where auditColumns are scanned to; finish is called after that.
func auditPlaces(a *docket.Audit) (places []any, finish func()) {
	var at int64
	return []any{&a.Known.Sequence, &a.Known.Hash, &a.Heard.Sequence, &a.Heard.Hash, &a.Alarm, &at, &a.Enrolment},
		func() { a.AlarmAt = moment(at) }
}

// Audit reads what is known of a terminal's audit log; the zero Audit when
// nothing is.
func (t *Tx) Audit(kiosk int) (docket.Audit, error) {
	var a docket.Audit
	places, finish := auditPlaces(&a)
	err := t.queryRow("SELECT "+auditColumns+" FROM audits WHERE kiosk = ?", kiosk).Scan(places...)
	if errors.Is(err, sql.ErrNoRows) {
		return docket.Audit{}, nil
	}
	if err != nil {
		return a, fmt.Errorf("store: audit: %w", err)
	}
	finish()
	return a, nil
}

// PutAudit writes it.
func (t *Tx) PutAudit(kiosk int, a docket.Audit) error {
	n, err := t.exec("audit", `INSERT INTO audits (kiosk, `+auditColumns+`) SELECT number, ?, ?, ?, ?, ?, ?, ? FROM terminals WHERE number = ?
		ON CONFLICT (kiosk) DO UPDATE SET known_sequence = excluded.known_sequence, known_hash = excluded.known_hash,
		heard_sequence = excluded.heard_sequence, heard_hash = excluded.heard_hash, alarm = excluded.alarm, alarm_at = excluded.alarm_at, enrolment = excluded.enrolment`,
		a.Known.Sequence, a.Known.Hash, a.Heard.Sequence, a.Heard.Hash, string(a.Alarm), micros(a.AlarmAt), a.Enrolment, kiosk)
	if err == nil && n == 0 {
		err = docket.ErrNotFound
	}
	return err
}
