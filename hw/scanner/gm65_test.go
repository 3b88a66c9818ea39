package scanner

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestPublishedFrames: the check values are those of the CRC's definition and of the
// module's manual.
func TestPublishedFrames(t *testing.T) {
	if got := crc([]byte("123456789")); got != 0x31C3 {
		t.Errorf("check value %04X", got)
	}
	for _, c := range []struct {
		name string
		got  []byte
		want string
	}{
		{"read the speed", encodeRead(0x002A, 2), "7E00 07 01 002A 02 D80F"},
		{"save", encode(0x09, 0, 0), "7E00 09 01 0000 00 DEC8"},
	} {
		if !bytes.Equal(c.got, unhex(t, c.want)) {
			t.Errorf("%s: % X, want %s", c.name, c.got, c.want)
		}
	}
	for in, want := range map[string]Reply{
		"0200 00 01 00 3331":   {0, []byte{0}},
		"0200 00 02 3901 C14C": {0, []byte{0x39, 0x01}},
		"0200 00 01 00 ABCD":   {0, []byte{0}},
	} {
		r, size, v := parseReply(unhex(t, in))
		if v != wholeReply || size != len(unhex(t, in)) || r.Kind != want.Kind || !bytes.Equal(r.Data, want.Data) {
			t.Errorf("%s: %v %+v", in, v, r)
		}
	}
}

// parted is what a Demux made of a stream that ends in a pause.
type parted struct {
	codes   []string
	replies [][]byte
	damaged int
}

func part(in []byte) parted {
	var d Demux
	var p parted
	for _, b := range in {
		codes, reply := d.Add(b)
		p.codes = append(p.codes, codes...)
		if reply != nil {
			p.replies = append(p.replies, reply.Data)
		}
	}
	p.codes = append(p.codes, d.End()...)
	p.damaged = d.Damaged
	if d.Open() {
		panic("open after its end")
	}
	return p
}

func TestDemux(t *testing.T) {
	const ack, speed = "\x02\x00\x00\x01\x00\x33\x31", "\x02\x00\x00\x02\x39\x01\xC1\x4C"
	done := []byte{0}
	for _, c := range []struct {
		name, in string
		codes    []string
		replies  [][]byte
		damaged  int
	}{
		{"a reply", ack, nil, [][]byte{done}, 0},
		{"a code", "12345678\r\n", []string{"12345678"}, nil, 0},
		{"a reply, then a code", ack + "12345678\r\n", []string{"12345678"}, [][]byte{done}, 0},
		{"a code, then a reply", "12345678\r\n" + ack, []string{"12345678"}, [][]byte{done}, 0},
		{"a reply inside a code", "1234" + ack + "5678\r", []string{"12345678"}, [][]byte{done}, 0},
		{"a reply inside CRLF", "12345678\r" + ack + "\n", []string{"12345678"}, [][]byte{done}, 0},
		{"two replies inside a code", "12" + ack + "34" + speed + "5678\r", []string{"12345678"}, [][]byte{done, {0x39, 0x01}}, 0},
		{"no tail, the reply right behind", "12345678" + ack, []string{"12345678"}, [][]byte{done}, 0},
		{"framed in STX and ETX", "\x0212345678\x03\r", []string{"12345678"}, nil, 0},
		{"STX right before a reply", "\x02" + ack + "12345678\x03\r", []string{"12345678"}, [][]byte{done}, 0},
		{"a damaged reply alone", "\x02\x00\x00\x01\x00\x33\x30", nil, nil, 1},
		{"a damaged reply inside a code", "1234\x02\x00\x00\x01\x00\x33\x305678\r", nil, nil, 1},
		{"damaged so that it holds a tail", "1234\x02\x00\x00\x01\x00\x0D\x315678\r", nil, nil, 1},
		{"a damaged reply, then the next code", "1234\x02\x00\x00\x01\x00\x33\x305678\r87654321\r", []string{"87654321"}, nil, 1},
		{"cut short inside a code", "1234\x02\x00\x00\x015678\r", nil, nil, 1},
		{"half a reply before a whole one", "\x02\x00\x01" + ack, nil, [][]byte{done}, 1},
		{"cut short at the end", "12345678\r\x02\x00\x00", []string{"12345678"}, nil, 0},
		{"the first byte lost", "1234\x00\x00\x01\x00\x33\x315678\r", nil, nil, 0},
		{"an impossible length", "1234\x02\x00\x00\xFF5678\r87654321\r", []string{"87654321"}, nil, 0},
		{"a length of none", "\x02\x00\x00\x00\r87654321\r", []string{"87654321"}, nil, 0},
		{"a refusal", "\x02\x00\x01\x01\x00" + string([]byte{byte(crc([]byte{1, 1, 0}) >> 8), byte(crc([]byte{1, 1, 0}))}), nil, [][]byte{done}, 0},
	} {
		got := part([]byte(c.in))
		if !slices.Equal(got.codes, c.codes) || !slices.EqualFunc(got.replies, c.replies, bytes.Equal) || got.damaged != c.damaged {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// TestNoByteAlteredMakesAnotherCode: whatever one damaged byte of an interleaved reply
// is, the code around it arrives as it is or not at all. Only a byte that becomes a tail
// ends the code there, as it would in line mode.
func TestNoByteAlteredMakesAnotherCode(t *testing.T) {
	ack := []byte{0x02, 0x00, 0x00, 0x01, 0x00, 0x33, 0x31}
	for at := range ack {
		for value := range 256 {
			altered := bytes.Clone(ack)
			altered[at] = byte(value)
			got := part(slices.Concat([]byte("1234"), altered, []byte("5678\r")))
			for _, code := range got.codes {
				tail := at < 2 && (value == '\r' || value == '\n' || value == '\t')
				if code != "12345678" && !(tail && code == "1234") {
					t.Errorf("byte %d as %02X makes %q", at, value, code)
				}
			}
		}
	}
}

func FuzzDemux(f *testing.F) {
	f.Add([]byte("1234\x02\x00\x00\x01\x00\x33\x315678\r\n"))
	f.Add([]byte("\x02\x00\x00\x02\x39\x01\xC1\x4C\x02\x02\x00"))
	f.Add([]byte("\x02\x00\x00\x10\xff\t\x00\xAB\xCD"))
	f.Add([]byte(strings.Repeat("\x02\x00\x00\x05", 200)))
	f.Fuzz(func(t *testing.T, in []byte) {
		got := part(in)
		for _, code := range got.codes {
			if len(code) < shortest || len(code) > longest || strings.ContainsAny(code, "\x00\x02\r\n\t") {
				t.Fatalf("%q is no code", code)
			}
		}
		for _, data := range got.replies {
			if len(data) == 0 || len(data) > longestReply {
				t.Fatalf("a reply of %d bytes", len(data))
			}
		}
		// Whatever came, after a pause replies and codes are known.
		var d Demux
		for _, b := range in {
			d.Add(b)
		}
		d.End()
		var after parted
		for _, b := range []byte("1234\x02\x00\x00\x01\x00\x33\x315678\r") {
			codes, reply := d.Add(b)
			after.codes = append(after.codes, codes...)
			if reply != nil {
				after.replies = append(after.replies, reply.Data)
			}
		}
		if !slices.Equal(after.codes, []string{"12345678"}) || len(after.replies) != 1 {
			t.Fatalf("after % X and a pause: %+v", in, after)
		}
		// A line-mode scanner that never says 00 is read alike with and without
		// replies on the wire.
		if !bytes.ContainsRune(in, 0) {
			var s Splitter
			var plain []string
			for _, b := range in {
				if code, ok := s.Add(b); ok {
					plain = append(plain, code)
				}
			}
			if code, ok := s.End(); ok {
				plain = append(plain, code)
			}
			if !slices.Equal(got.codes, plain) {
				t.Fatalf("% X: %q, in line mode %q", in, got.codes, plain)
			}
		}
	})
}
