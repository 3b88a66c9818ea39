package store

import (
	"testing"

	"lintai/sync/central/grid"
	gridtest "lintai/sync/central/grid/storetest"
	resourcetest "lintai/sync/central/resource/storetest"
)

func TestGrids(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		gridtest.Run(t, func(t *testing.T) grid.Store { return make(t) })
	})
}

func TestResources(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		resourcetest.Run(t, func(t *testing.T) resourcetest.Store { return make(t) })
	})
}
