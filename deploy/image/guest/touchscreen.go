package guest

import (
	"encoding/binary"
	"image"
	"io"
	"unicode/utf16"
)

// touchscreen is the glass of a panel as USB panels have it: a digitizer that tells where
// a finger is and knows nothing of the picture behind it. Unlike QEMU's tablet, it is one
// for the guest too, which has to turn what is touched when the picture is turned.
type touchscreen struct{ *redirected }

// The standard requests and descriptors that a driver asks for (USB 2.0, 9.4; HID 1.11, 7).
const (
	toHost, ofInterface = 0x80, 0x81
	classIn, classOut   = 0xA1, 0x21

	getStatus, getDescriptor = 0, 6
	getReport                = 1

	describesDevice, describesConfiguration, describesString, describesReport = 1, 2, 3, 0x22
)

// What the reports are numbered: fingers, and how many there may be.
const (
	reportFinger = 1
	reportMost   = 2
)

// glassReports describes the reports, as panels for Linux and Windows do: one finger with
// its number and place.
var glassReports = []byte{
	0x05, 0x0D, 0x09, 0x04, 0xA1, 0x01, // digitizers: a touch screen
	0x85, reportFinger,
	0x09, 0x22, 0xA1, 0x02, // a finger
	0x09, 0x42, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x01, 0x81, 0x02, // it touches
	0x95, 0x07, 0x81, 0x03,
	0x09, 0x51, 0x25, 0x7F, 0x75, 0x08, 0x95, 0x01, 0x81, 0x02, // its number
	0x05, 0x01, 0x26, 0xFF, 0x7F, 0x75, 0x10, // 0 to absolute
	0x09, 0x30, 0x81, 0x02, 0x09, 0x31, 0x81, 0x02, // x, y
	0xC0,
	0x05, 0x0D, 0x09, 0x54, 0x25, 0x01, 0x75, 0x08, 0x81, 0x02, // how many fingers
	0x85, reportMost, 0x09, 0x55, 0xB1, 0x02, // how many there may be
	0xC0,
}

const (
	glassVendor, glassProduct = 0x1209, 0x0001 // pid.codes, for tests
	classHID                  = 3
)

// plugTouchscreen plugs one in at a wire.
func plugTouchscreen(wire io.ReadWriter) (*touchscreen, error) {
	t := &touchscreen{&redirected{wire: wire}}
	t.control = glassControl
	if err := t.plug(classHID, glassVendor, glassProduct); err != nil {
		return nil, err
	}
	go func() { _ = t.serve() }() // it ends with the machine
	return t, nil
}

func glassControl(s setup) ([]byte, bool) {
	switch {
	case s.kind == toHost && s.request == getDescriptor, s.kind == ofInterface && s.request == getDescriptor:
		d := glassDescriptor(byte(s.value>>8), byte(s.value))
		return d, d != nil
	case s.kind&toHost != 0 && s.kind&0x60 == 0 && s.request == getStatus:
		return []byte{0, 0}, true
	case s.kind == classIn && s.request == getReport:
		return []byte{reportMost, 1}, true
	case s.kind == classOut, s.kind&toHost == 0:
		return nil, true // its driver says how idle it may be, and that it wants fingers
	}
	return nil, false
}

func glassDescriptor(kind, number byte) []byte {
	switch kind {
	case describesDevice:
		d := []byte{18, kind, 0x00, 0x02, 0, 0, 0, controlSize}
		d = binary.LittleEndian.AppendUint16(d, glassVendor)
		d = binary.LittleEndian.AppendUint16(d, glassProduct)
		return append(d, 0x00, 0x01, 1, 2, 0, 1)
	case describesConfiguration:
		return []byte{
			9, kind, 34, 0, 1, 1, 0, 0xA0, 50,
			9, 4, 0, 0, 1, classHID, 0, 0, 0,
			9, 0x21, 0x11, 0x01, 0, 1, describesReport, byte(len(glassReports)), 0,
			7, 5, endpointIn, 3, endpointInSize, 0, endpointInInterval,
		}
	case describesString:
		words := []string{"", "Lintai", "touchscreen of the boot test"}
		if number == 0 {
			return []byte{4, kind, 0x09, 0x04}
		}
		if int(number) < len(words) {
			d := []byte{0, kind}
			for _, unit := range utf16.Encode([]rune(words[number])) {
				d = binary.LittleEndian.AppendUint16(d, unit)
			}
			d[0] = byte(len(d))
			return d
		}
	case describesReport:
		return glassReports
	}
	return nil
}

// finger tells where one is, from 0 to absolute on both axes, or where it was lifted.
func (t *touchscreen) finger(at image.Point, down bool) error {
	report := []byte{reportFinger, 0, 0}
	if down {
		report[1] = 1
	}
	report = binary.LittleEndian.AppendUint16(report, uint16(at.X))
	report = binary.LittleEndian.AppendUint16(report, uint16(at.Y))
	return t.happens(append(report, 1))
}
