package intake_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/intake"
	"lintai/sync/central/live"
	"lintai/sync/central/store"
	"lintai/sync/wire"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

type bench struct {
	*intake.Receiver
	t   testing.TB
	key seal.PrivateKey
	log *bytes.Buffer
}

func setup(t testing.TB) *bench {
	t.Helper()
	store, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "central.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	key, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	return &bench{t: t, key: key, log: &log, Receiver: &intake.Receiver{
		Store: store, Ring: seal.Ring{key}, Hub: live.NewHub(), Clock: func() time.Time { return now },
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}}
}

func newTicket(t testing.TB, kiosk int) ticket.Code {
	t.Helper()
	code, err := ticket.New(kiosk, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// aRequest is a request of terminal 12.
func aRequest(t testing.TB) request.Request {
	return request.Request{
		ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, Ticket: newTicket(t, 12), Service: "repair", CatalogVersion: 1,
		Answers: []request.Answer{{Step: "what", Option: "water", Text: "水"}}, Urgency: "urgent",
		Address: "3号楼502室", Person: &request.Person{Name: "张桂兰"}, MadeAt: now.Add(-time.Minute),
	}
}

func aCall() request.Call {
	return request.Call{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, Screen: "confirm", MadeAt: now.Add(-time.Second)}
}

// sealed closes plain in the envelope and makes the wire's item of it.
func (b *bench) sealed(e seal.Envelope, sequence int64, plain []byte) wire.Item {
	b.t.Helper()
	body, err := seal.Close(b.key.Public(), e, plain)
	if err != nil {
		b.t.Fatal(err)
	}
	return wire.FromItem(request.Item{ID: e.ID, Kind: e.Kind, Kiosk: e.Kiosk, Sequence: sequence, MadeAt: now.Add(-time.Minute), Sealed: body})
}

func (b *bench) item(sequence int64, body any) wire.Item {
	b.t.Helper()
	plain, err := request.Encode(body)
	if err != nil {
		b.t.Fatal(err)
	}
	switch v := body.(type) {
	case request.Request:
		return b.sealed(seal.Envelope{ID: v.ID, Kind: request.KindRequest, Kiosk: v.Kiosk}, sequence, plain)
	case request.AttachmentBody:
		return b.sealed(seal.Envelope{ID: v.ID, Kind: request.KindAttachment, Kiosk: v.Kiosk}, sequence, plain)
	case request.Call:
		return b.sealed(seal.Envelope{ID: v.ID, Kind: request.KindCall, Kiosk: v.Kiosk}, sequence, plain)
	}
	b.t.Fatalf("%T", body)
	return wire.Item{}
}

func (b *bench) push(items ...wire.Item) []wire.ItemAnswer {
	b.t.Helper()
	answers, err := b.Push(b.t.Context(), 12, wire.Push{Kiosk: 12, DeviceTime: now, Items: items})
	if err != nil {
		b.t.Fatal(err)
	}
	if len(answers) != len(items) {
		b.t.Fatalf("%d answers to %d items", len(answers), len(items))
	}
	for i, a := range answers {
		if a.ID != items[i].ID {
			b.t.Fatalf("answer %d is to %s, not %s", i, a.ID, items[i].ID)
		}
	}
	return answers
}

// expect pushes one item and checks the answer.
func (b *bench) expect(what string, i wire.Item, outcome wire.Outcome, reason docket.Reason) {
	b.t.Helper()
	got := b.push(i)[0]
	if got.Outcome != outcome || got.Reason != string(reason) {
		b.t.Fatalf("%s: %s %q, want %s %q", what, got.Outcome, got.Reason, outcome, reason)
	}
}

func (b *bench) cases() []docket.Case {
	b.t.Helper()
	all, err := b.Store.Cases(b.t.Context(), docket.CaseQuery{Order: docket.Newest})
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func (b *bench) kept() []docket.Quarantined {
	b.t.Helper()
	all, err := b.Store.Quarantine(b.t.Context(), 1000)
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func TestRequestBecomesACase(t *testing.T) {
	b := setup(t)
	r := aRequest(t)
	b.expect("request", b.item(1, r), wire.Created, "")
	c, events, err := b.Store.CaseByTicket(t.Context(), r.Ticket)
	if err != nil {
		t.Fatal(err)
	}
	if c.ID != r.ID || c.Kiosk != 12 || c.Urgency != docket.Urgent || c.Status != docket.Delivered || !c.ReceivedAt.Equal(now) || !c.RequestedAt.Equal(r.MadeAt) {
		t.Errorf("case %+v", c)
	}
	if body, err := c.Request(); err != nil || body.Address != r.Address || body.Person.Name != r.Person.Name {
		t.Errorf("body %+v, %v", body, err)
	}
	if len(events) != 1 || events[0].Status != docket.Delivered || !events[0].At.Equal(now) {
		t.Errorf("events %+v", events)
	}
}

func TestCallIsRaised(t *testing.T) {
	b := setup(t)
	watcher := b.Hub.Watch(func(w live.Word) bool { return w.Kind == live.Call })
	call := aCall()
	b.expect("call", b.item(1, call), wire.Created, "")
	b.expect("the same call", b.item(1, call), wire.Conflict, docket.ReasonIDTaken) // sealed anew: another body
	open, err := b.Store.OpenCalls(t.Context())
	if err != nil || len(open) != 1 || open[0].ID != call.ID || open[0].Screen != "confirm" {
		t.Fatalf("open calls %+v, %v", open, err)
	}
	<-watcher.Signal()
	if words := watcher.Take(); len(words) != 1 || words[0].ID != call.ID {
		t.Errorf("words %+v", words)
	}
}

func TestDoubleSubmitAfterATimeoutThatHadSucceeded(t *testing.T) {
	b := setup(t)
	r, call := b.item(1, aRequest(t)), b.item(2, aCall())
	b.expect("first", r, wire.Created, "")
	for range 3 {
		b.expect("request again", r, wire.Duplicate, "")
	}
	b.expect("call", call, wire.Created, "")
	b.expect("call again", call, wire.Duplicate, "")
	if n := len(b.cases()); n != 1 {
		t.Errorf("%d cases", n)
	}
	if n := len(b.kept()); n != 0 {
		t.Errorf("%d items in quarantine", n)
	}
	// Twice in one push is no different.
	twice := b.item(3, aRequest(t))
	answers := b.push(twice, twice)
	if answers[0].Outcome != wire.Created || answers[1].Outcome != wire.Duplicate {
		t.Errorf("answers %+v", answers)
	}
}

func TestSameIDOtherBodyIsAConflict(t *testing.T) {
	b := setup(t)
	r := aRequest(t)
	b.expect("first", b.item(1, r), wire.Created, "")
	r.Address = "另一个地址"
	other := b.item(1, r)
	for range 2 { // the same answer however often it comes, and kept once
		b.expect("other body", other, wire.Conflict, docket.ReasonIDTaken)
	}
	call := aCall()
	call.ID = r.ID
	b.expect("a call under the request's id", b.item(2, call), wire.Conflict, docket.ReasonIDTaken)
	if kept := b.kept(); len(kept) != 2 || !bytes.Equal(kept[1].Sealed, other.Sealed) {
		t.Errorf("quarantine %+v", kept)
	}
	if body, err := b.cases()[0].Request(); err != nil || body.Address != "3号楼502室" {
		t.Errorf("the case was changed: %+v, %v", body, err)
	}
}

func TestTicketThatAnotherRequestHas(t *testing.T) {
	b := setup(t)
	first, second := aRequest(t), aRequest(t)
	second.Ticket = first.Ticket
	b.expect("first", b.item(1, first), wire.Created, "")
	clash := b.item(2, second)
	for range 2 {
		b.expect("second", clash, wire.Conflict, docket.ReasonTicketTaken)
	}
	kept := b.kept()
	if len(kept) != 1 {
		t.Fatalf("%d in quarantine", len(kept))
	}
	// Staff can read it: the resident behind it needs help all the same.
	plain, err := b.Open(kept[0])
	var body request.Request
	if err != nil || json.Unmarshal(plain, &body) != nil || body.ID != second.ID {
		t.Errorf("opened %+v, %v", body, err)
	}
}

func TestWhatCannotBeFiledIsKept(t *testing.T) {
	b := setup(t)
	stranger, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	damage := func(i wire.Item, at int) wire.Item {
		sealed := bytes.Clone(i.Sealed)
		sealed[at] ^= 1
		return wire.FromItem(request.Item{ID: i.ID, Kind: i.Kind, Sequence: i.Sequence, MadeAt: i.MadeAt, Sealed: sealed})
	}
	envelope := func(id string) seal.Envelope { return seal.Envelope{ID: id, Kind: request.KindRequest, Kiosk: 12} }
	with := func(change func(*wire.Item)) wire.Item {
		i := b.item(1, aRequest(t))
		change(&i)
		return i
	}
	body := func(change func(*request.Request)) wire.Item {
		r := aRequest(t)
		id := r.ID
		change(&r)
		plain, err := request.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		return b.sealed(envelope(id), 1, plain)
	}
	fresh := func() string { return uuid.NewString() }
	for _, c := range []struct {
		name   string
		item   wire.Item
		reason docket.Reason
	}{
		{"no id", with(func(i *wire.Item) { i.ID = "" }), docket.ReasonBadItem},
		{"an id that is no UUID", with(func(i *wire.Item) { i.ID = strings.Repeat("x", 36) }), docket.ReasonBadItem},
		{"a long id", with(func(i *wire.Item) { i.ID = strings.Repeat("张", 10_000) }), docket.ReasonBadItem},
		{"an unknown kind", with(func(i *wire.Item) { i.Kind = "vote" }), docket.ReasonBadItem},
		{"no sequence", with(func(i *wire.Item) { i.Sequence = 0 }), docket.ReasonBadItem},
		{"no hash", with(func(i *wire.Item) { i.Hash = "" }), docket.ReasonBadHash},
		{"the hash of another body", with(func(i *wire.Item) { i.Hash = strings.Repeat("0", 64) }), docket.ReasonBadHash},
		{"no body", wire.FromItem(request.Item{ID: fresh(), Kind: request.KindRequest, Sequence: 1}), docket.ReasonNotSealed},
		{"garbage", wire.FromItem(request.Item{ID: fresh(), Kind: request.KindRequest, Sequence: 1, Sealed: []byte("garbage garbage garbage")}), docket.ReasonNotSealed},
		{"damaged key id", damage(b.item(1, aRequest(t)), 3), docket.ReasonUnknownKey},
		{"damaged body", damage(b.item(1, aRequest(t)), 60), docket.ReasonNotOpening},
		{"sealed to a stranger", func() wire.Item {
			other := &bench{t: t, key: stranger}
			return other.item(1, aRequest(t))
		}(), docket.ReasonUnknownKey},
		{"sealed by another terminal", b.sealed(seal.Envelope{ID: fresh(), Kind: request.KindRequest, Kiosk: 13}, 1, []byte("{}")), docket.ReasonNotOpening},
		{"a call said to be a request", with(func(i *wire.Item) { i.Kind = request.KindCall }), docket.ReasonNotOpening},
		{"moved to another id", with(func(i *wire.Item) { i.ID = fresh() }), docket.ReasonNotOpening},
		{"no JSON", b.sealed(envelope(fresh()), 1, []byte("{")), docket.ReasonBadBody},
		{"nothing in it", b.sealed(envelope(fresh()), 1, []byte("{}")), docket.ReasonBadBody},
		{"deeply nested", b.sealed(envelope(fresh()), 1, []byte(strings.Repeat("[", 50_000))), docket.ReasonBadBody},
		{"no ticket", body(func(r *request.Request) { r.Ticket = "" }), docket.ReasonBadBody},
		{"a ticket with spaces", body(func(r *request.Request) { r.Ticket = ticket.Code(r.Ticket.String()) }), docket.ReasonBadBody},
		{"a wrong check digit", body(func(r *request.Request) { r.Ticket = r.Ticket[:11] + "x" }), docket.ReasonBadBody},
		{"no service", body(func(r *request.Request) { r.Service = "" }), docket.ReasonBadBody},
		{"another id inside", body(func(r *request.Request) { r.ID = fresh() }), docket.ReasonDisagrees},
		{"another terminal inside", body(func(r *request.Request) { r.Kiosk = 13 }), docket.ReasonDisagrees},
		{"a ticket of another terminal", body(func(r *request.Request) { r.Ticket = newTicket(t, 13) }), docket.ReasonDisagrees},
		{"a call with another id inside", func() wire.Item {
			call := aCall()
			plain, _ := request.Encode(call)
			return b.sealed(seal.Envelope{ID: fresh(), Kind: request.KindCall, Kiosk: 12}, 1, plain)
		}(), docket.ReasonDisagrees},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(b.kept())
			for range 2 {
				b.expect(c.name, c.item, wire.Rejected, c.reason)
			}
			kept := b.kept()
			if len(kept) != before+1 {
				t.Fatalf("%d items more in quarantine, want 1", len(kept)-before)
			}
			if k := kept[0]; k.Item.ID != c.item.ID || !bytes.Equal(k.Sealed, c.item.Sealed) || k.Item.Reason != c.reason || k.Item.Kiosk != 12 {
				t.Errorf("kept %+v", k)
			}
		})
	}
	if n := len(b.cases()); n != 0 {
		t.Errorf("%d cases were filed", n)
	}
}

func TestPoisonedItemDoesNotBlockTheRest(t *testing.T) {
	b := setup(t)
	bad := b.item(2, aRequest(t))
	bad.Hash = "none"
	answers := b.push(b.item(1, aRequest(t)), bad, b.item(3, aRequest(t)))
	for i, want := range []wire.Outcome{wire.Created, wire.Rejected, wire.Created} {
		if answers[i].Outcome != want {
			t.Errorf("item %d: %s, want %s", i, answers[i].Outcome, want)
		}
	}
}

// A rejected item is filed when it comes again and its reason is gone.
func TestRejectedIsJudgedAgain(t *testing.T) {
	b := setup(t)
	r := aRequest(t)
	good := b.item(1, r)
	damaged := good
	damaged.Hash = strings.Repeat("0", 64)
	b.expect("hash damaged on the way", damaged, wire.Rejected, docket.ReasonBadHash)
	b.expect("whole", good, wire.Created, "")
	b.expect("whole again", good, wire.Duplicate, "")
	if n := len(b.kept()); n != 0 {
		t.Errorf("%d still shown in quarantine", n)
	}

	lost := b.item(2, aRequest(t))
	ring := b.Ring
	b.Ring = nil
	b.expect("key lost", lost, wire.Rejected, docket.ReasonUnknownKey)
	b.Ring = ring
	b.expect("key restored", lost, wire.Created, "")
}

func TestAnotherTerminalCannotTakeAnID(t *testing.T) {
	b := setup(t)
	i := b.item(1, aRequest(t))
	// Terminal 13 pushes what it heard of terminal 12: it does not open there,
	// and does not stand in the way of the true one.
	answers, err := b.Push(t.Context(), 13, wire.Push{Kiosk: 13, Items: []wire.Item{i}})
	if err != nil || answers[0].Outcome != wire.Rejected {
		t.Fatalf("%+v, %v", answers, err)
	}
	b.expect("the true one", i, wire.Created, "")
	answers, err = b.Push(t.Context(), 13, wire.Push{Kiosk: 13, Items: []wire.Item{i}})
	if err != nil || answers[0].Outcome != wire.Conflict {
		t.Fatalf("after it was filed: %+v, %v", answers, err)
	}
}

func TestClockThatTravelsInTime(t *testing.T) {
	made := now.Add(-2 * time.Hour) // by a right clock
	for _, c := range []struct {
		name      string
		made      time.Time
		device    time.Time
		requested time.Time
	}{
		{"right", made, now, made},
		{"an hour slow", made.Add(-time.Hour), now.Add(-time.Hour), made},
		{"a day fast", made.Add(24 * time.Hour), now.Add(24 * time.Hour), made},
		{"never set, 1970", time.Unix(0, 0).Add(time.Hour), time.Unix(0, 0).Add(3 * time.Hour), made},
		{"set since", time.Unix(0, 0).Add(time.Hour), now, now},
		{"turned back since", now.Add(time.Hour), now, now},
		{"no device time", made, time.Time{}, made},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := setup(t)
			r := aRequest(t)
			r.MadeAt = c.made
			i := b.item(1, r)
			answers, err := b.Push(t.Context(), 12, wire.Push{Kiosk: 12, DeviceTime: c.device, Items: []wire.Item{i}})
			if err != nil || answers[0].Outcome != wire.Created {
				t.Fatalf("%+v, %v", answers, err)
			}
			if got := b.cases()[0].RequestedAt; !got.Equal(c.requested) {
				t.Errorf("requested at %v, want %v", got, c.requested)
			}
		})
	}
}

// Any interleaving of first tries, repeats, reordering and damage ends with
// each request filed once and everything else kept.
func TestAnyOrderFilesEachOnce(t *testing.T) {
	random := mathrand.New(mathrand.NewPCG(1, 2))
	for round := range 15 {
		b := setup(t)
		var all []wire.Item
		good := map[string]bool{}
		for n := range 12 {
			r := aRequest(t)
			i := b.item(int64(n+1), r)
			good[i.ID] = true
			all = append(all, i)
			if random.IntN(3) == 0 {
				r.Address = fmt.Sprint("改过的地址", n)
				all = append(all, b.item(int64(n+1), r)) // the same id, another body: one of the two is filed
			}
			if random.IntN(3) == 0 {
				bad := i
				bad.Hash = "00"
				all = append(all, bad)
			}
		}
		created := map[string]int{}
		for len(all) < 60 {
			all = append(all, all[random.IntN(len(all))])
		}
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for len(all) > 0 {
			n := min(len(all), 1+random.IntN(10))
			for _, a := range b.push(all[:n]...) {
				if a.Outcome == wire.Created {
					created[a.ID]++
				}
				if !a.Outcome.Settled() {
					t.Fatalf("outcome %q", a.Outcome)
				}
			}
			all = all[n:]
		}
		filed := map[string]int{}
		for _, c := range b.cases() {
			filed[c.ID]++
		}
		for id := range good {
			if created[id] != 1 || filed[id] != 1 {
				t.Fatalf("round %d: request created %d times, filed %d times", round, created[id], filed[id])
			}
		}
		if len(filed) != len(good) {
			t.Fatalf("round %d: %d cases for %d requests", round, len(filed), len(good))
		}
	}
}

func TestNothingPersonalInTheLog(t *testing.T) {
	b := setup(t)
	r := aRequest(t)
	bad := b.item(2, r)
	bad.ID = "张桂兰 3号楼502室"
	b.push(b.item(1, r), bad, b.item(3, aCall()))
	if b.log.Len() == 0 {
		t.Fatal("nothing was logged: this test would hold for nothing")
	}
	for _, secret := range []string{"张桂兰", "502", string(r.Ticket), "水"} {
		if strings.Contains(b.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}
