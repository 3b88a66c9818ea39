package docket

import (
	"testing"
	"time"
)

func entry(n int64) Entry {
	if n == 0 {
		return Entry{}
	}
	return Entry{n, string(rune('a' + n))}
}

func TestAuditLogsThatDoNotFit(t *testing.T) {
	at := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	other := func(n int64) Entry { return Entry{n, "another"} }
	for _, tt := range []struct {
		name              string
		known, head, told Entry
		want              AuditAlarm
		then              Entry // known afterwards
	}{
		{"nothing yet", entry(0), entry(0), entry(0), "", entry(0)},
		{"the first word", entry(0), entry(5), entry(0), "", entry(5)},
		{"the same", entry(5), entry(5), entry(0), "", entry(5)},
		{"the same, shown", entry(5), entry(5), entry(5), "", entry(5)},
		{"grown, and shows what was known", entry(5), entry(9), entry(5), "", entry(9)},
		{"grown, and does not show it yet", entry(5), entry(9), entry(0), "", entry(5)},
		{"grown, and shows another one", entry(5), entry(9), entry(3), "", entry(5)},
		{"cut", entry(5), entry(4), entry(0), AuditCut, entry(5)},
		{"begun anew", entry(5), entry(0), entry(0), AuditCut, entry(5)},
		{"the last entry changed", entry(5), other(5), entry(0), AuditRewritten, entry(5)},
		{"rewritten and longer", entry(5), other(9), other(5), AuditRewritten, entry(5)},
	} {
		got := Audit{Known: tt.known}.Hear(tt.head, tt.told, at)
		if got.Alarm != tt.want || got.Known != tt.then || got.Heard != tt.head || got.AlarmAt.IsZero() != (tt.want == "") {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

func TestAuditAlarmStaysUntilItIsAcknowledged(t *testing.T) {
	first, later := time.Unix(100, 0), time.Unix(200, 0)
	a := Audit{}.Hear(entry(5), Entry{}, first).Hear(entry(3), Entry{}, first)
	// The log is put back as it was, and grows: somebody has had it in his hands.
	a = a.Hear(entry(5), entry(5), later).Hear(entry(6), entry(5), later).Hear(Entry{5, "another"}, Entry{}, later)
	if a.Alarm != AuditCut || !a.AlarmAt.Equal(first) || a.Known != entry(5) {
		t.Fatalf("%+v", a)
	}
	a = a.Acknowledge()
	if a != (Audit{Known: Entry{5, "another"}, Heard: Entry{5, "another"}}) {
		t.Errorf("acknowledged: %+v", a)
	}
	if a = a.Hear(entry(5), Entry{}, later); a.Alarm != AuditRewritten || !a.AlarmAt.Equal(later) {
		t.Errorf("wrong again: %+v", a)
	}
}
