package store

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"lintai/sync/central/store/postgrestest"
)

// From 0009 on every number is there for both engines, under one name.
func TestBothEnginesHaveTheSameMigrations(t *testing.T) {
	names := func(d *dialect) (names []string) {
		all, err := d.migrations()
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range all {
			if m.number > lastVersion {
				names = append(names, m.name)
			} else if d.dollars && m.name != "0001_docket" {
				t.Errorf("PostgreSQL begins with one migration, and there is %s", m.name)
			}
		}
		return names
	}
	sqlite, postgres := strings.Join(names(sqliteDialect()), "\n"), strings.Join(names(postgresDialect()), "\n")
	if sqlite != postgres {
		t.Errorf("SQLite:\n%s\nPostgreSQL:\n%s", sqlite, postgres)
	}
}

// reopen opens a store's database once more, as another central does.
func reopen(t *testing.T, s *Store) error {
	t.Helper()
	var again *Store
	var err error
	if s.pool != nil {
		again, err = OpenPostgres(t.Context(), s.url)
	} else {
		var path string
		if err := s.queryRow(t.Context(), "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&path); err != nil {
			t.Fatal(err)
		}
		again, err = Open(t.Context(), path)
	}
	if err == nil {
		err = again.Close()
	}
	return err
}

func TestWhatTheDatabaseSaysOfItsMigrations(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		for _, c := range []struct {
			name, statement string
			want            error
		}{
			{"all that there are", "SELECT 1", nil},
			{"one of a newer central", "INSERT INTO migrations VALUES (9999, '9999_flying', '')", ErrNewer},
			{"another under the same number", "UPDATE migrations SET name = '0001_shop' WHERE number = 1", ErrForeign},
		} {
			t.Run(c.name, func(t *testing.T) {
				s := make(t)
				if _, err := s.execute(t.Context(), c.statement); err != nil {
					t.Fatal(err)
				}
				if err := reopen(t, s); !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
			})
		}
	})
}

// A number that is lower than one which was applied comes late, and is applied.
func TestLateMigrationIsApplied(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		s := make(t)
		// As if the first had come after the others: it makes its tables again.
		if _, err := s.execute(t.Context(), "DELETE FROM migrations WHERE number = 1"); err != nil {
			t.Fatal(err)
		}
		if err := reopen(t, s); err == nil || !strings.Contains(err.Error(), "migration 0001_docket") || !strings.Contains(err.Error(), "already exists") {
			t.Errorf("%v", err)
		}
	})
}

// A file of the numbered time, of every number that there was.
func TestFilesOfEveryVersionAreTakenOver(t *testing.T) {
	all, err := sqliteDialect().migrations()
	if err != nil {
		t.Fatal(err)
	}
	for version := 0; version <= lastVersion && version < len(all) && (version == 0 || all[version-1].number == version); version++ {
		s := fileOf(t, version, "INSERT INTO settings (name, value) VALUES ('a', 'b')")
		if v, err := s.Setting(t.Context(), "a"); err != nil || version > 0 && v != "b" {
			t.Errorf("version %d: %q, %v", version, v, err)
		}
		if n := number(t, s, "SELECT count(*) FROM migrations"); n != len(all) {
			t.Errorf("version %d: %d migrations are noted, not %d", version, n, len(all))
		}
		// A central from before leaves it alone.
		if n := number(t, s, "PRAGMA user_version"); n <= lastVersion {
			t.Errorf("version %d became %d", version, n)
		}
		if err := reopen(t, s); err != nil {
			t.Errorf("version %d, again: %v", version, err)
		}
	}
}

// Two processes that begin at once on an empty database.
func TestEmptyDatabaseIsFilledOnce(t *testing.T) {
	address := postgrestest.Database(t)
	if made, err := ExistsPostgres(t.Context(), address); made || err != nil {
		t.Errorf("%v, %v", made, err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s, err := OpenPostgres(t.Context(), address)
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.PutSetting(t.Context(), "a", "b"); err != nil {
				t.Error(err)
			}
			s.Close()
		})
	}
	all.Wait()
	if made, err := ExistsPostgres(t.Context(), address); !made || err != nil {
		t.Errorf("%v, %v", made, err)
	}
}

func TestDatabaseOfAnotherProgramIsLeftAlone(t *testing.T) {
	s := createPostgres(t)
	for _, statement := range []string{"DROP SCHEMA public CASCADE", "CREATE SCHEMA public", "CREATE TABLE shop (a BIGINT)"} {
		if _, err := s.execute(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := reopen(t, s); !errors.Is(err, ErrForeign) {
		t.Errorf("%v", err)
	}
	if _, err := ExistsPostgres(t.Context(), s.url); !errors.Is(err, ErrForeign) {
		t.Errorf("%v", err)
	}
	if n := number(t, s, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"); n != 1 {
		t.Errorf("there are %d tables", n)
	}
}

// An address is often wrong, and has a password.
func TestErrorsAboutAddressesKeepThePassword(t *testing.T) {
	for _, address := range []string{
		"postgres://central:geheim@127.0.0.1:1/central?connect_timeout=5",
		"postgres://central:geheim@127.0.0.1:notaport/central",
		"postgres://central:geheim@127.0.0.1:1/central?pool_max_conns=many",
	} {
		_, err := OpenPostgres(t.Context(), address)
		if err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%v", err)
		}
	}
}
