package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"time"

	"lintai/kiosk/phrase"
	"lintai/offline"
)

// queueError is trouble with the queue, for which there is a published fault.
type queueError struct{ error }

func (q queueError) Unwrap() error { return q.error }

func createQueue(args []string, out, log io.Writer) error {
	path, err := queuePath(flag.NewFlagSet("queue create", flag.ContinueOnError), args, log)
	if err != nil {
		return err
	}
	if err := offline.Create(path, time.Now); err != nil {
		return err // what is wrong is said by the error; no fault fits a refusal
	}
	fmt.Fprintln(out, phrase.Text("kioskctl.created", "path", path))
	return nil
}

func checkQueue(ctx context.Context, args []string, out, log io.Writer) error {
	path, err := queuePath(flag.NewFlagSet("queue check", flag.ContinueOnError), args, log)
	if err != nil {
		return err
	}
	i, err := offline.Inspect(ctx, path)
	if err != nil {
		return queueError{err}
	}
	defer i.Close()
	c, err := i.Counts(ctx)
	if err != nil {
		return queueError{err}
	}
	fmt.Fprintln(out, phrase.Text("kioskctl.sound", "path", path))
	fmt.Fprintln(out, phrase.Text("kioskctl.counts", "saved", fmt.Sprint(c.Saved), "delivered", fmt.Sprint(c.Delivered),
		"conflict", fmt.Sprint(c.Conflict), "rejected", fmt.Sprint(c.Rejected), "attachments", fmt.Sprint(c.Attachments)))
	return nil
}

func listQueue(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("queue list", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "one JSON object a line")
	path, err := queuePath(flags, args, log)
	if err != nil {
		return err
	}
	i, err := offline.Inspect(ctx, path)
	if err != nil {
		return queueError{err}
	}
	defer i.Close()
	write := writeRow(out)
	if *asJSON {
		lines := json.NewEncoder(out)
		write = func(e offline.Entry) error { return lines.Encode(e) }
	} else {
		fmt.Fprintln(out, phrase.Text("kioskctl.columns"))
	}
	if err := i.Entries(ctx, write); err != nil {
		return queueError{err}
	}
	return nil
}

func writeRow(out io.Writer) func(offline.Entry) error {
	clock := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.Local().Format("2006-01-02 15:04:05")
	}
	return func(e offline.Entry) error {
		_, err := fmt.Fprintf(out, "%8d  %-36s  %-10s  %-9s  %3d  %-19s  %-19s  %s\n",
			e.Sequence, e.ID, e.Kind, e.State, e.Attempts, clock(e.SavedAt), clock(e.SettledAt), e.Reason)
		return err
	}
}
