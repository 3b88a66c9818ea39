package store

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"lintai/sync/central/docket"
	"lintai/sync/central/docket/storetest"
	"lintai/sync/central/store/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// overEngines runs a test on each engine; make gives it an empty store, another one
// at each call.
func overEngines(t *testing.T, test func(t *testing.T, make func(t *testing.T) *Store)) {
	t.Run("sqlite", func(t *testing.T) {
		test(t, func(t *testing.T) *Store {
			s, _ := create(t)
			return s
		})
	})
	t.Run("postgres", func(t *testing.T) { test(t, createPostgres) })
}

func create(t *testing.T) (*Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "central.db")
	s, err := Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, path
}

var pattern = postgrestest.Pattern{Fill: func(address string) error {
	s, err := OpenPostgres(context.Background(), address)
	if err != nil {
		return err
	}
	return s.Close()
}}

func createPostgres(t *testing.T) *Store {
	t.Helper()
	s, err := OpenPostgres(t.Context(), pattern.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestConformance(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		storetest.Run(t, func(t *testing.T) docket.Store { return make(t) })
	})
}
