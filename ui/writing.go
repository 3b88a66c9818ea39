package ui

import (
	"unicode"

	"fyne.io/fyne/v2"

	"lintai/ui/font"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// writing is the field of a resident's own words: what stands, then what is being
// spelled, underlined, then the caret. A long text shows its end. It is drawn
// here because the toolkit's own field scrolls, blinks and takes gestures.
type writing struct {
	panel Panel
	rows  int // lines it may grow to
	box   *fyne.Container
	sheet *kit.Sheet
	label *kit.Text // what is asked for, where there is no room for a title
	blank *kit.Text
	caret *kit.Sheet
	lines []writtenLine

	text, composing string
	shown           bool
}

// writtenLine is one line of the field.
type writtenLine struct {
	typed, spelled *kit.Text
	under          *kit.Sheet
}

const writtenMM = 12

func newWriting(p Panel, rows int) *writing {
	w := &writing{
		panel: p, rows: rows, sheet: kit.NewSheet(p, theme.Sheet), caret: kit.NewSheet(p, theme.Pine),
		label: kit.NewText(p, theme.Small, true, theme.SoftInk, fyne.TextAlignLeading),
		blank: kit.NewText(p, theme.Body, false, theme.SoftInk, fyne.TextAlignLeading),
	}
	w.sheet.Colour(theme.Sheet, theme.Pine, 0.8)
	w.box = &fyne.Container{Objects: []fyne.CanvasObject{w.sheet.Object(), w.label.Object(), w.blank.Object(), w.caret.Object()}}
	for range rows {
		line := writtenLine{
			typed:   kit.NewText(p, writtenMM, false, theme.Ink, fyne.TextAlignLeading),
			spelled: kit.NewText(p, writtenMM, true, theme.PineDark, fyne.TextAlignLeading),
			under:   kit.NewSheet(p, theme.Pine),
		}
		w.lines = append(w.lines, line)
		w.box.Objects = append(w.box.Objects, line.typed.Object(), line.spelled.Object(), line.under.Object())
	}
	return w
}

func (w *writing) set(text, composing, blank string) {
	w.shown, w.text, w.composing = true, text, composing
	w.blank.Set("")
	if text == "" && composing == "" {
		w.blank.Set(blank)
	}
}

func (w *writing) Object() fyne.CanvasObject { return w.box }
func (w *writing) Empty() bool               { return !w.shown }
func (w *writing) Buttons() []*kit.Button    { return nil }
func (w *writing) pad() float32              { return w.panel.MM(0.9) }

func (w *writing) size(s theme.Scale) float32 { return w.panel.Text(writtenMM, s) }

func (w *writing) inner(r kit.Rect) kit.Rect { return r.Inset(w.panel.MM(3), w.pad()) }

func (w *writing) Heights(width float32, s theme.Scale) (least, most float32) {
	line := w.size(s) * font.LineHeight
	least, most = line+2*w.pad(), float32(w.rows)*line+2*w.pad()
	if !w.label.Empty() {
		_, _, down := w.labelSize(w.inner(kit.Rect{W: width}).W)
		least = max(least, down+2*w.pad())
	}
	return least, max(least, most)
}

func (w *writing) Place(r kit.Rect, s theme.Scale) {
	w.box.Show()
	w.sheet.Place(r, w.panel.MM(3))
	in := w.inner(r)
	if w.label.Empty() {
		w.label.Hide()
	} else {
		in = w.placeLabel(in)
	}
	size := min(w.size(s), in.H/font.LineHeight)
	step := size * font.LineHeight
	rows := max(1, min(w.rows, int((in.H+1)/step)))
	lines := ending(w.text, w.composing, in.W/size-0.2, rows)
	y := in.Y + max(0, (in.H-step*float32(rows))/2) // the first line keeps its place
	for i := range w.lines {
		if i >= len(lines) {
			w.lines[i].clear()
			continue
		}
		end := w.lines[i].place(w.panel, lines[i], kit.Rect{X: in.X, Y: y + float32(i)*step, W: in.W, H: step}, size)
		if i == len(lines)-1 {
			w.caret.Place(kit.Rect{X: end + 0.05*size, Y: y + float32(i)*step + 0.2*size, W: w.panel.MM(0.8), H: step - 0.4*size}, 0)
		}
	}
	shift := 0.35 * size
	pale := kit.Rect{X: in.X + shift, Y: y, W: max(1, in.W-shift), H: step}
	if w.blank.Height(pale.W, s) > step {
		pale.Y, pale.H = in.Y, in.H
	}
	w.blank.Place(pale, s)
}

// labelShare is the most of the field that the label takes.
const labelShare = 0.45

// labelSize is the label as it stands in a field of a width: the size of its text,
// its width and its height.
func (w *writing) labelSize(width float32) (size, across, down float32) {
	size = w.panel.MM(theme.Minimum)
	lines := kit.Wrap(w.label.Words(), width*labelShare/size, true)
	for _, line := range lines {
		across = max(across, font.Width(line, true)*size)
	}
	return size, across, float32(len(lines)) * size * font.LineHeight
}

// placeLabel puts what is asked for at the left and returns what is left.
func (w *writing) placeLabel(in kit.Rect) (rest kit.Rect) {
	size, across, _ := w.labelSize(in.W)
	w.label.PlaceAt(kit.Rect{X: in.X, Y: in.Y, W: across + 1, H: in.H}, size)
	gap := w.panel.MM(4)
	return kit.Rect{X: in.X + across + gap, Y: in.Y, W: max(1, in.W-across-gap), H: in.H}
}

func (w *writing) Hide() { w.box.Hide() }

func (w *writing) Forget() {
	w.box.Hide()
	w.shown, w.text, w.composing = false, "", ""
	w.label.Forget()
	w.blank.Forget()
	for _, line := range w.lines {
		line.clear()
	}
}

func (l writtenLine) clear() {
	l.typed.Forget()
	l.spelled.Forget()
	l.under.Hide()
}

// place draws a line and returns where it ends.
func (l writtenLine) place(p Panel, run writtenRun, r kit.Rect, size float32) float32 {
	x := r.X
	put := func(t *kit.Text, words string, bold bool) {
		t.Set(words)
		width := font.Width(words, bold) * size
		t.PlaceAt(kit.Rect{X: x, Y: r.Y, W: width + size, H: r.H}, size)
		x += width
	}
	put(l.typed, run.typed, false)
	from := x
	put(l.spelled, run.spelled, true)
	if run.spelled == "" {
		l.under.Hide()
	} else {
		l.under.Place(kit.Rect{X: from, Y: r.Y + r.H - 0.16*size, W: x - from, H: p.MM(0.6)}, 0)
	}
	return x
}

// writtenRun is what stands on one line: words, and letters being spelled.
type writtenRun struct{ typed, spelled string }

// written breaks words and spelling into lines of at most width ems. Other than
// texts to read, lines are filled from the left, so that what stands does not
// jump while one types.
func written(text, spelling string, width float32) []writtenRun {
	typed, spelled := []rune(text), []rune(spelling)
	all := append(append([]rune{}, typed...), spelled...)
	var lines []writtenRun
	add := func(from, to int) {
		cut := min(max(from, len(typed)), to)
		lines = append(lines, writtenRun{string(all[from:cut]), string(all[cut:to])})
	}
	from, used := 0, float32(0)
	for i, r := range all {
		w := font.Advance(r, i >= len(typed))
		if used+w > width && i > from {
			at := wordStart(all, from, i)
			add(from, at)
			from, used = at, 0
			for j := from; j < i; j++ {
				used += font.Advance(all[j], j >= len(typed))
			}
		}
		used += w
	}
	add(from, len(all))
	return lines
}

// wordStart is where to break before i so that a Latin word stays whole, if it
// did not fill the line alone.
func wordStart(all []rune, from, i int) int {
	latin := func(r rune) bool { return r < 0x250 && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	if !latin(all[i]) {
		return i
	}
	at := i
	for at > from && latin(all[at-1]) {
		at--
	}
	if at == from {
		return i
	}
	return at
}

// ending is as much of the end of a text as so many lines hold.
func ending(text, spelling string, width float32, rows int) []writtenRun {
	lines := written(text, spelling, width)
	typed := []rune(text)
	for len(lines) > rows && len(typed) > 0 {
		typed = typed[1:]
		lines = written("…"+string(typed), spelling, width)
	}
	return lines[max(0, len(lines)-rows):]
}
