package main

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"lintai/hw/printer"
	"lintai/hw/printer/dots"
	"lintai/kiosk/slip"
)

// rare holds a character each of extension A, B, C and E.
const rare = "㐀𠮷𪝀𫠝"

func onPaper(font *dots.Font) []byte {
	return printer.Encode(slip.Slip{Blocks: []slip.Block{slip.Text{Text: rare}}}, printer.Paper80, font).Data
}

// picture begins a raster image, box is □ in GB 18030.
var picture, box = []byte("\x1dv0"), []byte{0xA1, 0xF5}

func TestRareCharactersArePrintedAsPictures(t *testing.T) {
	font := slipFont("/", func(packages []string) {
		t.Errorf("fonts are missing: run deploy/setup, or apt-get install %s", strings.Join(packages, " "))
	})
	for _, r := range rare {
		if !font.Has(r) {
			t.Errorf("no font has %c", r)
		}
	}
	if data := onPaper(font); !bytes.Contains(data, picture) || bytes.Contains(data, box) {
		t.Errorf("the line is % x…", data[:16])
	}
}

func TestWithoutFontsBoxesArePrintedAndTheLogSaysSoOnce(t *testing.T) {
	var log bytes.Buffer
	note := logMissingFonts(slog.New(slog.NewTextHandler(&log, nil)))
	var told []string
	for range 2 {
		font := slipFont(t.TempDir(), func(packages []string) { told = packages; note(packages) })
		if data := onPaper(font); bytes.Contains(data, picture) || bytes.Count(data, box) != 4 {
			t.Errorf("the line is % x", data)
		}
	}
	if want := []string{"fonts-noto-cjk", "fonts-hanazono"}; !slices.Equal(told, want) {
		t.Errorf("%v would help, not %v", want, told)
	}
	if text := log.String(); strings.Count(text, "font_missing") != 1 || strings.ContainsAny(text, rare) {
		t.Errorf("the log reads\n%s", text)
	}
}
