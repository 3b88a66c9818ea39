package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What was acknowledged must survive a power cut.
func TestEveryConnectionIsDurable(t *testing.T) {
	s, _ := create(t)
	for name, db := range map[string]*sql.DB{"writer": s.writer, "reader": s.reader} {
		for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
			var got string
			if err := db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: %s = %q, %v; want %q", name, pragma, got, err, want)
			}
		}
	}
	if _, err := s.reader.Exec("DELETE FROM settings"); err == nil {
		t.Error("a reader's connection writes")
	}
}

func TestFileIsForItsOwnerOnly(t *testing.T) {
	s, path := create(t)
	if err := s.PutSetting(t.Context(), "a", "b"); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, path + "-wal"} {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(p), info.Mode())
		}
	}
}

func TestReopenKeepsEverything(t *testing.T) {
	s, path := create(t)
	if err := s.PutSetting(t.Context(), "a", "b"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if v, err := again.Setting(t.Context(), "a"); v != "b" || err != nil {
		t.Errorf("setting %q, %v", v, err)
	}
	if _, err := Create(t.Context(), path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("created over a database: %v", err)
	}
}

// A crash while the file was being made leaves a draft, not a database.
func TestCreateAfterAHalfMadeDraft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "central.db")
	if err := os.WriteFile(path+".new", []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestLogWithoutItsDatabaseIsNoEmptyPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "central.db")
	if err := os.WriteFile(path+"-wal", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(t.Context(), path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("created beside a write-ahead log: %v", err)
	}
}

// None of these may be taken for a database, and none may be changed.
func TestDamagedAndForeignFiles(t *testing.T) {
	good := func(t *testing.T, change func(db *sql.DB)) []byte {
		path := filepath.Join(t.TempDir(), "good.db")
		s, err := Create(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 200 { // several pages, so that there is a middle to damage
			if err := s.PutSetting(t.Context(), strings.Repeat("n", i), strings.Repeat("v", 500)); err != nil {
				t.Fatal(err)
			}
		}
		change(s.writer)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	exec := func(t *testing.T, statement string) func(db *sql.DB) {
		return func(db *sql.DB) {
			if _, err := db.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	sound := good(t, func(*sql.DB) {})
	torn := append([]byte(nil), sound...)
	for i := len(torn) / 2; i < len(torn)/2+20_000; i++ {
		torn[i] = 0xAA
	}
	for _, c := range []struct {
		name    string
		content []byte
		says    string
	}{
		{"empty", nil, "cut short or empty"},
		{"short", []byte("SQLite"), "cut short or empty"},
		{"text", []byte("this is not a database at all, sorry"), "no SQLite database"},
		{"cut in half", sound[:len(sound)/2], "not a sound database"},
		{"torn in the middle", torn, "not a sound database"},
		{"of another program", good(t, exec(t, "PRAGMA application_id = 7")), "another program"},
		{"of a newer central", good(t, exec(t, "PRAGMA user_version = 99")), "newer central"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "central.db")
			if err := os.WriteFile(path, c.content, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Open(context.Background(), path)
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %q does not say %q and the file", err, c.says)
			}
			after, err := os.ReadFile(path)
			if err != nil || string(after) != string(c.content) {
				t.Errorf("the file was changed (%v)", err)
			}
		})
	}
}

// Only a damaged file is called so: what cannot be read for another reason may be sound.
func TestUnreadableIsNotDamaged(t *testing.T) {
	s, path := create(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// The log cannot be opened: a folder is in its place.
	if err := os.Mkdir(path+"-wal", 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); err == nil || errors.Is(err, ErrDamaged) {
		t.Errorf("%v", err)
	}
}
