package main

import (
	"context"
	"encoding/hex"
	"log/slog"
	"strings"

	"lintai/kiosk/readiness"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/wire"
)

// wordsOf is what central is told of a terminal beside its devices: what waits,
// which program runs, and where the audit log stands, with the entry that central
// knew before.
func wordsOf(queue *offline.Queue, log *slog.Logger) func(context.Context, int64) agent.Words {
	return func(ctx context.Context, told int64) agent.Words {
		w := agent.Words{Versions: map[string]string{"program": plain(buildVersion())}}
		// What cannot be read is left out; the queue's own fault is told elsewhere.
		if s, err := queue.Standing(ctx); err != nil {
			log.Warn("central is not told what waits", "error", err)
		} else {
			w.Queue = forHealth(s)
		}
		if a, err := auditOf(ctx, queue, told); err != nil {
			log.Warn("central is not told of the audit log", "error", err)
		} else {
			w.Audit = a
		}
		return w
	}
}

// plain leaves of a build's version, such as "(devel)", what the wire takes.
func plain(version string) string {
	version = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".-+_", r) {
			return r
		}
		return -1
	}, version)
	if version == "" {
		return "unknown"
	}
	return version[:min(len(version), 64)]
}

func forHealth(s offline.Standing) *wire.QueueHealth {
	q := &wire.QueueHealth{Waiting: s.Waiting, Attachments: s.Attachments, Held: s.Held, Oldest: s.Oldest, LowSpace: s.LowSpace, Newest: s.Newest}
	if s.AgeKnown {
		age := s.OldestAge.Milliseconds()
		q.OldestAge = &age
	}
	return q
}

func auditOf(ctx context.Context, queue *offline.Queue, told int64) (*wire.AuditHealth, error) {
	head, err := queue.AuditHead(ctx)
	if err != nil {
		return nil, err
	}
	a := &wire.AuditHealth{Sequence: head.Sequence, Hash: hex.EncodeToString(head.Hash)}
	if told > 0 && told <= head.Sequence {
		known, ok, err := queue.AuditAt(ctx, told)
		if err != nil {
			return nil, err
		}
		if ok {
			a.ToldSequence, a.ToldHash = told, hex.EncodeToString(known.Hash)
		}
	}
	return a, nil
}

// syncOf answers a technician's questions about the line.
func syncOf(line *agent.Agent, queue *offline.Queue, log *slog.Logger) func(context.Context, readiness.SyncQuestion) readiness.Sync {
	return func(ctx context.Context, q readiness.SyncQuestion) readiness.Sync {
		var attempt *readiness.Attempt
		if q == readiness.SyncNow {
			limited, cancel := context.WithTimeout(ctx, readiness.SyncLimit)
			at := line.Sync(limited)
			cancel()
			attempt = &readiness.Attempt{Delivered: at.Delivered, Trouble: string(at.Trouble), Finished: at.Finished}
		}
		s := line.Status()
		r := readiness.Sync{Online: s.Online, LastExchange: s.Last, Trouble: string(s.Trouble), Since: s.Since, Attempt: attempt, Versions: line.Versions(ctx)}
		if s.OffsetKnown {
			seconds := s.Offset.Seconds()
			r.ClockOffset = &seconds
		}
		standing, err := queue.Standing(ctx)
		if err == nil {
			r.Queue = &readiness.Waiting{Waiting: standing.Waiting, Attachments: standing.Attachments, Held: standing.Held, Oldest: standing.Oldest, LowSpace: standing.LowSpace}
			if standing.AgeKnown {
				seconds := standing.OldestAge.Seconds()
				r.Queue.OldestAge = &seconds
			}
			err = queue.Entries(ctx, func(e offline.Entry) error {
				if e.State == offline.Sending {
					r.Sending = append(r.Sending, e.ID)
				}
				return nil
			})
		}
		if err != nil {
			log.Warn("a technician is not told what waits", "error", err)
		}
		return r
	}
}
