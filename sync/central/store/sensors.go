package store

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/resource"
	"lintai/sync/central/sensor"
)

// The book of devices that measure and call: package sensor.

// WriteSensors runs f in one transaction.
func (s *Store) WriteSensors(ctx context.Context, f func(sensor.Tx) error) error {
	return s.write(ctx, func(t *Tx) error { return f(t) })
}

const deviceColumns = "id, kind, name, place, spaces, added_at, revoked_at, muted_until, muted_by, heard_at, silent, kept"

func scanDevice(r row) (sensor.Device, error) {
	var d sensor.Device
	var added, revoked, muted, heard, silent int64
	var kept string
	err := r.Scan(&d.ID, &d.Kind, &d.Name, &d.Place, &d.Spaces, &added, &revoked, &muted, &d.MutedBy, &heard, &silent, &kept)
	d.AddedAt, d.RevokedAt, d.MutedUntil, d.HeardAt, d.Silent = moment(added), moment(revoked), moment(muted), moment(heard), silent != 0
	if err == nil {
		err = json.Unmarshal([]byte(kept), &d.Kept)
	}
	return d, err
}

// device is a row or what the domain calls none.
func device(d sensor.Device, err error) (sensor.Device, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return d, sensor.ErrNotFound
	}
	if err != nil {
		return d, fmt.Errorf("store: device: %w", err)
	}
	return d, nil
}

// Device finds a device.
func (s *Store) Device(ctx context.Context, id string) (sensor.Device, error) {
	return device(scanDevice(s.queryRow(ctx, "SELECT "+deviceColumns+" FROM devices WHERE id = ?", id)))
}

// DeviceByKey finds the device of an id whose key counts.
func (s *Store) DeviceByKey(ctx context.Context, id string, key docket.Hash) (sensor.Device, error) {
	var held []byte
	d, err := device(scanDevice(behind{s.queryRow(ctx, "SELECT key_hash, "+deviceColumns+" FROM devices WHERE id = ?", id), []any{&held}}))
	if errors.Is(err, sensor.ErrNotFound) || err == nil && (d.Revoked() || subtle.ConstantTimeCompare(held, key[:]) != 1) {
		return sensor.Device{}, sensor.ErrDenied
	}
	return d, err
}

// DeviceKeys are the keys that count, by device.
func (s *Store) DeviceKeys(ctx context.Context) (map[string]docket.Hash, error) {
	type held struct {
		id  string
		key []byte
	}
	rows, err := s.query(ctx, "SELECT id, key_hash FROM devices WHERE revoked_at = 0")
	all, err := collect(rows, err, func(r row) (h held, err error) {
		err = r.Scan(&h.id, &h.key)
		return h, err
	})
	keys := make(map[string]docket.Hash, len(all))
	for _, h := range all {
		keys[h.id] = docket.Hash(h.key)
	}
	return keys, err
}

// Devices lists devices.
func (s *Store) Devices(ctx context.Context, q sensor.Query) ([]sensor.Device, error) {
	where, args := "revoked_at = 0 AND id > ?", []any{q.After}
	if q.Kind != "" {
		where, args = where+" AND kind = ?", append(args, string(q.Kind))
	}
	switch q.Which {
	case sensor.Faults:
		where += " AND fault = 1"
	case sensor.Silent:
		where += " AND silent = 1"
	case sensor.Muted:
		where, args = where+" AND muted_until > ?", append(args, micros(q.Now))
	}
	rows, err := s.query(ctx, "SELECT "+deviceColumns+" FROM devices WHERE "+where+" ORDER BY id LIMIT ?", append(args, bounded(q.Limit))...)
	return collect(rows, err, scanDevice)
}

// AllDevices lists revoked ones too.
func (s *Store) AllDevices(ctx context.Context) ([]sensor.Device, error) {
	rows, err := s.query(ctx, "SELECT "+deviceColumns+" FROM devices ORDER BY id")
	return collect(rows, err, scanDevice)
}

// CountDevices counts devices by kind.
func (s *Store) CountDevices(ctx context.Context) (map[sensor.Kind]int, error) {
	type counted struct {
		kind sensor.Kind
		n    int
	}
	rows, err := s.query(ctx, "SELECT kind, count(*) FROM devices WHERE revoked_at = 0 GROUP BY kind")
	all, err := collect(rows, err, func(r row) (c counted, err error) {
		err = r.Scan(&c.kind, &c.n)
		return c, err
	})
	counts := map[sensor.Kind]int{}
	for _, c := range all {
		counts[c.kind] = c.n
	}
	return counts, err
}

// QuietDevices lists devices that were not heard since a time.
func (s *Store) QuietDevices(ctx context.Context, k sensor.Kind, since time.Time, limit int) ([]string, error) {
	rows, err := s.query(ctx, `SELECT id FROM devices WHERE kind = ? AND heard_at > 0 AND heard_at < ? AND silent = 0 AND revoked_at = 0
		ORDER BY heard_at, id LIMIT ?`, string(k), micros(since), limit)
	return collect(rows, err, func(r row) (id string, err error) { return id, r.Scan(&id) })
}

// Points reads histories.
func (s *Store) Points(ctx context.Context, devices []string, from time.Time) ([]sensor.Point, error) {
	if len(devices) == 0 {
		return nil, nil
	}
	args := make([]any, 0, len(devices)+1)
	for _, id := range devices {
		args = append(args, id)
	}
	rows, err := s.query(ctx, "SELECT device, at, measured FROM device_points WHERE device IN ("+
		strings.TrimSuffix(strings.Repeat("?,", len(devices)), ",")+") AND at >= ? ORDER BY device, at", append(args, micros(from))...)
	return collect(rows, err, func(r row) (p sensor.Point, err error) {
		var at int64
		var measured string
		if err = r.Scan(&p.Device, &at, &measured); err != nil {
			return p, err
		}
		p.At = moment(at)
		return p, json.Unmarshal([]byte(measured), &p.Values)
	})
}

// Decisions lists what was made of what a device said.
func (s *Store) Decisions(ctx context.Context, id string, before int64, limit int) ([]sensor.Decision, error) {
	rows, err := s.query(ctx, `SELECT number, device, at, rule, why, measured, beyond, case_number, call_id FROM device_decisions
		WHERE device = ?1 AND (?2 = 0 OR number < ?2) ORDER BY number DESC LIMIT ?3`, id, before, bounded(limit))
	return collect(rows, err, func(r row) (d sensor.Decision, err error) {
		var at int64
		err = r.Scan(&d.Number, &d.Device, &at, &d.Rule, &d.Why, &d.Value, &d.Limit, &d.Case, &d.Call)
		d.At = moment(at)
		return d, err
	})
}

// DropPoints forgets old history.
func (s *Store) DropPoints(ctx context.Context, before time.Time) (int, error) {
	r, err := s.execute(ctx, "DELETE FROM device_points WHERE at < ?", micros(before))
	if err != nil {
		return 0, fmt.Errorf("store: device history: %w", err)
	}
	n, err := r.RowsAffected()
	return int(n), err
}

func (t *Tx) AllResources() ([]resource.Resource, error) {
	rows, err := t.query("SELECT body FROM resources ORDER BY kind, name, id")
	return collect(rows, err, scanBody[resource.Resource])
}

func (t *Tx) LockDevice(id string) (sensor.Device, docket.Hash, error) {
	var held []byte
	var key docket.Hash
	d, err := device(scanDevice(behind{t.queryRow("SELECT key_hash, "+deviceColumns+" FROM devices WHERE id = ?"+t.store.dialect.lock, id), []any{&held}}))
	copy(key[:], held)
	return d, key, err
}

func (t *Tx) AddDevice(d sensor.Device, key docket.Hash) error {
	n, err := t.exec("add device", `
		INSERT INTO devices (id, kind, name, place, spaces, key_hash, added_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, place = excluded.place, spaces = excluded.spaces,
			key_hash = excluded.key_hash, revoked_at = 0, heard_at = 0, silent = 0, fault = 0, kept = '{}' WHERE devices.revoked_at > 0`,
		d.ID, string(d.Kind), d.Name, d.Place, d.Spaces, key[:], micros(d.AddedAt))
	if err == nil && n == 0 {
		err = sensor.ErrTaken
	}
	return err
}

func (t *Tx) PutDevice(d sensor.Device) error {
	kept, err := json.Marshal(d.Kept)
	if err != nil {
		return fmt.Errorf("store: device: %w", err)
	}
	_, err = t.exec("put device", `UPDATE devices SET revoked_at = ?, muted_until = ?, muted_by = ?, heard_at = ?, silent = ?, fault = ?, kept = ? WHERE id = ?`,
		micros(d.RevokedAt), micros(d.MutedUntil), d.MutedBy, micros(d.HeardAt), truth(d.Silent), truth(d.Open()), string(kept), d.ID)
	return err
}

func (t *Tx) AddPoint(p sensor.Point) error {
	measured, err := json.Marshal(p.Values)
	if err != nil {
		return fmt.Errorf("store: device history: %w", err)
	}
	_, err = t.exec("device history", `INSERT INTO device_points (device, at, measured) VALUES (?, ?, ?)
		ON CONFLICT (device, at) DO UPDATE SET measured = excluded.measured`, p.Device, micros(p.At), string(measured))
	return err
}

func (t *Tx) AddDecision(d sensor.Decision) error {
	_, err := t.insert("device decision", `INSERT INTO device_decisions (device, at, rule, why, measured, beyond, case_number, call_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, d.Device, micros(d.At), d.Rule, string(d.Why), d.Value, d.Limit, d.Case, d.Call)
	return err
}

// Over looks at the other case where it was merged.
func (t *Tx) Over(number int64) (bool, error) {
	var status docket.Status
	err := t.queryRow(`SELECT coalesce(i.status, c.status) FROM cases c LEFT JOIN cases i ON i.number = c.merged_into AND c.merged_into > 0 AND c.status = 'merged'
		WHERE c.number = ?`, number).Scan(&status)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("store: case of a device: %w", err)
	}
	return status.Closed(), nil
}

var _ sensor.Store = (*Store)(nil)
