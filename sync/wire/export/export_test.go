package export

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/sync/wire"
)

var made = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// items are those of a queue: calls, requests and a voice note of a megabyte.
func items(n int) []wire.Item {
	var all []wire.Item
	for i := range n {
		kind, size := request.KindRequest, 900+i
		switch i % 4 {
		case 0:
			kind = request.KindCall
		case 3:
			kind, size = request.KindAttachment, 1<<20
		}
		sealed := bytes.Repeat([]byte{byte(i), 0, 255}, size/3)
		id := uuid.NewSHA1(uuid.Nil, fmt.Append(nil, i)).String()
		all = append(all, wire.FromItem(request.Item{ID: id, Kind: kind, Kiosk: 12, Sequence: int64(i + 1), MadeAt: made, Sealed: sealed}))
	}
	return all
}

func each(all []wire.Item) iter.Seq2[wire.Item, error] {
	return func(yield func(wire.Item, error) bool) {
		for _, i := range all {
			if !yield(i, nil) {
				return
			}
		}
	}
}

func written(t testing.TB, key crypto.Signer, all []wire.Item) []byte {
	t.Helper()
	var b bytes.Buffer
	s, err := Write(&b, Head{Kiosk: 12, MadeAt: made, Certificate: []byte("certificate")}, key, each(all))
	if err != nil || s.Count != len(all) {
		t.Fatalf("written %+v, %v", s, err)
	}
	return b.Bytes()
}

func trusting(key crypto.PublicKey) func(Head) (crypto.PublicKey, error) {
	return func(Head) (crypto.PublicKey, error) { return key, nil }
}

func read(key crypto.PublicKey, text []byte) (Head, []wire.Item, error) {
	var got []wire.Item
	head, _, err := Read(bytes.NewReader(text), trusting(key), func(i wire.Item) error { got = append(got, i); return nil })
	return head, got, err
}

func TestExportIsReadAsItWasWritten(t *testing.T) {
	key := newKey(t)
	for _, n := range []int{0, 1, 9} {
		text := written(t, key, items(n))
		head, got, err := read(key.Public(), text)
		if err != nil || !reflect.DeepEqual(got, append([]wire.Item(nil), items(n)...)) {
			t.Errorf("%d items: %d read, %v", n, len(got), err)
		}
		if head.Kiosk != 12 || !head.MadeAt.Equal(made) || string(head.Certificate) != "certificate" {
			t.Errorf("head %+v", head)
		}
	}
}

// Every way in which a stick or somebody with a stick spoils a file.
func TestSpoiledExportsAreRefused(t *testing.T) {
	key := newKey(t)
	text := written(t, key, items(5))
	lines := bytes.SplitAfter(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	last := len(lines) - 1
	lines[last] = append(bytes.Clone(lines[last]), '\n')
	join := func(order ...int) []byte {
		var b []byte
		for _, i := range order {
			b = append(b, lines[i]...)
		}
		return b
	}
	changed := bytes.Clone(text)
	changed[len(lines[0])+len(lines[1])/2] ^= 1
	foreign := written(t, newKey(t), items(5))
	for name, c := range map[string]struct {
		text []byte
		want error
	}{
		"empty":           {nil, ErrFormat},
		"no export":       {[]byte("hello\n"), ErrFormat},
		"newer":           {bytes.Replace(text, []byte(Format), []byte("lintai-export-2"), 1), ErrFormat},
		"a receipt":       {bytes.Replace(text, []byte(Format), []byte(ReceiptFormat), 1), ErrFormat},
		"no end":          {join(0, 1, 2, 3, 4, 5), ErrCut},
		"head alone":      {join(0), ErrCut},
		"half a line":     {text[:len(text)-len(lines[last])-7], ErrCut},
		"without newline": {text[:len(text)-1], ErrCut},
		"one less":        {join(0, 1, 2, 4, 5, 6), ErrForged},
		"one twice":       {join(0, 1, 1, 2, 3, 4, 5, 6), ErrForged},
		"another order":   {join(0, 2, 1, 3, 4, 5, 6), ErrForged},
		"two ends":        {join(0, 1, 2, 3, 4, 5, 6, 6), ErrForged},
		"end first":       {join(0, 6, 1), ErrForged},
		"another number":  {bytes.Replace(text, []byte(`"kiosk":12`), []byte(`"kiosk":13`), 1), ErrForged},
		"a changed byte":  {changed, ErrForged},
		"another's":       {foreign, ErrForged},
		"no item":         {append(append(join(0), []byte("{}\n")...), join(1, 2, 3, 4, 5, 6)...), ErrForged},
		"endless line":    {append(join(0), bytes.Repeat([]byte("a"), maxLine+2)...), ErrFormat},
	} {
		if _, _, err := read(key.Public(), c.text); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestCallbacksEndTheReading(t *testing.T) {
	key := newKey(t)
	text := written(t, key, items(3))
	stop := errors.New("stop")
	_, _, err := Read(bytes.NewReader(text), func(Head) (crypto.PublicKey, error) { return nil, stop }, func(wire.Item) error {
		t.Error("an item of a head that is not trusted")
		return nil
	})
	if !errors.Is(err, stop) {
		t.Errorf("not trusted: %v", err)
	}
	if _, _, err := Read(bytes.NewReader(text), trusting(key.Public()), func(wire.Item) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("item refused: %v", err)
	}
	for name, key := range map[string]crypto.PublicKey{"none": nil, "a short one": ed25519.PublicKey{1}} {
		if _, _, err := read(key, text); !errors.Is(err, ErrForged) {
			t.Errorf("key %s: %v", name, err)
		}
	}
	var b strings.Builder
	_, err = Write(&b, Head{}, key, func(yield func(wire.Item, error) bool) { yield(wire.Item{}, stop) })
	if !errors.Is(err, stop) {
		t.Errorf("the queue failed: %v", err)
	}
}

func TestReceipt(t *testing.T) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	want := Receipt{Kiosk: 12, MadeAt: made, Export: []byte{1, 2}, Answers: []wire.ItemAnswer{
		{ID: "a", Outcome: wire.Created}, {ID: "b", Outcome: wire.Duplicate}, {ID: "c", Outcome: wire.Conflict, Reason: "id_taken"},
	}}
	var b bytes.Buffer
	if err := WriteReceipt(&b, want, key); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if got, err := ReadReceipt(&b, public); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	other, _, _ := ed25519.GenerateKey(rand.Reader)
	unsettled := bytes.Buffer{}
	if err := WriteReceipt(&unsettled, Receipt{Kiosk: 12, Answers: []wire.ItemAnswer{{ID: "a", Outcome: "perhaps"}}}, key); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text string
		key  ed25519.PublicKey
		want error
	}{
		"another central's": {text, other, ErrForged},
		"changed":           {strings.Replace(text, "conflict", "created", 1), public, ErrForged},
		"another terminal":  {strings.Replace(text, `"kiosk":12`, `"kiosk":13`, 1), public, ErrForged},
		"cut":               {text[:len(text)-9], public, ErrCut},
		"no receipt":        {"{}\n", public, ErrFormat},
		"no answer":         {unsettled.String(), public, ErrForged},
	} {
		if got, err := ReadReceipt(strings.NewReader(c.text), c.key); !errors.Is(err, c.want) || got.Answers != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever is put together of a signed export, what is accepted is what was signed.
func FuzzRead(f *testing.F) {
	key := newKey(f)
	all := []wire.Item{items(2)[0], items(2)[1]}
	good := written(f, key, all)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add(written(f, newKey(f), all))
	f.Add(written(f, key, nil))
	f.Add([]byte(`{"format":"lintai-export-1"}` + "\n" + `{"end":{}}` + "\n"))
	f.Add(bytes.Repeat([]byte("["), 20000))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, got, err := read(key.Public(), text)
		if err == nil && len(got) > 0 && !reflect.DeepEqual(got, all) {
			t.Errorf("%d other items were accepted", len(got))
		}
		if _, err := ReadReceipt(bytes.NewReader(text), key.Public()); err == nil {
			t.Error("an export is a receipt")
		}
	})
}
