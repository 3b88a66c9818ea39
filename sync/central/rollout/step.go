package rollout

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lintai/kiosk/fault"
)

// Step looks at a rollout as a whole: whether it stops because somebody fell silent,
// chooses who is next, begins the next stage, or is finished. It returns the members
// that are others now, or new.
func Step(r Rollout, members []Member, terminals []Terminal, now time.Time) (Rollout, []Member) {
	if r.State != Running {
		return r, nil
	}
	s := &step{r: r, now: now, of: byKiosk(terminals), members: map[int]Member{}, changed: map[int]bool{}}
	for _, m := range members {
		s.members[m.Kiosk] = m
	}
	s.excuse()
	if s.silent(); s.r.State == Running {
		s.choose(terminals)
		s.advance(terminals)
	}
	var changed []Member
	for kiosk := range s.changed {
		changed = append(changed, s.members[kiosk])
	}
	slices.SortFunc(changed, func(a, b Member) int { return a.Kiosk - b.Kiosk })
	return s.r, changed
}

type step struct {
	r       Rollout
	now     time.Time
	of      map[int]Terminal
	members map[int]Member
	changed map[int]bool
}

func (s *step) put(m Member) { s.members[m.Kiosk], s.changed[m.Kiosk] = m, true }

// excuse lets go of members that are no terminals any more, and of those that were never
// there to be told.
func (s *step) excuse() {
	for kiosk, m := range s.members {
		t, known := s.of[kiosk]
		if !m.Excused && (!known || m.Offered.IsZero() && m.Committed.IsZero() && s.now.Sub(later(t.Heard, s.r.Began)) > longest) {
			m.Excused = true
			s.put(m)
		}
	}
}

// silent stops the rollout for a member that was told of the version and then not heard
// of for longest.
func (s *step) silent() {
	for _, kiosk := range s.kiosks() {
		m := s.members[kiosk]
		if !m.Excused && !m.Offered.IsZero() && m.Committed.IsZero() && s.now.Sub(later(s.of[kiosk].Heard, m.Offered)) > longest {
			s.r = s.r.stop(Silent, kiosk, s.now)
			return
		}
	}
}

func (s *step) kiosks() []int {
	var all []int
	for kiosk := range s.members {
		all = append(all, kiosk)
	}
	slices.Sort(all)
	return all
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// waited are the members that a stage waits for.
func (s *step) waited(stage int) []Member {
	var all []Member
	for _, kiosk := range s.kiosks() {
		if m := s.members[kiosk]; m.Stage == stage && !m.Excused {
			all = append(all, m)
		}
	}
	return all
}

// choose finds somebody for a stage that has nobody.
func (s *step) choose(terminals []Terminal) {
	if s.r.Stage == All || len(s.waited(s.r.Stage)) > 0 {
		return
	}
	var chosen []int
	if s.r.Stage == One {
		if t, ok := First(s.r.Version, s.free(terminals), s.now); ok {
			chosen = []int{t.Kiosk}
		}
	} else {
		chosen = Spread(s.r.Version, s.free(terminals), s.now, tenthOf(s.r.Version, terminals))
	}
	for _, kiosk := range chosen {
		s.put(Member{Kiosk: kiosk, Stage: s.r.Stage})
	}
}

// free are the terminals that have no place yet.
func (s *step) free(terminals []Terminal) []Terminal {
	return slices.DeleteFunc(slices.Clone(terminals), func(t Terminal) bool { _, is := s.members[t.Kiosk]; return is })
}

// tenthOf is how many a tenth is, of all that take part, and one at least.
func tenthOf(version string, terminals []Terminal) int {
	n := 0
	for _, t := range terminals {
		if _, ok := Parse(t.Image); ok {
			n++
		}
	}
	return max(1, (n+9)/10)
}

// advance begins the next stage when all of this one have been well for long enough.
// That must be shown by somebody: of a stage in which all were excused nothing follows.
func (s *step) advance(terminals []Terminal) {
	if s.r.Stage == All {
		if s.done(terminals) {
			s.r.State, s.r.Changed = Finished, s.now
		}
		return
	}
	proof := false
	for stage := One; stage <= s.r.Stage; stage++ {
		for _, m := range s.waited(stage) {
			if !Proved(m, s.of[m.Kiosk], s.r.Waits[s.r.Stage-1], s.now) {
				return
			}
			proof = true
		}
	}
	if !proof || s.r.Stage == Tenth && len(s.waited(Tenth)) == 0 && s.some(terminals) {
		return
	}
	s.r.Stage, s.r.Began = s.r.Stage+1, s.now
	if s.choose(terminals); s.r.Stage == Tenth && len(s.waited(Tenth)) == 0 && !s.some(terminals) {
		s.r.Stage = All // there are no others
	}
}

// Proved tells whether a member has been well with the version for a time.
func Proved(m Member, t Terminal, wait time.Duration, now time.Time) bool {
	return !m.Committed.IsZero() && !m.Well.IsZero() && now.Sub(m.Well) >= wait && now.Sub(t.Heard) <= fresh
}

// some tells whether a terminal without a place is there that could take the version.
func (s *step) some(terminals []Terminal) bool {
	return slices.ContainsFunc(s.free(terminals), func(t Terminal) bool { return newer(s.r.Version, t.Image) && s.now.Sub(t.Heard) <= longest })
}

// done tells whether every terminal has the version that was there in the last day, but
// for those that are excused.
func (s *step) done(terminals []Terminal) bool {
	for _, t := range terminals {
		m, member := s.members[t.Kiosk]
		if member && m.Excused || !newer(s.r.Version, t.Image) && !t.Trial {
			continue
		}
		if s.now.Sub(t.Heard) <= longest {
			return false
		}
	}
	return true
}

// First is the terminal of the lowest number that may be the first and with which nothing
// is wrong that a resident feels.
func First(version string, terminals []Terminal, now time.Time) (Terminal, bool) {
	best, found := Terminal{}, false
	for _, t := range terminals {
		if Fit(version, t, now) == nil && t.sound(version) && (!found || t.Kiosk < best.Kiosk) {
			best, found = t, true
		}
	}
	return best, found
}

// ErrUnfit is returned for a terminal that cannot be the first.
var ErrUnfit = errors.New("rollout: the first terminal must be on line and run an older version that passed")

// Fit tells whether a terminal can be the first if somebody chooses it. ErrUnfit.
func Fit(version string, t Terminal, now time.Time) error {
	if !newer(version, t.Image) || t.Trial || now.Sub(t.Heard) > fresh {
		return ErrUnfit
	}
	return nil
}

// sound tells that a terminal has no faults but notices, and did not fail with the
// version before.
func (t Terminal) sound(version string) bool {
	wrong := func(f Fault) bool {
		entry, known := fault.Find(f.Code)
		return !known || entry.Severity > fault.Notice
	}
	return !slices.ContainsFunc(t.Faults, wrong) && !(t.Failed && (t.Version == "" || t.Version == version))
}

// Spread chooses up to n of the terminals that were there in the last day and run an
// older version: of each grid as many as of every other, as far as there are some. The
// same version chooses the same; another one, others.
func Spread(version string, terminals []Terminal, now time.Time, n int) []int {
	grids := map[string][]int{}
	for _, t := range terminals {
		if newer(version, t.Image) && !t.Trial && now.Sub(t.Heard) <= longest {
			grids[t.Grid] = append(grids[t.Grid], t.Kiosk)
		}
	}
	lot := func(what any) string {
		sum := sha256.Sum256(fmt.Append(nil, version, " ", what))
		return hex.EncodeToString(sum[:])
	}
	var names []string
	for name, kiosks := range grids {
		names = append(names, name)
		slices.SortFunc(kiosks, func(a, b int) int { return strings.Compare(lot(a), lot(b)) })
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(lot("grid "+a), lot("grid "+b)) })
	var chosen []int
	for round := 0; len(chosen) < n; round++ {
		any := false
		for _, name := range names {
			if round < len(grids[name]) && len(chosen) < n {
				chosen, any = append(chosen, grids[name][round]), true
			}
		}
		if !any {
			break
		}
	}
	slices.Sort(chosen)
	return chosen
}
