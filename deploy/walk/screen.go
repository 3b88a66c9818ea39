package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"slices"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"
)

// How a careful finger taps. The terminal ignores a second touch on the same
// place for 400 ms, as a trembling hand makes them, and any touch on a screen that
// has just come up.
const (
	fingerDown = 60 * time.Millisecond
	betweenTap = 450 * time.Millisecond
	// betweenSame is the time from one tap to another on the same place: the view
	// that follows the first may be one that came by itself, and a busy terminal
	// takes the first late.
	betweenSame = 700 * time.Millisecond
	// betweenKeys is the time from one key to another.
	betweenKeys = 150 * time.Millisecond
)

// screen is the X display that the terminal draws on: it clicks by XTEST, where
// the server cannot tell it from a finger, and reads back what was drawn.
type screen struct {
	conn    *xgb.Conn
	root    xproto.Window
	lastTap time.Time
}

func openScreen(display string) (*screen, error) {
	// It would speak of a missing authority file; our display asks for none, and
	// what goes wrong comes back as an error.
	xgb.Logger.SetOutput(io.Discard)
	conn, err := xgb.NewConnDisplay(display)
	if err != nil {
		return nil, fmt.Errorf("display %s: %w", display, err)
	}
	if err := xtest.Init(conn); err != nil {
		conn.Close()
		return nil, fmt.Errorf("display %s has no XTEST: %w", display, err)
	}
	return &screen{conn: conn, root: xproto.Setup(conn).DefaultScreen(conn).Root}, nil
}

func (s *screen) close() { s.conn.Close() }

// window finds the largest mapped window, which is the terminal's: there is no
// window manager and nobody else.
func (s *screen) window() (image.Rectangle, error) {
	tree, err := xproto.QueryTree(s.conn, s.root).Reply()
	if err != nil {
		return image.Rectangle{}, err
	}
	var best image.Rectangle
	for _, w := range tree.Children {
		attributes, err := xproto.GetWindowAttributes(s.conn, w).Reply()
		if err != nil || attributes.MapState != xproto.MapStateViewable {
			continue
		}
		g, err := xproto.GetGeometry(s.conn, xproto.Drawable(w)).Reply()
		if err != nil {
			continue
		}
		r := image.Rect(int(g.X), int(g.Y), int(g.X)+int(g.Width), int(g.Y)+int(g.Height))
		if r.Dx()*r.Dy() > best.Dx()*best.Dy() {
			best = r
		}
	}
	if best.Empty() {
		return best, errors.New("no window on the display")
	}
	return best, nil
}

// tap touches a point of the terminal's window, in its pixels, and lets go.
func (s *screen) tap(ctx context.Context, x, y float64) error {
	if err := pause(ctx, betweenKeys-time.Since(s.lastTap)); err != nil {
		return err
	}
	w, err := s.window()
	if err != nil {
		return err
	}
	at := w.Min.Add(image.Pt(int(x), int(y)))
	if !at.In(w) {
		return fmt.Errorf("the point %v lies outside of the window %v", at, w)
	}
	fake := func(kind, detail byte) error {
		return xtest.FakeInputChecked(s.conn, kind, detail, 0, s.root, int16(at.X), int16(at.Y), 0).Check()
	}
	if err := fake(xproto.MotionNotify, 0); err != nil {
		return err
	}
	if err := fake(xproto.ButtonPress, 1); err != nil {
		return err
	}
	// Lift the finger also when the walk is being ended.
	held := pause(ctx, fingerDown)
	if err := fake(xproto.ButtonRelease, 1); err != nil {
		return err
	}
	s.lastTap = time.Now()
	return held
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// capture reads the whole display.
func (s *screen) capture() (*image.RGBA, error) {
	g, err := xproto.GetGeometry(s.conn, xproto.Drawable(s.root)).Reply()
	if err != nil {
		return nil, err
	}
	reply, err := xproto.GetImage(s.conn, xproto.ImageFormatZPixmap, xproto.Drawable(s.root), 0, 0, g.Width, g.Height, ^uint32(0)).Reply()
	if err != nil {
		return nil, err
	}
	picture := image.NewRGBA(image.Rect(0, 0, int(g.Width), int(g.Height)))
	if len(reply.Data) != len(picture.Pix) {
		return nil, fmt.Errorf("the display has %d bytes for %d pixels; 4 a pixel are needed (depth 24)", len(reply.Data), len(picture.Pix)/4)
	}
	// The server stores blue, green, red, unused.
	for i := 0; i < len(reply.Data); i += 4 {
		picture.Pix[i], picture.Pix[i+1], picture.Pix[i+2], picture.Pix[i+3] = reply.Data[i+2], reply.Data[i+1], reply.Data[i], 255
	}
	return picture, nil
}

// settled captures the display once it has stopped changing. The terminal's
// trace tells when a screen is laid out; the paint follows within a frame or
// two, and nothing tells of that but the picture. A screen that never rests is
// taken as it is after a second.
func (s *screen) settled(ctx context.Context) (*image.RGBA, error) {
	last, err := s.capture()
	if err != nil {
		return nil, err
	}
	same := 0
	for began := time.Now(); same < 2 && time.Since(began) < time.Second; {
		if err := pause(ctx, 60*time.Millisecond); err != nil {
			return nil, err
		}
		next, err := s.capture()
		if err != nil {
			return nil, err
		}
		if bytes.Equal(last.Pix, next.Pix) {
			same++
		} else {
			same = 0
		}
		last = next
	}
	return last, nil
}

// blank tells that a picture has one colour only: nothing was drawn yet.
func blank(p *image.RGBA) bool {
	for i := 4; i+4 <= len(p.Pix); i += 4 {
		if !bytes.Equal(p.Pix[i:i+4], p.Pix[:4]) {
			return false
		}
	}
	return true
}

// difference returns the smallest rectangle that holds all pixels in which two
// pictures of the same size differ, not counting those inside the areas named.
func difference(a, b *image.RGBA, but ...image.Rectangle) image.Rectangle {
	if a.Bounds() != b.Bounds() {
		return a.Bounds().Union(b.Bounds())
	}
	var all image.Rectangle
	width := a.Bounds().Dx()
	for i := 0; i+4 <= len(a.Pix); i += 4 {
		if bytes.Equal(a.Pix[i:i+4], b.Pix[i:i+4]) {
			continue
		}
		at := image.Pt(i/4%width, i/4/width)
		if slices.ContainsFunc(but, func(r image.Rectangle) bool { return at.In(r) }) {
			continue
		}
		all = all.Union(image.Rectangle{at, at.Add(image.Pt(1, 1))})
	}
	return all
}

func writePNG(name string, picture image.Image) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	// Speed before size: the pictures are taken between two touches.
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(f, picture); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
