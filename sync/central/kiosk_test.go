package central_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"lintai/sync/wire"
)

func TestOnlyACertificateOpensTheDoor(t *testing.T) {
	h := setup(t)
	nobody := h.client(nil, nil)
	for _, path := range []string{wire.PathPull + "?cursor=0", wire.PathStream, wire.PathTickets + "001200000005"} {
		e := decode[wire.Error](t, h.terminal(nobody, "GET", path, nil), http.StatusUnauthorized)
		if e.Protocol != wire.Protocol || e.Code != wire.ErrorUnauthorised {
			t.Errorf("%s: %+v", path, e)
		}
	}
	decode[wire.Error](t, h.terminal(nobody, "POST", wire.PathPush, wire.Push{Kiosk: 12}), http.StatusUnauthorized)
	decode[wire.Error](t, h.terminal(h.me, "GET", "/kiosk/v2/push", nil), http.StatusNotFound)
	// There is no such door beside that of the terminals.
	r, err := http.Get(h.server.URL + wire.PathPull)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusNotFound {
		t.Errorf("the public door answers a terminal: %s", r.Status)
	}
}

func TestPushIsAnsweredItemByItem(t *testing.T) {
	h := setup(t)
	first, bad, last := h.item(h.request()), h.item(h.request()), h.item(h.call())
	bad.Hash = "?"
	p := wire.Push{Kiosk: 12, DeviceTime: h.clock.Now(), Items: []wire.Item{first, bad, last}}
	for _, want := range [][]wire.Outcome{{wire.Created, wire.Rejected, wire.Created}, {wire.Duplicate, wire.Rejected, wire.Duplicate}} {
		got := decode[wire.PushAnswer](t, h.terminal(h.me, "POST", wire.PathPush, p), http.StatusOK)
		if got.Protocol != wire.Protocol || !got.ServerTime.Equal(h.clock.Now()) || len(got.Answers) != 3 {
			t.Fatalf("%+v", got)
		}
		for i, a := range got.Answers {
			if a.ID != p.Items[i].ID || a.Outcome != want[i] {
				t.Errorf("answer %d: %+v, want %s", i, a, want[i])
			}
		}
		if got.Answers[1].Reason != "bad_hash" {
			t.Errorf("reason %q", got.Answers[1].Reason)
		}
	}
}

func TestPushThatIsNone(t *testing.T) {
	h := setup(t)
	many := wire.Push{Kiosk: 12, Items: make([]wire.Item, wire.MaxItems+1)}
	for _, c := range []struct {
		name   string
		body   any
		status int
		code   string
	}{
		{"nothing", "", http.StatusBadRequest, "bad_request"},
		{"no JSON", "<html>", http.StatusBadRequest, "bad_request"},
		{"half a push", `{"kiosk":12,"items":[`, http.StatusBadRequest, "bad_request"},
		{"two pushes", `{"kiosk":12}{"kiosk":12}`, http.StatusBadRequest, "bad_request"},
		{"wrong types", `{"kiosk":"12"}`, http.StatusBadRequest, "bad_request"},
		{"deeply nested", `{"items":` + strings.Repeat("[", 100_000), http.StatusBadRequest, "bad_request"},
		{"another terminal's", wire.Push{Kiosk: 13}, http.StatusForbidden, "forbidden"},
		{"too many items", many, http.StatusRequestEntityTooLarge, "too_large"},
		{"too many bytes", `{"kiosk":12,"x":"` + strings.Repeat("a", wire.MaxBodyBytes) + `"}`, http.StatusRequestEntityTooLarge, "too_large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := decode[wire.Error](t, h.terminal(h.me, "POST", wire.PathPush, c.body), c.status)
			if e.Protocol != wire.Protocol || e.Code != c.code || e.Description == "" {
				t.Errorf("%+v", e)
			}
		})
	}
	full := wire.Push{Kiosk: 12}
	for range wire.MaxItems {
		full.Items = append(full.Items, h.item(h.request()))
	}
	got := decode[wire.PushAnswer](t, h.terminal(h.me, "POST", wire.PathPush, full), http.StatusOK)
	if len(got.Answers) != wire.MaxItems {
		t.Errorf("%d answers to a full push", len(got.Answers))
	}
	// A newer terminal may say more than this central knows.
	decode[wire.PushAnswer](t, h.terminal(h.me, "POST", wire.PathPush, `{"kiosk":12,"items":[],"battery":80}`), http.StatusOK)
}

func TestPullByCursor(t *testing.T) {
	h := setup(t)
	b := h.staff()
	var numbers []int
	for n := range 3 {
		h.push(h.request())
		numbers = append(numbers, n+1)
	}
	pull := func(cursor int64) wire.Pull {
		t.Helper()
		p := decode[wire.Pull](t, h.terminal(h.me, "GET", fmt.Sprint(wire.PathPull, "?cursor=", cursor), nil), http.StatusOK)
		if p.Protocol != wire.Protocol || p.Changes == nil {
			t.Fatalf("%+v", p)
		}
		return p
	}
	if p := pull(0); len(p.Changes) != 0 || p.Cursor != 0 || p.More {
		t.Errorf("before anything happened: %+v", p)
	}
	for _, n := range numbers {
		b.move(n, 1, "accepted", "明天上午来")
	}
	p := pull(0)
	if len(p.Changes) != 3 || p.Cursor != 3 || p.More {
		t.Fatalf("%+v", p)
	}
	if s := p.Changes[0].Status; s == nil || s.Status != "accepted" || s.Event != 2 || s.Note != "明天上午来" || p.Changes[0].Answer != nil {
		t.Errorf("first change %+v", p.Changes[0])
	}
	if p := pull(2); len(p.Changes) != 1 || p.Changes[0].Cursor != 3 {
		t.Errorf("after 2: %+v", p)
	}
	if p := pull(3); len(p.Changes) != 0 || p.Cursor != 3 {
		t.Errorf("after all: %+v", p)
	}
	// Central was restored from a backup: everything is told again.
	if p := pull(99); len(p.Changes) != 3 || p.Cursor != 3 {
		t.Errorf("from the future: %+v", p)
	}
	for _, cursor := range []string{"", "-1", "x", "1e3"} {
		decode[wire.Error](t, h.terminal(h.me, "GET", wire.PathPull+"?cursor="+cursor, nil), http.StatusBadRequest)
	}
}

func TestPullOfMoreThanOneAnswerHolds(t *testing.T) {
	h := setup(t)
	b := h.staff()
	const calls = wire.MaxPull + 3
	var bodies []any
	for range calls {
		bodies = append(bodies, h.call())
	}
	for len(bodies) > 0 {
		n := min(len(bodies), wire.MaxItems)
		h.push(bodies[:n]...)
		for _, body := range bodies[:n] {
			b.answer(callID(body), "coming", http.StatusSeeOther)
		}
		bodies = bodies[n:]
	}
	cursor, seen := int64(0), 0
	for more := true; more; {
		p := decode[wire.Pull](t, h.terminal(h.me, "GET", fmt.Sprint(wire.PathPull, "?cursor=", cursor), nil), http.StatusOK)
		for _, c := range p.Changes {
			if c.Cursor != cursor+1 {
				t.Fatalf("cursor %d after %d", c.Cursor, cursor)
			}
			cursor = c.Cursor
			seen++
		}
		if p.Cursor != cursor {
			t.Fatalf("answer's cursor %d, last change's %d", p.Cursor, cursor)
		}
		more = p.More
	}
	if seen != calls {
		t.Errorf("%d of %d changes", seen, calls)
	}
}

func TestTicketIsLookedUpFromAnyTerminal(t *testing.T) {
	h := setup(t)
	r := h.request()
	h.push(r)
	other := h.enrol(13)
	look := func(code string) wire.Ticket {
		t.Helper()
		return decode[wire.Ticket](t, h.terminal(other, "GET", wire.PathTickets+code, nil), http.StatusOK)
	}
	got := look(string(r.Ticket))
	if !got.Known || got.Service != "repair" || got.Status != "delivered" || !got.At.Equal(h.clock.Now().Truncate(time.Microsecond)) || got.Protocol != wire.Protocol {
		t.Errorf("%+v", got)
	}
	h.staff().move(1, 1, "accepted", "师傅明天到")
	if got = look(string(r.Ticket)); got.Status != "accepted" || got.Note != "师傅明天到" {
		t.Errorf("%+v", got)
	}
	if got = look(string(h.request().Ticket)); got.Known || got.Status != "" {
		t.Errorf("unknown: %+v", got)
	}
	decode[wire.Error](t, h.terminal(other, "GET", wire.PathTickets+"123", nil), http.StatusBadRequest)
}

func TestStreamTellsAtOnce(t *testing.T) {
	h := setup(t)
	h.push(h.request(), h.call())
	mine := h.stream(h.me, wire.PathStream)
	others := h.stream(h.enrol(13), wire.PathStream)
	h.await(mine, "event: changed") // once at the beginning
	h.await(others, "event: changed")
	h.await(mine, "data: changed")
	h.staff().move(1, 1, "accepted", "")
	h.await(mine, "event: changed")
	h.await(mine, "data: changed")
	// The other terminal hears heartbeats and nothing else.
	h.await(others, "data: changed")
	for beats := 0; beats < 8; {
		switch line := <-others; line {
		case ":":
			beats++
		case "":
		default:
			t.Fatalf("the other terminal was told %q", line)
		}
	}
}

// A server that cuts slow clients off must not cut off a stream that lives.
func TestStreamOutlivesTheTimeoutsOfTheServer(t *testing.T) {
	h := setup(t)
	h.openDoor(100 * time.Millisecond)
	lines := h.stream(h.me, wire.PathStream)
	for beats := 0; beats < 8; { // of 50 ms each
		line, ok := <-lines
		if !ok {
			t.Fatalf("the stream ended after %d heartbeats", beats)
		}
		if line == ":" {
			beats++
		}
	}
}

// A voice note over a poor line takes longer than the server gives a request.
func TestLargePushOutlivesTheTimeoutsOfTheServer(t *testing.T) {
	h := setup(t)
	h.openDoor(100 * time.Millisecond)
	r := h.request()
	large := attach(&r, "photo", "image/jpeg", bytes.Repeat([]byte{0xFF}, 100_000), 0)
	body, err := json.Marshal(wire.Push{Kiosk: 12, DeviceTime: h.clock.Now(), Items: []wire.Item{h.item(r), h.item(large)}})
	if err != nil {
		t.Fatal(err)
	}
	lines := h.stream(h.me, wire.PathStream)
	slow, sent := io.Pipe()
	go func() {
		sent.Write(body[:len(body)/2])
		for beats := 0; beats < 8; { // of 50 ms each
			line, ok := <-lines
			if !ok {
				break
			}
			if line == ":" {
				beats++
			}
		}
		sent.Write(body[len(body)/2:])
		sent.Close()
	}()
	push, err := http.NewRequestWithContext(t.Context(), "POST", h.door.URL+wire.PathPush, slow)
	if err != nil {
		t.Fatal(err)
	}
	push.ContentLength = int64(len(body))
	got := decode[wire.PushAnswer](t, h.do(h.me, push), http.StatusOK)
	for _, a := range got.Answers {
		if a.Outcome != wire.Created {
			t.Errorf("%+v", a)
		}
	}
}

func TestStreamsEndWithCentral(t *testing.T) {
	h := setup(t)
	lines := h.stream(h.me, wire.PathStream)
	h.await(lines, "event: changed")
	if err := h.central.Close(); err != nil {
		t.Fatal(err)
	}
	for range lines {
	}
}
