package printer_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"lintai/hw/emulate"
	"lintai/hw/printer"
	"lintai/kiosk/slip"
)

// BenchmarkSlipAgainstTheLine measures the time from Print to the arrival of the
// slip's last byte against what its bytes need on the line at the least. "ratio"
// should stay below 1.1.
func BenchmarkSlipAgainstTheLine(b *testing.B) {
	for _, baud := range []int{9600, 38400, 115200} {
		b.Run(fmt.Sprint(baud), func(b *testing.B) {
			machine := emulate.NewPrinter(printer.Paper80.Dots)
			defer machine.Close()
			line, err := emulate.NewLine(filepath.Join(b.TempDir(), "printer"), machine)
			if err != nil {
				b.Fatal(err)
			}
			defer line.Close()
			line.SetManner(emulate.Manner{Paced: true})
			driver := printer.New(printer.Options{
				Line: printer.Line{Address: line.Path(), Baud: baud}, Profile: printer.Paper80,
			}, nil)
			ctx, stop := context.WithCancel(context.Background())
			ended := make(chan struct{})
			go func() { defer close(ended); driver.Run(ctx) }()
			defer func() { stop(); <-ended }()
			page := example("0012 3456 7891") // and what a visit's slip has more
			page.Blocks = append(page.Blocks, slip.Rule{},
				slip.Pair{Label: "地点", Value: "幸福里社区服务站，邻台 12 号"}, slip.Pair{Label: "时间", Value: "2026 年 5 月 4 日 10:20"})
			job := len(printer.Encode(page, printer.Paper80, nil).Data)
			for driver.Print(ctx, page).Outcome != slip.Printed { // until it is found
			}
			least := time.Duration(job) * 10 * time.Second / time.Duration(baud)
			var spent time.Duration
			n := len(machine.Slips())
			for b.Loop() {
				n++
				result := make(chan slip.Result, 1)
				began := time.Now()
				go func() { result <- driver.Print(ctx, page) }()
				if _, err := machine.WaitSlip(ctx, n); err != nil {
					b.Fatal(err)
				}
				spent += time.Since(began)
				if r := <-result; r.Outcome != slip.Printed {
					b.Fatalf("%+v", r)
				}
			}
			b.ReportMetric(spent.Seconds()/float64(b.N)/least.Seconds(), "ratio")
			b.ReportMetric(float64(least.Microseconds())/1000, "line-ms")
			b.ReportMetric(float64(job), "slip-bytes")
		})
	}
}
