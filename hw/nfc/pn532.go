package nfc

import (
	"errors"
	"fmt"
	"time"

	"lintai/hw"
	"lintai/hw/serialport"
	"lintai/kiosk/fault"
)

const (
	// answerLimit is how long a PN532 may think. It acknowledges within 15 ms; a
	// look that may try twice takes a few more.
	answerLimit = 500 * time.Millisecond
	writeLimit  = 500 * time.Millisecond
	// idleGap ends a frame that stopped in the middle, and a wait for what may
	// still come behind something damaged.
	idleGap = 100 * time.Millisecond
)

var (
	// ErrSilent: no answer came.
	ErrSilent error = &hw.Error{Code: fault.NoAnswer, Text: "nfc: no answer"}
	// ErrDamaged: something came and was no whole answer.
	ErrDamaged error = &hw.Error{Code: fault.BadChecksum, Text: "nfc: damaged answer"}
	// ErrRefused: the chip does not know what it was asked for.
	ErrRefused error = &hw.Error{Code: fault.DeviceFailed, Text: "nfc: refused"}
)

// OnSerial makes Config.OpenChip for a PN532 on a serial line (HSU mode, 115200
// baud as delivered).
func OnSerial(s serialport.Settings) func() (Chip, error) {
	return func() (Chip, error) {
		line, err := serialport.Open(s)
		if err != nil {
			return nil, err
		}
		return newPN532(line), nil
	}
}

// pn532 asks one question at a time on a port.
type pn532 struct {
	port    serialport.Port
	decoder Decoder
	// awake: the chip was woken and told how to look for tags, and has not
	// failed to answer since. It forgets all of that when its power fails.
	awake bool
}

func newPN532(port serialport.Port) *pn532 { return &pn532{port: port} }

// Identify is described at Chip.
func (p *pn532) Identify() (string, error) {
	data, err := p.ask(CommandFirmware)
	if err != nil {
		return "", err
	}
	f, err := ParseFirmware(data)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return f.String(), nil
}

// Look is described at Chip.
func (p *pn532) Look() (Token, bool, error) {
	for _, kind := range []Type{TypeA, TypeB} {
		parameters := []byte{1, 0x00} // one tag at most, type A at 106 kbit/s
		if kind == TypeB {
			parameters = []byte{1, 0x03, 0x00} // type B, any application
		}
		data, err := p.ask(CommandList, parameters...)
		if err != nil {
			return Token{}, false, err
		}
		token, found, err := ParseList(kind, data)
		p.decoder.Wipe()
		if err != nil {
			return Token{}, false, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if found {
			return token, true, nil
		}
	}
	return Token{}, false, nil
}

// Close is described at Chip.
func (p *pn532) Close() error { return p.port.Close() }

// ask wakes the chip if it may sleep, asks, and gives the data of the answer, which
// lies in the decoder's buffer.
func (p *pn532) ask(c Command, parameters ...byte) ([]byte, error) {
	data, err := []byte(nil), error(nil)
	if !p.awake {
		err = p.wake()
	}
	if err == nil {
		data, err = p.exchange(nil, c, parameters...)
	}
	p.awake = err == nil
	return data, err
}

// wake ends whatever the chip does, wakes it, and sets it up.
func (p *pn532) wake() error {
	before := append(EncodeAck(), EncodeWakeUp()...)
	// Normal mode: no security module is used. 17 × 50 ms is for modes we do not
	// use; without an interrupt pin the last byte could be left out.
	if _, err := p.exchange(before, CommandSAM, 0x01, 0x17); err != nil {
		return err
	}
	// Two attempts at finding a tag, then an answer. As delivered the chip tries
	// for ever, and says nothing until it has found one.
	_, err := p.exchange(nil, CommandRF, 0x05, 0xFF, 0x01, 0x01)
	return err
}

// exchange sends a command and waits for the response to it. An acknowledgement
// that got lost on the way is not missed when the response is there.
func (p *pn532) exchange(before []byte, c Command, parameters ...byte) ([]byte, error) {
	p.decoder.Wipe()
	if err := p.port.FlushInput(); err != nil {
		return nil, err
	}
	if _, err := p.port.Write(append(before, EncodeCommand(c, parameters...)...), writeLimit); err != nil {
		return nil, fmt.Errorf("nfc: asking %02X: %w", byte(c), err)
	}
	end := time.Now().Add(answerLimit)
	var damage error
	for {
		frame, ok, err := p.decoder.Next()
		switch {
		case err != nil:
			damage = err
			continue
		case ok && frame.Kind == Refused:
			return nil, fmt.Errorf("%w: %02X", ErrRefused, byte(c))
		case ok && frame.Kind == Nack:
			damage = errForm
			continue
		case ok && frame.Kind == Response && frame.To == c:
			return frame.Data, nil
		case ok:
			continue // an acknowledgement, or the answer to an earlier question
		}
		wait := time.Until(end)
		if p.decoder.Partial() || damage != nil {
			wait = min(wait, idleGap)
		}
		n, err := p.port.Read(p.decoder.Room(), wait)
		switch {
		case err == nil:
			p.decoder.Filled(n)
		case !errors.Is(err, serialport.ErrTimeout):
			return nil, err
		case p.decoder.Partial():
			if p.decoder.Skip() {
				damage = errTruncated
			}
		case damage != nil:
			return nil, fmt.Errorf("%w to %02X: %w", ErrDamaged, byte(c), damage)
		default:
			return nil, fmt.Errorf("%w to %02X in %v", ErrSilent, byte(c), answerLimit)
		}
	}
}

var errTruncated = errors.New("cut short")
