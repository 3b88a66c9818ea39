package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

type insertResult = rivertype.JobInsertResult

// Handlers are what is done for each kind of job. A kind that has none is not added,
// and waits when another process added it.
type Handlers struct {
	workers  *river.Workers
	repeated []*river.PeriodicJob
	// executor is the engine's, from Open on.
	executor func(*sql.Tx) riverdriver.ExecutorTx
	clock    func() time.Time
}

// NewHandlers makes an empty list.
func NewHandlers() *Handlers { return &Handlers{workers: river.NewWorkers()} }

// Job is one job in hand.
type Job[T Args] struct {
	Args    T
	Attempt int // 1 for the first
	// Due is when it should have been done.
	Due time.Time

	row      *rivertype.JobRow
	handlers *Handlers
}

// ErrTaken is returned by Finish when the job counts as abandoned and another process
// has taken it up.
var ErrTaken = errors.New("jobs: another process does it by now")

// Finish ends the job in the transaction of what it did: both happen, or neither, so
// that no other process does it again. With an error of it the transaction must not be
// committed.
func (j Job[T]) Finish(ctx context.Context, tx *sql.Tx) error {
	exec := j.handlers.executor(tx)
	now, err := exec.JobGetByID(ctx, &riverdriver.JobGetByIDParams{ID: j.row.ID})
	if err != nil && !errors.Is(err, rivertype.ErrNotFound) {
		return fmt.Errorf("jobs: finish: %w", err)
	}
	if err != nil || now.State != rivertype.JobStateRunning || now.Attempt != j.row.Attempt {
		return ErrTaken
	}
	done := riverdriver.JobSetStateCompleted(j.row.ID, j.handlers.clock().UTC(), nil)
	_, err = exec.JobSetStateIfRunningMany(ctx, &riverdriver.JobSetStateIfRunningManyParams{
		ID: []int64{done.ID}, Attempt: []*int{nil}, ErrData: [][]byte{nil}, FinalizedAt: []*time.Time{done.FinalizedAt},
		MetadataDoMerge: []bool{false}, MetadataUpdates: [][]byte{nil}, ScheduledAt: []*time.Time{nil}, State: []rivertype.JobState{done.State},
	})
	if err != nil {
		return fmt.Errorf("jobs: finish: %w", err)
	}
	return nil
}

// Handle says what is done for a kind. A kind has one function; a second panics.
func Handle[T Args](h *Handlers, f func(context.Context, Job[T]) error) {
	river.AddWorker(h.workers, river.WorkFunc(func(ctx context.Context, job *river.Job[T]) error {
		return f(ctx, Job[T]{Args: job.Args, Attempt: job.Attempt, Due: job.ScheduledAt, row: job.JobRow, handlers: h})
	}))
}

// Repeat adds a job when the first process of the database starts to work, and then
// every so often, whichever process that is.
func Repeat[T Args](h *Handlers, every time.Duration, args T) {
	h.repeated = append(h.repeated, river.NewPeriodicJob(river.PeriodicInterval(every),
		func() (river.JobArgs, *river.InsertOpts) { return args, nil }, &river.PeriodicJobOpts{RunOnStart: true}))
}

// failures says of a job that failed what may be said: its kind and number, and the
// error, in which nothing personal stands.
type failures struct{ log *slog.Logger }

func (f *failures) HandleError(_ context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	if !errors.Is(err, context.Canceled) {
		f.log.Error("job failed, and is tried again", "kind", job.Kind, "job", job.ID, "attempt", job.Attempt, "error", err)
	}
	return nil
}

func (f *failures) HandlePanic(_ context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	f.log.Error("job panicked, and is tried again", "kind", job.Kind, "job", job.ID, "attempt", job.Attempt, "panic", value, "trace", trace)
	return nil
}

// quiet leaves out what River says beside failures: those are told by failures.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(warnings{log.Handler()}) }

type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }

// clock is the time that River goes by.
type clock struct{ now func() time.Time }

func (c *clock) NowUTC() time.Time       { return c.now().UTC() }
func (c *clock) NowUTCOrNil() *time.Time { t := c.NowUTC(); return &t }
