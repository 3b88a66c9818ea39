package printer

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"strings"
	"testing"

	"lintai/hw/printer/dots"
	"lintai/kiosk/slip"
)

// encode gives the bytes of one block between what begins and ends every slip.
func encode(t *testing.T, p Profile, font *dots.Font, blocks ...slip.Block) []byte {
	t.Helper()
	job := Encode(slip.Slip{Blocks: blocks}, p, font)
	rest, ok := bytes.CutPrefix(job.Data, []byte{0x1B, 0x40, 0x1C, 0x26})
	if !ok {
		t.Fatalf("the slip begins with % x", job.Data[:8])
	}
	end := []byte{0x1D, 0x56, 0x42, 0x10}
	if !p.Cutter {
		end = []byte{0x1B, 0x64, 5}
	}
	rest, ok = bytes.CutSuffix(rest, end)
	if !ok {
		t.Fatalf("the slip ends with % x", job.Data[len(job.Data)-8:])
	}
	return rest
}

func TestBlocksBecomeBytes(t *testing.T) {
	for _, c := range []struct {
		name    string
		profile Profile
		block   slip.Block
		want    string // hexadecimal
	}{
		{"text", Paper80, slip.Text{Text: "A水"}, "41 cbae 0a"},
		{"bold", Paper80, slip.Text{Text: "水", Bold: true}, "1b4501 cbae 0a 1b4500"},
		{"large and centred", Paper80, slip.Text{Text: "水", Large: true, Align: slip.Center}, "1b6101 1d2111 cbae 0a 1b6100 1d2100"},
		{"pair", Paper80, slip.Pair{Label: "水", Value: "电"}, "cbae a3ba b5e7 0a"},
		{"rule", Paper58, slip.Rule{}, strings.Repeat("2d", 32) + "0a"},
		{"space", Paper80, slip.Space{Lines: 2}, "0a 0a"},
		{"rule 80", Paper80, slip.Rule{}, strings.Repeat("2d", 48) + "0a"},
		// 21 modules: 8 dots each.
		{"QR", Paper80, slip.QR{Data: "AB"}, "1b6101 1b4a20 1d286b0400 31413200 1d286b0300 314308 1d286b0300 314531 1d286b0500 315030 4142 1d286b0300 315130 1b4a20 1b6100"},
		{"commands in a text are no commands", Paper80, slip.Text{Text: "a\x1b@\x1d\x10b\u009b\x7f"}, "61 40 62 0a"},
		{"line breaks", Paper80, slip.Text{Text: "a\nb"}, "61 0a 62 0a"},
		{"a character without glyph and no font", Paper80, slip.Text{Text: "𠮷"}, "a1f5 0a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := hex.EncodeToString(encode(t, c.profile, nil, c.block))
			if want := strings.ReplaceAll(c.want, " ", ""); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func testFont(t *testing.T) *dots.Font {
	t.Helper()
	file, err := os.ReadFile("../../ui/font/lintai-regular.otf")
	if err != nil {
		t.Fatal(err)
	}
	f, err := dots.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestLineThatCannotBePrintedIsDrawn: ☎ is in the kiosk's font and not in GBK.
func TestLineThatCannotBePrintedIsDrawn(t *testing.T) {
	font := testFont(t)
	rare := firstBeyondGBK(t, font)
	got := encode(t, Paper80, font, slip.Text{Text: "水" + string(rare)}, slip.Text{Text: "水"})
	cells := columns("水"+string(rare)) * columnDots
	stride := (cells + 7) / 8
	head := []byte{0x1D, 0x76, 0x30, 0, byte(stride), 0, lineDots, 0}
	picture, ok := bytes.CutPrefix(got, head)
	if !ok {
		t.Fatalf("begins with % x, want % x", got[:8], head)
	}
	if len(picture) != stride*lineDots+3 || !bytes.HasSuffix(picture, []byte{0xCB, 0xAE, 0x0A}) {
		t.Fatalf("%d bytes follow, ending % x", len(picture), picture[len(picture)-3:])
	}
	black := 0
	for _, b := range picture[:stride*lineDots] {
		for ; b != 0; b &= b - 1 {
			black++
		}
	}
	if black < 60 {
		t.Errorf("only %d black dots for two characters", black)
	}
}

func firstBeyondGBK(t *testing.T, font *dots.Font) rune {
	t.Helper()
	for r := rune(0x80); r < 0x30000; r++ {
		if font.Has(r) && textBytes(r) == nil && settle(string(r), font) == string(r) {
			return r
		}
	}
	t.Fatal("the font has nothing beyond GBK")
	return 0
}

// TestTextAgreesWithIconv takes every character that goes out as text and asks
// iconv what its bytes are.
func TestTextAgreesWithIconv(t *testing.T) {
	var in strings.Builder
	var out []byte
	n := 0
	for r := rune(0x20); r < 0x30000; r++ {
		if b := textBytes(r); b != nil {
			in.WriteRune(r)
			out = append(out, b...)
			n++
		}
	}
	if n < 21000 {
		t.Fatalf("only %d characters can be printed; GBK has more than 21,000", n)
	}
	cmd := exec.Command("iconv", "-f", "UTF-8", "-t", "GB18030")
	cmd.Stdin = strings.NewReader(in.String())
	want, err := cmd.Output()
	if err != nil {
		t.Fatalf("iconv: %v", err)
	}
	if !bytes.Equal(out, want) {
		t.Fatal("iconv has other bytes")
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name          string
		text          string
		width, indent int
		want          []string
	}{
		{"fits", "一二三", 6, 0, []string{"一二三"}},
		{"Han breaks anywhere", "一二三四", 6, 0, []string{"一二三", "四"}},
		{"no comma begins a line", "一二三，四", 6, 0, []string{"一二", "三，四"}},
		{"no bracket ends a line", "一二（三）", 6, 0, []string{"一二", "（三）"}},
		{"a number stays whole", "电话12345", 8, 0, []string{"电话", "12345"}},
		{"unless it is longer than a line", "1234567890", 4, 0, []string{"1234", "5678", "90"}},
		{"words", "one two three", 7, 0, []string{"one two", "three"}},
		{"hanging indent", "标签：一二三四五", 12, 6, []string{"标签：一二三", "      四五"}},
		{"indent too wide", "一二三", 4, 4, []string{"一二", "三"}},
		{"odd width", "一二三", 5, 0, []string{"一二", "三"}},
		{"one Han on one column", "一二", 1, 0, []string{"一", "二"}},
		{"empty", "", 6, 0, []string{""}},
		{"only marks", "，，，，", 4, 0, []string{"，，", "，，"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := wrap(c.text, c.width, c.indent); strings.Join(got, "|") != strings.Join(c.want, "|") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("标签：一二三，one two 3456（七）", 12, 6)
	f.Fuzz(func(t *testing.T, text string, width, indent int) {
		if width < 2 || width > 100 || indent < 0 || indent > 100 || len(text) > 2000 {
			return
		}
		text = settle(text, nil)
		lines := wrap(text, width, indent)
		strip := strings.NewReplacer(" ", "", "\n", "")
		if got, want := strip.Replace(strings.Join(lines, "")), strip.Replace(text); got != want {
			t.Fatalf("%q became %q", want, got)
		}
		for _, l := range lines {
			if columns(l) > width {
				t.Fatalf("%q has %d columns, more than %d", l, columns(l), width)
			}
		}
	})
}

func TestWidths(t *testing.T) {
	for mm, want := range map[int]Profile{58: Paper58, 80: Paper80} {
		if got, err := ForWidth(mm); err != nil || got != want {
			t.Errorf("%d mm: %+v, %v", mm, got, err)
		}
	}
	if _, err := ForWidth(76); err == nil {
		t.Error("76 mm is accepted")
	}
	for _, p := range []Profile{Paper58, Paper80} {
		if p.Columns*columnDots != p.Dots {
			t.Errorf("%s: %d columns in %d dots", p.Name, p.Columns, p.Dots)
		}
	}
}

// TestPayloadCanBeEnded: however much of a picture or code was sent, so many bytes
// more end it.
func TestPayloadCanBeEnded(t *testing.T) {
	plain := Encode(slip.Slip{Blocks: []slip.Block{slip.Text{Text: "水"}}}, Paper80, nil)
	code := Encode(slip.Slip{Blocks: []slip.Block{slip.QR{Data: strings.Repeat("A", 100)}}}, Paper80, nil)
	drawn := Paper80
	drawn.DrawnQR = true
	picture := Encode(slip.Slip{Blocks: []slip.Block{slip.QR{Data: "A"}}}, drawn, nil)
	if plain.payload != 0 || code.payload < 100 || code.payload > 200 || picture.payload != 8+21*168 {
		t.Errorf("payloads of %d, %d and %d bytes", plain.payload, code.payload, picture.payload)
	}
}
