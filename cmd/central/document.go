package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"lintai/sync/central"
	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// kindNames is for the help of the flags.
func kindNames() string {
	names := make([]string, len(wire.DocumentKinds))
	for i, k := range wire.DocumentKinds {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}

// openExisting opens a data folder that must be there.
func openExisting(ctx context.Context, command, data, database string) (*central.Central, error) {
	if data == "" {
		return nil, fmt.Errorf("%w: central %s: --data is missing", errUsage, command)
	}
	return central.Open(ctx, central.Config{Folder: data, Database: databaseAddress(database), Existing: true})
}

// documentFlags are those that publishing and withdrawing share.
func documentFlags(name string, log io.Writer) (flags *flag.FlagSet, data, database, kind *string, kiosk *int) {
	flags = flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(log)
	data, database = dataFlags(flags)
	kind = flags.String("kind", "", "`kind` of document: "+kindNames())
	kiosk = flags.Int("kiosk", 0, "`number` of the one terminal that a configuration is for (default: all)")
	return flags, data, database, kind, kiosk
}

func publishDocument(ctx context.Context, args []string, out, log io.Writer) (err error) {
	flags, data, database, kind, kiosk := documentFlags("document publish", log)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil || flags.NArg() != 1 {
		return fmt.Errorf("%w: central document publish: --kind KIND and one FILE are needed, flags before the file", errUsage)
	}
	body, err := readDocument(wire.DocumentKind(*kind), flags.Arg(0))
	if err != nil {
		return err
	}
	c, err := openExisting(ctx, "document publish", *data, *database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	d, err := c.Publish(ctx, wire.DocumentKind(*kind), *kiosk, body)
	if err != nil {
		return fmt.Errorf("central: %s: %w", flags.Arg(0), err)
	}
	tellSigned(out, "published", d)
	return tellOwners(ctx, c, out, d)
}

// readDocument reads a file that can be a body of the kind.
func readDocument(kind wire.DocumentKind, name string) ([]byte, error) {
	if !slices.Contains(wire.DocumentKinds, kind) {
		return nil, fmt.Errorf("%w: central document: --kind must be one of %s", errUsage, kindNames())
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("central: document: %w", err)
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, kind.Most()+1))
	if err != nil {
		return nil, fmt.Errorf("central: document: %w", err)
	}
	if int64(len(body)) > kind.Most() {
		return nil, fmt.Errorf("central: %s: a document %s has at most %d bytes", name, kind, kind.Most())
	}
	if kind != wire.DocumentPrompts {
		// A file saved by Windows' Notepad begins with a byte order mark.
		body = []byte(strings.TrimPrefix(string(body), "\ufeff"))
	}
	return body, nil
}

func withdrawDocument(ctx context.Context, args []string, out, log io.Writer) (err error) {
	flags, data, database, kind, kiosk := documentFlags("document withdraw", log)
	if err := parse(flags, args, log); err != nil {
		return err
	}
	if !slices.Contains(wire.DocumentKinds, wire.DocumentKind(*kind)) {
		return fmt.Errorf("%w: central document withdraw: --kind must be one of %s", errUsage, kindNames())
	}
	c, err := openExisting(ctx, "document withdraw", *data, *database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	d, err := c.Withdraw(ctx, wire.DocumentKind(*kind), *kiosk)
	if err != nil {
		return err
	}
	tellSigned(out, "taken back; the one before it is in force again:", d)
	return nil
}

func tellSigned(out io.Writer, what string, d docket.Document) {
	fmt.Fprintf(out, "%s %s %d", what, d.Kind, d.Version)
	if d.Kiosk != 0 {
		fmt.Fprintf(out, " for terminal %d", d.Kiosk)
	}
	fmt.Fprintf(out, ", %d bytes\n", d.Size)
}

// tellOwners says which terminals do not follow what was just published for all.
func tellOwners(ctx context.Context, c *central.Central, out io.Writer, d docket.Document) error {
	if d.Kiosk != 0 {
		return nil
	}
	all, _, err := c.Documents(ctx)
	if err != nil {
		return err
	}
	for _, kiosk := range docket.Owners(all, d.Kind) {
		fmt.Fprintf(out, "terminal %d has a %s of its own and keeps it; withdraw that with --kiosk %d to have it follow\n", kiosk, d.Kind, kiosk)
	}
	return nil
}

func listDocuments(ctx context.Context, args []string, out, log io.Writer) (err error) {
	flags := flag.NewFlagSet("document list", flag.ContinueOnError)
	data, database := dataFlags(flags)
	if err := parse(flags, args, log); err != nil {
		return err
	}
	c, err := openExisting(ctx, "document list", *data, *database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	all, told, err := c.Documents(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "KIND\tVERSION\tFOR\tISSUED\tBYTES\t")
	for _, d := range all {
		whom, note := "all", ""
		if d.Kiosk != 0 {
			whom = fmt.Sprint(d.Kiosk)
		}
		switch newest, _ := docket.NewestDocument(all, d.Kind, d.Kiosk); {
		case d.Ended:
			note = "follows what is for all"
		case newest.Version == d.Version:
			note = "in force"
		}
		if d.Origin != d.Version && !d.Ended {
			note = strings.TrimPrefix(fmt.Sprintf("%s, as %d was", note, d.Origin), ", ")
		}
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%d\t%s\n", d.Kind, d.Version, whom, d.IssuedAt.Local().Format("2006-01-02 15:04"), d.Size, note)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	for _, kind := range wire.DocumentKinds {
		if t := told[kind]; t.Version > docket.NewestVersion(all, kind) {
			fmt.Fprintf(out, "%s: terminal %d has version %d, which this central has forgotten: publish it again, it becomes version %d\n", kind, t.Kiosk, t.Version, t.Version+1)
		}
	}
	return nil
}

func rotateKey(ctx context.Context, args []string, out, log io.Writer) (err error) {
	flags := flag.NewFlagSet("key rotate", flag.ContinueOnError)
	data, database := dataFlags(flags)
	again := flags.Bool("again", false, "make no key, and publish the newest one where that has not been done")
	if err := parse(flags, args, log); err != nil {
		return err
	}
	c, err := openExisting(ctx, "key rotate", *data, *database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	key, signed, err := c.RotateSealKey(ctx, *again)
	if err != nil {
		return fmt.Errorf("%w; when the key was made all the same, \"central key rotate --again\" publishes it", err)
	}
	fmt.Fprintln(out, "terminals seal to", key.String())
	for _, d := range signed {
		tellSigned(out, "published", d)
	}
	fmt.Fprintln(out, "keep the older keys and put the new one into the backup: only it opens what terminals seal from now on")
	return nil
}
