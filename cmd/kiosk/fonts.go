package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"lintai/hw/printer/dots"
	"lintai/kiosk/fault"
)

// rareFonts are Debian's fonts for characters that no printer has, in the order
// in which they are asked: the usual ones first, then those of CJK extension B
// and on. Names of people are full of them.
var rareFonts = []struct{ from, path string }{
	{"fonts-noto-cjk", "usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"},
	{"fonts-hanazono", "usr/share/fonts/truetype/hanazono/HanaMinA.ttf"},
	{"fonts-hanazono", "usr/share/fonts/truetype/hanazono/HanaMinB.ttf"},
}

// slipFont draws what the printer has no glyph for, from the fonts below root. It
// costs nothing before the first such character. Where fonts are missing, boxes
// are printed, and missing is called with the Debian packages that would help.
func slipFont(root string, missing func(packages []string)) *dots.Font {
	var paths, packages []string
	for _, f := range rareFonts {
		path := filepath.Join(root, f.path)
		if _, err := os.Stat(path); err == nil {
			paths = append(paths, path)
		} else if n := len(packages); n == 0 || packages[n-1] != f.from {
			packages = append(packages, f.from)
		}
	}
	if len(packages) > 0 {
		missing(packages)
	}
	return dots.Open(paths...)
}

var fontMissing sync.Once

// logMissingFonts notes missing fonts once, however often the parts are joined
// anew.
func logMissingFonts(log *slog.Logger) func(packages []string) {
	return func(packages []string) {
		fontMissing.Do(func() {
			log.Warn("rare characters on slips are boxes", "fault", string(fault.FontMissing), "install", packages)
		})
	}
}
