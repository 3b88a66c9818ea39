package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"lintai/sync/central/docket"
)

// PutHealth keeps a terminal's last word on its devices.
func (s *Store) PutHealth(ctx context.Context, kiosk int, h docket.Health) error {
	devices, err := json.Marshal(h.Devices)
	if err != nil {
		return fmt.Errorf("sqlite: health: %w", err)
	}
	r, err := s.write.ExecContext(ctx, `INSERT INTO health (kiosk, at, devices) SELECT number, ?, ? FROM terminals WHERE number = ?
		ON CONFLICT (kiosk) DO UPDATE SET at = excluded.at, devices = excluded.devices`, micros(h.At), devices, kiosk)
	return oneRow("health", r, err, docket.ErrNotFound)
}

// Healths gives the last word of every terminal that ever said one.
func (s *Store) Healths(ctx context.Context) (map[int]docket.Health, error) {
	type spoken struct {
		kiosk  int
		health docket.Health
	}
	rows, err := s.read.QueryContext(ctx, "SELECT kiosk, at, devices FROM health")
	all, err := collect(rows, err, func(r row) (spoken, error) {
		var one spoken
		var at int64
		var devices []byte
		if err := r.Scan(&one.kiosk, &at, &devices); err != nil {
			return one, err
		}
		one.health.At = moment(at)
		return one, json.Unmarshal(devices, &one.health.Devices)
	})
	if err != nil {
		return nil, err
	}
	words := map[int]docket.Health{}
	for _, one := range all {
		words[one.kiosk] = one.health
	}
	return words, nil
}
