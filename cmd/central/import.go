package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"lintai/sync/central"
	"lintai/sync/wire"
	"lintai/sync/wire/export"
)

// importFiles is "central import": each file by itself, and after each its receipt.
// What went wrong with one does not keep the others.
func importFiles(ctx context.Context, args []string, out, log io.Writer) (err error) {
	flags := flag.NewFlagSet("import", flag.ContinueOnError)
	data, database := dataFlags(flags)
	revoked := flags.Bool("revoked-too", false, "take the export of a terminal whose certificate was revoked or replaced: you know whose it is")
	flags.SetOutput(log)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return fmt.Errorf("%w: central import: %w", errUsage, err)
	}
	if *data == "" || flags.NArg() == 0 {
		return fmt.Errorf("%w: central import --data DIR FILE [FILE]", errUsage)
	}
	c, err := central.Open(ctx, central.Config{Folder: *data, Database: databaseAddress(*database), Existing: true, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	for _, name := range flags.Args() {
		one := importFile(ctx, c, name, *revoked, out)
		if errors.Is(one, central.ErrRevokedExport) {
			one = fmt.Errorf("%w. If you know that it comes from this terminal: central import --revoked-too", one)
		}
		if one != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w; nothing of it was filed that its receipt does not name", name, one))
		}
		if ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
	}
	return err
}

func importFile(ctx context.Context, c *central.Central, name string, revoked bool, out io.Writer) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	done, err := c.Import(ctx, f, revoked)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: terminal %d, %d items: %d filed now, %d known before, %d in conflict, %d rejected\n", name, done.Kiosk, done.Items,
		done.Outcomes[wire.Created], done.Outcomes[wire.Duplicate], done.Outcomes[wire.Conflict], done.Outcomes[wire.Rejected])
	receipt := name + ".receipt"
	if err := writeReceipt(c, receipt, done.Receipt); err != nil {
		return fmt.Errorf("everything was filed, but the receipt was not written (import it again for another one): %w", err)
	}
	fmt.Fprintf(out, "%s: take it back to the terminal: kioskctl outbox settle --receipt FILE\n", receipt)
	return nil
}

// writeReceipt writes it whole or not at all, and replaces an earlier one of the
// same export.
func writeReceipt(c *central.Central, name string, r export.Receipt) error {
	draft, err := os.CreateTemp(filepath.Dir(name), ".receipt-*")
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name()) // fails after the rename, as it should
	err = c.WriteReceipt(draft, r)
	if err == nil {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err != nil {
		return err
	}
	return os.Rename(draft.Name(), name)
}
