package jobs

import (
	"context"
	"database/sql"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"
)

// sole is River's driver of SQLite for a file that one process serves at a time, as
// central sees to with its lock. Of several clients River elects one that looks after
// the table, every five seconds anew, and writes that down: on a disk that is a sync
// each time, also when central has nothing to do. Here the only one is elected without
// a word.
type sole struct{ *riversqlite.Driver }

func newSole(db *sql.DB) *sole { return &sole{riversqlite.New(db)} }

func (d *sole) GetExecutor() riverdriver.Executor { return soleExecutor{d.Driver.GetExecutor()} }

// UnwrapTx looks below what Begin put around a transaction.
func (d *sole) UnwrapTx(tx riverdriver.ExecutorTx) *sql.Tx {
	if own, ok := tx.(soleTx); ok {
		tx = own.ExecutorTx
	}
	return d.Driver.UnwrapTx(tx)
}

type soleExecutor struct{ riverdriver.Executor }

func (e soleExecutor) Begin(ctx context.Context) (riverdriver.ExecutorTx, error) {
	tx, err := e.Executor.Begin(ctx)
	return soleTx{tx}, err
}

// JobSetStateIfRunningMany leaves out what is not there any more, as on PostgreSQL. The
// driver gives nil for such a job and does nothing for those after it in the batch; River
// then reads the nil, and the program ends.
func (e soleExecutor) JobSetStateIfRunningMany(ctx context.Context, all *riverdriver.JobSetStateIfRunningManyParams) ([]*rivertype.JobRow, error) {
	var set []*rivertype.JobRow
	for i := range all.ID {
		one := *all
		one.ID, one.Attempt, one.ErrData, one.FinalizedAt = all.ID[i:i+1], all.Attempt[i:i+1], all.ErrData[i:i+1], all.FinalizedAt[i:i+1]
		one.MetadataDoMerge, one.MetadataUpdates = all.MetadataDoMerge[i:i+1], all.MetadataUpdates[i:i+1]
		one.ScheduledAt, one.State = all.ScheduledAt[i:i+1], all.State[i:i+1]
		rows, err := e.Executor.JobSetStateIfRunningMany(ctx, &one)
		if err != nil {
			return nil, err
		}
		if len(rows) == 1 && rows[0] != nil {
			set = append(set, rows[0])
		}
	}
	return set, nil
}

func (soleExecutor) LeaderResign(context.Context, *riverdriver.LeaderResignParams) (bool, error) {
	return true, nil
}

type soleTx struct{ riverdriver.ExecutorTx }

func (soleTx) LeaderDeleteExpired(context.Context, *riverdriver.LeaderDeleteExpiredParams) (int, error) {
	return 0, nil
}

func (soleTx) LeaderAttemptElect(context.Context, *riverdriver.LeaderElectParams) (bool, error) {
	return true, nil
}

func (soleTx) LeaderAttemptReelect(context.Context, *riverdriver.LeaderElectParams) (bool, error) {
	return true, nil
}
