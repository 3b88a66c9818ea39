package guest

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"
	"net"
	"testing"
)

// A guest plugs the touch screen in, asks what it is, and hears a finger.
func TestTouchscreen(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	type packet struct {
		kind uint32
		id   uint64
		body []byte
	}
	hear := func() packet {
		t.Helper()
		header := make([]byte, redirHeader)
		if _, err := io.ReadFull(theirs, header[:redirGreeting]); err != nil {
			t.Fatal(err)
		}
		if binary.LittleEndian.Uint32(header) != redirHello {
			if _, err := io.ReadFull(theirs, header[redirGreeting:]); err != nil {
				t.Fatal(err)
			}
		}
		body := make([]byte, binary.LittleEndian.Uint32(header[4:]))
		if _, err := io.ReadFull(theirs, body); err != nil {
			t.Fatal(err)
		}
		return packet{binary.LittleEndian.Uint32(header), binary.LittleEndian.Uint64(header[8:]), body}
	}
	say := func(kind uint32, id uint64, body ...byte) packet {
		t.Helper()
		p := binary.LittleEndian.AppendUint32(nil, kind)
		p = binary.LittleEndian.AppendUint32(p, uint32(len(body)))
		p = append(binary.LittleEndian.AppendUint64(p, id), body...)
		if _, err := theirs.Write(p); err != nil {
			t.Fatal(err)
		}
		return hear()
	}
	plugged := make(chan *touchscreen, 1)
	go func() {
		s, err := plugTouchscreen(ours)
		if err != nil {
			t.Error(err)
		}
		plugged <- s
	}()
	for _, want := range []struct {
		kind uint32
		size int
	}{{redirHello, 68}, {redirEndpointInfo, 160}, {redirInterfaceInfo, 132}, {redirConnect, 8}} {
		if p := hear(); p.kind != want.kind || len(p.body) != want.size {
			t.Fatalf("type %d of %d bytes, want %+v", p.kind, len(p.body), want)
		}
	}
	screen := <-plugged
	greeting := append([]byte{redirHello, 0, 0, 0, 68, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 68)...)
	if _, err := theirs.Write(greeting); err != nil {
		t.Fatal(err)
	}
	if err := screen.finger(image.Pt(1, 2), true); err == nil {
		t.Error("a finger is told of, and nobody listens")
	}
	for _, c := range []struct {
		name string
		ask  []byte // endpoint, request, kind, status, value, index, length
		want []byte
	}{
		{"the device", []byte{0x80, 6, 0x80, 0, 0, 1, 0, 0, 8, 0}, []byte{18, 1, 0, 2, 0, 0, 0, 64}},
		{"the reports", []byte{0x80, 6, 0x81, 0, 0, 0x22, 0, 0, 255, 0}, glassReports},
		{"how many fingers", []byte{0x80, 1, 0xA1, 0, 2, 3, 0, 0, 64, 0}, []byte{reportMost, 1}},
		{"its name", []byte{0x80, 6, 0x80, 0, 1, 3, 9, 4, 255, 0}, []byte{14, 3, 'L', 0, 'i', 0, 'n', 0, 't', 0, 'a', 0, 'i', 0}},
	} {
		p := say(redirControl, 7, c.ask...)
		if p.kind != redirControl || p.id != 7 || p.body[3] != 0 || !bytes.Equal(p.body[10:], c.want) || int(binary.LittleEndian.Uint16(p.body[8:])) != len(c.want) {
			t.Errorf("%s: %d, % x, want % x", c.name, p.kind, p.body, c.want)
		}
	}
	if p := say(redirControl, 8, 0x80, 6, 0x80, 0, 0, 9, 0, 0, 8, 0); p.body[3] != redirStall {
		t.Errorf("a descriptor that there is not: % x", p.body)
	}
	if whole := glassDescriptor(describesConfiguration, 0); int(whole[2]) != len(whole) || int(whole[25]) != len(glassReports) {
		t.Errorf("its configuration has %d bytes and %d of reports: % x", len(whole), len(glassReports), whole)
	}
	if p := say(redirSetConfiguration, 9, 1); p.kind != redirConfiguration || !bytes.Equal(p.body, []byte{0, 1}) {
		t.Errorf("%+v", p)
	}
	if p := say(redirStartInterrupts, 10, endpointIn); p.kind != redirInterruptReceiving || !bytes.Equal(p.body, []byte{0, endpointIn}) {
		t.Errorf("%+v", p)
	}
	told := make(chan error, 1)
	go func() { told <- screen.finger(image.Pt(0x1234, 0x7FFF), true) }()
	if p := hear(); p.kind != redirInterrupt || !bytes.Equal(p.body, []byte{endpointIn, 0, 8, 0, reportFinger, 1, 0, 0x34, 0x12, 0xFF, 0x7F, 1}) {
		t.Errorf("%+v", p)
	}
	if err := <-told; err != nil {
		t.Error(err)
	}
}

func FuzzRedirected(f *testing.F) {
	greeting := []byte{redirHello, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	f.Add(append(greeting, redirControl, 0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x80, 6, 0x80, 0, 0, 1, 0, 0, 8, 0))
	f.Add(append(greeting, redirSetConfiguration, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0))
	f.Fuzz(func(t *testing.T, said []byte) {
		var back bytes.Buffer
		d := &redirected{wire: struct {
			io.Reader
			io.Writer
		}{bytes.NewReader(said), &back}, control: glassControl}
		_ = d.serve()
		for rest := back.Bytes(); len(rest) > 0; {
			if len(rest) < redirHeader || len(rest) < redirHeader+int(binary.LittleEndian.Uint32(rest[4:])) {
				t.Fatalf("half a packet: % x", rest)
			}
			rest = rest[redirHeader+int(binary.LittleEndian.Uint32(rest[4:])):]
		}
	})
}
