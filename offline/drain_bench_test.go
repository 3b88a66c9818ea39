package offline

import (
	"errors"
	"testing"

	"lintai/kiosk/terminal"
)

// BenchmarkDrain takes a full batch out of a queue of a thousand and writes
// central's word on it down, as the agent does.
func BenchmarkDrain(b *testing.B) {
	const batch = 100
	q := setup(b)
	save := func(n int) {
		for n > 0 {
			err := q.SaveRequest(b.Context(), q.request(b))
			if err == nil {
				n--
			} else if !errors.Is(err, terminal.ErrTicketTaken) { // of so many codes some come twice
				b.Fatal(err)
			}
		}
	}
	save(10 * batch)
	for b.Loop() {
		waiting, err := q.Next(b.Context(), batch, 1<<20)
		if err != nil {
			b.Fatal(err)
		}
		answers := make([]Answer, len(waiting))
		for i, w := range waiting {
			answers[i] = Answer{ID: w.ID, State: Delivered}
		}
		if err := q.Settle(b.Context(), answers); err != nil {
			b.Fatal(err)
		}
		if _, err := q.Pending(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		save(len(answers))
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "items/s")
}
