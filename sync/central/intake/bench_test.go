package intake_test

import (
	"testing"

	"lintai/sync/wire"
)

// BenchmarkPush is one full push of requests: open, judge, file, commit.
// BenchmarkOpen beside it is what of it is cryptography and parsing.
func BenchmarkPush(b *testing.B) {
	bench := setup(b)
	for b.Loop() {
		b.StopTimer()
		items := make([]wire.Item, wire.MaxItems)
		for i := range items {
			items[i] = bench.item(int64(i+1), aRequest(b))
		}
		b.StartTimer()
		bench.push(items...)
	}
	b.ReportMetric(float64(b.N*wire.MaxItems)/b.Elapsed().Seconds(), "items/s")
}
