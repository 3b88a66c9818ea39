package main

import (
	"context"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// display starts a real X server for one test.
func display(t *testing.T) string {
	t.Helper()
	server, name, err := startDisplay(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.kill)
	return name
}

func open(t *testing.T, name string) *screen {
	t.Helper()
	s, err := openScreen(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// redWindow opens a window of another client, as the terminal does, and waits
// until it is there.
func redWindow(t *testing.T, name string, r image.Rectangle) *xgb.Conn {
	t.Helper()
	conn, err := xgb.NewConnDisplay(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	setup := xproto.Setup(conn).DefaultScreen(conn)
	id, err := xproto.NewWindowId(conn)
	if err != nil {
		t.Fatal(err)
	}
	err = xproto.CreateWindowChecked(conn, setup.RootDepth, id, setup.Root,
		int16(r.Min.X), int16(r.Min.Y), uint16(r.Dx()), uint16(r.Dy()), 0, xproto.WindowClassInputOutput, setup.RootVisual,
		xproto.CwBackPixel|xproto.CwEventMask,
		[]uint32{0xC81020, xproto.EventMaskButtonPress | xproto.EventMaskButtonRelease | xproto.EventMaskExposure}).Check()
	if err != nil {
		t.Fatal(err)
	}
	if err := xproto.MapWindowChecked(conn, id).Check(); err != nil {
		t.Fatal(err)
	}
	for {
		e, xerr := conn.WaitForEvent()
		if xerr != nil {
			t.Fatal(xerr)
		}
		if _, exposed := e.(xproto.ExposeEvent); exposed {
			return conn
		}
	}
}

func TestTapArrivesAtAnotherProgram(t *testing.T) {
	name := display(t)
	s := open(t, name)
	conn := redWindow(t, name, image.Rect(100, 200, 700, 900))

	if err := s.tap(t.Context(), 30, 40); err != nil {
		t.Fatal(err)
	}
	down, _ := conn.WaitForEvent()
	press, ok := down.(xproto.ButtonPressEvent)
	if !ok || press.EventX != 30 || press.EventY != 40 || press.Detail != 1 {
		t.Fatalf("press: %v", down)
	}
	up, _ := conn.WaitForEvent()
	if release, ok := up.(xproto.ButtonReleaseEvent); !ok || release.EventX != 30 || release.EventY != 40 {
		t.Fatalf("release: %v", up)
	}
	if err := s.tap(t.Context(), 601, 10); err == nil {
		t.Error("a tap beside the window was not refused")
	}
}

func TestTapLiftsTheFingerWhenTheWalkIsEnded(t *testing.T) {
	name := display(t)
	s := open(t, name)
	conn := redWindow(t, name, image.Rect(0, 0, 500, 500))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = conn.WaitForEvent() // the press
		cancel()
	}()
	_ = s.tap(ctx, 10, 10)
	up, _ := conn.WaitForEvent()
	if _, ok := up.(xproto.ButtonReleaseEvent); !ok {
		t.Fatalf("after the press: %v, want a release", up)
	}
}

func TestCaptureShowsWhatIsDrawn(t *testing.T) {
	name := display(t)
	s := open(t, name)
	before, err := s.settled(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !blank(before) {
		t.Error("an empty display is blank")
	}
	redWindow(t, name, image.Rect(0, 960, panelWidth, panelHeight))
	after, err := s.settled(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if blank(after) {
		t.Error("a display with a window in its lower half is not blank")
	}
	red := color.RGBA{0xC8, 0x10, 0x20, 0xFF}
	if got := after.RGBAAt(5, 965); got != red {
		t.Errorf("inside the window: %v, want %v", got, red)
	}
	window := image.Rect(0, 960, panelWidth, panelHeight)
	if got := difference(before, after); got != window {
		t.Errorf("the pictures differ in %v, want the window, %v", got, window)
	}
	if got := difference(before, after, image.Rect(0, 0, 1000, panelHeight)); got != image.Rect(1000, 960, panelWidth, panelHeight) {
		t.Errorf("right of 1000 they differ in %v", got)
	}
	if got := difference(before, after, window); !got.Empty() {
		t.Errorf("beside the window they differ in %v", got)
	}

	file := filepath.Join(t.TempDir(), "a.png")
	if err := writePNG(file, after); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	back, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if got := color.RGBAModel.Convert(back.At(5, 965)); got != red {
		t.Errorf("in the file: %v, want %v", got, red)
	}
}

func TestWindowIsMissing(t *testing.T) {
	s := open(t, display(t))
	if _, err := s.window(); err == nil {
		t.Error("a display without a window has none")
	}
}
