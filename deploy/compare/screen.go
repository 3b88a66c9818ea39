package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"
)

// Size of the panel: 21.5 inches, upright.
const (
	panelWidth  = 1080
	panelHeight = 1920
	pxPerMM     = 4
)

// startDisplay starts an X server without a monitor and returns its name. The
// server picks a free number itself and tells it through a pipe once it is ready.
func startDisplay(logs string) (*process, string, error) {
	ready, tell, err := os.Pipe()
	if err != nil {
		return nil, "", err
	}
	defer ready.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", panelWidth, panelHeight),
		"-nolisten", "tcp", "-noreset", "-s", "0", "-dpms")
	cmd.ExtraFiles = []*os.File{tell}
	p, err := launch(logs, "xvfb", cmd)
	tell.Close()
	if err != nil {
		return nil, "", err
	}
	_ = ready.SetReadDeadline(time.Now().Add(20 * time.Second))
	line, err := bufio.NewReader(ready).ReadString('\n')
	if err != nil {
		p.stop()
		return nil, "", fmt.Errorf("no display number from Xvfb: %w\n%s", err, p.lastLines(8))
	}
	return p, ":" + strings.TrimSpace(line), nil
}

// screen is the display: it is touched by XTEST, where the server cannot tell it
// from a finger, and its pixels are read back.
type screen struct {
	conn *xgb.Conn
	root xproto.Window
	// changed is when the last tap ended or the screen after it came up.
	changed time.Time
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

// How a careful finger taps. For 400 ms after a screen has come up the terminal
// takes no touch, which may have meant the screen before or be a tremble; the
// page gets the same pace.
const (
	fingerDown  = 60 * time.Millisecond
	beforeTouch = 500 * time.Millisecond
)

// tap touches a point and lets go. It returns when the finger came down and when
// it left: what is touched acts on the latter.
func (s *screen) tap(ctx context.Context, at image.Point) (down, up time.Time, err error) {
	if err := pause(ctx, beforeTouch-time.Since(s.changed)); err != nil {
		return down, up, err
	}
	fake := func(kind, detail byte) error {
		return xtest.FakeInputChecked(s.conn, kind, detail, 0, s.root, int16(at.X), int16(at.Y), 0).Check()
	}
	if err := fake(xproto.MotionNotify, 0); err != nil {
		return down, up, err
	}
	down = time.Now()
	if err := fake(xproto.ButtonPress, 1); err != nil {
		return down, up, err
	}
	held := pause(ctx, fingerDown)
	up = time.Now()
	if err := fake(xproto.ButtonRelease, 1); err != nil {
		return down, up, err
	}
	s.changed = time.Now()
	return down, up, held
}

// read returns the pixels of a part of the display, four bytes each.
func (s *screen) read(r image.Rectangle) ([]byte, error) {
	reply, err := xproto.GetImage(s.conn, xproto.ImageFormatZPixmap, xproto.Drawable(s.root),
		int16(r.Min.X), int16(r.Min.Y), uint16(r.Dx()), uint16(r.Dy()), ^uint32(0)).Reply()
	if err != nil {
		return nil, err
	}
	if len(reply.Data) != 4*r.Dx()*r.Dy() {
		return nil, fmt.Errorf("the display has %d bytes for %d pixels; 4 a pixel are needed (depth 24)", len(reply.Data), r.Dx()*r.Dy())
	}
	return reply.Data, nil
}

// picture is all of the display, as the server stores it: blue, green, red,
// unused.
type picture []byte

func (p picture) row(y int) []byte { return p[4*panelWidth*y : 4*panelWidth*(y+1)] }

var whole = image.Rect(0, 0, panelWidth, panelHeight)

// settled reads the display once it has not changed for a while.
func (s *screen) settled(ctx context.Context) (picture, error) {
	last, err := s.read(whole)
	if err != nil {
		return nil, err
	}
	same := 0
	for began := time.Now(); same < 4 && time.Since(began) < 4*time.Second; {
		if err := pause(ctx, 120*time.Millisecond); err != nil {
			return nil, err
		}
		next, err := s.read(whole)
		if err != nil {
			return nil, err
		}
		same++
		if !bytes.Equal(last, next) {
			same = 0
		}
		last = next
	}
	return last, nil
}

func (p picture) save(name string) error {
	out := image.NewRGBA(whole)
	for i := 0; i < len(p); i += 4 {
		out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = p[i+2], p[i+1], p[i], 255
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := png.Encode(f, out); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// differing counts the pixels in which two rows, or two pictures, differ.
func differing(a, b []byte) int {
	n := 0
	for i := 0; i+4 <= len(a); i += 4 {
		if !bytes.Equal(a[i:i+3], b[i:i+3]) {
			n++
		}
	}
	return n
}
