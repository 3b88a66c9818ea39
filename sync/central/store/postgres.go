package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// poolSize is how many connections a process holds at most, unless the address says
// pool_max_conns. Debian's PostgreSQL takes a hundred in all.
const poolSize = 16

// migrationLock is the advisory lock of whoever brings a database to its schema:
// "LNTC", as applicationID.
const migrationLock = applicationID

// OpenPostgres opens a database of PostgreSQL 15 or newer at an address like
// postgres://user@host/name, and brings it to this program's schema: an empty one
// becomes central's. Other central processes may be using it.
func OpenPostgres(ctx context.Context, url string) (*Store, error) {
	s, err := connectPostgres(ctx, url)
	if err != nil {
		return nil, err
	}
	if err := s.migratePostgres(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: PostgreSQL: %w", err), s.Close())
	}
	return s, nil
}

// ExistsPostgres tells whether the database at the address is central's already. One
// that is empty is not; one with the tables of another program is ErrForeign.
func ExistsPostgres(ctx context.Context, url string) (bool, error) {
	made, _, err := LookPostgres(ctx, url, "")
	return made, err
}

// LookPostgres tells what ExistsPostgres does and reads a setting of the database, "" where
// it has none; it changes nothing.
func LookPostgres(ctx context.Context, url, name string) (made bool, setting string, err error) {
	s, err := connectPostgres(ctx, url)
	if err != nil {
		return false, "", err
	}
	defer s.Close()
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return false, "", fmt.Errorf("store: PostgreSQL: %w", err)
	}
	defer conn.Close()
	if made, err = madePostgres(ctx, conn); err != nil {
		return false, "", fmt.Errorf("store: PostgreSQL: %w", err)
	}
	if !made || name == "" {
		return made, "", nil
	}
	var settings bool // false where its first migrations were cut off
	if err := conn.QueryRowContext(ctx, "SELECT to_regclass('settings') IS NOT NULL").Scan(&settings); err != nil {
		return made, "", fmt.Errorf("store: PostgreSQL: %w", err)
	}
	if !settings {
		return made, "", nil
	}
	// On this connection: there may be no second one.
	err = conn.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = $1", name).Scan(&setting)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return made, "", fmt.Errorf("store: PostgreSQL: %w", err)
	}
	return made, setting, nil
}

func connectPostgres(ctx context.Context, url string) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("store: the address of the database: %w", err) // it leaves the password out
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = poolSize
	}
	parameters := config.ConnConfig.RuntimeParams
	parameters["application_name"] = "lintai-central"
	// What was acknowledged survives a power cut, whatever the server's default.
	parameters["synchronous_commit"] = "on"
	// A transaction of a central that is cut off holds its locks no longer than that.
	parameters["idle_in_transaction_session_timeout"] = fmt.Sprint(longest.Milliseconds())
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("store: PostgreSQL: %w", err)
	}
	db := stdlib.OpenDBFromPool(pool)
	return &Store{dialect: postgresDialect(), writer: db, reader: db, pool: pool, url: url}, nil
}

// madePostgres tells whether there is a table of migrations.
func madePostgres(ctx context.Context, conn *sql.Conn) (bool, error) {
	var encoding string
	var migrations bool
	var tables int
	err := conn.QueryRowContext(ctx, `SELECT current_setting('server_encoding'), to_regclass('migrations') IS NOT NULL,
		(SELECT count(*) FROM pg_tables WHERE schemaname = current_schema())`).Scan(&encoding, &migrations, &tables)
	switch {
	case err != nil:
		return false, err
	case encoding != "UTF8":
		return false, fmt.Errorf("the database has the encoding %s; it must be UTF8", encoding)
	case !migrations && tables > 0:
		return false, fmt.Errorf("the database has %d tables, but none of central: %w", tables, ErrForeign)
	}
	return migrations, nil
}

func (s *Store) migratePostgres(ctx context.Context) error {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("SELECT pg_advisory_lock(%d)", migrationLock)); err != nil {
		return err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("SELECT pg_advisory_unlock(%d)", migrationLock))
	made, err := madePostgres(ctx, conn)
	if err != nil {
		return err
	}
	if !made {
		if _, err := conn.ExecContext(ctx, migrationsTable); err != nil {
			return err
		}
	}
	return s.apply(ctx, conn)
}
