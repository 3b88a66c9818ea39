package guest

import (
	"encoding/binary"
	"io"
	"net"
	"slices"
	"testing"
	"time"
)

// A computer that answers ARP, has port 22 open, refuses 80 and is silent else; it also
// speaks to somebody.
func TestNeighbourKnocksAtAllPorts(t *testing.T) {
	ours, theirs := net.Pipe()
	defer ours.Close()
	card := []byte{0x52, 0x54, 0, 0x12, 0x34, 0x56}
	asked := make(chan map[uint16]bool, 1)
	go func() {
		ports := map[uint16]bool{}
		defer func() { asked <- ports }()
		say := func(f []byte) {
			_, _ = theirs.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(f))), f...))
		}
		for len(ports) < 65535 {
			var size [4]byte
			if _, err := io.ReadFull(theirs, size[:]); err != nil {
				return
			}
			f := make([]byte, binary.BigEndian.Uint32(size[:]))
			if _, err := io.ReadFull(theirs, f); err != nil {
				return
			}
			if f[12] == 8 && f[13] == 6 {
				back := slices.Concat(ourHardware, card, []byte{8, 6, 0, 1, 8, 0, 6, 4, 0, 2}, card, guestAddress.AsSlice(), ourHardware, ourAddress.AsSlice())
				say(back)
				out := knock(card, 123)
				copy(out[26:], guestAddress.AsSlice())
				copy(out[30:], []byte{10, 0, 2, 2})
				out[23] = 17
				say(out)
				continue
			}
			if checksum(f[14:34]) != 0 || checksum(slices.Concat(f[26:34], []byte{0, 6, 0, 20}, f[34:54])) != 0 {
				t.Error("a wrong checksum")
				return
			}
			port := binary.BigEndian.Uint16(f[36:])
			ports[port] = true
			flags := map[uint16]byte{22: synchronize | acknowledge, 80: reset | acknowledge}[port]
			if flags == 0 {
				continue
			}
			back := slices.Clone(f)
			copy(back[26:30], guestAddress.AsSlice())
			copy(back[30:34], ourAddress.AsSlice())
			binary.BigEndian.PutUint16(back[34:], port)
			binary.BigEndian.PutUint16(back[36:], knocking)
			back[47] = flags
			say(back)
		}
	}()
	n := newNeighbour(ours)
	n.rest = time.Millisecond / 10
	open, refused, err := n.Knock(t.Context())
	if err != nil || !slices.Equal(open, []int{22}) || !slices.Equal(refused, []int{80}) {
		t.Fatal(open, refused, err)
	}
	if all := <-asked; len(all) != 65535 {
		t.Errorf("knocked at %d ports", len(all))
	}
	if spoke := n.Spoke(); spoke["udp 10.0.2.2:123"] == 0 {
		t.Error(spoke)
	}
}
