package nfc_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/nfc"
	"lintai/hw/serialport"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
)

// patience bounds waits that end by themselves when the code is right.
const patience = 30 * time.Second

// hurried is a clock under which the supervisor's pauses are short.
type hurried struct{ hw.SystemClock }

func (hurried) After(d time.Duration) <-chan time.Time { return time.After(d / 200) }

// bench is an emulated PN532 on a real pseudo-terminal and the driver under
// supervision.
type bench struct {
	t       *testing.T
	device  *emulate.NFC
	line    *emulate.Line
	events  chan nfc.Event
	healths chan hw.Health
	stop    func()
}

func setup(t *testing.T, baud int) *bench {
	t.Helper()
	b := &bench{t: t, device: emulate.NewNFC(), events: make(chan nfc.Event, 10000), healths: make(chan hw.Health, 10000)}
	var err error
	b.line, err = emulate.NewLine(filepath.Join(t.TempDir(), "nfc"), b.device)
	if err != nil {
		t.Fatal(err)
	}
	reader := nfc.New(nfc.Config{
		OpenChip: nfc.OnSerial(serialport.Settings{Path: b.line.Path(), Baud: baud}),
		Poll:     2 * time.Millisecond,
		OnEvent:  func(e nfc.Event) { b.events <- e },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	s := supervise.New(supervise.Config{
		Open:       reader.Open,
		ProbeEvery: 10 * time.Second,
		OnHealth:   func(h hw.Health) { b.healths <- h },
		Clock:      hurried{},
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

func want[E nfc.Event](b *bench) E {
	b.t.Helper()
	select {
	case got := <-b.events:
		e, ok := got.(E)
		if !ok {
			b.t.Fatalf("event %T, want %T", got, e)
		}
		return e
	case <-time.After(patience):
		var e E
		b.t.Fatalf("no %T", e)
		return e
	}
}

// looks waits until the reader has looked n more times.
func (b *bench) looks(n int) {
	b.t.Helper()
	asked := make(chan struct{}, 1000)
	b.device.Watch(func(command byte) {
		if command == 0x4A {
			select {
			case asked <- struct{}{}:
			default:
			}
		}
	})
	for range n {
		select {
		case <-asked:
		case <-time.After(patience):
			b.t.Fatal("the reader does not look")
		}
	}
}

func (b *bench) lay(tag emulate.Tag) {
	b.t.Helper()
	if err := b.device.Lay(tag); err != nil {
		b.t.Fatal(err)
	}
}

var tags = map[string]emulate.Tag{
	"A with 4 bytes":  {UID: []byte{0xDE, 0xAD, 0xBE, 0xEF}},
	"A with 7 bytes":  {UID: []byte{0x04, 1, 2, 3, 4, 5, 6}},
	"A with 10 bytes": {UID: []byte{0x04, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
	"A with zeros":    {UID: []byte{0x00, 0x00, 0xFF, 0x00}},
	"B":               {B: true, UID: []byte{0x11, 0x22, 0x33, 0x44}},
}

func TestTagsOfEveryKind(t *testing.T) {
	b := setup(t, 115200)
	if h := b.until(hw.Ready); h.Detail != "PN532 1.6" {
		t.Errorf("the chip is a %q", h.Detail)
	}
	seen := map[nfc.Token]string{}
	for range 2 {
		for name, tag := range tags {
			b.lay(tag)
			token := want[nfc.Present](b).Token
			if before, known := seen[token]; known && before != name {
				t.Errorf("%s is taken for %s", name, before)
			}
			seen[token] = name
			if (token.Type() == nfc.TypeB) != tag.B {
				t.Errorf("%s has type %v", name, token.Type())
			}
			b.looks(6) // a tag at rest is no news
			b.device.Lift()
			want[nfc.Lifted](b)
		}
	}
	if len(seen) != len(tags) {
		t.Errorf("%d tokens for %d tags laid twice", len(seen), len(tags))
	}
}

func TestOneTagInPlaceOfAnother(t *testing.T) {
	b := setup(t, 115200)
	b.lay(tags["A with 4 bytes"])
	first := want[nfc.Present](b).Token
	b.lay(tags["A with 7 bytes"])
	want[nfc.Lifted](b)
	if second := want[nfc.Present](b).Token; second == first {
		t.Error("the second tag has the token of the first")
	}
}

// TestATagThatNamesItselfAnew: a phone is not lifted because it changes its UID.
func TestATagThatNamesItselfAnew(t *testing.T) {
	for _, kind := range []bool{false, true} {
		b := setup(t, 115200)
		for n := range byte(5) {
			b.lay(emulate.Tag{B: kind, UID: []byte{0x08, n, n, n}})
			if n == 0 {
				want[nfc.Present](b)
			}
			b.looks(4)
		}
		b.device.Lift()
		want[nfc.Lifted](b)
	}
}

// TestTroubleThatPasses: what lines and chips do now and then costs a moment.
func TestTroubleThatPasses(t *testing.T) {
	for name, trouble := range map[string]emulate.NFCTrouble{
		"garbage before each answer":            {Garbage: []byte{0x55, 0x00, 0xFF, 0x13}},
		"garbage that begins a frame":           {Garbage: []byte{0x00, 0x00, 0xFF, 0x06, 0xFA, 0xD5}},
		"garbage that claims a long frame once": {Garbage: []byte{0x00, 0x00, 0xFF, 0x80, 0x80}, Times: 1},
		"garbage that looks like a refusal end": {Garbage: []byte{0x7F, 0x81, 0x00}},
		"no acknowledgement":                    {NoAck: true},
		"a flipped checksum":                    {FlipChecksum: true, Times: 1},
		"a flipped length":                      {FlipLength: true, Times: 1},
		"cut short in the acknowledgement":      {Truncate: 3, Times: 1},
		"cut short before the answer":           {Truncate: 6, Command: 0x4A, Times: 1},
		"cut short in the head of the answer":   {Truncate: 10, Command: 0x4A, Times: 1},
		"cut short in the UID":                  {Truncate: 20, Command: 0x4A, Times: 1},
		"silent once":                           {Silent: true, Command: 0x4A, Times: 1},
		"refused once":                          {Refuse: true, Command: 0x4A, Times: 1},
		"found in every second look":            {Alternate: true},
	} {
		for _, kind := range []string{"A with 7 bytes", "B"} {
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				b := setup(t, 115200)
				b.until(hw.Ready)
				b.device.SetTrouble(trouble)
				b.lay(tags[kind])
				token := want[nfc.Present](b).Token
				if (token.Type() == nfc.TypeB) != tags[kind].B || token.IsZero() {
					t.Error("the tag arrives altered")
				}
				b.looks(4)
				b.device.Lift()
				want[nfc.Lifted](b)
			})
		}
	}
}

// TestTroubleThatStays is told as health, with its code.
func TestTroubleThatStays(t *testing.T) {
	for name, c := range map[string]struct {
		trouble emulate.NFCTrouble
		want    fault.Code
	}{
		"silent":            {emulate.NFCTrouble{Silent: true}, fault.NoAnswer},
		"flipped checksums": {emulate.NFCTrouble{FlipChecksum: true}, fault.BadChecksum},
		"flipped lengths":   {emulate.NFCTrouble{FlipLength: true}, fault.BadChecksum},
		"cut short":         {emulate.NFCTrouble{Truncate: 12}, fault.BadChecksum},
		"acknowledges only": {emulate.NFCTrouble{Truncate: 6}, fault.NoAnswer},
		"refuses":           {emulate.NFCTrouble{Refuse: true}, fault.DeviceFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 115200)
			b.until(hw.Ready)
			b.lay(tags["B"])
			want[nfc.Present](b)
			b.device.SetTrouble(c.trouble)
			if h := b.until(hw.Fault); h.Code != c.want {
				t.Errorf("health %+v, want %q", h, c.want)
			}
			want[nfc.Lifted](b) // a tag is not there for ever because nobody sees it go
			b.device.SetTrouble(emulate.NFCTrouble{})
			b.until(hw.Ready)
			want[nfc.Present](b)
		})
	}
}

func TestByteByByteAtTheLinesSpeed(t *testing.T) {
	b := setup(t, 115200)
	b.line.SetManner(emulate.Manner{Chunk: 1, Paced: true, Latency: 3 * time.Millisecond})
	b.until(hw.Ready)
	b.lay(tags["A with 10 bytes"])
	want[nfc.Present](b)
	b.device.Lift()
	want[nfc.Lifted](b)
}

func TestAWrongSpeedIsNoAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t, 9600)
	if h := b.until(hw.Fault); h.Code != fault.NoAnswer {
		t.Errorf("health %+v", h)
	}
}

// TestAChipThatForgets: after a moment without power it is woken and set up again,
// without which it would look for a tag for ever and tell nothing.
func TestAChipThatForgets(t *testing.T) {
	b := setup(t, 115200)
	b.until(hw.Ready)
	b.looks(1)
	b.device.Restart()
	b.lay(tags["B"]) // found only by a chip that gives up on type A
	want[nfc.Present](b)
	if asked := b.device.Asked(); asked[0x14] < 2 || asked[0x32] < 2 {
		t.Errorf("not set up again: %v", asked)
	}
}

// TestPulledAtAnyByte: many times, with a tag on the reader, and nothing is left
// behind. LINTAI_REPLUGS sets how often; 1000 for acceptance.
func TestPulledAtAnyByte(t *testing.T) {
	rounds := 200
	if often, err := strconv.Atoi(os.Getenv("LINTAI_REPLUGS")); err == nil {
		rounds = often
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	b := setup(t, 115200)
	b.until(hw.Ready)
	b.lay(tags["A with 7 bytes"])
	want[nfc.Present](b)
	round := func() {
		// An acknowledgement and an answer with a UID are 28 bytes.
		pulled := make(chan error, 1)
		b.device.SetTrouble(emulate.NFCTrouble{
			Truncate: 1 + random.IntN(28), Command: []byte{0, 0x4A}[random.IntN(2)],
			Pull: func() { go func() { pulled <- b.line.Unplug() }() },
		})
		if err := <-pulled; err != nil {
			t.Fatal(err)
		}
		b.device.SetTrouble(emulate.NFCTrouble{})
		if h := b.until(hw.Absent); h.Code != fault.Unplugged {
			t.Fatalf("health %+v", h)
		}
		want[nfc.Lifted](b)
		if err := b.line.Plug(); err != nil {
			t.Fatal(err)
		}
		b.until(hw.Ready)
		want[nfc.Present](b)
	}
	round()
	goroutines, descriptors := runtime.NumGoroutine(), countDescriptors(t)
	memory := heap()
	for range rounds {
		round()
	}
	settle(t, "goroutines", goroutines, runtime.NumGoroutine)
	settle(t, "descriptors", descriptors, func() int { return countDescriptors(t) })
	if now := heap(); now > memory+1<<20 {
		t.Errorf("%d bytes of heap, were %d", now, memory)
	}
}

func TestStoppingLeavesNothing(t *testing.T) {
	warm := setup(t, 115200)
	warm.until(hw.Ready)
	warm.stop()
	goroutines, descriptors := runtime.NumGoroutine(), countDescriptors(t)
	for range 10 {
		b := setup(t, 115200)
		b.lay(tags["B"])
		want[nfc.Present](b)
		b.stop() // in the middle of a look, as it happens
		want[nfc.Lifted](b)
	}
	settle(t, "goroutines", goroutines, runtime.NumGoroutine)
	settle(t, "descriptors", descriptors, func() int { return countDescriptors(t) })
}

// settle waits until a count is back; what ends may be on its last instruction.
func settle(t *testing.T, what string, before int, count func() int) {
	t.Helper()
	end := time.Now().Add(patience)
	for count() > before {
		if time.Now().After(end) {
			t.Errorf("%d %s, were %d", count(), what, before)
			return
		}
		runtime.Gosched()
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func countDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
