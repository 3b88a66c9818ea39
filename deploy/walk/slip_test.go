package main

import (
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"lintai/kiosk/ticket"
)

// slipOf lays a slip down as the bench does: a picture with the QR code, a text.
func slipOf(t *testing.T, code, text string) string {
	t.Helper()
	dir := t.TempDir()
	symbol, err := qr.Encode(code, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	if symbol, err = barcode.Scale(symbol, 300, 300); err != nil {
		t.Fatal(err)
	}
	paper := image.NewRGBA(image.Rect(0, 0, 576, 700))
	draw.Draw(paper, paper.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(paper, image.Rect(138, 200, 438, 500), symbol, image.Point{}, draw.Src)
	if err := writePNG(filepath.Join(dir, "slip-1.png"), paper); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "slip-1.txt"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestReadSlip(t *testing.T) {
	code, err := ticket.New(12, strings.NewReader("random bytes"))
	if err != nil {
		t.Fatal(err)
	}
	url := code.URL("http://127.0.0.1:8311")
	tests := []struct {
		name, qr, text string
		says           []string
		wrong          string // part of the error, "" for none
	}{
		{"right", url, "报修回执\n已送达\n" + code.String(), []string{"已送达"}, ""},
		{"text without the status", url, code.String(), []string{"已送达"}, "已送达"},
		{"text with another code", url, "已送达 0012 0000 0000", []string{"已送达"}, code.String()},
		{"text that tells the name", url, "欧阳小静 " + code.String(), nil, "the slip tells the name"},
		{"code with a wrong digit", "http://127.0.0.1:8311/t/001200000000", "", nil, "check digit"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := readSlip(t.Context(), slipOf(t, tt.qr, tt.text), 1)
			if err == nil {
				err = p.says(tt.says...)
			}
			if err == nil {
				err = p.keepsSilentOf(demoSecrets)
			}
			switch {
			case tt.wrong == "" && err != nil:
				t.Error(err)
			case tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)):
				t.Errorf("error %v, want %q", err, tt.wrong)
			}
		})
	}
}
