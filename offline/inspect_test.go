package offline

import (
	"errors"
	"os"
	"testing"
)

func TestInspectBesideAnOpenQueue(t *testing.T) {
	b := setup(t)
	r := b.saveRequest(t)
	b.settle(t, r.ID, Rejected)
	b.settle(t, b.saveRequest(t).ID, Delivered)
	c := b.saveCall(t)
	i, err := Inspect(t.Context(), b.path)
	must(t, err)
	defer i.Close()
	counts, err := i.Counts(t.Context())
	if want := (Counts{Saved: 1, Delivered: 1, Rejected: 1}); err != nil || counts != want {
		t.Errorf("counts %+v (%v), want %+v", counts, err, want)
	}
	var entries []Entry
	must(t, i.Entries(t.Context(), func(e Entry) error { entries = append(entries, e); return nil }))
	if len(entries) != 3 || entries[0].ID != r.ID || entries[0].Reason != "because" || entries[2].ID != c.ID || !entries[2].SettledAt.IsZero() {
		t.Errorf("entries %+v", entries)
	}
	b.saveRequest(t) // the inspection does not hold up the terminal
}

func TestInspectChangesNothing(t *testing.T) {
	b := setup(t)
	b.saveRequest(t)
	must(t, b.Close())
	before, err := os.ReadFile(b.path)
	must(t, err)
	i, err := Inspect(t.Context(), b.path)
	must(t, err)
	if _, err := i.db.Exec(`DELETE FROM tickets`); err == nil {
		t.Error("an inspection could write")
	}
	must(t, i.Close())
	after, err := os.ReadFile(b.path)
	must(t, err)
	if string(before) != string(after) {
		t.Error("the file changed")
	}
	must(t, os.Truncate(b.path, 4096))
	if _, err := Inspect(t.Context(), b.path); !errors.Is(err, ErrDamaged) {
		t.Errorf("a cut file: %v", err)
	}
}
