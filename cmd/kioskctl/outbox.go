package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"lintai/kiosk/phrase"
	"lintai/kiosk/readiness"
	"lintai/offline"
)

// opened is a queue that is read for a technician, and how far it can be read.
type opened struct {
	*offline.Inspection
	data string
	// damaged is why only a part can be read, or nil.
	damaged error
	sending []string // ids that the running terminal is sending now
}

// openOutbox opens the queue for reading. A damaged one is opened too.
func openOutbox(ctx context.Context, path string) (*opened, error) {
	o := &opened{data: filepath.Dir(path)}
	var err error
	o.Inspection, err = offline.Inspect(ctx, path)
	if errors.Is(err, offline.ErrDamaged) {
		o.damaged = err
		o.Inspection, err = offline.InspectDamaged(ctx, path)
	}
	if err != nil {
		return nil, queueError{errors.Join(o.damaged, err)}
	}
	if s, err := ask(ctx, o.data, readiness.Question{Sync: readiness.SyncStatus}); err == nil && s.Sync != nil {
		o.sending = s.Sync.Sending
	}
	return o, nil
}

// item is an entry with what a technician asks of it.
type item struct {
	offline.Entry
	Age *float64 `json:"age_seconds,omitempty"` // how long it has waited, when that is known
}

// items reads all entries; unreadable is how many could not be read.
func (o *opened) items(ctx context.Context) (all []item, unreadable int, err error) {
	ages, _ := o.Ages(ctx) // a queue of an older program has none
	add := func(e offline.Entry) error {
		i := item{Entry: e}
		if e.State == offline.Saved && slices.Contains(o.sending, e.ID) {
			i.State = offline.Sending
		}
		if age, ok := ages[e.ID]; ok {
			seconds := age.Seconds()
			i.Age = &seconds
		}
		all = append(all, i)
		return nil
	}
	if o.damaged == nil {
		err = o.Entries(ctx, add)
	} else {
		unreadable, err = o.Rows(ctx, func(r offline.Row) error { return add(r.Entry) })
	}
	if err != nil {
		return nil, 0, queueError{errors.Join(o.damaged, err)}
	}
	return all, unreadable, nil
}

// verdict ends a command on a queue that can be read only in part.
func (o *opened) verdict(log io.Writer, unreadable int) error {
	if o.damaged == nil {
		return nil
	}
	fmt.Fprintln(log, phrase.Text("outbox.damaged", "count", fmt.Sprint(unreadable)))
	fmt.Fprintln(log, o.damaged)
	return exitCode(readiness.Degraded.ExitCode())
}

func listOutbox(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("outbox list", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "one JSON object a line")
	path, err := queuePath(flags, args, log)
	if err != nil {
		return err
	}
	o, err := openOutbox(ctx, path)
	if err != nil {
		return err
	}
	defer o.Close()
	all, unreadable, err := o.items(ctx)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(out)
	if !*asJSON {
		fmt.Fprintln(out, row(phrase.Text("outbox.sequence"), phrase.Text("outbox.id"), phrase.Text("outbox.kind"), phrase.Text("outbox.state"),
			phrase.Text("outbox.since"), phrase.Text("outbox.attempts"), phrase.Text("outbox.reason")))
	}
	for _, i := range all {
		if *asJSON {
			err = lines.Encode(i)
		} else {
			_, err = fmt.Fprintln(out, row(fmt.Sprint(i.Sequence), i.ID, ofKind(i.Entry), ofState(i.State), i.since(), fmt.Sprint(i.Attempts), ofReason(i.Reason)))
		}
		if err != nil {
			return err
		}
	}
	return o.verdict(log, unreadable)
}

func showOutbox(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("outbox show", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "one JSON object")
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return fmt.Errorf("%w: kioskctl outbox show ID --config FILE", errUsage)
	}
	id := args[0]
	path, err := queuePath(flags, args[1:], log)
	if err != nil {
		return err
	}
	o, err := openOutbox(ctx, path)
	if err != nil {
		return err
	}
	defer o.Close()
	all, unreadable, err := o.items(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(i item) bool { return i.ID == id || fmt.Sprint(i.Sequence) == id })
	if at < 0 {
		if err := o.verdict(log, unreadable); err != nil {
			return err
		}
		return errors.New(phrase.Text("outbox.unknown", "id", id))
	}
	i := all[at]
	if *asJSON {
		return json.NewEncoder(out).Encode(i)
	}
	for _, line := range [][2]string{
		{phrase.Text("outbox.sequence"), fmt.Sprint(i.Sequence)}, {phrase.Text("outbox.id"), i.ID}, {phrase.Text("outbox.kind"), ofKind(i.Entry)},
		{phrase.Text("outbox.state"), ofState(i.State)}, {phrase.Text("outbox.reason"), ofReason(i.Reason)},
		{phrase.Text("outbox.made"), moment(i.MadeAt)}, {phrase.Text("outbox.saved"), moment(i.SavedAt)}, {phrase.Text("outbox.waits"), i.age()},
		{phrase.Text("outbox.settled"), moment(i.SettledAt)}, {phrase.Text("outbox.attempts"), fmt.Sprint(i.Attempts)},
		{phrase.Text("outbox.size"), fmt.Sprint(i.Size)}, {phrase.Text("outbox.hash"), i.SHA256},
	} {
		if line[1] != "" && line[1] != "-" {
			fmt.Fprintln(out, cell(line[0], 12)+line[1])
		}
	}
	return o.verdict(log, unreadable)
}

// verified is what verify says to a program.
type verified struct {
	Path string `json:"path"`
	offline.Checked
	Damaged string            `json:"damaged,omitempty"`
	Verdict readiness.Verdict `json:"verdict"`
}

func verifyOutbox(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("outbox verify", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "one JSON object")
	path, err := queuePath(flags, args, log)
	if err != nil {
		return err
	}
	o, err := openOutbox(ctx, path)
	if err != nil {
		return err
	}
	defer o.Close()
	v := verified{Path: path, Verdict: readiness.Ready}
	if v.Checked, err = o.Check(ctx); err != nil {
		return queueError{err}
	}
	if len(v.Problems) > 0 {
		v.Verdict = readiness.Degraded
	}
	if o.damaged != nil {
		v.Damaged, v.Verdict = o.damaged.Error(), readiness.Cannot
	}
	if *asJSON {
		if err := json.NewEncoder(out).Encode(v); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(out, phrase.Text("outbox.checked", "path", path, "items", fmt.Sprint(v.Items), "bodies", fmt.Sprint(v.Bodies),
			"retained", fmt.Sprint(v.Retained), "entries", fmt.Sprint(v.Audit.Sequence)))
		if v.Salvaged {
			fmt.Fprintln(out, "! "+phrase.Text("outbox.salvaged"))
		}
		for _, p := range v.Problems {
			fmt.Fprintln(out, "✗ "+ofProblem(p))
		}
		if v.Verdict == readiness.Ready {
			fmt.Fprintln(out, "✓ "+phrase.Text("outbox.sound"))
		}
	}
	if o.damaged != nil {
		return queueError{o.damaged}
	}
	if code := v.Verdict.ExitCode(); code != 0 {
		return exitCode(code)
	}
	return nil
}

func ofProblem(p offline.Problem) string {
	text := phrase.Text(phrase.ID("outbox_problem."+string(p.Kind)), "sequence", fmt.Sprint(p.Sequence), "id", p.ID, "count", fmt.Sprint(p.Count))
	if p.Detail != "" {
		text += "\n    " + p.Detail
	}
	return text
}

func ofState(s offline.State) string { return phrase.Text(phrase.ID("item." + string(s))) }

func ofKind(e offline.Entry) string { return phrase.Text(phrase.ID("item_kind." + string(e.Kind))) }

// ofReason puts central's reason into words, as far as this program knows it.
func ofReason(reason string) string {
	if id := phrase.ID("reason." + reason); phrase.Has(id) {
		return phrase.Text(id)
	}
	return reason
}

// since is how long an item waits, or when central settled it.
func (i item) since() string {
	if i.SettledAt.IsZero() {
		return i.age()
	}
	return moment(i.SettledAt)
}

// age is how long it has waited: by the clock that nobody sets, otherwise when it
// was saved, by a clock that may have been set since.
func (i item) age() string {
	switch {
	case !i.SettledAt.IsZero():
		return ""
	case i.Age != nil:
		return phrase.Text("outbox.age", "age", readiness.Age(time.Duration(*i.Age*float64(time.Second))))
	}
	return phrase.Text("outbox.saved_at", "time", moment(i.SavedAt))
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(phrase.Zone).Format("2006-01-02 15:04:05")
}

// row is a line of the list.
func row(sequence, id, kind, state, since, attempts, reason string) string {
	return strings.TrimRight(cell(sequence, 8)+cell(id, 38)+cell(kind, 8)+cell(state, 26)+cell(since, 30)+cell(attempts, 6)+reason, " ")
}

// cell fills a text up to a number of columns, of which a Han character takes two.
func cell(text string, columns int) string {
	wide := 0
	for _, r := range text {
		wide++
		if utf8.RuneLen(r) == 3 {
			wide++
		}
	}
	return text + strings.Repeat(" ", max(columns-wide, 1))
}
