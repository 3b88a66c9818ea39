package kit

import (
	"fyne.io/fyne/v2"

	"lintai/ui/font"
	"lintai/ui/theme"
)

// Shape is how picture and words of a button stand to each other.
type Shape int

const (
	Over Shape = iota // picture over the words
	Row               // picture at the left, words beside it
	Line              // picture and one line of words together in the middle
	Cap               // a key: words only
)

// Face is what a button shows and carries. ID is stable and holds nothing
// personal; Event comes back to whoever handles the tap.
type Face struct {
	ID       string
	Label    string
	Detail   string
	Icon     string
	Event    any
	Disabled bool
	Selected bool
	Style    Style
}

// Button is one thing to touch. It draws itself; the Surface decides when it was
// touched.
type Button struct {
	Face

	panel   theme.Panel
	shape   Shape
	typed   bool // a key, which one may press twice in a row
	box     *fyne.Container
	foot    *Sheet
	face    *Sheet
	picture *Picture
	label   *Text
	detail  *Text
	chosen  *Picture

	shown   bool
	pressed bool
	bounds  Rect
	reach   Rect // where a finger hits, when that is more than the drawing
	scale   theme.Scale
	fitted  float32 // text size of the label, so that neighbours look alike
	left    float32 // kept free for what is drawn over the button there
}

// NewButton returns a hidden button. The label's size is given in millimetres.
func NewButton(p theme.Panel, shape Shape, labelMM float32) *Button {
	align := fyne.TextAlignCenter
	if shape == Row {
		align = fyne.TextAlignLeading
	}
	b := &Button{
		panel: p, shape: shape,
		foot: NewSheet(p, theme.Line), face: NewSheet(p, theme.Sheet),
		picture: NewPicture(p), chosen: NewPicture(p),
		label:  NewText(p, labelMM, true, theme.Ink, align),
		detail: NewText(p, min(theme.Body, labelMM), false, theme.SoftInk, align),
	}
	b.box = container(b.foot.Object(), b.face.Object(), b.picture.Object(), b.label.Object(), b.detail.Object(), b.chosen.Object())
	b.box.Hide()
	return b
}

// NewKey returns a hidden key of a keyboard or keypad, which may soon be pressed
// again.
func NewKey(p theme.Panel, shape Shape, labelMM float32) *Button {
	b := NewButton(p, shape, labelMM)
	b.typed = true
	return b
}

// tick is the size of the sign that a button was chosen, in millimetres.
const tick = 9

// Object is what stands in the screen's container.
func (b *Button) Object() fyne.CanvasObject { return b.box }

// Set fills the button. It shows at the next Place.
func (b *Button) Set(f Face) {
	if f.Disabled {
		f.Style = OffStyle
	}
	b.Face = f
	b.label.Set(f.Label)
	b.detail.Set(f.Detail)
}

// Bounds is where a finger hits, in pixels of the window.
func (b *Button) Bounds() Rect {
	if b.reach.W > 0 {
		return b.reach
	}
	return b.bounds
}

// Reach widens where a finger hits beyond the drawing, until the next Place.
func (b *Button) Reach(r Rect) { b.reach = r }

// Spare keeps a width at the left free of words, for what is drawn over the button.
func (b *Button) Spare(left float32) { b.left = left }

// Touchable tells whether a finger has an effect.
func (b *Button) Touchable() bool { return b.shown && !b.Disabled }

// Depth is the height of the foot below a button's face.
func (b *Button) depth() float32 { return b.panel.MM(1) }

// FitLabel returns the text size at which the label fits a place.
func (b *Button) FitLabel(r Rect, s theme.Scale) float32 {
	inner := b.inner(r)
	_, words := b.split(inner)
	h := words.H
	if !b.detail.Empty() && b.shape != Line {
		// The second line gives way before the label does.
		h -= min(b.detail.Height(words.W, s), max(h*0.42, b.leastDetail(words.W, s)))
	}
	size, _ := b.label.Fit(words.W, h, s)
	return size
}

// leastDetail is the height of the second line at the smallest size.
func (b *Button) leastDetail(width float32, s theme.Scale) float32 {
	return b.detail.Height(width, min(s, theme.ClosestFit))
}

// Place draws the button. Every label of a group is drawn at the same size:
// limit, in pixels; 0 means as it fits.
func (b *Button) Place(r Rect, s theme.Scale, limit float32) {
	b.bounds, b.reach, b.scale, b.shown = r, Rect{}, s, true
	b.fitted = b.FitLabel(r, s)
	if limit > 0 {
		b.fitted = min(b.fitted, limit)
	}
	b.draw()
	b.box.Show()
}

// Least returns the least height the button needs at a width.
func (b *Button) Least(width float32, s theme.Scale) float32 {
	inner := b.inner(Rect{W: width, H: 1000})
	_, words := b.split(Rect{inner.X, inner.Y, inner.W, min(inner.H, b.panel.MM(2*theme.Target))})
	h := b.label.Height(words.W, s)
	if b.shape != Line {
		h += b.detail.Height(words.W, s)
	}
	if b.shape == Over && b.Icon != "" && s > theme.ClosestFit { // pictures give way last
		h += b.panel.MM(theme.Label) + b.panel.MM(1)
	}
	return max(b.panel.MM(theme.Target), h+2*b.pad()+b.depth())
}

// Across returns the least width at which a short label stands on one line, and
// the words of a longer one stay whole.
func (b *Button) Across() float32 {
	words := longestWord(b.Label, true)
	if b.label.short() {
		words = font.Width(b.Label, true)
	}
	return words*b.panel.MM(theme.Minimum) + 2*b.pad() + 2
}

// Brief leaves the second line out, until the next Set.
func (b *Button) Brief() {
	b.Detail = ""
	b.detail.Set("")
}

// pad is the space beside the words. A key of the least size holds two
// characters.
func (b *Button) pad() float32 {
	if b.shape == Cap {
		return b.panel.MM(1)
	}
	return b.panel.MM(2)
}

func (b *Button) inner(r Rect) Rect {
	r.H -= b.depth()
	return b.content(r)
}

// content is where words and picture stand on a face.
func (b *Button) content(face Rect) Rect {
	in := face.Inset(b.pad(), b.panel.MM(1))
	in.X, in.W = in.X+b.left, in.W-b.left
	return in
}

// split divides the inside of a button into the picture's and the words' place.
// Where the words would not fit beside the picture, they stand alone.
func (b *Button) split(in Rect) (picture, words Rect) {
	if b.Icon == "" || b.shape == Cap {
		return Rect{}, in
	}
	picture, words = b.apart(in)
	least := b.panel.MM(theme.Minimum)
	height := float32(len(Wrap(b.Label, words.W/least, true)))
	if b.shape != Line && b.Detail != "" {
		height += float32(len(Wrap(b.Detail, words.W/least, false)))
	}
	if longestWord(b.Label, true)*least > words.W+0.5 || height*least*font.LineHeight > words.H+0.5 {
		if b.Selected && b.shape != Over {
			in.W -= b.panel.MM(tick)
		}
		return Rect{}, in
	}
	return picture, words
}

// Pictured tells whether the picture finds its place in r.
func (b *Button) Pictured(r Rect) bool {
	picture, _ := b.split(b.inner(r))
	return b.Icon == "" || picture.W > 0
}

// Whole tells whether the label stands on one line in r.
func (b *Button) Whole(r Rect, s theme.Scale) bool {
	_, words := b.split(b.inner(r))
	return len(Wrap(b.Label, words.W/b.FitLabel(r, s), true)) < 2
}

// Plain leaves the picture out, until the next Set.
func (b *Button) Plain() { b.Icon = "" }

func (b *Button) apart(in Rect) (picture, words Rect) {
	switch b.shape {
	case Over:
		share := float32(0.46)
		if !b.detail.Empty() {
			share = 0.4
		}
		side := min(in.H*share, in.W*0.6, b.panel.MM(52))
		top, rest := in.CutTop(side)
		_, rest = rest.CutTop(b.panel.MM(0.5))
		return top, rest.Inset(min(b.panel.MM(3), rest.W*0.03), 0)
	case Row:
		side := min(in.H*0.84, in.W*0.26, b.panel.MM(56))
		left := Rect{in.X + b.panel.MM(2), in.Y + (in.H-side)/2, side, side}
		x := left.X + left.W + b.panel.MM(5)
		right := in.X + in.W
		if b.Selected {
			right -= b.panel.MM(tick + 2)
		}
		return left, Rect{x, in.Y, right - x, in.H}
	default: // Line: the picture's place moves with the words
		side := min(in.H*0.6, b.panel.MM(13), in.W*0.28)
		x := in.X + side + b.panel.MM(2)
		right := in.X + in.W
		if b.Selected {
			right -= b.panel.MM(tick)
		}
		return Rect{in.X, in.Y + (in.H-side)/2, side, side}, Rect{x, in.Y, right - x, in.H}
	}
}

func (b *Button) draw() {
	style := b.Style
	face := style.Face
	if b.pressed {
		face = style.Pressed
	}
	depth, radius := b.depth(), b.panel.MM(4)
	r := b.bounds
	top := Rect{r.X, r.Y, r.W, r.H - depth}
	foot, _ := r.CutBottom(2 * radius) // no more of it than the face leaves to be seen
	if b.pressed {
		top.Y += depth
		foot, _ = r.CutTop(2 * radius)
	}
	b.foot.Colour(style.Foot, theme.None, 0)
	b.foot.Place(foot, radius)
	edge := float32(0.5)
	if b.Selected {
		edge, style.Edge = 1.4, theme.Pine
	}
	b.face.Colour(face, style.Edge, edge)
	b.face.Place(top, radius)
	b.drawContent(b.content(top), style)

	b.chosen.Set("", theme.Reverse, theme.None)
	if b.Selected {
		b.chosen.Set("ok", theme.Reverse, theme.Pine)
	}
	side := b.panel.MM(tick)
	b.chosen.Place(Rect{top.X + top.W - side - b.pad(), top.Y + b.pad(), side, side})
}

func (b *Button) drawContent(in Rect, style Style) {
	picture, words := b.split(in)
	b.picture.Set(b.Icon, style.Drawing, style.Medallion)
	b.label.Colour, b.detail.Colour = style.Ink, style.Soft
	labelHeight := float32(len(Wrap(b.Label, words.W/b.fitted, true))) * b.fitted * font.LineHeight
	detailSize, _ := b.detail.Fit(words.W, words.H-labelHeight, b.scale)
	if least := b.panel.Text(theme.Minimum, b.scale); detailSize > b.fitted*0.8 {
		detailSize = max(least, b.fitted*0.8)
	}
	detailHeight := float32(0)
	if !b.detail.Empty() && b.shape != Line {
		detailHeight = float32(len(Wrap(b.Detail, words.W/detailSize, false))) * detailSize * font.LineHeight
	}
	block := labelHeight + detailHeight
	switch b.shape {
	case Over:
		gap := max(0, in.H-picture.H-block) / 2
		picture.Y = in.Y + gap
		words.Y = picture.Y + picture.H
		if picture.H == 0 {
			words.Y = in.Y + gap
		}
	case Row, Cap:
		words.Y = in.Y + (in.H-block)/2
	case Line:
		width := font.Width(b.Label, true) * b.fitted
		shift := max(0, (words.W-width)/2)
		picture.X += shift
		words = Rect{words.X + shift - 1, in.Y + (in.H-labelHeight)/2, min(words.W, width) + 2, labelHeight}
	}
	b.picture.Place(picture)
	b.label.PlaceAt(Rect{words.X, words.Y, words.W, labelHeight}, b.fitted)
	if detailHeight == 0 {
		b.detail.clear()
		return
	}
	b.detail.PlaceAt(Rect{words.X, words.Y + labelHeight, words.W, detailHeight}, detailSize)
}

// press shows that a finger is on the button, or no longer.
func (b *Button) press(down bool) {
	if b.pressed == down {
		return
	}
	b.pressed = down
	if b.shown {
		b.draw()
	}
}

// Hide takes the button off the screen.
func (b *Button) Hide() {
	b.shown, b.pressed = false, false
	b.box.Hide()
}

// Forget hides the button and drops what it carried.
func (b *Button) Forget() {
	b.Hide()
	b.Face = Face{}
	b.label.Forget()
	b.detail.Forget()
	b.picture.Forget()
	b.chosen.Forget()
}
