package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/font"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// field shows what has been typed, a bar for each place still missing, and the
// unit.
type field struct {
	panel  Panel
	box    *fyne.Container
	sheet  *kit.Sheet
	entry  *kit.Text
	suffix *kit.Text
	bars   []*kit.Sheet // grown to the most places ever missing, then reused
	blank  string
	shown  bool
}

const entryMM = 24

func newField(p Panel) *field {
	f := &field{
		panel: p, sheet: kit.NewSheet(p, theme.Sheet),
		entry:  kit.NewText(p, entryMM, true, theme.PineDark, fyne.TextAlignLeading),
		suffix: kit.NewText(p, theme.Title, true, theme.Ink, fyne.TextAlignLeading),
	}
	f.sheet.Colour(theme.Sheet, theme.Pine, 0.8)
	f.box = &fyne.Container{Objects: []fyne.CanvasObject{f.sheet.Object(), f.entry.Object(), f.suffix.Object()}}
	return f
}

func (f *field) set(k *visit.Keypad) {
	if f.shown = k != nil; !f.shown {
		f.Forget()
		return
	}
	f.entry.Set(k.Entry)
	f.suffix.Set(k.Suffix)
	f.blank = k.Blank
	for len(f.bars) < len(f.blank) {
		bar := kit.NewSheet(f.panel, theme.SoftInk)
		f.bars = append(f.bars, bar)
		f.box.Objects = append(f.box.Objects, bar.Object())
	}
}

func (f *field) Object() fyne.CanvasObject { return f.box }
func (f *field) Empty() bool               { return !f.shown }
func (f *field) Buttons() []*kit.Button    { return nil }

func (f *field) Heights(float32, theme.Scale) (float32, float32) {
	return f.panel.MM(16), f.panel.MM(36)
}

// placeWidth is the width, in ems, that a missing character will take.
func placeWidth(r rune) float32 {
	if r == '_' {
		r = '0'
	}
	return font.Advance(r, true)
}

func (f *field) Place(r kit.Rect, s theme.Scale) {
	f.sheet.Place(r, f.panel.MM(4))
	in := r.Inset(f.panel.MM(5), 0)
	const unitShare = 0.62 // of the entry's size
	typed := font.Width(f.entry.Words(), true)
	total := typed
	for _, place := range f.blank {
		total += placeWidth(place)
	}
	unit := font.Width(f.suffix.Words(), true) * unitShare
	size := min(f.panel.MM(entryMM)*max(1, float32(s)), in.H/font.LineHeight)
	size = min(size, in.W/max(1, total+unit+0.6))
	small := max(size*unitShare, f.panel.MM(theme.Minimum))
	x := in.X + max(0, in.W-(total+unit)*size)/2
	f.entry.PlaceAt(kit.Rect{X: x, Y: r.Y, W: typed*size + 2, H: r.H}, size)
	x += typed * size
	x = f.placeBars(x, r.Y+r.H/2+0.36*size, size)
	f.suffix.PlaceAt(kit.Rect{X: x + 0.3*small, Y: r.Y, W: max(0, in.X+in.W-x), H: r.H}, small)
	f.box.Show()
}

// placeBars draws a bar for each missing place from x on and returns where they
// end.
func (f *field) placeBars(x, y, size float32) float32 {
	for i, bar := range f.bars {
		if i >= len(f.blank) || f.blank[i] != '_' {
			bar.Hide()
		} else {
			w := placeWidth('_') * size
			bar.Place(kit.Rect{X: x + 0.1*w, Y: y, W: 0.8 * w, H: f.panel.MM(0.9)}, 0)
		}
		if i < len(f.blank) {
			x += placeWidth(rune(f.blank[i])) * size
		}
	}
	return x
}

func (f *field) Hide() { f.box.Hide() }

func (f *field) Forget() {
	f.box.Hide()
	f.shown, f.blank = false, ""
	f.entry.Forget()
	f.suffix.Forget()
	for _, bar := range f.bars {
		bar.Hide()
	}
}

// keys is the keypad: as on a telephone, with the nought in the middle of the
// last row and the erasing key beside it.
type keys struct {
	panel  Panel
	box    *fyne.Container
	digits [10]*kit.Button
	erase  *kit.Button
	shown  bool
}

func newKeys(p Panel) *keys {
	k := &keys{panel: p, box: &fyne.Container{}, erase: kit.NewKey(p, kit.Line, theme.Label)}
	for i := range k.digits {
		k.digits[i] = kit.NewKey(p, kit.Cap, 18)
		k.box.Objects = append(k.box.Objects, k.digits[i].Object())
	}
	k.box.Objects = append(k.box.Objects, k.erase.Object())
	return k
}

func (k *keys) set(keypad *visit.Keypad) {
	if k.shown = keypad != nil && len(keypad.Keys) == len(k.digits); !k.shown {
		k.Forget()
		return
	}
	for i, b := range k.digits {
		b.Set(face(keypad.Keys[i], kit.KeyStyle))
	}
	k.erase.Set(face(keypad.Erase, kit.KeyStyle))
}

func (k *keys) Object() fyne.CanvasObject { return k.box }
func (k *keys) Empty() bool               { return !k.shown }

func (k *keys) Buttons() []*kit.Button { return append(k.digits[:], k.erase) }

func (k *keys) Heights(float32, theme.Scale) (float32, float32) {
	gaps := 3 * k.panel.Gap()
	return 4*k.panel.MM(theme.Key) + gaps, 4*k.panel.MM(48) + gaps
}

func (k *keys) Place(r kit.Rect, s theme.Scale) {
	gap := k.panel.Gap()
	w, h := (r.W-2*gap)/3, (r.H-3*gap)/4
	cell := func(column, row int) kit.Rect {
		return kit.Rect{X: r.X + float32(column)*(w+gap), Y: r.Y + float32(row)*(h+gap), W: w, H: h}
	}
	for i, b := range k.digits[:9] {
		b.Place(cell(i%3, i/3), s, 0)
	}
	k.digits[9].Place(cell(1, 3), s, 0)
	k.erase.Place(cell(2, 3), s, 0)
	k.box.Show()
}

func (k *keys) Hide() {
	k.box.Hide()
	for _, b := range k.Buttons() {
		b.Hide()
	}
}

func (k *keys) Forget() {
	k.box.Hide()
	k.shown = false
	for _, b := range k.Buttons() {
		b.Forget()
	}
}
