package demodata_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"lintai/sync/central"
	"lintai/sync/central/demodata"
	"lintai/sync/central/docket"
	"lintai/sync/central/store"
	"lintai/sync/central/store/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

const password = "demo data of a test"

var options = demodata.Options{Seed: 7, Cases: 200, Until: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), Password: password}

// made makes a year, and gives the database that it is in.
func made(t *testing.T, o demodata.Options, shared bool) (*sql.DB, string) {
	t.Helper()
	config := central.Config{Folder: t.TempDir()}
	driver, source := "sqlite", "file:"+filepath.Join(config.Folder, "central.db")+"?mode=ro"
	if shared {
		config.Database = postgrestest.Database(t)
		driver, source = "pgx", config.Database
	}
	if _, err := central.MakeDemo(t.Context(), config, o); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db, config.Folder
}

// columns are what is compared: all of the docket but what is drawn anew each time.
var columns = []string{
	"cases: number, id, kiosk, ticket, service, catalog_version, urgency, requested_at, received_at, body, status, events, updated_at, card_token, channel, assignee, due_at, merged_into, category, concern, corrected, place, repeats, grid",
	"case_events: case_number, number, status, at, by, note, stars, action, detail",
	"classifications: case_number, body",
	"case_grids: case_number, grid, building",
	"items: kiosk, id, kind, sequence, made_at, received_at, clock_offset, outcome, reason",
	"ratings: number, id, kiosk, ticket, rated, stars, requested_at, received_at, body, case_number, reason, handled_at, handled_by",
	"changes: kiosk, cursor, body",
	"terminals: number, name, cursor",
	"rule_counts: rule, fired, corrected",
	"case_limits: case_number, events, round, began_at, response_due, response_met, fix_due, due_at, assignee",
}

var drawn = regexp.MustCompile(`"verification":"[0-9A-Z]+"`)

// rows are all rows of a database, with accounts by their logins.
func rows(t *testing.T, db *sql.DB) (all []string) {
	t.Helper()
	ids := []string{}
	list, err := db.Query("SELECT id, login FROM accounts")
	if err != nil {
		t.Fatal(err)
	}
	for list.Next() {
		var id, login string
		if err := list.Scan(&id, &login); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id, login)
	}
	logins := strings.NewReplacer(ids...)
	for _, c := range columns {
		table, names, _ := strings.Cut(c, ": ")
		list, err := db.Query("SELECT " + names + " FROM " + table)
		if err != nil {
			t.Fatal(err)
		}
		from := len(all)
		for list.Next() {
			values := make([]any, strings.Count(names, ",")+1)
			for i := range values {
				values[i] = new(any)
			}
			if err := list.Scan(values...); err != nil {
				t.Fatal(err)
			}
			row := table
			for _, v := range values {
				switch v := (*v.(*any)).(type) {
				case []byte:
					row += fmt.Sprintf("|%s", v)
				default:
					row += fmt.Sprintf("|%v", v)
				}
			}
			all = append(all, drawn.ReplaceAllString(logins.Replace(row), "drawn"))
		}
		if err := list.Err(); err != nil {
			t.Fatal(err)
		}
		slices.Sort(all[from:])
	}
	return all
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if len(want) < 2000 {
		t.Fatalf("only %d rows", len(want))
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("row %d of %d (%d):\n%s\nwant\n%s", i, len(want), len(got), strings.Join(got[min(i, len(got)):min(i+1, len(got))], ""), want[i])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
}

// The promise of the package: what is loaded cannot be told from what was sealed,
// pushed, classified, given out, done and rated one after another.
func TestLoadedRowsAreThoseOfTheRealOperations(t *testing.T) {
	slowly := options
	slowly.Slowly = true
	db, _ := made(t, slowly, false)
	for _, table := range []string{"activity_seats", "volunteers", "points_entries", "care_visits", "proposals", "devices"} {
		var n int
		if err := db.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil || n == 0 {
			t.Errorf("%s: %d rows, %v", table, n, err)
		}
	}
	want := rows(t, db)
	db, folder := made(t, options, false)
	same(t, rows(t, db), want)
	over, _ := made(t, options, true)
	same(t, rows(t, over), want)

	// And central takes it for its own: each case is the fold of its events, and a new one
	// gets the next number.
	c, err := store.Open(t.Context(), filepath.Join(folder, "central.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	all, err := c.Cases(t.Context(), docket.CaseQuery{})
	if err != nil || len(all) != options.Cases {
		t.Fatalf("%d cases: %v", len(all), err)
	}
	for _, one := range all {
		_, events, err := c.Case(t.Context(), one.Number)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := docket.Replay(events); err != nil || s.Status != one.Status || s.Assignee != one.Assignee || s.Into != one.Into {
			t.Errorf("case %d is %s of %q, its events come to %+v: %v", one.Number, one.Status, one.Assignee, s, err)
		}
	}
}

// What was cut off is not taken for a year: a second run says so, and whoever serves it is
// warned. What was finished is not.
func TestDemoDataThatWasCutOffSaysSo(t *testing.T) {
	few := options
	few.Cases = 300
	folder := t.TempDir()
	said := func(config central.Config) string {
		t.Helper()
		var log bytes.Buffer
		config.Log = slog.New(slog.NewTextHandler(&log, nil))
		c, err := central.Open(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		return log.String()
	}
	// A year whose clerks get no password is not made, and its central was.
	broken := few
	broken.Password = "x"
	if _, err := central.MakeDemo(t.Context(), central.Config{Folder: folder}, broken); err == nil {
		t.Fatal("a year with a bad password is made")
	}
	if _, err := central.MakeDemo(t.Context(), central.Config{Folder: folder}, few); !errors.Is(err, central.ErrUnfinished) {
		t.Errorf("a second time: %v", err)
	}
	if log := said(central.Config{Folder: folder}); !strings.Contains(log, "never finished") {
		t.Errorf("who serves half a year reads %q", log)
	}
	if err := os.Remove(filepath.Join(folder, "demo-unfinished")); err != nil {
		t.Fatal(err)
	}
	if log := said(central.Config{Folder: folder}); !strings.Contains(log, "never finished") {
		t.Errorf("who serves its database reads %q", log)
	}
	few.Cases = 0
	_, whole := made(t, few, false)
	if log := said(central.Config{Folder: whole}); strings.Contains(log, "never finished") {
		t.Errorf("who serves the whole reads %q", log)
	}
}

// So does a database, asked for from another folder than the one that was cut off.
func TestDemoDataThatWasCutOffInADatabaseSaysSo(t *testing.T) {
	few := options
	few.Cases = 0
	database := postgrestest.Database(t)
	broken := few
	broken.Password = "x"
	if _, err := central.MakeDemo(t.Context(), central.Config{Folder: t.TempDir(), Database: database}, broken); err == nil {
		t.Fatal("a year with a bad password is made")
	}
	folder := t.TempDir()
	_, err := central.MakeDemo(t.Context(), central.Config{Folder: folder, Database: database}, few)
	if !errors.Is(err, central.ErrUnfinishedDatabase) || errors.Is(err, central.ErrNotEmpty) {
		t.Errorf("a second time, from another folder: %v", err)
	}
	if there, err := os.ReadDir(folder); err != nil || len(there) != 0 {
		t.Errorf("something was written: %v %v", there, err)
	}
}

// Calls for help are in it, and each was answered and has its record.
func TestDemoDataHasCallsForHelp(t *testing.T) {
	few := options
	few.Cases = 0
	db, _ := made(t, few, false)
	var calls, answered, recorded int
	err := db.QueryRow(`SELECT count(*), count(nullif(c.answered_at, 0)), count(r.call_id) FROM calls c LEFT JOIN callout_records r ON r.call_id = c.id`).Scan(&calls, &answered, &recorded)
	if err != nil || calls < 3 || answered != calls || recorded != calls {
		t.Errorf("%d calls, %d answered, %d recorded: %v", calls, answered, recorded, err)
	}
}

func TestDemoDataGoesIntoNothingThatIs(t *testing.T) {
	few := options
	few.Cases = 0
	_, folder := made(t, few, false)
	if _, err := central.MakeDemo(t.Context(), central.Config{Folder: folder}, few); !errors.Is(err, central.ErrNotEmpty) {
		t.Errorf("a second time: %v", err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "letter.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := central.MakeDemo(t.Context(), central.Config{Folder: other}, few); !errors.Is(err, central.ErrNotEmpty) {
		t.Errorf("beside another file: %v", err)
	}
	if there, err := os.ReadDir(other); err != nil || len(there) != 1 {
		t.Errorf("something was written beside it: %v %v", there, err)
	}
	database := postgrestest.Database(t)
	if _, err := central.MakeDemo(t.Context(), central.Config{Folder: t.TempDir(), Database: database}, few); err != nil {
		t.Fatal(err)
	}
	if _, err := central.MakeDemo(t.Context(), central.Config{Folder: t.TempDir(), Database: database}, few); !errors.Is(err, central.ErrNotEmpty) {
		t.Errorf("into a database that is served: %v", err)
	}
	few.Cases = -1
	if _, err := central.MakeDemo(t.Context(), central.Config{Folder: t.TempDir()}, few); !errors.Is(err, demodata.ErrCases) {
		t.Errorf("-1 cases: %v", err)
	}
}
