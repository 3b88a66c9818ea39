package offline

import (
	"database/sql"
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// setupBefore makes a queue as a program left it that knew only so many migrations,
// with rows in every state. It is closed.
func setupBefore(t *testing.T, known int) *bench {
	t.Helper()
	b := setup(t)
	must(t, b.Close())
	b.path = filepath.Join(t.TempDir(), FileName)
	all := migrations
	migrations = all[:known]
	defer func() { migrations = all }()
	must(t, Create(b.path, b.now))
	old, err := connect(b.path, readWrite)
	must(t, err)
	_, err = old.Exec(`INSERT INTO outbox (id, kind, kiosk, priority, made_at, saved_at, sealed, hash, state) VALUES
		('gone', 'call', 12, 0, 1, 2, NULL, x'01', 'delivered'), ('waits', 'request', 12, 3, 3, 4, zeroblob(9000), x'02', 'saved'),
		('differs', 'request', 12, 3, 5, 6, x'03', x'04', 'conflict'), ('photo', 'attachment', 12, 9, 7, 8, x'05', x'06', 'rejected')`)
	must(t, errors.Join(err, old.Close()))
	return b
}

// outbox are the rows of a queue's items as text.
func outbox(t *testing.T, db *sql.DB) (all []string) {
	t.Helper()
	rows, err := db.Query(`SELECT concat_ws(' ', sequence, id, kind, made_at, saved_at, hex(sealed), hex(hash), state) FROM outbox ORDER BY sequence`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var row string
		must(t, rows.Scan(&row))
		all = append(all, row)
	}
	must(t, rows.Err())
	return all
}

// A terminal that was in use before the checks were written another way keeps its
// rows and its checks, also while a technician reads the file.
func TestChecksAreWrittenAnewOverTheSameRows(t *testing.T) {
	b := setupBefore(t, 5)
	reader, err := Inspect(t.Context(), b.path)
	must(t, err)
	defer reader.Close()
	before := outbox(t, reader.db)
	b.open(t)
	if after := outbox(t, b.db); len(after) != 4 || !slices.Equal(before, after) {
		t.Errorf("before:\n%q\nafter:\n%q", before, after)
	}
	if beside := outbox(t, reader.db); !slices.Equal(before, beside) {
		t.Errorf("whoever reads beside it sees %q", beside)
	}
	b.settle(t, b.saveRequest(t).ID, Delivered)
	b.settle(t, "waits", Rejected)
	for _, statement := range []string{
		`UPDATE outbox SET kind = 'photo' WHERE id = 'gone'`,
		`UPDATE outbox SET state = 'sending' WHERE id = 'waits'`,
		`UPDATE outbox SET state = 'delivered' WHERE id = 'waits'`,
		`UPDATE outbox SET sealed = x'00' WHERE id = 'gone'`,
		`INSERT INTO outbox (id, kind, kiosk, priority, made_at, saved_at, sealed, hash) VALUES ('new', 'rating', 12, 3, 1, 2, x'03', x'04')`,
	} {
		_, err := b.db.Exec(statement)
		if e := (*sqlite.Error)(nil); !errors.As(err, &e) || e.Code() != sqlite3.SQLITE_CONSTRAINT_CHECK {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if _, err := b.db.Exec(`UPDATE sqlite_schema SET sql = sql`); err == nil {
		t.Error("the schema's text may still be written")
	}
	var sound string
	must(t, b.db.QueryRow(`PRAGMA integrity_check`).Scan(&sound))
	if sound != "ok" {
		t.Error(sound)
	}
	b.reopen(t)
}

// A resident waits for what a save does. SQLite makes a table in passing for a list
// of more than two in a check.
func TestStatementsOfASaveMakeNoTableInPassing(t *testing.T) {
	before, numbered := setupBefore(t, 5), regexp.MustCompile(`\?\d`)
	before.open(t)
	defer before.Close()
	for name, b := range map[string]*bench{"a new queue": setup(t), "one that was carried over": before} {
		for text := range new(statements).texts() {
			text = numbered.ReplaceAllString(text, `?`)
			rows, err := b.db.Query(`EXPLAIN `+text, make([]any, strings.Count(text, `?`))...)
			must(t, err)
			instructions := 0
			for ; rows.Next(); instructions++ {
				var operation string
				var rest [7]any
				must(t, rows.Scan(&rest[0], &operation, &rest[1], &rest[2], &rest[3], &rest[4], &rest[5], &rest[6]))
				if operation == "OpenEphemeral" {
					t.Errorf("in %s a table is made for %s", name, text)
				}
			}
			must(t, errors.Join(rows.Err(), rows.Close()))
			if instructions == 0 {
				t.Errorf("%s is nothing", text)
			}
		}
	}
}
