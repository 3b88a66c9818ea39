package jobs

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivermigrate"
)

// migrationLock keeps processes that start together from migrating together:
// PostgreSQL's advisory lock "LNTJ", beside that of package store.
const migrationLock = 0x4C4E544A

// migrate makes River's tables, or brings them to this version's.
func migrate(ctx context.Context, db Database) error {
	silent := &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)}
	if db.Pool() == nil {
		m, err := rivermigrate.New(newSole(db.Database()), silent)
		if err != nil {
			return err
		}
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		return err
	}
	conn, err := db.Database().Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("SELECT pg_advisory_lock(%d)", migrationLock)); err != nil {
		return err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("SELECT pg_advisory_unlock(%d)", migrationLock))
	m, err := rivermigrate.New(riverdatabasesql.New(db.Database()), silent)
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}
