package printer

import (
	"github.com/boombuler/barcode/qr"

	"lintai/hw/printer/dots"
)

// rasterBand is how many rows go into one GS v 0: small printers have small
// buffers, and a slip cut short must not leave much to be finished.
const rasterBand = 24 * 8

// raster sends a picture as GS v 0 in bands.
func (e *encoder) raster(b *dots.Bitmap) {
	stride := b.Stride()
	if stride == 0 {
		return
	}
	for y := 0; y < b.H; y += rasterBand {
		rows := min(rasterBand, b.H-y)
		from := len(e.job.Data)
		e.emit(0x1D, 0x76, 0x30, 0x00, byte(stride), byte(stride>>8), byte(rows), byte(rows>>8))
		e.emit(b.Bits[y*stride : (y+rows)*stride]...)
		e.payload(from)
	}
	e.job.Dots += b.H
}

// Modules of a QR code at level M in byte mode hold this many bytes in versions
// 1, 2, 3, …
var qrBytesM = [...]int{14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412}

// qrModules is the side of the code for n bytes of data at level M.
func qrModules(n int) int {
	for i, capacity := range qrBytesM {
		if n <= capacity {
			return 17 + 4*(i+1)
		}
	}
	return 17 + 4*(len(qrBytesM)+1)
}

// qr prints a code about 32 mm wide, in modules of 3 to 8 dots: an old phone reads
// 0.4 mm.
func (e *encoder) qr(data string) {
	if data == "" {
		return
	}
	modules := qrModules(len(data))
	size := min(max(256/modules, 3), 8)
	e.setStyle(style{center: true})
	quiet := byte(4 * size)
	e.emit(0x1B, 0x4A, quiet)
	if e.profile.DrawnQR {
		e.drawnQR(data, size)
	} else {
		e.nativeQR(data, size)
		e.job.Dots += modules * size
	}
	e.emit(0x1B, 0x4A, quiet)
	e.job.Dots += 2 * int(quiet)
}

func (e *encoder) nativeQR(data string, size int) {
	from := len(e.job.Data)
	e.emit(0x1D, 0x28, 0x6B, 0x04, 0x00, 0x31, 0x41, 0x32, 0x00)    // model 2
	e.emit(0x1D, 0x28, 0x6B, 0x03, 0x00, 0x31, 0x43, byte(size))    // dots a module
	e.emit(0x1D, 0x28, 0x6B, 0x03, 0x00, 0x31, 0x45, 0x31)          // level M
	n := len(data) + 3                                              // fn, m and the data
	e.emit(0x1D, 0x28, 0x6B, byte(n), byte(n>>8), 0x31, 0x50, 0x30) // store
	e.emit([]byte(data)...)
	e.emit(0x1D, 0x28, 0x6B, 0x03, 0x00, 0x31, 0x51, 0x30) // print
	e.payload(from)
}

func (e *encoder) drawnQR(data string, size int) {
	code, err := qr.Encode(data, qr.M, qr.Auto)
	if err != nil {
		// Too long for any code; the slip's text holds the ticket as well.
		return
	}
	side := code.Bounds().Dx()
	b := dots.New(side*size, side*size)
	for y := range side {
		for x := range side {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				b.Fill(x*size, y*size, size, size)
			}
		}
	}
	e.raster(b)
}
