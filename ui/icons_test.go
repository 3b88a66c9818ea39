package ui

import (
	"testing"

	"lintai/ui/gallery"
	"lintai/ui/icon"
)

// TestEveryPictureThatAVisitAsksForIsDrawn walks through all services; an unknown
// name would show as the drawing for "other".
func TestEveryPictureThatAVisitAsksForIsDrawn(t *testing.T) {
	services, err := gallery.Services(gallery.Manner{})
	if err != nil {
		t.Fatal(err)
	}
	screens, err := gallery.Screens(gallery.Manner{})
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, shot := range append(services, screens...) {
		names := []string{shot.View.Icon}
		for _, c := range controlsOf(shot.View) {
			names = append(names, c.Icon)
		}
		for _, name := range names {
			if name == "" {
				continue
			}
			asked++
			if !icon.Has(name) {
				t.Errorf("%s: no drawing %q", shot.Name, name)
			}
		}
	}
	if asked < 100 {
		t.Errorf("only %d pictures were asked for", asked)
	}
}
