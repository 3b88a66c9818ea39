package jobs_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"lintai/sync/central/jobs"
	"lintai/sync/central/store"
	"lintai/sync/central/store/postgrestest"
)

func TestMain(m *testing.M) {
	if address := os.Getenv(childAddress); address != "" {
		child(address)
		return
	}
	os.Exit(postgrestest.Main(m))
}

// patience bounds what is waited for, on a machine that is busy.
const patience = 90 * time.Second

func overEngines(t *testing.T, test func(t *testing.T, db *store.Store)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		db, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "central.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		test(t, db)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		db, err := store.OpenPostgres(t.Context(), postgrestest.Database(t))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		test(t, db)
	})
}

type greet struct {
	Name string `json:"name"`
}

func (greet) Kind() string { return "greet" }

// run opens a queue and works until the test is over.
func run(t *testing.T, db *store.Store, h *jobs.Handlers, o jobs.Options) *jobs.Queue {
	t.Helper()
	q, err := jobs.Open(t.Context(), db, h, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := q.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); running.Wait() })
	return q
}

// within runs f in a transaction, which is rolled back when f fails.
func within(t *testing.T, db *store.Store, f func(tx *sql.Tx) error) error {
	t.Helper()
	tx, err := db.Database().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

var errNo = errors.New("no")

func TestAJobComesAndGoesWithItsTransaction(t *testing.T) {
	overEngines(t, func(t *testing.T, db *store.Store) {
		came := make(chan string, 8)
		h := jobs.NewHandlers()
		jobs.Handle(h, func(_ context.Context, j jobs.Job[greet]) error {
			came <- j.Args.Name
			return nil
		})
		q := run(t, db, h, jobs.Options{})
		err := within(t, db, func(tx *sql.Tx) error {
			return errors.Join(q.Add(t.Context(), tx, time.Time{}, greet{"rolled back"}), errNo)
		})
		if !errors.Is(err, errNo) {
			t.Fatal(err)
		}
		if err := within(t, db, func(tx *sql.Tx) error { return q.Add(t.Context(), tx, time.Time{}, greet{"one"}, greet{"two"}) }); err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{receive(t, came): true}
		got[receive(t, came)] = true
		if !got["one"] || !got["two"] {
			t.Errorf("came %v", got)
		}
		if n := left(t, db); n != 0 {
			t.Errorf("%d jobs were kept of what was rolled back", n)
		}
	})
}

// left counts jobs that were never begun.
func left(t *testing.T, db *store.Store) (n int) {
	t.Helper()
	if err := db.Database().QueryRowContext(t.Context(), "SELECT count(*) FROM river_job WHERE attempt = 0").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAJobWaitsForItsTime(t *testing.T) {
	overEngines(t, func(t *testing.T, db *store.Store) {
		var mu sync.Mutex
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		clock := func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return now
		}
		came := make(chan time.Time, 8)
		h := jobs.NewHandlers()
		jobs.Handle(h, func(_ context.Context, j jobs.Job[greet]) error {
			if j.Args.Name == "later" {
				came <- clock()
			} else {
				came <- time.Time{}
			}
			return nil
		})
		q := run(t, db, h, jobs.Options{Clock: clock})
		due := now.Add(2 * time.Hour)
		if err := within(t, db, func(tx *sql.Tx) error { return q.Add(t.Context(), tx, due, greet{"later"}) }); err != nil {
			t.Fatal(err)
		}
		if err := q.AddNow(t.Context(), greet{"now"}); err != nil {
			t.Fatal(err)
		}
		if at := receive(t, came); !at.IsZero() {
			t.Fatalf("the later one came first, at %v", at)
		}
		mu.Lock()
		now = due
		mu.Unlock()
		if at := receive(t, came); at.Before(due) {
			t.Errorf("it came at %v, due %v", at, due)
		}
	})
}

func TestWhatFailsIsTriedAgain(t *testing.T) {
	overEngines(t, func(t *testing.T, db *store.Store) {
		came := make(chan int, 8)
		h := jobs.NewHandlers()
		jobs.Handle(h, func(_ context.Context, j jobs.Job[greet]) error {
			came <- j.Attempt
			if j.Attempt == 1 {
				return errNo
			}
			return nil
		})
		q := run(t, db, h, jobs.Options{})
		if err := q.AddNow(t.Context(), greet{"again"}); err != nil {
			t.Fatal(err)
		}
		if first, second := receive(t, came), receive(t, came); first != 1 || second != 2 {
			t.Errorf("attempts %d and %d", first, second)
		}
	})
}

func TestFinishEndsAJobOnce(t *testing.T) {
	overEngines(t, func(t *testing.T, db *store.Store) {
		result := make(chan error, 8)
		h := jobs.NewHandlers()
		jobs.Handle(h, func(ctx context.Context, j jobs.Job[greet]) error {
			err := within(t, db, func(tx *sql.Tx) error { return j.Finish(ctx, tx) })
			result <- err
			// As a process that was given up and goes on after all.
			result <- within(t, db, func(tx *sql.Tx) error { return j.Finish(ctx, tx) })
			return err
		})
		q := run(t, db, h, jobs.Options{})
		if err := q.AddNow(t.Context(), greet{"once"}); err != nil {
			t.Fatal(err)
		}
		if err := receive(t, result); err != nil {
			t.Error(err)
		}
		if err := receive(t, result); !errors.Is(err, jobs.ErrTaken) {
			t.Errorf("a second end: %v", err)
		}
	})
}

func TestRepeatedJobsBeginAtTheStart(t *testing.T) {
	overEngines(t, func(t *testing.T, db *store.Store) {
		came := make(chan string, 8)
		h := jobs.NewHandlers()
		jobs.Handle(h, func(_ context.Context, j jobs.Job[greet]) error {
			came <- j.Args.Name
			return nil
		})
		jobs.Repeat(h, time.Hour, greet{"hourly"})
		run(t, db, h, jobs.Options{})
		if got := receive(t, came); got != "hourly" {
			t.Error(got)
		}
	})
}

func TestAQueueOpensTwice(t *testing.T) {
	overEngines(t, func(t *testing.T, db *store.Store) {
		for range 2 {
			if _, err := jobs.Open(t.Context(), db, jobs.NewHandlers(), jobs.Options{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
