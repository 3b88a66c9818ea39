package idcard

import (
	"errors"
	"fmt"
	"time"

	"lintai/hw"
	"lintai/hw/serialport"
	"lintai/kiosk/fault"
)

// How long a reader may think before it must have begun and ended its answer.
// A read takes the module most of a second before the first byte comes.
const (
	answerLimit = time.Second
	readLimit   = 3 * time.Second
	writeLimit  = 500 * time.Millisecond
	// idleGap ends a frame that stopped in the middle: at the slowest speed, 9600
	// baud, two bytes are 1 ms apart.
	idleGap = 150 * time.Millisecond
)

var (
	// ErrSilent: no byte of an answer came.
	ErrSilent error = &hw.Error{Code: fault.NoAnswer, Text: "idcard: no answer"}
	// ErrDamaged: something came and was no whole answer.
	ErrDamaged error = &hw.Error{Code: fault.BadChecksum, Text: "idcard: damaged answer"}
)

// conversation asks one question at a time on a port.
type conversation struct {
	port    serialport.Port
	decoder Decoder
}

// ask sends a request and waits for a reply that can be one to it. The reply's
// data lies in the decoder's buffer; call wipe when done with it.
//
// Frames do not say which request they answer, so what was still on its way
// from an earlier request is thrown away first and recognised by its form after.
func (c *conversation) ask(cmd Command) (Reply, error) {
	c.wipe()
	if err := c.port.FlushInput(); err != nil {
		return Reply{}, err
	}
	if _, err := c.port.Write(EncodeRequest(cmd), writeLimit); err != nil {
		return Reply{}, fmt.Errorf("idcard: asking %04X: %w", uint16(cmd), err)
	}
	limit := answerLimit
	if cmd == CommandRead || cmd == CommandReadFingerprint {
		limit = readLimit
	}
	end := time.Now().Add(limit)
	var damage error
	for {
		reply, err := c.next(cmd)
		if err == nil {
			return reply, nil
		}
		if !errors.Is(err, errMore) {
			damage = err
			continue
		}
		wait := time.Until(end)
		if c.decoder.Partial() || damage != nil {
			wait = min(wait, idleGap)
		}
		n, err := c.port.Read(c.decoder.Room(), wait)
		switch {
		case err == nil:
			c.decoder.Filled(n)
		case !errors.Is(err, serialport.ErrTimeout):
			return Reply{}, err
		case c.decoder.Partial():
			if c.decoder.Skip() {
				damage = errTruncated
			}
		case damage != nil:
			return Reply{}, fmt.Errorf("%w to %04X: %w", ErrDamaged, uint16(cmd), damage)
		default:
			return Reply{}, fmt.Errorf("%w to %04X in %v", ErrSilent, uint16(cmd), limit)
		}
	}
}

var (
	errMore      = errors.New("more bytes are needed")
	errTruncated = errors.New("cut short")
)

// next is the next reply in the buffer that can answer cmd.
func (c *conversation) next(cmd Command) (Reply, error) {
	for {
		reply, ok, err := c.decoder.Next()
		switch {
		case err != nil:
			return Reply{}, err
		case !ok:
			return Reply{}, errMore
		case answers(cmd, reply):
			return reply, nil
		}
	}
}

// answers tells whether a reply can be one to a request. Refusals fit all.
func answers(cmd Command, r Reply) bool {
	switch r.Status.Code() {
	case StatusFound, StatusNotFound:
		return cmd == CommandFind
	case StatusSelectFailed:
		return cmd == CommandSelect
	case StatusNoContent:
		return cmd == CommandReadAddress
	case StatusOK:
		switch cmd {
		case CommandFind:
			return false
		case CommandRead, CommandReadFingerprint:
			return len(r.Data) >= 4+textSize
		case CommandStatus, CommandReset:
			return len(r.Data) == 0
		case CommandReadAddress:
			return len(r.Data) < 4+textSize+addressSize
		}
		return len(r.Data) < textSize
	}
	return true
}

// wipe zeroes what came.
func (c *conversation) wipe() { c.decoder.Wipe() }
