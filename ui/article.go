package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newArticle is the screen of something to read, page by page, with who says so.
func newArticle(p Panel) *page {
	title := newHeading(p, false, 20)
	hint := newWords(p, theme.Body, false, theme.SoftInk, fyne.TextAlignLeading)
	note := newNotice(p)
	text := newParagraphs(p)
	source := newWords(p, theme.Small, false, theme.SoftInk, fyne.TextAlignLeading)
	link := newQR(p)
	turn := newPager(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, hint, note, text, source, link, turn, act)
	pg.fill = func(v visit.View) {
		title.set(v.Title, v.Icon, look(v.Tone))
		hint.Set(v.Hint)
		note.set(v.Notice, v.NoticeTone)
		text.set(v.Paragraphs)
		source.Set(v.Source)
		link.set(v.Link)
		turn.set(v.Pager)
		act.set(v.Actions)
	}
	pg.spare = []func(){hint.Forget}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if landscape && p.Tight() {
			return fitting(p, area, list(title, hint, note, source, link, kit.Spring{Weight: 1}, turn, act), list(text), 0.41, 0.46, 0.5, 0.36)
		}
		if landscape {
			return two(p, area, 0.7, list(title, hint, text, source), list(link, note, kit.Spring{Weight: 1}, turn, act))
		}
		return one(area, title, hint, note, text, source, link, kit.Spring{Weight: 1}, turn, act)
	}
	return pg
}

// paragraphs are a text to read on a sheet, in large letters.
type paragraphs struct {
	panel Panel
	box   *fyne.Container
	sheet *kit.Sheet
	texts []*kit.Text // grown to the most ever shown, then reused
	used  int
}

const readingMM = 13

func newParagraphs(p Panel) *paragraphs {
	a := &paragraphs{panel: p, sheet: kit.NewSheet(p, theme.Sheet)}
	a.sheet.Colour(theme.Sheet, theme.Line, 0.5)
	a.box = &fyne.Container{Objects: []fyne.CanvasObject{a.sheet.Object()}}
	return a
}

func (a *paragraphs) set(texts []string) {
	a.used = len(texts)
	for len(a.texts) < a.used {
		t := kit.NewText(a.panel, readingMM, false, theme.Ink, fyne.TextAlignLeading)
		a.texts = append(a.texts, t)
		a.box.Objects = append(a.box.Objects, t.Object())
	}
	for i, t := range a.texts {
		if i < a.used {
			t.Set(texts[i])
		} else {
			t.Forget()
		}
	}
}

func (a *paragraphs) Object() fyne.CanvasObject { return a.box }
func (a *paragraphs) Empty() bool               { return a.used == 0 }
func (a *paragraphs) Buttons() []*kit.Button    { return nil }

func (a *paragraphs) pad() float32 {
	if a.panel.Tight() {
		return a.panel.MM(2)
	}
	return a.panel.MM(6)
}

// between is the space between two paragraphs.
func (a *paragraphs) between(s theme.Scale) float32 { return a.panel.Text(readingMM, s) * 0.45 }

func (a *paragraphs) Heights(width float32, s theme.Scale) (least, most float32) {
	least = 2*a.pad() + float32(max(0, a.used-1))*a.between(s)
	for _, t := range a.texts[:a.used] {
		least += t.Height(width-2*a.inset(), s)
	}
	return least, least
}

func (a *paragraphs) inset() float32 { return a.pad() + a.panel.MM(2) }

func (a *paragraphs) Place(r kit.Rect, s theme.Scale) {
	a.box.Show()
	a.sheet.Place(r, a.panel.MM(4))
	in := r.Inset(a.inset(), a.pad())
	for _, t := range a.texts[:a.used] {
		var top kit.Rect
		top, in = in.CutTop(t.Height(in.W, s))
		t.PlaceAt(top, a.panel.Text(readingMM, s))
		_, in = in.CutTop(a.between(s))
	}
}

func (a *paragraphs) Hide() { a.box.Hide() }

func (a *paragraphs) Forget() {
	a.box.Hide()
	a.used = 0
	for _, t := range a.texts {
		t.Forget()
	}
}
