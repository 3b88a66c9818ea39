// Package jobs does later what has to be done: a reminder when a time limit comes
// near, a webhook, a report. The queue is River (https://riverqueue.com) over central's
// own database, SQLite or PostgreSQL, so a job is added in the very transaction of what
// causes it: what is rolled back leaves no job, and what is committed is done, by
// whichever central process of that database is free.
//
// A job is an Args, plain data with a Kind, and a function that was given to Handle.
// It is done at least once: a process that dies leaves its jobs to the others (or to
// its next start), which take them up a while after they should have been done. What a
// job does to the database it does once, if its transaction also calls Finish. A job
// that fails is tried again for weeks, with longer and longer pauses.
//
// On PostgreSQL a new job wakes the workers at once. On SQLite they look every second,
// with one statement that writes nothing while there is nothing to do.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// Args is what a job is told. It is kept as JSON, and Kind is kept with it: neither may
// change its meaning.
type Args interface{ Kind() string }

// Database is where the jobs are, as package store has it.
type Database interface {
	Database() *sql.DB
	Pool() *pgxpool.Pool // nil on SQLite
}

// Options of a queue. The zero value is that of production.
type Options struct {
	Clock func() time.Time // of when a job is due; nil: the database's
	Log   *slog.Logger
	// Longest is how long a job may take; Abandoned after how long one counts as left
	// by a process that died, which is noticed within half a minute more. Abandoned is
	// the greater.
	Longest, Abandoned time.Duration
	// AtOnce is how many jobs a process does beside each other.
	AtOnce int
}

const (
	defaultLongest   = 30 * time.Second
	defaultAbandoned = time.Minute
	defaultAtOnce    = 8

	// kept is for how long jobs stay in the table that were done.
	kept = time.Hour
	// sqlitePoll is how often workers look on SQLite; postgresPoll how often on
	// PostgreSQL, where they are told.
	sqlitePoll   = time.Second
	postgresPoll = 10 * time.Second
	// startAgain is when workers that could not start try again.
	startAgain = 5 * time.Second
	// grace is how long jobs may go on when the process is asked to end.
	grace = 5 * time.Second
)

// Queue adds jobs, and does them while Run runs.
type Queue struct {
	// add is for transactions of database/sql, on either engine.
	add interface {
		InsertManyTx(ctx context.Context, tx *sql.Tx, params []river.InsertManyParams) ([]*insertResult, error)
	}
	work worker
	db   *sql.DB
	log  *slog.Logger
	// again is how long Run waits before it tries to start once more.
	again time.Duration
}

type worker interface {
	Start(context.Context) error
	Stop(context.Context) error
	StopAndCancel(context.Context) error
}

// Open brings the database to River's schema, and knows what to do from h.
func Open(ctx context.Context, db Database, h *Handlers, o Options) (*Queue, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Longest == 0 {
		o.Longest, o.Abandoned = defaultLongest, defaultAbandoned
	}
	if o.AtOnce == 0 {
		o.AtOnce = defaultAtOnce
	}
	if err := migrate(ctx, db); err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	config := &river.Config{
		Logger: quiet(o.Log), Workers: h.workers, PeriodicJobs: h.repeated,
		Queues:     map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: o.AtOnce}},
		JobTimeout: o.Longest, RescueStuckJobsAfter: o.Abandoned, CompletedJobRetentionPeriod: kept,
		ErrorHandler: &failures{o.Log}, FetchPollInterval: sqlitePoll,
	}
	if h.clock = o.Clock; h.clock == nil {
		h.clock = time.Now // and River goes by the database's
	} else {
		config.Test.Time = &clock{h.clock}
	}
	q := &Queue{db: db.Database(), log: o.Log, again: startAgain}
	if db.Pool() == nil {
		driver := newSole(db.Database())
		client, err := river.NewClient(driver, config)
		if err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
		q.add, q.work, h.executor = client, client, driver.UnwrapExecutor
		return q, nil
	}
	// What transactions add goes through database/sql as they do; workers are told of it
	// over a connection of pgx, which alone can listen.
	config.FetchPollInterval = postgresPoll
	worker, err := river.NewClient(riverpgxv5.New(db.Pool()), config)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	driver := riverdatabasesql.New(db.Database())
	adder, err := river.NewClient(driver, &river.Config{Logger: config.Logger, Workers: h.workers, Test: config.Test})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	q.add, q.work, h.executor = adder, worker, driver.UnwrapExecutor
	return q, nil
}

// Add adds jobs for a time, in a transaction of the database; the zero time is now.
func (q *Queue) Add(ctx context.Context, tx *sql.Tx, at time.Time, all ...Args) error {
	if len(all) == 0 {
		return nil
	}
	if _, err := q.add.InsertManyTx(ctx, tx, q.params(at, all)); err != nil {
		return fmt.Errorf("jobs: add: %w", err)
	}
	return nil
}

// AddNow adds jobs that no transaction causes. It makes one of its own: what River does
// without would, on SQLite, wake workers in a way that races with their start.
func (q *Queue) AddNow(ctx context.Context, all ...Args) error {
	tx, err := q.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("jobs: add: %w", err)
	}
	defer tx.Rollback() // no effect after Commit
	if err := q.Add(ctx, tx, time.Time{}, all...); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("jobs: add: %w", err)
	}
	return nil
}

func (q *Queue) params(at time.Time, all []Args) []river.InsertManyParams {
	params := make([]river.InsertManyParams, len(all))
	for i, args := range all {
		params[i].Args = args
		if !at.IsZero() {
			params[i].InsertOpts = &river.InsertOpts{ScheduledAt: at}
		}
	}
	return params
}

// Run does jobs until ctx ends, and lets those that are being done come to their end
// for a moment. It waits for a database that does not answer.
func (q *Queue) Run(ctx context.Context) error {
	for {
		err := q.work.Start(context.WithoutCancel(ctx))
		if err == nil {
			break
		}
		q.log.Error("jobs are not done, and it is tried again", "error", err)
		// River counts as started also when that failed, until it was stopped.
		if err := q.work.Stop(context.WithoutCancel(ctx)); err != nil {
			return fmt.Errorf("jobs: start: %w", err)
		}
		pause := time.NewTimer(q.again)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return nil
		}
	}
	<-ctx.Done()
	soft, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := q.work.Stop(soft)
	if errors.Is(err, context.DeadlineExceeded) {
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		err = q.work.StopAndCancel(hard)
	}
	if err != nil {
		return fmt.Errorf("jobs: stop: %w", err)
	}
	return nil
}
