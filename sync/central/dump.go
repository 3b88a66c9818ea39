package central

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
)

// PostgreSQL is backed up by its own programs, which are at least as new as the server.

func dump(ctx context.Context, database, to string) error {
	return postgres(ctx, database, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file="+to,
		"--exclude-table-data=update_pieces") // who has the bundles adds them again
}

// undump is one transaction: a restore that fails leaves the database empty.
func undump(ctx context.Context, database, from string) error {
	return postgres(ctx, database, "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", from)
}

func postgres(ctx context.Context, database, program string, args ...string) error {
	path, err := exec.LookPath(program)
	if err != nil {
		return fmt.Errorf("central: %s is not on this machine: install postgresql-client of the server's version, or have the database backed up where it runs, and the folder keys with it", program)
	}
	u, err := url.Parse(database)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return errors.New("central: a backup needs the address of the database as postgres://user@host/name")
	}
	c := exec.CommandContext(ctx, path)
	c.Env = os.Environ()
	if password, given := u.User.Password(); given {
		// Not on the command line, which everybody on the machine can read.
		c.Env = append(c.Env, "PGPASSWORD="+password)
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	for name := range query {
		if strings.HasPrefix(name, "pool_") { // central's own
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	c.Args = append([]string{program, "--no-password", "--dbname=" + u.String()}, args...)
	if out, err := c.CombinedOutput(); err != nil {
		// It names tables and keys, and no rows but where a row is refused: that stays here.
		first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		return fmt.Errorf("central: %s: %w: %s", program, err, first)
	}
	return nil
}
