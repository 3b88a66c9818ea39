package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"lintai/sync/central/callout/storetest"
	"lintai/sync/central/docket"
)

func TestCalloutConformance(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		storetest.Run(t, func(t *testing.T) storetest.Store { return make(t) })
	})
}

// What is told of calls is told in the transaction, and ends it with an error; what is
// kept of them cannot be rewritten.
func TestOnCalls(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		s := make(t)
		var told []string
		var fail error
		s.OnCalls(func(_ context.Context, tx *Tx, calls []string) error {
			told = slices.Clone(calls)
			if _, err := tx.Call(calls[0]); err != nil {
				t.Error(err)
			}
			return fail
		})
		file := func() error {
			return s.Write(t.Context(), func(tx docket.Tx) error { return tx.FileCall(docket.Call{ID: "a", Kiosk: 1}) })
		}
		if fail = errors.New("no"); !errors.Is(file(), fail) {
			t.Error("an error of who is told does not end the transaction")
		}
		fail = nil
		if err := file(); err != nil || !slices.Equal(told, []string{"a"}) {
			t.Errorf("told %q: %v", told, err)
		}
		told = nil
		if err := file(); !errors.Is(err, docket.ErrIDTaken) || told != nil {
			t.Errorf("told %q of nothing: %v", told, err)
		}
		for _, table := range []string{"callout_rings", "callout_records"} {
			statement := map[string]string{"callout_rings": "INSERT INTO callout_rings (call_id, step, account, at) VALUES ('a', 1, '', 1)",
				"callout_records": "INSERT INTO callout_records (call_id, came, about, case_number, account, at) VALUES ('a', '', '', 0, '', 1)"}[table]
			if _, err := s.writer.Exec(statement); err != nil {
				t.Fatal(err)
			}
			for _, statement := range []string{"UPDATE " + table + " SET at = 2", "DELETE FROM " + table} {
				if _, err := s.writer.Exec(statement); err == nil || !strings.Contains(err.Error(), "append-only") {
					t.Errorf("%s: %v", statement, err)
				}
			}
		}
	})
}
