package camera

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"

	"golang.org/x/image/draw"

	"lintai/kiosk/request"
)

const (
	// quality is that of the JPEG: a crack in a wall is seen, at some 150 kB.
	quality = 85
	// qualityLeast is what a picture of noise may come down to.
	qualityLeast = 25
	// longSide is the most that staff need to see, in pixels.
	longSide = 1600
)

// sideMost bounds a picture's sides.
const sideMost = 8192

// develop makes a JPEG of a frame.
func develop(pix pixFormat, frame []byte) (*Picture, error) {
	var seen image.Image
	var err error
	switch pix.pixelFormat {
	case formatYUYV:
		seen, err = fromYUYV(frame, int(pix.width), int(pix.height), int(pix.bytesPerLine))
	default:
		seen, err = fromMJPEG(frame)
	}
	if err != nil {
		return nil, err
	}
	return printed(smaller(seen))
}

// smaller scales a picture down to longSide, if it is larger.
func smaller(p image.Image) image.Image {
	size := p.Bounds().Size()
	long := max(size.X, size.Y)
	if long <= longSide {
		return p
	}
	to := image.NewRGBA(image.Rect(0, 0, max(1, size.X*longSide/long), max(1, size.Y*longSide/long)))
	draw.ApproxBiLinear.Scale(to, to.Bounds(), p, p.Bounds(), draw.Src, nil)
	return to
}

// printed encodes a picture so that it fits an attachment.
func printed(p image.Image) (*Picture, error) {
	for q := quality; ; q -= 20 {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, p, &jpeg.Options{Quality: q}); err != nil {
			return nil, fmt.Errorf("camera: %w", err)
		}
		if out.Len() <= request.MaxAttachment {
			return &Picture{JPEG: out.Bytes(), Width: p.Bounds().Dx(), Height: p.Bounds().Dy()}, nil
		}
		clear(out.Bytes())
		if q <= qualityLeast {
			return nil, fmt.Errorf("camera: a picture of %d bytes", out.Len())
		}
	}
}

// fromYUYV reads pixels in pairs: Y0 U Y1 V. Cameras deliver BT.601 in its narrow
// range (Y 16 to 235, U and V 16 to 240); JPEG has the full one.
func fromYUYV(frame []byte, width, height, line int) (image.Image, error) {
	if width < 2 || height < 1 || width%2 != 0 || width > sideMost || height > sideMost {
		return nil, fmt.Errorf("camera: a picture of %d×%d", width, height)
	}
	if line == 0 {
		line = 2 * width
	}
	if line < 2*width || len(frame) < line*(height-1)+2*width {
		return nil, errors.New("camera: a frame was cut short")
	}
	p := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio422)
	for y := range height {
		row := frame[y*line : y*line+2*width]
		for pair := range width / 2 {
			in := row[4*pair : 4*pair+4]
			p.Y[y*p.YStride+2*pair], p.Y[y*p.YStride+2*pair+1] = widerLuma[in[0]], widerLuma[in[2]]
			p.Cb[y*p.CStride+pair], p.Cr[y*p.CStride+pair] = widerChroma[in[1]], widerChroma[in[3]]
		}
	}
	return p, nil
}

// The narrow range widened, for each value of a byte.
var widerLuma, widerChroma = widen(16, 219, 0), widen(128, 224, 128)

func widen(zero, span, to int) (table [256]byte) {
	for v := range table {
		scaled := 2*(v-zero)*255 + span // rounded, also below zero
		table[v] = byte(max(0, min(255, to+floorDivide(scaled, 2*span))))
	}
	return table
}

func floorDivide(a, b int) int {
	if a < 0 {
		return -((-a + b - 1) / b)
	}
	return a / b
}

// fromMJPEG decodes one frame. Most cameras leave out the Huffman tables, because
// those of the standard's annex K are meant.
func fromMJPEG(frame []byte) (image.Image, error) {
	whole, err := withTables(frame)
	if err != nil {
		return nil, err
	}
	// The size is known before anything of that size is made.
	size, err := jpeg.DecodeConfig(bytes.NewReader(whole))
	if err != nil {
		return nil, fmt.Errorf("camera: %w", err)
	}
	if size.Width > sideMost || size.Height > sideMost {
		return nil, fmt.Errorf("camera: a picture of %d×%d", size.Width, size.Height)
	}
	p, err := jpeg.Decode(bytes.NewReader(whole))
	if err != nil {
		return nil, fmt.Errorf("camera: %w", err)
	}
	return p, nil
}

const (
	markerStart   = 0xd8
	markerTables  = 0xc4
	markerScan    = 0xda
	segmentHeader = 4 // FF, marker, two bytes of length
)

var errNoJPEG = errors.New("camera: a frame is no JPEG")

// segments finds the first segment of a kind, and where the scan begins.
func segments(file []byte, kind byte) (at, scan int, err error) {
	if len(file) < 2 || file[0] != 0xff || file[1] != markerStart {
		return 0, 0, errNoJPEG
	}
	at = -1
	for i := 2; i+segmentHeader <= len(file); {
		if file[i] != 0xff {
			return 0, 0, errNoJPEG
		}
		if file[i+1] == 0xff { // padding
			i++
			continue
		}
		if file[i+1] == kind && at < 0 {
			at = i
		}
		if file[i+1] == markerScan {
			return at, i, nil
		}
		i += 2 + max(2, int(file[i+2])<<8|int(file[i+3]))
	}
	return 0, 0, errNoJPEG
}

// withTables puts the standard Huffman tables before the scan of a frame that has
// none.
func withTables(frame []byte) ([]byte, error) {
	at, scan, err := segments(frame, markerTables)
	if err != nil || at >= 0 {
		return frame, err
	}
	whole := append([]byte(nil), frame[:scan]...)
	whole = append(whole, standardTables...)
	return append(whole, frame[scan:]...), nil
}

// standardTables is the segment of annex K's tables. Go's encoder uses no others,
// so it is taken from a picture that it made.
var standardTables = func() []byte {
	var out bytes.Buffer
	// The picture has colour, so that all four tables are there.
	if err := jpeg.Encode(&out, image.NewYCbCr(image.Rect(0, 0, 8, 8), image.YCbCrSubsampleRatio444), nil); err != nil {
		panic(err) // a buffer does not fail
	}
	file := out.Bytes()
	at, _, err := segments(file, markerTables)
	if err != nil || at < 0 {
		panic("camera: image/jpeg writes no Huffman tables")
	}
	return file[at : at+2+(int(file[at+2])<<8|int(file[at+3]))]
}()
