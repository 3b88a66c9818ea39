package jobs

import (
	"context"
	"database/sql"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
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
