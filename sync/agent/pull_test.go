package agent

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/wire"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func TestStatusesAndAnswersComeDown(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	code := b.code()
	r := request.Request{ID: "0196a5b0-0000-7000-8000-000000000001", Kiosk: kioskNumber, Ticket: code, Service: "repair", MadeAt: noon}
	if err := b.queue.SaveRequest(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	stop := b.start()
	defer stop()
	b.until(func() bool { return b.count(visit.Delivered{ID: r.ID}) == 1 })
	// More than a page of central's, with an old event late, a status that this
	// program does not know, and an answer.
	for event, s := range []string{"delivered", "accepted", "working"} {
		c.tell(wire.Change{Status: &wire.Status{RequestID: r.ID, Event: int64(event + 1), Status: s, At: noon.Add(time.Duration(event) * time.Hour), Note: "note " + s}})
	}
	c.tell(wire.Change{Status: &wire.Status{RequestID: r.ID, Event: 1, Status: "delivered", At: noon}})
	c.tell(wire.Change{Status: &wire.Status{RequestID: r.ID, Event: 9, Status: "reopened", At: noon}})
	c.tell(wire.Change{Answer: &wire.Answer{CallID: "c", Answer: "coming", Words: "马上来", At: noon}})
	c.tell(wire.Change{Answer: &wire.Answer{CallID: "c", Words: "请稍等", At: noon}})
	b.until(func() bool { return b.count(visit.CallAnswered{ID: "c", Words: "请稍等"}) == 1 })
	b.waitForCursor(7)
	p, ok, err := b.queue.Progress(t.Context(), code)
	if want := (visit.Progress{ID: r.ID, Service: "repair", Status: visit.StatusWorking, At: noon.Add(2 * time.Hour), Note: "note working"}); err != nil || !ok || p != want {
		t.Errorf("progress %+v %v %v, want %+v", p, ok, err, want)
	}
	stop()
	if n := b.count(visit.CallAnswered{ID: "c", Answer: "coming", Words: "马上来"}); n != 1 {
		t.Errorf("the answer was told %d times", n)
	}
}

// waitForCursor waits until central's changes up to the cursor are written
// down: each pull that follows asks from there.
func (b *bench) waitForCursor(want int64) {
	b.t.Helper()
	asked := make(chan int64, 100)
	b.central.set(func() {
		b.central.pull = func(_ http.ResponseWriter, cursor int64) bool {
			select {
			case asked <- cursor:
			default:
			}
			return false
		}
	})
	kick(b.wakePull)
	for cursor := range asked {
		if cursor == want {
			return
		}
		kick(b.wakePull)
	}
}

// failingQueue cannot write statuses down for a while, as on a full disk.
type failingQueue struct {
	Queue
	failures int
}

func (q *failingQueue) ApplyStatuses(ctx context.Context, cursor int64, s []offline.Status) error {
	if q.failures > 0 {
		q.failures--
		return fmt.Errorf("apply: %w", offline.ErrFull)
	}
	return q.Queue.ApplyStatuses(ctx, cursor, s)
}

func TestAnswerIsToldOnceThoughItCannotBeWrittenDown(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	b.options.Queue = &failingQueue{b.queue, 3}
	c.tell(wire.Change{Answer: &wire.Answer{CallID: "c", Answer: "coming", Words: "马上来", At: noon}})
	stop := b.start()
	defer stop()
	b.until(func() bool { return len(b.faults) >= 2 })
	stop()
	if want := []fault.Code{fault.QueueFull, fault.None}; !slices.Equal(b.faults, want) {
		t.Errorf("faults %q, want %q", b.faults, want)
	}
	if n := b.count(visit.CallAnswered{ID: "c", Answer: "coming", Words: "马上来"}); n != 1 {
		t.Errorf("the answer was told %d times", n)
	}
}

// A central that was restored from a backup tells everything again, from an
// older cursor.
func TestCursorOfARestoredCentral(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	if err := b.queue.ApplyStatuses(t.Context(), 90, nil); err != nil {
		t.Fatal(err)
	}
	answer := wire.Answer{CallID: "c", Words: "马上来", At: noon}
	c.pull = func(w http.ResponseWriter, cursor int64) bool {
		p := wire.Pull{Protocol: wire.Protocol, ServerTime: noon, Cursor: cursor, Changes: []wire.Change{}}
		if cursor == 90 {
			p.Cursor, p.Changes = 4, []wire.Change{{Cursor: 4, Answer: &answer}}
		}
		write(w, http.StatusOK, p)
		return true
	}
	stop := b.start()
	defer stop()
	b.until(func() bool { return b.count(visit.CallAnswered{ID: "c", Words: "马上来"}) == 1 })
	b.waitForCursor(4)
}

func TestPullThatNeverEndsIsAnError(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	a, err := New(b.options)
	if err != nil {
		t.Fatal(err)
	}
	c.pull = func(w http.ResponseWriter, cursor int64) bool {
		write(w, http.StatusOK, wire.Pull{Protocol: wire.Protocol, Cursor: cursor, More: true})
		return true
	}
	if err := a.pullAll(t.Context()); !errors.Is(err, errAnswer) {
		t.Errorf("%v", err)
	}
	b.queue.Close()
}

func TestStreamCut(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	c.stream = func(w http.ResponseWriter, _ *http.Request) bool {
		c.mu.Lock()
		n := len(c.hellos)
		c.mu.Unlock()
		switch n {
		case 1:
			hangUp(w, true)
		case 2:
			http.NotFound(w, nil)
		case 3:
			fmt.Fprint(w, "<html>请登录</html>")
		case 4:
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, strings.Repeat("x", maxLine+1)) // a line without end
		case 5:
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, "event: chan")
		default:
			return false
		}
		return true
	}
	stop := b.start()
	defer stop()
	c.until(func() bool { return len(c.hellos) == 6 })
	id := b.saveRequest()
	b.until(func() bool { return b.count(visit.Delivered{ID: id}) == 1 && b.link().Online })
}

func TestFind(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	defer b.queue.Close()
	known, odd := b.code(), b.code()
	c.tickets[string(known)] = wire.Ticket{Known: true, Service: "repair", Status: "working", At: noon, Note: "师傅已上门"}
	c.tickets[string(odd)] = wire.Ticket{Known: true, Service: "repair", Status: "reopened", At: noon}
	a, err := New(b.options)
	if err != nil {
		t.Fatal(err)
	}
	p, ok, err := a.Find(t.Context(), known)
	if want := (visit.Progress{Service: "repair", Status: visit.StatusWorking, At: noon, Note: "师傅已上门"}); err != nil || !ok || p != want {
		t.Errorf("known: %+v %v %v, want %+v", p, ok, err, want)
	}
	if _, ok, err := a.Find(t.Context(), b.code()); ok || err != nil {
		t.Errorf("unknown: %v %v", ok, err)
	}
	if _, ok, err := a.Find(t.Context(), odd); ok || !errors.Is(err, errAnswer) {
		t.Errorf("a status without words: %v %v", ok, err)
	}
}

func TestFindByCard(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	defer b.queue.Close()
	first, second := b.code(), b.code()
	c.cards = map[string][]wire.CardTicket{
		"her card": {{Ticket: second, Service: "appeal", Status: "delivered", At: noon.Add(time.Hour)}, {Ticket: first, Service: "repair", Status: "done", At: noon, Note: "修好了"}},
		"odd":      {{Ticket: first, Service: "repair", Status: "reopened", At: noon}},
		"no code":  {{Ticket: "123", Service: "repair", Status: "done", At: noon}},
	}
	a, err := New(b.options)
	if err != nil {
		t.Fatal(err)
	}
	mine, err := a.FindByCard(t.Context(), "her card")
	want := []visit.Mine{
		{Ticket: second, Progress: visit.Progress{Service: "appeal", Status: visit.StatusDelivered, At: noon.Add(time.Hour)}},
		{Ticket: first, Progress: visit.Progress{Service: "repair", Status: visit.StatusDone, At: noon, Note: "修好了"}},
	}
	if err != nil || !slices.Equal(mine, want) {
		t.Errorf("her card: %+v (%v), want %+v", mine, err, want)
	}
	if mine, err := a.FindByCard(t.Context(), "another"); err != nil || len(mine) != 0 {
		t.Errorf("another card: %v %v", mine, err)
	}
	for _, token := range []string{"odd", "no code"} {
		if _, err := a.FindByCard(t.Context(), token); !errors.Is(err, errAnswer) {
			t.Errorf("%s: %v", token, err)
		}
	}
	if _, err := a.FindByCard(t.Context(), ""); err == nil {
		t.Error("central was asked without a token")
	}
}

// No error and no line of the log holds a ticket code or a card token, whatever
// goes wrong.
func TestErrorsAndLogsHoldNoTicket(t *testing.T) {
	c := newCentral(t)
	var code ticket.Code
	for name, address := range map[string]string{
		"nobody there": "https://127.0.0.1:1", "another server": serve(t, c) + "/elsewhere", "no such name": "https://central.invalid",
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, c, address)
			b.options.Dial = nil
			code = b.code()
			b.saveRequest()
			stop := b.start()
			_, _, err := b.Find(t.Context(), code)
			if err == nil {
				t.Fatal("found")
			}
			_, byCard := b.FindByCard(t.Context(), "card-token")
			if byCard == nil {
				t.Fatal("found by card")
			}
			b.until(func() bool { return len(b.events) > 0 })
			stop()
			for _, text := range []string{err.Error(), byCard.Error(), b.logs.String()} {
				if strings.Contains(text, string(code)) || strings.Contains(text, "card-token") {
					t.Errorf("%q", text)
				}
			}
		})
	}
}
