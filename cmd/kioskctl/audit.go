package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/offline"
)

// logHead is what "audit verify" says to a program.
type logHead struct {
	Sequence int64  `json:"sequence"`
	Hash     string `json:"hash"`
	Sound    bool   `json:"sound"`
	Problem  string `json:"problem,omitempty"`
	// Gaps are what salvages lost; the log is sound all the same.
	Gaps []offline.AuditGap `json:"gaps,omitempty"`
}

func verifyLog(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("audit verify", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "one JSON object")
	given := flags.String("head", "", "`SEQ:HASH` of an entry that was known before, as this command prints it: the log must still hold it")
	path, err := queuePath(flags, args, log)
	if err != nil {
		return err
	}
	known, err := parseHead(*given)
	if err != nil {
		return fmt.Errorf("%w: kioskctl audit verify: %w", errUsage, err)
	}
	i, err := offline.Inspect(ctx, path)
	if err != nil {
		return queueError{err}
	}
	defer i.Close()
	head, err := i.VerifyAudit(ctx)
	if err != nil && !errors.Is(err, offline.ErrAudit) {
		return queueError{err}
	}
	h := logHead{Sequence: head.Sequence, Hash: hex.EncodeToString(head.Hash), Sound: err == nil}
	if err != nil {
		h.Problem = phrase.Text("audit.broken", "sequence", fmt.Sprint(head.Sequence+1))
	} else if known.Sequence > 0 {
		if h.Problem, err = against(ctx, i, head, known); err != nil {
			return queueError{err}
		}
		h.Sound = h.Problem == ""
	}
	if h.Sound {
		if h.Gaps, err = i.AuditGaps(ctx); err != nil {
			return queueError{err}
		}
	}
	if *asJSON {
		if err := json.NewEncoder(out).Encode(h); err != nil {
			return err
		}
	} else if h.Sound {
		for _, g := range h.Gaps {
			fmt.Fprintln(out, "! "+phrase.Text("audit.salvaged_gap", "first", fmt.Sprint(g.First), "last", fmt.Sprint(g.Last), "salvaged", fmt.Sprint(g.Salvaged)))
		}
		fmt.Fprintln(out, "✓ "+phrase.Text("audit.sound", "count", fmt.Sprint(h.Sequence)))
		if h.Sequence > 0 {
			fmt.Fprintf(out, "%d:%s\n", h.Sequence, h.Hash)
		}
	} else {
		fmt.Fprintln(out, "✗ "+h.Problem)
	}
	if !h.Sound {
		return exitCode(1)
	}
	return nil
}

// against looks for an entry that was known before; problem is what is wrong.
func against(ctx context.Context, i *offline.Inspection, head, known offline.AuditEntry) (problem string, err error) {
	entry, ok, err := i.AuditAt(ctx, known.Sequence)
	switch {
	case err != nil:
		return "", err
	case !ok:
		return phrase.Text("audit.cut", "known", fmt.Sprint(known.Sequence), "count", fmt.Sprint(head.Sequence)), nil
	case string(entry.Hash) != string(known.Hash):
		return phrase.Text("audit.rewritten", "sequence", fmt.Sprint(known.Sequence)), nil
	}
	return "", nil
}

func parseHead(text string) (offline.AuditEntry, error) {
	if text == "" {
		return offline.AuditEntry{}, nil
	}
	number, sum, _ := strings.Cut(text, ":")
	sequence, err := strconv.ParseInt(number, 10, 64)
	hash, bad := hex.DecodeString(sum)
	if err != nil || bad != nil || sequence < 1 || len(hash) != 32 {
		return offline.AuditEntry{}, errors.New("--head is a number, a colon and 64 hexadecimal digits")
	}
	return offline.AuditEntry{Sequence: sequence, Hash: hash}, nil
}

func showLog(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("audit show", flag.ContinueOnError)
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
	lines := json.NewEncoder(out)
	err = i.AuditLog(ctx, func(e offline.AuditEntry) error {
		if *asJSON {
			return lines.Encode(e)
		}
		_, err := fmt.Fprintf(out, "%8d  %s  %-12s %s\n", e.Sequence, moment(e.At), e.Event, e.Detail)
		return err
	})
	if err != nil {
		return queueError{err}
	}
	return nil
}
