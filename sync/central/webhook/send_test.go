package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// book is a Store in memory; those that are real are tried by store's own suite.
type book struct {
	Store
	mu      sync.Mutex
	due     []Delivery
	settled map[string]Outcome
}

func (b *book) ClaimDeliveries(context.Context, time.Time, time.Time, int, int) ([]Delivery, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	due := b.due
	b.due = nil
	return due, nil
}

func (b *book) SettleDelivery(_ context.Context, d Delivery, o Outcome) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settled[d.ID] = o
	return nil
}

type bench struct {
	*book
	sender *Sender
	log    *bytes.Buffer
	now    time.Time
}

func setup(t *testing.T, allowed ...string) *bench {
	t.Helper()
	var networks Allowed
	for _, a := range allowed {
		networks = append(networks, netip.MustParsePrefix(a))
	}
	b := &bench{book: &book{settled: map[string]Outcome{}}, log: &bytes.Buffer{}, now: time.Now()}
	b.sender = NewSender(b.book, func(service string) bool { return service == "repair" }, networks,
		func() time.Time { return b.now }, slog.New(slog.NewTextHandler(b.log, nil)))
	b.sender.Jitter = func() float64 { return 0 }
	t.Cleanup(b.sender.Close)
	return b
}

const secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

func delivery(id, address string) Delivery {
	return Delivery{ID: id, Subscription: Subscription{Number: 7, Channel: 3, Address: address, Secret: secret},
		Event: Event{Kind: StatusChanged, Ticket: "000012345678", Service: "repair", Status: "working", Number: 4, At: time.Unix(1795334400, 0)}}
}

func (b *bench) send(t *testing.T, all ...Delivery) {
	t.Helper()
	b.due = all
	if n, err := b.sender.Pass(t.Context()); err != nil || n != len(all) {
		t.Fatalf("%d sent, %v", n, err)
	}
}

func TestReceiverCanVerifyWhatIsSent(t *testing.T) {
	b := setup(t, "127.0.0.1/32")
	headers := map[string]string{}
	var body string
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ := io.ReadAll(r.Body)
		body = string(got)
		for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
			headers[name] = r.Header.Get(name)
		}
		if r.Method != "POST" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s", r.Method, r.Header.Get("Content-Type"))
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	defer receiver.Close()
	b.send(t, delivery("msg_a", receiver.URL))
	if o := b.settled["msg_a"]; !o.Taken {
		t.Fatalf("%+v", o)
	}
	if err := verify(t, secret, headers, body); err != nil {
		t.Errorf("the receiver's library refuses it: %v", err)
	}
	if err := verify(t, secret, headers, strings.Replace(body, "working", "done", 1)); err == nil {
		t.Error("the judge takes a changed body")
	}
	var told map[string]any
	if err := json.Unmarshal([]byte(body), &told); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"type": "case.status_changed", "timestamp": "2026-11-22T08:00:00Z", "data": map[string]any{
		"service_request_id": "000012345678", "service_code": "repair", "status": "open", "case_status": "working", "event": 4.0}}
	if fmt.Sprint(told) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", told, want)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	b := setup(t, "127.0.0.1/32")
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was followed") }))
	defer target.Close()
	receiver := httptest.NewServer(http.RedirectHandler(target.URL, http.StatusTemporaryRedirect))
	defer receiver.Close()
	b.send(t, delivery("msg_a", receiver.URL))
	if o := b.settled["msg_a"]; !o.Failed || o.Taken || o.Again.IsZero() {
		t.Errorf("%+v", o)
	}
}

func TestPrivateReceiversAreNotReached(t *testing.T) {
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was reached") }))
	defer receiver.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(receiver.URL, "http://"), ":")
	b := setup(t)
	b.send(t, delivery("msg_a", receiver.URL), delivery("msg_b", "http://localhost:"+port)) // a name is looked up first
	for _, id := range []string{"msg_a", "msg_b"} {
		if o := b.settled[id]; !o.Failed || o.Taken {
			t.Errorf("%s: %+v", id, o)
		}
	}
	if !strings.Contains(b.log.String(), "private address") {
		t.Errorf("log: %s", b.log)
	}
}

func TestOnlyItsChannelIsToldOfPrivateCases(t *testing.T) {
	b := setup(t, "127.0.0.1/32")
	var mu sync.Mutex
	var got []string
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.Header.Get("webhook-id"))
	}))
	defer receiver.Close()
	of := func(id, service string, channel int) Delivery {
		d := delivery(id, receiver.URL)
		d.Event.Service, d.Event.Channel = service, channel
		return d
	}
	b.send(t, of("public", "repair", 0), of("public of another", "repair", 4), of("own", "mediation", 3), of("of a terminal", "mediation", 0), of("of another", "mediation", 4))
	slices.Sort(got)
	if want := []string{"own", "public", "public of another"}; !slices.Equal(got, want) {
		t.Errorf("told of %v, want %v", got, want)
	}
	for id, o := range b.settled {
		if !o.Taken {
			t.Errorf("%s stays: %+v", id, o)
		}
	}
}

func TestLogHoldsNoAddress(t *testing.T) {
	b := setup(t, "127.0.0.1/32")
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }))
	defer receiver.Close()
	b.send(t, delivery("msg_a", receiver.URL+"/hook?key=geheim"))
	if o := b.settled["msg_a"]; o.Disable != Gone {
		t.Errorf("%+v", o)
	}
	if text := b.log.String(); strings.Contains(text, "geheim") || !strings.Contains(text, "disabled") {
		t.Errorf("log: %s", text)
	}
}
