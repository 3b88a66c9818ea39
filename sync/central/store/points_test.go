package store

import (
	"testing"

	"lintai/sync/central/points/storetest"
)

func TestPoints(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		storetest.Run(t, func(t *testing.T) storetest.Store { return make(t) })
	})
}

// What is booked cannot be changed, also not by SQL.
func TestPointsAreAppendOnly(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		s := make(t)
		if _, err := s.Database().ExecContext(t.Context(), "INSERT INTO points_entries (key, kind, at, by, rule, reason) VALUES ('k', 'earned', 1, '', '', '')"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Database().ExecContext(t.Context(), "INSERT INTO points_lines (entry, account, holder, amount) SELECT number, 'issued', 0, 5 FROM points_entries"); err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{
			"UPDATE points_entries SET reason = 'x'", "DELETE FROM points_entries", "UPDATE points_lines SET amount = 6", "DELETE FROM points_lines",
		} {
			if _, err := s.Database().ExecContext(t.Context(), statement); err == nil {
				t.Errorf("%s is possible", statement)
			}
		}
	})
}
