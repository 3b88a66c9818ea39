package desk

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // what a telephone makes of its screen

	"golang.org/x/image/draw"
)

// Bounds of a photo.
const (
	MaxPhoto  = 12 << 20 // bytes, of one as it comes
	maxPixels = 50 << 20 // a small file can be a very large picture
	side      = 1600     // pixels of the longer side as it is kept
	quality   = 80
)

// easel holds the one picture that is drawn at a time: it can take half a gigabyte while
// it is, and telephones send six together.
var easel = make(chan struct{}, 1)

// keepable makes of a telephone's picture a JPEG that is kept: upright, small, and
// without all that the telephone wrote into it, as where it was taken. ErrPhoto.
func keepable(data []byte) ([]byte, error) {
	if len(data) > MaxPhoto {
		return nil, fmt.Errorf("%w: %d bytes", ErrPhoto, len(data))
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPhoto, err)
	}
	if config.Width < 1 || config.Height < 1 || config.Width*config.Height > maxPixels {
		return nil, fmt.Errorf("%w: %d × %d pixels", ErrPhoto, config.Width, config.Height)
	}
	easel <- struct{}{}
	defer func() { <-easel }()
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPhoto, err)
	}
	w, h := config.Width, config.Height
	if longer := max(w, h); longer > side {
		w, h = max(1, w*side/longer), max(1, h*side/longer)
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, upright(small, orientation(data)), &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPhoto, err)
	}
	return b.Bytes(), nil
}

// upright turns a picture as Exif's orientation says; mirrored ones are left.
func upright(m *image.RGBA, orientation int) *image.RGBA {
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	at := func(x, y int) (int, int) { return w - 1 - x, h - 1 - y } // 3
	turned := image.Rect(0, 0, w, h)
	switch orientation {
	case 3:
	case 6:
		turned, at = image.Rect(0, 0, h, w), func(x, y int) (int, int) { return y, h - 1 - x }
	case 8:
		turned, at = image.Rect(0, 0, h, w), func(x, y int) (int, int) { return w - 1 - y, x }
	default:
		return m
	}
	out := image.NewRGBA(turned)
	for y := range turned.Dy() {
		for x := range turned.Dx() {
			fx, fy := at(x, y)
			out.SetRGBA(x, y, m.RGBAAt(fx, fy))
		}
	}
	return out
}

// orientation reads tag 0x0112 of the first directory of a JPEG's Exif (CIPA DC-008);
// 1 when there is none.
func orientation(data []byte) int {
	if !bytes.HasPrefix(data, []byte{0xFF, 0xD8}) {
		return 1
	}
	for at := 2; at+4 <= len(data) && data[at] == 0xFF && data[at+1] != 0xDA; {
		length := int(binary.BigEndian.Uint16(data[at+2:]))
		if length < 2 || at+2+length > len(data) {
			return 1
		}
		if body, ok := bytes.CutPrefix(data[at+4:at+2+length], []byte("Exif\x00\x00")); ok && data[at+1] == 0xE1 {
			return exif(body)
		}
		at += 2 + length
	}
	return 1
}

func exif(body []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case len(body) < 8:
		return 1
	case bytes.HasPrefix(body, []byte("MM")):
		order = binary.BigEndian
	}
	first := int64(order.Uint32(body[4:]))
	if first+2 > int64(len(body)) {
		return 1
	}
	entries := body[first+2:]
	for range int(order.Uint16(body[first:])) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == 0x0112 {
			if n := int(order.Uint16(entries[8:])); n >= 1 && n <= 8 {
				return n
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}
