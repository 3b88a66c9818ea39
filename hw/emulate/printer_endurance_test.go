package emulate_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/printer"
	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
)

// TestPrinterEnduresPulledCables: slips are printed without end on several printers, and
// each cable is pulled at a random moment of one. The supervisor's pauses are real here, so
// that the short form has few cycles.
func TestPrinterEnduresPulledCables(t *testing.T) {
	const printers = 8
	rounds := 1
	if os.Getenv("LINTAI_CYCLES") != "" {
		rounds = max(1, cycles(t)/printers)
	}
	var desks []*printing
	for i := range uint64(printers) {
		desks = append(desks, newPrinting(t, i))
	}
	all := func(rounds int) {
		var running sync.WaitGroup
		for _, d := range desks {
			running.Go(func() {
				for range rounds {
					if !d.cycle() {
						return
					}
				}
			})
		}
		running.Wait()
		if t.Failed() {
			t.FailNow()
		}
	}
	all(1)
	before := kept(t)
	all(rounds)
	checkKept(t, before, printers*rounds)
	for _, d := range desks {
		if slips := len(d.device.Slips()); d.results[slip.Printed] > slips {
			t.Errorf("%d slips are said to be printed, %d came out", d.results[slip.Printed], slips)
		}
	}
	t.Logf("results of the first: %v, %d slips came out", desks[0].results, len(desks[0].device.Slips()))
}

// printing is a printer with its driver.
type printing struct {
	t       *testing.T
	device  *emulate.Printer
	line    *emulate.Line
	driver  *printer.Printer
	healths chan hw.Health
	random  *rand.Rand
	results map[slip.Outcome]int
}

func newPrinting(t *testing.T, seed uint64) *printing {
	t.Helper()
	p := &printing{t: t, device: emulate.NewPrinter(576), healths: make(chan hw.Health, 1000),
		random: rand.New(rand.NewPCG(seed, 5)), results: map[slip.Outcome]int{}}
	var err error
	if p.line, err = emulate.NewLine(filepath.Join(t.TempDir(), "printer"), p.device); err != nil {
		t.Fatal(err)
	}
	p.line.SetManner(emulate.Manner{Chunk: 1, Paced: true})
	p.driver = printer.New(printer.Options{Line: printer.Line{Address: p.line.Path(), Baud: 115200}, Profile: printer.Paper80},
		func(h hw.Health) { p.healths <- h })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.driver.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		p.device.Close()
		p.line.Close()
	})
	if !p.until(hw.Ready, fault.None) {
		t.FailNow()
	}
	return p
}

func (p *printing) until(state hw.State, code fault.Code) bool {
	limit := time.After(endurancePatience)
	for {
		select {
		case h := <-p.healths:
			if h.State == state && h.Code == code {
				return true
			}
		case <-limit:
			p.t.Errorf("never %v %q", state, code)
			return false
		}
	}
}

// cycle pulls the cable within a slip and puts it back; the next slip must come out whole.
func (p *printing) cycle() bool {
	document := slip.Slip{Blocks: []slip.Block{slip.Text{Text: "邻台社区服务", Large: true}, slip.QR{Data: "https://127.0.0.1/t?c=001234567891"}, slip.Text{Text: "已保存"}}}
	result := make(chan slip.Result, 1)
	go func() { result <- p.driver.Print(p.t.Context(), document) }()
	<-time.After(time.Duration(p.random.IntN(60_000)) * time.Microsecond)
	if err := p.line.Unplug(); err != nil {
		p.t.Error(err)
		return false
	}
	select {
	case r := <-result:
		p.results[r.Outcome]++
	case <-time.After(endurancePatience):
		p.t.Error("Print does not return")
		return false
	}
	if !p.until(hw.Absent, fault.Unplugged) {
		return false
	}
	if err := p.line.Plug(); err != nil {
		p.t.Error(err)
		return false
	}
	for {
		select {
		case h := <-p.healths:
			if h.State.Usable() {
				return true
			}
		case <-time.After(endurancePatience):
			p.t.Error("never usable again")
			return false
		}
	}
}
