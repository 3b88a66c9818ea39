package webhook

import (
	"net/http"
	"time"
)

// pauses are those before the second, third, … attempt, as Standard Webhooks
// proposes them: three days and a bit in all.
var pauses = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// Patience is how long a subscription may take nothing before it is disabled.
const Patience = 72 * time.Hour

// longestRest is how long all of a subscription waits at most when its receiver is
// ill: then one delivery tries whether it is well again.
const longestRest = 30 * time.Minute

// longestWish is how long a receiver may ask to be left alone (Retry-After).
const longestWish = 6 * time.Hour

// Outcome is what came of an attempt.
type Outcome struct {
	At time.Time
	// Taken: it was taken, or nobody wants it any more; it leaves the outbox.
	Taken bool
	// GivenUp: it leaves the outbox although it was not taken.
	GivenUp bool
	Again   time.Time // when it is tried again
	// Failed: the receiver did not take it; counts as a failure of the subscription.
	Failed      bool
	PausedUntil time.Time // of the subscription; zero leaves it
	Disable     Reason    // of the subscription; "" leaves it
}

// answer is what a receiver said.
type answer struct {
	status int           // 0: nothing
	wish   time.Duration // Retry-After
}

func (a answer) taken() bool { return a.status >= 200 && a.status < 300 }

// ill tells whether whatever else is sent would fare the same. Another answer than
// these is about this delivery.
func (a answer) ill() bool {
	return a.status == 0 || a.status >= 500 || a.status == http.StatusTooManyRequests || a.status == http.StatusRequestTimeout
}

// Judge says what follows from an answer. jitter is from 0 to 1: receivers that
// failed together are not asked again together.
func (d Delivery) judge(a answer, at time.Time, jitter float64) Outcome {
	o := Outcome{At: at}
	if a.taken() {
		o.Taken = true
		return o
	}
	o.Failed = true
	if a.status == http.StatusGone {
		o.Disable = Gone
		o.Again = at
		return o
	}
	since := d.Subscription.FailingSince
	if since.IsZero() {
		since = at
	}
	if at.Sub(since) >= Patience {
		o.Disable = Failing
		o.Again = at
		return o
	}
	if d.Attempts >= len(pauses) && !a.ill() {
		// Others were taken meanwhile: it is this one that is not wanted.
		o.GivenUp = true
		return o
	}
	wait := stretch(pauses[min(d.Attempts, len(pauses)-1)], jitter)
	o.Again = at.Add(max(wait, min(a.wish, longestWish)))
	if a.ill() {
		rest := stretch(min(pauses[min(d.Subscription.Failures, len(pauses)-1)], longestRest), jitter)
		o.PausedUntil = at.Add(max(rest, min(a.wish, longestWish)))
	}
	return o
}

// stretch makes a pause up to a fifth longer.
func stretch(d time.Duration, jitter float64) time.Duration {
	return d + time.Duration(float64(d)*jitter/5)
}
