package agent

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lintai/kiosk/visit"
)

// slowCount is a queue whose first count takes a while.
type slowCount struct {
	Queue
	mu      sync.Mutex
	waiting int
	slow    bool
}

func (q *slowCount) Pending(context.Context) (int, error) {
	q.mu.Lock()
	n, slow := q.waiting, q.slow
	q.slow = false
	q.mu.Unlock()
	if slow {
		pass(time.Second)
	}
	return n, nil
}

// A count that was taken before a delivery must not be told after the one that
// was taken after it: the strip would say 待送达 1 件 until something else happens.
func TestOlderCountIsNotToldLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &slowCount{waiting: 1, slow: true}
		var last visit.Event
		a, err := New(Options{Address: "https://central.example", Identity: ours().identity(knownSerial, time.Now()), Queue: q, Post: func(e visit.Event) { last = e }})
		if err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		both.Go(func() { a.countPending(t.Context()) }) // after a save
		synctest.Wait()
		q.mu.Lock()
		q.waiting = 0
		q.mu.Unlock()
		both.Go(func() { a.countPending(t.Context()) }) // after the delivery
		both.Wait()
		if want := (visit.LinkChanged{}); last != want {
			t.Errorf("told last: %+v, want %+v", last, want)
		}
	})
}
