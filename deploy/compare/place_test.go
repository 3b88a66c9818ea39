package main

import (
	"image"
	"os"
	"path/filepath"
	"testing"
)

const homeLine = `{"at":"2026-11-22T01:00:00.5Z","kind":"view","screen":"home","targets":[` +
	`{"id":"tile.repair","x":30,"y":240,"w":502,"h":440},{"id":"tile.appeal","x":548,"y":240,"w":502,"h":440},` +
	`{"id":"page.later","x":600,"y":1620,"w":450,"h":100},{"id":"bar.back","x":20,"y":1770,"w":200,"h":130},{"id":"bar.help","x":700,"y":1770,"w":360,"h":130}]}` + "\n"

func TestPlacesComeFromTheTrace(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "trace")
	if _, err := lastView(trace); err == nil {
		t.Error("a trace that is not there has a view")
	}
	write := func(text string) {
		if err := os.WriteFile(trace, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"kind":"measure","name":"durable","ms":1}` + "\n")
	if _, err := lastView(trace); err == nil {
		t.Error("a measure is taken for a view")
	}
	// The last line is still being written.
	write(homeLine + `{"kind":"measure","ms":1}` + "\n" + `{"kind":"view","scr`)
	home, err := lastView(trace)
	if err != nil {
		t.Fatal(err)
	}
	var where places
	if err := where.take(home); err != nil {
		t.Fatal(err)
	}
	want := places{tiles: image.Rect(30, 240, 1050, 680), tile: image.Rect(30, 240, 532, 680), Gap: 16,
		Pager: image.Rect(30, 1620, 1050, 1720), bar: image.Rect(20, 1770, 1060, 1900), back: image.Rect(20, 1770, 220, 1900)}
	if where != want {
		t.Errorf("places %+v, want %+v", where, want)
	}
	if _, err := home.rect("tile.lift"); err == nil {
		t.Error("a target that is not there has a place")
	}
	write("{\n")
	if _, err := lastView(trace); err == nil {
		t.Error("a broken trace has a view")
	}
}

// A screen is known by rows in which it differs from the one before.
func TestTell(t *testing.T) {
	before := make(picture, 4*panelWidth*panelHeight)
	after := append(picture(nil), before...)
	area := image.Rect(0, 100, panelWidth, 200)
	if _, err := tell(after, before, area); err == nil {
		t.Error("two equal pictures are told apart")
	}
	for x := range mustDiffer {
		after.row(150)[4*x] = 255
	}
	after.row(160)[0] = 255 // differs less
	told, err := tell(after, before, area)
	if err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || differing(told[150], after.row(150)) != 0 || differing(told[150], before.row(150)) != mustDiffer {
		t.Errorf("told by %d rows, want row 150 alone", len(told))
	}
}
