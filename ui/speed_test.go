package ui_test

import (
	"testing"

	"lintai/kiosk/visit"
	"lintai/ui"
	"lintai/ui/gallery"
)

// BenchmarkLayout tells what it costs to fill and to place each screen:
// go test -run - -bench Layout ./ui
func BenchmarkLayout(b *testing.B) {
	shots, err := gallery.Screens(gallery.Manner{})
	if err != nil {
		b.Fatal(err)
	}
	studio := ui.NewStudio(ui.Panel{PxPerMM: 4, Width: 1080, Height: 1920})
	for _, shot := range shots {
		b.Run(shot.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				studio.Draw(visit.View{Screen: visit.ScreenSaving})
				studio.Draw(shot.View)
			}
		})
	}
}
