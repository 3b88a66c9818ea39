package sqlite

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"lintai/sync/central/docket"
)

// A docket from before there were certificates keeps its terminals and all that
// refers to them; their tokens go.
func TestTerminalsWithTokensAreTakenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "central.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=foreign_keys(1)")
	if err != nil {
		t.Fatal(err)
	}
	run := func(statement string) {
		t.Helper()
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"0001_docket", "0002_health", "0003_attachments_ratings"} {
		script, err := migrationFiles.ReadFile("migrations/" + name + ".sql")
		if err != nil {
			t.Fatal(err)
		}
		run(string(script))
	}
	run(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = 3", applicationID))
	run("INSERT INTO terminals (number, name, token, added_at, last_contact, clock_offset, cursor) VALUES (12, '大厅', x'01', 2, 3, 4, 1), (13, '二楼', x'02', 5, 6, 7, 0)")
	run(`INSERT INTO health (kiosk, at, devices) VALUES (12, 1, x'5B5D')`)
	run(`INSERT INTO changes (kiosk, cursor, body) VALUES (12, 1, CAST('{"cursor":1}' AS BLOB))`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all, err := s.Terminals(t.Context())
	if err != nil || len(all) != 2 || all[0].Number != 12 || all[0].Name != "大厅" || all[0].AddedAt != moment(2) || all[0].LastContact != moment(3) || all[0].ClockOffset.Microseconds() != 4 {
		t.Errorf("%+v, %v", all, err)
	}
	if h, err := s.Healths(t.Context()); err != nil || len(h) != 1 {
		t.Errorf("%+v, %v", h, err)
	}
	if c, head, err := s.Changes(t.Context(), 12, 0, 10); err != nil || len(c) != 1 || head != 1 {
		t.Errorf("%+v, %d, %v", c, head, err)
	}
	if err := s.PutHealth(t.Context(), 99, docket.Health{}); err == nil {
		t.Error("the devices of a terminal that is not there were filed: nothing refers to terminals any more")
	}
	var violations int
	if err := s.write.QueryRow("SELECT count(*) FROM pragma_foreign_key_check").Scan(&violations); err != nil || violations > 0 {
		t.Errorf("%d rows refer to nothing, %v", violations, err)
	}
}
