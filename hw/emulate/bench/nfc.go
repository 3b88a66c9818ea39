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

// noiseNFC begins a frame that never comes.
var noiseNFC = []byte{0x55, 0x13, 0x00, 0x00, 0xFF, 0x40, 0xC0, 0xD5}

var ofNFC = []Fault{
	{Device: NFC, Kind: "garbage", Help: "noise before each answer", tags: func(t *emulate.NFCTrouble) { t.Garbage = noiseNFC }},
	{Device: NFC, Kind: "no_ack", Help: "commands are answered and not acknowledged", tags: func(t *emulate.NFCTrouble) { t.NoAck = true }},
	{Device: NFC, Kind: "flip_checksum", Help: "the checksum is wrong", tags: func(t *emulate.NFCTrouble) { t.FlipChecksum = true }},
	{Device: NFC, Kind: "flip_length", Help: "the checksum of the length is wrong", tags: func(t *emulate.NFCTrouble) { t.FlipLength = true }},
	{Device: NFC, Kind: "truncate", Help: "answers end after 12 bytes", tags: func(t *emulate.NFCTrouble) { t.Truncate = 12 }},
	{Device: NFC, Kind: "silent", Help: "no answer", tags: func(t *emulate.NFCTrouble) { t.Silent = true }},
	{Device: NFC, Kind: "refuse", Help: "commands are refused", tags: func(t *emulate.NFCTrouble) { t.Refuse = true }},
	{Device: NFC, Kind: "alternate", Help: "a tag is found in every second look only", tags: func(t *emulate.NFCTrouble) { t.Alternate = true }},
	{Device: NFC, Kind: "restart", Help: "it is without power for a moment, now, and forgets how it was set up",
		hand: func(b *Bench) error { b.tags.Restart(); return nil }},
	{Device: NFC, Kind: "unplug_mid_frame", Help: "the cable is pulled in the middle of the next answer; plug nfc puts it back",
		hand: func(b *Bench) error {
			line := b.plugs[NFC]
			b.tags.SetTrouble(emulate.NFCTrouble{Truncate: 9, Times: 1, Pull: func() {
				go func() { _ = line.Unplug() }() // a cable that is out already is what was wanted
			}})
			return nil
		}},
}
