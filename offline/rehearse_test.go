package offline

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// opened is a queue of an older program, with requests in it, some of them in the log
// only: that program was ended by the plug.
func opened(t *testing.T, known int) (b *bench, path string) {
	t.Helper()
	b = setupBefore(t, known)
	all := migrations
	migrations = all[:known]
	defer func() { migrations = all }()
	b.open(t)
	b.saveCall(t)
	b.saveRequest(t)
	// The plug: the files as they are, under the queue's name in another folder.
	path = filepath.Join(t.TempDir(), FileName)
	for _, suffix := range []string{"", "-wal"} {
		must(t, copyFile(b.path+suffix, path+suffix))
	}
	must(t, b.Close())
	return b, path
}

// as runs what a program does that knows only so many migrations.
func as(known int, do func()) {
	all := migrations
	migrations = all[:known]
	defer func() { migrations = all }()
	do()
}

func files(t *testing.T, path string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, suffix := range []string{"", "-wal"} {
		text, err := os.ReadFile(path + suffix)
		must(t, err)
		all[suffix] = string(text)
	}
	return all
}

// A new version tries itself on a copy. Whatever comes of it, the old one finds its
// queue as it left it.
func TestAnOldProgramOpensItsQueueAfterANewOneTriedItself(t *testing.T) {
	newest := len(migrations)
	for known := 5; known < newest; known++ {
		b, path := opened(t, known)
		before := files(t, path)
		if behind, err := Behind(t.Context(), path); err != nil || !behind {
			t.Fatalf("schema %d: behind %v, %v", known, behind, err)
		}
		if after := files(t, path); after[""] != before[""] || after["-wal"] != before["-wal"] {
			t.Fatal("a look at the schema wrote")
		}
		trial := filepath.Join(t.TempDir(), FileName)
		must(t, Copy(path, trial))
		failed := errors.New("the window did not paint")
		var pending int
		err := Rehearse(t.Context(), trial, 12, b.private.Public(), b.now, func(q *Queue) error {
			n, err := q.Pending(t.Context())
			must(t, err)
			pending = n
			return failed
		})
		if !errors.Is(err, failed) {
			t.Fatal(err)
		}
		if behind, err := Behind(t.Context(), trial); err != nil || behind {
			t.Errorf("the copy is behind (%v)", err)
		}
		if after := files(t, path); after[""] != before[""] || after["-wal"] != before["-wal"] {
			t.Fatal("the trial wrote to the queue itself")
		}
		as(known, func() {
			if _, err := Open(trial, b.private.Public(), b.now); !errors.Is(err, ErrNewer) {
				t.Errorf("the old program opens the copy: %v", err)
			}
			b.path = path
			b.open(t)
			if n := b.pending(t); n != pending || n < 3 {
				t.Errorf("%d wait, %d in the trial's copy", n, pending)
			}
			b.saveRequest(t)
			must(t, b.Close())
		})
	}
}

func TestACopyTakesTheNewestRequestsFromTheLogToo(t *testing.T) {
	b, path := opened(t, len(migrations))
	to := filepath.Join(t.TempDir(), "before", FileName)
	must(t, os.Mkdir(filepath.Dir(to), 0o700))
	// What an interrupted copy left, and a copy of before with a log of its own.
	for _, name := range []string{to, to + "-wal", to + unfinished, to + "-wal" + unfinished} {
		must(t, os.WriteFile(name, []byte("of before"), 0o600))
	}
	must(t, Copy(path, to))
	b.path = path
	b.open(t)
	if err := Copy(path, to); !errors.Is(err, ErrBusy) {
		t.Errorf("a queue that is open is copied: %v", err)
	}
	want := outbox(t, b.db)
	must(t, b.Close())
	b.path = to
	b.open(t)
	if got := outbox(t, b.db); !slices.Equal(got, want) || len(got) < 4 {
		t.Errorf("the copy has\n%q\nnot\n%q", got, want)
	}
	entries, err := os.ReadDir(filepath.Dir(to))
	must(t, err)
	for _, e := range entries {
		if filepath.Ext(e.Name()) == unfinished {
			t.Errorf("%s is left", e.Name())
		}
	}
	if err := Copy(filepath.Join(t.TempDir(), FileName), to); !errors.Is(err, ErrMissing) {
		t.Errorf("no queue is copied: %v", err)
	}
}

func TestARehearsalLeavesNothingInTheCopy(t *testing.T) {
	b, path := opened(t, len(migrations))
	b.path = path
	b.open(t)
	want := outbox(t, b.db)
	must(t, b.Close())
	must(t, Rehearse(t.Context(), path, 12, b.private.Public(), b.now, nil))
	b.open(t)
	if got := outbox(t, b.db); !slices.Equal(got, want) {
		t.Errorf("before\n%q\nafter\n%q", want, got)
	}
}
