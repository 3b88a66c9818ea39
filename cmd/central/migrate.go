package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"

	"lintai/sync/central"
)

// migrateDocket moves a docket from SQLite to PostgreSQL.
func migrateDocket(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("migrate", flag.ContinueOnError)
	data := flags.String("data", "", "data `folder` of central, which nobody serves")
	to := flags.String("to", "", "`URL` of an empty PostgreSQL database (default: $"+databaseVariable+")")
	if err := parse(flags, args, log); err != nil {
		return err
	}
	database := databaseAddress(*to)
	if *data == "" || database == "" {
		return fmt.Errorf("%w: central migrate: --data and --to are needed", errUsage)
	}
	moved, err := central.Move(ctx, *data, database)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	rows := int64(0)
	for _, one := range moved.Tables {
		if rows += one.Rows; one.Rows > 0 {
			fmt.Fprintf(table, "%s\t%d\t%.16s\n", one.Table, one.Rows, one.Digest)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if moved.Before {
		fmt.Fprintln(out, "all of it was there already, from a move that was broken off")
	}
	_, err = fmt.Fprintf(out, "%d rows in %d tables are in PostgreSQL, each table compared, and %d jobs that wait\nwhat was there before is kept, and served no more: %s\ngo on with: central serve --data %s --database URL\n",
		rows, len(moved.Tables), moved.Jobs, moved.Kept, *data)
	return err
}
