package store

import (
	"reflect"
	"strings"
	"testing"
)

func TestParametersBecomeDollars(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{"SELECT 1", "SELECT 1"},
		{"a = ? AND b = ?", "a = $1 AND b = $2"},
		{"?2, ?1, ?2", "$2, $1, $2"},
		{"?3, ?", "$3, $4"}, // as SQLite counts
		{"?12", "$12"},
		{"'?' || ? || \"a?\"", "'?' || $1 || \"a?\""},
		{"'it''s ?' = ?", "'it''s ?' = $1"},
		{"? -- why?\n, ?", "$1 -- why?\n, $2"},
		{"? - ?", "$1 - $2"},
		{"'open ?", "'open ?"},
		{"? --", "$1 --"},
	} {
		if got := postgresDialect().bind(c.query); got != c.want {
			t.Errorf("%q became %q, want %q", c.query, got, c.want)
		}
		if got := sqliteDialect().bind(c.query); got != c.query {
			t.Errorf("%q became %q for SQLite", c.query, got)
		}
	}
}

func FuzzDollars(f *testing.F) {
	f.Add("SELECT '?', ?2, ? -- ?")
	f.Add("'")
	f.Fuzz(func(t *testing.T, query string) {
		got := dollars(query)
		if !strings.Contains(query, "?") && got != query {
			t.Errorf("%q became %q", query, got)
		}
		if again := dollars(got); again != got {
			t.Errorf("%q became %q and then %q", query, got, again)
		}
	})
}

func TestValuesOfPostgres(t *testing.T) {
	got := postgresDialect().values([]any{true, false, "a\x00b", "a", 3, nil})
	if want := []any{1, 0, "a\uFFFDb", "a", 3, nil}; !reflect.DeepEqual(got, want) {
		t.Errorf("%#v, want %#v", got, want)
	}
}
