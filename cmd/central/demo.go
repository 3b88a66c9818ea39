package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"lintai/sync/central"
	"lintai/sync/central/demodata"
	"lintai/sync/central/staff"
)

// makeDemo makes a central to be shown or measured.
func makeDemo(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("demo-data", flag.ContinueOnError)
	data, database := dataFlags(flags)
	seed := flags.Uint64("seed", 1, "`number` that decides all chances: the same one makes the same year")
	cases := flags.Int("cases", demodata.Usual, "`number` of cases")
	until := flags.String("until", "", "`day` on which the year ends, like 2026-11-22 (default: now)")
	password := flags.String("password", "", "`password` of all accounts (default: one is made and printed)")
	if err := parse(flags, args, log); err != nil {
		return err
	}
	if *data == "" {
		return fmt.Errorf("%w: central demo-data: --data is missing", errUsage)
	}
	o := demodata.Options{Seed: *seed, Cases: *cases, Password: *password}
	if *until != "" {
		day, err := time.Parse(time.DateOnly, *until)
		if err != nil {
			return fmt.Errorf("%w: central demo-data: --until must look like 2026-11-22", errUsage)
		}
		o.Until = day.Add(10 * time.Hour) // six in the evening, in China
	}
	if o.Password == "" {
		o.Password = rand.Text()[:16]
	}
	if err := staff.CheckPassword(staff.Account{}, o.Password); err != nil {
		return fmt.Errorf("%w: central demo-data: --password: %w", errUsage, err)
	}
	begun := time.Now()
	made, err := central.MakeDemo(ctx, central.Config{Folder: *data, Database: databaseAddress(*database)}, o)
	switch {
	case errors.Is(err, demodata.ErrCases):
		return fmt.Errorf("%w: central demo-data: %w", errUsage, err)
	case err != nil:
		return err
	}
	fmt.Fprintf(out, "%d cases of a community that does not exist, %s to %s, %d of them still open, in %s\n", made.Cases,
		made.From.Format(time.DateOnly), made.Until.Format(time.DateOnly), made.Open, time.Since(begun).Round(100*time.Millisecond))
	for _, a := range made.Accounts {
		fmt.Fprintf(out, "  %-14s %s (%s)\n", a.Login, a.Name, staff.JoinRoles(a.Roles))
	}
	if *password == "" {
		fmt.Fprintf(out, "everybody's password, shown only now: %s\n", o.Password)
	}
	return nil
}
