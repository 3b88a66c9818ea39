package kioskapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"

	"lintai/sync/wire"
)

func FuzzDecodePush(f *testing.F) {
	good, err := json.Marshal(wire.Push{Kiosk: 12, Items: []wire.Item{{ID: "a", Kind: "request", Sequence: 1, Sealed: []byte("x")}}})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{good, nil, []byte("null"), []byte("[]"), []byte(`{"items":[null]}`), []byte(`{"items":{}}`), []byte(`{"items":[{}],"items":null}`), []byte(`{"ITEMS":[{},{}]}`), []byte(`{"device_time":"x"}`), good[:20]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		push, err := decodePush(body)
		if err != nil {
			var refusal failure
			if !errors.As(err, &refusal) || refusal.status < 400 || refusal.status >= 500 {
				t.Fatalf("refused by %v, which is not the terminal's fault", err)
			}
			if refusal.code == "" || refusal.description == "" {
				t.Fatal("refused without words")
			}
			return
		}
		if len(push.Items) > wire.MaxItems {
			t.Fatalf("%d items let through", len(push.Items))
		}
		again, err := json.Marshal(push)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if _, err := decodePush(again); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}

// endless is a body that never ends.
type endless struct{ read int64 }

func (e *endless) Read(b []byte) (int, error) { e.read += int64(len(b)); return len(b), nil }

func TestBodyIsReadToALimit(t *testing.T) {
	for _, said := range []int64{-1, 10, wire.MaxBodyBytes, 1 << 40} { // a head may say anything
		var e endless
		var refusal failure
		if _, err := readUpTo(&e, said, wire.MaxBodyBytes); !errors.As(err, &refusal) || refusal.status != http.StatusRequestEntityTooLarge {
			t.Errorf("endless body that says %d: %v", said, err)
		}
		if e.read > 6*wire.MaxBodyBytes {
			t.Errorf("%d bytes were read", e.read)
		}
	}
	most := make([]byte, wire.MaxBodyBytes)
	if b, err := readUpTo(bytes.NewReader(most), int64(len(most)), len(most)); err != nil || len(b) != len(most) {
		t.Errorf("largest body: %d bytes, %v", len(b), err)
	}
	if b, err := readUpTo(io.MultiReader(bytes.NewReader(most[:10]), broken{}), 20, 20); !errors.Is(err, errBrokenOff) || len(b) != 10 {
		t.Errorf("broken body: %d bytes, %v", len(b), err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
