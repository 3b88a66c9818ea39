package central_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lintai/sync/central"
	"lintai/sync/central/archive"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
	"lintai/sync/central/store"
	"lintai/sync/central/store/postgrestest"
	"lintai/sync/wire"
)

// cheap is a passphrase's work in tests.
const cheap = 2

func (h *house) backup(database, file string) central.Backup {
	return central.Backup{Folder: h.folder, Database: database, File: file, Passphrase: "correct horse battery", Work: cheap, Clock: h.clock.Now}
}

// numbered says how many items terminal 12 has saved, and that none of them waits.
func (h *house) numbered() {
	h.t.Helper()
	word := wire.Health{Kiosk: 12, DeviceTime: h.clock.Now(), Devices: []wire.Device{}, Queue: &wire.QueueHealth{Newest: h.sequence}}
	decode[wire.HealthAnswer](h.t, h.terminal(h.me, "POST", wire.PathHealth, word), http.StatusOK)
}

// A backup is put back after its docket is lost, and the world went on in between: items
// were delivered and wiped, a terminal renewed its certificate, somebody was signed in.
// Nothing of that is silently wrong afterwards.
func TestWhatABackupDoesNotHaveIsNamed(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			var config central.Config
			h := setup(t, func(c *central.Config) {
				if engine == "postgres" {
					c.Database = postgrestest.Database(t)
				}
				config = *c
			})
			h.push(h.request(), h.request(), h.request()) // 1 to 3
			old := h.staff()
			old.move(1, 1, "accepted", "师傅明天到")
			contains(t, old.page("/console/restored", 200), "没有从备份恢复过")
			lacks(t, old.page("/console", 200), `id="warning"`)
			b := h.backup(config.Database, filepath.Join(t.TempDir(), "backup"))
			if err := central.BackUp(t.Context(), b); err != nil { // while it is served
				t.Fatal(err)
			}
			if info, err := os.Stat(b.File); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info.Mode(), err)
			}
			before := decode[wire.Pull](t, h.terminal(h.me, "GET", wire.PathPull+"?cursor=0", nil), http.StatusOK)

			// What the backup does not have.
			h.clock.Add(time.Hour)
			h.push(h.request(), h.request()) // 4, 5
			old.move(1, 2, "working", "")
			after := decode[wire.Pull](t, h.terminal(h.me, "GET", fmt.Sprintf("%s?cursor=%d", wire.PathPull, before.Cursor), nil), http.StatusOK)
			if len(after.Changes) == 0 {
				t.Fatal("the terminal heard nothing of the case")
			}
			h.me = h.enrolAgain(12) // its certificate is younger than the backup
			h.push(h.request())     // 6
			if err := h.central.Close(); err != nil {
				t.Fatal(err)
			}

			b.Folder = filepath.Join(t.TempDir(), "again")
			if engine == "postgres" {
				b.Database = postgrestest.Database(t)
			}
			r, err := central.Restore(t.Context(), b)
			if err != nil || r.Times != 1 {
				t.Fatalf("%+v, %v", r, err)
			}
			if _, err := central.Restore(t.Context(), b); err == nil || !strings.Contains(err.Error(), "nothing is written over it") {
				t.Errorf("written over it: %v", err)
			}
			h.folder, config.Folder, config.Database = b.Folder, b.Folder, b.Database
			h.reopen(config)

			// Whoever was signed in is not.
			if r := old.get("/console"); r.StatusCode != http.StatusSeeOther {
				t.Errorf("a session of before: %s", r.Status)
			}
			staffs := h.colleague("赵敏", staff.Clerk, staff.Administrator)
			contains(t, staffs.page("/console", 200), `id="warning"`, "备份恢复")
			// The terminal is refused, and the administrator takes it in.
			if r := h.terminal(h.me, "GET", wire.PathHealth, nil); r.StatusCode != http.StatusUnauthorized {
				t.Fatalf("the lost certificate: %s", r.Status)
			}
			text := staffs.page("/console/restored", 200)
			m := regexp.MustCompile(`/console/restored/certificates/\d+`).FindString(text)
			if m == "" {
				t.Fatalf("no stray certificate in %s", text)
			}
			if r := staffs.post(m, nil); r.StatusCode != http.StatusSeeOther {
				t.Fatalf("admit: %s", r.Status)
			}
			// New items come in, and those in between are named.
			h.push(h.request()) // 7
			contains(t, staffs.page("/console/restored", 200), "还缺 3 件", "第 4–6 件")
			h.sequence++ // 8: said to be delivered, and not here
			h.numbered()
			contains(t, staffs.page("/console/restored", 200), "缺 4 件，终端上已经没有原文", "第 4–6 件", "第 8 件")
			// News of a case has a greater number than any that the terminal knows, and a
			// cursor that it has not had.
			staffs.move(1, 2, "working", "今天就来")
			news := decode[wire.Pull](t, h.terminal(h.me, "GET", fmt.Sprintf("%s?cursor=%d", wire.PathPull, after.Cursor), nil), http.StatusOK)
			if len(news.Changes) != 1 || news.Changes[0].Status.Event <= after.Changes[0].Status.Event {
				t.Errorf("after %+v it hears %+v", after.Changes, news.Changes)
			}
			// Numbers of cases that staff wrote down name nothing else.
			all, err := h.cases(config)
			if err != nil || all[0].Number <= 6 {
				t.Errorf("%+v, %v", all[0].Number, err)
			}
			if r := staffs.post("/console/restored/seen", nil); r.StatusCode != http.StatusSeeOther {
				t.Errorf("seen: %s", r.Status)
			}
			lacks(t, staffs.page("/console", 200), `id="warning"`)
		})
	}
}

// cases are those of a docket, newest first.
func (h *house) cases(config central.Config) ([]docket.Case, error) {
	var s *store.Store
	var err error
	if config.Database != "" {
		s, err = store.OpenPostgres(h.t.Context(), config.Database)
	} else {
		s, err = store.Open(h.t.Context(), filepath.Join(config.Folder, "central.db"))
	}
	if err != nil {
		return nil, err
	}
	all, err := s.Cases(h.t.Context(), docket.CaseQuery{Order: docket.Newest})
	return all, errors.Join(err, s.Close())
}

// enrolAgain gives a terminal another certificate, which ends the one it had.
func (h *house) enrolAgain(number int) *http.Client {
	h.t.Helper()
	key, request := newRequest(h.t)
	answer, err := h.central.Admit(h.t.Context(), number, request)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.client(answer.Certificate, key)
}

func TestBackupsAreWholeOrRefused(t *testing.T) {
	h, _ := filled(t)
	folder := t.TempDir()
	b := h.backup("", filepath.Join(folder, "backup"))
	if err := central.BackUp(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if err := central.BackUp(t.Context(), b); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("over another backup: %v", err)
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 {
		t.Errorf("beside the backup: %v, %v", left, err)
	}
	whole, err := os.ReadFile(b.File)
	if err != nil {
		t.Fatal(err)
	}
	try := func(name string, change func(*central.Backup), want error, says string) {
		t.Helper()
		one := b
		one.Folder = filepath.Join(t.TempDir(), "data")
		change(&one)
		_, err := central.Restore(t.Context(), one)
		if err == nil || want != nil && !errors.Is(err, want) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(one.Folder, "central.db")); err == nil && says != "nothing is written over" {
			t.Errorf("%s: there is a docket", name)
		}
		if _, err := os.Stat(filepath.Join(one.Folder, ".restoring")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something is left behind", name)
		}
	}
	cut := filepath.Join(folder, "cut")
	if err := os.WriteFile(cut, whole[:len(whole)-100], 0o600); err != nil {
		t.Fatal(err)
	}
	try("another passphrase", func(b *central.Backup) { b.Passphrase = "wrong" }, archive.ErrPassphrase, "")
	try("cut short", func(b *central.Backup) { b.File = cut }, archive.ErrDamaged, "")
	try("no backup", func(b *central.Backup) { b.File = filepath.Join(h.folder, "central.db") }, archive.ErrDamaged, "")
	try("over a docket", func(b *central.Backup) { b.Folder = h.folder }, nil, "nothing is written over")
	try("into PostgreSQL", func(b *central.Backup) { b.Database = postgrestest.Database(t) }, nil, "central migrate")
	other := setup(t)
	try("over other keys", func(b *central.Backup) {
		if err := os.CopyFS(filepath.Join(b.Folder, "keys"), os.DirFS(filepath.Join(other.folder, "keys"))); err != nil {
			t.Fatal(err)
		}
	}, nil, "not those of the backup")
	// What a backup that was killed left behind is gone after the next; and two are not
	// made at once.
	if err := errors.Join(os.MkdirAll(filepath.Join(h.folder, ".backing-up"), 0o700),
		os.WriteFile(filepath.Join(h.folder, ".backing-up", "central.db"), []byte("everything"), 0o600)); err != nil {
		t.Fatal(err)
	}
	again := b
	again.File = filepath.Join(folder, "again")
	if err := central.BackUp(t.Context(), again); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(h.folder, ".backing-up")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the plain copy of a backup that was killed stays: %v", err)
	}
	// The docket alone was lost: it goes back beside its keys.
	if err := os.Remove(filepath.Join(h.folder, "central.db")); err != nil {
		t.Fatal(err)
	}
	b.Folder = h.folder
	if _, err := central.Restore(t.Context(), b); err != nil {
		t.Error(err)
	}
	// A restore that died before its last file was in place is not served, and goes on.
	at := func(name string) string { return filepath.Join(h.folder, name) }
	if err := errors.Join(os.MkdirAll(at(".restoring/keys"), 0o700), os.Rename(at("central.db"), at(".restoring/central.db")),
		os.WriteFile(at(".restoring/ready.json"), []byte(`{"times":1}`), 0o600)); err != nil {
		t.Fatal(err)
	}
	if c, err := central.Open(t.Context(), central.Config{Folder: h.folder}); err == nil {
		c.Close()
		t.Error("a restore that is not over is served")
	}
	if r, err := central.Restore(t.Context(), b); err != nil || r.Times != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	c, err := central.Open(t.Context(), central.Config{Folder: h.folder})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// A database into which a restore was broken off is not empty, and nothing knows whether it
// is whole: the operator is told what to do, by both who refuse.
func TestARestoreBrokenOffInPostgreSQL(t *testing.T) {
	var config central.Config
	h := setup(t, func(c *central.Config) {
		c.Database = postgrestest.Database(t)
		config = *c
	})
	b := h.backup(config.Database, filepath.Join(t.TempDir(), "backup"))
	if err := central.BackUp(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	b.Folder = filepath.Join(t.TempDir(), "again")
	staged := filepath.Join(b.Folder, ".restoring")
	if err := errors.Join(os.MkdirAll(staged, 0o700), os.WriteFile(filepath.Join(staged, "central.dump"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := central.Restore(t.Context(), b); !errors.Is(err, store.ErrNotEmpty) || !strings.Contains(err.Error(), "make it anew") {
		t.Errorf("into what it may have written: %v", err)
	}
	b.Database = postgrestest.Database(t)
	if r, err := central.Restore(t.Context(), b); err != nil || r.Times != 1 {
		t.Errorf("into an empty one: %+v, %v", r, err)
	}
}

// A backup that is made while terminals push holds a beginning of what they sent, whole.
func TestABackupWhileItIsServed(t *testing.T) {
	h := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var pushed atomic.Int64
	some, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		for n := 0; ctx.Err() == nil && n < 2000; n++ {
			h.push(h.request())
			if pushed.Add(1) == 20 {
				close(some)
			}
		}
	}()
	<-some
	least := pushed.Load()
	b := h.backup("", filepath.Join(t.TempDir(), "backup"))
	if err := central.BackUp(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	cancel()
	<-over
	b.Folder = filepath.Join(t.TempDir(), "again")
	if _, err := central.Restore(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	all, err := h.cases(central.Config{Folder: b.Folder})
	if err != nil || int64(len(all)) < least || int64(len(all)) > pushed.Load() {
		t.Fatalf("%d cases, of %d to %d: %v", len(all), least, pushed.Load(), err)
	}
	for i, c := range all {
		if c.Number != int64(len(all)-i) || c.Status != docket.Delivered {
			t.Fatalf("case %d: %+v", i, c)
		}
	}
}
