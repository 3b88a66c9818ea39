package emulate

import (
	"fmt"
	"strings"

	"lintai/hw/printer/dots"
)

// symbol is the state of GS ( k for QR codes.
type symbol struct {
	module int
	level  byte
	data   string
}

// barcodeStyle is the state of GS h, w and H.
type barcodeStyle struct {
	height, module int
	human          bool
}

// twoDimensional is GS ( k cn fn …; only QR codes, cn = 49, are drawn.
func (in *interpreter) twoDimensional(data []byte) error {
	if len(data) < 2 || data[0] != 49 {
		return nil
	}
	rest := data[2:]
	switch fn := data[1]; {
	case fn == 67 && len(rest) == 1 && rest[0] >= 1 && rest[0] <= 16:
		in.symbol.module = int(rest[0])
	case fn == 69 && len(rest) == 1 && rest[0] >= '0' && rest[0] <= '3':
		in.symbol.level = "LMQH"[rest[0]-'0']
	case fn == 80 && len(rest) >= 1:
		in.symbol.data = string(rest[1:])
	case fn == 81 && in.symbol.data != "":
		return in.code(Code{Kind: QRCode, Data: in.symbol.data, Module: in.symbol.module,
			Level: in.symbol.level, Place: in.place, Area: in.area})
	}
	return nil
}

// code prints a symbol.
func (in *interpreter) code(c Code) error {
	if err := in.flush(); err != nil {
		return err
	}
	height := c.Height
	if b := drawCode(c); b != nil {
		height = b.H
	}
	if err := in.mech.advance(height); err != nil {
		return err
	}
	in.page.Items = append(in.page.Items, c)
	if !c.Human || c.Kind == QRCode {
		return nil
	}
	if err := in.mech.advance(charDots); err != nil {
		return err
	}
	read := Run{Text: c.Data, Wide: 1, High: 1}
	in.page.Items = append(in.page.Items, TextLine{Runs: []Run{read}, Place: c.Place, Area: c.Area, Height: charDots})
	return nil
}

// bar is GS k in both forms: m < 65 ends with NUL, the others say their length.
func (in *interpreter) bar() error {
	m, err := in.next()
	if err != nil {
		return err
	}
	var data []byte
	if m < 65 {
		for {
			b, err := in.next()
			if err != nil {
				return err
			}
			if b == 0 {
				break
			}
			data = append(data, b)
		}
	} else {
		n, err := in.next()
		if err != nil {
			return err
		}
		if data, err = in.bytes(int(n)); err != nil {
			return err
		}
	}
	c := Code{Kind: OtherCode, Data: string(data), Module: in.barcode.module,
		Height: in.barcode.height, Human: in.barcode.human, Place: in.place, Area: in.area}
	if m == 73 {
		c.Kind, c.Data = Code128, code128Text(data)
	}
	return in.code(c)
}

// code128Text is what the data of a CODE128 command reads as: {A, {B and {C choose
// the character set, and in set C a byte is two digits.
func code128Text(data []byte) string {
	var b strings.Builder
	set := byte('B')
	for i := 0; i < len(data); i++ {
		if data[i] == '{' && i+1 < len(data) {
			i++
			switch data[i] {
			case 'A', 'B', 'C':
				set = data[i]
			case '{':
				b.WriteByte('{')
			}
			continue
		}
		if set == 'C' {
			fmt.Fprintf(&b, "%02d", data[i])
			continue
		}
		b.WriteByte(data[i])
	}
	return b.String()
}

// raster is GS v 0 m xL xH yL yH data.
func (in *interpreter) raster() error {
	b, err := in.bytes(6)
	if err != nil {
		return err
	}
	stride, rows := int(b[2])|int(b[3])<<8, int(b[4])|int(b[5])<<8
	data, err := in.bytes(stride * rows)
	if err != nil {
		return err
	}
	return in.picture(Picture{Bitmap: &dots.Bitmap{W: stride * 8, H: rows, Bits: data}, Place: in.place, Area: in.area,
		Wide: 1 + int(b[1]&1), High: 1 + int(b[1]>>1&1)})
}

// longGraphics is GS 8 L p1 p2 p3 p4 data.
func (in *interpreter) longGraphics() error {
	b, err := in.bytes(5)
	if err != nil {
		return err
	}
	n := int(b[1]) | int(b[2])<<8 | int(b[3])<<16 | int(b[4])<<24
	data, err := in.bytes(n)
	if err != nil {
		return err
	}
	if b[0] != 'L' {
		return nil
	}
	return in.graphics(data)
}

// graphics is GS ( L m fn: 112 stores a raster image, 50 prints it.
func (in *interpreter) graphics(data []byte) error {
	if len(data) < 2 {
		return nil
	}
	switch fn := data[1]; {
	case fn == 112 && len(data) >= 10:
		w, h := int(data[6])|int(data[7])<<8, int(data[8])|int(data[9])<<8
		stride := (w + 7) / 8
		if rest := data[10:]; w > 0 && len(rest) >= stride*h {
			in.stored = &Picture{Bitmap: &dots.Bitmap{W: w, H: h, Bits: rest[:stride*h]},
				Wide: int(min(max(data[3], 1), 2)), High: int(min(max(data[4], 1), 2))}
		}
	case (fn == 50 || fn == 2) && in.stored != nil:
		p := *in.stored
		p.Place, p.Area, in.stored = in.place, in.area, nil
		return in.picture(p)
	}
	return nil
}

// bitImage is ESC * m nL nH: columns of 8 or 24 dots, top dot in the highest bit.
func (in *interpreter) bitImage() error {
	m, err := in.next()
	if err != nil {
		return err
	}
	wide, err := in.word()
	if err != nil {
		return err
	}
	column, stretch := 1, 1
	if m == 32 || m == 33 {
		column = 3
	}
	if m == 0 || m == 32 { // single density: dots twice as wide
		stretch = 2
	}
	data, err := in.bytes(wide * column)
	if err != nil {
		return err
	}
	b := dots.New(wide, column*8)
	for x := range wide {
		for y := range column * 8 {
			if data[x*column+y/8]&(0x80>>(y%8)) != 0 {
				b.Set(x, y)
			}
		}
	}
	high := 1
	if column == 1 { // 8 dots stand for 24
		high = 3
	}
	return in.picture(Picture{Bitmap: b, Place: in.place, Area: in.area, Wide: stretch, High: high})
}
