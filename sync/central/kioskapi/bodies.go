package kioskapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"time"

	"lintai/sync/wire"
)

// bodies bounds what bodies on their way may cost. A terminal has one request
// with a body under way, and a second one after its line broke without a word; a
// third cuts the oldest off, which is the dead one. What arrived whole is then
// decoded and filed by a few at a time: only there does a body become more than
// the bytes that came over the line.
type bodies struct {
	reading newest

	work     chan struct{}
	workOnce sync.Once
}

// mostReading is how many bodies of one terminal are read at once.
const mostReading = 2

// begin notes that a body is read; cut is called if it has to give way, never
// after end.
func (b *bodies) begin(kiosk int, cut func()) (end func()) {
	return b.reading.begin(kiosk, mostReading, cut)
}

// newest keeps of each terminal only the newest of what is open.
type newest struct {
	mu   sync.Mutex
	open map[int][]*giving
}

// giving is what gives way when it is cut.
type giving struct{ cut func() }

// begin notes one more of a terminal; when there are as many as most already, the
// oldest is cut. cut is never called after end.
func (n *newest) begin(kiosk, most int, cut func()) (end func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.open == nil {
		n.open = map[int][]*giving{}
	}
	if all := n.open[kiosk]; len(all) >= most {
		all[0].cut()
		n.open[kiosk] = slices.Delete(all, 0, 1)
	}
	mine := &giving{cut}
	n.open[kiosk] = append(n.open[kiosk], mine)
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		left := slices.DeleteFunc(n.open[kiosk], func(g *giving) bool { return g == mine })
		if n.open[kiosk] = left; len(left) == 0 {
			delete(n.open, kiosk)
		}
	}
}

// turn waits for one of the places in which bodies are decoded and filed.
func (b *bodies) turn(ctx context.Context) (done func(), err error) {
	b.workOnce.Do(func() { b.work = make(chan struct{}, 2+2*runtime.GOMAXPROCS(0)) })
	select {
	case b.work <- struct{}{}:
		return func() { <-b.work }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// receive reads a body of at most limit bytes within the time that its bytes take
// on a poor line. A body that is not whole comes as far as it came: see
// isNotWhole.
func (a *API) receive(w http.ResponseWriter, r *http.Request, kiosk, limit int) ([]byte, error) {
	control := http.NewResponseController(w)
	until := time.Now().Add(smallTime + wire.PushTime(int(min(max(r.ContentLength, 0), int64(limit)))))
	if err := errors.Join(control.SetReadDeadline(until), control.SetWriteDeadline(until.Add(filingTime))); err != nil {
		a.Log.Debug("a push keeps the server's limits of time", "error", err)
	}
	defer a.bodies.begin(kiosk, func() { control.SetReadDeadline(time.Unix(1, 0)) })()
	return readUpTo(r.Body, r.ContentLength, limit)
}

// filingTime is for what came to be filed and answered.
const filingTime = time.Minute

func tooLarge(limit int) failure {
	return failure{http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("a body has at most %d bytes here", limit)}
}

// readUpTo reads a body of at most limit bytes; said is the size in the request's
// head, if any. Of a larger body a few times as much is read and thrown away: a
// terminal that is still sending when the connection closes would see a broken
// line, and not that it must halve.
func readUpTo(r io.Reader, said int64, limit int) ([]byte, error) {
	var body []byte
	var err error
	if said >= 0 && said <= int64(limit) {
		// The room is taken as the bytes come, not as the head promises.
		body = make([]byte, 0, min(said, 16<<10)+1)
	}
	if said <= int64(limit) {
		body, err = grow(r, body, limit)
	}
	switch {
	case err != nil:
		return body, notWhole(err)
	case said > int64(limit) || len(body) > limit:
		io.Copy(io.Discard, io.LimitReader(r, 4*int64(limit))) // the answer is the same if it breaks off
		return nil, tooLarge(limit)
	}
	return body, nil
}

// grow reads to the end, or to one byte more than limit.
func grow(r io.Reader, body []byte, limit int) ([]byte, error) {
	for {
		if len(body) == cap(body) {
			body = slices.Grow(body, max(len(body), 512))
		}
		n, err := r.Read(body[len(body):min(cap(body), limit+1)])
		body = body[:len(body)+n]
		switch {
		case err == io.EOF || len(body) > limit:
			return body, nil
		case err != nil:
			return body, err
		}
	}
}
