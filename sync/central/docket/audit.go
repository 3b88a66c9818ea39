package docket

import "time"

// Entry is one entry of a terminal's audit log. The zero Entry is none: a log
// begins at 1.
type Entry struct {
	Sequence int64
	Hash     string // hex SHA-256 over it and all before it
}

// Audit is what central knows of a terminal's audit log. A terminal keeps the log
// itself, so whoever holds the terminal could write it anew; what he cannot
// change is the newest entry that central was shown.
type Audit struct {
	// Known is the newest entry that fits all that was known before.
	Known Entry
	// Heard is the newest that was told, also when it does not fit.
	Heard Entry
	// Alarm says that the log lost or changed an entry that was known, and stays
	// until staff have seen to it; AlarmAt is when that was first noticed.
	Alarm   AuditAlarm
	AlarmAt time.Time
	// Enrolment is the one by a code whose log this is: see Store.Enrolled. 0: not known.
	Enrolment int64
}

// AuditAlarm is what is wrong with an audit log.
type AuditAlarm string

const (
	AuditCut       AuditAlarm = "audit_cut"       // it ends before an entry that was known
	AuditRewritten AuditAlarm = "audit_rewritten" // an entry that was known is another now
)

// AuditAlarms lists every AuditAlarm.
var AuditAlarms = []AuditAlarm{AuditCut, AuditRewritten}

// Hear takes in the head of a log, and the entry in it that the terminal shows
// for one that central named; none when it was not asked for one. A machine that
// enrolled with a new code since, for a card that was lost or is another, has a log of
// its own: then what does not fit is where that begins, once for each code.
func (a Audit) Hear(head, told Entry, enrolment int64, at time.Time) Audit {
	alarm := AuditAlarm("")
	switch {
	case head.Sequence < a.Known.Sequence:
		alarm = AuditCut
	case head.Sequence == a.Known.Sequence && head.Hash != a.Known.Hash,
		told.Sequence == a.Known.Sequence && told.Hash != a.Known.Hash:
		alarm = AuditRewritten
	}
	a.Heard = head
	switch {
	case alarm != "" && enrolment != 0 && enrolment != a.Enrolment:
		a.Known, a.Enrolment = head, enrolment // an alarm from before stays: nobody has seen to it
	case alarm != "" && a.Alarm == "":
		a.Alarm, a.AlarmAt = alarm, at
	case alarm != "" || a.Alarm != "":
		// The first alarm stands, also when the log seems whole again.
	case a.Known.Sequence == 0 || told == a.Known:
		a.Known = head
		if enrolment != 0 {
			a.Enrolment = enrolment // the same log goes on
		}
	}
	return a
}

// Acknowledge ends an alarm: from now on the log as it is counts.
func (a Audit) Acknowledge() Audit {
	return Audit{Known: a.Heard, Heard: a.Heard, Enrolment: a.Enrolment}
}
