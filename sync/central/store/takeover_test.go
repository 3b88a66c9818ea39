package store

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"lintai/sync/central/docket"
)

// fileOf opens a file as an earlier central left it: with its migrations up to a
// user_version, and what statements put in after them.
func fileOf(t *testing.T, version int, statements ...string) *Store {
	t.Helper()
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
	all, err := sqliteDialect().migrations()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all[:version] {
		run(m.script)
	}
	run(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, version))
	if version > 0 {
		for _, statement := range statements {
			run(statement)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// A docket from before there were certificates keeps its terminals and all that
// refers to them; their tokens go.
func TestTerminalsWithTokensAreTakenOver(t *testing.T) {
	s := fileOf(t, 3,
		"INSERT INTO terminals (number, name, token, added_at, last_contact, clock_offset, cursor) VALUES (12, '大厅', x'01', 2, 3, 4, 1), (13, '二楼', x'02', 5, 6, 7, 0)",
		`INSERT INTO health (kiosk, at, devices) VALUES (12, 1, x'5B5D')`,
		`INSERT INTO changes (kiosk, cursor, body) VALUES (12, 1, CAST('{"cursor":1}' AS BLOB))`)
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
	if err := s.writer.QueryRow("SELECT count(*) FROM pragma_foreign_key_check").Scan(&violations); err != nil || violations > 0 {
		t.Errorf("%d rows refer to nothing, %v", violations, err)
	}
}

// Certificates from before belong to the enrolment that they descend from: a renewed one
// to that of its terminal's last code, one without a code to itself.
func TestOldCertificatesHaveTheirEnrolment(t *testing.T) {
	certificate := func(serial, kiosk int) string {
		return fmt.Sprintf("INSERT INTO certificates (serial, kiosk, body, issued_at, expires_at, used) VALUES (%d, %d, x'01', 1, 2, 1)", serial, kiosk)
	}
	code := func(serial, kiosk int) string {
		return fmt.Sprintf("INSERT INTO codes (id, secret, kiosk, made_at, expires_at, key, serial) VALUES ('c%[1]d', x'01', %[2]d, 1, 2, x'02', %[1]d)", serial, kiosk)
	}
	s := fileOf(t, 7, "INSERT INTO terminals (number, name, added_at) VALUES (12, 'a', 1), (13, 'b', 1), (14, 'c', 1)",
		code(100, 12), certificate(100, 12), certificate(90, 12), code(50, 12), certificate(50, 12), certificate(70, 12), code(200, 13), certificate(200, 13), certificate(300, 14))
	for serial, want := range map[int]int64{100: 100, 90: 100, 50: 50, 70: 50, 200: 200, 300: 300} {
		var got int64
		if err := s.queryRow(t.Context(), "SELECT enrolment FROM certificates WHERE serial = ?", serial).Scan(&got); err != nil || got != want {
			t.Errorf("%d descends from %d, %v", serial, got, err)
		}
	}
	if got, err := s.Enrolment(t.Context(), 12); err != nil || got != 50 {
		t.Errorf("%d, %v", got, err)
	}
}

// Events from before there were actions have theirs, fold as before, and are still
// append-only.
func TestOldEventsAreTakenOver(t *testing.T) {
	const event = "INSERT INTO case_events (case_number, number, status, at, by, note, stars) VALUES (1, %d, '%s', 7, '', '', %d)"
	statements := []string{`INSERT INTO cases (id, kiosk, ticket, service, catalog_version, urgency, requested_at, received_at, body, status, events)
		VALUES ('a', 12, 'b', 'repair', 1, 2, 3, 4, x'7B7D', 'done', 9)`}
	for i, e := range []struct {
		status string
		stars  int
	}{{"delivered", 0}, {"accepted", 0}, {"working", 0}, {"done", 0}, {"done", 1}, {"accepted", 0}, {"working", 0}, {"done", 0}, {"done", 5}} {
		statements = append(statements, fmt.Sprintf(event, i+1, e.status, e.stars))
	}
	s := fileOf(t, 7, statements...)
	c, events, err := s.Case(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	want := []docket.Action{docket.File, docket.Accept, docket.Start, docket.Complete, docket.Rate, docket.Reopen, docket.Start, docket.Complete, docket.Rate}
	for i, e := range events {
		if e.Action != want[i] {
			t.Errorf("event %d: %s", e.Number, e.Action)
		}
	}
	if status, err := docket.Fold(events); err != nil || status != docket.Done || c.Status != docket.Done {
		t.Errorf("%s, %v", status, err)
	}
	if _, err := s.execute(t.Context(), "UPDATE case_events SET note = 'x'"); err == nil {
		t.Error("an event was changed")
	}
}
