package nfc

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// TestPublishedFrames: the bytes of the manual and of other drivers.
func TestPublishedFrames(t *testing.T) {
	for want, got := range map[string][]byte{
		"00 00 ff 03 fd d4 14 01 17 00":       EncodeCommand(CommandSAM, 0x01),
		"00 00 ff 02 fe d4 02 2a 00":          EncodeCommand(CommandFirmware),
		"00 00 ff 06 fa d4 32 05 ff 01 01 f4": EncodeCommand(CommandRF, 5, 0xFF, 1, 1)[:12],
		"00 00 ff 04 fc d4 4a 01 00 e1 00":    EncodeCommand(CommandList, 1, 0),
		"00 00 ff 05 fb d4 4a 01 03 00 de 00": EncodeCommand(CommandList, 1, 3, 0),
		"00 00 ff 00 ff 00":                   EncodeAck(),
		"55 55 00 00 00":                      EncodeWakeUp()[:5],
	} {
		if !bytes.Equal(got, unhex(want)) {
			t.Errorf("% x, want %s", got, want)
		}
	}
}

// decode feeds chunks of a size and gives what was found, in words. With patience
// it lets a frame's end not come, as an idle line does.
func decode(in []byte, chunk int, patience bool) []string {
	var d Decoder
	return feed(&d, in, chunk, patience)
}

func feed(d *Decoder, in []byte, chunk int, patience bool) []string {
	var out []string
	take := func() {
		for {
			f, ok, err := d.Next()
			switch {
			case err != nil:
				out = append(out, err.Error())
			case ok:
				out = append(out, describe(f))
			default:
				return
			}
		}
	}
	for len(in) > 0 {
		n := copy(d.Room()[:min(chunk, len(d.Room()))], in)
		d.Filled(n)
		in = in[n:]
		take()
	}
	for patience && d.Partial() {
		if d.Skip() {
			out = append(out, "skipped")
		}
		take()
	}
	return out
}

func describe(f Frame) string {
	switch f.Kind {
	case Ack:
		return "ack"
	case Nack:
		return "nack"
	case Refused:
		return "refused"
	}
	return fmt.Sprintf("%02x: %x", byte(f.To), f.Data)
}

func TestDecoder(t *testing.T) {
	const firmware = "00 00 ff 06 fa d5 03 32 01 06 07 e8 00"
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"acknowledged, answered", "00 00 ff 00 ff 00" + firmware, []string{"ack", "02: 32010607"}},
		{"not acknowledged", firmware, []string{"02: 32010607"}},
		{"no preamble", firmware[3:], []string{"02: 32010607"}},
		{"no postamble", strings.TrimSuffix(firmware, " 00") + firmware, []string{"02: 32010607", "02: 32010607"}},
		{"many zeros before", strings.Repeat("00", 300) + firmware, []string{"02: 32010607"}},
		{"noise before", "55 ff 13 37 ff" + firmware, []string{"02: 32010607"}},
		{"noise that begins a frame", "00 ff" + firmware, []string{"impossible length", "02: 32010607"}},
		{"noise that claims a length", "00 00 ff 08 f8" + firmware, []string{"wrong checksum", "02: 32010607"}},
		{"noise that claims more than comes", "00 00 ff 80 80" + firmware, []string{"skipped", "02: 32010607"}},
		{"wrong length", "00 00 ff 06 fb d5 03 32 01 06 07 e8 00", []string{"impossible length"}},
		{"wrong checksum", "00 00 ff 06 fa d5 03 32 01 06 07 e9 00" + firmware, []string{"wrong checksum", "02: 32010607"}},
		{"cut short, then whole", "00 00 ff 06 fa d5 03 32" + firmware, []string{"wrong checksum", "02: 32010607"}},
		{"cut short", "00 00 ff 06 fa d5 03 32", []string{"skipped"}},
		{"refused", "00 00 ff 01 ff 7f 81 00", []string{"refused"}},
		{"not understood", "00 00 ff ff 00 00", []string{"nack"}},
		{"our own echo", "00 00 ff 02 fe d4 02 2a 00" + firmware, []string{"02: 32010607"}},
		{"no direction", "00 00 ff 02 fe aa 02 54 00", []string{"no frame of a PN532"}},
		{"a response without a code", "00 00 ff 01 ff d5 2b 00", []string{"no frame of a PN532"}},
		{"extended", "00 00 ff ff ff 00 06 fa d5 03 32 01 06 07 e8 00", []string{"02: 32010607"}},
		{"extended, longer than there are", "00 00 ff ff ff 10 00 f0" + firmware, []string{"impossible length", "02: 32010607"}},
		{"extended, wrong length", "00 00 ff ff ff 00 06 fb" + firmware, []string{"impossible length", "02: 32010607"}},
		{"a start code in the data", "00 00 ff 05 fb d5 4b 00 00 ff e1 00", []string{"4a: 0000ff"}},
		{"nothing", "", nil},
	} {
		for _, chunk := range []int{1, 3, 1000} {
			if got := decode(unhex(c.in), chunk, true); !slices.Equal(got, c.want) {
				t.Errorf("%s by %d: %q, want %q", c.name, chunk, got, c.want)
			}
		}
	}
}

func TestTheLongestFrame(t *testing.T) {
	data := append([]byte{toHost, 0x41}, bytes.Repeat([]byte{0xFF, 0x00}, 131)...)
	data = append(data, 7)
	frame := append([]byte{0, 0, 0xFF, 0xFF, 0xFF, 0x01, 0x09, 0xF6}, data...)
	frame = append(frame, -sum(data), 0)
	if got := decode(append(frame, frame...), 1, false); len(got) != 2 || got[0] != "40: "+hex.EncodeToString(data[2:]) {
		t.Errorf("%q", got)
	}
}

func TestWipedBufferIsEmpty(t *testing.T) {
	var d Decoder
	d.Filled(copy(d.Room(), unhex("00 00 ff 05 fb d5 4b 00 00 ff e1 00 00 00 ff 20")))
	if _, ok, err := d.Next(); !ok || err != nil {
		t.Fatal("no frame")
	}
	d.Wipe()
	if d.buffer != (Decoder{}).buffer || d.Partial() {
		t.Error("bytes are left")
	}
}

func TestLists(t *testing.T) {
	for _, c := range []struct {
		name string
		kind Type
		data string
		want Token
		err  bool
	}{
		{"none", TypeA, "00", Token{}, false},
		{"four bytes", TypeA, "01 01 00 04 08 04 de ad be ef", newToken(TypeA, unhex("deadbeef")), false},
		{"seven bytes", TypeA, "01 01 00 44 00 07 04 11 22 33 44 55 66", newToken(TypeA, unhex("04112233445566")), false},
		{"ten bytes", TypeA, "01 01 00 84 00 0a 04 11 22 33 44 55 66 77 88 99", newToken(TypeA, unhex("04112233445566778899")), false},
		{"with an answer to select", TypeA, "01 01 03 04 20 04 de ad be ef 05 78 80 70 02", newToken(TypeA, unhex("deadbeef")), false},
		{"two tags", TypeA, "02 01 00 04 08 04 de ad be ef 02 00 04 08 04 01 02 03 04", newToken(TypeA, unhex("deadbeef")), false},
		{"type B", TypeB, "01 01 50 11 22 33 44 00 00 00 00 00 71 85 01 00", newToken(TypeB, unhex("11223344")), false},
		{"none of type B", TypeB, "00", Token{}, false},
		{"nothing", TypeA, "", Token{}, true},
		{"a count alone", TypeA, "01", Token{}, true},
		{"a UID of five bytes", TypeA, "01 01 00 04 08 05 01 02 03 04 05", Token{}, true},
		{"a UID of no bytes", TypeA, "01 01 00 04 08 00", Token{}, true},
		{"a UID cut short", TypeA, "01 01 00 04 08 04 01 02 03", Token{}, true},
		{"type B cut short", TypeB, "01 01 50 11 22 33 44 00 00", Token{}, true},
		{"no answer of type B", TypeB, "01 01 51 11 22 33 44 00 00 00 00 00 71 85", Token{}, true},
	} {
		got, found, err := ParseList(c.kind, unhex(c.data))
		if got != c.want || found == got.IsZero() || (err != nil) != c.err || c.err && !errors.Is(err, errTarget) {
			t.Errorf("%s: found %v, error %v", c.name, found, err)
		}
	}
}

func TestFirmware(t *testing.T) {
	f, err := ParseFirmware(unhex("32 01 06 07"))
	if err != nil || f.String() != "PN532 1.6" || f.Support != 7 {
		t.Errorf("%v %+v", err, f)
	}
	if _, err := ParseFirmware(unhex("32 01 06")); err == nil {
		t.Error("three bytes are taken for a firmware")
	}
}

// FuzzDecoder: whatever comes, every frame found stands in the input with its
// sums right, it does not matter in what pieces the input came, and the frame that
// comes after a pause is found.
func FuzzDecoder(f *testing.F) {
	for _, seed := range []string{
		"00 00 ff 00 ff 00 00 00 ff 06 fa d5 03 32 01 06 07 e8 00", "00 ff ff ff 00 02 fe d5 15 16", "00 00 ff 06 fa d5 03 32 01 06",
		"00 00 ff ff 00 00 00 00 ff 01 ff 7f 81 00", "00 00 ff 0c f4 d5 4b 01 01 00 04 08 04 de ad be ef 91 00", "00 ff 00 00 ff",
	} {
		f.Add(unhex(seed))
	}
	good := unhex("00 00 ff 02 fe d5 15 16 00")
	f.Fuzz(func(t *testing.T, in []byte) {
		whole, single := decode(in, 1<<20, false), decode(in, 1, false)
		if !slices.Equal(whole, single) {
			t.Fatalf("at once %q, byte by byte %q", whole, single)
		}
		for _, word := range whole {
			to, data, ok := strings.Cut(word, ": ")
			if !ok {
				continue
			}
			body := unhex("d5" + to + data)
			body[1]++
			length := len(body)
			normal := append([]byte{0x00, 0xFF, byte(length), byte(256 - length)}, body...)
			extended := append([]byte{0x00, 0xFF, 0xFF, 0xFF, byte(length >> 8), byte(length), byte(-(length>>8 + length))}, body...)
			check := 0
			for _, b := range body {
				check -= int(b)
			}
			if !bytes.Contains(in, append(normal, byte(check))) && !bytes.Contains(in, append(extended, byte(check))) {
				t.Fatalf("%q is not in the input", word)
			}
		}
		var d Decoder
		feed(&d, in, 1000, true)
		if got := feed(&d, good, 1000, false); !slices.Equal(got, []string{"14: "}) {
			t.Fatalf("the frame behind is lost: %q", got)
		}
	})
}

func FuzzList(f *testing.F) {
	f.Add(true, unhex("01 01 00 04 08 04 de ad be ef"))
	f.Add(false, unhex("01 01 50 11 22 33 44 00 00 00 00 00 71 85 01 00"))
	f.Fuzz(func(t *testing.T, a bool, data []byte) {
		kind := TypeB
		if a {
			kind = TypeA
		}
		token, found, err := ParseList(kind, data)
		if found != !token.IsZero() || found && err != nil {
			t.Fatalf("found %v, error %v", found, err)
		}
		if found && !bytes.Contains(data, []byte(token.tag.Value()[1:])) {
			t.Fatal("a UID that is not in the data")
		}
	})
}
