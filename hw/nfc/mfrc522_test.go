package nfc_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"periph.io/x/conn/v3/conntest"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"
	"periph.io/x/conn/v3/spi/spitest"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/nfc"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
)

// script is what goes over the bus, register by register: the first byte is the
// register's number shifted left by one, with the highest bit set for a read
// (MFRC522 data sheet, 8.1.2).
type script []conntest.IO

func (s *script) write(register, value byte) {
	*s = append(*s, conntest.IO{W: []byte{register << 1, value}})
}

func (s *script) read(register, value byte) {
	*s = append(*s, conntest.IO{W: []byte{register<<1 | 0x80, 0}, R: []byte{0, value}})
}

// change reads a register and writes it back with bits set or cleared.
func (s *script) change(register, before, after byte) {
	s.read(register, before)
	s.write(register, after)
}

// fieldOn is a soft reset, the timer for 15 ms, 100 % ASK, and the antenna.
func (s *script) fieldOn() {
	s.write(0x01, 0x0F)
	for _, r := range [][2]byte{{0x2A, 0x8D}, {0x2B, 0x3E}, {0x2D, 30}, {0x2C, 0}, {0x15, 0x40}, {0x11, 0x3D}, {0x26, 0x40}} {
		s.write(r[0], r[1])
	}
	s.read(0x14, 0x80)
	s.change(0x14, 0x80, 0x83)
}

// setUp is a look at whether the chip is set up, which it is not, and what follows.
func (s *script) setUp(before byte) {
	s.read(0x2A, before)
	s.fieldOn()
	s.read(0x2A, 0x8D)
}

// transceive sends bytes to a tag, and gets the answer, none when the timer ends it.
func (s *script) transceive(framing byte, out, in []byte) {
	s.write(0x02, 0xF7)
	s.change(0x04, 0x14, 0x14)
	s.change(0x0A, 0x00, 0x80)
	s.write(0x01, 0x00)
	for _, b := range out {
		s.write(0x09, b)
	}
	s.write(0x01, 0x0C)
	s.change(0x0D, framing, framing|0x80)
	s.read(0x04, 0x44) // not yet
	if in == nil {
		s.read(0x04, 0x45)
		s.change(0x0D, framing|0x80, framing)
		s.read(0x06, 0x00)
		return
	}
	s.read(0x04, 0x64)
	s.change(0x0D, framing|0x80, framing)
	s.read(0x06, 0x00)
	s.read(0x0A, byte(len(in)))
	s.read(0x0C, 0x10)
	for _, b := range in {
		s.read(0x09, b)
	}
}

func (s *script) call(answer []byte) {
	s.write(0x0D, 0x07)
	s.transceive(0x07, []byte{0x52}, answer)
}

// select7 asks for a UID of seven bytes: two levels, the first of them selected.
func (s *script) select7() {
	s.write(0x0D, 0x00)
	s.transceive(0x00, []byte{0x93, 0x20}, []byte{0x88, 0x04, 1, 2, 0x88 ^ 0x04 ^ 1 ^ 2})
	s.change(0x05, 0x04, 0x00)
	s.change(0x0A, 0x00, 0x80)
	choose := []byte{0x93, 0x70, 0x88, 0x04, 1, 2, 0x88 ^ 0x04 ^ 1 ^ 2}
	for _, b := range choose {
		s.write(0x09, b)
	}
	s.write(0x01, 0x03)
	s.read(0x05, 0x00)
	s.read(0x05, 0x04)
	s.read(0x22, 0xAB)
	s.read(0x21, 0xCD)
	s.transceive(0x00, append(choose, 0xAB, 0xCD), []byte{0x04, 0x11, 0x22})
	s.transceive(0x00, []byte{0x95, 0x20}, []byte{3, 4, 5, 6, 3 ^ 4 ^ 5 ^ 6})
}

// play opens a chip on a script.
func play(t *testing.T, s script) (nfc.Chip, *spitest.Playback) {
	t.Helper()
	p := &spitest.Playback{Playback: conntest.Playback{Ops: s, DontPanic: true}}
	chip, err := nfc.NewMFRC522(p, &gpiotest.Pin{N: "RST"})
	if err != nil {
		t.Fatal(err)
	}
	return chip, p
}

func TestMFRC522(t *testing.T) {
	var s script
	s.fieldOn() // as it is opened
	s.read(0x37, 0x92)
	// An empty reader: one call.
	s.setUp(0x8D)
	s.call(nil)
	// A tag of four bytes.
	s.read(0x2A, 0x8D)
	s.call([]byte{0x04, 0x00})
	s.write(0x0D, 0x00)
	s.transceive(0x00, []byte{0x93, 0x20}, []byte{0xDE, 0xAD, 0xBE, 0xEF, 0xDE ^ 0xAD ^ 0xBE ^ 0xEF})
	// The same again: silent at the first call, as it is still selected.
	s.read(0x2A, 0x8D)
	s.call(nil)
	s.call([]byte{0x04, 0x00})
	s.write(0x0D, 0x00)
	s.transceive(0x00, []byte{0x93, 0x20}, []byte{0xDE, 0xAD, 0xBE, 0xEF, 0xDE ^ 0xAD ^ 0xBE ^ 0xEF})
	// The chip has restarted, and a tag of seven bytes lies there.
	s.setUp(0x00)
	s.call([]byte{0x44, 0x00})
	s.select7()
	chip, p := play(t, s)

	if detail, err := chip.Identify(); err != nil || detail != "MFRC522 92" {
		t.Fatalf("%q %v", detail, err)
	}
	if _, found, err := chip.Look(); found || err != nil {
		t.Fatalf("an empty reader: %v %v", found, err)
	}
	first, found, err := chip.Look()
	if !found || err != nil || first.Type() != nfc.TypeA || !first.Lasting() {
		t.Fatalf("four bytes: %v %v", found, err)
	}
	if again, found, err := chip.Look(); !found || err != nil || again != first {
		t.Fatalf("the same again: %v %v, equal %v", found, err, again == first)
	}
	seven, found, err := chip.Look()
	if !found || err != nil || seven == first {
		t.Fatalf("seven bytes: %v %v", found, err)
	}
	if err := chip.Close(); err != nil { // also tells whether the script is at its end
		t.Error(err)
	}
	if err := chip.Close(); err != nil {
		t.Error(err)
	}
	if _, _, err := chip.Look(); err == nil {
		t.Error("a closed chip looks")
	}
	if len(p.Ops) != p.Count {
		t.Errorf("%d of %d transfers", p.Count, len(p.Ops))
	}
}

func TestMFRC522TokensAreThoseOfThePN532(t *testing.T) {
	var s script
	s.fieldOn()
	s.setUp(0x8D)
	s.call([]byte{0x44, 0x00})
	s.select7()
	chip, _ := play(t, s)
	got, _, err := chip.Look()
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := nfc.ParseList(nfc.TypeA, []byte{1, 1, 0, 0x44, 0, 7, 4, 1, 2, 3, 4, 5, 6})
	if err != nil || got != want {
		t.Errorf("two readers disagree about a tag (%v)", err)
	}
}

func TestMFRC522DamagedUIDIsNoTag(t *testing.T) {
	for name, answer := range map[string][]byte{
		"wrong check":    {1, 2, 3, 4, 5},
		"too short":      {1, 2, 3, 0},
		"two at a time":  {0xDE, 0xAD, 0xBE, 0xEF, 0x00},
		"silent at once": nil,
	} {
		var s script
		s.fieldOn()
		s.setUp(0x8D)
		for range 2 {
			s.call([]byte{0x04, 0x00})
			s.write(0x0D, 0x00)
			s.transceive(0x00, []byte{0x93, 0x20}, answer)
		}
		chip, _ := play(t, s)
		if _, found, err := chip.Look(); found || err != nil {
			t.Errorf("%s: found %v, error %v", name, found, err)
		}
		if err := chip.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMFRC522BusFails(t *testing.T) {
	var s script
	s.fieldOn()
	s.read(0x2A, 0x8D)
	chip, _ := play(t, s) // and no more
	if _, _, err := chip.Look(); hw.FaultOf(err) != fault.DeviceFailed || errors.Is(err, nfc.ErrSilent) {
		t.Errorf("%v", err)
	}
	if _, err := nfc.NewMFRC522(&spitest.Playback{Playback: conntest.Playback{DontPanic: true}}, &gpiotest.Pin{N: "RST"}); hw.FaultOf(err) != fault.DeviceFailed {
		t.Errorf("%v", err)
	}
}

// TestMFRC522UnderSupervision: the chip that is made of software, register by
// register, laid on and lifted, dead and alive again.
func TestMFRC522UnderSupervision(t *testing.T) {
	device := emulate.NewMFRC522()
	events, healths := make(chan nfc.Event, 1000), make(chan hw.Health, 1000)
	reader := nfc.New(nfc.Config{
		OpenChip: func() (nfc.Chip, error) { return nfc.NewMFRC522(device.Port(), device.Reset()) },
		Poll:     time.Millisecond,
		OnEvent:  func(e nfc.Event) { events <- e },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		supervise.New(supervise.Config{Open: reader.Open, ProbeEvery: 10 * time.Second, OnHealth: func(h hw.Health) { healths <- h }, Clock: hurried{}}).Run(ctx)
	}()
	b := &bench{t: t, events: events, healths: healths}
	b.until(hw.Ready)
	var tokens []nfc.Token
	for range 2 {
		for _, name := range []string{"A with 4 bytes", "A with 7 bytes", "A with 10 bytes"} {
			device.Lay(tags[name])
			tokens = append(tokens, want[nfc.Present](b).Token)
			device.Lift()
			want[nfc.Lifted](b)
		}
	}
	if !slices.Equal(tokens[:3], tokens[3:]) || tokens[0] == tokens[1] || tokens[1] == tokens[2] {
		t.Error("tags are mistaken for each other")
	}
	device.Lay(tags["A with 7 bytes"])
	want[nfc.Present](b)
	for _, dead := range []byte{0x00, 0xFF} {
		device.Die(dead)
		if h := b.until(hw.Fault); h.Code != fault.NoAnswer {
			t.Errorf("dead at %02X: %+v", dead, h)
		}
		want[nfc.Lifted](b)
		device.Revive()
		b.until(hw.Ready)
		want[nfc.Present](b)
	}
	cancel()
	<-ended
	want[nfc.Lifted](b)
	if device.Level() != gpio.High {
		t.Error("the chip is left in reset")
	}
}
