package guest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"time"
)

// Picture is what stands on the panel now, as who stands before it sees it.
func (m *Machine) Picture(ctx context.Context) (*image.RGBA, error) {
	file := m.setup.file("ppm")
	if err := m.Monitor.Do(ctx, "screendump", map[string]string{"filename": file}, nil); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	p, err := readPPM(text)
	if err != nil {
		return nil, err
	}
	return upright(p, m.setup.Turn), nil
}

// readPPM reads the form in which QEMU dumps a screen: "P6 width height 255", then
// three bytes a pixel.
func readPPM(text []byte) (*image.RGBA, error) {
	var width, height, most int
	rest := bytes.NewReader(text)
	if _, err := fmt.Fscanf(rest, "P6\n%d %d\n%d\n", &width, &height, &most); err != nil {
		return nil, fmt.Errorf("not a picture of QEMU's: %w", err)
	}
	pixels := text[len(text)-rest.Len():]
	if most != 255 || width <= 0 || height <= 0 || width > 1<<14 || height > 1<<14 || len(pixels) != 3*width*height {
		return nil, fmt.Errorf("a picture of %d by %d with %d bytes", width, height, len(pixels))
	}
	p := image.NewRGBA(image.Rect(0, 0, width, height))
	for i, j := 0, 0; j < len(pixels); i, j = i+4, j+3 {
		p.Pix[i], p.Pix[i+1], p.Pix[i+2], p.Pix[i+3] = pixels[j], pixels[j+1], pixels[j+2], 255
	}
	return p, nil
}

// Settled is the picture once it has rested for some looks, or after a few seconds as it
// is then: a clock need not stop.
func (m *Machine) Settled(ctx context.Context) (*image.RGBA, error) {
	last, err := m.Picture(ctx)
	if err != nil {
		return nil, err
	}
	for same, looks := 0, 0; same < 2 && looks < 20; looks++ {
		if err := Pause(ctx, 200*time.Millisecond); err != nil {
			return nil, err
		}
		next, err := m.Picture(ctx)
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

// Pause waits, or returns why it may not.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Blank tells whether a picture has one colour only.
func Blank(p *image.RGBA) bool {
	for i := 4; i+4 <= len(p.Pix); i += 4 {
		if !bytes.Equal(p.Pix[i:i+4], p.Pix[:4]) {
			return false
		}
	}
	return true
}

// Keep writes a picture as PNG.
func Keep(name string, p image.Image) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join((&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(f, p), f.Close())
}
