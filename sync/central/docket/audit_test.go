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
		got := Audit{Known: tt.known}.Hear(tt.head, tt.told, 0, at)
		if got.Alarm != tt.want || got.Known != tt.then || got.Heard != tt.head || got.AlarmAt.IsZero() != (tt.want == "") {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

func TestAuditAlarmStaysUntilItIsAcknowledged(t *testing.T) {
	first, later := time.Unix(100, 0), time.Unix(200, 0)
	a := Audit{}.Hear(entry(5), Entry{}, 0, first).Hear(entry(3), Entry{}, 0, first)
	// The log is put back as it was, and grows: somebody has had it in his hands.
	a = a.Hear(entry(5), entry(5), 0, later).Hear(entry(6), entry(5), 0, later).Hear(Entry{5, "another"}, Entry{}, 0, later)
	if a.Alarm != AuditCut || !a.AlarmAt.Equal(first) || a.Known != entry(5) {
		t.Fatalf("%+v", a)
	}
	a = a.Acknowledge()
	if a != (Audit{Known: Entry{5, "another"}, Heard: Entry{5, "another"}}) {
		t.Errorf("acknowledged: %+v", a)
	}
	if a = a.Hear(entry(5), Entry{}, 0, later); a.Alarm != AuditRewritten || !a.AlarmAt.Equal(later) {
		t.Errorf("wrong again: %+v", a)
	}
}

// A new code explains another log once; the same enrolment's log that is another does not.
func TestAuditLogOfAMachineThatEnrolledAnew(t *testing.T) {
	at := time.Unix(100, 0)
	other := func(n int64) Entry { return Entry{n, "another"} }
	const first, second = 7, 8
	known := Audit{}.Hear(entry(5), Entry{}, first, at)
	for name, head := range map[string]struct{ head, told Entry }{
		"shorter":          {other(2), Entry{}},
		"empty":            {Entry{}, Entry{}},
		"as long":          {other(5), Entry{}},
		"longer and shown": {other(9), other(5)},
	} {
		if got := known.Hear(head.head, head.told, first, at); got.Alarm == "" || got.Known != entry(5) {
			t.Errorf("%s, of the same enrolment: %+v", name, got)
		}
		if got := known.Hear(head.head, head.told, 0, at); got.Alarm == "" || got.Enrolment != first {
			t.Errorf("%s, of no code: %+v", name, got)
		}
		got := known.Hear(head.head, head.told, second, at)
		if want := (Audit{Known: head.head, Heard: head.head, Enrolment: second}); got != want {
			t.Errorf("%s, of a new enrolment: %+v", name, got)
		}
		if n := head.head.Sequence; n > 0 {
			if got = got.Hear(Entry{n, "a third"}, Entry{}, second, at); got.Alarm != AuditRewritten {
				t.Errorf("%s, and then rewritten: %+v", name, got)
			}
		}
	}
	// Not shown yet whether it is the same log: that stays open until it is.
	longer := known.Hear(other(9), Entry{}, second, at)
	if longer.Alarm != "" || longer.Known != entry(5) || longer.Enrolment != first {
		t.Errorf("longer: %+v", longer)
	}
	if got := longer.Hear(other(9), other(5), second, at); got.Alarm != "" || got.Known != other(9) || got.Enrolment != second {
		t.Errorf("and then shown: %+v", got)
	}
	// The same log goes on after a new code; from then on it is that enrolment's.
	same := known.Hear(entry(6), entry(5), second, at)
	if same.Alarm != "" || same.Known != entry(6) || same.Hear(other(6), Entry{}, second, at).Alarm != AuditRewritten {
		t.Errorf("the same: %+v", same)
	}
	// What nobody has seen to is not covered up by a new code.
	alarmed := known.Hear(entry(3), Entry{}, first, at).Hear(other(1), Entry{}, second, at)
	if alarmed.Alarm != AuditCut || alarmed.Acknowledge() != (Audit{Known: other(1), Heard: other(1), Enrolment: second}) {
		t.Errorf("with an alarm: %+v", alarmed)
	}
}
