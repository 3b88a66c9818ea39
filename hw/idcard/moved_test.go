package idcard_test

import (
	"fmt"
	"testing"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/idcard"
	"lintai/kiosk/fault"
)

func TestAddressAppendedAfterIssue(t *testing.T) {
	b := setup(t, 115200)
	b.reader.SetMode(idcard.Read)
	const moved = "虚构市样板区新路2号"
	for _, c := range []struct {
		name, moved, want string
		kind              byte
		trouble           emulate.ReaderTrouble
		asks              int
	}{
		{"moved", moved, moved, ' ', emulate.ReaderTrouble{}, 1},
		{"never moved", "", "", ' ', emulate.ReaderTrouble{}, 1},
		{"a permit", moved, moved, 'J', emulate.ReaderTrouble{}, 1},
		{"a foreigner's card has none", moved, "", 'I', emulate.ReaderTrouble{}, 0},
		{"it cannot be read", moved, "", ' ', emulate.ReaderTrouble{Status: 0x41, Command: 0x3003}, 1},
		{"the reader does not know the question", moved, "", ' ', emulate.ReaderTrouble{Status: 0x21, Command: 0x3003}, 1},
		{"the answer is damaged", moved, "", ' ', emulate.ReaderTrouble{FlipChecksum: true, Command: 0x3003}, 1},
		{"no answer", moved, "", ' ', emulate.ReaderTrouble{Silent: true, Command: 0x3003}, 1},
		{"no answer again", moved, "", ' ', emulate.ReaderTrouble{Silent: true, Command: 0x3003}, 1},
		{"not asked any more", moved, "", ' ', emulate.ReaderTrouble{}, 0},
	} {
		before := b.device.Asked()[0x3003]
		b.device.SetTrouble(c.trouble)
		id := emulate.Synthetic(5)
		id.Moved, id.Type, id.Latin = c.moved, c.kind, "SAMPLE, TEST"
		b.device.Lay(id)
		want[idcard.Present](b)
		card := want[idcard.Card](b)
		if card.AppendedAddress != c.want || c.kind != 'I' && card.Address != id.Address {
			t.Errorf("%s: appended address %q, want %q", c.name, card.AppendedAddress, c.want)
		}
		if asks := b.device.Asked()[0x3003] - before; asks != c.asks {
			t.Errorf("%s: asked %d times, want %d", c.name, asks, c.asks)
		}
		b.device.SetTrouble(emulate.ReaderTrouble{})
		b.device.Lift()
		want[idcard.Lifted](b)
	}
}

func TestHealthTellsTheModule(t *testing.T) {
	b := setup(t, 115200)
	const module = "module 05.03-20150101-0000012345-0000067890"
	if h := b.until(hw.Ready); h.Detail != module {
		t.Errorf("detail %q", h.Detail)
	}
	b.device.SetTrouble(emulate.ReaderTrouble{Status: 0x66})
	if h := b.until(hw.Fault); h.Detail != "security module is not authorised; "+module {
		t.Errorf("detail %q", h.Detail)
	}
	if asked := b.device.Asked()[0x12FF]; asked != 1 {
		t.Errorf("asked who it is %d times", asked)
	}
}

func TestModuleThatDoesNotTellIsWell(t *testing.T) {
	for name, trouble := range map[string]emulate.ReaderTrouble{
		"refuses": {Status: 0x21, Command: 0x12FF},
		"silent":  {Silent: true, Command: 0x12FF},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 115200)
			b.device.SetTrouble(trouble)
			if h := b.until(hw.Ready); h.Code != fault.None || h.Counters.Losses > 0 {
				t.Errorf("health %+v", h)
			}
		})
	}
}

// TestEveryStatusInAnswerToARead: what each third status byte makes of a card that lies
// there, at select and at read.
func TestEveryStatusInAnswerToARead(t *testing.T) {
	card, line, failed := fault.CardUnreadable, fault.BadChecksum, fault.DeviceFailed
	for status, want := range map[byte]fault.Code{
		0x10: line, 0x11: line, 0x21: line, 0x23: failed, 0x24: failed, 0x31: card, 0x32: card, 0x33: card,
		0x40: card, 0x41: card, 0x47: card, 0x60: fault.SAMSelfTest, 0x66: fault.SAMUnauthorised, 0x77: failed,
	} {
		for _, command := range []uint16{0x2002, 0x3001} {
			t.Run(fmt.Sprintf("%02X to %04X", status, command), func(t *testing.T) {
				t.Parallel()
				refused(t, status, command, want)
			})
		}
	}
}

func refused(t *testing.T, status byte, command uint16, code fault.Code) {
	b := setup(t, 115200)
	b.device.SetTrouble(emulate.ReaderTrouble{Status: status, Command: command})
	b.device.Lay(emulate.Synthetic(2))
	b.reader.SetMode(idcard.Read)
	want[idcard.Present](b)
	if got := want[idcard.Failed](b); got.Code != code {
		t.Errorf("failed with %q, want %q", got.Code, code)
	}
}
