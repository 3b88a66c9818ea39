package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lintai/hw/emulate"
)

// NoFault is the kind that ends what a device was made to do wrong.
const NoFault = "none"

// Fault is one way in which a device can be made to misbehave.
type Fault struct {
	Device string `json:"device"`
	Kind   string `json:"kind"`
	Help   string `json:"help"`
	// Counted: it can be over after a number of replies.
	Counted bool `json:"counted,omitempty"`

	// One of these is what it does.
	reader  func(*emulate.ReaderTrouble)
	tags    func(*emulate.NFCTrouble)
	printer func(*emulate.PrinterKnobs)
	module  func(*emulate.GM65Trouble)
	manner  emulate.Manner
	hand    func(*Bench) error
}

func (f Fault) counted() bool { return f.reader != nil || f.tags != nil || f.module != nil }

// noise is what a line picks up beside a motor.
var noise = []byte{0x00, 0xFF, 0x13, 0xAA, 0x96, 0x55, 0x7E}

// faults is the table of all of them, by device.
var faults = func() []Fault {
	var all []Fault
	for _, device := range []string{Card, NFC, Printer, Scanner} {
		all = append(all, ofLine(device)...)
	}
	all = append(all, ofReader...)
	for _, s := range samStatuses {
		all = append(all, Fault{Device: Card, Kind: fmt.Sprintf("status_%02x", s.code), Help: "answers with status " + s.text,
			reader: func(t *emulate.ReaderTrouble) { t.Status = s.code }})
	}
	all = append(all, ofNFC...)
	all = append(all, ofPrinter...)
	all = append(all, ofScanner...)
	for i := range all {
		all[i].Counted = all[i].counted()
	}
	slices.SortStableFunc(all, func(a, b Fault) int { return slices.Index(Devices, a.Device) - slices.Index(Devices, b.Device) })
	return all
}()

// ofLine are the manners of every serial line.
func ofLine(device string) []Fault {
	return []Fault{
		{Device: device, Kind: "byte_by_byte", Help: "its bytes come one at a time", manner: emulate.Manner{Chunk: 1}},
		{Device: device, Kind: "late", Help: "each answer comes 300 ms late", manner: emulate.Manner{Latency: 300 * time.Millisecond}},
		{Device: device, Kind: "paced", Help: "its bytes take the time that they need at the line's speed", manner: emulate.Manner{Paced: true}},
	}
}

var ofReader = []Fault{
	{Device: Card, Kind: "garbage", Help: "noise before each reply", reader: func(t *emulate.ReaderTrouble) { t.Garbage = noise }},
	{Device: Card, Kind: "doubled_aa", Help: "a fourth AA before the preamble", reader: func(t *emulate.ReaderTrouble) { t.DoubledAA = true }},
	{Device: Card, Kind: "lost_aa", Help: "the preamble's first AA is missing", reader: func(t *emulate.ReaderTrouble) { t.LostAA = true }},
	{Device: Card, Kind: "flip_checksum", Help: "the checksum is wrong", reader: func(t *emulate.ReaderTrouble) { t.FlipChecksum = true }},
	{Device: Card, Kind: "truncate", Help: "replies end after 9 bytes", reader: func(t *emulate.ReaderTrouble) { t.Truncate = 9 }},
	{Device: Card, Kind: "huge_length", Help: "replies claim a length of FFFF", reader: func(t *emulate.ReaderTrouble) { t.HugeLength = true }},
	{Device: Card, Kind: "silent", Help: "no answer", reader: func(t *emulate.ReaderTrouble) { t.Silent = true }},
	{Device: Card, Kind: "lift_before_read", Help: "the card is lifted between select and read", reader: func(t *emulate.ReaderTrouble) { t.LiftBeforeRead = true }},
	{Device: Card, Kind: "hide_after_read", Help: "a card that was read is not found again until it is lifted",
		hand: func(b *Bench) error { b.reader.HideAfterRead(true); return nil }},
	{Device: Card, Kind: "wrong_baud", Help: "it listens at 9600 baud only", hand: func(b *Bench) error { b.reader.Listen(9600); return nil }},
	{Device: Card, Kind: "unplug_mid_frame", Help: "the cable is pulled in the middle of the next read's reply; plug card puts it back", hand: (*Bench).pullMidFrame},
}

var samStatuses = []struct {
	code byte
	text string
}{
	{0x10, "10, checksum of the request"}, {0x11, "11, length of the request"}, {0x21, "21, unknown command"}, {0x23, "23, not privileged"},
	{0x24, "24, unknown error"}, {0x31, "31, authentication of the card"}, {0x32, "32, authentication of the module"}, {0x33, "33, verification of what was read"},
	{0x40, "40, card of an unknown type"}, {0x41, "41, reading failed"}, {0x47, "47, random number"}, {0x60, "60, the module's self-test failed"},
	{0x66, "66, the module is not authorised"}, {0x80, "80, no card"}, {0x81, "81, select failed"}, {0x91, "91, no such content"},
}

var ofPrinter = []Fault{
	{Device: Printer, Kind: "no_process_id", Help: "GS ( H is unknown and printed as text, as clones do", printer: func(k *emulate.PrinterKnobs) { k.NoProcessID = true }},
	{Device: Printer, Kind: "no_queued_status", Help: "GS r is swallowed", printer: func(k *emulate.PrinterKnobs) { k.NoQueuedStatus = true }},
	{Device: Printer, Kind: "no_fence", Help: "neither GS ( H nor GS r is known: nothing tells whether a slip was printed",
		printer: func(k *emulate.PrinterKnobs) { k.NoProcessID, k.NoQueuedStatus = true, true }},
	{Device: Printer, Kind: "no_clear", Help: "DLE DC4 is unknown", printer: func(k *emulate.PrinterKnobs) { k.NoClear = true }},
	{Device: Printer, Kind: "silent", Help: "nothing is ever answered", printer: func(k *emulate.PrinterKnobs) { k.Mute = true }},
	{Device: Printer, Kind: "status_in_turn", Help: "DLE EOT is answered when its turn comes", printer: func(k *emulate.PrinterKnobs) { k.StatusInTurn = true }},
	{Device: Printer, Kind: "fence_late", Help: "fences are answered 1.5 s late", printer: func(k *emulate.PrinterKnobs) { k.FenceDelay = 1500 * time.Millisecond }},
	{Device: Printer, Kind: "fence_twice", Help: "fences are answered twice", printer: func(k *emulate.PrinterKnobs) { k.FenceTwice = true }},
	{Device: Printer, Kind: "small_buffer", Help: "512 bytes of buffer and 60 mm/s: XOFF in the middle of slips", printer: func(k *emulate.PrinterKnobs) { k.Buffer, k.Speed = 512, 60 }},
	{Device: Printer, Kind: "slow", Help: "paper moves at 20 mm/s: time to open the cover in the middle of a slip", printer: func(k *emulate.PrinterKnobs) { k.Speed = 20 }},
	{Device: Printer, Kind: "wrong_baud", Help: "it understands 4800 baud only", printer: func(k *emulate.PrinterKnobs) { k.Baud = 4800 }},
	{Device: Printer, Kind: "no_cutter", Help: "cut commands do nothing", printer: func(k *emulate.PrinterKnobs) { k.NoCutter = true }},
	{Device: Printer, Kind: "four_byte", Help: "not a fault: it has glyphs for the rare characters", printer: func(k *emulate.PrinterKnobs) { k.FourByte = true }},
	{Device: Printer, Kind: "paper_out_mid_slip", Help: "the paper is near its end and out after 20 mm more", hand: func(b *Bench) error { b.printer.EndPaperAfter(160); return nil }},
	{Device: Printer, Kind: "jam_at_cut", Help: "the cutter jams when it next moves", hand: func(b *Bench) error { b.printer.JamAtCut(); return nil }},
	{Device: Printer, Kind: "broken", Help: "an error that only a repair ends", hand: func(b *Bench) error { b.printer.Break(true); return nil }},
}

// errLineMode: what only a scanner module can do wrong.
var errLineMode = errors.New("the bench's scanner is no module; run it with --scanner gm65")

var ofScanner = []Fault{
	{Device: Scanner, Kind: "no_tail", Help: "codes end without CR and LF (line mode)", hand: func(b *Bench) error { return b.tail("") }},
	{Device: Scanner, Kind: "tab", Help: "codes end with a tab (line mode)", hand: func(b *Bench) error { return b.tail("\t") }},
	{Device: Scanner, Kind: "noise", Help: "noise comes once, now", hand: func(b *Bench) error { return b.send(noise) }},
	{Device: Scanner, Kind: "half_code", Help: "half a code comes once, now", hand: func(b *Bench) error { return b.send([]byte("0012345")) }},
	{Device: Scanner, Kind: "silent", Help: "commands are not answered (gm65)", module: func(t *emulate.GM65Trouble) { t.Silent = true }},
	{Device: Scanner, Kind: "wrong_crc", Help: "the CRC of replies is wrong (gm65)", module: func(t *emulate.GM65Trouble) { t.WrongCRC = true }},
	{Device: Scanner, Kind: "unchecked_crc", Help: "replies carry AB CD for a CRC (gm65)", module: func(t *emulate.GM65Trouble) { t.UncheckedCRC = true }},
	{Device: Scanner, Kind: "refuse", Help: "commands are refused (gm65)", module: func(t *emulate.GM65Trouble) { t.Refuse = true }},
	{Device: Scanner, Kind: "truncate", Help: "replies end after 3 bytes (gm65)", module: func(t *emulate.GM65Trouble) { t.Truncate = 3 }},
	{Device: Scanner, Kind: "garbage", Help: "noise before each reply (gm65)", module: func(t *emulate.GM65Trouble) { t.Garbage = noise }},
	{Device: Scanner, Kind: "inside_code", Help: "a reply comes in the middle of the next code (gm65)", module: func(t *emulate.GM65Trouble) { t.InsideCode = 5 }},
}

// Faults lists the faults of a device, or of all when it is empty.
func Faults(device string) []Fault {
	var some []Fault
	for _, f := range faults {
		if device == "" || f.Device == device {
			some = append(some, f)
		}
	}
	return some
}

func listed(some []Fault) string {
	var b strings.Builder
	for _, f := range some {
		fmt.Fprintf(&b, "%-8s %-18s %s\n", f.Device, f.Kind, f.Help)
	}
	return b.String()
}

// fault makes a device misbehave in one way, in place of another, or as it should.
func (b *Bench) fault(r Request) (Reply, error) {
	some := Faults(r.Device)
	if r.Kind == "" && (r.Device == "" || len(some) > 0) {
		return Reply{Text: listed(some)}, nil
	}
	if len(some) == 0 {
		var names []string
		for _, f := range faults {
			names = append(names, f.Device)
		}
		return Reply{}, fmt.Errorf("no faults are known of a device %q; there are those of %s", r.Device, strings.Join(slices.Compact(names), ", "))
	}
	i := slices.IndexFunc(some, func(f Fault) bool { return f.Kind == r.Kind })
	switch {
	case i < 0 && r.Kind != NoFault:
		kinds := []string{NoFault}
		for _, f := range some {
			kinds = append(kinds, f.Kind)
		}
		return Reply{}, fmt.Errorf("%s has no fault %q; there are %s", r.Device, r.Kind, strings.Join(kinds, ", "))
	case r.Times < 0 || r.Seconds < 0:
		return Reply{}, errors.New("a fault lasts for a number of times or seconds above 0")
	case r.Times > 0 && (i < 0 || !some[i].Counted):
		return Reply{}, fmt.Errorf("%s of %s cannot be counted; give it a time", r.Kind, r.Device)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spells[r.Device]++ // a fault that was to end by itself does not end this one
	if err := b.well(r.Device); err != nil || i < 0 {
		return Reply{}, err
	}
	if err := b.misbehave(some[i], r.Times); err != nil {
		return Reply{}, err
	}
	if r.Seconds > 0 {
		b.endAfter(r.Device, b.spells[r.Device], time.Duration(r.Seconds*float64(time.Second)))
	}
	return Reply{}, nil
}

// endAfter ends a device's fault unless another has taken its place. The lock is
// held.
func (b *Bench) endAfter(device string, spell int, d time.Duration) {
	go func() {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-b.closing:
		case <-timer.C:
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.spells[device] == spell {
				_ = b.well(device) // it can only fail for a scanner, in setting its tail
			}
		}
	}()
}

// misbehave starts a fault of a device that is well. The lock is held.
func (b *Bench) misbehave(f Fault, times int) error {
	switch {
	case f.reader != nil:
		t := emulate.ReaderTrouble{Times: times}
		f.reader(&t)
		b.reader.SetTrouble(t)
	case f.tags != nil:
		t := emulate.NFCTrouble{Times: times}
		f.tags(&t)
		b.tags.SetTrouble(t)
	case f.printer != nil:
		k := b.knobs
		f.printer(&k)
		b.printer.SetKnobs(k)
	case f.module != nil:
		m, ok := b.scanner.(*emulate.GM65)
		if !ok {
			return errLineMode
		}
		t := emulate.GM65Trouble{Times: times}
		f.module(&t)
		m.SetTrouble(t)
	case f.hand != nil:
		return f.hand(b)
	default:
		b.plugs[f.Device].(*emulate.Line).SetManner(f.manner)
	}
	return nil
}

// well ends all faults of a device. The lock is held.
func (b *Bench) well(device string) error {
	if line, ok := b.plugs[device].(*emulate.Line); ok {
		line.SetManner(emulate.Manner{})
	}
	switch device {
	case Card:
		b.reader.SetTrouble(emulate.ReaderTrouble{})
		b.reader.HideAfterRead(false)
		b.reader.Listen(0)
		b.reader.Watch(func(uint16) {})
	case NFC:
		b.tags.SetTrouble(emulate.NFCTrouble{})
	case Printer:
		b.printer.SetKnobs(b.knobs)
		b.printer.Break(false)
	case Scanner:
		if m, ok := b.scanner.(*emulate.GM65); ok {
			m.SetTrouble(emulate.GM65Trouble{})
			return nil
		}
		return b.tail("\r\n")
	}
	return nil
}

// tail changes what ends a code.
func (b *Bench) tail(tail string) error {
	s, ok := b.scanner.(*emulate.Scanner)
	if !ok {
		return errors.New("a scanner module ends its codes as it was set up")
	}
	s.SetTail(tail)
	return nil
}

// send has the scanner send bytes as they are.
func (b *Bench) send(p []byte) error {
	s, ok := b.scanner.(interface{ Send(p []byte) error })
	if !ok {
		return errors.New("this scanner sends nothing by itself")
	}
	return s.Send(p)
}

// pullMidFrame pulls the reader's cable while the next reply to a read is on its
// way. Its bytes take their time, so that there is a middle.
func (b *Bench) pullMidFrame() error {
	line := b.plugs[Card].(*emulate.Line)
	line.SetManner(emulate.Manner{Paced: true, Chunk: 8})
	b.reader.Watch(func(command uint16) {
		if command>>8 != 0x30 {
			return
		}
		b.reader.Watch(func(uint16) {})
		go func() {
			timer := time.NewTimer(50 * time.Millisecond) // of the 112 that a reply takes
			defer timer.Stop()
			select {
			case <-b.closing:
			case <-timer.C:
				line.SetManner(emulate.Manner{})
				_ = line.Unplug() // a cable that is out already is what was wanted
			}
		}()
	})
	return nil
}
