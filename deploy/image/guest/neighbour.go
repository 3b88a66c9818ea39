package guest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Neighbour is another computer on the guest's network: it hears what the guest says to
// whom, and can knock at its ports. Frames travel with their length in four bytes before
// each (QEMU's -netdev stream).
type Neighbour struct {
	wire io.ReadWriter
	rest time.Duration // after 32 knocks, no more at once than a card's queue takes

	mutex    sync.Mutex
	spoke    map[string]int // "tcp 10.0.2.100:8443" to how many packets
	hardware []byte         // of the guest's card, once it answered
	replies  map[uint16]byte
}

var (
	guestAddress = netip.MustParseAddr("10.0.2.15") // what QEMU's DHCP gives first
	ourAddress   = netip.MustParseAddr("10.0.2.99")
	ourHardware  = []byte{0x52, 0x54, 0, 0x99, 0x99, 0x99}
)

// Flags of TCP.
const (
	synchronize = 0x02
	reset       = 0x04
	acknowledge = 0x10
)

// knocking is the port that a knock comes from.
const knocking = 40000

func newNeighbour(wire io.ReadWriter) *Neighbour {
	n := &Neighbour{wire: wire, rest: 20 * time.Millisecond, spoke: map[string]int{}, replies: map[uint16]byte{}}
	go func() {
		var size [4]byte
		for {
			if _, err := io.ReadFull(wire, size[:]); err != nil {
				return
			}
			frame := make([]byte, min(binary.BigEndian.Uint32(size[:]), 1<<17))
			if _, err := io.ReadFull(wire, frame); err != nil {
				return
			}
			n.hear(frame)
		}
	}()
	return n
}

// hear takes a frame of Ethernet.
func (n *Neighbour) hear(f []byte) {
	if len(f) < 42 {
		return
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	switch kind := binary.BigEndian.Uint16(f[12:]); {
	case kind == 0x0806: // ARP
		if f[21] == 2 && netip.AddrFrom4([4]byte(f[28:32])) == guestAddress {
			n.hardware = slices.Clone(f[22:28])
		}
	case kind == 0x0800 && f[14] == 0x45:
		from, to := netip.AddrFrom4([4]byte(f[26:30])), netip.AddrFrom4([4]byte(f[30:34]))
		if from != guestAddress {
			return
		}
		rest := f[34:]
		if len(rest) < 8 {
			return
		}
		port := binary.BigEndian.Uint16(rest[2:])
		switch f[23] {
		case 6:
			if to == ourAddress && port == knocking && len(rest) > 13 {
				n.replies[binary.BigEndian.Uint16(rest)] = rest[13]
				return
			}
			n.spoke[fmt.Sprintf("tcp %s:%d", to, port)]++
		case 17:
			n.spoke[fmt.Sprintf("udp %s:%d", to, port)]++
		default:
			n.spoke[fmt.Sprintf("protocol %d %s", f[23], to)]++
		}
	}
}

// Spoke tells whom the guest spoke to, and with how many packets.
func (n *Neighbour) Spoke() map[string]int {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	all := map[string]int{}
	for k, v := range n.spoke {
		all[k] = v
	}
	return all
}

func (n *Neighbour) send(frame []byte) error {
	_, err := n.wire.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(frame))), frame...))
	return err
}

// Knock tries all ports of TCP and returns those that answered: open ones that would
// take a connection, refused ones that say that nobody is there. Behind a closed door
// neither answers. It fails when the guest is not even on the network.
func (n *Neighbour) Knock(ctx context.Context) (open, refused []int, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	for {
		if err := n.send(whoHas()); err != nil {
			return nil, nil, err
		}
		if err := Pause(ctx, 500*time.Millisecond); err != nil {
			return nil, nil, errors.Join(errors.New("the guest does not answer on its network"), err)
		}
		n.mutex.Lock()
		there := n.hardware
		n.mutex.Unlock()
		if there == nil {
			continue
		}
		for port := 1; port < 1<<16; port++ {
			if err := n.send(knock(there, uint16(port))); err != nil {
				return nil, nil, err
			}
			if port%32 == 0 {
				if err := Pause(ctx, n.rest); err != nil {
					return nil, nil, err
				}
			}
		}
		break
	}
	if err := Pause(ctx, 250*n.rest); err != nil {
		return nil, nil, err
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	for port, flags := range n.replies {
		if flags&reset != 0 {
			refused = append(refused, int(port))
		} else if flags&(synchronize|acknowledge) == synchronize|acknowledge {
			open = append(open, int(port))
		}
	}
	slices.Sort(open)
	slices.Sort(refused)
	return open, refused, nil
}

// whoHas asks everybody for the guest's card (RFC 826).
func whoHas() []byte {
	f := slices.Repeat([]byte{0xff}, 6)
	f = append(f, ourHardware...)
	f = append(f, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1)
	f = append(f, ourHardware...)
	f = append(f, ourAddress.AsSlice()...)
	f = append(f, make([]byte, 6)...)
	f = append(f, guestAddress.AsSlice()...)
	return append(f, make([]byte, 18)...) // a frame has 60 bytes
}

// knock asks for a connection to a port (RFC 791, RFC 9293).
func knock(there []byte, port uint16) []byte {
	f := slices.Concat(there, ourHardware, []byte{8, 0})
	ip := []byte{0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0}
	ip = append(ip, ourAddress.AsSlice()...)
	ip = append(ip, guestAddress.AsSlice()...)
	binary.BigEndian.PutUint16(ip[10:], checksum(ip))
	tcp := make([]byte, 20)
	binary.BigEndian.PutUint16(tcp, knocking)
	binary.BigEndian.PutUint16(tcp[2:], port)
	binary.BigEndian.PutUint32(tcp[4:], 0x4b494f53)
	tcp[12], tcp[13] = 5<<4, synchronize
	binary.BigEndian.PutUint16(tcp[14:], 1024)
	pseudo := slices.Concat(ip[12:20], []byte{0, 6, 0, 20}, tcp)
	binary.BigEndian.PutUint16(tcp[16:], checksum(pseudo))
	return append(slices.Concat(f, ip, tcp), make([]byte, 6)...)
}

// checksum is the Internet's (RFC 1071).
func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
