package store

import (
	"testing"

	"lintai/sync/central/staff"
	"lintai/sync/central/staff/storetest"
)

func TestAccounts(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		storetest.Run(t, func(t *testing.T) staff.Store { return make(t) })
	})
}
