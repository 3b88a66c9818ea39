package rollout

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lintai/kiosk/fault"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	before  = "2026.11.1-1"
	version = "2026.11.22-2"
)

// fleet plays terminals: what each runs, and what it does when it is told of a version.
type fleet struct {
	t       *testing.T
	now     time.Time
	r       Rollout
	members map[int]Member
	all     []Terminal
}

func begin(t *testing.T, terminals int) *fleet {
	t.Helper()
	f := &fleet{t: t, now: noon, members: map[int]Member{}}
	for n := range terminals {
		f.all = append(f.all, Terminal{Kiosk: n + 1, Grid: fmt.Sprint("g", n%3), Image: before, Heard: noon, Booted: noon.Add(-time.Hour)})
	}
	var err error
	if f.r, err = New(version, [2]time.Duration{DefaultFirst, DefaultTenth}, noon); err != nil {
		t.Fatal(err)
	}
	f.step()
	return f
}

func (f *fleet) list() (all []Member) {
	for _, m := range f.members {
		all = append(all, m)
	}
	return all
}

func (f *fleet) put(all []Member) {
	for _, m := range all {
		f.members[m.Kiosk] = m
	}
}

func (f *fleet) step() {
	r, changed := Step(f.r, f.list(), f.all, f.now)
	f.r = r
	f.put(changed)
}

// hears has every terminal say how it is, and those that are to take the version note it.
func (f *fleet) hears(who ...int) (told []int) {
	for i := range f.all {
		t := &f.all[i]
		if len(who) > 0 && !slices.Contains(who, t.Kiosk) {
			continue
		}
		t.Heard = f.now
		if m, is := f.members[t.Kiosk]; is {
			f.r, m = f.r.Hear(m, *t, f.now)
			f.members[t.Kiosk] = m
		}
		if _, m, ok := Choice([]Rollout{f.r}, func(string) (Member, bool) { m, is := f.members[t.Kiosk]; return m, is }, *t); ok {
			f.members[t.Kiosk] = m.Tell(*t, f.now)
			told = append(told, t.Kiosk)
		}
	}
	return told
}

// installs has terminals run the version.
func (f *fleet) installs(who ...int) {
	for _, kiosk := range who {
		f.all[kiosk-1].Image, f.all[kiosk-1].Booted = version, f.now
	}
}

func (f *fleet) pass(d time.Duration) { f.now = f.now.Add(d) }

// well lets time pass in which all say that they are well.
func (f *fleet) well(d time.Duration) {
	for end := f.now.Add(d); f.now.Before(end); {
		f.pass(30 * time.Minute)
		f.hears()
		f.step()
	}
}

func (f *fleet) wants(state State, stage int, reason Reason) {
	f.t.Helper()
	if f.r.State != state || f.r.Stage != stage || f.r.Reason != reason {
		f.t.Fatalf("%+v, want %s in stage %d, %s", f.r, state, stage, reason)
	}
}

func TestStagesFollowEachOther(t *testing.T) {
	f := begin(t, 25)
	first := f.hears()
	if !slices.Equal(first, []int{1}) {
		t.Fatalf("%v are told first", first)
	}
	f.installs(first...)
	f.well(DefaultFirst - time.Hour)
	f.wants(Running, One, "")
	f.well(2 * time.Hour)
	f.wants(Running, Tenth, "")
	tenth := f.hears()
	if len(tenth) != 3 || slices.Contains(tenth, 1) {
		t.Fatalf("%v are the tenth", tenth)
	}
	grids := map[string]bool{}
	for _, kiosk := range tenth {
		grids[f.all[kiosk-1].Grid] = true
	}
	if len(grids) != 3 {
		t.Errorf("the tenth stands in %v", grids)
	}
	f.installs(tenth[:2]...)
	f.well(DefaultTenth + time.Hour)
	f.wants(Running, Tenth, "") // one has not taken it
	f.installs(tenth[2])
	f.well(DefaultTenth + time.Hour)
	f.wants(Running, All, "")
	rest := f.hears()
	if len(rest) != 21 {
		t.Fatalf("%d are told", len(rest))
	}
	f.installs(rest...)
	f.well(time.Hour)
	f.wants(Finished, All, "")
}

func TestWhatStopsARollout(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(f *fleet, one *Terminal)
		want Reason
	}{
		"the old version is back": {func(f *fleet, one *Terminal) { one.Reason, one.Booted = "fallback", f.now }, Undone},
		"it says so":              {func(f *fleet, one *Terminal) { one.Fault, one.Version = fault.UpdateUndone, version }, Undone},
		"a fault says so":         {func(f *fleet, one *Terminal) { one.Faults = []Fault{{fault.UpdateUndone, f.now}} }, Undone},
		"it ends too often":       {func(f *fleet, one *Terminal) { f.installs(1); one.Faults = []Fault{{fault.CrashLoop, f.now}} }, CrashLoop},
		"the rescue screen":       {func(f *fleet, one *Terminal) { f.installs(1); one.Reason = "rescue" }, CrashLoop},
		"it fails twice": {func(f *fleet, one *Terminal) {
			one.Failed, one.Version = true, version
			f.hears(1)
			f.hears(1) // the same failure, told again
			f.wants(Running, One, "")
			one.Failed = false
			f.hears(1)
			one.Failed = true
		}, Failed},
		"it was passed and is gone": {func(f *fleet, one *Terminal) {
			f.installs(1)
			f.hears(1)
			one.Image = before
		}, Undone},
	} {
		t.Run(name, func(t *testing.T) {
			f := begin(t, 5)
			f.hears()
			f.pass(time.Hour)
			c.do(f, &f.all[0])
			f.hears(1)
			f.wants(Stopped, One, c.want)
			if told := f.hears(); len(told) > 0 || f.r.Culprit != 1 {
				t.Errorf("%v are told, culprit %d", told, f.r.Culprit)
			}
			r, changed, err := f.r.GoOn(f.list(), f.all, f.now)
			if err != nil || r.State != Running || len(changed) != 1 || !changed[0].Excused {
				t.Fatalf("%+v %+v %v", r, changed, err)
			}
			f.r = r
			f.put(changed)
			f.hears(1) // what it said before stops nothing again
			f.step()
			f.wants(Running, One, "")
			if len(f.members) != 2 {
				t.Errorf("nobody else is first: %+v", f.members)
			}
		})
	}
}

func TestASilentTerminalStopsIt(t *testing.T) {
	f := begin(t, 5)
	f.hears()
	for range 24 {
		f.pass(time.Hour)
		f.hears(2, 3, 4, 5)
		f.step()
	}
	f.wants(Running, One, "")
	f.pass(time.Minute)
	f.step()
	f.wants(Stopped, One, Silent)
}

// What was wrong before, or is paper, says nothing of the version; what is new does.
func TestFaultsThatHoldAStage(t *testing.T) {
	f := begin(t, 5)
	f.all[0].Faults = []Fault{{fault.SoundMissing, noon}}
	f.members = map[int]Member{1: {Kiosk: 1, Stage: One}} // somebody chose it all the same
	f.hears()
	f.installs(1)
	f.all[0].Faults = append(f.all[0].Faults, Fault{fault.PaperOut, noon})
	f.well(12 * time.Hour)
	f.all[0].Faults = append(f.all[0].Faults, Fault{fault.NoAnswer, f.now})
	f.well(20 * time.Hour)
	f.wants(Running, One, "")
	f.all[0].Faults = nil
	f.well(DefaultFirst - time.Hour)
	f.wants(Running, One, "")
	f.well(90 * time.Minute)
	f.wants(Running, Tenth, "")
}

// Nobody chose, so the first is one without faults; a person may choose another.
func TestWhoIsFirst(t *testing.T) {
	one := func(kiosk int, change func(*Terminal)) Terminal {
		t := Terminal{Kiosk: kiosk, Image: before, Heard: noon}
		change(&t)
		return t
	}
	for name, c := range map[string]struct {
		change       func(*Terminal)
		fit, chooses bool
	}{
		"sound":                    {func(*Terminal) {}, true, true},
		"a notice":                 {func(t *Terminal) { t.Faults = []Fault{{Code: fault.StorageWorn}} }, true, true},
		"no paper":                 {func(t *Terminal) { t.Faults = []Fault{{Code: fault.PaperOut}} }, true, false},
		"a fault of a newer one":   {func(t *Terminal) { t.Faults = []Fault{{Code: "too_cold"}} }, true, false},
		"failed with this version": {func(t *Terminal) { t.Failed, t.Version = true, version }, true, false},
		"failed with another":      {func(t *Terminal) { t.Failed, t.Version = true, "2026.11.9-1" }, true, true},
		"silent":                   {func(t *Terminal) { t.Heard = noon.Add(-2 * time.Hour) }, false, false},
		"on trial":                 {func(t *Terminal) { t.Trial = true }, false, false},
		"the same version":         {func(t *Terminal) { t.Image = version }, false, false},
		"no version":               {func(t *Terminal) { t.Image = "devel" }, false, false},
	} {
		it := one(3, c.change)
		if err := Fit(version, it, noon); (err == nil) != c.fit {
			t.Errorf("%s: %v", name, err)
		}
		first, ok := First(version, []Terminal{one(9, func(*Terminal) {}), it}, noon)
		if want := map[bool]int{true: 3, false: 9}[c.chooses]; !ok || first.Kiosk != want {
			t.Errorf("%s: %d is first", name, first.Kiosk)
		}
	}
}

func TestWhoComesBackGetsTheNewestThatIsFinished(t *testing.T) {
	rollouts := []Rollout{
		{Version: "2026.10.1-1", State: Finished, Stage: All}, {Version: "2026.10.9-1", State: Finished, Stage: All},
		{Version: "2026.11.2-1", State: Withdrawn, Stage: All}, {Version: "2026.12.1-1", State: Running, Stage: One},
	}
	nobody := func(string) (Member, bool) { return Member{}, false }
	for image, want := range map[string]string{"2026.1.1-1": "2026.10.9-1", "2026.10.1-2": "2026.10.9-1", "2026.10.9-1": "", "2026.10.9-2": "", "2026.10.10-1": "", "devel": "", "": "", "2026.13.1-1": ""} {
		r, m, ok := Choice(rollouts, nobody, Terminal{Kiosk: 7, Image: image})
		if r.Version != want || ok != (want != "") || ok && m.Kiosk != 7 {
			t.Errorf("%q gets %q", image, r.Version)
		}
	}
	if _, _, ok := Choice(rollouts, nobody, Terminal{Kiosk: 7, Image: "2026.1.1-1", Trial: true}); ok {
		t.Error("a terminal on trial is given another version")
	}
}

func TestPersonsStopGoOnAndWithdraw(t *testing.T) {
	f := begin(t, 3)
	if _, _, err := f.r.GoOn(nil, nil, noon); err != ErrState {
		t.Error(err)
	}
	r, err := f.r.Stop(noon)
	if err != nil || r.State != Stopped || r.Reason != Person {
		t.Fatalf("%+v %v", r, err)
	}
	if _, err := r.Stop(noon); err != ErrState {
		t.Error(err)
	}
	if r, err = r.Withdraw(noon); err != nil || r.State != Withdrawn || !r.State.Over() {
		t.Fatalf("%+v %v", r, err)
	}
	if _, err := r.Withdraw(noon); err != ErrState {
		t.Error(err)
	}
	for _, bad := range []string{"", "7", "2026.11.22", "2026.11.22-0", "2026.11.+2-1", "2026.11.22-1x", "2026.11.22.1-1", "-1"} {
		if _, err := New(bad, f.r.Waits, noon); err != ErrVersion {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := New(version, [2]time.Duration{0, time.Hour}, noon); err != ErrWaits {
		t.Error(err)
	}
}

// Fleets that do whatever terminals do, and what holds whatever they do.
func TestAnyFleet(t *testing.T) {
	ended := map[State]int{}
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 7))
		f := begin(t, 1+random.IntN(40))
		f.r.Waits = [2]time.Duration{2 * time.Hour, 4 * time.Hour}
		calm := random.IntN(3) == 0
		for range 400 {
			f.pass(30 * time.Minute)
			was := f.r
			for i := range f.all {
				one := &f.all[i]
				m, is := f.members[one.Kiosk]
				told := is && !m.Offered.IsZero() && one.Image == before
				one.Faults, one.Failed, one.Reason = nil, false, ""
				switch chance := random.IntN(1000); {
				case told && chance < 400:
					f.installs(one.Kiosk)
				case calm:
				case told && chance < 405:
					one.Reason, one.Booted = "fallback", f.now
				case told && chance < 410:
					one.Failed, one.Version = true, version
				case chance >= 995:
					one.Faults = []Fault{{fault.NoAnswer, f.now}}
				}
				if !calm && random.IntN(40) == 0 {
					continue // off
				}
				for _, kiosk := range f.hears(one.Kiosk) {
					m := f.members[kiosk]
					if f.r.State != Running && f.r.State != Finished {
						t.Fatalf("seed %d: a terminal is told while it is %s", seed, f.r.State)
					}
					if f.all[kiosk-1].Image != before || m.Undone {
						t.Fatalf("seed %d: %+v is told again", seed, m)
					}
					if f.r.State == Running && m.Stage > f.r.Stage {
						t.Fatalf("seed %d: %+v is told in stage %d", seed, m, f.r.Stage)
					}
				}
			}
			f.step()
			if f.r.Stage < was.Stage {
				t.Fatalf("seed %d: stage %d after %d", seed, f.r.Stage, was.Stage)
			}
			ones := 0
			for _, m := range f.members {
				if m.Stage == One && !m.Excused {
					ones++
				}
				if f.r.Stage > was.Stage && m.Stage <= was.Stage && !m.Excused && f.now.Sub(m.Well) < f.r.Waits[was.Stage-1] {
					t.Fatalf("seed %d: stage %d begins and %+v is not proved", seed, f.r.Stage, m)
				}
				if m.Undone && !m.Excused && f.r.State == Running {
					t.Fatalf("seed %d: it goes on with %+v", seed, m)
				}
			}
			if ones > 1 {
				t.Fatalf("seed %d: %d are first", seed, ones)
			}
			if f.r.Stage > was.Stage+1 && len(f.all) > 2 && f.r.Stage == All && f.some() {
				t.Fatalf("seed %d: a stage is left out", seed)
			}
			if f.r.State == Stopped && random.IntN(4) == 0 {
				r, changed, err := f.r.GoOn(f.list(), f.all, f.now)
				if err != nil {
					t.Fatal(err)
				}
				f.r = r
				f.put(changed)
			}
			if f.r.State == Finished {
				break
			}
		}
		ended[f.r.State]++
		if calm && f.r.State != Finished {
			t.Fatalf("seed %d: nothing went wrong, and it is %+v", seed, f.r)
		}
	}
	if ended[Finished] < 100 {
		t.Errorf("%v", ended)
	}
}

// some tells whether somebody without the version and without a place is there.
func (f *fleet) some() bool {
	return slices.ContainsFunc(f.all, func(one Terminal) bool {
		_, is := f.members[one.Kiosk]
		return !is && one.Image == before && f.now.Sub(one.Heard) <= longest
	})
}

func TestSpreadIsEvenAndTheSameEachTime(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 3))
		var all []Terminal
		there := map[string]int{}
		for n := range 1 + random.IntN(200) {
			one := Terminal{Kiosk: n + 1, Grid: fmt.Sprint("g", random.IntN(1+random.IntN(20))), Image: before, Heard: noon}
			all, there[one.Grid] = append(all, one), there[one.Grid]+1
		}
		n := 1 + random.IntN(len(all))
		got := Spread(version, all, noon, n)
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if again := Spread(version, all, noon, n); !slices.Equal(got, again) || len(got) != n || len(slices.Compact(got)) != n {
			t.Fatalf("%v, then %v", got, again)
		}
		chosen := map[string]int{}
		for _, one := range all {
			if slices.Contains(got, one.Kiosk) {
				chosen[one.Grid]++
			}
		}
		for a := range there {
			for b := range there {
				if chosen[a] < there[a] && chosen[b] > chosen[a]+1 {
					t.Fatalf("seed %d: %d of grid %s, %d of %s", seed, chosen[a], a, chosen[b], b)
				}
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("2026.11.22-1")
	f.Fuzz(func(t *testing.T, text string) {
		v, ok := Parse(text)
		if ok && (newer(text, text) || !newer(fmt.Sprintf("%d.%d.%d-%d", v[0], v[1], v[2], v[3]+1), text) && v[3] < 9999) {
			t.Fatalf("%q as %v", text, v)
		}
	})
}
