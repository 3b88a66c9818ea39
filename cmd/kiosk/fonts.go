package main

import (
	"log/slog"
	"path/filepath"
	"sync"

	"lintai/hw/printer/dots"
	"lintai/kiosk/fault"
	"lintai/ui/font"
)

// slipFont draws what the printer has no glyph for, from the fonts below root. It
// costs nothing before the first such character. Where fonts are missing, boxes
// are printed, and missing is called with the Debian packages that would help;
// the screen draws from the same fonts.
func slipFont(root string, missing func(packages []string)) *dots.Font {
	var paths []string
	for _, f := range font.System {
		paths = append(paths, filepath.Join(root, f.Regular))
	}
	if packages := font.NewRare(root).Missing(); len(packages) > 0 {
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
			log.Warn("rare characters on screen and slips are boxes", "fault", string(fault.FontMissing), "install", packages)
		})
	}
}
