package printer_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/printer"
	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
)

// TestNothingStaleComesOutWithNewPaper: whatever was asked for while there was no
// paper, a new roll brings the note about the half slip and the next slip, and
// nothing else.
func TestNothingStaleComesOutWithNewPaper(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		knobs emulate.PrinterKnobs
	}{
		{"process id", emulate.PrinterKnobs{}},
		{"status fence", emulate.PrinterKnobs{NoProcessID: true}},
		{"no fence", emulate.PrinterKnobs{NoProcessID: true, NoQueuedStatus: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, c.knobs, shortLimits)
			b.awaitUsable()
			b.machine.EndPaperAfter(100)
			if got := b.driver.Print(context.Background(), example("0012 0000 0001")); got.Outcome == slip.Printed || got.Fault != fault.PaperOut {
				t.Fatalf("paper out on the way: %+v", got)
			}
			for i := range 3 {
				want := slip.Result{Outcome: slip.NotPrinted, Method: "refused", Fault: fault.PaperOut}
				if got := b.driver.Print(context.Background(), example(fmt.Sprintf("0012 0000 000%d", i+2))); got != want {
					t.Fatalf("without paper: %+v, want %+v", got, want)
				}
			}
			b.await("paper out", func(h hw.Health) bool { return h.Code == fault.PaperOut })
			b.machine.SetPaper(emulate.PaperOK)
			b.await("paper again", func(h hw.Health) bool { return h.State.Usable() && h.Code != fault.PaperOut })
			b.driver.Print(context.Background(), example("0012 3456 7908"))
			note, next := b.slip(1).Page.Text(), b.slip(2).Page.Text()
			if !strings.Contains(note, voidNote) || strings.Contains(note, "0012 0000") {
				t.Errorf("with the new roll comes\n%s", note)
			}
			if !strings.HasPrefix(next, "邻台社区服务\n") || !strings.Contains(next, "0012 3456 7908") || strings.Contains(next, "0012 0000") {
				t.Errorf("the next slip reads\n%s", next)
			}
			if n := len(b.machine.Slips()); n != 2 {
				t.Errorf("%d slips came out, not 2", n)
			}
		})
	}
}

// TestHalfASlipOfTheProcessBefore lies in the printer, which has no paper, when the
// terminal starts anew.
func TestHalfASlipOfTheProcessBefore(t *testing.T) {
	t.Parallel()
	b := newBenchOn(t, func(t *testing.T, machine *emulate.Printer) (cable, printer.Line) {
		machine.SetPaper(emulate.PaperOut)
		line, to := bySerial(t, machine)
		tty, err := os.OpenFile(to.Address, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer tty.Close()
		old := printer.Encode(example("0012 0000 0001"), printer.Paper80, nil).Data
		if _, err := tty.Write(old[:len(old)-60]); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), patient)
		defer cancel()
		if err := machine.WaitReceived(ctx, []byte("0012 0000 0001"), 1); err != nil {
			t.Fatal(err)
		}
		return line, to
	}, printer.Paper80, nil, emulate.PrinterKnobs{}, shortLimits)
	b.await("paper out", func(h hw.Health) bool { return h.Code == fault.PaperOut })
	b.machine.SetPaper(emulate.PaperOK)
	b.await("ready", func(h hw.Health) bool { return h.State == hw.Ready })
	if got := b.driver.Print(context.Background(), example("0012 3456 7908")); got.Outcome != slip.Printed {
		t.Fatalf("%+v", got)
	}
	if text := b.slip(1).Page.Text(); !strings.HasPrefix(text, "邻台社区服务\n") || strings.Contains(text, "0012 0000") {
		t.Errorf("the first slip reads\n%s", text)
	}
}

// TestPrintedIsNeverClaimedWithoutAFence goes through every way in which a printer
// keeps silent about the end of a slip, and everything that can happen to it.
func TestPrintedIsNeverClaimedWithoutAFence(t *testing.T) {
	t.Parallel()
	for name, happen := range map[string]func(*emulate.Printer){
		"nothing": func(*emulate.Printer) {}, "near end": func(p *emulate.Printer) { p.SetPaper(emulate.PaperNear) },
		"paper ends": func(p *emulate.Printer) { p.EndPaperAfter(200) }, "cutter jams": func(p *emulate.Printer) { p.JamAtCut() },
	} {
		for _, clear := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, clear %v", name, clear), func(t *testing.T) {
				t.Parallel()
				b := newBench(t, emulate.PrinterKnobs{NoProcessID: true, NoQueuedStatus: true, NoClear: !clear}, shortLimits)
				b.await("without a fence", func(h hw.Health) bool { return h.State == hw.Degraded && h.Code == fault.PrintUnknown })
				happen(b.machine)
				if got := b.driver.Print(context.Background(), example("0012 3456 7891")); got.Outcome == slip.Printed {
					t.Errorf("%+v", got)
				}
			})
		}
	}
}

// TestSlipsCodeIsReadByZbar: by the printer or drawn, on wide paper or narrow.
func TestSlipsCodeIsReadByZbar(t *testing.T) {
	t.Parallel()
	for _, profile := range []printer.Profile{printer.Paper80, printer.Paper58} {
		for _, drawn := range []bool{false, true} {
			profile.DrawnQR = drawn
			t.Run(fmt.Sprintf("%s, drawn %v", profile.Name, drawn), func(t *testing.T) {
				b := newBenchFor(t, profile, nil, emulate.PrinterKnobs{NoCutter: !profile.Cutter}, shortLimits)
				b.awaitUsable()
				if got := b.driver.Print(context.Background(), example("001234567891")); got.Outcome != slip.Printed {
					t.Fatalf("%+v", got)
				}
				picture, err := b.slip(1).Page.PNG(nil)
				if err != nil {
					t.Fatal(err)
				}
				name := filepath.Join(t.TempDir(), "slip.png")
				if err := os.WriteFile(name, picture, 0o600); err != nil {
					t.Fatal(err)
				}
				found, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", name).Output()
				if want := "QR-Code:https://central.example/t/001234567891\n"; err != nil || string(found) != want {
					t.Errorf("zbarimg reads %q (%v), want %q", found, err, want)
				}
			})
		}
	}
}
