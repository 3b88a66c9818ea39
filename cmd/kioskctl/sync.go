package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"lintai/kiosk/phrase"
	"lintai/kiosk/readiness"
	"lintai/offline"
)

// standing is what "sync" says to a program.
type standing struct {
	// Running tells whether a terminal runs and answered. Without one Sync holds
	// only what its queue says.
	Running bool `json:"running"`
	readiness.Sync
	Verdict readiness.Verdict `json:"verdict"`
}

// askSync is "kioskctl sync status" and "kioskctl sync now".
func askSync(ctx context.Context, question readiness.SyncQuestion, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("sync "+string(question), flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "one JSON object")
	path, err := queuePath(flags, args, log)
	if err != nil {
		return err
	}
	told, err := ask(ctx, filepath.Dir(path), readiness.Question{Sync: question})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var s standing
	var lines []string
	if err == nil && told.Sync != nil {
		s = standing{Running: true, Sync: *told.Sync}
		s.Verdict = s.judge(question)
		lines = s.words()
	} else {
		s.Verdict = readiness.Cannot
		reason := phrase.Text("sync.no_answer")
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
			reason = phrase.Text("sync.not_running")
		}
		lines = append(lines, "✗ "+reason)
		if s.Queue, err = ofQueue(ctx, path); err != nil {
			return err
		}
		lines = append(lines, phrase.Text("sync.from_queue"), s.waiting())
	}
	if *asJSON {
		if err := json.NewEncoder(out).Encode(s); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(out, strings.Join(lines, "\n"))
	}
	if code := s.Verdict.ExitCode(); code != 0 {
		return exitCode(code)
	}
	return nil
}

// ofQueue is what the queue itself says, while no terminal answers.
func ofQueue(ctx context.Context, path string) (*readiness.Waiting, error) {
	o, err := openOutbox(ctx, path)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	all, _, err := o.items(ctx)
	if err != nil {
		return nil, err
	}
	w := &readiness.Waiting{}
	for _, i := range all {
		switch {
		case i.State == offline.Conflict || i.State == offline.Rejected:
			w.Held++
			continue
		case i.State != offline.Saved && i.State != offline.Sending:
			continue
		case i.Kind == "attachment":
			w.Attachments++
		default:
			w.Waiting++
		}
		if w.Oldest.IsZero() { // by sequence
			w.Oldest, w.OldestAge = i.SavedAt, i.Age
		}
	}
	return w, nil
}

// judge never calls a success what central has not said: a try whose time ran out
// is none, and neither is one after which something still waits.
func (s standing) judge(question readiness.SyncQuestion) readiness.Verdict {
	done := s.Queue != nil && s.Queue.Empty() && s.Queue.Held == 0
	switch {
	case question == readiness.SyncNow && (s.Attempt == nil || s.Attempt.Trouble != ""):
		return readiness.Cannot
	case question == readiness.SyncNow && !s.Attempt.Finished, !s.Online, !done:
		return readiness.Degraded
	}
	return readiness.Ready
}

// words is the answer as a technician reads it.
func (s standing) words() []string {
	var lines []string
	if a := s.Attempt; a != nil {
		lines = append(lines, s.attempt(*a))
	}
	state := phrase.Text("sync.online")
	if !s.Online {
		state = phrase.Text("sync.offline")
	}
	lines = append(lines, state)
	if s.Trouble != "" {
		lines = append(lines, phrase.Text("sync.trouble", "trouble", troubleWords(s.Trouble), "time", moment(s.Since)))
	}
	if s.LastExchange.IsZero() {
		lines = append(lines, phrase.Text("sync.never"))
	} else {
		lines = append(lines, phrase.Text("sync.last", "time", moment(s.LastExchange)))
	}
	lines = append(lines, s.waiting())
	if n := len(s.Sending); n > 0 {
		lines = append(lines, phrase.Text("sync.sending", "count", fmt.Sprint(n)))
	}
	if s.ClockOffset != nil {
		lines = append(lines, phrase.Text("doctor.clock_offset", "seconds", fmt.Sprintf("%+.1f", *s.ClockOffset)))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Versions)) {
		if id := phrase.ID("version." + name); phrase.Has(id) {
			lines = append(lines, phrase.Text("sync.version", "name", phrase.Text(id), "version", s.Versions[name]))
		}
	}
	return lines
}

// attempt says what came of trying now.
func (s standing) attempt(a readiness.Attempt) string {
	count := fmt.Sprint(a.Delivered)
	left := phrase.Text("sync.unreadable")
	if s.Queue != nil {
		left = fmt.Sprint(s.Queue.Waiting + s.Queue.Attachments)
	}
	switch {
	case a.Trouble != "":
		return "✗ " + phrase.Text("sync.failed", "trouble", troubleWords(a.Trouble), "count", count, "left", left)
	case !a.Finished:
		return "… " + phrase.Text("sync.unfinished", "seconds", fmt.Sprint(int(readiness.SyncLimit/time.Second)), "count", count, "left", left)
	case s.Queue == nil || !s.Queue.Empty():
		return "✗ " + phrase.Text("sync.partly", "count", count, "left", left)
	}
	return "✓ " + phrase.Text("sync.done", "count", count)
}

// waiting says what the queue holds.
func (s standing) waiting() string {
	q := s.Queue
	if q == nil {
		return phrase.Text("sync.unreadable")
	}
	line := phrase.Text("sync.empty")
	if !q.Empty() {
		line = phrase.Text("sync.waiting", "count", fmt.Sprint(q.Waiting), "attachments", fmt.Sprint(q.Attachments))
		if q.OldestAge != nil {
			line += phrase.Text("sync.oldest", "age", readiness.Age(time.Duration(*q.OldestAge*float64(time.Second))))
		} else {
			line += phrase.Text("sync.oldest_at", "time", moment(q.Oldest))
		}
	}
	if q.Held > 0 {
		line += "\n" + phrase.Text("sync.held", "count", fmt.Sprint(q.Held))
	}
	if q.LowSpace {
		line += "\n" + phrase.Text("sync.low_space")
	}
	return line
}

func troubleWords(trouble string) string {
	if id := phrase.ID("line." + trouble); phrase.Has(id) {
		return phrase.Text(id)
	}
	return trouble
}
