package emulate

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// Camera is a camera behind a unix socket. It answers "who" with its name, and
// "stream" with its name and MJPEG frames, each with its length in four bytes,
// until it is hung up. As those of real cameras, the first frames are dark, and
// none brings the Huffman tables that the standard lets out.
//
// What it sees is a test picture: bars of colour, and the time.
type Camera struct {
	path string

	mu       sync.Mutex
	listener net.Listener // nil while unplugged
	conns    map[net.Conn]bool
	streams  int // since it was made
	running  sync.WaitGroup
}

// CameraName is what it calls itself.
const CameraName = "emulated camera"

const (
	cameraWidth, cameraHeight = 1280, 720
	// frameEvery is 30 frames a second.
	frameEvery = time.Second / 30
	// darkFrames come before the exposure is found.
	darkFrames = 5
	// frameWait is how long a frame may wait for somebody who does not read.
	frameWait = 2 * time.Second
)

// NewCamera makes a camera with its socket at path.
func NewCamera(path string) (*Camera, error) {
	c := &Camera{path: path, conns: map[net.Conn]bool{}}
	return c, c.Plug()
}

// Plug connects the camera's cable.
func (c *Camera) Plug() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listener != nil {
		return nil
	}
	if err := os.Remove(c.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("emulate: camera: %w", err)
	}
	l, err := net.Listen("unix", c.path)
	if err != nil {
		return fmt.Errorf("emulate: camera: %w", err)
	}
	c.listener = l
	c.running.Go(func() { c.accept(l) })
	return nil
}

// Unplug pulls the cable, also in the middle of a frame.
func (c *Camera) Unplug() error {
	c.mu.Lock()
	l := c.listener
	c.listener = nil
	for conn := range c.conns {
		conn.Close()
	}
	c.mu.Unlock()
	if l == nil {
		return nil
	}
	err := l.Close()
	c.running.Wait()
	return err
}

// Plugged tells whether the cable is connected.
func (c *Camera) Plugged() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.listener != nil
}

// Close unplugs the camera for good.
func (c *Camera) Close() error { return c.Unplug() }

// Describe tells how often it was made to stream: as often as its lamp shone.
func (c *Camera) Describe() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Sprintf("streams=%d", c.streams)
}

func (c *Camera) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		c.mu.Lock()
		if c.listener != l { // pulled meanwhile
			c.mu.Unlock()
			conn.Close()
			return
		}
		c.conns[conn] = true
		c.mu.Unlock()
		c.running.Go(func() {
			c.converse(conn)
			conn.Close()
			c.mu.Lock()
			delete(c.conns, conn)
			c.mu.Unlock()
		})
	}
}

// converse answers one who dialled, until somebody hangs up.
func (c *Camera) converse(conn net.Conn) {
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		if _, err := fmt.Fprintln(conn, CameraName); err != nil || lines.Text() != "stream" {
			return
		}
		c.mu.Lock()
		c.streams++
		c.mu.Unlock()
		for n := 0; ; n++ {
			began := time.Now()
			frame, err := mjpegFrame(testPicture(began, n < darkFrames))
			if err != nil {
				return
			}
			_ = conn.SetWriteDeadline(began.Add(frameWait))
			if _, err := conn.Write(binary.BigEndian.AppendUint32(nil, uint32(len(frame)))); err != nil {
				return
			}
			if _, err := conn.Write(frame); err != nil {
				return
			}
			time.Sleep(frameEvery - time.Since(began))
		}
	}
}

// bars are the colours of the test picture, from left to right.
var bars = []color.RGBA{{235, 235, 235, 255}, {235, 235, 16, 255}, {16, 235, 235, 255}, {16, 235, 16, 255}, {235, 16, 235, 255}, {235, 16, 16, 255}, {16, 16, 235, 255}}

// testPicture is what the camera sees at a time.
func testPicture(at time.Time, dark bool) image.Image {
	p := image.NewRGBA(image.Rect(0, 0, cameraWidth, cameraHeight))
	if dark {
		draw.Draw(p, p.Bounds(), image.NewUniform(color.Gray{12}), image.Point{}, draw.Src)
		return p
	}
	for i, c := range bars {
		bar := image.Rect(i*cameraWidth/len(bars), 0, (i+1)*cameraWidth/len(bars), cameraHeight)
		draw.Draw(p, bar, image.NewUniform(c), image.Point{}, draw.Src)
	}
	text := at.Format("2006-01-02 15:04:05")
	small := image.NewRGBA(image.Rect(0, 0, 7*len(text)+8, 21))
	draw.Draw(small, small.Bounds(), image.Black, image.Point{}, draw.Src)
	d := font.Drawer{Dst: small, Src: image.White, Face: basicfont.Face7x13, Dot: fixed.P(4, 15)}
	d.DrawString(text)
	const times = 7
	size := small.Bounds().Size().Mul(times)
	corner := image.Pt((cameraWidth-size.X)/2, cameraHeight-size.Y-60)
	draw.NearestNeighbor.Scale(p, image.Rectangle{corner, corner.Add(size)}, small, small.Bounds(), draw.Src, nil)
	return p
}

// mjpegFrame encodes a picture as cameras on USB do: a JPEG without its Huffman
// tables, those of the standard's annex K being meant, which Go's encoder uses too.
func mjpegFrame(p image.Image) ([]byte, error) {
	var whole bytes.Buffer
	if err := jpeg.Encode(&whole, p, &jpeg.Options{Quality: 80}); err != nil {
		return nil, err
	}
	file := whole.Bytes()
	frame := append([]byte(nil), file[:2]...)
	for i := 2; i+4 <= len(file); {
		length := 2 + int(binary.BigEndian.Uint16(file[i+2:]))
		switch file[i+1] {
		case 0xda: // the scan, and all that follows
			return append(frame, file[i:]...), nil
		case 0xc4: // the tables
		default:
			frame = append(frame, file[i:i+length]...)
		}
		i += length
	}
	return nil, errors.New("emulate: a JPEG without a scan")
}
