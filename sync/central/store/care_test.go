package store

import (
	"testing"

	"lintai/sync/central/care"
	"lintai/sync/central/care/storetest"
)

func TestCare(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		storetest.Run(t, func(t *testing.T) care.Store { return make(t) })
	})
}
