package printer_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/printer"
	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
)

// ways are the lines that have no speed; print_test.go is all about serial ones.
var ways = map[string]way{"usblp": byUSB, "TCP": byNetwork}

func TestPrintsOverEveryLine(t *testing.T) {
	t.Parallel()
	for name, lay := range ways {
		t.Run(name, func(t *testing.T) {
			b := newBenchOn(t, lay, printer.Paper80, nil, emulate.PrinterKnobs{}, shortLimits)
			b.awaitUsable()
			want := slip.Result{Outcome: slip.Printed, Method: "process_id"}
			for i, code := range []string{"0012 3456 7891", "0012 3456 7908"} {
				if got := b.driver.Print(context.Background(), example(code)); got != want {
					t.Fatalf("%+v, want %+v", got, want)
				}
				if text := b.slip(i + 1).Page.Text(); !strings.HasPrefix(text, "邻台社区服务\n---") || !strings.Contains(text, code) {
					t.Fatalf("the slip reads\n%s", text)
				}
			}
			b.machine.SetPaper(emulate.PaperOut)
			want = slip.Result{Outcome: slip.NotPrinted, Method: "refused", Fault: fault.PaperOut}
			if got := b.driver.Print(context.Background(), example("0012 3456 7915")); got != want {
				t.Fatalf("without paper: %+v, want %+v", got, want)
			}
			b.machine.SetPaper(emulate.PaperOK)
			b.machine.EndPaperAfter(100)
			want = slip.Result{Outcome: slip.NotPrinted, Method: "process_id", Fault: fault.PaperOut}
			if got := b.driver.Print(context.Background(), example("0012 3456 7922")); got != want {
				t.Fatalf("paper out on the way: %+v, want %+v", got, want)
			}
			b.machine.SetPaper(emulate.PaperOK)
			if text := b.slip(3).Page.Text(); !strings.Contains(text, voidNote) || strings.Contains(text, "7922") {
				t.Errorf("the half slip reads\n%s", text)
			}
		})
	}
}

func TestPulledAndPutBackOnEveryLine(t *testing.T) {
	t.Parallel()
	for name, lay := range ways {
		t.Run(name, func(t *testing.T) {
			limits := shortLimits
			limits.Margin = patient
			b := newBenchOn(t, lay, printer.Paper80, nil, emulate.PrinterKnobs{Speed: 100}, limits)
			b.awaitUsable()
			result := b.during(example("0012 3456 7891"), b.received([]byte{0x1D, 0x28, 0x48}, 2), b.line.Unplug)
			want := slip.Result{Outcome: slip.Unknown, Method: "none", Fault: fault.Unplugged}
			if got := result; got != want {
				t.Fatalf("%+v, want %+v", got, want)
			}
			b.await("gone", func(h hw.Health) bool {
				return !h.State.Usable() && (h.Code == fault.Unplugged || h.Code == fault.PortBusy)
			})
			b.machine.SetKnobs(emulate.PrinterKnobs{})
			if err := b.line.Plug(); err != nil {
				t.Fatal(err)
			}
			b.await("ready again", func(h hw.Health) bool { return h.State == hw.Ready })
			if got := b.driver.Print(context.Background(), example("0012 3456 7908")); got.Outcome != slip.Printed {
				t.Fatalf("after it came back: %+v", got)
			}
		})
	}
}

// TestMutePrinter: usblp has printers that say nothing. They are used, and
// nothing is claimed of their slips. Over TCP silence is a printer that is off.
func TestMutePrinter(t *testing.T) {
	t.Parallel()
	b := newBenchOn(t, byUSB, printer.Paper80, nil, emulate.PrinterKnobs{Mute: true}, silentLimits())
	b.await("usable with doubts", func(h hw.Health) bool { return h.State == hw.Degraded && h.Code == fault.PrintUnknown })
	want := slip.Result{Outcome: slip.Unknown, Method: "none", Fault: fault.PrintUnknown}
	if got := b.driver.Print(context.Background(), example("0012 3456 7891")); got != want {
		t.Fatalf("%+v, want %+v", got, want)
	}
	if text := b.slip(1).Page.Text(); !strings.Contains(text, "7891") {
		t.Errorf("the slip reads\n%s", text)
	}
	// It was only asleep.
	b.machine.SetKnobs(emulate.PrinterKnobs{})
	b.await("no doubts", func(h hw.Health) bool { return h.State == hw.Ready })
	if got := b.driver.Print(context.Background(), example("0012 3456 7908")); got.Outcome != slip.Printed {
		t.Fatalf("once it speaks: %+v", got)
	}
	if n := len(b.machine.Slips()); n != 2 {
		t.Errorf("%d slips, not 2", n)
	}

	n := newBenchOn(t, byNetwork, printer.Paper80, nil, emulate.PrinterKnobs{Mute: true}, silentLimits())
	n.await("no answer", func(h hw.Health) bool { return h.State == hw.Fault && h.Code == fault.NoAnswer })
}

// nowhere is the cable of a printer that is not there.
type nowhere struct{}

func (nowhere) Plug() error   { return nil }
func (nowhere) Unplug() error { return nil }
func (nowhere) Close() error  { return nil }

func TestLinesThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := taken.Addr().String()
	taken.Close()
	plain := filepath.Join(t.TempDir(), "lp0")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, address string
		want          fault.Code
	}{
		{"no device", filepath.Join(t.TempDir(), "lp0"), fault.Unplugged},
		{"a plain file", plain, fault.DeviceFailed},
		{"nobody listens", "tcp://" + free, fault.PortBusy},
		{"no address", "tcp://192.0.2.5", fault.DeviceFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBenchOn(t, func(*testing.T, *emulate.Printer) (cable, printer.Line) {
				return nowhere{}, printer.Line{Address: c.address}
			}, printer.Paper80, nil, emulate.PrinterKnobs{}, shortLimits)
			b.await(string(c.want), func(h hw.Health) bool { return h.Code == c.want && h.State != hw.Ready })
			if got := b.driver.Print(context.Background(), example("0012 3456 7891")); got.Outcome != slip.NotPrinted || got.Fault != c.want {
				t.Errorf("%+v", got)
			}
		})
	}
}
