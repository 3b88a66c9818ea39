package bench

import (
	"encoding/hex"
	"errors"
	"fmt"

	"lintai/hw/emulate"
)

// NFC is the reader of community cards.
const NFC = "nfc"

// tapTag lays a tag on its reader, where it stays until it is lifted. Without more
// it is of type A with a UID of seven bytes.
func (b *Bench) tapTag(r Request) (Reply, error) {
	tag := emulate.Tag{UID: []byte{0x04, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66}}
	switch r.Type {
	case "", "A":
	case "B":
		tag = emulate.Tag{B: true, UID: []byte{0x11, 0x22, 0x33, 0x44}}
	default:
		return Reply{}, fmt.Errorf("a tag of type %q; there are A and B", r.Type)
	}
	if r.UID != "" {
		uid, err := hex.DecodeString(r.UID)
		if err != nil {
			return Reply{}, errors.New("a UID is written in pairs of hexadecimal digits")
		}
		tag.UID = uid
	}
	return Reply{}, b.tags.Lay(tag)
}

func (b *Bench) describeTag() string {
	if b.tags.Laid() {
		return "tag=laid"
	}
	return "tag=none"
}
