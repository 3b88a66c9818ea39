package dots

import (
	"io"
	"os"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// Open makes a font of OpenType files that are not opened before a character asks
// for them, in the order given, and then only read where a glyph lies: fonts for
// rare characters are tens of megabytes, and most terminals never need one. A
// file that is not there, or is no font, is passed over for good.
func Open(paths ...string) *Font {
	f := newFont()
	f.later = append(f.later, paths...)
	return f
}

// openNext opens the next file that is a font, and tells whether there was one.
func (f *Font) openNext() bool {
	for len(f.later) > 0 {
		path := f.later[0]
		f.later = f.later[1:]
		if one, err := f.openFile(path); err == nil {
			f.fonts = append(f.fonts, one)
			return true
		}
	}
	return false
}

// openFile opens a font that is read from its file as glyphs are drawn. The file
// stays open as long as the program runs.
func (f *Font) openFile(path string) (*sfnt.Font, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	c, err := opentype.ParseCollectionReaderAt(io.ReaderAt(file))
	if err == nil {
		var one *sfnt.Font
		if one, err = f.choose(c); err == nil {
			return one, nil
		}
	}
	file.Close()
	return nil, err
}
