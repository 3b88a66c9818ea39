package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"lintai/ui/icon"
	"lintai/ui/theme"
)

// Picture is a drawing, alone or on a round ground.
type Picture struct {
	panel  theme.Panel
	box    *fyne.Container
	disc   *canvas.Circle
	image  *canvas.Image
	name   string
	ink    theme.Role
	ground theme.Role
}

// NewPicture returns an empty picture.
func NewPicture(panel theme.Panel) *Picture {
	p := &Picture{panel: panel, disc: canvas.NewCircle(color.Transparent), image: &canvas.Image{FillMode: canvas.ImageFillContain}}
	p.box = container(p.disc, p.image)
	p.box.Hide()
	return p
}

// Object is what stands in the screen's container.
func (p *Picture) Object() fyne.CanvasObject { return p.box }

// Set chooses a drawing, its ink and its round ground, or theme.None. It shows at
// the next Place.
func (p *Picture) Set(name string, ink, ground theme.Role) {
	p.name, p.ink, p.ground = name, ink, ground
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
	square.Put(p.disc)
	p.disc.Hide()
	if p.ground != theme.None {
		if fill := p.panel.Colour(p.ground); p.disc.FillColor != fill {
			p.disc.FillColor = fill
			p.disc.Refresh()
		}
		p.disc.Show()
		square = square.Inset(side*0.2, side*0.2)
	}
	if resource := icon.In(p.name, p.panel.Palette().Colour(p.ink), square.W); p.image.Resource != resource {
		p.image.Resource = resource
		if size := fyne.NewSize(square.W, square.H); p.image.Image == nil || p.image.Size() == size {
			p.image.Resize(size)
			p.image.Refresh()
		} // else Put rasterises it: once, not at the old size too
	}
	square.Put(p.image)
	p.box.Show()
}

// Forget hides the picture: what was asked for is the resident's too.
func (p *Picture) Forget() {
	p.name = ""
	p.box.Hide()
}
