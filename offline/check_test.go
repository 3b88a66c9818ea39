package offline

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"lintai/kiosk/request"
)

func (b *bench) check(t *testing.T) Checked {
	t.Helper()
	i, err := Inspect(t.Context(), b.path)
	must(t, err)
	defer i.Close()
	c, err := i.Check(t.Context())
	must(t, err)
	return c
}

// exec changes the file behind the queue's back.
func (b *bench) exec(t *testing.T, statements ...string) {
	t.Helper()
	db, err := connect(b.path, readWrite)
	must(t, err)
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestCheckFindsWhatWasChanged(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil []string
		want  string
	}{
		"nothing":              {nil, "[]"},
		"a body":               {[]string{`UPDATE outbox SET sealed = x'00' WHERE sequence = 3`}, "[body 3 0]"},
		"an item":              {[]string{`DELETE FROM tickets`, `DELETE FROM outbox WHERE sequence = 4`}, "[gone 0 1]"},
		"the newest items":     {[]string{`DELETE FROM tickets`, `DELETE FROM outbox WHERE sequence > 4`}, "[gone 0 2]"},
		"an entry of the log":  {[]string{`UPDATE audit SET detail = 'another' WHERE sequence = 2`}, "[audit 2 0]"},
		"an entry cut out":     {[]string{`DELETE FROM audit WHERE sequence = 2`}, "[audit 2 0]"},
		"the log's own counts": {[]string{`DELETE FROM tickets`, `DELETE FROM outbox WHERE sequence = 4`, `UPDATE audit SET event = 'retained', detail = 'items=1 attachments=0' WHERE sequence = 2`}, "[audit 2 0]"},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			for range 6 {
				b.saveRequest(t)
			}
			b.exec(t, tt.spoil...)
			c := b.check(t)
			var got []string
			for _, p := range c.Problems {
				got = append(got, fmt.Sprint(p.Kind, " ", p.Sequence, " ", p.Count))
			}
			if fmt.Sprint(got) != tt.want {
				t.Errorf("found %v, want %s", got, tt.want)
			}
		})
	}
}

// What the retention job deleted is not missed, and what is saved while the
// check runs beside the terminal neither.
func TestCheckMissesNothingThatMayBeGone(t *testing.T) {
	b := setup(t)
	for range 4 {
		b.settle(t, b.saveRequest(t).ID, Delivered)
	}
	b.saveRequest(t)
	done, err := b.Retain(t.Context(), Rules{Now: b.clock.Add(2 * RetainFor)})
	must(t, err)
	if done.Items != 4 {
		t.Fatalf("%+v were deleted", done)
	}
	if c := b.check(t); len(c.Problems) > 0 || c.Retained != 4 || c.Items != 1 || c.Bodies != 1 || c.Audit.Sequence == 0 {
		t.Errorf("%+v", c)
	}
}

func TestUnsettledInTheOrderOfSending(t *testing.T) {
	b := setup(t)
	r := b.request(t)
	note := b.attach(&r, "describe", "audio/ogg", []byte("OggS voice"))
	must(t, b.SaveRequest(t.Context(), r, note))
	gone := b.saveRequest(t)
	b.settle(t, gone.ID, Delivered)
	call := b.saveCall(t)
	late := b.saveRequest(t)
	i, err := Inspect(t.Context(), b.path)
	must(t, err)
	defer i.Close()
	var got []string
	unreadable, err := i.Unsettled(t.Context(), func(r Row) error {
		got = append(got, r.ID)
		if r.Sealed == nil || !r.Sound() || r.Kiosk != kioskNumber {
			t.Errorf("%+v", r)
		}
		return nil
	})
	if err != nil || unreadable != 0 || !slices.Equal(got, []string{call.ID, r.ID, late.ID, note.ID}) {
		t.Errorf("%v, %d, %v", got, unreadable, err)
	}
	ages, err := i.Ages(t.Context())
	if age, ok := ages[late.ID]; err != nil || len(ages) != 4 || !ok || age > time.Hour {
		t.Errorf("ages %v, %v", ages, err)
	}
}

// Of a damaged file everything is read that does not lie on the damaged pages.
func TestDamagedQueueIsReadAsFarAsItGoes(t *testing.T) {
	b := setup(t)
	for range 200 {
		b.saveRequest(t)
	}
	must(t, b.Close())
	info, err := os.Stat(b.path)
	must(t, err)
	// Noise over pages in the middle, where the leaves are.
	overwrite(t, b.path, info.Size()/2/4096*4096, slices.Repeat([]byte{0xa5, 0x5a}, 4*2048))
	if _, err := Inspect(t.Context(), b.path); !errors.Is(err, ErrDamaged) {
		t.Fatalf("the file is taken for sound: %v", err)
	}
	i, err := InspectDamaged(t.Context(), b.path)
	must(t, err)
	defer i.Close()
	sound := 0
	unreadable, err := i.Rows(t.Context(), func(r Row) error {
		if r.Kind == request.KindRequest && r.Sealed != nil && r.Sound() {
			sound++
		}
		return nil
	})
	must(t, err)
	if sound < 100 || sound+unreadable > 200 || unreadable == 0 {
		t.Errorf("%d of 200 are read, %d are not", sound, unreadable)
	}
	c, err := i.Check(t.Context())
	must(t, err)
	if len(c.Problems) == 0 {
		t.Error("nothing is wrong with it")
	}
	t.Logf("%d of 200 items read, %d not; %+v", sound, unreadable, c.Problems)
}
