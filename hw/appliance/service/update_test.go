package service

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
)

func (c *computer) ask(s *Service, q appliance.Question) appliance.Answer {
	c.t.Helper()
	return s.Do(c.t.Context(), q)
}

// well asks and fails on a fault.
func (c *computer) well(s *Service, q appliance.Question) appliance.Answer {
	c.t.Helper()
	a := c.ask(s, q)
	if a.Fault != "" {
		c.t.Fatalf("%s: %s %s", q.Verb, a.Fault, a.Detail)
	}
	return a
}

func (c *computer) status(s *Service) appliance.Status {
	c.t.Helper()
	return *c.well(s, appliance.Question{Verb: appliance.VerbStatus}).Status
}

const newVersion = "2026.11.23-1"

// install has a new version installed from the terminal's folder.
func (c *computer) install(s *Service) {
	c.t.Helper()
	c.write("/data/kiosk/update/b.raucb", bundleText(newVersion))
	c.well(s, appliance.Question{Verb: appliance.VerbUpdate, Bundle: "b.raucb"})
	until(c.t, s, func() bool { return c.status(s).Update.State != appliance.UpdateInstalling })
}

func TestAnUpdateIsTriedAndPasses(t *testing.T) {
	c := newComputer(t)
	s := c.service()
	s.Start(t.Context())
	if st := c.status(s); st.Slot != "A" || st.Trial || st.BootReason != appliance.BootPower || st.Image != "2026.11.22-1" || st.Update.State != appliance.UpdateNone {
		t.Fatalf("%+v", st)
	}
	c.install(s)
	if st := c.status(s); st.Update != (appliance.Update{State: appliance.UpdateInstalled, Version: newVersion}) || st.Trial {
		t.Fatalf("%+v", st)
	}
	if left := c.text("/data/kiosk/update/b.raucb") + c.text(bundleFolder+"/"+bundleFile); left != "" {
		t.Error("the bundle is still there")
	}
	c.off(s)
	s = c.service() // the service alone is started again
	s.Start(t.Context())
	until(t, s, func() bool { return c.status(s).Update.State == appliance.UpdateInstalled })
	c.well(s, appliance.Question{Verb: appliance.VerbRestart, What: "machine"})
	c.off(s)
	c.boot(nil)
	s = c.service()
	s.Start(t.Context())
	if st := c.status(s); st.Slot != "B" || !st.Trial || st.BootReason != appliance.BootUpdate || st.Image != newVersion {
		t.Fatalf("%+v", st)
	}
	if a := c.ask(s, appliance.Question{Verb: appliance.VerbUpdate, Bundle: "x"}); a.Fault != fault.UpdateRefused {
		t.Errorf("an update on trial: %+v", a)
	}
	c.well(s, appliance.Question{Verb: appliance.VerbPassed})
	if st := c.status(s); st.Trial || st.Update.State != appliance.UpdateNone || c.env["BOOT_B_LEFT"] != "14" || !c.did("rauc status mark-good") {
		t.Fatalf("%+v %v", st, c.env)
	}
	c.off(s)
	for range 9 { // nobody loses it by pulling the plug
		c.boot(nil)
	}
	s = c.service()
	s.Start(t.Context())
	if st := c.status(s); st.Slot != "B" || st.Trial || st.BootReason != appliance.BootPower {
		t.Fatalf("%+v", st)
	}
	for range 9 {
		c.off(s)
		c.boot(nil)
		s = c.service()
		s.Start(t.Context())
	}
	if c.env["BOOT_B_LEFT"] < "0a" && len(c.env["BOOT_B_LEFT"]) == 1 && c.env["BOOT_B_LEFT"] < "9" {
		t.Errorf("%v", c.env)
	}
}

func TestAVersionThatNeverPassesGoesBack(t *testing.T) {
	c := newComputer(t)
	s := c.service()
	s.Start(t.Context())
	c.install(s)
	c.off(s)
	c.boot(nil)
	rebooted := make(chan struct{})
	c.paused = func(ctx context.Context) {
		if c.did("systemctl --no-block reboot") {
			select {
			case <-rebooted:
			default:
				close(rebooted)
			}
			<-ctx.Done()
		}
		c.write("/proc/uptime", "301.00 1.00\n")
	}
	s = c.service()
	s.Start(t.Context())
	select {
	case <-rebooted:
	case <-t.Context().Done():
		t.Fatal("it stays on trial for ever")
	}
	c.mu.Lock()
	c.paused = nil
	c.mu.Unlock()
	if c.env["BOOT_B_LEFT"] != "0" {
		t.Errorf("%v", c.env)
	}
	c.off(s)
	c.boot(nil)
	s = c.service()
	s.Start(t.Context())
	st := c.status(s)
	if st.Slot != "A" || st.Trial || st.BootReason != appliance.BootFallback || st.Update != (appliance.Update{State: appliance.UpdateFailed, Version: newVersion, Fault: fault.UpdateUndone}) {
		t.Fatalf("%+v", st)
	}
	if len(st.Faults) == 0 || st.Faults[0] != (appliance.Trouble{Fault: fault.UpdateUndone, Detail: newVersion}) {
		t.Errorf("%+v", st.Faults)
	}
	if c.env["BOOT_ORDER"] != "A B" {
		t.Errorf("%v", c.env)
	}
	// Central's word is not enough to try it again; a person with a stick is.
	c.write("/data/kiosk/update/b.raucb", bundleText(newVersion))
	if a := c.ask(s, appliance.Question{Verb: appliance.VerbUpdate, Bundle: "b.raucb"}); a.Fault != fault.UpdateRefused {
		t.Errorf("%+v", a)
	}
	if err := os.WriteFile(c.plug("sda1", "vfat", "盘")+"/new.raucb", []byte(bundleText(newVersion)), 0o644); err != nil {
		t.Fatal(err)
	}
	c.well(s, appliance.Question{Verb: appliance.VerbUpdate, Stick: "sda1"})
	until(t, s, func() bool { return c.status(s).Update.State == appliance.UpdateInstalled })
}

func TestWhatIsNoNewerSignedBundleIsRefused(t *testing.T) {
	c := newComputer(t)
	s := c.service()
	elsewhere := c.path("/secret.raucb")
	c.write("/secret.raucb", bundleText(newVersion))
	for name, make := range map[string]func(path string) error{
		"older.raucb":    func(p string) error { return os.WriteFile(p, []byte(bundleText("2026.11.21-9")), 0o600) },
		"equal.raucb":    func(p string) error { return os.WriteFile(p, []byte(bundleText("2026.11.22-1")), 0o600) },
		"none.raucb":     func(p string) error { return os.WriteFile(p, []byte(bundleText("9999")), 0o600) },
		"unsigned.raucb": func(p string) error { return os.WriteFile(p, []byte("hsqs"), 0o600) },
		"other.raucb": func(p string) error {
			return os.WriteFile(p, []byte(strings.Replace(bundleText(newVersion), "rpi", "pc", 1)), 0o600)
		},
		"link.raucb":   func(p string) error { return os.Symlink(elsewhere, p) },
		"hard.raucb":   func(p string) error { return os.Link(elsewhere, p) },
		"folder.raucb": func(p string) error { return os.Mkdir(p, 0o700) },
	} {
		if err := make(c.path("/data/kiosk/update/" + name)); err != nil {
			t.Fatal(err)
		}
		if a := c.ask(s, appliance.Question{Verb: appliance.VerbUpdate, Bundle: name}); a.Fault != fault.UpdateRefused {
			t.Errorf("%s: %+v", name, a)
		}
	}
	for _, name := range []string{"", "..", "../../appliance/network", "/etc/passwd", "a/b", "missing.raucb", "a\x00b", strings.Repeat("x", 300)} {
		if a := c.ask(s, appliance.Question{Verb: appliance.VerbUpdate, Bundle: name}); a.Fault != fault.UpdateRefused {
			t.Errorf("%q: %+v", name, a)
		}
	}
	open, err := os.OpenFile(c.path("/data/kiosk/update/open.raucb"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	if _, err := open.WriteString(bundleText(newVersion)); err != nil {
		t.Fatal(err)
	}
	if a := c.ask(s, appliance.Question{Verb: appliance.VerbUpdate, Bundle: "open.raucb"}); a.Fault != fault.UpdateRefused || !strings.Contains(a.Detail, "written") {
		t.Errorf("one that can still be changed: %+v", a)
	}
	if c.did("rauc install") || c.text("/secret.raucb") != bundleText(newVersion) {
		t.Error("something was installed, or taken from elsewhere")
	}
	if st := c.status(s); st.Update.State != appliance.UpdateNone {
		t.Errorf("%+v", st.Update)
	}
}

func TestAnInstallationThatBreaksOffIsTriedAgain(t *testing.T) {
	c := newComputer(t)
	s := c.service()
	c.broken = installTries - 1
	c.install(s)
	if st := c.status(s); st.Update.State != appliance.UpdateInstalled {
		t.Fatalf("%+v", st.Update)
	}
	c = newComputer(t)
	s = c.service()
	c.broken = installTries
	c.install(s)
	st := c.status(s)
	if st.Update.State != appliance.UpdateFailed || st.Update.Fault != fault.UpdateFailed || !strings.Contains(st.Update.Detail, "Input/output") {
		t.Fatalf("%+v", st.Update)
	}
	c.off(s)
	c.boot(nil)
	s = c.service()
	s.Start(t.Context())
	if st := c.status(s); st.Slot != "A" || st.Trial || st.BootReason != appliance.BootPower {
		t.Errorf("%+v", st)
	}
	c.install(s) // and once more later
	if st := c.status(s); st.Update.State != appliance.UpdateInstalled {
		t.Fatalf("%+v", st.Update)
	}
}

// The power is cut before each command of an update, from the question to the verdict,
// and the new version is good or bad. Whatever happens, the machine comes up; what has
// not passed is never taken for good; nobody is told of a fallback that was none; and
// after at most a few starts the good new version, or the old one, is there for good.
func TestThePowerIsCutAtEachStepOfAnUpdate(t *testing.T) {
	for _, good := range []bool{true, false} {
		for step := 0; step < 60; step++ {
			if !cutAt(t, step, good) && step > 20 {
				break
			}
		}
	}
}

func cutAt(t *testing.T, step int, good bool) (cut bool) {
	c := newComputer(t)
	seen := fmt.Sprintf("cut before command %d, good %v", step, good)
	ever, started, told := false, false, false
	for start := range 8 {
		s := c.service()
		if start == 0 {
			c.left = step
			c.write("/data/kiosk/update/b.raucb", bundleText(newVersion))
		}
		s.Start(t.Context())
		c.ask(s, appliance.Question{Verb: appliance.VerbUpdate, Bundle: "b.raucb"})
		until(t, s, func() bool { return s.ctx.Err() != nil || c.status(s).Update.State != appliance.UpdateInstalling })
		st := c.status(s)
		if st.Slot == "B" && !st.Trial && !ever {
			t.Fatalf("%s: start %d: the new version counts as good before it passed: %+v", seen, start, st)
		}
		started = started || st.Slot == "B"
		told = told || st.BootReason == appliance.BootFallback
		if st.BootReason == appliance.BootFallback && good {
			t.Fatalf("%s: start %d: a fallback that was none", seen, start)
		}
		if st.Trial && st.Slot != "B" {
			t.Fatalf("%s: start %d: the old version is on trial: %+v", seen, start, st)
		}
		if st.Trial && good {
			// What came through has passed, whether or not the answer arrived.
			if a := c.ask(s, appliance.Question{Verb: appliance.VerbPassed}); a.Fault == "" {
				ever = true
			}
		}
		cut = cut || c.left == 0
		c.off(s)
		if st.Trial && !good && start%2 == 0 {
			if err := s.giveUp(context.WithoutCancel(t.Context())); err != nil && c.left != 0 {
				t.Fatal(err)
			}
		}
		c.boot(nil)
	}
	s := c.service()
	s.Start(t.Context())
	st := c.status(s)
	if told = told || st.BootReason == appliance.BootFallback; started && !good && !told {
		t.Errorf("%s: the new version is gone, and nobody was told", seen)
	}
	if want := map[bool]string{true: newVersion, false: "2026.11.22-1"}[good]; c.systems["B"] == newVersion && st.Image != want {
		t.Errorf("%s: at the end %+v", seen, st)
	}
	c.off(s)
	return cut
}

func TestProgress(t *testing.T) {
	var told []int
	p := &percent{told: func(n int) { told = append(told, n) }}
	for _, part := range []string{"installing\n  0% Inst", "alling\n 20% Determining\r", "100% done\n200% never\nx 3%\n"} {
		if _, err := p.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if fmt.Sprint(told) != "[0 20 100]" {
		t.Error(told)
	}
}

func TestVersionsCompare(t *testing.T) {
	for _, v := range []struct {
		a, b  string
		newer bool
	}{
		{"2026.11.22-2", "2026.11.22-1", true}, {"2026.11.22-10", "2026.11.22-9", true}, {"2027.01.01-1", "2026.12.31-9", true},
		{"2026.11.22-1", "2026.11.22-1", false}, {"2026.11.22-1", "2026.11.22-2", false}, {"2026.11.22", "2026.11.21-1", false},
		{"2026.11.22-1\n", "2026.11.21-1", false}, {"2026.13.22-1", "2026.11.21-1", false}, {"+2026.11.22-1", "2026.11.21-1", false}, {"2026.11.22-1", "", false},
	} {
		if newer(v.a, v.b) != v.newer {
			t.Errorf("%q after %q: %v", v.a, v.b, !v.newer)
		}
	}
}
