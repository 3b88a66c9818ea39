package printer_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/printer"
	"lintai/hw/printer/dots"
	"lintai/kiosk/slip"
)

const voidNote = "此票未打完，请勿使用"

// shortLimits let the tests of silent printers end soon. None of them waits for
// a printer that answers.
var shortLimits = printer.Limits{
	Answer: 500 * time.Millisecond,
	Fence:  300 * time.Millisecond,
	Stall:  300 * time.Millisecond,
	Poll:   20 * time.Millisecond,
	Margin: 400 * time.Millisecond,
	Settle: 100 * time.Millisecond,
	Speed:  2000,
	Probe:  50 * time.Millisecond,
}

// silentLimits are for printers that say nothing at all.
func silentLimits() printer.Limits {
	limits := shortLimits
	limits.Answer = 150 * time.Millisecond
	return limits
}

// patient is the longest that a test waits for what must come.
const patient = 30 * time.Second

// bench is a driver and an emulated printer at the two ends of a line.
type bench struct {
	t       *testing.T
	machine *emulate.Printer
	line    cable
	driver  *printer.Printer
	fence   string // in the detail of its health, once the driver has found it

	mu      sync.Mutex
	health  hw.Health
	changed chan struct{}
}

// cable is an emulated line of any kind.
type cable interface {
	Plug() error
	Unplug() error
	Close() error
}

// way lays a cable to a machine.
type way func(t *testing.T, machine *emulate.Printer) (cable, printer.Line)

// bySerial is a serial line.
func bySerial(t *testing.T, machine *emulate.Printer) (cable, printer.Line) {
	line, err := emulate.NewLine(filepath.Join(t.TempDir(), "printer"), machine)
	if err != nil {
		t.Fatal(err)
	}
	return line, printer.Line{Address: line.Path(), Baud: 115200}
}

// byUSB is a pseudo-terminal that stands for the character device of usblp, by
// whose name it is opened as one: without a speed, a lock or termios.
func byUSB(t *testing.T, machine *emulate.Printer) (cable, printer.Line) {
	line, err := emulate.NewLine(filepath.Join(t.TempDir(), "lp0"), machine)
	if err != nil {
		t.Fatal(err)
	}
	return line, printer.Line{Address: line.Path()}
}

// byNetwork is a TCP port.
func byNetwork(t *testing.T, machine *emulate.Printer) (cable, printer.Line) {
	network, err := emulate.NewNetwork("127.0.0.1:0", machine)
	if err != nil {
		t.Fatal(err)
	}
	return network, printer.Line{Address: "tcp://" + network.Address()}
}

func newBench(t *testing.T, knobs emulate.PrinterKnobs, limits printer.Limits) *bench {
	t.Helper()
	return newBenchFor(t, printer.Paper80, nil, knobs, limits)
}

func newBenchFor(t *testing.T, profile printer.Profile, font *dots.Font, knobs emulate.PrinterKnobs, limits printer.Limits) *bench {
	t.Helper()
	return newBenchOn(t, bySerial, profile, font, knobs, limits)
}

func newBenchOn(t *testing.T, lay way, profile printer.Profile, font *dots.Font, knobs emulate.PrinterKnobs, limits printer.Limits) *bench {
	t.Helper()
	return newBenchWith(t, lay, printer.Options{Profile: profile, Font: font, Limits: limits}, knobs)
}

// newBenchWith completes the options.
func newBenchWith(t *testing.T, lay way, o printer.Options, knobs emulate.PrinterKnobs) *bench {
	t.Helper()
	b := &bench{t: t, machine: emulate.NewPrinter(o.Profile.Dots), changed: make(chan struct{})}
	b.machine.SetKnobs(knobs)
	if !knobs.NoProcessID && !knobs.Mute {
		b.fence = "GS ( H"
	}
	line, to := lay(t, b.machine)
	b.line = line
	o.Line, o.VoidNote = to, voidNote
	b.driver = printer.New(o, b.onHealth)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.driver.Run(ctx)
	}()
	t.Cleanup(func() {
		stop()
		<-ended
		line.Close()
		b.machine.Close()
		if n := b.machine.Resets(); n != 0 {
			t.Errorf("the driver sent DLE ENQ %d times", n)
		}
	})
	return b
}

func (b *bench) onHealth(h hw.Health) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.health = h
	close(b.changed)
	b.changed = make(chan struct{})
}

// await waits until the printer's health is as wanted.
func (b *bench) await(what string, want func(hw.Health) bool) hw.Health {
	b.t.Helper()
	over := time.After(patient)
	for {
		b.mu.Lock()
		h, changed := b.health, b.changed
		b.mu.Unlock()
		if want(h) {
			return h
		}
		select {
		case <-changed:
		case <-over:
			b.t.Fatalf("%s: did not come; health is %v %q (%s)", what, h.State, h.Code, h.Detail)
		}
	}
}

// awaitUsable waits until the printer prints and its end of a slip is known by the best
// fence that it has: on a busy machine that is found later than the printer.
func (b *bench) awaitUsable() {
	b.t.Helper()
	b.await("usable", func(h hw.Health) bool {
		return (h.State == hw.Ready || h.State == hw.Degraded) && strings.Contains(h.Detail, b.fence)
	})
}

// during prints a slip and, once until is reached, does something; it gives what
// the driver says of the slip. All of it is bounded.
func (b *bench) during(page slip.Slip, until func(context.Context) error, do func() error) slip.Result {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	result := make(chan slip.Result, 1)
	go func() { result <- b.driver.Print(context.Background(), page) }()
	if err := until(ctx); err != nil {
		select {
		case r := <-result:
			b.t.Fatalf("%v; the slip ended with %+v", err, r)
		default:
			b.t.Fatalf("%v; the slip has not ended", err)
		}
	}
	if err := do(); err != nil {
		b.t.Fatal(err)
	}
	select {
	case r := <-result:
		return r
	case <-time.After(3 * patient):
		b.t.Fatal("Print does not end")
	}
	return slip.Result{}
}

// received waits until the machine has heard some bytes so many times.
func (b *bench) received(what []byte, times int) func(context.Context) error {
	return func(ctx context.Context) error { return b.machine.WaitReceived(ctx, what, times) }
}

func (b *bench) slip(n int) emulate.Slip {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	s, err := b.machine.WaitSlip(ctx, n)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// kioskFont is the font that the kiosk ships: all of GB 2312.
func kioskFont(t *testing.T) *dots.Font {
	t.Helper()
	file, err := os.ReadFile("../../ui/font/lintai-regular.otf")
	if err != nil {
		t.Fatal(err)
	}
	font, err := dots.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	return font
}

// example is a slip as a visit makes them.
func example(code string) slip.Slip {
	return slip.Slip{Blocks: []slip.Block{
		slip.Text{Text: "邻台社区服务", Large: true, Bold: true, Align: slip.Center},
		slip.Rule{},
		slip.Pair{Label: "事项", Value: "我要报修：电梯，三单元，停在两层之间，门打不开，里面没有人，已经两个小时"},
		slip.Pair{Label: "状态", Value: "已保存，待送达"},
		slip.Space{Lines: 1},
		slip.Text{Text: code, Large: true, Align: slip.Center},
		slip.QR{Data: "https://central.example/t/" + code},
		slip.Text{Text: "请保管好小票。回来扫一扫，就知道办到哪一步。", Align: slip.Center},
	}}
}
