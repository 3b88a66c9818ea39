package ui

import (
	"bytes"
	"image"
	"image/jpeg"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"golang.org/x/image/draw"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newPhoto is the screen of a picture by the terminal's camera.
func newPhoto(p Panel) *page {
	title := newHeading(p, false, 20)
	hint := newWords(p, 12, false, theme.Ink, fyne.TextAlignLeading)
	note := newNotice(p)
	shot := newShot(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, hint, note, shot, act)
	pg.fill = func(v visit.View) {
		title.set(v.Title, "", look(v.Tone))
		hint.Set(v.Hint)
		note.set(v.Notice, v.NoticeTone)
		shot.set(v.Picture)
		act.set(v.Actions)
	}
	pg.spare = []func(){hint.Forget}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if landscape {
			return two(p, area, 0.58, list(shot), list(title, hint, note, kit.Spring{Weight: 1}, act))
		}
		return one(area, title, hint, note, shot, kit.Spring{Weight: 1}, act)
	}
	return pg
}

// shot is a picture on a sheet, or the drawing of a camera while there is none.
// The picture is decoded and scaled once, and its pixels are blanked when it goes.
type shot struct {
	panel   Panel
	box     *fyne.Container
	sheet   *kit.Sheet
	nothing *kit.Picture
	image   *canvas.Image

	jpeg   []byte
	whole  image.Image
	scaled *image.RGBA
	shown  bool
}

// mostPixels is the largest picture that is decoded; cameras of terminals make
// two million.
const mostPixels = 16 << 20

func newShot(p Panel) *shot {
	s := &shot{panel: p, sheet: kit.NewSheet(p, theme.Sheet), nothing: kit.NewPicture(p), image: &canvas.Image{FillMode: canvas.ImageFillContain}}
	s.sheet.Colour(theme.Sheet, theme.Line, 0.5)
	s.box = &fyne.Container{Objects: []fyne.CanvasObject{s.sheet.Object(), s.nothing.Object(), s.image}}
	return s
}

func (s *shot) set(picture []byte) {
	if !s.shown || !bytes.Equal(picture, s.jpeg) {
		s.Forget()
		s.jpeg = picture
		s.whole = decoded(picture)
	}
	s.shown = true
	s.nothing.Set("", theme.Pine, theme.PinePale)
	if s.whole == nil {
		s.nothing.Set("camera", theme.Pine, theme.PinePale)
	}
}

// decoded returns nil for what is no picture: the drawing stands in its place.
func decoded(picture []byte) image.Image {
	c, err := jpeg.DecodeConfig(bytes.NewReader(picture))
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width*c.Height > mostPixels {
		return nil
	}
	whole, err := jpeg.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil
	}
	return whole
}

func (s *shot) Object() fyne.CanvasObject { return s.box }
func (s *shot) Empty() bool               { return !s.shown }
func (s *shot) Buttons() []*kit.Button    { return nil }

func (s *shot) Heights(width float32, _ theme.Scale) (least, most float32) {
	return s.panel.MM(50), min(width*0.8, s.panel.MM(220))
}

func (s *shot) Place(r kit.Rect, _ theme.Scale) {
	s.box.Show()
	s.sheet.Place(r, s.panel.MM(4))
	in := r.Inset(s.panel.MM(3), s.panel.MM(3))
	side := min(in.W, in.H, s.panel.MM(60))
	s.nothing.Place(kit.Rect{X: in.X + (in.W-side)/2, Y: in.Y + (in.H-side)/2, W: side, H: side})
	if s.whole == nil {
		s.image.Hide()
		return
	}
	size := s.whole.Bounds().Size()
	factor := min(in.W/float32(size.X), in.H/float32(size.Y))
	w, h := max(1, int(float32(size.X)*factor)), max(1, int(float32(size.Y)*factor))
	if s.scaled == nil || s.scaled.Rect.Dx() != w || s.scaled.Rect.Dy() != h {
		s.blank()
		s.scaled = image.NewRGBA(image.Rect(0, 0, w, h))
		draw.ApproxBiLinear.Scale(s.scaled, s.scaled.Rect, s.whole, s.whole.Bounds(), draw.Src, nil)
		s.image.Image = s.scaled
		s.image.Refresh()
	}
	kit.Rect{X: in.X + (in.W-float32(w))/2, Y: in.Y + (in.H-float32(h))/2, W: float32(w), H: float32(h)}.Put(s.image)
	s.image.Show()
}

// blank overwrites the pixels that were shown and takes them off the screen.
func (s *shot) blank() {
	if s.scaled == nil {
		return
	}
	clear(s.scaled.Pix)
	s.scaled, s.image.Image = nil, nil
	s.image.Refresh()
}

func (s *shot) Hide() { s.box.Hide() }

// Forget drops the picture, to the last pixel. The JPEG is the visit's.
func (s *shot) Forget() {
	s.box.Hide()
	s.blank()
	if whole, ok := s.whole.(*image.YCbCr); ok {
		clear(whole.Y)
		clear(whole.Cb)
		clear(whole.Cr)
	}
	s.jpeg, s.whole, s.shown = nil, nil, false
	s.nothing.Forget()
}
