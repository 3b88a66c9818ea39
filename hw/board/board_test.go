package board

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
)

func TestHealthyBoardTellsItsFigures(t *testing.T) {
	b := tree(t, nil)
	b.Synchronised = func() (bool, error) { return false, nil }
	f, found := b.Read(t.Context())
	if len(found) != 0 {
		t.Errorf("troubles %v", found)
	}
	if f.Celsius == nil || *f.Celsius != 48.686 || f.Throttled == nil || *f.Throttled != (Throttled{}) || f.LowVoltage == nil || *f.LowVoltage {
		t.Errorf("figures %+v", f)
	}
	s := f.Storage
	if s == nil || s.Device != "/dev/mmcblk0p3" || s.Mount != "/var/lib/lintai" || s.FileSystem != "ext4" || s.ReadOnly ||
		*s.Errors != 0 || *s.WrittenKB != 4194304 || *s.WornPercent != 20 || *s.EndOfLife != 1 || s.FreeBytes == nil || *s.FreeBytes == 0 || *s.TotalBytes < *s.FreeBytes {
		t.Errorf("storage %+v", s)
	}
	if !f.Clock.Set || f.Clock.Synchronised == nil || *f.Clock.Synchronised {
		t.Errorf("clock %+v", f.Clock)
	}
	if len(f.Backlights) != 1 || f.Backlights[0] != (Backlit{"10-0045", 255, 255, true}) {
		t.Errorf("backlights %+v", f.Backlights)
	}
}

func TestEachTroubleIsTold(t *testing.T) {
	vcgencmd := func(answer string) string { return "#!/bin/sh\necho '" + answer + "'\n" }
	mounts := func(old, new string) string { return strings.Replace(raspberryPi["proc/mounts"], old, new, 1) }
	for name, tt := range map[string]struct {
		file, text string
		want       fault.Code
	}{
		"well":                           {"var/lib/lintai/other", "x", fault.None},
		"hot":                            {"sys/class/thermal/thermal_zone0/temp", "80000\n", fault.Overtemp},
		"nearly hot":                     {"sys/class/thermal/thermal_zone0/temp", "79999\n", fault.None},
		"no sensor":                      {"sys/class/thermal/thermal_zone0/temp", "", fault.None},
		"broken sensor":                  {"sys/class/thermal/thermal_zone0/temp", "-274000\n", fault.None},
		"firmware slows down for heat":   {"usr/bin/vcgencmd", vcgencmd("throttled=0xe0008"), fault.Overtemp},
		"was hot once":                   {"usr/bin/vcgencmd", vcgencmd("throttled=0xe0000"), fault.None},
		"too little voltage":             {"usr/bin/vcgencmd", vcgencmd("throttled=0x50005"), fault.Undervoltage},
		"too little voltage since start": {"usr/bin/vcgencmd", vcgencmd("throttled=0x50000"), fault.Undervoltage},
		"firmware that fails":            {"usr/bin/vcgencmd", "#!/bin/sh\necho VCHI initialization failed\nexit 255\n", fault.None},
		"alarm of the kernel":            {"sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n", fault.Undervoltage},
		"alarm of another monitor":       {"sys/class/hwmon/hwmon0/in0_lcrit_alarm", "1\n", fault.None},
		"errors on the data partition":   {"sys/fs/ext4/mmcblk0p3/errors_count", "3\n", fault.StorageErrors},
		"errors on another partition":    {"sys/fs/ext4/mmcblk0p2/errors_count", "3\n", fault.None},
		"worn":                           {"sys/block/mmcblk0/device/life_time", "0x01 0x0a\n", fault.StorageWorn},
		"worn out":                       {"sys/block/mmcblk0/device/life_time", "0x0b 0x01\n", fault.StorageWorn},
		"wear not defined":               {"sys/block/mmcblk0/device/life_time", "0x00 0x00\n", fault.None},
		"reserve used":                   {"sys/block/mmcblk0/device/pre_eol_info", "0x02\n", fault.StorageWorn},
		"read-only":                      {"proc/mounts", mounts("lintai ext4 rw,", "lintai ext4 ro,"), fault.FSReadOnly},
		"read-only elsewhere":            {"proc/mounts", mounts("firmware vfat rw,", "firmware vfat ro,"), fault.None},
		"remounted on top":               {"proc/mounts", raspberryPi["proc/mounts"] + "/dev/sda1 /var/lib/lintai ext4 ro 0 0\n", fault.FSReadOnly},
	} {
		t.Run(name, func(t *testing.T) {
			_, found := tree(t, map[string]string{tt.file: tt.text}).Read(t.Context())
			got := fault.None
			if len(found) > 0 {
				got = found[0].Code
			}
			if len(found) > 1 || got != tt.want {
				t.Errorf("troubles %+v, want %q", found, tt.want)
			}
		})
	}
}

func TestFullDataPartitionIsTold(t *testing.T) {
	free := uint64(roomLow - 1)
	f := Figures{Storage: &Storage{FreeBytes: &free}, Clock: Clock{Set: true}}
	if found := f.troubles(false); len(found) != 1 || found[0].Code != fault.StorageLow {
		t.Errorf("troubles %+v", found)
	}
	free++
	if found := f.troubles(false); len(found) != 0 {
		t.Errorf("troubles %+v", found)
	}
}

func TestClockThatWasNeverSetIsTold(t *testing.T) {
	b := tree(t, nil)
	for year, want := range map[int]bool{1970: false, 2023: false, 2024: true} {
		b.Now = at(year)
		f, found := b.Read(t.Context())
		if f.Clock.Set != want || (len(found) == 0) != want || !want && found[0].Code != fault.ClockUnset {
			t.Errorf("%d: %+v, %+v", year, f.Clock, found)
		}
	}
	b.Synchronised = func() (bool, error) { return true, errors.New("no such call") }
	if f, _ := b.Read(t.Context()); f.Clock.Synchronised != nil {
		t.Error("a kernel that does not tell is believed")
	}
}

func TestPCIsWell(t *testing.T) {
	root := t.TempDir()
	f, found := Read(root)
	if len(found) != 0 || f.Celsius != nil || f.Throttled != nil || f.LowVoltage != nil || f.Storage != nil || f.Backlights != nil {
		t.Errorf("%+v, %+v", f, found)
	}
	if err := (Board{Root: root}).SetBacklight(50); err != nil {
		t.Error(err)
	}
}

func TestThisMachineCanBeRead(t *testing.T) {
	f, _ := Board{Root: "/", Data: t.TempDir()}.Read(t.Context())
	if f.Storage == nil || f.Storage.FreeBytes == nil || f.Clock.Synchronised == nil {
		t.Errorf("%+v", f)
	}
}

func TestDataFolderBehindALabel(t *testing.T) {
	b := tree(t, map[string]string{
		"proc/mounts":                        "/dev/disk/by-label/data /var/lib/lintai ext4 rw 0 0\n",
		"dev/mmcblk0p3":                      "a block device",
		"sys/fs/ext4/mmcblk0p3/errors_count": "7\n",
	})
	if err := os.MkdirAll(filepath.Join(b.Root, "dev/disk/by-label"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../mmcblk0p3", filepath.Join(b.Root, "dev/disk/by-label/data")); err != nil {
		t.Fatal(err)
	}
	if _, found := b.Read(t.Context()); len(found) != 1 || found[0].Code != fault.StorageErrors {
		t.Errorf("troubles %+v", found)
	}
	b = tree(t, map[string]string{
		"proc/mounts":                        "/dev/root / ext4 rw 0 0\n",
		"sys/fs/ext4/mmcblk0p2/errors_count": "7\n", "sys/fs/ext4/mmcblk0p3/errors_count": "",
	})
	if _, found := b.Read(t.Context()); len(found) != 1 || found[0].Code != fault.StorageErrors {
		t.Errorf("/dev/root: troubles %+v", found)
	}
}

func TestBacklightIsSet(t *testing.T) {
	b := tree(t, nil)
	for _, tt := range []struct {
		share, brightness int
		on                bool
	}{{0, 0, false}, {1, 3, true}, {50, 128, true}, {100, 255, true}, {1000, 255, true}} {
		if err := b.SetBacklight(tt.share); err != nil {
			t.Fatal(err)
		}
		if got := b.Backlights()[0]; got.Brightness != tt.brightness || got.On != tt.on {
			t.Errorf("%d %%: %+v", tt.share, got)
		}
	}
}

func TestGravestTroubleGivesTheCode(t *testing.T) {
	r := report([]Trouble{{fault.ClockUnset, "a"}, {fault.Undervoltage, "b"}, {fault.FSReadOnly, "c"}})
	if r.Code != fault.FSReadOnly || !r.Unusable || r.Detail != "fs_readonly: c; undervoltage: b; clock_unset: a" {
		t.Errorf("%+v", r)
	}
	if r := report([]Trouble{{fault.ClockUnset, "a"}}); r.Unusable || r.State() != hw.Degraded {
		t.Errorf("%+v", r)
	}
	if r := report(nil); r != (hw.Report{}) {
		t.Errorf("%+v", r)
	}
}

// handClock goes on only when told to.
type handClock struct{ after chan time.Time }

func (handClock) Now() time.Time                         { return at(2026)() }
func (c handClock) After(time.Duration) <-chan time.Time { return c.after }

func TestHealthFollowsTheBoard(t *testing.T) {
	b, clock, healths := tree(t, nil), handClock{make(chan time.Time)}, make(chan hw.Health, 16)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	s := supervise.New(supervise.Config{Open: b.Watch, Clock: clock, OnHealth: func(h hw.Health) { healths <- h }})
	go func() { s.Run(ctx); close(ended) }()
	defer func() { cancel(); <-ended }()
	next := func(state hw.State, code fault.Code) {
		t.Helper()
		for h := range healths {
			if h.State == hw.Opening || h.State == hw.Probing {
				continue
			}
			if h.State != state || h.Code != code {
				t.Fatalf("health %+v, want %v %q", h, state, code)
			}
			return
		}
	}
	warm := func(milli string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(b.Root, "sys/class/thermal/thermal_zone0/temp"), []byte(milli), 0o644); err != nil {
			t.Fatal(err)
		}
		clock.after <- time.Time{}
	}
	next(hw.Ready, fault.None)
	warm("81000\n")
	next(hw.Degraded, fault.Overtemp)
	warm("77000\n")
	clock.after <- time.Time{} // taken only after the look at 77 °C is over
	if len(healths) != 0 {
		t.Fatalf("a board that is still warm comes and goes: %+v", <-healths)
	}
	warm("74000\n")
	next(hw.Ready, fault.None)
}

func TestParseThrottled(t *testing.T) {
	for answer, want := range map[string]Throttled{
		"throttled=0x0\n":     {},
		"throttled=0x50005\n": {UnderVoltage: true, Slowed: true, WasUnderVoltage: true, WasSlowed: true},
		"throttled=0xa000a":   {Capped: true, SoftLimit: true, WasCapped: true, WasSoftLimit: true},
	} {
		if got, err := ParseThrottled(answer); err != nil || got != want {
			t.Errorf("%q: %+v, %v", answer, got, err)
		}
	}
	for _, answer := range []string{"", "throttled=", "throttled=0x", "throttled=5", "throttled=0x100000000", "throttled=0x-1", "error=1 error_msg=\"Command not registered\""} {
		if got, err := ParseThrottled(answer); err == nil {
			t.Errorf("%q: %+v", answer, got)
		}
	}
}

func TestHolding(t *testing.T) {
	all := parseMounts("a / ext4 ro 0 0\nb /data\\040two ext4 rw 0 0\nc /data\\040two/x xfs rw,ro 0 0\nnonsense\n")
	for path, want := range map[string]string{"/": "a", "/data": "a", "/data two": "b", "/data two/": "b", "/data twofold": "a", "/data two/x/y": "c", "relative": ""} {
		if m, _ := holding(all, filepath.Clean(path)); m.device != want {
			t.Errorf("%q is on %q, want %q", path, m.device, want)
		}
	}
}

func FuzzParseThrottled(f *testing.F) {
	f.Add("throttled=0x50005\n")
	f.Add("throttled=0x")
	f.Fuzz(func(t *testing.T, answer string) {
		if got, err := ParseThrottled(answer); err != nil && got != (Throttled{}) {
			t.Errorf("%q: %+v with %v", answer, got, err)
		}
	})
}

func FuzzMounts(f *testing.F) {
	f.Add(raspberryPi["proc/mounts"], "/var/lib/lintai")
	f.Add("a \\040\\1 b ro\n", "/")
	f.Fuzz(func(t *testing.T, text, path string) {
		m, ok := holding(parseMounts(text), path)
		if ok && !strings.HasPrefix(path, m.point) {
			t.Errorf("%q is said to be on %q", path, m.point)
		}
	})
}

func FuzzLifeTime(f *testing.F) {
	f.Add("0x02 0x01")
	f.Add("11")
	f.Fuzz(func(t *testing.T, text string) {
		if used := lifeTime(text); used != nil && (*used < 10 || *used > 110) {
			t.Errorf("%q is %d %%", text, *used)
		}
	})
}
