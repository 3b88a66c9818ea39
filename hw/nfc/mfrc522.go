package nfc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/devices/v3/mfrc522"
	"periph.io/x/devices/v3/mfrc522/commands"
	"periph.io/x/host/v3"
	"periph.io/x/host/v3/sysfs"

	"lintai/hw"
	"lintai/hw/serialport"
	"lintai/kiosk/fault"
)

// SPI says where an MFRC522 is.
type SPI struct {
	// Path is /dev/spidevB.C.
	Path string
	// Reset is the name of the pin at the chip's NRSTPD, "GPIO25"; empty when that
	// is tied high.
	Reset string
}

// OnSPI makes Config.OpenChip for an MFRC522.
func OnSPI(s SPI) func() (Chip, error) {
	return func() (Chip, error) {
		port, err := openSPI(s.Path)
		if err != nil {
			return nil, err
		}
		reset, err := resetPin(s.Reset)
		if err != nil {
			port.Close()
			return nil, err
		}
		return NewMFRC522(port, reset)
	}
}

func openSPI(path string) (spi.PortCloser, error) {
	var bus, chip int
	if _, err := fmt.Sscanf(path, "/dev/spidev%d.%d", &bus, &chip); err != nil {
		return nil, &hw.Error{Code: fault.ConfigInvalid, Text: "nfc: " + path + " is no /dev/spidevB.C"}
	}
	// The library hides why a file cannot be opened.
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		code := fault.DeviceFailed
		if errors.Is(err, fs.ErrNotExist) {
			code = fault.Unplugged
		} else if errors.Is(err, fs.ErrPermission) {
			code = fault.PortBusy
		}
		return nil, &hw.Error{Code: code, Text: fmt.Sprintf("nfc: %v", err)}
	}
	file.Close()
	return sysfs.NewSPI(bus, chip)
}

func resetPin(name string) (gpio.PinOut, error) {
	if name == "" {
		return tiedHigh{gpio.INVALID}, nil
	}
	if gpioreg.ByName(name) == nil {
		// Init does its work once and is cheap after that.
		if _, err := host.Init(); err != nil {
			return nil, &hw.Error{Code: fault.Unplugged, Text: fmt.Sprintf("nfc: no pins on this machine: %v", err)}
		}
	}
	if pin := gpioreg.ByName(name); pin != nil {
		return pin, nil
	}
	return nil, &hw.Error{Code: fault.Unplugged, Text: "nfc: this machine has no pin " + name}
}

// tiedHigh is a reset pin that nobody can pull.
type tiedHigh struct{ gpio.PinIO }

func (tiedHigh) Out(gpio.Level) error { return nil }

const (
	// spiSpeed is what long wires in a cabinet carry; the library asks for ten
	// times as much.
	spiSpeed = physic.MegaHertz
	// lookLimit bounds everything the chip is asked for at one time.
	lookLimit = time.Second
	// resetLow and resetHigh are how long the chip is kept in reset, and how long
	// its oscillator is given to start.
	resetLow  = time.Millisecond
	resetHigh = 50 * time.Millisecond
	// fieldUp is how long a tag needs to wake in the field (ISO/IEC 14443-3, 6.1.5).
	fieldUp = 5 * time.Millisecond
	// waitStep is the pause between two looks at whether a tag has answered. It
	// does within a millisecond or not at all, which the chip's own timer tells
	// after 15 ms; without a pause those are spent asking the bus.
	waitStep = 2 * time.Millisecond
)

const (
	wakeUpA = 0x52 // WUPA, to tags that sleep as well
	cascade = 0x88 // the UID goes on one level up
	// timerMode is a register that Init sets and a restart of the chip clears.
	timerMode      = commands.TModeReg
	timerModeAsSet = 0x8D
)

// mfrc522Chip is an MFRC522 behind the library's low-level commands.
//
// The library's own ReadUID is not used: it waits for the interrupt pin in a
// goroutine that is left behind when the bus fails, then for an edge with a limit
// of 0, which a real pin takes for "for ever", and ends by switching the field off,
// under which a tag that lies still seems to come and go.
type mfrc522Chip struct {
	bus   *bus
	chip  *mfrc522.Dev
	ready bool // the field is on
	near  bool // something answered in the last look
}

// NewMFRC522 starts the chip on an SPI port. It takes the port over, also when it
// fails.
func NewMFRC522(port spi.PortCloser, reset gpio.PinOut) (Chip, error) {
	b := &bus{port: port}
	b.begin()
	chip, err := start(b, reset)
	if err != nil {
		b.Close()
		return nil, err
	}
	return &mfrc522Chip{bus: b, chip: chip}, nil
}

func start(b *bus, reset gpio.PinOut) (*mfrc522.Dev, error) {
	for _, step := range []struct {
		level gpio.Level
		lasts time.Duration
	}{{gpio.Low, resetLow}, {gpio.High, resetHigh}} {
		if err := reset.Out(step.level); err != nil {
			return nil, &hw.Error{Code: fault.DeviceFailed, Text: fmt.Sprintf("nfc: reset pin: %v", err)}
		}
		if _, tied := reset.(tiedHigh); !tied {
			time.Sleep(step.lasts)
		}
	}
	chip, err := mfrc522.NewSPI(b, reset, nil)
	if err != nil {
		return nil, b.why(err)
	}
	return chip, nil
}

// Identify is described at Chip.
func (m *mfrc522Chip) Identify() (string, error) {
	m.bus.begin()
	version, err := m.chip.LowLevel.DevRead(commands.VersionReg)
	if err != nil {
		return "", m.bus.why(err)
	}
	// A line that nobody drives reads as all zeros or all ones.
	if version == 0x00 || version == 0xFF {
		m.ready = false
		return "", fmt.Errorf("%w on SPI", ErrSilent)
	}
	return fmt.Sprintf("MFRC522 %02X", version), nil
}

// Look is described at Chip. Tags of type B are not seen by this chip.
func (m *mfrc522Chip) Look() (Token, bool, error) {
	m.bus.begin()
	if err := m.setUp(); err != nil {
		m.ready = false
		return Token{}, false, m.bus.why(err)
	}
	// A tag that was spoken to in the last look falls silent at the first call and
	// answers the second.
	again := m.near
	m.near = false
	for range 2 {
		uid, err := m.uid()
		switch {
		case err == nil:
			m.near = true
			return newToken(TypeA, uid), true, nil
		case m.bus.failed() != nil:
			m.ready = false
			return Token{}, false, m.bus.why(err)
		case errors.Is(err, errGarbled):
			m.near = true
		case !again:
			return Token{}, false, nil
		}
	}
	return Token{}, false, nil
}

// Close is described at Chip.
func (m *mfrc522Chip) Close() error { return m.bus.Close() }

// setUp switches the field on, unless it is.
func (m *mfrc522Chip) setUp() error {
	mode, err := m.chip.LowLevel.DevRead(timerMode)
	if err != nil {
		return err
	}
	if m.ready && mode == timerModeAsSet {
		return nil
	}
	if err := m.chip.LowLevel.Init(); err != nil {
		return err
	}
	if mode, err = m.chip.LowLevel.DevRead(timerMode); err != nil {
		return err
	}
	if mode != timerModeAsSet {
		return errors.New("the chip does not keep what it is told")
	}
	time.Sleep(fieldUp)
	m.ready = true
	return nil
}

var (
	// errNoTag: nothing answered the call.
	errNoTag = errors.New("no tag")
	// errGarbled: something did, and could not be understood, as when it is just
	// taken away, or is two.
	errGarbled = errors.New("garbled")
)

// uid calls tags and asks the one that answers for its UID (ISO/IEC 14443-3, 6.5).
func (m *mfrc522Chip) uid() ([]byte, error) {
	low := m.chip.LowLevel
	// The call is seven bits long, all else whole bytes.
	if err := low.DevWrite(commands.BitFramingReg, 0x07); err != nil {
		return nil, err
	}
	if _, bits, err := low.CardWrite(commands.PCD_TRANSCEIVE, []byte{wakeUpA}); err != nil || bits != 16 {
		return nil, errors.Join(errNoTag, err)
	}
	if err := low.DevWrite(commands.BitFramingReg, 0x00); err != nil {
		return nil, err
	}
	var uid []byte
	for _, level := range []byte{0x93, 0x95, 0x97} {
		part, _, err := low.CardWrite(commands.PCD_TRANSCEIVE, []byte{level, 0x20})
		if err != nil || len(part) != 5 || part[0]^part[1]^part[2]^part[3]^part[4] != 0 {
			return nil, errors.Join(errGarbled, err)
		}
		if part[0] != cascade {
			return append(uid, part[:4]...), nil
		}
		uid = append(uid, part[1:4]...)
		choose := append([]byte{level, 0x70}, part...)
		crc, err := low.CRC(choose)
		if err != nil {
			return nil, err
		}
		if _, bits, err := low.CardWrite(commands.PCD_TRANSCEIVE, append(choose, crc...)); err != nil || bits != 24 {
			return nil, errors.Join(errGarbled, err)
		}
	}
	return nil, errGarbled // no UID has four parts
}

// bus is the SPI port as the library sees it, with what the library lacks: an end
// to each operation, pauses while it waits for a tag, and the error that the port
// itself had, which tells a broken bus from a missing tag.
type bus struct {
	port spi.PortCloser

	mu     sync.Mutex
	conn   spi.Conn
	closed bool
	end    time.Time
	err    error // of the operation under way
}

// begin begins an operation.
func (b *bus) begin() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.end, b.err = time.Now().Add(lookLimit), nil
}

// failed is why the bus failed during the operation under way.
func (b *bus) failed() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// why is the reason of an operation that failed: the bus's own, or a chip that does
// not do what it is told.
func (b *bus) why(err error) error {
	if own := b.failed(); own != nil {
		return own
	}
	return fmt.Errorf("%w on SPI: %w", ErrSilent, err)
}

func (b *bus) String() string { return b.port.String() }

// Connect is spi.Port.
func (b *bus) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	conn, err := b.port.Connect(min(f, spiSpeed), mode, bits)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		b.err = &hw.Error{Code: fault.DeviceFailed, Text: fmt.Sprintf("nfc: %v", err)}
		return nil, b.err
	}
	b.conn = conn
	return busConn{conn, b}, nil
}

// Close frees the port. An operation under way fails.
func (b *bus) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	return b.port.Close()
}

// busConn is what the library holds.
type busConn struct {
	spi.Conn
	bus *bus
}

// readIRQ is the first byte of each look at whether a tag has answered.
const readIRQ = commands.CommIrqReg<<1 | 0x80

func (c busConn) Tx(w, r []byte) error {
	if len(w) > 0 && w[0] == readIRQ {
		time.Sleep(waitStep)
	}
	b := c.bus
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		b.err = serialport.ErrClosed
	case time.Now().After(b.end):
		b.err = fmt.Errorf("%w on SPI in %v", ErrSilent, lookLimit)
	default:
		err := c.Conn.Tx(w, r)
		if err == nil {
			return nil
		}
		b.err = &hw.Error{Code: fault.DeviceFailed, Text: fmt.Sprintf("nfc: %v", err)}
	}
	return b.err
}
