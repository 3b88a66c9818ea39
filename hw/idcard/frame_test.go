package idcard

import (
	"bytes"
	"encoding/hex"
	"errors"
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

// frame packs a reply; only tests and readers write them.
func frame(status byte, data ...byte) []byte {
	out := append([]byte{}, preamble[:]...)
	length := 3 + len(data) + 1
	out = append(out, byte(length>>8), byte(length), 0, 0, status)
	out = append(out, data...)
	return append(out, checksum(out[preambleSize:]))
}

func TestRequests(t *testing.T) {
	for _, c := range []struct {
		command Command
		data    []byte
		want    string
	}{
		{CommandReset, nil, "AAAAAA9669 0003 10FF EC"},
		{CommandStatus, nil, "AAAAAA9669 0003 11FF ED"},
		{CommandModuleID, nil, "AAAAAA9669 0003 12FF EE"},
		{CommandFind, nil, "AAAAAA9669 0003 2001 22"},
		{CommandSelect, nil, "AAAAAA9669 0003 2002 21"},
		{CommandRead, nil, "AAAAAA9669 0003 3001 32"},
		{CommandReadFingerprint, nil, "AAAAAA9669 0003 3010 23"},
		{CommandReadAddress, nil, "AAAAAA9669 0003 3003 30"},
		{CommandStatus, []byte{1, 2}, "AAAAAA9669 0005 11FF 01 02 E8"},
	} {
		if got := EncodeRequest(c.command, c.data...); !bytes.Equal(got, unhex(t, c.want)) {
			t.Errorf("%04X: % X, want %s", uint16(c.command), got, c.want)
		}
	}
}

// outcome is what a decoder made of a stream.
type outcome struct {
	replies []Reply
	errs    []error
}

// decodeAll feeds a stream in pieces of a size and copies what comes out.
func decodeAll(in []byte, piece int) outcome {
	var d Decoder
	var out outcome
	take := func() {
		for {
			r, ok, err := d.Next()
			switch {
			case err != nil:
				out.errs = append(out.errs, err)
			case !ok:
				return
			default:
				out.replies = append(out.replies, Reply{r.Status, bytes.Clone(r.Data)})
			}
		}
	}
	for len(in) > 0 {
		n := copy(d.Room(), in[:min(piece, len(in))])
		d.Filled(n)
		in = in[n:]
		take()
	}
	for d.Partial() { // as after a pause
		d.Skip()
		take()
	}
	return out
}

func TestReplies(t *testing.T) {
	const found = "AAAAAA9669 0008 00009F 00000000 97"
	big := frame(StatusOK, make([]byte, 1284)...)
	for _, c := range []struct {
		name, in string
		want     []byte // third status bytes of the replies
		err      error  // of the first damaged frame
	}{
		{"done", "AAAAAA9669 0004 000090 94", []byte{0x90}, nil},
		{"found", found, []byte{0x9F}, nil},
		{"selected", "AAAAAA9669 000C 000090 0000000000000000 9C", []byte{0x90}, nil},
		{"none found", "AAAAAA9669 0004 000080 84", []byte{0x80}, nil},
		{"not selected", "AAAAAA9669 0004 000081 85", []byte{0x81}, nil},
		{"not read", "AAAAAA9669 0004 000041 45", []byte{0x41}, nil},
		{"a whole card", hex.EncodeToString(big), []byte{0x90}, nil},
		{"two in a row", found + "AAAAAA9669 0004 000080 84", []byte{0x9F, 0x80}, nil},
		{"noise before", "00 FF 96 69 AA 55 AA 96 00" + found, []byte{0x9F}, nil},
		{"a doubled AA", "AA" + found, []byte{0x9F}, nil},
		{"many AAs", strings.Repeat("AA", 9000) + found, []byte{0x9F}, nil},
		{"a lost AA", "AAAA9669 0008 00009F 00000000 97", []byte{0x9F}, nil},
		{"two lost AAs", "AA9669 0008 00009F 00000000 97", []byte{0x9F}, nil},
		{"the preamble's beginning twice", "AAAAAA96" + found, []byte{0x9F}, nil},
		{"wrong checksum", "AAAAAA9669 0004 000090 95", nil, errChecksum},
		{"wrong checksum, then a good one", "AAAAAA9669 0004 000090 95" + found, []byte{0x9F}, errChecksum},
		{"length FFFF", "AAAAAA9669 FFFF 000090 94", nil, errLength},
		{"length FFFF, then a good one", "AAAAAA9669 FFFF 000090 94" + found, []byte{0x9F}, errLength},
		{"length 0", "AAAAAA9669 0000" + found, []byte{0x9F}, errLength},
		{"length 3", "AAAAAA9669 0003 0000 03", nil, errLength},
		{"cut short, then a good one", "AAAAAA9669 0508 000090 0100" + found, []byte{0x9F}, nil},
		{"nothing but AA", strings.Repeat("AA", 20000), nil, nil},
		{"nothing", "", nil, nil},
	} {
		for _, piece := range []int{1, 7, 1 << 20} {
			got := decodeAll(unhex(t, c.in), piece)
			var codes []byte
			for _, r := range got.replies {
				codes = append(codes, r.Status.Code())
			}
			if !bytes.Equal(codes, c.want) {
				t.Errorf("%s in pieces of %d: status % X, want % X", c.name, piece, codes, c.want)
			}
			if c.err != nil && (len(got.errs) == 0 || !errors.Is(got.errs[0], c.err)) {
				t.Errorf("%s in pieces of %d: errors %v, want %v", c.name, piece, got.errs, c.err)
			}
			if c.err == nil && len(got.errs) != 0 {
				t.Errorf("%s in pieces of %d: errors %v", c.name, piece, got.errs)
			}
		}
	}
}

func TestWipeLeavesNothing(t *testing.T) {
	var d Decoder
	secret := []byte("a name and a number")
	d.Filled(copy(d.Room(), frame(StatusOK, secret...)))
	d.Filled(copy(d.Room(), frame(StatusOK, secret...)))
	if _, ok, _ := d.Next(); !ok {
		t.Fatal("no reply")
	}
	// Even before it is wiped, a reply that was passed is gone.
	d.Room()
	if n := bytes.Count(d.buffer[:], secret); n != 1 {
		t.Errorf("%d times in the buffer, want 1", n)
	}
	d.Wipe()
	if d.buffer != [len(d.buffer)]byte{} {
		t.Error("the buffer is not zero")
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add(frame(StatusOK), 3)
	f.Add(append([]byte{0, 0xAA, 0xAA}, frame(StatusFound, 0, 0, 0, 0)...), 1)
	f.Add([]byte{0xAA, 0x96, 0x69, 0xFF, 0xFF, 0xAA, 0x96, 0x69, 0, 4, 0, 0, 0x90, 0x94}, 2)
	f.Fuzz(func(t *testing.T, noise []byte, piece int) {
		piece = max(1, piece%4096)
		got := decodeAll(noise, piece)
		for _, r := range got.replies {
			if len(r.Data) > maxLength-minLength {
				t.Fatalf("%d bytes of data", len(r.Data))
			}
		}
		// How a stream is cut changes nothing, and whatever came before, a good
		// frame after a pause is found.
		good := frame(StatusFound, 1, 2, 3, 4)
		for _, size := range []int{piece, 1, 1 << 20} {
			again := decodeAll(append(bytes.Clone(noise), good...), size)
			n := len(again.replies)
			if len(noise) < maxLength && (n == 0 || !bytes.Equal(again.replies[n-1].Data, []byte{1, 2, 3, 4})) && !swallowed(noise, good) {
				t.Fatalf("a good frame is lost behind % X", noise)
			}
		}
	})
}

// swallowed tells whether the good frame became the inside of a frame that the
// noise began and whose checksum happens to be right.
func swallowed(noise, good []byte) bool {
	for _, r := range decodeAll(append(bytes.Clone(noise), good...), 1<<20).replies {
		if len(r.Data) > 0 && bytes.Contains(append(noise, good...), r.Data) && !bytes.Equal(r.Data, []byte{1, 2, 3, 4}) {
			return true
		}
	}
	return false
}
