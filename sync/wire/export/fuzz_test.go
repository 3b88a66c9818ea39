package export

import (
	"bytes"
	"reflect"
	"testing"

	"lintai/sync/wire"
)

// FuzzReceipt: whatever is put together of a signed receipt, what settles items is
// what central signed.
func FuzzReceipt(f *testing.F) {
	key := newKey(f)
	want := []wire.ItemAnswer{{ID: "a", Outcome: wire.Created}, {ID: "b", Outcome: wire.Conflict, Reason: "id_taken"}}
	var good, empty, other bytes.Buffer
	for into, receipt := range map[*bytes.Buffer]Receipt{&good: {Kiosk: 12, Answers: want}, &empty: {Kiosk: 12}} {
		if err := WriteReceipt(into, receipt, key); err != nil {
			f.Fatal(err)
		}
	}
	if err := WriteReceipt(&other, Receipt{Kiosk: 12, Answers: want[:1]}, newKey(f)); err != nil {
		f.Fatal(err)
	}
	f.Add(good.Bytes())
	f.Add(empty.Bytes())
	f.Add(other.Bytes())
	f.Add(good.Bytes()[:good.Len()/2])
	f.Add(append(bytes.Clone(good.Bytes()), good.Bytes()...))
	f.Add(bytes.Repeat([]byte("["), 20000))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := ReadReceipt(bytes.NewReader(text), key.Public())
		if err == nil && len(got.Answers) > 0 && !reflect.DeepEqual(got.Answers, want) {
			t.Errorf("other answers were taken: %+v", got)
		}
	})
}
