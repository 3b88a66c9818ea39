package offline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/terminal"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
)

var _ terminal.Queue = (*Queue)(nil)

const kioskNumber = 12

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// bench is a queue in a folder of its own, with a clock that the test sets and
// the key that central would open it with.
type bench struct {
	*Queue
	path    string
	clock   time.Time
	private seal.PrivateKey
	random  *mathrand.ChaCha8
}

// realLog is the size of the log on a terminal, smallLog in most tests: it is
// written whole whenever a queue opens. Processes that are killed, and benchmarks,
// have the real one.
const realLog, smallLog = 6 << 20, 256 << 10

func setup(t testing.TB) *bench {
	t.Helper()
	if _, measured := t.(*testing.B); measured {
		logSize = realLog
	}
	private, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{path: filepath.Join(t.TempDir(), FileName), clock: noon, private: private, random: mathrand.NewChaCha8([32]byte{1})}
	if err := Create(b.path, b.now); err != nil {
		t.Fatal(err)
	}
	b.open(t)
	t.Cleanup(func() { b.Close() })
	return b
}

func (b *bench) now() time.Time { return b.clock }

func (b *bench) open(t testing.TB) {
	t.Helper()
	q, err := Open(b.path, b.private.Public(), b.now)
	if err != nil {
		t.Fatal(err)
	}
	b.Queue = q
}

func (b *bench) reopen(t testing.TB) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b.open(t)
}

func (b *bench) request(t testing.TB) request.Request {
	t.Helper()
	code, err := ticket.New(kioskNumber, b.random)
	if err != nil {
		t.Fatal(err)
	}
	return request.Request{
		ID: uuid.Must(uuid.NewV7()).String(), Kiosk: kioskNumber, Ticket: code, Service: "repair", CatalogVersion: 1,
		Answers: []request.Answer{{Step: "what", Option: "water", Text: "水"}},
		Address: "幸福里小区3号楼502室", Person: &request.Person{Name: "欧阳秀英", Address: "幸福里小区3号楼502室"},
		MadeAt: b.clock,
	}
}

func (b *bench) saveRequest(t testing.TB) request.Request {
	t.Helper()
	r := b.request(t)
	if err := b.SaveRequest(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r
}

func (b *bench) saveCall(t testing.TB) request.Call {
	t.Helper()
	c := request.Call{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: kioskNumber, Screen: "confirm", MadeAt: b.clock}
	if err := b.SaveCall(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c
}

func (b *bench) next(t testing.TB) []Waiting {
	t.Helper()
	items, err := b.Next(t.Context(), 1000, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func (b *bench) settle(t testing.TB, id string, s State) {
	t.Helper()
	if err := b.Settle(t.Context(), []Answer{{ID: id, State: s, Reason: "because"}}); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) pending(t testing.TB) int {
	t.Helper()
	n, err := b.Pending(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func ids(items []Waiting) []string {
	var list []string
	for _, i := range items {
		list = append(list, i.ID)
	}
	return list
}

func TestCentralOpensWhatWasSaved(t *testing.T) {
	b := setup(t)
	r := b.saveRequest(t)
	c := b.saveCall(t)
	b.reopen(t)
	items := b.next(t)
	if len(items) != 2 || items[0].ID != c.ID || items[1].ID != r.ID {
		t.Fatalf("the queue holds %v, want the call %s and then the request %s", ids(items), c.ID, r.ID)
	}
	for _, i := range items {
		plain, err := seal.Ring{b.private}.Open(seal.Envelope{ID: i.ID, Kind: i.Kind, Kiosk: i.Kiosk}, i.Sealed)
		if err != nil {
			t.Fatalf("%s: %v", i.Kind, err)
		}
		var want any = r
		if i.Kind == request.KindCall {
			want = c
		}
		text, _ := json.Marshal(want)
		if !bytes.Equal(plain, text) {
			t.Errorf("%s opens to\n%s, want\n%s", i.Kind, plain, text)
		}
		if !i.MadeAt.Equal(noon) || !i.SavedAt.Equal(noon) {
			t.Errorf("%s: made at %v, saved at %v, want %v", i.Kind, i.MadeAt, i.SavedAt, noon)
		}
	}
}

func TestTicketIsIssuedOnce(t *testing.T) {
	b := setup(t)
	first := b.saveRequest(t)
	b.settle(t, first.ID, Delivered)
	b.reopen(t)
	second := b.request(t)
	second.Ticket = first.Ticket
	if err := b.SaveRequest(t.Context(), second); !errors.Is(err, terminal.ErrTicketTaken) {
		t.Fatalf("a ticket code used twice: %v", err)
	}
	if n := b.pending(t); n != 0 {
		t.Errorf("%d items wait after a refused save", n)
	}
	second.Ticket = b.request(t).Ticket
	if err := b.SaveRequest(t.Context(), second); err != nil {
		t.Fatalf("the same request under another code: %v", err)
	}
}

func TestBadItemsAreRefused(t *testing.T) {
	b := setup(t)
	saved := b.saveRequest(t)
	for name, change := range map[string]func(*request.Request){
		"no id":           func(r *request.Request) { r.ID = "" },
		"the id of saved": func(r *request.Request) { r.ID = saved.ID },
		"no ticket":       func(r *request.Request) { r.Ticket = "" },
		"a wrong ticket":  func(r *request.Request) { r.Ticket = "001212345670" },
	} {
		r := b.request(t)
		change(&r)
		err := b.SaveRequest(t.Context(), r)
		if err == nil {
			t.Errorf("%s: saved", name)
			continue
		}
		if r.Ticket != "" && bytes.Contains([]byte(err.Error()), []byte(r.Ticket)) {
			t.Errorf("%s: the error names the ticket: %v", name, err)
		}
	}
	if n := b.pending(t); n != 1 {
		t.Errorf("%d items wait, want 1", n)
	}
}

func TestOrderCallsFirstAndSetAsideLast(t *testing.T) {
	b := setup(t)
	r1, r2 := b.saveRequest(t), b.saveRequest(t)
	b.clock = time.Unix(0, 0) // the clock was lost: the order is that of saving all the same
	r3 := b.saveRequest(t)
	c1, c2 := b.saveCall(t), b.saveCall(t)
	check := func(want ...string) {
		t.Helper()
		if got := ids(b.next(t)); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("order %v\nwant  %v", got, want)
		}
	}
	check(c1.ID, c2.ID, r1.ID, r2.ID, r3.ID)
	if err := b.SetAside(t.Context(), []string{c1.ID, r1.ID}); err != nil {
		t.Fatal(err)
	}
	check(c2.ID, r2.ID, r3.ID, c1.ID, r1.ID)
	if err := b.SetAside(t.Context(), []string{c1.ID}); err != nil {
		t.Fatal(err)
	}
	check(c2.ID, r2.ID, r3.ID, r1.ID, c1.ID)
	if oldest, ok, err := b.Oldest(t.Context()); err != nil || !ok || !oldest.Equal(noon) {
		t.Errorf("oldest %v %v %v, want %v", oldest, ok, err, noon)
	}
}

func TestNextKeepsItsLimits(t *testing.T) {
	b := setup(t)
	for range 5 {
		b.saveRequest(t)
	}
	size := len(b.next(t)[0].Sealed)
	for _, c := range []struct{ limit, bytes, want int }{
		{3, 1 << 30, 3}, {9, 1 << 30, 5}, {9, 2 * size, 2}, {9, 2*size + 1, 2}, {9, 1, 1}, {9, 0, 1}, {0, 1 << 30, 0},
	} {
		items, err := b.Next(t.Context(), c.limit, c.bytes)
		if err != nil || len(items) != c.want {
			t.Errorf("Next(%d, %d) gives %d items (%v), want %d", c.limit, c.bytes, len(items), err, c.want)
		}
	}
}

func TestSettledItems(t *testing.T) {
	b := setup(t)
	for _, c := range []struct {
		state State
		kept  bool
	}{{Delivered, false}, {Conflict, true}, {Rejected, true}} {
		r := b.saveRequest(t)
		sealed := b.next(t)[0].Sealed
		b.settle(t, r.ID, c.state)
		b.settle(t, r.ID, Rejected) // a second word changes nothing
		var state State
		var left, hash []byte
		if err := b.db.QueryRow(`SELECT state, sealed, hash FROM outbox WHERE id = ?`, r.ID).Scan(&state, &left, &hash); err != nil {
			t.Fatal(err)
		}
		if want := sha256.Sum256(sealed); state != c.state || (left != nil) != c.kept || !bytes.Equal(hash, want[:]) {
			t.Errorf("%s: state %s, %d bytes kept, hash as saved: %v", c.state, state, len(left), bytes.Equal(hash, want[:]))
		}
	}
	if n := b.pending(t); n != 0 {
		t.Errorf("%d items wait, want none", n)
	}
	if _, ok, err := b.Oldest(t.Context()); ok || err != nil {
		t.Errorf("an empty queue has an oldest item (%v)", err)
	}
	if err := b.Settle(t.Context(), []Answer{{ID: "x", State: Saved}}); err == nil {
		t.Error("saved was taken for a final state")
	}
}

func TestProgress(t *testing.T) {
	b := setup(t)
	r := b.saveRequest(t)
	check := func(want visit.Progress) {
		t.Helper()
		b.reopen(t)
		want.ID = r.ID
		got, ok, err := b.Progress(t.Context(), r.Ticket)
		if err != nil || !ok || got != want {
			t.Errorf("progress %+v %v %v\nwant %+v", got, ok, err, want)
		}
	}
	apply := func(event int64, s visit.Status, at time.Time, note string) {
		t.Helper()
		if err := b.ApplyStatuses(t.Context(), event, []Status{{r.ID, event, s, at, note}}); err != nil {
			t.Fatal(err)
		}
	}
	check(visit.Progress{Service: "repair", Status: visit.StatusSaved, At: noon})
	for _, c := range []struct {
		marked []string
		want   visit.Status
	}{{[]string{"x", r.ID}, visit.StatusSending}, {[]string{"x"}, visit.StatusSaved}, {nil, visit.StatusSaved}} {
		b.Sending(c.marked)
		if got, _, err := b.Progress(t.Context(), r.Ticket); err != nil || got.Status != c.want {
			t.Errorf("marked %v: %q %v, want %q", c.marked, got.Status, err, c.want)
		}
	}
	b.Sending([]string{r.ID}) // in memory only: a queue that was opened again knows nothing of it
	check(visit.Progress{Service: "repair", Status: visit.StatusSaved, At: noon})
	b.clock = noon.Add(time.Minute)
	b.settle(t, r.ID, Delivered)
	b.Sending([]string{r.ID}) // what central has acknowledged is no more on its way
	check(visit.Progress{Service: "repair", Status: visit.StatusDelivered, At: noon.Add(time.Minute)})
	apply(5, visit.StatusWorking, noon.Add(time.Hour), "师傅已上门")
	working := visit.Progress{Service: "repair", Status: visit.StatusWorking, At: noon.Add(time.Hour), Note: "师傅已上门"}
	check(working)
	apply(4, visit.StatusAccepted, noon.Add(2*time.Hour), "")
	check(working) // an older event that comes late changes nothing
	apply(6, visit.StatusDone, noon.Add(3*time.Hour), "")
	check(visit.Progress{Service: "repair", Status: visit.StatusDone, At: noon.Add(3 * time.Hour)})

	if _, ok, err := b.Progress(t.Context(), b.request(t).Ticket); ok || err != nil {
		t.Errorf("an unknown ticket is known (%v)", err)
	}
}

func TestStatusBeforeTheAnswerIsBelieved(t *testing.T) {
	b := setup(t)
	r := b.saveRequest(t) // central filed it, its answer was lost, staff was quick
	if err := b.ApplyStatuses(t.Context(), 1, []Status{{r.ID, 2, visit.StatusAccepted, noon, ""}}); err != nil {
		t.Fatal(err)
	}
	p, ok, err := b.Progress(t.Context(), r.Ticket)
	if err != nil || !ok || p.Status != visit.StatusAccepted {
		t.Errorf("%+v %v %v", p, ok, err)
	}
	if n := b.pending(t); n != 1 {
		t.Errorf("%d items wait, want 1: only central's answer settles an item", n)
	}
}

func TestCursorIsWhatCentralSaid(t *testing.T) {
	b := setup(t)
	for _, cursor := range []int64{7, 3, 8} { // 3: central was restored from a backup
		if err := b.ApplyStatuses(t.Context(), cursor, nil); err != nil {
			t.Fatal(err)
		}
		b.reopen(t)
		if got, err := b.Cursor(t.Context()); err != nil || got != cursor {
			t.Errorf("after %d the cursor is %d (%v)", cursor, got, err)
		}
	}
}

func TestSequenceIsNeverReused(t *testing.T) {
	b := setup(t)
	b.saveRequest(t)
	last := b.next(t)[0]
	if _, err := b.db.Exec(`DELETE FROM tickets; DELETE FROM outbox`); err != nil { // as retention will
		t.Fatal(err)
	}
	b.saveRequest(t)
	if got := b.next(t)[0].Sequence; got <= last.Sequence {
		t.Errorf("sequence %d after %d", got, last.Sequence)
	}
}

func TestSavesAreAnnounced(t *testing.T) {
	b := setup(t)
	saved, cancel := b.Subscribe()
	b.saveRequest(t)
	b.saveCall(t)
	<-saved
	select {
	case <-saved:
		t.Error("two saves that nobody looked at gave two values")
	default:
	}
	b.saveRequest(t)
	<-saved
	cancel()
	b.saveRequest(t)
	select {
	case <-saved:
		t.Error("a cancelled subscription went on")
	default:
	}
}

func TestCancelledSaveKeepsNothing(t *testing.T) {
	b := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.SaveRequest(ctx, b.request(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("save with a cancelled context: %v", err)
	}
	if n := b.pending(t); n != 0 {
		t.Errorf("%d items wait", n)
	}
}
