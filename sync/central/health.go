package central

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"lintai/sync/central/metrics"
	"lintai/sync/central/rollout"
)

// readyFor is how long an answer about the database stands: whoever asks often does not
// write often. readyWait is how long the database may take to give one.
const (
	readyFor  = 2 * time.Second
	readyWait = 3 * time.Second
)

var errSlowDatabase = errors.New("central: the database does not answer")

// readiness asks the database, one question at a time.
type readiness struct {
	ask func(context.Context) error

	mu     sync.Mutex
	asked  time.Time
	answer error
	coming chan struct{} // closed with the answer; nil: none is asked for
	ending bool
}

// end says that this process takes no more work, so that whoever shares it out gives
// it to another.
func (r *readiness) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ending = true
}

func (r *readiness) ready(ctx context.Context) error {
	r.mu.Lock()
	switch {
	case r.ending:
		r.mu.Unlock()
		return errors.New("central: ending")
	case r.coming == nil && time.Since(r.asked) < readyFor:
		defer r.mu.Unlock()
		return r.answer
	case r.coming == nil:
		r.coming = make(chan struct{})
		go r.look(r.coming)
	}
	coming := r.coming
	r.mu.Unlock()
	wait := time.NewTimer(readyWait)
	defer wait.Stop()
	select {
	case <-coming:
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.answer
	case <-wait.C:
		return errSlowDatabase
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *readiness) look(done chan struct{}) {
	ctx, cancel := context.WithTimeout(context.Background(), readyWait)
	defer cancel()
	err := r.ask(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked, r.answer, r.coming = time.Now(), err, nil
	close(done)
}

// Ready tells whether central can take work: its database takes writes, and it is not
// ending.
func (c *Central) Ready(ctx context.Context) error { return c.readiness.ready(ctx) }

// registerHealth adds what a supervisor or a load balancer asks: whether the process
// is there, and whether it can work. Neither says more than that.
func (c *Central) registerHealth(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { tell(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		switch err := c.Ready(r.Context()); {
		case err == nil:
			tell(w, http.StatusOK, "ready\n")
		case r.Context().Err() != nil:
		default:
			c.config.Log.Warn("not ready", "error", err)
			tell(w, http.StatusServiceUnavailable, "not ready\n")
		}
	})
}

func tell(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	io.WriteString(w, words) // whoever asked may be gone
}

// operators is what is served to those who operate central, at an address of its own.
func (c *Central) operators() http.Handler {
	mux := http.NewServeMux()
	c.registerHealth(mux)
	mux.Handle("GET /metrics", c.metrics.Handler())
	return mux
}

// figures are what the database says of central.
func (c *Central) figures(ctx context.Context) ([]metrics.Figure, error) {
	n, err := c.store.Counts(ctx)
	if err != nil {
		return nil, err
	}
	all := []metrics.Figure{
		{Name: "terminals", Value: float64(n.Terminals)},
		{Name: "terminal_streams", Value: float64(len(c.presence.Here()))},
		{Name: "open_calls", Value: float64(n.OpenCalls)},
		{Name: "quarantined_items", Value: float64(n.Quarantined)},
		{Name: "webhooks_waiting", Value: float64(n.WebhooksWaiting)},
	}
	rollouts, err := c.store.Rollouts(ctx)
	if err != nil {
		return nil, err
	}
	stopped := 0
	for _, r := range rollouts {
		if r.State == rollout.Stopped {
			stopped++
		}
	}
	all = append(all, metrics.Figure{Name: "updates_stopped", Value: float64(stopped)})
	r, err := c.store.Restored(ctx)
	if err != nil {
		return nil, err
	}
	restored := metrics.Figure{Name: "restored"}
	if r.Times > 0 && r.Seen.IsZero() {
		restored.Value = 1
	}
	all = append(all, restored)
	for state, count := range n.Jobs {
		all = append(all, metrics.Figure{Name: "jobs", Label: state, Value: float64(count)})
	}
	return all, nil
}
