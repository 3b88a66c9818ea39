package main

import (
	"os"
	"time"

	"fyne.io/fyne/v2"

	"lintai/kiosk/settings"
	"lintai/kiosk/visit"
	"lintai/ui"
)

// openWindow makes the window in the size that the file asks for; a file that
// cannot be read gets the usual panel, to say so on.
func (k *kiosk) openWindow() {
	panel := settings.Panel{PxPerMM: 4, Width: 1080, Height: 1920, FullScreen: true}
	if text, err := os.ReadFile(k.config); err == nil {
		if s, err := settings.Begin(text); err == nil {
			panel = s.Panel
		}
	}
	k.window = k.app.NewWindow("邻台")
	k.window.SetPadded(false)
	k.window.SetMaster()
	k.shape(panel)
}

// shape gives the window its size and content; also when the file was mended.
func (k *kiosk) shape(panel settings.Panel) {
	panel.Rotation, panel.Brightness = 0, 0 // the computer's
	if k.screen != nil && panel == k.panel {
		return
	}
	k.panel = panel
	k.screen = ui.New(ui.Panel{PxPerMM: float32(panel.PxPerMM), Width: panel.Width, Height: panel.Height}, k.touched)
	k.screen.OnShown = func(v visit.View, targets []ui.Target) {
		k.pulse.laidOut()
		k.trace.shown(v, targets)
	}
	k.app.Settings().SetTheme(k.screen.Theme())
	if k.pulse == nil {
		k.pulse = newPulse()
	}
	k.window.SetContent(k.pulse.over(k.screen.CanvasObject()))
	k.window.SetFullScreen(panel.FullScreen)
	if !panel.FullScreen {
		k.window.Resize(fyne.NewSize(float32(panel.Width), float32(panel.Height)))
		k.window.SetFixedSize(true)
	}
}

// touched hands a touch to the visit; without one, to the screens by which the
// terminal comes into service, if those stand there. The
// visit answers in a thousandth of a second or two; what takes longer is drawn
// when it comes.
func (k *kiosk) touched(e visit.Event) {
	if t := k.terminal.Load(); t != nil {
		if d := k.staff.Load(); d == nil || !d.takes(e) {
			t.Post(e)
		}
		k.screen.Await(atOnce)
		return
	}
	k.setup.touch(e)
}

// atOnce is less than the toolkit's pause between two looks for touches.
const atOnce = 12 * time.Millisecond
