package offline

import (
	"os"
	"testing"
)

// A heartbeat every few seconds for years must not fill the card.
func TestAliveGrowsNothing(t *testing.T) {
	b := setup(t)
	ctx := t.Context()
	head, err := b.AuditHead(ctx)
	must(t, err)
	size := func() (total int64) {
		for _, suffix := range []string{"", "-wal"} {
			info, err := os.Stat(b.path + suffix)
			must(t, err)
			total += info.Size()
		}
		return total
	}
	must(t, b.Alive(ctx))
	before := size()
	for range 3000 {
		must(t, b.Alive(ctx))
	}
	if after := size(); after > before {
		t.Errorf("%d bytes, then %d", before, after)
	}
	if now, err := b.AuditHead(ctx); err != nil || now.Sequence != head.Sequence {
		t.Errorf("the audit log is %d entries longer (%v)", now.Sequence-head.Sequence, err)
	}
	must(t, b.Close())
	if err := b.Alive(ctx); err == nil {
		t.Error("a queue that is closed takes a write")
	}
}
