package store

import (
	"strings"
	"testing"

	"lintai/sync/central/docket"
)

func TestEventsCannotBeRewritten(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		s := make(t)
		err := s.Write(t.Context(), func(tx docket.Tx) error {
			_, err := tx.FileCases(docket.Case{ID: "a", Kiosk: 1, Ticket: "1", Service: "repair", Body: []byte("{}")})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{"UPDATE case_events SET note = 'x'", "DELETE FROM case_events"} {
			if _, err := s.writer.Exec(statement); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", statement, err)
			}
		}
	})
}
