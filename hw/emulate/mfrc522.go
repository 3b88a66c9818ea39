package emulate

import (
	"errors"
	"slices"
	"sync"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// MFRC522 is a tag reader chip on SPI: its registers, and the tag in its field that
// goes from idle to ready to active as ISO/IEC 14443-3 has it. It knows no tags of
// type B.
type MFRC522 struct {
	mu    sync.Mutex
	reset *gpiotest.Pin
	dead  bool
	stuck byte // what a dead chip's line reads as

	registers [64]byte
	fifo      []byte

	tag   *Tag
	level int // 0 idle, 1 to 3 ready at a level, 4 active
}

// The registers that do something (data sheet, 9.2).
const (
	regCommand, regIRQ, regDivIRQ, regFIFO, regFIFOLevel = 0x01, 0x04, 0x05, 0x09, 0x0A
	regControl, regFraming, regTxControl                 = 0x0C, 0x0D, 0x14
	regCRCHigh, regCRCLow, regVersion                    = 0x21, 0x22, 0x37
)

// NewMFRC522 makes a reader with nothing on it.
func NewMFRC522() *MFRC522 {
	m := &MFRC522{reset: &gpiotest.Pin{N: "NRSTPD"}}
	m.restart()
	return m
}

// Reset is the pin at NRSTPD.
func (m *MFRC522) Reset() gpio.PinOut { return m.reset }

// Level is the level of that pin.
func (m *MFRC522) Level() gpio.Level { return m.reset.Read() }

// Lay puts a tag of type A into the field.
func (m *MFRC522) Lay(t Tag) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tag, m.level = &t, 0
}

// Lift takes it away.
func (m *MFRC522) Lift() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tag = nil
}

// Die makes the chip's line read as zeros or ones, whatever is asked.
func (m *MFRC522) Die(as byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead, m.stuck = true, as
}

// Revive ends that; the chip is as fresh from power.
func (m *MFRC522) Revive() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead = false
	m.restart()
}

func (m *MFRC522) restart() {
	m.registers = [64]byte{regCommand: 0x20, regIRQ: 0x14, regTxControl: 0x80, regVersion: 0x92}
	m.fifo, m.level = nil, 0
}

// Port is a fresh opening of the chip's SPI port.
func (m *MFRC522) Port() spi.PortCloser { return &mfrc522Port{chip: m} }

type mfrc522Port struct {
	chip   *MFRC522
	mu     sync.Mutex
	closed bool
}

func (p *mfrc522Port) String() string                       { return "mfrc522" }
func (p *mfrc522Port) LimitSpeed(physic.Frequency) error    { return nil }
func (p *mfrc522Port) Duplex() conn.Duplex                  { return conn.Full }
func (p *mfrc522Port) TxPackets(packets []spi.Packet) error { return errors.ErrUnsupported }

func (p *mfrc522Port) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	if f > 10*physic.MegaHertz || mode != spi.Mode0 || bits != 8 {
		return nil, errors.New("emulate: an MFRC522 takes 10 MHz at most, mode 0, 8 bits")
	}
	return p, nil
}

func (p *mfrc522Port) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return nil
}

// Tx is one access to a register.
func (p *mfrc522Port) Tx(w, r []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errors.New("emulate: the port is closed")
	}
	if len(w) != 2 {
		return errors.New("emulate: one register at a time")
	}
	m := p.chip
	m.mu.Lock()
	defer m.mu.Unlock()
	register := w[0] >> 1 & 0x3F
	switch read := w[0]&0x80 != 0; {
	case m.dead || m.reset.Read() == gpio.Low:
		for i := range r {
			r[i] = m.stuck
		}
	case read && len(r) == 2:
		r[1] = m.read(register)
	case !read:
		m.write(register, w[1])
	}
	return nil
}

func (m *MFRC522) read(register byte) byte {
	switch register {
	case regFIFO:
		if len(m.fifo) == 0 {
			return 0
		}
		b := m.fifo[0]
		m.fifo = m.fifo[1:]
		return b
	case regFIFOLevel:
		return byte(len(m.fifo))
	}
	return m.registers[register]
}

func (m *MFRC522) write(register, value byte) {
	switch register {
	case regFIFO:
		m.fifo = append(m.fifo, value)
	case regFIFOLevel:
		if value&0x80 != 0 {
			m.fifo = nil
		}
	case regIRQ, regDivIRQ: // the highest bit says whether the others are set or cleared
		if value&0x80 != 0 {
			m.registers[register] |= value & 0x7F
		} else {
			m.registers[register] &^= value
		}
	case regCommand:
		m.registers[register] = value
		switch value & 0x0F {
		case 0x0F:
			m.restart()
		case 0x03:
			sum := crcA(m.fifo)
			m.registers[regCRCLow], m.registers[regCRCHigh] = byte(sum), byte(sum>>8)
			m.registers[regDivIRQ] |= 0x04
			m.fifo = nil
		}
	case regFraming:
		m.registers[register] = value
		if value&0x80 != 0 && m.registers[regCommand]&0x0F == 0x0C {
			m.transceive(value & 0x07)
		}
	default:
		m.registers[register] = value
	}
}

// transceive sends the FIFO to the tag and puts its answer there. Without one the
// timer runs out.
func (m *MFRC522) transceive(lastBits byte) {
	sent := m.fifo
	m.fifo = nil
	m.registers[regControl] = 0x10
	m.registers[regIRQ] &^= 0x7F
	var answer []byte
	if m.registers[regTxControl]&0x03 == 0x03 && m.tag != nil && !m.tag.B {
		answer = m.hear(sent, lastBits)
	}
	if answer == nil {
		m.registers[regIRQ] |= 0x45
		return
	}
	m.fifo = answer
	m.registers[regIRQ] |= 0x64
}

// hear is the tag.
func (m *MFRC522) hear(sent []byte, lastBits byte) []byte {
	parts := m.parts()
	call := len(sent) == 1 && lastBits == 7 && (sent[0] == 0x26 || sent[0] == 0x52)
	switch {
	case call && m.level == 0:
		m.level = 1
		return []byte{0x04 | byte(len(parts)-1)<<6, 0x00}
	case m.level >= 1 && m.level <= len(parts) && len(sent) >= 2 && sent[0] == []byte{0x93, 0x95, 0x97}[m.level-1]:
		part := parts[m.level-1]
		if sent[1] == 0x20 && len(sent) == 2 {
			return slices.Clone(part)
		}
		if sent[1] == 0x70 && len(sent) == 9 && slices.Equal(sent[2:7], part) && crcA(sent[:7]) == uint16(sent[7])|uint16(sent[8])<<8 {
			sak := byte(0x08)
			if m.level++; m.level <= len(parts) {
				sak = 0x04
			} else {
				m.level = 4
			}
			sum := crcA([]byte{sak})
			return []byte{sak, byte(sum), byte(sum >> 8)}
		}
	}
	m.level = 0 // what a tag does not expect sends it back, without a word
	return nil
}

// parts are the UID as it is told level by level, each with its check byte.
func (m *MFRC522) parts() (parts [][]byte) {
	for uid := m.tag.UID; len(uid) > 0; {
		var part []byte
		if len(uid) > 4 {
			part, uid = append([]byte{0x88}, uid[:3]...), uid[3:]
		} else {
			part, uid = slices.Clone(uid), nil
		}
		parts = append(parts, append(part, xor(part)))
	}
	return parts
}

// crcA is the CRC of type A: polynomial 1021 reversed, beginning with 6363.
func crcA(data []byte) uint16 {
	sum := uint16(0x6363)
	for _, b := range data {
		sum ^= uint16(b)
		for range 8 {
			low := sum & 1
			if sum >>= 1; low != 0 {
				sum ^= 0x8408
			}
		}
	}
	return sum
}
