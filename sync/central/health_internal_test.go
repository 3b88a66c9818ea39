package central

import (
	"context"
	"errors"
	"testing"
)

// However many ask, the database is asked once at a time; and central that ends is not
// ready, whatever the database says.
func TestReadiness(t *testing.T) {
	asked, answer := make(chan struct{}, 10), make(chan error)
	r := &readiness{ask: func(context.Context) error { asked <- struct{}{}; return <-answer }}
	answers := make(chan error, 2)
	ask := func() { answers <- r.ready(t.Context()) }
	go ask()
	<-asked
	go ask()
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	if err := r.ready(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("who hung up is told %v", err)
	}
	full := errors.New("disk full")
	answer <- full
	for range 2 {
		if err := <-answers; !errors.Is(err, full) {
			t.Errorf("told %v", err)
		}
	}
	if len(asked) != 0 {
		t.Error("the database was asked twice")
	}
	r.end()
	if err := r.ready(t.Context()); err == nil || errors.Is(err, full) {
		t.Errorf("a central that ends says %v", err)
	}
}
