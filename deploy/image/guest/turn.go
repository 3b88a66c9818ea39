package guest

import "image"

// A panel that hangs turned has its picture turned clockwise by Setup.Turn degrees, so
// that it is upright for who stands before it. Picture and Touch are hers: they speak of
// the upright picture.

// upright is a picture as it stands before her, of the one that the panel is sent.
func upright(p *image.RGBA, turn int) *image.RGBA {
	if turn%360 == 0 {
		return p
	}
	size := p.Bounds().Size()
	out := image.NewRGBA(image.Rectangle{Max: hung(size, turn)})
	for y := range out.Bounds().Dy() {
		for x := range out.Bounds().Dx() {
			at := glass(image.Pt(x, y), size, turn)
			out.SetRGBA(x, y, p.RGBAAt(at.X, at.Y))
		}
	}
	return out
}

// hung is how large a panel is for her.
func hung(size image.Point, turn int) image.Point {
	if turn%180 != 0 {
		return image.Pt(size.Y, size.X)
	}
	return size
}

// glass is where a point of the upright picture lies on the panel, whose size is given as
// the panel itself knows it.
func glass(at, size image.Point, turn int) image.Point {
	switch turn {
	case 90: // what is at the top for her is at the panel's right
		return image.Pt(size.X-1-at.Y, at.X)
	case 180:
		return image.Pt(size.X-1-at.X, size.Y-1-at.Y)
	case 270:
		return image.Pt(at.Y, size.Y-1-at.X)
	}
	return at
}
