package dots_test

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/goregular"

	"lintai/hw/printer/dots"
)

// show draws a bitmap in characters.
func show(b *dots.Bitmap) string {
	var s strings.Builder
	for y := range b.H {
		for x := range b.W {
			if b.Black(x, y) {
				s.WriteByte('#')
			} else {
				s.WriteByte('.')
			}
		}
		s.WriteByte('\n')
	}
	return s.String()
}

func TestBitsLieAsTheHeadWantsThem(t *testing.T) {
	b := dots.New(10, 2)
	b.Set(0, 0)
	b.Set(9, 1)
	b.Set(10, 1) // outside
	b.Set(-1, 0)
	if got, want := b.Bits, []byte{0x80, 0, 0, 0x40}; string(got) != string(want) {
		t.Errorf("% x, want % x", got, want)
	}
}

func TestDrawEnlargesAndCutsOff(t *testing.T) {
	dot := dots.New(2, 1)
	dot.Set(0, 0)
	b := dots.New(4, 3)
	b.Draw(dot, 1, 1, 2, 3)
	if got, want := show(b), "....\n.##.\n.##.\n"; got != want {
		t.Errorf("\n%swant\n%s", got, want)
	}
}

func ink(b *dots.Bitmap) int { return strings.Count(show(b), "#") }

func TestGlyphsFillTheirCells(t *testing.T) {
	file, err := os.ReadFile("../../../ui/font/lintai-regular.otf")
	if err != nil {
		t.Fatal(err)
	}
	f, err := dots.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		r     rune
		w     int
		least int
	}{{'水', 24, 60}, {'囍', 24, 100}, {'1', 12, 20}, {'W', 12, 40}, {'g', 12, 30}, {'，', 24, 4}} {
		b := f.Cell(c.r, c.w, 24)
		if b.W != c.w || b.H != 24 || ink(b) < c.least {
			t.Errorf("%c: %d × %d with %d dots\n%s", c.r, b.W, b.H, ink(b), show(b))
		}
		if f.Cell(c.r, c.w, 24) != b {
			t.Errorf("%c is drawn twice", c.r)
		}
	}
	if ink(f.Cell(' ', 12, 24)) != 0 || ink(f.Cell('\u3000', 24, 24)) != 0 {
		t.Error("a blank has dots")
	}
	if f.Cell('水', 24, 24) == f.Cell('电', 24, 24) || show(f.Cell('水', 24, 24)) == show(f.Cell('电', 24, 24)) {
		t.Error("two characters look alike")
	}
}

func TestFirstFontThatHasAGlyphDrawsIt(t *testing.T) {
	han, err := os.ReadFile("../../../ui/font/lintai-regular.otf")
	if err != nil {
		t.Fatal(err)
	}
	f, err := dots.Parse(goregular.TTF, han)
	if err != nil {
		t.Fatal(err)
	}
	if !f.Has('A') || !f.Has('水') || f.Has('\U0010FFFF') {
		t.Error("fonts are not asked one after the other")
	}
	var none *dots.Font
	missing := show(none.Cell('水', 24, 24))
	if none.Has('A') || missing != show(f.Cell('\U0010FFFF', 24, 24)) || missing == show(f.Cell('水', 24, 24)) {
		t.Error("a missing glyph is not the box")
	}
}

func TestFilesThatAreNoFonts(t *testing.T) {
	if _, err := dots.Parse(); err == nil {
		t.Error("no font at all is accepted")
	}
	if _, err := dots.Parse([]byte("not a font, but text that is long enough to be read as one")); err == nil {
		t.Error("a text is accepted")
	}
}

func TestOpenedFontsAreReadWhenTheyAreNeeded(t *testing.T) {
	file, err := os.ReadFile("../../../ui/font/lintai-regular.otf")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	text, latin, han, gone := dir+"/text", dir+"/latin", dir+"/han", dir+"/gone"
	f := dots.Open(gone, text, latin, han)
	// None of them is there yet: whatever opened them too early finds nothing.
	for path, content := range map[string][]byte{text: []byte("not a font"), latin: goregular.TTF} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !f.Has('A') {
		t.Fatal("the first font that is one has no A")
	}
	if err := os.WriteFile(han, file, 0o600); err != nil {
		t.Fatal(err)
	}
	whole, err := dots.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	if !f.Has('水') || show(f.Cell('水', 24, 24)) != show(whole.Cell('水', 24, 24)) {
		t.Error("a glyph read from the file is another than one from memory")
	}
	if f.Has('\U0010FFFF') || dots.Open().Has('A') {
		t.Error("a character comes from nowhere")
	}
}
