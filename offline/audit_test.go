package offline

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAuditShowsTampering(t *testing.T) {
	for name, tamper := range map[string]string{
		"a changed event":            `UPDATE audit SET event = 'stop' WHERE sequence = 3`,
		"a changed detail":           `UPDATE audit SET detail = detail || 'x' WHERE sequence = 1`,
		"a changed time":             `UPDATE audit SET at = at + 1 WHERE sequence = 4`,
		"a deleted entry":            `DELETE FROM audit WHERE sequence = 2`,
		"a deleted beginning":        `DELETE FROM audit WHERE sequence <= 2`,
		"two that changed places":    `UPDATE audit SET detail = CASE sequence WHEN 2 THEN (SELECT detail FROM audit WHERE sequence = 3) ELSE (SELECT detail FROM audit WHERE sequence = 2) END WHERE sequence IN (2, 3)`,
		"an entry with another hash": `UPDATE audit SET hash = zeroblob(32) WHERE sequence = 5`,
		"an entry that was added":    `INSERT INTO audit SELECT 7, at, event, detail, hash FROM audit WHERE sequence = 6`,
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			for n := range 6 {
				must(t, b.Audit(t.Context(), "fault_raised", fmt.Sprint("printer ", n)))
			}
			if _, err := b.VerifyAudit(t.Context()); err != nil {
				t.Fatal(err)
			}
			done, err := b.db.Exec(tamper)
			must(t, err)
			if n, _ := done.RowsAffected(); n == 0 {
				t.Fatal("nothing was tampered with")
			}
			if _, err := b.VerifyAudit(t.Context()); !errors.Is(err, ErrAudit) {
				t.Errorf("verified: %v", err)
			}
		})
	}
}

func TestACutTailShowsAgainstTheHead(t *testing.T) {
	b := setup(t)
	for range 5 {
		must(t, b.Audit(t.Context(), "start", ""))
	}
	told, err := b.AuditHead(t.Context())
	must(t, err)
	_, err = b.db.Exec(`DELETE FROM audit WHERE sequence > 3`)
	must(t, err)
	b.reopen(t)
	for range 2 { // and written anew up to the same number
		must(t, b.Audit(t.Context(), "stop", ""))
	}
	head, err := b.VerifyAudit(t.Context())
	must(t, err) // in itself it holds together
	at, ok, err := b.AuditAt(t.Context(), told.Sequence)
	if err != nil || !ok || head.Sequence != told.Sequence || string(at.Hash) == string(told.Hash) {
		t.Errorf("the entry that central was told of has its old hash (%v, %v)", ok, err)
	}
}

func TestAuditTakesNothingPersonal(t *testing.T) {
	b := setup(t)
	for _, e := range [][2]string{{"", "x"}, {"two words", ""}, {"saved", "欧阳秀英"}, {"saved", "line\nbreak"}, {"saved", strings.Repeat("x", maxDetail+1)}} {
		if err := b.Audit(t.Context(), e[0], e[1]); err == nil {
			t.Errorf("took %q %q", e[0], e[1])
		}
	}
	if head, err := b.AuditHead(t.Context()); err != nil || head.Sequence != 0 {
		t.Errorf("the head is %+v, %v", head, err)
	}
}

// Each save and each word of central is in the log, in the same transaction; what
// failed is not.
func TestAuditHasWhatBecameOfEachItem(t *testing.T) {
	b := setup(t)
	r := b.saveRequest(t)
	again := b.request(t)
	again.Ticket = r.Ticket
	if err := b.SaveRequest(t.Context(), again); err == nil {
		t.Fatal("a ticket was issued twice")
	}
	c := b.saveCall(t)
	b.settle(t, r.ID, Delivered)
	b.settle(t, r.ID, Delivered) // known already
	b.settle(t, c.ID, Rejected)
	must(t, b.Close())
	i, err := Inspect(t.Context(), b.path)
	must(t, err)
	defer i.Close()
	var got []string
	must(t, i.AuditLog(t.Context(), func(e AuditEntry) error {
		got = append(got, e.Event+" "+e.Detail)
		return nil
	}))
	want := []string{"saved request " + r.ID, "saved call " + c.ID, "settled delivered " + r.ID, "settled rejected " + c.ID}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("audited %q, want %q", got, want)
	}
	if _, err := i.VerifyAudit(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDocumentsNeverGoBack(t *testing.T) {
	b := setup(t)
	keep := func(version int64) error {
		return b.KeepDocument(t.Context(), "catalog", version, []byte("head"), fmt.Appendf(nil, "body %d", version))
	}
	newest := func(want int64) {
		t.Helper()
		version, _, body, err := b.Document(t.Context(), "catalog")
		if want == 0 {
			if !errors.Is(err, ErrNoDocument) {
				t.Errorf("there is a document: %d, %v", version, err)
			}
			return
		}
		if err != nil || version != want || string(body) != fmt.Sprint("body ", want) {
			t.Errorf("document %d %q, %v; want %d", version, body, err, want)
		}
	}
	newest(0)
	must(t, keep(3))
	must(t, keep(5))
	for _, old := range []int64{1, 3, 4, 5} {
		if err := keep(old); !errors.Is(err, ErrOlder) {
			t.Errorf("version %d after 5: %v", old, err)
		}
	}
	newest(5)
	must(t, b.RejectDocument(t.Context(), "catalog", 5))
	b.reopen(t)
	newest(3)
	if err := keep(5); !errors.Is(err, ErrOlder) {
		t.Errorf("a rejected version was taken again: %v", err)
	}
	must(t, keep(6))
	must(t, keep(7))
	newest(7)
	must(t, b.RejectDocument(t.Context(), "catalog", 7))
	newest(6)
	if known, err := b.DocumentKnown(t.Context(), "catalog"); err != nil || known != 7 {
		t.Errorf("known is %d, %v", known, err)
	}
}

// A terminal whose calendar says 1970, and jumps, keeps the order and knows the ages.
func TestOrderAndAgesWithoutAClock(t *testing.T) {
	b := setup(t)
	elapsed := time.Hour
	b.boot.elapsed = func() time.Duration { return elapsed }
	b.clock = time.Unix(5, 0)
	soon, urgent := b.request(t), b.request(t)
	soon.Urgency, urgent.Urgency = "soon", "urgent"
	first := b.saveRequest(t)
	b.clock = noon
	second := b.saveRequest(t)
	b.clock = time.Unix(1, 0)
	must(t, b.SaveRequest(t.Context(), soon))
	must(t, b.SaveRequest(t.Context(), urgent))
	third := b.saveRequest(t)
	elapsed += time.Minute
	items := b.next(t)
	if got, want := fmt.Sprint(ids(items)), fmt.Sprint([]string{urgent.ID, soon.ID, first.ID, second.ID, third.ID}); got != want {
		t.Errorf("in the order %s, want %s", got, want)
	}
	for _, w := range items {
		if age, known := w.Age(); !known || age != time.Minute {
			t.Errorf("%d is %v old (%v)", w.Sequence, age, known)
		}
	}
	s, err := b.Standing(t.Context())
	if err != nil || s.Waiting != 5 || !s.AgeKnown || s.OldestAge != time.Minute || !s.Oldest.Equal(time.Unix(5, 0)) {
		t.Errorf("standing %+v, %v", s, err)
	}
	b.boot.id = make([]byte, 16) // the machine was started again
	for _, w := range b.next(t) {
		if _, known := w.Age(); known {
			t.Error("an age is known across a start of the machine")
		}
	}
}

func TestBodiesInPieces(t *testing.T) {
	b := setup(t)
	r := b.request(t)
	note := b.attach(&r, "describe", "audio/wav", make([]byte, 300_000))
	must(t, b.SaveRequest(t.Context(), r, note))
	whole := b.next(t)
	items, err := b.NextUpTo(t.Context(), 10, 1<<20, 64<<10)
	must(t, err)
	if len(items) != 2 || items[0].Sealed == nil || items[1].Sealed != nil || items[1].Size != int64(len(whole[1].Sealed)) || items[1].SHA256 != whole[1].Hash() {
		t.Fatalf("%d items, the second of %d bytes", len(items), items[1].Size)
	}
	var all []byte
	for int64(len(all)) < items[1].Size {
		piece, err := b.ReadSealed(t.Context(), note.ID, int64(len(all)), 70_000)
		must(t, err)
		if len(piece) == 0 || len(piece) > 70_000 {
			t.Fatalf("a piece of %d bytes", len(piece))
		}
		all = append(all, piece...)
	}
	if string(all) != string(whole[1].Sealed) {
		t.Error("the pieces make another body")
	}
	b.settle(t, note.ID, Delivered)
	if _, err := b.ReadSealed(t.Context(), note.ID, 0, 1); !errors.Is(err, ErrWiped) {
		t.Errorf("read after delivery: %v", err)
	}
}

func TestSendingIsAStateOfTheMomentOnly(t *testing.T) {
	b := setup(t)
	r, c := b.saveRequest(t), b.saveCall(t)
	states := func() map[string]State {
		all := map[string]State{}
		must(t, b.Entries(t.Context(), func(e Entry) error { all[e.ID] = e.State; return nil }))
		return all
	}
	b.Sending([]string{r.ID})
	if s := states(); s[r.ID] != Sending || s[c.ID] != Saved {
		t.Errorf("while sending: %v", s)
	}
	b.reopen(t)
	if s := states(); s[r.ID] != Saved {
		t.Errorf("after a restart: %v", s)
	}
	b.settle(t, r.ID, Delivered)
	must(t, b.ApplyStatuses(t.Context(), 1, []Status{{r.ID, 1, "delivered", noon, ""}}))
	if s := states(); s[r.ID] != Delivered {
		t.Errorf("after delivery: %v", s)
	}
	must(t, b.ApplyStatuses(t.Context(), 2, []Status{{r.ID, 2, "working", noon, ""}}))
	if s := states(); s[r.ID] != Accepted {
		t.Errorf("when somebody works on it: %v", s)
	}
}
