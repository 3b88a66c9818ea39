package main

import (
	"context"
	"image"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// pulse has the window paint, and sees that it did. It is one clear pixel over the
// screen, whose picture the toolkit asks for in the middle of a frame and at no other
// time.
type pulse struct {
	dot    *canvas.Raster
	framed chan struct{} // a frame asked for the pixel
	screen chan struct{} // closed when there is a screen to be painted
	shown  atomic.Bool
	asked  chan struct{} // holds one place: a toolkit that hangs is asked once
}

func newPulse() *pulse {
	p := &pulse{framed: make(chan struct{}, 1), screen: make(chan struct{}), asked: make(chan struct{}, 1)}
	p.dot = canvas.NewRaster(func(int, int) image.Image {
		select {
		case p.framed <- struct{}{}:
		default:
		}
		return image.NewNRGBA(image.Rect(0, 0, 1, 1))
	})
	return p
}

// over is the window's content with the pixel on it.
func (p *pulse) over(content fyne.CanvasObject) fyne.CanvasObject {
	return &fyne.Container{Layout: beneath{}, Objects: []fyne.CanvasObject{content, p.dot}}
}

// beneath gives the first the whole place and the others a pixel.
type beneath struct{}

func (beneath) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

func (beneath) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.Position{})
	objects[0].Resize(size)
	for _, o := range objects[1:] {
		o.Resize(fyne.NewSquareSize(1))
	}
}

// laidOut is told of each screen that is about to be painted.
func (p *pulse) laidOut() {
	if !p.shown.Swap(true) {
		close(p.screen)
	}
}

// beat has the window paint one frame to its end: true when it did before the context
// ended.
func (p *pulse) beat(ctx context.Context) bool {
	select {
	case p.asked <- struct{}{}:
	case <-ctx.Done():
		return false // it has not come to the question before
	}
	select {
	case <-p.framed: // a frame of before
	default:
	}
	refresh := func() {
		fyne.Do(func() {
			<-p.asked
			p.dot.Refresh()
		})
		rouse()
	}
	refresh()
	// A window that is only just coming up forgets what it was asked: so again, now and
	// then, as long as the toolkit has come to the question before.
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for framed := false; !framed; {
		select {
		case <-p.framed:
			framed = true
		case <-ctx.Done():
			return false
		case <-again.C:
			select {
			case p.asked <- struct{}{}:
				refresh()
			default:
			}
		}
	}
	// The frame is on the panel when the toolkit has time for something else again.
	over := make(chan struct{})
	fyne.Do(func() { close(over) })
	rouse()
	select {
	case <-over:
		return true
	case <-ctx.Done():
		return false
	}
}
