package rollout

import (
	"slices"
	"time"

	"lintai/kiosk/fault"
)

// hands are faults of devices that people make and mend: paper, plugs, lines. They say
// nothing of a version.
var hands = []fault.Code{fault.PaperNearEnd, fault.PaperOut, fault.CoverOpen, fault.Cutter, fault.HeadHot, fault.ButtonStuck, fault.Unplugged,
	fault.NoCentral, fault.NetworkMissing, fault.NetworkRefused, fault.StickMissing, fault.StickFull}

// Ailing are the faults for which a terminal is not well: those that keep residents from
// something and may be a version's doing, but for the ones that it had before.
func Ailing(t Terminal, before []fault.Code) []fault.Code {
	var all []fault.Code
	for _, f := range t.Faults {
		entry, known := fault.Find(f.Code)
		if known && entry.Severity > fault.Notice && !slices.Contains(hands, f.Code) && !slices.Contains(before, f.Code) {
			all = append(all, f.Code)
		}
	}
	return all
}

// Tell is a member that is told of the version now, for the first time if it was not.
func (m Member) Tell(t Terminal, now time.Time) Member {
	if m.Offered.IsZero() {
		m.Offered, m.Before = now, Ailing(t, nil)
		slices.Sort(m.Before)
		m.Before = slices.Compact(m.Before)
	}
	return m
}

// Hear is what a member's word on itself does to it and to the rollout.
func (r Rollout) Hear(m Member, t Terminal, now time.Time) (Rollout, Member) {
	is := t.Image == r.Version
	if m.Offered.IsZero() && !is {
		return r, m // whatever it says is not about this version
	}
	about := t.Version == r.Version || t.Version == "" && t.Booted.After(m.Offered)
	back := t.Fault == fault.UpdateUndone && about ||
		t.Reason == "fallback" && t.Booted.After(m.Offered) && newer(r.Version, t.Image) ||
		!m.Committed.IsZero() && newer(r.Version, t.Image) ||
		t.has(fault.UpdateUndone, m.Offered)
	if back && !m.Undone {
		m.Undone, m.Committed, m.Well = true, time.Time{}, time.Time{}
		if !m.Excused {
			r = r.stop(Undone, m.Kiosk, now)
		}
	}
	if is && (t.has(fault.CrashLoop, m.Offered) || t.Reason == "rescue" && t.Booted.After(m.Offered)) && !m.Excused {
		r = r.stop(CrashLoop, m.Kiosk, now)
	}
	failed := (t.Failed || t.Fault == fault.UpdateFailed || t.Fault == fault.UpdateRefused) && (t.Version == r.Version || t.Version == "")
	if failed && !m.Failing && !m.Excused {
		if r.Failures++; r.Failures >= mostFailures {
			r = r.stop(Failed, m.Kiosk, now)
		}
	}
	m.Failing = failed
	if !back && runs(t, r.Version) && !t.Trial {
		if m.Committed.IsZero() {
			m.Committed = now
		}
		m.Undone = false // somebody installed it by hand, and it passed
	}
	switch well := !m.Committed.IsZero() && len(Ailing(t, m.Before)) == 0; {
	case !well:
		m.Well = time.Time{}
	case m.Well.IsZero():
		m.Well = now
	}
	return r, m
}

// has tells whether a terminal has a fault that began after a time.
func (t Terminal) has(code fault.Code, after time.Time) bool {
	return slices.ContainsFunc(t.Faults, func(f Fault) bool { return f.Code == code && f.Since.After(after) })
}

// Choice is the version that a terminal is to take now: the one of a rollout that has
// come to it, else the newest that is finished. It is never one that is not newer than
// what the terminal runs. of gives the terminal's place in a rollout.
func Choice(all []Rollout, of func(version string) (Member, bool), t Terminal) (r Rollout, m Member, ok bool) {
	if t.Trial {
		return r, m, false // it is busy with one
	}
	best := ""
	for _, one := range all {
		place, member := of(one.Version)
		if !newer(one.Version, t.Image) || best != "" && !newer(one.Version, best) || member && place.Undone {
			continue
		}
		switch one.State {
		case Finished:
		case Running:
			if one.Stage < All && (!member || place.Stage > one.Stage) {
				continue
			}
		default:
			continue
		}
		if !member {
			place = Member{Kiosk: t.Kiosk, Stage: All}
		}
		best, r, m, ok = one.Version, one, place, true
	}
	return r, m, ok
}
