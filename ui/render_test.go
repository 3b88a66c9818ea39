package ui

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"lintai/kiosk/visit"
)

// panels are the screens the terminal is made for.
var panels = map[string]Panel{
	"1080x1920": {PxPerMM: 4.0, Width: 1080, Height: 1920},
	"1920x1080": {PxPerMM: 5.6, Width: 1920, Height: 1080},
	"1280x800":  {PxPerMM: 5.9, Width: 1280, Height: 800},
}

// stage is a Screen in a window without a display.
type stage struct {
	screen *Screen
	canvas test.WindowlessCanvas
	events []visit.Event
	clock  time.Time
}

func newStage(t *testing.T, p Panel) *stage {
	t.Helper()
	st := &stage{clock: time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)}
	st.screen = newScreen(p, func(e visit.Event) { st.events = append(st.events, e) }, func() time.Time { return st.clock })
	// What comes by itself later would come on another goroutine than the test's;
	// answer_test.go tries it on purpose.
	st.screen.surface.Later(func(time.Duration, func()) {})
	st.canvas = software.NewCanvas()
	st.canvas.SetPadded(false)
	st.canvas.SetContent(st.screen.CanvasObject())
	st.canvas.Resize(fyne.NewSize(float32(p.Width), float32(p.Height)))
	return st
}

// TestRenderScreens writes a picture of every sample into $LINTAI_SCREENS, for
// eyes to judge; without it, one picture shows that the screens draw at all.
func TestRenderScreens(t *testing.T) {
	dir, only := os.Getenv("LINTAI_SCREENS"), os.Getenv("LINTAI_SCREENS_PANEL")
	all := samples(t)
	if dir == "" {
		dir, only, all = t.TempDir(), "1280x800", all[:1]
	}
	for name, p := range panels {
		if only != "" && only != name {
			continue
		}
		st := newStage(t, p)
		for _, s := range all {
			for _, ease := range []bool{false, true} {
				v, file := s.view, s.name
				v.Manner.Size = map[bool]visit.Size{true: visit.SizeLarge}[ease]
				if ease {
					file += "-ease"
				}
				st.screen.Show(v)
				write(t, filepath.Join(dir, name, file+".png"), st.canvas)
			}
		}
	}
}

func write(t *testing.T, path string, c fyne.Canvas) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, c.Capture()); err != nil {
		t.Fatal(err)
	}
}
