package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/font"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newText is the screen of own words by the keyboard. Keys stay large on every
// panel; on a ten-inch one the question therefore stands inside the field, what
// to do next beside it, and the hint where the words to choose from will appear.
func newText(p Panel) *page {
	if p.Tight() && p.Landscape() {
		return newTightText(p)
	}
	title := newHeading(p, false, 16)
	hint := newWords(p, theme.Body, false, theme.SoftInk, fyne.TextAlignLeading)
	note := newNotice(p)
	field := newWriting(p, 3)
	choice := newCandidates(p)
	keys := newKeyboard(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, hint, note, field, choice, keys, act)
	pg.fill = func(v visit.View) {
		k := typed(v)
		title.set(v.Title, "", look(v.Tone))
		hint.Set(v.Hint)
		note.set(v.Notice, v.NoticeTone)
		field.set(k.Text, k.Composing, k.Blank)
		choice.set(k.Candidates, k.More, "", false)
		keys.set(k.Rows, k.Tools)
		act.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if landscape {
			return two(p, area, 0.78, list(title, field, choice, keys), list(hint, note, kit.Spring{Weight: 1}, act))
		}
		return one(area, title, hint, note, kit.Spring{Weight: 1}, field, choice, keys, kit.Spring{Weight: 1}, act)
	}
	return pg
}

// typed is what a view's keyboard holds.
func typed(v visit.View) visit.Keyboard {
	if v.Keyboard == nil {
		return visit.Keyboard{}
	}
	return *v.Keyboard
}

func newTightText(p Panel) *page {
	entry := newEntryRow(p)
	choice := newCandidates(p)
	keys := newKeyboard(p)
	// The column comes before the keyboard, which fills it.
	pg := newPage(p, theme.Paper, entry, choice, keys.side, keys)
	pg.fill = func(v visit.View) {
		k := typed(v)
		// A notice takes the place of the words to choose from, or of the question.
		label, advice := v.Title, v.Hint
		switch {
		case v.Notice != "" && len(k.Candidates) > 0:
			label = v.Notice
		case v.Notice != "":
			label, advice = "", v.Notice
		}
		entry.field.label.Set(label)
		entry.field.set(k.Text, k.Composing, k.Blank)
		entry.set(v.Actions)
		choice.set(k.Candidates, k.More, advice, v.Notice != "" && label == "")
		keys.set(k.Rows, k.Tools)
		keys.arrange()
	}
	pg.columns = func(area kit.Rect, _ bool) []kit.Column {
		// To the millimetre: ten keys of 16 mm, and a column of tools beside them.
		area = area.Inset(-p.MM(3.1), 0)
		area.Y, area.H = area.Y-p.MM(1.2), area.H+p.MM(1.2)
		least, _ := entry.Heights(area.W, theme.ClosestFit)
		top, rest := area.CutTop(least)
		_, rest = rest.CutTop(p.Gap())
		letters := fullRow*p.MM(theme.Key) + (fullRow-1)*p.Gap() + 1
		left := kit.Rect{X: rest.X, Y: rest.Y, W: letters, H: rest.H}
		right := kit.Rect{X: rest.X + letters + p.Gap(), Y: rest.Y, W: rest.W - letters - p.Gap(), H: rest.H}
		return []kit.Column{{Area: top, Parts: list(entry)}, {Area: right, Parts: list(keys.side)}, {Area: left, Parts: list(choice, keys)}}
	}
	return pg
}

// entryRow is the field with what to do next beside it.
type entryRow struct {
	panel   Panel
	box     *fyne.Container
	field   *writing
	buttons []*kit.Button
	used    int
}

func newEntryRow(p Panel) *entryRow {
	e := &entryRow{panel: p, field: newWriting(p, 2)}
	e.box = &fyne.Container{Objects: []fyne.CanvasObject{e.field.Object()}}
	for range mostActions {
		b := kit.NewButton(p, kit.Line, theme.Small)
		e.buttons = append(e.buttons, b)
		e.box.Objects = append(e.box.Objects, b.Object())
	}
	return e
}

func (e *entryRow) set(controls []visit.Control) {
	e.used = min(len(controls), len(e.buttons))
	for i, b := range e.buttons {
		style := kit.QuietStyle
		if i == 0 {
			style = kit.MainStyle
		}
		if i < e.used {
			b.Set(face(controls[i], style))
		} else {
			b.Forget()
		}
	}
}

func (e *entryRow) Object() fyne.CanvasObject { return e.box }
func (e *entryRow) Empty() bool               { return e.field.Empty() }
func (e *entryRow) Buttons() []*kit.Button    { return e.buttons[:e.used] }

// width is that of a button: its word on one line, beside its picture.
func (e *entryRow) width(b *kit.Button) float32 {
	words := font.Width(b.Label, true)*e.panel.MM(theme.Minimum+0.5) + e.panel.MM(6)
	if b.Icon != "" {
		words += e.panel.MM(12)
	}
	return min(max(words, e.panel.MM(theme.Target)), e.panel.MM(62))
}

func (e *entryRow) taken() (width float32) {
	for _, b := range e.Buttons() {
		width += e.width(b) + e.panel.Gap()
	}
	return width
}

func (e *entryRow) Heights(width float32, s theme.Scale) (least, most float32) {
	least, _ = e.field.Heights(width-e.taken(), theme.ClosestFit)
	least = max(least, e.panel.MM(theme.Target))
	return least, least
}

func (e *entryRow) Place(r kit.Rect, s theme.Scale) {
	e.box.Show()
	field := r
	field.W -= e.taken()
	e.field.Place(field, s)
	x := field.X + field.W
	for _, b := range slices.Backward(e.Buttons()) { // the main one last, as everywhere
		w := e.width(b)
		b.Place(kit.Rect{X: x + e.panel.Gap(), Y: r.Y, W: w, H: r.H}, s, 0)
		x += e.panel.Gap() + w
	}
}

func (e *entryRow) Hide() {
	e.box.Hide()
	for _, b := range e.buttons {
		b.Hide()
	}
}

func (e *entryRow) Forget() {
	e.box.Hide()
	e.used = 0
	e.field.Forget()
	for _, b := range e.buttons {
		b.Forget()
	}
}
