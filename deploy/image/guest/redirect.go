package guest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// A device of QEMU's that is made here speaks usbredir: the protocol by which a USB
// device that is elsewhere is plugged into a guest, over a stream. This is the side of
// the device, for one that has a single interrupt endpoint, as things that are touched
// and pressed have. Source: "USB Network Redirection protocol description", version 0.7.

// Types of packets.
const (
	redirHello              = 0
	redirConnect            = 1
	redirInterfaceInfo      = 4
	redirEndpointInfo       = 5
	redirSetConfiguration   = 6
	redirGetConfiguration   = 7
	redirConfiguration      = 8
	redirSetAlternate       = 9
	redirGetAlternate       = 10
	redirAlternate          = 11
	redirStartInterrupts    = 15
	redirStopInterrupts     = 16
	redirInterruptReceiving = 17
	redirControl            = 100
	redirInterrupt          = 103
)

// Capabilities, by their bits. Without these QEMU plugs nothing into a port of USB 3.
const (
	redirPacketSizes = 1 << 4 // the list of endpoints says how long their packets are
	redirLongIDs     = 1 << 5 // ids have 64 bits, after the greeting
	redirLongBulk    = 1 << 6 // packets that there are none of here are longer
)

const (
	redirGreeting = 12      // bytes before the greeting: type, length of what follows, id, four bytes each
	redirHeader   = 16      // before everything else, with an id of eight bytes
	redirLongest  = 1 << 16 // of what follows; a control transfer has at most so many bytes
	redirStall    = 4       // status of a control transfer that the device does not know
)

// errPacket is returned for what is no packet of the protocol.
var errPacket = errors.New("usbredir: no packet")

// redirected is a USB device that is plugged in over a wire.
type redirected struct {
	wire io.ReadWriter
	// control answers a control transfer with the bytes for the guest; false stalls it.
	control func(s setup) ([]byte, bool)

	mutex     sync.Mutex
	listening bool // the guest's driver asks for what happens
	sent      uint64
}

// setup is what a control transfer begins with (USB 2.0, table 9-2).
type setup struct {
	kind, request        byte
	value, index, length uint16
}

// endpointIn is the one interrupt endpoint, and the place of it in lists of endpoints.
const (
	endpointIn         = 0x81
	endpointInPlace    = 16 + 1
	endpointInInterval = 10 // ms
	endpointInSize     = 16 // bytes of a packet at most
	controlSize        = 64 // those of control transfers
)

// plug says what the device is: full speed, one interface of a class.
func (d *redirected) plug(class byte, vendor, product uint16) error {
	hello := make([]byte, 64, 64+4)
	copy(hello, "lintai boot test")
	hello = binary.LittleEndian.AppendUint32(hello, redirPacketSizes|redirLongIDs|redirLongBulk)
	kinds, intervals, interfaces, sizes := make([]byte, 32), make([]byte, 32), make([]byte, 32), make([]byte, 2*32)
	for i := range kinds {
		kinds[i] = 255 // there is none
	}
	kinds[0], kinds[16] = 0, 0
	kinds[endpointInPlace], intervals[endpointInPlace] = 3, endpointInInterval
	sizes[0], sizes[2*16], sizes[2*endpointInPlace] = controlSize, controlSize, endpointInSize
	one := make([]byte, 4+4*32)
	one[0], one[4+32] = 1, class
	connect := []byte{1, 0, 0, 0} // full speed; its interface tells the class
	connect = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(connect, vendor), product)
	for _, p := range []struct {
		kind uint32
		body []byte
	}{{redirHello, hello}, {redirEndpointInfo, slices.Concat(kinds, intervals, interfaces, sizes)}, {redirInterfaceInfo, one}, {redirConnect, connect}} {
		if err := d.say(p.kind, 0, p.body); err != nil {
			return err
		}
	}
	return nil
}

func (d *redirected) say(kind uint32, id uint64, body []byte) error {
	p := binary.LittleEndian.AppendUint32(make([]byte, 0, redirHeader+len(body)), kind)
	p = binary.LittleEndian.AppendUint32(p, uint32(len(body)))
	if kind == redirHello {
		p = binary.LittleEndian.AppendUint32(p, uint32(id))
	} else {
		p = binary.LittleEndian.AppendUint64(p, id)
	}
	p = append(p, body...)
	d.mutex.Lock()
	defer d.mutex.Unlock()
	_, err := d.wire.Write(p)
	return err
}

// serve answers the guest until the wire is cut.
func (d *redirected) serve() error {
	header := make([]byte, redirGreeting, redirHeader)
	for ; ; header = header[:redirHeader] {
		if _, err := io.ReadFull(d.wire, header); err != nil {
			return err
		}
		kind, size, id := binary.LittleEndian.Uint32(header), binary.LittleEndian.Uint32(header[4:]), uint64(0)
		if (len(header) == redirGreeting) != (kind == redirHello) {
			return fmt.Errorf("%w: type %d, greeted %t", errPacket, kind, len(header) == redirHeader)
		}
		if len(header) == redirHeader {
			id = binary.LittleEndian.Uint64(header[8:])
		}
		if size > redirLongest {
			return fmt.Errorf("%w: type %d of %d bytes", errPacket, kind, size)
		}
		body := make([]byte, size)
		if _, err := io.ReadFull(d.wire, body); err != nil {
			return err
		}
		if err := d.answer(kind, id, body); err != nil {
			return err
		}
	}
}

func (d *redirected) answer(kind uint32, id uint64, body []byte) error {
	if least := map[uint32]int{redirSetConfiguration: 1, redirSetAlternate: 2, redirGetAlternate: 1, redirStartInterrupts: 1, redirStopInterrupts: 1, redirControl: 10}[kind]; len(body) < least {
		return fmt.Errorf("%w: type %d of %d bytes", errPacket, kind, len(body))
	}
	switch kind {
	case redirSetConfiguration:
		return d.say(redirConfiguration, id, []byte{0, body[0]})
	case redirGetConfiguration:
		return d.say(redirConfiguration, id, []byte{0, 1})
	case redirSetAlternate, redirGetAlternate:
		return d.say(redirAlternate, id, []byte{0, body[0], 0})
	case redirStartInterrupts, redirStopInterrupts:
		d.mutex.Lock()
		d.listening = kind == redirStartInterrupts
		d.mutex.Unlock()
		return d.say(redirInterruptReceiving, id, []byte{0, body[0]})
	case redirControl:
		// endpoint, request, kind, status; value, index, length
		s := setup{body[2], body[1], binary.LittleEndian.Uint16(body[4:]), binary.LittleEndian.Uint16(body[6:]), binary.LittleEndian.Uint16(body[8:])}
		data, known := d.control(s)
		data = data[:min(len(data), int(s.length))]
		head := append([]byte(nil), body[:8]...)
		if head[3] = 0; !known {
			head[3] = redirStall
		}
		size := s.length // of what was sent to the device, it took all
		if s.kind&0x80 != 0 {
			size = uint16(len(data))
		} else {
			data = nil
		}
		return d.say(redirControl, id, append(binary.LittleEndian.AppendUint16(head, size), data...))
	}
	return nil // a reset, and what is said for other kinds of devices
}

// happens tells the guest what happened to the device.
func (d *redirected) happens(report []byte) error {
	d.mutex.Lock()
	listening := d.listening
	d.sent++
	id := d.sent
	d.mutex.Unlock()
	if !listening {
		return errors.New("usbredir: the guest does not listen to the device")
	}
	head := binary.LittleEndian.AppendUint16([]byte{endpointIn, 0}, uint16(len(report)))
	return d.say(redirInterrupt, id, append(head, report...))
}
