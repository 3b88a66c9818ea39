package offline

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lintai/kiosk/terminal"
)

// BenchmarkSaveRequest measures from the confirmed request to durable: seal,
// insert, sync. BenchmarkBareWrite beside it writes the same number of bytes to
// a growing file and syncs it: what the disk alone costs.
func BenchmarkSaveRequest(b *testing.B) {
	q := setup(b)
	var took []time.Duration
	for b.Loop() {
		b.StopTimer()
		r := q.request(b)
		b.StartTimer()
		start := time.Now()
		if err := q.SaveRequest(b.Context(), r); err != nil && !errors.Is(err, terminal.ErrTicketTaken) { // one of many thousands
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	report(b, took)
}

// BenchmarkSaveRequestWithNote has the largest voice note beside the request: a
// minute of uncompressed sound.
func BenchmarkSaveRequestWithNote(b *testing.B) {
	q := setup(b)
	sound := make([]byte, 16000*2*60)
	var took []time.Duration
	for b.Loop() {
		b.StopTimer()
		r := q.request(b)
		note := q.attach(&r, "words", "audio/wav", sound)
		b.StartTimer()
		start := time.Now()
		if err := q.SaveRequest(b.Context(), r, note); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	report(b, took)
}

// BenchmarkConfirmToDurable does both in turns, so that they meet the same disk at
// the same time: a save, and a bare write of the same number of bytes to a growing
// file with fdatasync. It reports the quotients of their quantiles.
func BenchmarkConfirmToDurable(b *testing.B) {
	q := setup(b)
	q.saveRequest(b)
	body := q.next(b)[0].Sealed
	f, err := os.Create(filepath.Join(b.TempDir(), "bare"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var saves, bare []time.Duration
	for b.Loop() {
		r := q.request(b)
		q.rest()
		start := time.Now()
		err := q.SaveRequest(b.Context(), r)
		if errors.Is(err, terminal.ErrTicketTaken) { // one of many thousands
			continue
		}
		if err != nil {
			b.Fatal(err)
		}
		saves = append(saves, time.Since(start))
		q.rest()
		start = time.Now()
		_, err = f.Write(body)
		if err == nil {
			err = unix.Fdatasync(int(f.Fd()))
		}
		if err != nil {
			b.Fatal(err)
		}
		bare = append(bare, time.Since(start))
	}
	report(b, saves)
	b.ReportMetric(quantile(saves, 50)/quantile(bare, 50), "p50-ratio")
	b.ReportMetric(quantile(saves, 99)/quantile(bare, 99), "p99-ratio")
	b.ReportMetric(float64(len(body)), "bytes")
}

// rest waits until the queue has made anew what a save took, so that neither what is
// measured next nor what it is measured against shares the processor with that:
// residents do not come one upon the other.
func (b *bench) rest() {
	for range 3 { // when there is room for the third, the round that the first began is over
		b.taken <- struct{}{}
	}
}

// quantile sorts the samples and returns one in microseconds.
func quantile(took []time.Duration, percent int) float64 {
	slices.Sort(took)
	return float64(took[len(took)*percent/100].Nanoseconds()) / 1000
}

func report(b *testing.B, took []time.Duration) {
	b.ReportMetric(quantile(took, 50), "p50-µs")
	b.ReportMetric(quantile(took, 99), "p99-µs")
}
