package main

import (
	"image"
	"image/color"
	"testing"
)

// The words on keys are read one by one, as small as they are and with the key's
// edge beside them.
func TestCandidatesAreReadFromTheirKeys(t *testing.T) {
	words := []string{complaint, question, "楼道"}
	picture := painted(t, color.Black, color.White, words...)
	for y := range 4 {
		for x := 40; x < 1000; x++ { // an edge between the first two
			picture.Set(x, 186+y, color.Gray{180})
		}
	}
	got := map[string]string{}
	for i, w := range words {
		key := picture.SubImage(image.Rect(60, 196+120*i-100, 700, 186+120*i))
		label, err := readPicture(t.Context(), t.TempDir(), "chi_sim", "7", framed(key))
		if err != nil {
			t.Fatal(err)
		}
		got[w] = label
	}
	for _, w := range words {
		if got[w] != w {
			t.Errorf("%q is read as %q", w, got[w])
		}
	}
}

func TestFramedKeepsThePicture(t *testing.T) {
	p := image.NewRGBA(image.Rect(100, 50, 130, 60))
	p.Set(100, 50, color.RGBA{R: 200, A: 255})
	f := framed(p)
	if b := f.Bounds(); b.Dx() != 110 || b.Dy() != 90 {
		t.Fatalf("size %v", b)
	}
	if r, _, _, _ := f.At(40, 40).RGBA(); r>>8 != 200 {
		t.Errorf("the picture's corner is %v", f.At(40, 40))
	}
	if f.At(0, 0) != (color.RGBA{255, 255, 255, 255}) {
		t.Errorf("the margin is %v", f.At(0, 0))
	}
}

func TestPartsAreOfTheFile(t *testing.T) {
	content := make([]byte, 1000)
	for i := range content {
		content[i] = byte(i * 7)
	}
	all := parts("note", string(content))
	seen := map[string]bool{}
	for _, p := range all {
		if len(p.text) != 24 {
			t.Errorf("a part of %d bytes", len(p.text))
		}
		seen[p.text] = true
	}
	if len(seen) != 4 {
		t.Errorf("%d different parts, want 4", len(seen))
	}
}
