package printer_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"lintai/hw/emulate"
	"lintai/hw/printer"
	"lintai/kiosk/slip"
)

// Found by the proof with kills: a terminal that died while it printed left half a
// slip on the paper, and the next resident was given it as the head of hers.
func TestHalfSlipOfAProcessThatDiedIsVoidAndCutOff(t *testing.T) {
	t.Parallel()
	half := printer.Encode(example("0012 3456 7891"), printer.Paper80, nil).Data
	half = half[:len(half)*2/3]
	for name, knobs := range map[string]emulate.PrinterKnobs{"can be cleared": {}, "cannot be cleared": {NoClear: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			died := func(t *testing.T, machine *emulate.Printer) (cable, printer.Line) {
				cable, to := bySerial(t, machine)
				f, err := os.OpenFile(to.Address, os.O_WRONLY|syscall.O_NOCTTY, 0)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				if _, err := f.Write(half); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(context.Background(), patient)
				defer cancel()
				if err := machine.WaitBytes(ctx, len(half)); err != nil {
					t.Fatal(err)
				}
				return cable, to
			}
			b := newBenchWith(t, died, printer.Options{Profile: printer.Paper80, Limits: shortLimits, Left: 1}, knobs)
			b.awaitUsable()
			if got := b.driver.Print(context.Background(), example("0012 3456 7908")); got.Outcome != slip.Printed {
				t.Fatalf("%+v", got)
			}
			void, whole := b.slip(1).Page.Text(), b.slip(2).Page.Text()
			if !strings.Contains(void, voidNote) || strings.Contains(void, "7908") {
				t.Errorf("what was left is not void:\n%s", void)
			}
			if !strings.HasPrefix(whole, "邻台社区服务\n") || !strings.Contains(whole, "7908") || strings.Contains(whole, "7891") {
				t.Errorf("the next slip is not its resident's alone:\n%s", whole)
			}
		})
	}
}

func TestWhatIsLeftIsToldBeforeASlipAndAfterIt(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var told []int
	b := newBenchWith(t, bySerial, printer.Options{Profile: printer.Paper80, Limits: shortLimits, OnLeave: func(n int) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, min(n, 1))
	}}, emulate.PrinterKnobs{})
	b.awaitUsable()
	for range 2 {
		if got := b.driver.Print(context.Background(), example("0012 3456 7891")); got.Outcome != slip.Printed {
			t.Fatalf("%+v", got)
		}
	}
	// Half a slip stays told until the next one came out.
	b.machine.EndPaperAfter(100)
	if got := b.driver.Print(context.Background(), example("0012 3456 7908")); got.Outcome != slip.NotPrinted {
		t.Fatalf("%+v", got)
	}
	mu.Lock()
	defer mu.Unlock()
	if want := []int{1, 0, 1, 0, 1}; !slices.Equal(slices.Compact(told), want) {
		t.Errorf("told %v, want %v", told, want)
	}
}
