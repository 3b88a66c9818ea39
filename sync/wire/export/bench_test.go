package export

import (
	"bytes"
	"io"
	"testing"
)

// One item is a sealed request; every fourth a voice note of a megabyte.
func BenchmarkWrite(b *testing.B) {
	key, all := newKey(b), items(400)
	b.SetBytes(int64(len(written(b, key, all))))
	for b.Loop() {
		if _, err := Write(io.Discard, Head{Kiosk: 12}, key, each(all)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	key := newKey(b)
	text := written(b, key, items(400))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, _, err := Read(bytes.NewReader(text), trusting(key.Public()), nil); err != nil {
			b.Fatal(err)
		}
	}
}
