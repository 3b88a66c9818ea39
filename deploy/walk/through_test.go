package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
)

func TestCopyDatabaseTakesTheLogAlong(t *testing.T) {
	dir := t.TempDir()
	db, err := sql.Open("sqlite", filepath.Join(dir, "kiosk.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"PRAGMA journal_mode=WAL", "CREATE TABLE item (body TEXT)", "INSERT INTO item VALUES ('sealed')"} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	// A terminal that was killed leaves its last writes in the log only.
	killed := t.TempDir()
	for _, name := range []string{"kiosk.db", "kiosk.db-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(killed, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "copy.db")
	if err := copyDatabase(t.Context(), killed, to); err != nil {
		t.Fatal(err)
	}
	copied, err := sql.Open("sqlite", to)
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	var body string
	if err := copied.QueryRow("SELECT body FROM item").Scan(&body); err != nil || body != "sealed" {
		t.Errorf("in the copy: %q, %v", body, err)
	}
}

func TestCopyDatabaseRefusesWhatIsNone(t *testing.T) {
	missing := t.TempDir()
	if err := copyDatabase(t.Context(), missing, filepath.Join(missing, "copy.db")); err == nil {
		t.Error("a missing database was copied")
	}
	if _, err := os.Stat(filepath.Join(missing, "kiosk.db")); err == nil {
		t.Error("looking for a database made one")
	}
	damaged := t.TempDir()
	if err := os.WriteFile(filepath.Join(damaged, "kiosk.db"), []byte("this is no database at all, but long enough to be read"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := copyDatabase(t.Context(), damaged, filepath.Join(damaged, "copy.db")); err == nil {
		t.Error("a damaged database was copied")
	}
}

func TestProportionalSet(t *testing.T) {
	if kb, err := proportionalSet(os.Getpid()); err != nil || kb < 1000 {
		t.Errorf("this process: %d KiB, %v", kb, err)
	}
}
