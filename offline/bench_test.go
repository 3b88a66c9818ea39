package offline

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
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
		if err := q.SaveRequest(b.Context(), r); err != nil {
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

func BenchmarkBareWrite(b *testing.B) {
	q := setup(b)
	q.saveRequest(b)
	body := q.next(b)[0].Sealed
	f, err := os.Create(filepath.Join(b.TempDir(), "bare"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := f.Write(body); err != nil {
			b.Fatal(err)
		}
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	report(b, took)
}

func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
