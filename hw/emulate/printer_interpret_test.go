package emulate

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
)

// tape is a mechanism with endless paper that is fed from a slice.
type tape struct {
	in        []byte
	pages     []*Page
	raws      [][]byte
	questions []question
	noKnife   bool
	rare      bool
	dots      int
}

func (m *tape) next() (byte, error) {
	if len(m.in) == 0 {
		return 0, io.EOF
	}
	b := m.in[0]
	m.in = m.in[1:]
	return b, nil
}
func (m *tape) advance(dots int) error { m.dots += dots; return nil }
func (m *tape) cut(page *Page, raw []byte) (bool, error) {
	if m.noKnife {
		return false, nil
	}
	m.pages, m.raws = append(m.pages, page), append(m.raws, raw)
	return true, nil
}
func (m *tape) tear(page *Page, raw []byte) bool {
	if m.noKnife {
		m.pages, m.raws = append(m.pages, page), append(m.raws, raw)
	}
	return m.noKnife
}
func (m *tape) inTurn(q question) error { m.questions = append(m.questions, q); return nil }
func (m *tape) fourByte() bool          { return m.rare }
func (m *tape) knowsProcessID() bool    { return true }

// interpret works through a stream and cuts at its end.
func interpret(t *testing.T, m *tape, stream []byte) *Page {
	t.Helper()
	m.in = append(bytes.Clone(stream), 0x1D, 'V', 0)
	in := newInterpreter(576, m)
	for {
		if err := in.step(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if len(m.pages) == 0 {
		t.Fatal("the cut at the end was swallowed by a command before it")
	}
	return m.pages[len(m.pages)-1]
}

// stream reads hexadecimal with text in 'quotes'.
func stream(t *testing.T, s string) []byte {
	t.Helper()
	var out []byte
	for i, part := range strings.Split(s, "'") {
		if i%2 == 1 {
			out = append(out, part...)
			continue
		}
		b, err := hex.DecodeString(strings.ReplaceAll(part, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b...)
	}
	return out
}

// TestEveryCommandHasItsLength: behind each command stands OK; a wrong length eats
// some of it or lets bytes through. Lengths are from Epson's command reference.
func TestEveryCommandHasItsLength(t *testing.T) {
	for name, command := range map[string]string{
		"NUL": "00", "CR": "0d", "CAN": "18", "HT stops": "1b44 08 10 00",
		"ESC @": "1b40", "ESC !": "1b21 00", "ESC SP": "1b20 00", "ESC -": "1b2d 01", "ESC 2": "1b32", "ESC 3": "1b33 28",
		"ESC %": "1b25 00", "ESC &": "1b26 03 41 42 01 aabbcc 02 aabbccddeeff", "ESC =": "1b3d 01", "ESC ?": "1b3f 41",
		"ESC E": "1b45 01", "ESC G": "1b47 01", "ESC L": "1b4c", "ESC M": "1b4d 00", "ESC R": "1b52 0f", "ESC S": "1b53",
		"ESC T": "1b54 00", "ESC V": "1b56 00", "ESC W": "1b57 0000000000020003", "ESC \\": "1b5c 0000", "ESC $": "1b24 0000",
		"ESC a": "1b61 01", "ESC c3": "1b63 33 00", "ESC c5": "1b63 35 01", "ESC p": "1b70 00 19 fa", "ESC r": "1b72 00",
		"ESC t": "1b74 10", "ESC {": "1b7b 00", "ESC (": "1b28 41 0300 61 01 01",
		"FS &": "1c26", "FS !": "1c21 00", "FS -": "1c2d 00", "FS S": "1c53 0000", "FS W": "1c57 00", "FS C": "1c43 00",
		"FS ( A": "1c28 41 0200 30 00", "FS p": "1c70 01 00",
		"GS !": "1d21 00", "GS #": "1d23 00", "GS $": "1d24 0000", "GS *": "1d2a 01 01 0102030405060708", "GS /": "1d2f 00",
		"GS B": "1d42 00", "GS ( k": "1d286b 0300 31 43 04", "GS ( L": "1d284c 0200 30 02", "GS ( D": "1d2844 0300 14 01 01",
		"GS 8 L": "1d384c 02000000 30 02", "GS H": "1d48 02", "GS L": "1d4c 0000", "GS P": "1d50 0000", "GS W": "1d57 4002",
		"GS \\": "1d5c 0000", "GS a": "1d61 ff", "GS b": "1d62 01", "GS f": "1d66 00", "GS h": "1d68 50", "GS w": "1d77 02",
		"GS r": "1d72 01", "GS I": "1d49 01", "GS ( H": "1d2848 0600 30 30 41424344", "GS ^": "1d5e 01 00 00", "GS :": "1d3a",
		"GS z": "1d7a 30 01 01", "GS g 0": "1d67 30 00 1400", "GS C 0": "1d43 30 04 00", "GS C 1": "1d43 31 0100 0200 01 01",
		"GS C ;": "1d43 3b '1;2;3;4;5;'", "DLE EOT": "100401", "DLE ENQ": "100502", "DLE DC4 1": "1014 01 00 05",
		"DLE DC4 8": "1014 08 01 03 14 01 06 02 08",
	} {
		t.Run(name, func(t *testing.T) {
			page := interpret(t, &tape{}, stream(t, command+"'OK' 0a"))
			if got := page.Text(); got != "OK\n" {
				t.Errorf("the page reads %q", got)
			}
		})
	}
}

func TestStreamsOfOthers(t *testing.T) {
	for _, c := range []struct {
		name, stream, want string
	}{
		{"Chinese", "'A' cbae b5e7 0a", "A水电\n"},
		{"four bytes without a glyph", "9534b235 'x' 0a", "\uFFFDx\n"},
		{"Chinese off", "1c2e 82 0a", "é\n"},
		{"bytes of a code page are narrow", "1c2e 1b7401" + strings.Repeat("95", 48) + "0a", strings.Repeat("─", 48) + "\n"},
		{"Katakana", "1c2e 1b7401 b1 0a 1b7400 82 0a", "ｱ\né\n"},
		{"a full line wraps", strings.Repeat("31", 50) + "0a", strings.Repeat("1", 48) + "\n11\n"},
		{"double width wraps", "1d2110" + strings.Repeat("31", 25) + "0a", strings.Repeat("1", 24) + "\n1\n"},
		{"tab", "'a' 09 'b' 0a", "a       b\n"},
		{"position", "'a' 1b24 7800 'b' 0a", "a         b\n"},
		{"back over what is printed", "'abc' 1b24 0c00 'X' 0a", "aXc\n"},
		{"back by some dots", "'abc' 1b5c f4ff 'X' 0a", "abX\n"},
		{"no further back than the margin", "'abc' 1b5c 00f0 'X' 0a", "Xbc\n"},
		{"lines between margins wrap", "1d4c 1800 1d57 3000" + strings.Repeat("31", 5) + "0a", "1111\n1\n"},
		{"margins hold from the next line on", "'a' 1d57 0c00 'b' 0a 1d57 0c00 'cd' 0a", "ab\nc\nd\n"},
		{"QR", "1d286b0300 314304 1d286b0300 314531 1d286b0500 315030 'ab' 1d286b0300 315130", "[QR ab]\n"},
		{"QR without data prints nothing", "1d286b0300 315130 'x' 0a", "x\n"},
		{"CODE128", "1d6b49 06 7b42 'No' 7b43", "[CODE128 No]\n"},
		{"text below a bar code", "1d4802 1d6b49 04 7b42 'No'", "[CODE128 No]\nNo\n"},
		{"CODE128 in set C", "1d6b49 04 7b43 0c 22", "[CODE128 1234]\n"},
		{"EAN ends with NUL", "1d6b02 '4006381333931' 00", "[OTHER 4006381333931]\n"},
		{"raster", "1d763000 0200 0300 ffffffffffff 'x' 0a", "[picture 16×3]\nx\n"},
		{"graphics", "1d284c 0c00 30 70 30 01 01 31 0800 0200 ffff 1d284c 0200 30 32", "[picture 8×2]\n"},
		{"bit image", "1b2a 21 0200 ffffff000000", "[picture 2×24]\n"},
		{"ESC @ forgets a line begun", "'lost' 1b40 'x' 0a", "x\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := interpret(t, &tape{}, stream(t, c.stream)).Text(); got != c.want {
				t.Errorf("the page reads %q, want %q", got, c.want)
			}
		})
	}
}

func TestStylesAreKept(t *testing.T) {
	page := interpret(t, &tape{}, stream(t, "1b6101 1d2111 1b4501 'A' 1d2100 1b4500 'b' 0a"))
	line, ok := page.Items[0].(TextLine)
	if !ok || line.Place != AtCenter || len(line.Runs) != 2 || line.Height != 48 {
		t.Fatalf("%+v", page.Items)
	}
	if a := line.Runs[0]; a.Wide != 2 || a.High != 2 || !a.Bold || a.Text != "A" {
		t.Errorf("%+v", a)
	}
	if b := line.Runs[1]; b.Wide != 1 || b.High != 1 || b.Bold || b.Text != "b" {
		t.Errorf("%+v", b)
	}
}

func TestRawHoldsNoQuestions(t *testing.T) {
	m := &tape{}
	interpret(t, m, stream(t, "100401 'a' 100402 0a 1d2848 0600 3030 41424344 1d7201"))
	if want := []byte{'a', '\n', 0x1D, 'V', 0}; !bytes.Equal(m.raws[0], want) {
		t.Errorf("raw is % x, want % x", m.raws[0], want)
	}
	if len(m.questions) != 4 {
		t.Errorf("%d questions, want 4", len(m.questions))
	}
}

func TestSlipIsTornWhereThereIsNoKnife(t *testing.T) {
	m := &tape{noKnife: true, in: stream(t, "'a' 0a 1d564210 'b' 0a 1b6405")}
	in := newInterpreter(384, m)
	for in.step() == nil {
	}
	if len(m.pages) != 1 || m.pages[0].Text() != "a\nb\n" {
		t.Fatalf("%d pages", len(m.pages))
	}
}

func FuzzInterpreter(f *testing.F) {
	f.Add([]byte("\x1b@\xcb\xae\n\x1d(k\x05\x001P0ab\x1d(k\x03\x001Q0\x1dv0\x00\x01\x00\x02\x00\xff\xff\x1dVB\x10"))
	f.Add([]byte("\x1d8L\xff\xff\xff\x7f0p0\x01\x011\x08\x00\x02\x00\xff\xff"))
	f.Add([]byte("\x1dkI\x04{Bab\x1b*!\x02\x00\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := &tape{in: b}
		in := newInterpreter(384, m)
		for i := 0; ; i++ {
			if in.step() != nil {
				break
			}
			if i > len(b) {
				t.Fatal("a step took no byte")
			}
		}
		kept := 0
		for i, p := range append(m.pages, &in.page) {
			p.Text()
			if i < len(m.raws) {
				kept += len(m.raws[i])
			}
		}
		if kept > len(b) {
			t.Fatalf("%d bytes kept of %d", kept, len(b))
		}
		if m.dots < 200_000 { // a picture of a metre is enough
			if _, err := in.page.PNG(nil); err != nil {
				t.Fatal(err)
			}
		}
	})
}
