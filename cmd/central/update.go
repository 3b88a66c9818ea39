package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central"
)

func addUpdate(ctx context.Context, args []string, out, log io.Writer) (err error) {
	flags := flag.NewFlagSet("update add", flag.ContinueOnError)
	flags.SetOutput(log)
	data, database := dataFlags(flags)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil || flags.NArg() != 1 {
		return fmt.Errorf("%w: central update add: one FILE is needed, flags before the file", errUsage)
	}
	f, err := os.Open(flags.Arg(0))
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	c, err := openExisting(ctx, "update add", *data, *database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	b, err := c.AddUpdate(ctx, f, info.Size())
	if err != nil {
		return fmt.Errorf("central: %s: %w", flags.Arg(0), err)
	}
	_, err = fmt.Fprintf(out, "%s for %s, %d bytes, SHA-256 %x. \"central update start --version %s\" begins with one terminal\n", b.Version, b.Compatible, b.Size, b.Hash[:], b.Version)
	return err
}

// changeUpdate is what is done to one version.
func changeUpdate(ctx context.Context, command string, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("update "+command, flag.ContinueOnError)
	version := flags.String("version", "", "`version` of the image, see \"central update list\"")
	first, waits := new(int), central.DefaultWaits
	if command == "start" {
		first = flags.Int("first", 0, "`number` of the terminal that takes it first (default: one that is well)")
		flags.DurationVar(&waits[0], "watch-first", waits[0], "`time` for which the first terminal must be well")
		flags.DurationVar(&waits[1], "watch-tenth", waits[1], "`time` for which a tenth of all must be well")
	}
	return onFolder(ctx, flags, args, log, func(c *central.Central) (err error) {
		if *version == "" {
			return fmt.Errorf("%w: central update %s: --version is missing", errUsage, command)
		}
		done := ""
		switch command {
		case "start":
			done, err = "goes to one terminal first", c.StartUpdate(ctx, *version, *first, waits)
		case "stop":
			done, err = "stops; \"central update go-on\" has it go on", c.StopUpdate(ctx, *version)
		case "go-on":
			done, err = "goes on", c.ContinueUpdate(ctx, *version)
		case "withdraw":
			done, err = "is withdrawn: nobody takes it any more, and who has it keeps it", c.WithdrawUpdate(ctx, *version)
		case "remove":
			done, err = "is removed with its file", c.RemoveUpdate(ctx, *version)
		}
		if err != nil {
			return fmt.Errorf("central: %s: %w", *version, err)
		}
		_, err = fmt.Fprintf(out, "%s %s\n", *version, done)
		return err
	})
}

func listUpdates(ctx context.Context, args []string, out, log io.Writer) error {
	return onFolder(ctx, flag.NewFlagSet("update list", flag.ContinueOnError), args, log, func(c *central.Central) error {
		all, err := c.Updates(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, u := range all {
			standing := "not begun"
			if r := u.Rollout; r != nil {
				standing = fmt.Sprintf("%s in stage %d of 3 since %s", r.State, r.Stage, when(r.Changed))
				if r.Reason != "" {
					standing += fmt.Sprintf(": %s", r.Reason)
				}
				if r.Culprit != 0 {
					standing += fmt.Sprintf(", terminal %d", r.Culprit)
				}
			}
			if !u.Here {
				standing += "; its file is missing: add it again"
			}
			fmt.Fprintf(table, "%s\t%s\t%d MB\t%s\n", u.Version, u.Compatible, (u.Size+999_999)/1_000_000, standing)
		}
		return table.Flush()
	})
}

func when(t time.Time) string { return t.In(phrase.Zone).Format("2006-01-02 15:04") }
