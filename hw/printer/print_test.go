package printer_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/printer"
	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
)

func TestPrintsAndKnowsIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		knobs  emulate.PrinterKnobs
		paper  emulate.Paper
		want   slip.Result
		health fault.Code
	}{
		{"process id", emulate.PrinterKnobs{}, emulate.PaperOK,
			slip.Result{Outcome: slip.Printed, Method: "process_id"}, fault.None},
		{"near the end of the roll", emulate.PrinterKnobs{}, emulate.PaperNear,
			slip.Result{Outcome: slip.Printed, Method: "process_id", Fault: fault.PaperNearEnd}, fault.PaperNearEnd},
		{"fence answered twice", emulate.PrinterKnobs{FenceTwice: true}, emulate.PaperOK,
			slip.Result{Outcome: slip.Printed, Method: "process_id"}, fault.None},
		{"fence answered late", emulate.PrinterKnobs{FenceDelay: 100 * time.Millisecond}, emulate.PaperOK,
			slip.Result{Outcome: slip.Printed, Method: "process_id"}, fault.None},
		{"no GS ( H", emulate.PrinterKnobs{NoProcessID: true}, emulate.PaperOK,
			slip.Result{Outcome: slip.Printed, Method: "status_fence"}, fault.None},
		{"no fence at all", emulate.PrinterKnobs{NoProcessID: true, NoQueuedStatus: true}, emulate.PaperOK,
			slip.Result{Outcome: slip.Unknown, Method: "none", Fault: fault.PrintUnknown}, fault.PrintUnknown},
		{"status in turn", emulate.PrinterKnobs{StatusInTurn: true}, emulate.PaperOK,
			slip.Result{Outcome: slip.Printed, Method: "process_id"}, fault.None},
		{"a buffer smaller than the slip", emulate.PrinterKnobs{Buffer: 400, Speed: 500}, emulate.PaperOK,
			slip.Result{Outcome: slip.Printed, Method: "process_id"}, fault.None},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, c.knobs, shortLimits)
			b.machine.SetPaper(c.paper)
			b.await("health "+string(c.health), func(h hw.Health) bool { return h.State.Usable() && h.Code == c.health })
			for i, code := range []string{"0012 3456 7891", "0012 3456 7908"} {
				if got := b.driver.Print(context.Background(), example(code)); got != c.want {
					t.Fatalf("slip %d: %+v, want %+v", i+1, got, c.want)
				}
				s := b.slip(i + 1)
				if text := s.Page.Text(); !strings.Contains(text, code+"\n") || !strings.HasPrefix(text, "邻台社区服务\n---") {
					t.Fatalf("slip %d reads\n%s", i+1, text)
				}
			}
			if n := len(b.machine.Slips()); n != 2 {
				t.Fatalf("%d slips came out, not 2", n)
			}
			if n := b.machine.Dropped(); n != 0 {
				t.Errorf("%d bytes were sent into a full buffer", n)
			}
		})
	}
}

func TestRefusesWhatWouldNotComeOut(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*emulate.Printer)
		undo func(*emulate.Printer)
		want fault.Code
	}{
		{"paper out", func(p *emulate.Printer) { p.SetPaper(emulate.PaperOut) }, func(p *emulate.Printer) { p.SetPaper(emulate.PaperOK) }, fault.PaperOut},
		{"cover open", func(p *emulate.Printer) { p.OpenCover(true) }, func(p *emulate.Printer) { p.OpenCover(false) }, fault.CoverOpen},
		{"cutter", func(p *emulate.Printer) { p.JamCutter(true) }, func(p *emulate.Printer) { p.JamCutter(false) }, fault.Cutter},
		{"broken", func(p *emulate.Printer) { p.Break(true) }, func(p *emulate.Printer) { p.Break(false) }, fault.DeviceFailed},
		{"head hot", func(p *emulate.Printer) { p.HeatHead(true) }, func(p *emulate.Printer) { p.HeatHead(false) }, fault.HeadHot},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, emulate.PrinterKnobs{}, shortLimits)
			b.awaitUsable()
			c.do(b.machine)
			want := slip.Result{Outcome: slip.NotPrinted, Method: "refused", Fault: c.want}
			if got := b.driver.Print(context.Background(), example("0012 3456 7891")); got != want {
				t.Fatalf("%+v, want %+v", got, want)
			}
			b.await("fault", func(h hw.Health) bool { return h.State == hw.Fault && h.Code == c.want })
			c.undo(b.machine)
			b.await("ready again", func(h hw.Health) bool { return h.State == hw.Ready })
			if got := b.driver.Print(context.Background(), example("0012 3456 7908")); got.Outcome != slip.Printed {
				t.Fatalf("after it was put right: %+v", got)
			}
			slips := b.machine.Slips()
			if len(slips) != 1 || strings.Contains(slips[0].Page.Text(), "7891") {
				t.Fatalf("the refused slip came out after all: %d slips", len(slips))
			}
		})
	}
}

func TestPaperEndsInTheMiddleOfASlip(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		knobs emulate.PrinterKnobs
		want  slip.Result
		// all is true when the printer cannot be made to forget the rest.
		all bool
	}{
		{"process id", emulate.PrinterKnobs{}, slip.Result{Outcome: slip.NotPrinted, Method: "process_id", Fault: fault.PaperOut}, false},
		{"status fence", emulate.PrinterKnobs{NoProcessID: true}, slip.Result{Outcome: slip.NotPrinted, Method: "status_fence", Fault: fault.PaperOut}, false},
		{"no fence", emulate.PrinterKnobs{NoProcessID: true, NoQueuedStatus: true}, slip.Result{Outcome: slip.Unknown, Method: "none", Fault: fault.PaperOut}, false},
		{"cannot be cleared", emulate.PrinterKnobs{NoProcessID: true, NoClear: true}, slip.Result{Outcome: slip.NotPrinted, Method: "status_fence", Fault: fault.PaperOut}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			limits := shortLimits
			limits.Fence = 2 * time.Second // on a busy machine an answer may be late
			b := newBench(t, c.knobs, limits)
			b.awaitUsable()
			b.machine.EndPaperAfter(100)
			if got := b.driver.Print(context.Background(), example("0012 3456 7891")); got != c.want {
				t.Fatalf("%+v, want %+v", got, c.want)
			}
			b.await("paper out", func(h hw.Health) bool { return h.State == hw.Fault && h.Code == fault.PaperOut })
			b.machine.SetPaper(emulate.PaperOK)
			b.await("ready again", func(h hw.Health) bool { return h.State.Usable() && h.Code != fault.PaperOut })
			got := b.driver.Print(context.Background(), example("0012 3456 7908"))
			if want := c.knobs.NoProcessID && c.knobs.NoQueuedStatus; want != (got.Outcome == slip.Unknown) || got.Outcome == slip.NotPrinted {
				t.Fatalf("with new paper: %+v", got)
			}
			first := 1
			if c.all {
				first = 2 // the rest of the old slip is cut off before the note
			}
			torn, next := b.slip(first), b.slip(first+1)
			if text := torn.Page.Text(); !strings.Contains(text, voidNote) {
				t.Errorf("the half slip does not say that it is void:\n%s", text)
			}
			if text := torn.Page.Text(); !c.all && strings.Contains(text, "7891") {
				t.Errorf("the rest of the old slip came out later:\n%s", text)
			}
			if text := next.Page.Text(); !strings.HasPrefix(text, "邻台社区服务\n") || !strings.Contains(text, "7908") {
				t.Errorf("the next slip is garbled:\n%s", text)
			}
		})
	}
}

func TestCoverOpenedInTheMiddleOfASlip(t *testing.T) {
	limits := shortLimits
	limits.Margin = patient
	b := newBench(t, emulate.PrinterKnobs{Speed: 100}, limits)
	b.awaitUsable()
	result := b.during(example("0012 3456 7891"), b.received([]byte("0012 3456 7891"), 1),
		func() error { b.machine.OpenCover(true); return nil })
	want := slip.Result{Outcome: slip.NotPrinted, Method: "process_id", Fault: fault.CoverOpen}
	if got := result; got != want {
		t.Fatalf("%+v, want %+v", got, want)
	}
}

func TestCutterJamsBehindTheLastLine(t *testing.T) {
	b := newBench(t, emulate.PrinterKnobs{}, shortLimits)
	b.awaitUsable()
	b.machine.JamAtCut()
	want := slip.Result{Outcome: slip.Unknown, Method: "process_id", Fault: fault.Cutter}
	if got := b.driver.Print(context.Background(), example("0012 3456 7891")); got != want {
		t.Fatalf("%+v, want %+v: all lines are on paper, but it hangs in the printer", got, want)
	}
}

func TestUnpluggedInTheMiddleOfASlip(t *testing.T) {
	t.Parallel()
	// The printer takes some 600 bytes and no more, so that the cable is pulled while
	// the driver still has some to send.
	limits := shortLimits
	limits.Stall = patient
	b := newBench(t, emulate.PrinterKnobs{Buffer: 700, Speed: 5}, limits)
	b.awaitUsable()
	long := example("0012 3456 7891")
	for range 40 {
		long.Blocks = append(long.Blocks, slip.Text{Text: "一行很长的文字，好让打印机的缓冲区装不下它"})
	}
	result := b.during(long, b.machine.WaitFull, b.line.Unplug)
	want := slip.Result{Outcome: slip.NotPrinted, Method: "write_failed", Fault: fault.Unplugged}
	if got := result; got != want {
		t.Fatalf("%+v, want %+v", got, want)
	}
	b.await("absent", func(h hw.Health) bool { return h.State == hw.Absent && h.Code == fault.Unplugged })
	want.Method = "refused"
	if got := b.driver.Print(context.Background(), example("0012 3456 7891")); got != want {
		t.Fatalf("while it is away: %+v, want %+v", got, want)
	}
	b.machine.SetKnobs(emulate.PrinterKnobs{})
	if err := b.line.Plug(); err != nil {
		t.Fatal(err)
	}
	b.await("ready again", func(h hw.Health) bool { return h.State == hw.Ready })
	if got := b.driver.Print(context.Background(), example("0012 3456 7908")); got.Outcome != slip.Printed {
		t.Fatalf("after it came back: %+v", got)
	}
	if text := b.slip(1).Page.Text(); !strings.Contains(text, voidNote) {
		t.Errorf("the half slip does not say that it is void:\n%s", text)
	}
	if text := b.slip(2).Page.Text(); !strings.HasPrefix(text, "邻台社区服务\n") || !strings.Contains(text, "7908") {
		t.Errorf("the next slip is garbled:\n%s", text)
	}
}

func TestUnpluggedWhileTheFenceIsOut(t *testing.T) {
	limits := shortLimits
	limits.Margin = patient
	b := newBench(t, emulate.PrinterKnobs{Speed: 1}, limits)
	b.awaitUsable()
	// The second GS ( H is the slip's; the first found out that there is one.
	result := b.during(example("0012 3456 7891"), b.received([]byte{0x1D, 0x28, 0x48}, 2), b.line.Unplug)
	want := slip.Result{Outcome: slip.Unknown, Method: "none", Fault: fault.Unplugged}
	if got := result; got != want {
		t.Fatalf("%+v, want %+v: all bytes were sent, nobody knows", got, want)
	}
}

// TestPrinterThatLosesQuestions is asked one at a time once it has shown that, and
// is not given up for it.
func TestPrinterThatLosesQuestions(t *testing.T) {
	t.Parallel()
	b := newBenchFor(t, printer.Paper80, nil, emulate.PrinterKnobs{LosesQuestions: true}, shortLimits)
	b.awaitUsable()
	if got := b.driver.Print(context.Background(), example("0012 3456 7891")); got.Fault == fault.None && got.Outcome != slip.Printed {
		t.Errorf("%+v", got)
	}
	for _, code := range []string{"0012 3456 7908", "0012 3456 7915"} {
		b.awaitUsable()
		if got := b.driver.Print(context.Background(), example(code)); got.Outcome != slip.Printed {
			t.Errorf("%+v", got)
		}
	}
	if c := b.driver.Health().Counters; c.Losses != 0 || c.Misses > 1 {
		t.Errorf("%+v", c)
	}
}

func TestSilentPrinterIsNoPrinter(t *testing.T) {
	t.Parallel()
	b := newBench(t, emulate.PrinterKnobs{Mute: true}, silentLimits())
	b.await("no answer", func(h hw.Health) bool { return h.State == hw.Fault && h.Code == fault.NoAnswer })
	got := b.driver.Print(context.Background(), example("0012 3456 7891"))
	if got.Outcome != slip.NotPrinted || got.Fault != fault.NoAnswer {
		t.Fatalf("%+v", got)
	}
}

func TestNarrowPaperWithoutCutter(t *testing.T) {
	b := newBenchFor(t, printer.Paper58, nil, emulate.PrinterKnobs{NoCutter: true}, shortLimits)
	b.awaitUsable()
	if got := b.driver.Print(context.Background(), example("0012 3456 7891")); got.Outcome != slip.Printed {
		t.Fatalf("%+v", got)
	}
	text := b.slip(1).Page.Text()
	if !strings.HasPrefix(text, "邻台社区服务\n"+strings.Repeat("-", 32)+"\n") {
		t.Errorf("the slip reads\n%s", text)
	}
	for line := range strings.Lines(text) {
		if n := len([]rune(line)); n > 33 && !strings.HasPrefix(line, "[") {
			t.Errorf("too wide for 58 mm: %s", line)
		}
	}
}

// TestDrawnLineComesOutAmongTheOthers: some character is beyond every printer, but
// not beyond the font.
func TestDrawnLineComesOutAmongTheOthers(t *testing.T) {
	font := kioskFont(t)
	rare := rune(0)
	for r := rune(0x80); r < 0x10000 && rare == 0; r++ {
		text := slip.Slip{Blocks: []slip.Block{slip.Text{Text: string(r)}}}
		if font.Has(r) && strings.Contains(string(printer.Encode(text, printer.Paper80, font).Data), "\x1dv0") {
			rare = r
		}
	}
	if rare == 0 {
		t.Fatal("the font has nothing that must be drawn")
	}
	b := newBenchFor(t, printer.Paper80, font, emulate.PrinterKnobs{}, shortLimits)
	b.awaitUsable()
	got := b.driver.Print(context.Background(), slip.Slip{Blocks: []slip.Block{
		slip.Text{Text: "前"}, slip.Pair{Label: "姓名", Value: "测" + string(rare)}, slip.Text{Text: "后"},
	}})
	if got.Outcome != slip.Printed {
		t.Fatalf("%+v", got)
	}
	items := b.slip(1).Page.Items
	picture, ok := items[1].(emulate.Picture)
	if !ok || picture.Bitmap.H != 30 {
		t.Fatalf("the second line is %+v, no picture", items[1])
	}
	if text := b.slip(1).Page.Text(); !strings.HasPrefix(text, "前\n[picture") || !strings.HasSuffix(text, "]\n后\n") {
		t.Errorf("the slip reads\n%s", text)
	}
}

func TestSlipsAreCancelledBeforeTheyBegin(t *testing.T) {
	b := newBench(t, emulate.PrinterKnobs{}, shortLimits)
	b.awaitUsable()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got := b.driver.Print(ctx, example("0012 3456 7891")); got.Outcome != slip.NotPrinted || got.Method != "refused" {
		t.Fatalf("%+v", got)
	}
	if got := b.driver.Print(context.Background(), example("0012 3456 7908")); got.Outcome != slip.Printed {
		t.Fatalf("%+v", got)
	}
	if n := len(b.machine.Slips()); n != 1 {
		t.Fatalf("%d slips", n)
	}
}

// TestALateAnswerIsAnAnswer: a printer that is slow when it is asked for a fence for
// the first time, and quick when it is asked for a lesser one, is not left with that.
func TestALateAnswerIsAnAnswer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	limits := shortLimits
	b := newBench(t, emulate.PrinterKnobs{FenceDelay: limits.Fence + limits.Fence/4}, limits)
	if err := b.received([]byte{0x1D, 0x72, 1}, 1)(ctx); err != nil { // GS r 1
		t.Fatal(err)
	}
	b.machine.SetKnobs(emulate.PrinterKnobs{})
	b.awaitUsable()
	var got slip.Result
	for range 5 { // the answer may come with any of them
		if got = b.driver.Print(ctx, example("0012 3456 7891")); got.Method == "process_id" {
			return
		}
	}
	t.Fatalf("the fifth slip is still confirmed by %s", got.Method)
}
