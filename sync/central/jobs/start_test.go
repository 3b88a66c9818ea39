package jobs

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"lintai/sync/central/store"
)

type greeting struct{}

func (greeting) Kind() string { return "greeting" }

// away is a database that does not answer the first time.
type away struct {
	*sole
	asked *atomic.Int32
}

func (d away) GetExecutor() riverdriver.Executor { return awayExecutor{d.sole.GetExecutor(), d.asked} }

type awayExecutor struct {
	riverdriver.Executor
	asked *atomic.Int32
}

func (e awayExecutor) Exec(ctx context.Context, sql string, args ...any) error {
	if sql == "SELECT 1" && e.asked.Add(1) == 1 {
		return errors.New("the server is being restarted")
	}
	return e.Executor.Exec(ctx, sql, args...)
}

// A database that does not answer when the workers start is asked again: without them
// no call would ring for anybody else.
func TestWorkersStartOnceTheDatabaseIsThere(t *testing.T) {
	s, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "central.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := migrate(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{}, 1)
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(context.Context, *river.Job[greeting]) error {
		done <- struct{}{}
		return nil
	}))
	var asked atomic.Int32
	client, err := river.NewClient(away{newSole(s.Database()), &asked}, &river.Config{Logger: slog.New(slog.DiscardHandler), Workers: workers,
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}}, FetchPollInterval: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	q := &Queue{add: client, work: client, db: s.Database(), log: slog.New(slog.DiscardHandler), again: time.Millisecond}
	if err := q.AddNow(t.Context(), greeting{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	select {
	case <-done:
	case err := <-ended:
		t.Fatalf("it ended: %v", err)
	case <-time.After(20 * time.Second):
		t.Error("the job was not done")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
