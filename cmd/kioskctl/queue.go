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
	fmt.Fprintln(out, phrase.Text("kioskctl.counts", "saved", fmt.Sprint(c.Saved), "delivered", fmt.Sprint(c.Delivered), "accepted", fmt.Sprint(c.Accepted),
		"conflict", fmt.Sprint(c.Conflict), "rejected", fmt.Sprint(c.Rejected), "attachments", fmt.Sprint(c.Attachments)))
	return nil
}

// salvageQueue ends with exit code 3 when something is missing.
func salvageQueue(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("queue salvage", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "the report as one JSON object")
	path, err := queuePath(flags, args, log)
	if err != nil {
		return err
	}
	report, err := offline.Salvage(ctx, path, path, time.Now)
	if err != nil {
		return queueError{err}
	}
	if *asJSON {
		if err := json.NewEncoder(out).Encode(report); err != nil {
			return err
		}
	} else {
		writeSalvage(out, path, report)
	}
	if !report.Complete() {
		return exitCode(3)
	}
	return nil
}

func writeSalvage(out io.Writer, path string, r offline.Report) {
	fmt.Fprintln(out, phrase.Text("kioskctl.salvaged", "path", path, "kept", r.Kept))
	fmt.Fprintln(out, phrase.Text("kioskctl.salvaged_counts", "items", fmt.Sprint(r.Items), "waiting", fmt.Sprint(r.Waiting),
		"attachments", fmt.Sprint(r.Attachments), "tickets", fmt.Sprint(r.Tickets)))
	for _, l := range r.Missing {
		fmt.Fprintln(out, phrase.Text("kioskctl.salvage_missing", "sequence", fmt.Sprint(l.Sequence), "id", l.ID))
	}
	if !r.TicketKey {
		fmt.Fprintln(out, phrase.Text("kioskctl.salvage_no_key"))
	}
	if !r.Counter {
		fmt.Fprintln(out, phrase.Text("kioskctl.salvage_no_counter"))
	}
}
