package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"lintai/ui/icon"
)

// Picture is a drawing, alone or on a round ground.
type Picture struct {
	box    *fyne.Container
	ground *canvas.Circle
	image  *canvas.Image
	name   string
	ink    color.NRGBA
}

// NewPicture returns an empty picture.
func NewPicture() *Picture {
	p := &Picture{ground: canvas.NewCircle(color.Transparent), image: &canvas.Image{FillMode: canvas.ImageFillContain}}
	p.box = container(p.ground, p.image)
	p.box.Hide()
	return p
}

// Object is what stands in the screen's container.
func (p *Picture) Object() fyne.CanvasObject { return p.box }

// Set chooses a drawing, its ink and its ground; a nil ground draws none.
func (p *Picture) Set(name string, ink color.NRGBA, ground color.Color) {
	p.name, p.ink = name, ink
	if name == "" {
		return
	}
	if ground == nil {
		p.ground.Hide()
		return
	}
	if p.ground.FillColor != ground {
		p.ground.FillColor = ground
		p.ground.Refresh()
	}
	p.ground.Show()
}

// Empty tells whether there is nothing to show.
func (p *Picture) Empty() bool { return p.name == "" }

// Place draws the picture as a square in the middle of a place.
func (p *Picture) Place(r Rect) {
	if p.Empty() || r.W < 1 || r.H < 1 {
		p.box.Hide()
		return
	}
	side := min(r.W, r.H)
	square := Rect{r.X + (r.W-side)/2, r.Y + (r.H-side)/2, side, side}
	square.Put(p.ground)
	if p.ground.Visible() {
		square = square.Inset(side*0.2, side*0.2)
	}
	if resource := icon.In(p.name, p.ink, square.W); p.image.Resource != resource {
		p.image.Resource = resource
		p.image.Refresh()
	}
	square.Put(p.image)
	p.box.Show()
}

// Forget hides the picture: what was asked for is the resident's too.
func (p *Picture) Forget() {
	p.name = ""
	p.box.Hide()
}
