package camera

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/kiosk/fault"
	"lintai/kiosk/request"
)

// shortDir is a folder whose name leaves room for a socket's.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "camera")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func TestPictureOfABench(t *testing.T) {
	path := filepath.Join(shortDir(t), "camera.sock")
	bench, err := emulate.NewCamera(path)
	if err != nil {
		t.Fatal(err)
	}
	defer bench.Close()
	c := New(Config{Socket: path})
	o, err := c.Open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := o.Probe(t.Context()); err != nil || r.Detail != emulate.CameraName || bench.Describe() != "streams=0" {
		t.Errorf("%+v, %v, %s", r, err, bench.Describe())
	}
	p, err := c.Shoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil || seen.Bounds() != image.Rect(0, 0, p.Width, p.Height) || p.Width != 1280 {
		t.Fatalf("%v, %v", seen.Bounds(), err)
	}
	// The bars, not the dark of the first frames.
	for x, want := range map[int]color.RGBA{90: {235, 235, 235, 255}, 1000: {235, 16, 16, 255}, 1200: {16, 16, 235, 255}} {
		r, g, b, _ := seen.At(x, 100).RGBA()
		for i, got := range []uint32{r >> 8, g >> 8, b >> 8} {
			if wanted := []uint8{want.R, want.G, want.B}[i]; max(got, uint32(wanted))-min(got, uint32(wanted)) > 6 {
				t.Errorf("at %d: %d %d %d, want %v", x, r>>8, g>>8, b>>8, want)
			}
		}
	}
	// Pulled out, also while it streams, and put back.
	if err := bench.Unplug(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Shoot(t.Context()); hw.FaultOf(err) != fault.Unplugged {
		t.Error(err)
	}
	if _, err := o.Probe(t.Context()); hw.FaultOf(err) != fault.Unplugged {
		t.Error(err)
	}
	if err := bench.Plug(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Shoot(t.Context()); err != nil {
		t.Error(err)
	}
}

// served is a camera whose answers the test writes.
func served(t *testing.T, serve func(net.Conn)) *Camera {
	t.Helper()
	path := filepath.Join(shortDir(t), "camera.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return New(Config{Socket: path})
}

func frameOf(content []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(content))), content...)
}

func TestWhatASocketCannotDeliver(t *testing.T) {
	whole := frameOf(mjpeg(t, 64, 32, false))
	for name, tt := range map[string]struct {
		answer []byte
		want   fault.Code
	}{
		"hangs up at once":       {nil, fault.Unplugged},
		"hangs up in a frame":    {append([]byte("x\n"), whole[:40]...), fault.Unplugged},
		"a frame beyond sense":   {append([]byte("x\n"), 0xff, 0xff, 0xff, 0xff), fault.DeviceFailed},
		"a name beyond sense":    {bytes.Repeat([]byte("x"), 200), fault.DeviceFailed},
		"frames that are no JPG": {append([]byte("x\n"), bytes.Repeat(frameOf([]byte("no")), 20)...), fault.Unplugged},
	} {
		t.Run(name, func(t *testing.T) {
			c := served(t, func(conn net.Conn) {
				_, _ = io.ReadFull(conn, make([]byte, len(askStream)))
				_, _ = conn.Write(tt.answer)
			})
			if p, err := c.Shoot(t.Context()); hw.FaultOf(err) != tt.want || p != nil {
				t.Errorf("%v, want %q", err, tt.want)
			}
			<-c.free
		})
	}
	silent := func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }
	late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	if _, err := served(t, silent).Shoot(late); hw.FaultOf(err) != fault.NoAnswer {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	c := served(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1)) // it is being asked
		cancel()
		silent(conn)
	})
	if _, err := c.Shoot(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestPictureFitsAnAttachment(t *testing.T) {
	noise := image.NewGray(image.Rect(0, 0, 4000, 3000))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = byte(random.Uint32())
	}
	for name, tt := range map[string]struct {
		seen          image.Image
		width, height int
	}{
		"large":    {noise, 1600, 1200},
		"upright":  {noise.SubImage(image.Rect(0, 0, 1000, 3000)), 533, 1600},
		"a stripe": {noise.SubImage(image.Rect(0, 0, 4000, 1)), 1600, 1},
		"small":    {noise.SubImage(image.Rect(0, 0, 640, 480)), 640, 480},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := printed(smaller(tt.seen))
			if err != nil {
				t.Fatal(err)
			}
			got, err := jpeg.DecodeConfig(bytes.NewReader(p.JPEG))
			if err != nil || got.Width != tt.width || got.Height != tt.height || p.Width != tt.width || p.Height != tt.height || len(p.JPEG) > request.MaxAttachment {
				t.Errorf("%d×%d, %d bytes, %v", got.Width, got.Height, len(p.JPEG), err)
			}
		})
	}
}

// TestNotesOfTheCameraAreLeftOut: what a camera writes beside the picture, such as
// where it was taken, does not leave the terminal.
func TestNotesOfTheCameraAreLeftOut(t *testing.T) {
	plain := mjpeg(t, 64, 32, true)
	exif := append([]byte{0xff, 0xe1, 0, 2 + 6 + 20}, "Exif\x00\x00somewhere in Beijing"...)
	p, err := develop(pixFormat{pixelFormat: formatMJPEG}, append(append(plain[:2:2], exif...), plain[2:]...))
	if err != nil || bytes.Contains(p.JPEG, []byte("Exif")) || bytes.Contains(p.JPEG, []byte("Beijing")) {
		t.Errorf("%v", err)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(frameOf([]byte("frame")))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0})
	f.Fuzz(func(t *testing.T, stream []byte) {
		frame, err := readFrame(bytes.NewReader(stream))
		if err == nil && !bytes.Equal(stream[4:4+len(frame)], frame) {
			t.Error("another frame than was sent")
		}
	})
}
