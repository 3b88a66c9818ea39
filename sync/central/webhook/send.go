package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	dialTimeout = 5 * time.Second
	sendTimeout = 20 * time.Second // of one attempt
	// lease keeps what is being sent from other processes. Longer than an attempt, with
	// what waits for its turn before it.
	lease   = 2 * time.Minute
	atOnce  = 8  // attempts beside each other
	perPass = 32 // taken out at once
	perEach = 8  // of one subscription: a slow one must not keep others waiting

	// Every is how often Run looks when nobody wakes it.
	Every = 2 * time.Second
)

// Sender sends what waits in the outbox.
type Sender struct {
	Store Store
	// Public tells whether a service may be seen by everybody.
	Public func(service string) bool
	Clock  func() time.Time
	Log    *slog.Logger
	// Jitter is from 0 to 1; nil: random.
	Jitter func() float64

	client *http.Client
}

// NewSender makes a sender that reaches what is allowed.
func NewSender(store Store, public func(string) bool, allowed Allowed, clock func() time.Time, log *slog.Logger) *Sender {
	return &Sender{Store: store, Public: public, Clock: clock, Log: log, client: &http.Client{
		Timeout: sendTimeout,
		// A redirect may lead anywhere; it is a failure.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:       nil, // it would look names up itself
			DialContext: allowed.dialer().DialContext, TLSHandshakeTimeout: 10 * time.Second,
			MaxResponseHeaderBytes: 32 << 10, MaxIdleConnsPerHost: atOnce, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
		},
	}}
}

// Close lets connections go.
func (s *Sender) Close() { s.client.CloseIdleConnections() }

// Pass sends what is due, and tells how many deliveries it took out. It is one job:
// more may be due when it took any.
func (s *Sender) Pass(ctx context.Context) (int, error) {
	now := s.Clock().UTC()
	due, err := s.Store.ClaimDeliveries(ctx, now, now.Add(lease), perPass, perEach)
	if err != nil {
		return 0, fmt.Errorf("webhook: %w", err)
	}
	var wrong error
	var mu sync.Mutex
	var sending sync.WaitGroup
	turn := make(chan struct{}, atOnce)
	for _, d := range due {
		turn <- struct{}{}
		sending.Go(func() {
			defer func() { <-turn }()
			if err := s.deliver(ctx, d); err != nil {
				mu.Lock()
				wrong = errors.Join(wrong, err)
				mu.Unlock()
			}
		})
	}
	sending.Wait()
	return len(due), wrong
}

// Run sends until ctx ends; wake tells it that something may be due.
func (s *Sender) Run(ctx context.Context, wake <-chan struct{}) {
	tick := time.NewTicker(Every)
	defer tick.Stop()
	for {
		n, err := s.Pass(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.Log.Error("webhooks not sent", "error", err)
		}
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-tick.C:
		}
	}
}

func (s *Sender) deliver(ctx context.Context, d Delivery) error {
	var o Outcome
	if !d.Subscription.Wants(d.Event, s.Public(d.Event.Service)) {
		o = Outcome{At: s.Clock().UTC(), Taken: true}
	} else {
		a, err := s.attempt(ctx, d)
		if ctx.Err() != nil {
			return nil // it stays claimed, and is tried again
		}
		jitter := rand.Float64
		if s.Jitter != nil {
			jitter = s.Jitter
		}
		o = d.judge(a, s.Clock().UTC(), jitter())
		s.tell(d, a, o, err)
	}
	if err := s.Store.SettleDelivery(ctx, d, o); err != nil {
		return fmt.Errorf("webhook: settle %s: %w", d.ID, err)
	}
	return nil
}

// tell logs what failed; the address may hold a key of the receiver's.
func (s *Sender) tell(d Delivery, a answer, o Outcome, err error) {
	switch {
	case o.Disable != "":
		s.Log.Error("a webhook subscription was disabled", "subscription", d.Subscription.Number, "channel", d.Subscription.Channel, "reason", string(o.Disable))
	case o.GivenUp:
		s.Log.Error("a webhook was given up", "delivery", d.ID, "subscription", d.Subscription.Number, "status", a.status)
	case o.Failed && errors.Is(err, ErrAddress):
		s.Log.Warn("a webhook was not taken", "delivery", d.ID, "subscription", d.Subscription.Number, "reason", "private address", "again", o.Again)
	case o.Failed:
		s.Log.Warn("a webhook was not taken", "delivery", d.ID, "subscription", d.Subscription.Number, "status", a.status, "again", o.Again)
	}
}

// attempt posts one.
func (s *Sender) attempt(ctx context.Context, d Delivery) (answer, error) {
	body, err := d.Event.Body()
	if err != nil {
		return answer{}, err
	}
	return s.post(ctx, d.Subscription, d.ID, body)
}

// Try sends a word that means nothing, at once, and tells the status of the answer. It
// counts neither as taken nor as failed. ErrAddress for an address in a private network.
func (s *Sender) Try(ctx context.Context, to Subscription) (status int, err error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return 0, fmt.Errorf("webhook: %w", err)
	}
	body, err := json.Marshal(map[string]any{"type": Test, "timestamp": s.Clock().UTC(), "data": struct{}{}})
	if err != nil {
		return 0, fmt.Errorf("webhook: %w", err)
	}
	a, err := s.post(ctx, to, "test_"+id.String(), body)
	return a.status, err
}

// post posts a body, signed.
func (s *Sender) post(ctx context.Context, to Subscription, id string, body []byte) (answer, error) {
	at := s.Clock()
	signature, err := to.Secret.Sign(id, at, body)
	if err != nil {
		return answer{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.Address, bytes.NewReader(body))
	if err != nil {
		return answer{}, fmt.Errorf("webhook: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "lintai-central")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("webhook-signature", signature)
	got, err := s.client.Do(r)
	if err != nil {
		return answer{}, fmt.Errorf("webhook: %w", err)
	}
	defer got.Body.Close()
	io.CopyN(io.Discard, got.Body, 4<<10) // so that the connection can be used again
	return answer{got.StatusCode, wish(got.Header.Get("Retry-After"), at)}, nil
}

// wish reads Retry-After: seconds or a time.
func wish(text string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(text); err == nil {
		return max(t.Sub(now), 0)
	}
	return 0
}
