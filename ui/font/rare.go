package font

import (
	"image"
	"image/color"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// System are Debian's fonts for characters that the built-in font lacks, in the
// order in which they are asked: first the one that looks like its neighbours,
// then those of CJK extension B and on. Names of people are full of them.
var System = []struct{ Package, Regular, Bold string }{
	{"fonts-noto-cjk", "usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"},
	{"fonts-hanazono", "usr/share/fonts/truetype/hanazono/HanaMinA.ttf", ""},
	{"fonts-hanazono", "usr/share/fonts/truetype/hanazono/HanaMinB.ttf", ""},
}

// Rare draws characters that the built-in font lacks from the system's fonts. The
// toolkit looks for such characters by itself, but among all fonts of the machine
// and only in those that say they are for the same language; extension C and on
// came out as some other sign. Nothing is read before the first such character,
// and of a font only the glyphs that are asked for.
type Rare struct {
	root string

	mu     sync.Mutex
	opened bool
	fonts  [2][]*sfnt.Font // regular, bold
	buffer sfnt.Buffer
}

// NewRare draws from the fonts below root, "/" on a terminal.
func NewRare(root string) *Rare { return &Rare{root: root} }

// Installed are the fonts of this machine.
var Installed = NewRare("/")

// Missing returns the Debian packages that would have to be installed for rare
// characters to be drawn.
func (r *Rare) Missing() []string {
	var packages []string
	for _, f := range System {
		if _, err := os.Stat(filepath.Join(r.root, f.Regular)); err != nil && (len(packages) == 0 || packages[len(packages)-1] != f.Package) {
			packages = append(packages, f.Package)
		}
	}
	return packages
}

func (r *Rare) open() {
	if r.opened {
		return
	}
	r.opened = true
	for _, f := range System {
		regular := read(filepath.Join(r.root, f.Regular))
		heavy := regular
		if f.Bold != "" {
			heavy = read(filepath.Join(r.root, f.Bold))
		}
		if regular != nil {
			r.fonts[0] = append(r.fonts[0], regular)
		}
		if heavy != nil {
			r.fonts[1] = append(r.fonts[1], heavy)
		}
	}
}

// read opens a font; nil when it is missing or not a font. Missing ones are
// reported when the terminal starts.
func read(path string) *sfnt.Font {
	file, err := os.Open(path) // stays open: glyphs are read when they are needed
	if err != nil {
		return nil
	}
	collection, err := opentype.ParseCollectionReaderAt(struct{ io.ReaderAt }{file})
	if err != nil {
		file.Close()
		return nil
	}
	var best *sfnt.Font
	for i := range collection.NumFonts() {
		one, err := collection.Font(i)
		if err != nil {
			continue
		}
		name, err := one.Name(nil, sfnt.NameIDFull)
		if best == nil || err == nil && strings.Contains(name, Family) && !strings.Contains(name, "Mono") {
			best = one
		}
	}
	return best
}

// Draw paints a character in a colour, with an em of so many pixels. The picture
// is as high as a line of NaturalHeight and as wide as an em. It returns nil when
// no font has the character.
func (r *Rare) Draw(character rune, bold bool, size float32, ink color.Color) image.Image {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open()
	weight := 0
	if bold {
		weight = 1
	}
	for _, f := range r.fonts[weight] {
		if index, err := f.GlyphIndex(&r.buffer, character); err != nil || index == 0 {
			continue
		}
		face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			continue
		}
		picture := image.NewNRGBA(image.Rect(0, 0, int(math.Ceil(float64(size))), int(math.Ceil(float64(size*NaturalHeight)))))
		drawer := font.Drawer{Dst: picture, Src: image.NewUniform(ink), Face: face, Dot: fixed.Point26_6{Y: fixed.Int26_6(size * ascent * 64)}}
		drawer.DrawString(string(character))
		face.Close()
		return picture
	}
	return nil
}

// ascent is how far below the top of a line the characters stand, in ems.
const ascent = 1.16
