package wire

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"
)

func TestCompress(t *testing.T) {
	raw := make([]byte, 100_000)
	rand.NewChaCha8([32]byte{1}).Read(raw)
	for _, body := range [][]byte{nil, []byte("x"), bytes.Repeat([]byte("a"), compressAbove), []byte(base64.StdEncoding.EncodeToString(raw))} {
		sent, compressed := Compress(body)
		if compressed != (len(body) >= compressAbove) {
			t.Errorf("%d bytes: compressed %v", len(body), compressed)
		}
		if !compressed {
			continue
		}
		back, err := Decompress(sent, len(body))
		if err != nil || !bytes.Equal(back, body) {
			t.Errorf("%d bytes: %d came back, %v", len(body), len(back), err)
		}
		if len(sent)*100 > len(body)*78 {
			t.Errorf("%d bytes became %d; sealed bodies in base64 should shrink by a quarter", len(body), len(sent))
		}
	}
}

// packed is one member of n zeros.
func packed(n int) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(make([]byte, n))
	w.Close()
	return b.Bytes()
}

func says(sent []byte, size uint32) []byte {
	sent = bytes.Clone(sent)
	binary.LittleEndian.PutUint32(sent[len(sent)-4:], size)
	return sent
}

func TestBombsAreRefused(t *testing.T) {
	bomb := packed(64 << 20)
	for name, c := range map[string]struct {
		sent []byte
		want error
	}{
		"a bomb":                   {bomb, ErrTooLarge},
		"a bomb that says little":  {says(bomb, 10), ErrCompressed},
		"little that says much":    {says(packed(10), MaxBodyBytes), ErrCompressed},
		"two members":              {append(packed(10), packed(10)...), ErrCompressed},
		"something after the end":  {append(packed(10), 1, 2, 3, 0, 0, 0, 0), ErrCompressed},
		"cut":                      {bomb[:len(bomb)/2], nil},
		"no gzip":                  {[]byte("<html>请先登录，然后再试一次</html>"), nil},
		"nothing":                  {nil, ErrCompressed},
		"a wrong checksum":         {func() []byte { b := packed(1000); b[len(b)-5]++; return b }(), ErrCompressed},
		"just more than is taken":  {packed(MaxBodyBytes + 1), ErrTooLarge},
		"a bomb that says nothing": {says(bomb, 0), ErrCompressed},
	} {
		var got []byte
		var err error
		// The pools are warm after the first run.
		bytesEach := testing.AllocsPerRun(3, func() { got, err = Decompress(c.sent, MaxBodyBytes) })
		if err == nil || c.want != nil && !errors.Is(err, c.want) || len(got) > 0 {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if bytesEach > 20 {
			t.Errorf("%s: refused with %v allocations", name, bytesEach)
		}
	}
	if got, err := Decompress(packed(MaxBodyBytes), MaxBodyBytes); err != nil || len(got) != MaxBodyBytes {
		t.Errorf("the largest body: %d bytes, %v", len(got), err)
	}
}

func FuzzDecompress(f *testing.F) {
	f.Add(packed(100))
	f.Add(says(packed(100), 7))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		const limit = 1 << 16
		body, err := Decompress(sent, limit)
		if len(body) > limit || err != nil && len(body) > 0 {
			t.Fatalf("%d bytes, %v", len(body), err)
		}
		if err != nil {
			return
		}
		again, compressed := Compress(body)
		if !compressed {
			return
		}
		if back, err := Decompress(again, limit); err != nil || !bytes.Equal(back, body) {
			t.Fatalf("not the same again: %v", err)
		}
	})
}
