package service

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"context"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
)

func TestWhyABootBegan(t *testing.T) {
	for _, x := range []struct {
		name   string
		before func(c *computer, s *Service)
		want   string
	}{
		{"the plug", func(*computer, *Service) {}, appliance.BootPower},
		{"asked for", func(c *computer, s *Service) {
			c.well(s, appliance.Question{Verb: appliance.VerbRestart, What: "machine"})
		}, appliance.BootRestart},
		{"the watchdog", func(c *computer, _ *Service) { c.paused = func(context.Context) {}; c.broken = -1 }, appliance.BootWatchdog},
		{"a rescue screen", func(c *computer, s *Service) {
			if err := s.save(rescueFile, rescued{Boot: s.boot.ID, Fault: fault.CrashLoop}, 0o600); err != nil {
				c.t.Fatal(err)
			}
		}, appliance.BootRescue},
		{"a half-written marker", func(c *computer, _ *Service) { c.write(reasonFile, `{"reason":"rest`) }, appliance.BootPower},
		{"a marker with another word", func(c *computer, _ *Service) { c.write(reasonFile, `{"reason":"party"}`) }, appliance.BootPower},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := newComputer(t)
			s := c.service()
			x.before(c, s)
			c.off(s)
			c.boot(nil)
			if c.broken < 0 {
				c.write("/sys/class/watchdog/watchdog0/bootstatus", "0x20\n")
			}
			s = c.service()
			if got := c.status(s).BootReason; got != x.want {
				t.Errorf("%s, want %s", got, x.want)
			}
			c.off(s)
			s = c.service() // the service alone starts anew
			if got := c.status(s).BootReason; got != x.want {
				t.Errorf("then %s, want %s", got, x.want)
			}
			c.off(s)
			c.boot(nil)
			s = c.service()
			if got := c.status(s).BootReason; got != appliance.BootPower {
				t.Errorf("the next one: %s", got)
			}
			var boots []Boot
			if err := json.Unmarshal([]byte(c.text(bootsFile)), &boots); err != nil || len(boots) != 3 {
				t.Errorf("%v %+v", err, boots)
			}
		})
	}
}

func TestAHalfWrittenTrialMarker(t *testing.T) {
	for _, text := range []string{"", "{", `{"slot":"B","version":"20`, `{"slot":"../x"}`, "null", "\x00\x00"} {
		c := newComputer(t)
		s := c.service()
		s.Start(t.Context())
		c.install(s)
		c.off(s)
		c.write(trialFile, text)
		c.boot(nil)
		s = c.service()
		s.Start(t.Context())
		if st := c.status(s); st.Slot != "B" || !st.Trial {
			t.Errorf("%q: a new version that never passed counts as good: %+v", text, st)
		}
		c.well(s, appliance.Question{Verb: appliance.VerbPassed})
		c.off(s)
		c.write(trialFile, text)
		c.boot(nil)
		s = c.service()
		s.Start(t.Context())
		if st := c.status(s); st.Slot != "B" || st.Trial {
			t.Errorf("%q: what passed is on trial: %+v", text, st)
		}
	}
}

func TestADataPartitionThatCannotBeWritten(t *testing.T) {
	c := newComputer(t)
	if err := errors.Join(os.RemoveAll(c.path(dataFolder)), os.WriteFile(c.path(dataFolder), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	s := c.service()
	s.Start(t.Context())
	if st := c.status(s); st.Slot != "A" || st.Trial || st.BootReason != appliance.BootPower {
		t.Errorf("%+v", st)
	}
	c.write("/data/kiosk/update/b.raucb", bundleText(newVersion))
	if a := c.ask(s, appliance.Question{Verb: appliance.VerbUpdate, Bundle: "b.raucb"}); a.Fault == "" || c.did("rauc install") {
		t.Errorf("%+v", a)
	}
}

// glass gives the computer a framebuffer.
func (c *computer) glass() {
	for name, text := range map[string]string{"virtual_size": "480,800\n", "bits_per_pixel": "32\n", "stride": "1920\n", "modes": "U:480x800p-0\n"} {
		c.write("/sys/class/graphics/fb0/"+name, text)
	}
	c.write("/dev/fb0", strings.Repeat("\x00", 1920*800))
}

func typeface(t *testing.T) []byte {
	text, err := os.ReadFile("../../../ui/font/lintai-regular.otf")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTheRescueScreenTriesAgainAndThenStartsTheComputer(t *testing.T) {
	c := newComputer(t)
	c.glass()
	c.write("/data/kiosk/kiosk.db", "x")
	c.say["systemctl show lintai-kiosk.service"] = "Result=start-limit-hit\nExecMainCode=2\nExecMainStatus=11\n"
	s := c.service()
	minutes := 0
	c.paused = func(context.Context) { minutes++ }
	for range rescueTries {
		if c.did("systemctl --no-block reboot") {
			t.Fatal("too early")
		}
		if err := Rescue(t.Context(), c.system(), typeface(t)); err != nil {
			t.Fatal(err)
		}
	}
	if minutes != rescueTries*(int(rescueTime/time.Minute)+1) || !c.did("systemctl reset-failed lintai-kiosk.service") || !c.did("systemctl --no-block start lintai-kiosk.service") || !c.did("systemctl --no-block reboot") {
		t.Errorf("%d minutes, %v", minutes, c.ran)
	}
	if painted := c.text("/dev/fb0"); strings.Count(painted[:1920*400], "\xf4\xf4\xf4") < 500 || len(painted) != 1920*800 {
		t.Error("nothing is painted")
	}
	st := c.status(s)
	if len(st.Faults) == 0 || st.Faults[len(st.Faults)-2].Fault != fault.CrashLoop && st.Faults[0].Fault != fault.CrashLoop {
		t.Errorf("%+v", st.Faults)
	}
	c.off(s)
	c.boot(nil)
	if st := c.status(c.service()); st.BootReason != appliance.BootRescue {
		t.Errorf("%+v", st)
	}
}

func TestTheRescueScreenKnowsWhatIsUnderTheProgram(t *testing.T) {
	for want, before := range map[fault.Code]func(c *computer){
		fault.QueueMissing: func(*computer) {},
		fault.FSReadOnly:   func(c *computer) { c.write("/proc/mounts", "/dev/x /data ext4 ro,nosuid 0 0\n") },
		fault.NotPainting: func(c *computer) {
			c.write("/data/kiosk/kiosk.db", "x")
			c.say["systemctl show"] = "Result=watchdog\n"
		},
		fault.ConfigInvalid: func(c *computer) {
			c.write("/data/kiosk/kiosk.db", "x")
			if err := os.Remove(c.path(kioskFile)); err != nil {
				c.t.Fatal(err)
			}
		},
	} {
		c := newComputer(t)
		before(c)
		s := c.service()
		if got, _ := s.whatFailed(t.Context()); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestACrashLoopOnTrialGoesBackAtOnce(t *testing.T) {
	c := newComputer(t)
	s := c.service()
	c.install(s)
	c.off(s)
	c.boot(nil)
	c.paused = func(context.Context) {}
	if err := Rescue(t.Context(), c.system(), typeface(t)); err != nil { // without a panel, too
		t.Fatal(err)
	}
	if c.env["BOOT_B_LEFT"] != "0" || !c.did("systemctl --no-block reboot") {
		t.Errorf("%v %v", c.env, c.ran)
	}
	c.boot(nil)
	if st := c.status(c.service()); st.Slot != "A" || st.BootReason != appliance.BootFallback {
		t.Errorf("%+v", st)
	}
}
