package service

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
)

func TestKeepWritesOneLineAndSecretsAreOverwritten(t *testing.T) {
	c := newComputer(t)
	s := c.service()
	// A link to the file's blocks shows what becomes of them.
	if err := os.Link(c.path(kioskFile), c.path("/old")); err != nil {
		t.Fatal(err)
	}
	c.well(s, appliance.Question{Verb: appliance.VerbKeep, Values: map[string]string{"terminal.place": `"3 号楼"`}})
	if want := strings.Replace(kioskToml, "幸福里", "3 号楼", 1); c.text(kioskFile) != want {
		t.Errorf("%q", c.text(kioskFile))
	}
	if err := errors.Join(os.Remove(c.path("/old")), os.Link(c.path(kioskFile), c.path("/old"))); err != nil {
		t.Fatal(err)
	}
	c.well(s, appliance.Question{Verb: appliance.VerbErase, Keys: []string{"central.code", "network.password"}})
	if text := c.text(kioskFile); !strings.Contains(text, "\r\ncode = \"\"\r\n") || strings.Contains(text, "ABCD") {
		t.Errorf("%q", text)
	}
	if old := c.text("/old"); strings.Contains(old, "ABCD") || strings.Contains(old, "PQRS") || old == "" {
		t.Errorf("the old blocks hold the code: %q", old)
	}
	if i, j := slices.Index(c.ran, "mount -o remount,rw /boot/firmware"), slices.Index(c.ran, "mount -o remount,ro /boot/firmware"); i < 0 || j != i+1 {
		t.Errorf("%v", c.ran)
	}
	for _, q := range []appliance.Question{
		{Verb: appliance.VerbKeep}, {Verb: appliance.VerbErase},
		{Verb: appliance.VerbKeep, Values: map[string]string{"terminal.place": "\"a\"\nnumber = 9"}},
		{Verb: appliance.VerbKeep, Values: map[string]string{"terminal.place": `""`}},
		{Verb: appliance.VerbKeep, Values: map[string]string{"sound.volume": "900"}},
		{Verb: appliance.VerbKeep, Values: map[string]string{"shell.run": `"x"`}},
		{Verb: appliance.VerbErase, Keys: []string{"central"}},
		{Verb: appliance.VerbErase, Keys: make([]string, 100)},
	} {
		was := c.text(kioskFile)
		if a := c.ask(s, q); a.Fault == "" || c.text(kioskFile) != was {
			t.Errorf("%+v was done: %+v", q, a)
		}
	}
}

func TestKioskTomlIsMissing(t *testing.T) {
	c := newComputer(t)
	if err := os.Remove(c.path(kioskFile)); err != nil {
		t.Fatal(err)
	}
	s := c.service()
	s.Start(t.Context())
	c.well(s, appliance.Question{Verb: appliance.VerbErase, Keys: []string{"central.code"}})
	if c.status(s).SetUp {
		t.Error("set up without a file")
	}
	c.well(s, appliance.Question{Verb: appliance.VerbKeep, Values: map[string]string{"terminal.number": "7"}})
	if c.text(kioskFile) != "[terminal]\nnumber = 7\n" {
		t.Errorf("%q", c.text(kioskFile))
	}
}

func TestAFullBootPartitionStillForgets(t *testing.T) {
	c := newComputer(t)
	s := c.service()
	if err := os.Symlink("/dev/full", c.path(kioskFile+".new")); err != nil {
		t.Fatal(err)
	}
	if a := c.ask(s, appliance.Question{Verb: appliance.VerbKeep, Values: map[string]string{"terminal.number": "9"}}); a.Fault != fault.ApplianceFailed || !strings.Contains(a.Detail, "full") || c.text(kioskFile) != kioskToml {
		t.Errorf("%+v", a)
	}
	if err := os.Symlink("/dev/full", c.path(kioskFile+".new")); err != nil {
		t.Fatal(err)
	}
	c.well(s, appliance.Question{Verb: appliance.VerbErase, Keys: []string{"central.code"}})
	if text := c.text(kioskFile); len(text) != len(kioskToml) || strings.Contains(text, "ABCD") || !strings.Contains(text, "\r\n####") {
		t.Errorf("%q", text)
	}
}

func TestAChangeThatWasCutOffIsFinished(t *testing.T) {
	for _, x := range []struct{ file, draft, want string }{
		{kioskToml, "[terminal]\nnumber = 8\n", kioskToml},              // the old one is whole
		{"code = \"AB####\n", "[terminal]\nnumber = 8\n", "number = 8"}, // it was being overwritten
		{"", "[terminal]\nnumber = 8\n", "number = 8"},
		{"code = \"AB####\n", "[terminal", "code = \"AB"}, // neither: what there is stays
	} {
		c := newComputer(t)
		c.write(kioskFile, x.file)
		c.write(kioskFile+".new", x.draft)
		s := c.service()
		s.Start(t.Context())
		if got := c.text(kioskFile); !strings.Contains(got, x.want) || c.text(kioskFile+".new") != "" {
			t.Errorf("%q and %q: %q", x.file, x.draft, got)
		}
	}
}

const scan = "bssid / frequency / signal level / flags / ssid\n" +
	"02:00:00:00:00:01\t2412\t-45\t[WPA2-PSK-CCMP][ESS]\t\\xd0\\xd2\\xb8\\xa3\n" +
	"02:00:00:00:00:03\t5180\t-60\t[ESS]\tfree \\\"x\\\"\\n}\n"

func TestPanel(t *testing.T) {
	c := newComputer(t)
	s := c.service()
	if a := c.ask(s, appliance.Question{Verb: appliance.VerbLight, Percent: 50}); a.Fault == "" {
		t.Error("a light that is not there was set")
	}
	for name, text := range map[string]string{"brightness": "255\n", "max_brightness": "255\n", "bl_power": "0\n"} {
		c.write("/sys/class/backlight/rpi/"+name, text)
	}
	c.well(s, appliance.Question{Verb: appliance.VerbLight, Percent: 50})
	if st := c.status(s); st.Light == nil || *st.Light < 49 || *st.Light > 51 {
		t.Errorf("%+v", st.Light)
	}
	for _, p := range []int{0, -5, 101} {
		if a := c.ask(s, appliance.Question{Verb: appliance.VerbLight, Percent: p}); a.Fault == "" {
			t.Errorf("%d percent", p)
		}
	}
	c.well(s, appliance.Question{Verb: appliance.VerbTurn, Degrees: 270})
	if c.text(turnFile) != "-r\n" || !strings.Contains(c.text(touchRules), `="0 -1 1 1 0 0"`) || !strings.Contains(c.text(kioskFile), "rotation = 270\r\n") || !c.did("systemctl --no-block restart lintai-kiosk.service") {
		t.Errorf("%q %q", c.text(turnFile), c.text(touchRules))
	}
	if a := c.ask(s, appliance.Question{Verb: appliance.VerbTurn, Degrees: 45}); a.Fault == "" {
		t.Error("45 degrees")
	}
	c.off(s)
	c.boot(nil)
	s = c.service()
	s.Start(t.Context())
	if c.text(turnFile) != "-r\n" || c.text(touchRules) == "" {
		t.Error("the next start knows nothing of it")
	}
}

// corner is where a touch on a corner of the glass has to arrive in a picture that was
// turned clockwise: its upper left corner is then the glass's upper right.
func TestTouchesFollowThePicture(t *testing.T) {
	for degrees, want := range map[int][2]float64{0: {0, 0}, 90: {1, 0}, 180: {1, 1}, 270: {0, 1}} {
		var m [6]float64
		if _, err := fmt.Sscan(calibration[degrees], &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]); err != nil {
			t.Fatal(err)
		}
		if x, y := m[0]*want[0]+m[1]*want[1]+m[2], m[3]*want[0]+m[4]*want[1]+m[5]; x != 0 || y != 0 {
			t.Errorf("%d degrees: the picture's corner is touched at %v, and arrives at %v, %v", degrees, want, x, y)
		}
	}
}

func TestSticks(t *testing.T) {
	c := newComputer(t)
	s := c.service()
	folder := c.plug("sda1", "vfat", "U盘\n")
	if err := errors.Join(os.WriteFile(folder+"/a.raucb", []byte(bundleText("2026.11.24-1")), 0o600), os.WriteFile(folder+"/b.RAUCB", []byte(bundleText("2026.11.25-1")), 0o600),
		os.WriteFile(folder+"/c.raucb", []byte("no"), 0o600), os.Symlink(c.path("/etc/passwd"), folder+"/d.raucb")); err != nil {
		t.Fatal(err)
	}
	a := c.well(s, appliance.Question{Verb: appliance.VerbSticks})
	if len(a.Sticks) != 1 || a.Sticks[0].Name != "sda1" || a.Sticks[0].Label != "U盘" || a.Sticks[0].Bundle != "2026.11.25-1" || a.Sticks[0].FreeBytes == 0 {
		t.Fatalf("%+v", a.Sticks)
	}
	if !c.did("mount -t vfat -o ro,nosuid,nodev,noexec") || !c.did("umount /run/lintai/stick") {
		t.Errorf("%v", c.ran)
	}
	for _, name := range []string{"", "../sda1", "sda", "mmcblk0p1", "/dev/sda1", "sda1\x00", "sdb1"} {
		if a := c.ask(s, appliance.Question{Verb: appliance.VerbExport, What: "queue", Stick: name}); a.Fault != fault.StickMissing {
			t.Errorf("%q: %+v", name, a)
		}
	}
}

func TestSticksThatAreNone(t *testing.T) {
	for _, text := range []string{
		`{"blockdevices":[{"name":"sda","type":"disk","tran":"usb","hotplug":true,"mountpoints":[null],"children":[{"name":"sda1","type":"part","fstype":"vfat","mountpoints":["/boot/firmware"]},{"name":"sda4","fstype":"ext4","mountpoints":[null]}]}]}`,
		`{"blockdevices":[{"name":"sda","type":"disk","tran":"usb","hotplug":true,"mountpoints":[null],"children":[{"name":"sda1","type":"part","fstype":"vfat","label":"LINTAIBOOT","mountpoints":[null]}]}]}`,
		`{"blockdevices":[{"name":"sda","type":"disk","tran":"sata","hotplug":false,"mountpoints":[null],"children":[{"name":"sda1","type":"part","fstype":"vfat","mountpoints":[null]}]}]}`,
		`{"blockdevices":[{"name":"sda","type":"disk","tran":"usb","hotplug":true,"mountpoints":[null],"children":[{"name":"../sda1","type":"part","fstype":"vfat","mountpoints":[null]},{"name":"sda2","type":"part","fstype":"ntfs","mountpoints":[null]}]}]}`,
		`{"blockdevices":[{"name":"sr0","type":"rom","tran":"usb","hotplug":true,"fstype":"vfat","mountpoints":[null]}]}`,
		`{}`,
	} {
		if found, err := sticksIn(text); err != nil || len(found) != 0 {
			t.Errorf("%s: %v %v", text, found, err)
		}
	}
	if found, err := sticksIn(`{"blockdevices":[{"name":"sdb","type":"disk","tran":"usb","hotplug":true,"fstype":"exfat","label":"x","mountpoints":[null]}]}`); err != nil || len(found) != 1 {
		t.Errorf("a stick without partitions: %v %v", found, err)
	}
	if _, err := sticksIn("lsblk: no"); err == nil {
		t.Error("no JSON")
	}
}

func TestExportsOnAStick(t *testing.T) {
	for _, kind := range []string{"vfat", "exfat", "ext4"} {
		c := newComputer(t)
		s := c.service()
		folder := c.plug("sdb1", kind, "")
		a := c.well(s, appliance.Question{Verb: appliance.VerbExport, What: "queue", Stick: "sdb1"})
		where := folder
		if kind == "ext4" {
			where += "/lintai"
		}
		if text, err := os.ReadFile(filepath.Join(where, a.File)); err != nil || string(text) != "sealed" || a.File == "" {
			t.Errorf("%s: %q %v", kind, a.File, err)
		}
		if !c.did(fmt.Sprintf("setpriv --reuid=%d --regid=%d --clear-groups --no-new-privs -- /usr/lib/lintai/kioskctl outbox export --config /boot/firmware/kiosk.toml --out /run/lintai/stick", os.Getuid(), os.Getgid())) {
			t.Errorf("%v", c.ran)
		}
		if !c.did("mount -t " + kind + " -o rw,nosuid,nodev,noexec") {
			t.Errorf("%v", c.ran)
		}
	}
}

// exited is how a program ended.
type exited int

func (e exited) Error() string { return fmt.Sprintf("exit status %d", int(e)) }
func (e exited) ExitCode() int { return int(e) }

// Nothing waits, or something does and none of it can be read: in neither case is there a
// file, and only the first is as it should be.
func TestAnExportWithoutAFile(t *testing.T) {
	for _, end := range []struct {
		how   error
		fault fault.Code
	}{{nil, fault.None}, {exited(3), fault.QueueDamaged}} {
		c := newComputer(t)
		c.plug("sdb1", "vfat", "")
		c.nothingWaits = true
		if end.how != nil {
			c.fail["setpriv"] = end.how
		}
		a := c.ask(c.service(), appliance.Question{Verb: appliance.VerbExport, What: "queue", Stick: "sdb1"})
		if a.Fault != end.fault || a.File != "" {
			t.Errorf("%v: %+v", end.how, a)
		}
	}
}

func TestAStickThatIsFullOrPulledOut(t *testing.T) {
	c := newComputer(t)
	s := c.service()
	c.plug("sdb1", "vfat", "")
	c.fail["setpriv"] = errors.New("setpriv: exit status 1: write /run/lintai/stick/.export-1: no space left on device")
	if a := c.ask(s, appliance.Question{Verb: appliance.VerbExport, What: "queue", Stick: "sdb1"}); a.Fault != fault.StickFull {
		t.Errorf("%+v", a)
	}
	c.fail["mount -t"] = errors.New("mount: wrong fs type")
	if a := c.ask(s, appliance.Question{Verb: appliance.VerbExport, What: "logs", Stick: "sdb1"}); a.Fault != fault.StickMissing {
		t.Errorf("%+v", a)
	}
	delete(c.fail, "mount -t")
	c.fail["umount /run"] = errors.New("umount: target is busy")
	if a := c.ask(s, appliance.Question{Verb: appliance.VerbExport, What: "logs", Stick: "sdb1"}); a.Fault != fault.StickMissing || !c.did("umount --lazy") {
		t.Errorf("%+v", a)
	}
	if a := c.ask(s, appliance.Question{Verb: appliance.VerbExport, What: "passwords", Stick: "sdb1"}); a.Fault != fault.ApplianceFailed {
		t.Errorf("%+v", a)
	}
}

// entry is a line as journalctl prints it.
func entry(transport, unit, message string) string {
	return fmt.Sprintf(`{"__REALTIME_TIMESTAMP":"1795338000000000","_TRANSPORT":%q,"_SYSTEMD_UNIT":%q,"PRIORITY":"6","MESSAGE":%s}`+"\n", transport, unit, message)
}

// What other programs write may name people. It stays in the terminal, whatever it says
// it is.
func TestLogsHaveOnlyWhatSpeaksOfTheComputer(t *testing.T) {
	journal := entry("stdout", "lintai-kiosk.service", `"visit ended"`) + entry("kernel", "", `"usb 1-1: reset\u001b[31m"`) +
		entry("syslog", "cups.service", `"printing 张三-低保申请.pdf"`) + entry("syslog", "", `"张三 logged in"`) + entry("journal", "session-1.scope", `"张三"`) +
		entry("syslog", "lintai-kiosk.service.evil", `"张三"`) + entry("stdout", "rauc.service", `"installed"`) + entry("kernel", "cups.service", `"张三"`) +
		entry("stdout", "lintai-wifi.service", `[229,188,160,228,184,137]`) + "no json 张三\n" + entry("stdout", "seatd.service", `"last"`)
	c := newComputer(t)
	c.say["journalctl"] = journal
	s := c.service()
	folder := c.plug("sdb1", "vfat", "")
	a := c.well(s, appliance.Question{Verb: appliance.VerbExport, What: "logs", Stick: "sdb1"})
	f, err := os.ReadFile(filepath.Join(folder, a.File))
	if err != nil {
		t.Fatal(err)
	}
	if a = c.well(s, appliance.Question{Verb: appliance.VerbExport, What: "logs"}); a.File != "logs.gz" {
		t.Errorf("%+v", a)
	}
	for _, zipped := range [][]byte{f, []byte(c.text(appliance.LogsPath))} {
		z, err := gzip.NewReader(bytes.NewReader(zipped))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "张三") || strings.Contains(string(text), "\x1b") {
			t.Errorf("%s", text)
		}
		for _, want := range []string{"2026.11.22-1 A power\n", "lintai-kiosk <6> visit ended\n", "kernel <6> usb 1-1: reset [31m\n", "rauc <6> installed\n", "seatd <6> last\n"} {
			if !strings.Contains(string(text), want) {
				t.Errorf("no %q in %s", want, text)
			}
		}
	}
	if info, err := os.Stat(c.path(appliance.LogsPath)); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v %v", info, err)
	}
}

func TestTheNewestOfALongLogForCentral(t *testing.T) {
	var b strings.Builder
	for i := range 60_000 { // newest first, as it is asked for; hardly to be compressed
		b.WriteString(entry("stdout", "lintai-kiosk.service", fmt.Sprintf(`"%d %x"`, i, []byte(fmt.Sprint(i*7919, i*i*31, i*104729)))))
	}
	c := newComputer(t)
	c.say["journalctl"] = b.String()
	s := c.service()
	c.well(s, appliance.Question{Verb: appliance.VerbExport, What: "logs"})
	z, err := gzip.NewReader(strings.NewReader(c.text(appliance.LogsPath)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil || len(c.text(appliance.LogsPath)) > appliance.MaxLogs || !strings.Contains(string(text[len(text)-100:]), "<6> 0 ") {
		t.Errorf("%d bytes, %v, …%s", len(c.text(appliance.LogsPath)), err, text[len(text)-100:])
	}
}

func TestCentralsTimeIsBelievedWhileNoServerIs(t *testing.T) {
	c := newComputer(t)
	s := c.service()
	at := c.now.Add(72*time.Hour + 250*time.Millisecond)
	c.well(s, appliance.Question{Verb: appliance.VerbTime, At: at})
	if !c.now.Equal(at) || !c.status(s).TimeSet {
		t.Errorf("%v, want %v", c.now, at)
	}
	if info, err := os.Stat(c.path(clockFile)); err != nil || !info.ModTime().Equal(at) {
		t.Errorf("%v %v", info, err)
	}
	for _, wrong := range []time.Time{{}, time.Unix(0, 0), at.AddDate(-5, 0, 0), at.AddDate(200, 0, 0)} {
		if a := c.ask(s, appliance.Question{Verb: appliance.VerbTime, At: wrong}); a.Fault == "" || !c.now.Equal(at) {
			t.Errorf("%v was believed", wrong)
		}
	}
	c.write("/run/systemd/timesync/synchronized", "")
	c.well(s, appliance.Question{Verb: appliance.VerbTime, At: at.Add(time.Hour)})
	if !c.now.Equal(at) {
		t.Error("central went before the time server")
	}
}

func TestUnknownVerbsAndRestarts(t *testing.T) {
	c := newComputer(t)
	s := c.service()
	for _, q := range []appliance.Question{{}, {Verb: "shell", What: "id"}, {Verb: appliance.VerbRestart}, {Verb: appliance.VerbRestart, What: "sshd"}} {
		if a := c.ask(s, q); a.Fault != fault.ApplianceFailed {
			t.Errorf("%+v: %+v", q, a)
		}
	}
	if c.did("systemctl") {
		t.Errorf("%v", c.ran)
	}
	c.well(s, appliance.Question{Verb: appliance.VerbRestart, What: "program"})
	if !c.did("systemctl --no-block restart lintai-kiosk.service") {
		t.Errorf("%v", c.ran)
	}
}
