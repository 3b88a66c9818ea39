package store

import (
	"testing"

	"lintai/sync/central/fleet/storetest"
)

func TestFleet(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		storetest.Run(t, func(t *testing.T) storetest.Store { return make(t) })
	})
}
