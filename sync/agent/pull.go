package agent

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"lintai/kiosk/failpoint"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/wire"
)

// pullEvery is how long the terminal goes without asking when nothing wakes it,
// and pullStreaming while a stream is open, which says by itself when to ask.
const (
	pullEvery     = time.Minute
	pullStreaming = 5 * time.Minute
)

func (a *Agent) pullLoop(ctx context.Context) {
	failures := 0
	for {
		pause := pullEvery
		if a.streaming.Load() {
			pause = pullStreaming
		}
		a.journal.begin(pulling)
		err := a.pullAll(ctx)
		a.journal.end(pulling, false, err)
		if err != nil {
			failures++
			a.complain(ctx, "pull failed", failures, err)
			pause = a.backoff(failures)
		} else {
			failures = 0
		}
		if !wait(ctx, pause, a.wakePull) {
			return
		}
	}
}

// pullAll pulls until central says that there is no more.
func (a *Agent) pullAll(ctx context.Context) error {
	for {
		cursor, err := a.queue.Cursor(ctx)
		if err != nil {
			a.queueFailed(ctx, err)
			return err
		}
		var pull wire.Pull
		sent := a.now()
		err = exchange(ctx, a, requestTimeout, http.MethodGet, fmt.Sprintf("%s?cursor=%d", wire.PathPull, cursor), nil, &pull)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		a.outcome(err)
		if err != nil {
			return err
		}
		a.clock.heard(pull.ServerTime, sent, a.now())
		if err := a.apply(ctx, cursor, pull); err != nil {
			return err
		}
		if !pull.More {
			return nil
		}
		if pull.Cursor == cursor {
			return unusable("more to pull, but the cursor stays at %d", cursor)
		}
	}
}

// apply takes in one page of changes. Answers to calls go out first: somebody
// waits for them, and they need no queue that works.
func (a *Agent) apply(ctx context.Context, cursor int64, pull wire.Pull) error {
	var statuses []offline.Status
	for _, c := range pull.Changes {
		if c.Answer != nil {
			a.answered(*c.Answer)
		}
		if s := c.Status; s != nil {
			status, ok := visit.Understand(s.Status, s.Word)
			if !ok {
				// A newer central. The terminal has no words for it and shows the
				// last status that it understood.
				a.log.Warn("unknown status", "request", s.RequestID)
				continue
			}
			statuses = append(statuses, offline.Status{Request: s.RequestID, Event: s.Event, Status: status, At: s.At, Note: s.Note})
		}
	}
	if pull.Cursor == cursor && len(statuses) == 0 {
		return nil // nothing new: no write for an idle terminal
	}
	failpoint.Reached(failpoint.Pulled)
	if err := a.queue.ApplyStatuses(ctx, pull.Cursor, statuses); err != nil {
		a.queueFailed(ctx, err)
		return err
	}
	a.link.queueFault("")
	return nil
}

// answered tells of an answer to a call, once, however it came.
func (a *Agent) answered(answer wire.Answer) {
	if a.answers.first(answer) {
		a.link.event(visit.CallAnswered{ID: answer.CallID, Answer: answer.Answer, Words: answer.Words})
	}
}

// answers remembers the last answers to calls that were told: the stream brings
// them and then a pull, and a page is pulled again when it could not be written
// down.
type answers struct {
	mu   sync.Mutex
	told []wire.Answer
}

const rememberedAnswers = 200

func (s *answers) first(answer wire.Answer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer.At = answer.At.UTC()
	if slices.ContainsFunc(s.told, func(w wire.Answer) bool {
		return w.CallID == answer.CallID && w.Answer == answer.Answer && w.Words == answer.Words && w.At.Equal(answer.At)
	}) {
		return false
	}
	if len(s.told) == rememberedAnswers {
		s.told = slices.Delete(s.told, 0, 1)
	}
	s.told = append(s.told, answer)
	return true
}
