package idcard_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/idcard"
	"lintai/hw/serialport"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
)

// patience bounds waits that end by themselves when the code is right.
const patience = 20 * time.Second

// hurried is the machine's clock for a supervisor whose pauses are a hundredth as long.
type hurried struct{ hw.SystemClock }

func (hurried) After(d time.Duration) <-chan time.Time { return time.After(d / 100) }

// bench is an emulated reader on a real pseudo-terminal and the driver under
// supervision.
type bench struct {
	t       *testing.T
	device  *emulate.Reader
	line    *emulate.Line
	reader  *idcard.Reader
	events  chan idcard.Event
	healths chan hw.Health
	stop    func()
}

func setup(t *testing.T, baud int) *bench {
	t.Helper()
	b := &bench{
		t:       t,
		device:  emulate.NewReader(0),
		events:  make(chan idcard.Event, 1000),
		healths: make(chan hw.Health, 1000),
	}
	var err error
	b.line, err = emulate.NewLine(filepath.Join(t.TempDir(), "card"), b.device)
	if err != nil {
		t.Fatal(err)
	}
	b.reader = idcard.New(idcard.Config{
		OpenPort: idcard.On(serialport.Settings{Path: b.line.Path(), Baud: baud}),
		Poll:     time.Millisecond,
		OnEvent:  func(e idcard.Event) { b.events <- e },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	s := supervise.New(supervise.Config{
		Open:       b.reader.Open,
		ProbeEvery: 2 * time.Second,
		Clock:      hurried{},
		OnHealth:   func(h hw.Health) { b.healths <- h },
	})
	go func() { defer close(ended); s.Run(ctx) }()
	b.stop = func() {
		cancel()
		<-ended
		b.line.Close()
	}
	t.Cleanup(b.stop)
	return b
}

// until waits for a state.
func (b *bench) until(state hw.State) hw.Health {
	b.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case h := <-b.healths:
			if h.State == state {
				return h
			}
		case <-limit:
			b.t.Fatalf("never %v", state)
		}
	}
}

// next is the next event.
func (b *bench) next() idcard.Event {
	b.t.Helper()
	select {
	case e := <-b.events:
		return e
	case <-time.After(patience):
		b.t.Fatal("no event")
		return nil
	}
}

func want[E idcard.Event](b *bench) E {
	b.t.Helper()
	got := b.next()
	e, ok := got.(E)
	if !ok {
		b.t.Fatalf("event %T, want %T", got, e)
	}
	return e
}

// finds waits until the reader was asked for a card n more times.
func (b *bench) finds(n int) {
	b.t.Helper()
	asked := make(chan struct{}, 1000)
	b.device.Watch(func(command uint16) {
		if command == 0x2001 {
			select {
			case asked <- struct{}{}:
			default:
			}
		}
	})
	defer b.device.Watch(func(uint16) {})
	for range n {
		select {
		case <-asked:
		case <-time.After(patience):
			b.t.Fatal("the reader is not asked")
		}
	}
}

func TestACardIsReadOnceUntilItIsLifted(t *testing.T) {
	for name, hide := range map[string]bool{"found again after a read": false, "hidden after a read": true} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, 115200)
			b.device.HideAfterRead(hide)
			b.reader.SetMode(idcard.Read)
			for n := range 5 {
				id := emulate.Synthetic(n)
				b.device.Lay(id)
				want[idcard.Present](b)
				card := want[idcard.Card](b)
				if card.Name != id.Name || card.Number != id.Number || card.Address != id.Address || !idcard.ValidNumber(card.Number) {
					t.Fatalf("identity %d arrives altered", n)
				}
				if card.LongTerm != (id.To == "长期") {
					t.Errorf("identity %d: long-term %v", n, card.LongTerm)
				}
				b.finds(5)
				b.device.Lift()
				want[idcard.Lifted](b)
			}
			if got := b.device.Asked()[0x3001]; got != 5 {
				t.Errorf("read %d times, want 5", got)
			}
		})
	}
}

func TestEveryKindOfCard(t *testing.T) {
	b := setup(t, 115200)
	b.reader.SetMode(idcard.Read)
	for letter, kind := range map[byte]idcard.Kind{' ': idcard.Resident, 'J': idcard.Permit, 'I': idcard.Foreigner2017, 'Y': idcard.Foreigner2023} {
		id := emulate.Synthetic(3)
		id.Type, id.Latin, id.Pass, id.Issues, id.Country = letter, "SAMPLE, TEST", "H00000001", "01", "XXX"
		if letter == 'I' {
			id.Number = id.Number[:15]
		}
		b.device.Lay(id)
		want[idcard.Present](b)
		card := want[idcard.Card](b)
		if card.Kind != kind || card.Name != id.Name || card.Number != id.Number || card.Birth == (idcard.Date{}) {
			t.Errorf("%c arrives altered", letter)
		}
		b.device.Lift()
		want[idcard.Lifted](b)
	}
}

func TestNoticeReadsNothing(t *testing.T) {
	b := setup(t, 115200)
	b.reader.SetMode(idcard.Notice)
	b.device.Lay(emulate.Synthetic(1))
	want[idcard.Present](b)
	b.finds(5)
	asked := b.device.Asked()
	if asked[0x2002] != 0 || asked[0x3001] != 0 {
		t.Fatalf("a card was read that should only be noticed: %v", asked)
	}
	// The same card is read as soon as a screen asks for it.
	b.reader.SetMode(idcard.Read)
	want[idcard.Card](b)
	// It stays; the next screen does not ask, and the one after wants it again.
	b.reader.SetMode(idcard.Off)
	b.reader.SetMode(idcard.Read)
	want[idcard.Card](b)
	// Back at the start, the card that was left does not wake the terminal.
	b.reader.SetMode(idcard.Off)
	b.reader.SetMode(idcard.Notice)
	b.finds(5)
	b.device.Lift()
	want[idcard.Lifted](b)
}

func TestOffAsksForNoCard(t *testing.T) {
	b := setup(t, 115200)
	b.device.Lay(emulate.Synthetic(1))
	b.until(hw.Ready)
	probes := make(chan struct{}, 1000)
	b.device.Watch(func(command uint16) {
		if command == 0x11FF {
			probes <- struct{}{}
		}
	})
	for range 5 {
		<-probes
	}
	if asked := b.device.Asked(); asked[0x2001] != 0 {
		t.Errorf("asked for a card: %v", asked)
	}
}

// TestACardOfAnotherScreenIsNotDelivered: the mode changes while a card is read.
func TestACardOfAnotherScreenIsNotDelivered(t *testing.T) {
	b := setup(t, 115200)
	changed := make(chan struct{}, 10)
	b.device.Watch(func(command uint16) {
		if command == 0x3001 {
			b.reader.SetMode(idcard.Notice)
			changed <- struct{}{}
		}
	})
	b.reader.SetMode(idcard.Read)
	b.device.Lay(emulate.Synthetic(1))
	want[idcard.Present](b)
	<-changed
	b.finds(5)
	b.device.Lift()
	want[idcard.Lifted](b)
}

// TestTroubleThatPasses: what real lines and readers do now and then costs an
// attempt at most.
func TestTroubleThatPasses(t *testing.T) {
	for name, trouble := range map[string]emulate.ReaderTrouble{
		"garbage before each reply":               {Garbage: []byte{0, 0xFF, 0xAA, 0x96, 0x55, 0xAA}},
		"garbage that looks like a frame":         {Garbage: []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x40}, Command: 0x3001},
		"a doubled AA":                            {DoubledAA: true},
		"a lost AA":                               {LostAA: true},
		"a flipped checksum, once per command":    {FlipChecksum: true, Times: 1},
		"a card cut short once":                   {Truncate: 700, Command: 0x3001, Times: 1},
		"a length of FFFF once":                   {HugeLength: true, Command: 0x3001, Times: 1},
		"a find without an answer":                {Silent: true, Command: 0x2001, Times: 1},
		"a select without an answer":              {Silent: true, Command: 0x2002, Times: 1},
		"select refused twice":                    {Status: 0x81, Command: 0x2002, Times: 2},
		"read refused twice":                      {Status: 0x41, Command: 0x3001, Times: 2},
		"one find in the middle finds no card":    {Status: 0x80, Command: 0x2001, Times: 1},
		"a request arrived with a wrong length":   {Status: 0x11, Command: 0x3001, Times: 1},
		"a reply cut off within its preamble":     {Truncate: 3, Command: 0x2001, Times: 1},
		"a reply cut off right before its length": {Truncate: 5, Command: 0x2002, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 115200)
			b.until(hw.Ready)
			b.device.SetTrouble(trouble)
			b.device.Lay(emulate.Synthetic(2))
			b.reader.SetMode(idcard.Read)
			want[idcard.Present](b)
			if card := want[idcard.Card](b); card.Number != emulate.Synthetic(2).Number {
				t.Error("the card arrives altered")
			}
		})
	}
}

// TestTroubleThatStays: a card that cannot be read is said to be so, once.
func TestTroubleThatStays(t *testing.T) {
	for name, c := range map[string]struct {
		trouble emulate.ReaderTrouble
		want    fault.Code
	}{
		"flipped checksums":   {emulate.ReaderTrouble{FlipChecksum: true, Command: 0x3001}, fault.BadChecksum},
		"cut short":           {emulate.ReaderTrouble{Truncate: 300, Command: 0x3001}, fault.BadChecksum},
		"length FFFF":         {emulate.ReaderTrouble{HugeLength: true, Command: 0x3001}, fault.BadChecksum},
		"no answer":           {emulate.ReaderTrouble{Silent: true, Command: 0x2002}, fault.NoAnswer},
		"select refused":      {emulate.ReaderTrouble{Status: 0x81, Command: 0x2002}, fault.CardUnreadable},
		"authentication":      {emulate.ReaderTrouble{Status: 0x32, Command: 0x3001}, fault.CardUnreadable},
		"card type":           {emulate.ReaderTrouble{Status: 0x40, Command: 0x3001}, fault.CardUnreadable},
		"read refused":        {emulate.ReaderTrouble{Status: 0x41, Command: 0x3001}, fault.CardUnreadable},
		"no name":             {emulate.ReaderTrouble{Status: 0x24, Command: 0x3001}, fault.DeviceFailed},
		"checksum of ours":    {emulate.ReaderTrouble{Status: 0x10, Command: 0x3001}, fault.BadChecksum},
		"module unauthorised": {emulate.ReaderTrouble{Status: 0x66, Command: 0x3001}, fault.SAMUnauthorised},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 115200)
			b.device.SetTrouble(c.trouble)
			b.device.Lay(emulate.Synthetic(2))
			b.reader.SetMode(idcard.Read)
			want[idcard.Present](b)
			if got := want[idcard.Failed](b); got.Code != c.want {
				t.Errorf("failed with %q, want %q", got.Code, c.want)
			}
			b.finds(4)
			b.device.Lift()
			want[idcard.Lifted](b)
		})
	}
}

func TestACardLiftedBeforeItIsReadHasFailed(t *testing.T) {
	b := setup(t, 115200)
	b.device.SetTrouble(emulate.ReaderTrouble{LiftBeforeRead: true})
	b.device.Lay(emulate.Synthetic(2))
	b.reader.SetMode(idcard.Read)
	want[idcard.Present](b)
	if got := want[idcard.Failed](b); got.Code != fault.CardUnreadable {
		t.Errorf("failed with %q", got.Code)
	}
	want[idcard.Lifted](b)
}

func TestACardByteByByteAtTheLinesSpeed(t *testing.T) {
	b := setup(t, 115200)
	b.line.SetManner(emulate.Manner{Chunk: 1, Paced: true, Latency: 5 * time.Millisecond})
	b.device.Lay(emulate.Synthetic(2))
	b.reader.SetMode(idcard.Read)
	want[idcard.Present](b)
	want[idcard.Card](b)
}

func TestHealthOfTheModule(t *testing.T) {
	for status, code := range map[byte]fault.Code{0x60: fault.SAMSelfTest, 0x66: fault.SAMUnauthorised} {
		b := setup(t, 115200)
		b.until(hw.Ready)
		b.device.SetTrouble(emulate.ReaderTrouble{Status: status})
		if h := b.until(hw.Fault); h.Code != code || h.Counters.Losses != 0 {
			t.Errorf("%02X: health %+v", status, h)
		}
		b.device.SetTrouble(emulate.ReaderTrouble{})
		b.until(hw.Ready)
	}
}

func TestAWrongSpeedIsNoAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t, 9600)
	if h := b.until(hw.Fault); h.Code != fault.NoAnswer {
		t.Errorf("health %+v", h)
	}
}

func TestMissingAtStartThenPlugged(t *testing.T) {
	b := setup(t, 115200)
	b.until(hw.Ready)
	if err := b.line.Unplug(); err != nil {
		t.Fatal(err)
	}
	if h := b.until(hw.Absent); h.Code != fault.Unplugged {
		t.Errorf("health %+v", h)
	}
	if err := b.line.Plug(); err != nil {
		t.Fatal(err)
	}
	if h := b.until(hw.Ready); h.Code != fault.None {
		t.Errorf("health %+v", h)
	}
}

// TestPulledInTheMiddleOfAFrame: at a random byte, many times, and nothing is
// left behind: the card is told as lifted, the reader comes back and reads, and
// goroutines and descriptors are as many as before.
func TestPulledInTheMiddleOfAFrame(t *testing.T) {
	b := setup(t, 115200)
	b.until(hw.Ready)
	b.line.SetManner(emulate.Manner{Chunk: 16, Paced: true})
	id := emulate.Synthetic(4)
	round := func() {
		pulled := make(chan error, 1)
		b.device.Watch(func(command uint16) {
			if command == 0x3001 {
				b.device.Watch(func(uint16) {})
				go func() { pulled <- b.line.Unplug() }()
			}
		})
		b.device.Lay(id)
		b.reader.SetMode(idcard.Read)
		want[idcard.Present](b)
		if err := <-pulled; err != nil {
			t.Fatal(err)
		}
		b.until(hw.Absent)
		b.reader.SetMode(idcard.Off)
		b.device.Lift()
		for e := b.next(); e != (idcard.Lifted{}); e = b.next() {
			if _, ok := e.(idcard.Card); ok {
				continue // all of it had arrived before the pull
			}
			if _, ok := e.(idcard.Failed); !ok {
				t.Fatalf("event %T", e)
			}
		}
		if err := b.line.Plug(); err != nil {
			t.Fatal(err)
		}
		b.until(hw.Ready)
	}
	round()
	goroutines, descriptors := runtime.NumGoroutine(), countDescriptors(t)
	for range 4 {
		round()
	}
	// A goroutine may be on its last instruction; more than one per round is a leak.
	if now := runtime.NumGoroutine(); now > goroutines+4 {
		t.Errorf("%d goroutines, were %d", now, goroutines)
	}
	if now := countDescriptors(t); now > descriptors+1 {
		t.Errorf("%d descriptors, were %d", now, descriptors)
	}
	b.reader.SetMode(idcard.Read)
	b.device.Lay(id)
	want[idcard.Present](b)
	want[idcard.Card](b)
}

func TestStoppingLeavesNothing(t *testing.T) {
	before := countDescriptors(t)
	for range 5 {
		b := setup(t, 115200)
		b.reader.SetMode(idcard.Read)
		b.device.Lay(emulate.Synthetic(1))
		want[idcard.Present](b)
		b.stop() // in the middle of a read, as it happens
	}
	if after := countDescriptors(t); after > before {
		t.Errorf("%d descriptors, were %d", after, before)
	}
}

func countDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
