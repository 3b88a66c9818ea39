package jobs

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

// Prepare brings a database to River's schema, as Open does.
func Prepare(ctx context.Context, db Database) error {
	if err := migrate(ctx, db); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	return nil
}

// copiedAtOnce is how many jobs are held in memory.
const copiedAtOnce = 500

// Copy copies the jobs that wait in a SQLite database, which nobody works on, into one of
// PostgreSQL, as part of a transaction. Those that are done stay behind.
func Copy(ctx context.Context, from Database, tx pgx.Tx) (copied int, err error) {
	source := newSole(from.Database()).GetExecutor()
	target := riverpgxv5.New(nil).UnwrapExecutor(tx)
	for after := int64(0); ; {
		some, err := source.JobList(ctx, &riverdriver.JobListParams{Max: copiedAtOnce, OrderByClause: "id ASC",
			WhereClause: fmt.Sprintf("finalized_at IS NULL AND id > %d", after)})
		if err != nil {
			return copied, fmt.Errorf("jobs: copy: %w", err)
		}
		if len(some) == 0 {
			return copied, nil
		}
		all := &riverdriver.JobInsertFullManyParams{}
		for _, j := range some {
			after = j.ID
			all.Jobs = append(all.Jobs, waiting(j))
		}
		if _, err := target.JobInsertFullMany(ctx, all); err != nil {
			return copied, fmt.Errorf("jobs: copy: %w", err)
		}
		copied += len(some)
	}
}

// waiting is a job as it is added elsewhere. One that a process had begun when it ended
// is to be begun anew. None of central's jobs is of a unique kind.
func waiting(j *rivertype.JobRow) *riverdriver.JobInsertFullParams {
	state := j.State
	if state == rivertype.JobStateRunning {
		state = rivertype.JobStateAvailable
	}
	return &riverdriver.JobInsertFullParams{
		Attempt: j.Attempt, CreatedAt: &j.CreatedAt, EncodedArgs: j.EncodedArgs, Kind: j.Kind, MaxAttempts: j.MaxAttempts,
		Metadata: j.Metadata, Priority: j.Priority, Queue: j.Queue, ScheduledAt: &j.ScheduledAt, State: state, Tags: j.Tags,
	}
}
