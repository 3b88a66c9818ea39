package guest

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func TestARecordMakesTheCardOfAnyMoment(t *testing.T) {
	log := logOf("wwfwfdwwf")
	whole, err := newRecord(bytes.NewReader(log), int64(len(log)))
	if err != nil {
		t.Fatal(err)
	}
	going := make(disk, 20*sector) // goes on from moment to moment, as who makes many does
	from := 0
	for n := range whole.Len() + 1 {
		size := int64(sector)
		if n > 0 {
			size = whole.calls[n-1].end
		}
		for _, bytes := range []int64{size, size + sector - 1} {
			if got := whole.Calls(bytes); got != n {
				t.Errorf("%d calls in %d bytes, and not %d", got, bytes, n)
			}
		}
		then, err := newRecord(bytes.NewReader(log[:size]), size)
		if err != nil {
			t.Fatal(err)
		}
		if err := whole.Bring(going, from, whole.Flushed(n)); err != nil {
			t.Fatal(err)
		}
		from = whole.Flushed(n)
		for loss := range lossKinds {
			want, got := make(disk, len(going)), append(disk{}, going...)
			said, err := then.settle(want, loss, rand.New(rand.NewPCG(7, uint64(n))))
			if err != nil {
				t.Fatal(err)
			}
			made, err := whole.Lose(got, n, loss, rand.New(rand.NewPCG(7, uint64(n))))
			if err != nil {
				t.Fatal(err)
			}
			if got.letters() != want.letters() || made != said {
				t.Errorf("after %d calls, %v: %s %+v, and not %s %+v", n, loss, got.letters(), made, want.letters(), said)
			}
		}
	}
	if f := whole.Flushes(); len(f) != 3 || f[0] != 2 || f[1] != 4 || f[2] != 8 {
		t.Errorf("flushes %v", f)
	}
}

func TestOnlyAPartitionsPartOfAWriteIsItsOwn(t *testing.T) {
	for name, c := range map[string]struct {
		at   int64
		want string
	}{
		"before": {0, "----"}, "behind": {9, "----"}, "in it": {4, "abc-"}, "over its head": {3, "bc--"}, "over its end": {6, "--ab"},
	} {
		file := disk("----")
		n, err := Partition{Start: 4, Size: 4}.WriterAt(file).WriteAt([]byte("abc"), c.at)
		if err != nil || n != 3 || string(file) != c.want {
			t.Errorf("%s: %s, %d, %v", name, file, n, err)
		}
	}
}
