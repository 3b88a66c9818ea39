package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/font"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// field shows what has been typed, the places still missing and the unit.
type field struct {
	panel  Panel
	box    *fyne.Container
	sheet  *kit.Sheet
	entry  *kit.Text
	blank  *kit.Text
	suffix *kit.Text
	shown  bool
}

const entryMM = 24

func newField(p Panel) *field {
	f := &field{
		panel: p, sheet: kit.NewSheet(theme.Sheet),
		entry:  kit.NewText(p, entryMM, true, theme.PineDark, fyne.TextAlignLeading),
		blank:  kit.NewText(p, entryMM, false, theme.SoftInk, fyne.TextAlignLeading),
		suffix: kit.NewText(p, theme.Title, true, theme.Ink, fyne.TextAlignLeading),
	}
	f.sheet.Colour(theme.Sheet, theme.Pine, p.MM(0.8))
	f.box = &fyne.Container{Objects: []fyne.CanvasObject{f.sheet.Object(), f.entry.Object(), f.blank.Object(), f.suffix.Object()}}
	return f
}

func (f *field) set(k *visit.Keypad) {
	if f.shown = k != nil; !f.shown {
		f.Forget()
		return
	}
	f.entry.Set(k.Entry)
	f.blank.Set(k.Blank)
	f.suffix.Set(k.Suffix)
}

func (f *field) Object() fyne.CanvasObject { return f.box }
func (f *field) Empty() bool               { return !f.shown }
func (f *field) Buttons() []*kit.Button    { return nil }

func (f *field) Heights(float32, theme.Scale) (float32, float32) {
	return f.panel.MM(16), f.panel.MM(36)
}

func (f *field) Place(r kit.Rect, s theme.Scale) {
	f.sheet.Place(r, f.panel.MM(4))
	in := r.Inset(f.panel.MM(5), 0)
	typed := font.Width(f.entry.Words(), true) + font.Width(f.blank.Words(), false)
	unit := font.Width(f.suffix.Words(), true) * 0.62
	size := min(f.panel.MM(entryMM)*max(1, float32(s)), in.H/font.LineHeight)
	size = min(size, in.W/max(1, typed+unit+0.6))
	small := max(size*0.62, f.panel.MM(theme.Minimum))
	w := typed * size
	x := in.X + max(0, in.W-w-unit*size)/2
	typedWidth := font.Width(f.entry.Words(), true) * size
	f.entry.PlaceAt(kit.Rect{X: x, Y: r.Y, W: typedWidth + 2, H: r.H}, size)
	f.blank.PlaceAt(kit.Rect{X: x + typedWidth, Y: r.Y, W: w - typedWidth + 2, H: r.H}, size)
	f.suffix.PlaceAt(kit.Rect{X: x + w + 0.3*small, Y: r.Y, W: in.X + in.W - x - w, H: r.H}, small)
	f.box.Show()
}

func (f *field) Hide() { f.box.Hide() }

func (f *field) Forget() {
	f.box.Hide()
	f.shown = false
	f.entry.Forget()
	f.blank.Forget()
	f.suffix.Forget()
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
	k := &keys{panel: p, box: &fyne.Container{}, erase: kit.NewButton(p, kit.Line, theme.Label)}
	for i := range k.digits {
		k.digits[i] = kit.NewButton(p, kit.Cap, 18)
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
	gaps := 3 * k.panel.MM(theme.Gap)
	return 4*k.panel.MM(theme.Key) + gaps, 4*k.panel.MM(40) + gaps
}

func (k *keys) Place(r kit.Rect, s theme.Scale) {
	gap := k.panel.MM(theme.Gap)
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
