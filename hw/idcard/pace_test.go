package idcard_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lintai/hw/emulate"
	"lintai/hw/idcard"
	"lintai/hw/serialport"
)

// The bytes of both directions from the find that finds a card to the reply about its
// appended address: what the protocol itself takes.
const cardBytes = (10 + 15) + (10 + 19) + (10 + 1295) + (10 + 11)

// margin is what may come on top: the wait for the next look, and this program.
const margin = 150 * time.Millisecond

// BenchmarkCardToEvent lays a card on a reader whose bytes take the time that they need
// at 115200 baud, at a moment that knows nothing of the driver's looks, with the pause
// between looks that the terminal uses. It reports the milliseconds that the protocol
// takes, the median and the longest time to the event, and the longest as a part of
// what is allowed: the protocol's time and 150 ms.
//
//	go test ./hw/idcard -run '^$' -bench CardToEvent -benchtime 100x
func BenchmarkCardToEvent(b *testing.B) {
	device := emulate.NewReader(0)
	line, err := emulate.NewLine(filepath.Join(b.TempDir(), "card"), device)
	if err != nil {
		b.Fatal(err)
	}
	defer line.Close()
	line.SetManner(emulate.Manner{Chunk: 256, Paced: true})
	events := make(chan idcard.Event, 10)
	reader := idcard.New(idcard.Config{
		OpenPort: idcard.On(serialport.Settings{Path: line.Path(), Baud: 115200}),
		Poll:     50 * time.Millisecond,
		OnEvent:  func(e idcard.Event) { events <- e },
	})
	opening, err := reader.Open(context.Background(), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer opening.Close()
	reader.SetMode(idcard.Read)
	await := func(want func(idcard.Event) bool) {
		for !want(<-events) {
		}
	}
	var took []time.Duration
	for i := range b.N {
		// A golden ratio's share of the pause: the moments spread evenly over it.
		<-time.After(time.Duration(i*618_034%1_000_000) * 100 * time.Nanosecond)
		laid := time.Now()
		device.Lay(emulate.Synthetic(i))
		await(func(e idcard.Event) bool { _, ok := e.(idcard.Card); return ok })
		took = append(took, time.Since(laid))
		device.Lift()
		await(func(e idcard.Event) bool { return e == idcard.Lifted{} })
	}
	slices.Sort(took)
	wire := time.Duration(cardBytes*10) * time.Second / 115200
	longest := took[len(took)-1]
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(wire), "wire-ms")
	b.ReportMetric(ms(took[len(took)/2]), "median-ms")
	b.ReportMetric(ms(longest), "longest-ms")
	b.ReportMetric(float64(longest)/float64(wire+margin), "longest/allowed")
	b.ReportMetric(0, "ns/op")
}
