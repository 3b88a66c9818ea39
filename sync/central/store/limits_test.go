package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"testing"

	"lintai/sync/central/deadline/storetest"
	"lintai/sync/central/docket"
)

func TestLimitsConformance(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		storetest.Run(t, func(t *testing.T) storetest.Store { return make(t) })
	})
}

// What is told of cases is told in the transaction, once for each, and ends it with an
// error. Filing is not told: classifying what was filed is.
func TestOnCases(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		s := make(t)
		var told []int64
		var fail error
		s.OnCases(func(_ context.Context, tx *sql.Tx, cases []int64) error {
			told = slices.Clone(cases)
			return fail
		})
		file := func() (numbers []int64, err error) {
			err = s.Write(t.Context(), func(tx docket.Tx) error {
				numbers = nil
				filed, err := tx.FileCases(docket.Case{ID: "a", Ticket: "1", Service: "repair", Body: []byte("{}")}, docket.Case{ID: "b", Ticket: "2", Service: "repair", Body: []byte("{}")},
					docket.Case{ID: "c", Ticket: "3", Service: "repair", Body: []byte("{}")})
				if err != nil {
					return err
				}
				for _, f := range filed {
					numbers = append(numbers, f.Number)
				}
				c, err := tx.LockCase(numbers[1])
				if err == nil {
					_, err = docket.Advance(tx, c, docket.Event{Action: docket.Accept})
				}
				if err == nil {
					err = tx.Classify(numbers[2], docket.Classification{Category: docket.LivingNeed})
				}
				return err
			})
			return numbers, err
		}
		fail = errors.New("no")
		if _, err := file(); !errors.Is(err, fail) {
			t.Errorf("an error of who is told: %v", err)
		}
		fail = nil
		numbers, err := file()
		if err != nil || !slices.Equal(told, numbers[1:]) {
			t.Errorf("told %v, not %v: %v", told, numbers[1:], err)
		}
	})
}
