package ui

import (
	"fmt"

	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newRecord is the screen of a voice note.
func newRecord(p Panel) *page {
	title := newHeading(p, false, 20)
	headline := newWords(p, theme.Headline, true, theme.Pine, fyne.TextAlignCenter)
	hint := newWords(p, 12, false, theme.Ink, fyne.TextAlignLeading)
	note := newNotice(p)
	length := newMeter(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, headline, hint, note, length, act)
	pg.fill = func(v visit.View) {
		l := look(v.Tone)
		title.set(v.Title, "", l)
		headline.Colour = l.ink
		headline.Set(v.Headline)
		hint.Set(v.Hint)
		note.set(v.Notice, v.NoticeTone)
		length.set(v.Meter)
		act.set(v.Actions)
	}
	pg.spare = []func(){hint.Forget}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if landscape {
			return two(p, area, 0.55, list(title, hint, note, kit.Spring{Weight: 1}, headline, length), list(kit.Spring{Weight: 1}, act, kit.Spring{Weight: 1}))
		}
		return one(area, title, hint, note, kit.Spring{Weight: 1}, headline, length, kit.Spring{Weight: 1}, act)
	}
	return pg
}

// meter shows how long a voice note is: a picture that says whether it is being
// recorded, a bar, and the figures.
type meter struct {
	panel   Panel
	box     *fyne.Container
	sheet   *kit.Sheet
	picture *kit.Picture
	figures *kit.Text
	track   *kit.Sheet
	filled  *kit.Sheet
	part    float32
	shown   bool
}

func newMeter(p Panel) *meter {
	m := &meter{
		panel: p, sheet: kit.NewSheet(p, theme.Sheet), picture: kit.NewPicture(p),
		figures: kit.NewText(p, 20, true, theme.Ink, fyne.TextAlignLeading),
		track:   kit.NewSheet(p, theme.Idle), filled: kit.NewSheet(p, theme.Pine),
	}
	m.sheet.Colour(theme.Sheet, theme.Line, 0.5)
	m.track.Colour(theme.Idle, theme.Line, 0.5)
	m.box = &fyne.Container{Objects: []fyne.CanvasObject{m.sheet.Object(), m.picture.Object(), m.figures.Object(), m.track.Object(), m.filled.Object()}}
	return m
}

func (m *meter) set(v *visit.Meter) {
	if m.shown = v != nil; !m.shown {
		m.Forget()
		return
	}
	m.picture.Set("mic", theme.Pine, theme.PinePale)
	m.filled.Colour(theme.Pine, theme.None, 0)
	if v.Running {
		m.picture.Set("recording", theme.Red, theme.RedPale)
		m.filled.Colour(theme.Red, theme.None, 0)
	}
	m.figures.Set(minutes(v.Seconds) + " / " + minutes(v.Limit))
	m.part = 0
	if v.Limit > 0 {
		m.part = min(1, float32(v.Seconds)/float32(v.Limit))
	}
}

// minutes writes a length as players do: 1:05.
func minutes(seconds int) string { return fmt.Sprintf("%d:%02d", seconds/60, seconds%60) }

func (m *meter) Object() fyne.CanvasObject { return m.box }
func (m *meter) Empty() bool               { return !m.shown }
func (m *meter) Buttons() []*kit.Button    { return nil }

func (m *meter) Heights(float32, theme.Scale) (least, most float32) {
	return m.panel.MM(32), m.panel.MM(70)
}

func (m *meter) Place(r kit.Rect, s theme.Scale) {
	m.box.Show()
	m.sheet.Place(r, m.panel.MM(4))
	in := r.Inset(m.panel.MM(5), m.panel.MM(4))
	side := min(in.H, in.W*0.3)
	m.picture.Place(kit.Rect{X: in.X, Y: in.Y + (in.H-side)/2, W: side, H: side})
	x := in.X + side + m.panel.MM(6)
	right := kit.Rect{X: x, Y: in.Y, W: in.X + in.W - x, H: in.H}
	bar, above := right.CutBottom(m.panel.MM(8))
	m.figures.Place(above, s)
	m.track.Place(bar, bar.H/2)
	if done := bar; m.part > 0 {
		done.W = max(bar.H, bar.W*m.part)
		m.filled.Place(done, bar.H/2)
	} else {
		m.filled.Hide()
	}
}

func (m *meter) Hide() { m.box.Hide() }

func (m *meter) Forget() {
	m.box.Hide()
	m.shown, m.part = false, 0
	m.picture.Forget()
	m.figures.Forget()
}
