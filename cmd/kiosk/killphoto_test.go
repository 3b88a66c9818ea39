package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"net"
	"sync"
	"testing"

	"lintai/hw/emulate"
)

// noisyCamera sees a picture in which nothing can be saved by compressing: its
// photos go to central in several pieces. It speaks as emulate.Camera does, and
// makes its pictures once, where that one draws thirty a second.
type noisyCamera struct {
	listener net.Listener
	dark     []byte
	frames   [][]byte
}

const (
	noisyWidth, noisyHeight = 640, 480
	// darkAtFirst is for how many frames a camera has not found the exposure yet.
	darkAtFirst = 5
)

func newNoisyCamera(t *testing.T, path string) {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	c := &noisyCamera{listener: l}
	size := image.Rect(0, 0, noisyWidth, noisyHeight)
	c.dark = encoded(t, image.NewGray(size))
	random := rand.NewChaCha8([32]byte{'n', 'o', 'i', 's', 'e'})
	for range 8 {
		p := image.NewYCbCr(size, image.YCbCrSubsampleRatio420)
		_, _ = random.Read(p.Y) // never fails
		c.frames = append(c.frames, encoded(t, p))
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				c.converse(conn)
			})
		}
	})
	t.Cleanup(func() { l.Close(); all.Wait() })
}

func encoded(t *testing.T, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(b.Len())), b.Bytes()...)
}

// converse answers one who dialled, until she hangs up: a stream is only read by
// who takes a picture, and nobody reads far.
func (c *noisyCamera) converse(conn net.Conn) {
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		if _, err := fmt.Fprintln(conn, emulate.CameraName); err != nil || lines.Text() != "stream" {
			return
		}
		start := rand.IntN(len(c.frames))
		for n := 0; ; n++ {
			frame := c.dark
			if n >= darkAtFirst {
				frame = c.frames[(start+n)%len(c.frames)]
			}
			if _, err := conn.Write(frame); err != nil {
				return
			}
		}
	}
}
