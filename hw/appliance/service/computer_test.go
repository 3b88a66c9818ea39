package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// computer is a terminal's computer for tests: a tree of files, the programs that the
// service runs, and a boot loader with two systems. Programs do to the tree what they
// do on a terminal and say what they say there.
type computer struct {
	t    *testing.T
	root string

	mu           sync.Mutex
	ran          []string
	fail         map[string]error  // by the beginning of a command line
	say          map[string]string // the same
	env          map[string]string // the boot loader's
	systems      map[string]string // slot → version
	sticks       map[string]string // device → folder with what is on it
	broken       int               // installations that break off yet
	left         int               // commands until the power is cut; none while negative
	cut          context.CancelFunc
	boots        int
	now          time.Time
	paused       func(context.Context) // what happens while the service waits for a minute
	where        map[string][]netip.Addr
	network      map[string][]netip.Prefix
	running      bool // wpa_supplicant
	nothingWaits bool // to be exported
}

var errCut = errors.New("the power is cut")

const kioskToml = "# 终端\r\n[terminal]\r\nnumber = 12\r\nplace = \"幸福里\" # 门口\r\nphone = \"\"\r\ndata = \"/data/kiosk\"\r\n\r\n[central]\r\naddress = \"https://central.example.cn:8421\"\r\ncode = \"ABCD-EFGH-JKMN-PQRS\"\r\n\r\n[network]\r\nwifi = \"\"\r\npassword = \"\"\r\n\r\n[panel]\r\nrotation = 0\r\n"

func newComputer(t *testing.T) *computer {
	c := &computer{
		t: t, root: t.TempDir(), fail: map[string]error{}, say: map[string]string{}, left: -1,
		env:     map[string]string{"BOOT_ORDER": "A B", "BOOT_A_LEFT": "14", "BOOT_B_LEFT": "14"},
		systems: map[string]string{"A": "2026.11.22-1", "B": ""}, sticks: map[string]string{},
		now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), where: map[string][]netip.Addr{"central.example.cn": {netip.MustParseAddr("203.0.113.5")}},
		network: map[string][]netip.Prefix{},
	}
	c.write("/etc/passwd", fmt.Sprintf("root:x:0:0::/:\nkiosk:x:%d:%d::/:\n", os.Getuid(), os.Getgid()))
	c.write("/etc/rauc/system.conf", "[system]\ncompatible=lintai-rpi-arm64\n")
	c.write(kioskFile, kioskToml)
	c.write("/proc/mounts", "/dev/lintai/data /data ext4 rw,nosuid 0 0\n")
	c.write("/proc/net/route", "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n")
	for _, dir := range []string{"/data/kiosk/update", "/data/appliance", "/run", "/sys/class/net", "/sys/class/watchdog/watchdog0"} {
		c.folder(dir)
	}
	c.boot(nil)
	return c
}

func (c *computer) path(name string) string { return filepath.Join(c.root, name) }

func (c *computer) folder(name string) {
	if err := os.MkdirAll(c.path(name), 0o755); err != nil {
		c.t.Fatal(err)
	}
}

func (c *computer) write(name, text string) {
	c.folder(filepath.Dir(name))
	if err := os.WriteFile(c.path(name), []byte(text), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

func (c *computer) text(name string) string {
	text, err := os.ReadFile(c.path(name))
	if err != nil {
		return ""
	}
	return string(text)
}

// boot is the power coming back: the boot loader's script in Go, and the kernel's files
// anew. What was on RAM disks is gone.
func (c *computer) boot(while func()) {
	if while != nil {
		while()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	slot := ""
	number := func(s string) int64 {
		n, err := strconv.ParseInt(c.env[tries(s)], 16, 32)
		if err != nil {
			c.t.Fatalf("the boot loader cannot read %q", c.env[tries(s)])
		}
		return n
	}
	for _, s := range strings.Fields(c.env["BOOT_ORDER"]) {
		if n := number(s); slot == "" && n > 0 {
			slot = s
			c.env[tries(s)] = strconv.FormatInt(n-1, 16)
		}
	}
	if slot == "" {
		slot = strings.Fields(c.env["BOOT_ORDER"])[0]
		c.env["BOOT_A_LEFT"], c.env["BOOT_B_LEFT"] = "14", "14"
	}
	c.boots++
	c.left, c.cut, c.running = -1, nil, false
	for _, f := range []string{"/run/wpa_supplicant", "/run/lintai", "/run/systemd", "/run/udev"} {
		if err := os.RemoveAll(c.path(f)); err != nil {
			c.t.Fatal(err)
		}
	}
	c.write("/etc/lintai-version", c.systems[slot]+"\n")
	c.write("/proc/cmdline", "lintai.root=2 rauc.slot="+slot+" ro quiet\n")
	c.write("/proc/sys/kernel/random/boot_id", fmt.Sprintf("boot-%d\n", c.boots))
	c.write("/proc/uptime", "20.00 30.00\n")
	c.write("/sys/class/watchdog/watchdog0/bootstatus", "0\n")
	if err := os.Chtimes(c.path("/etc/lintai-version"), c.now.Add(-time.Hour), c.now.Add(-time.Hour)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *computer) system() System {
	return System{
		Root: c.root, Run: c.run, Now: func() time.Time { return c.now },
		Addresses: func() (map[string][]netip.Prefix, error) { return c.network, nil },
		Resolve: func(_ context.Context, host string) ([]netip.Addr, error) {
			c.mu.Lock()
			defer c.mu.Unlock()
			if a, err := netip.ParseAddr(host); err == nil {
				return []netip.Addr{a}, nil
			}
			if a, ok := c.where[host]; ok {
				return a, nil
			}
			return nil, errors.New("no such host")
		},
		Pause: func(ctx context.Context, d time.Duration) error {
			c.mu.Lock()
			paused := c.paused
			c.mu.Unlock()
			switch {
			case d == lookSoon || d == lookAgain:
			case d == time.Minute && paused != nil:
				paused(ctx)
				return ctx.Err()
			case d != time.Minute:
				return ctx.Err() // a short wait for a program is over at once
			}
			<-ctx.Done()
			return ctx.Err()
		},
	}
}

// service starts the service as systemd does.
func (c *computer) service() *Service {
	c.t.Helper()
	ctx, end := context.WithCancel(c.t.Context())
	c.mu.Lock()
	c.cut = end
	c.mu.Unlock()
	s, err := New(ctx, c.system(), Config{Tool: "/usr/lib/lintai/kioskctl"})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { end(); s.Wait() })
	return s
}

// off ends the service, as pulling the plug does.
func (c *computer) off(s *Service) {
	c.mu.Lock()
	end := c.cut
	c.mu.Unlock()
	end()
	s.Wait()
}

// lines are all that was run by now; what watches beside the test runs some too.
func (c *computer) lines() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.ran)
}

func (c *computer) did(line string) bool {
	return slices.ContainsFunc(c.lines(), func(l string) bool { return strings.HasPrefix(l, line) })
}

func (c *computer) run(ctx context.Context, out io.Writer, name string, args ...string) error {
	line := name + " " + strings.ReplaceAll(strings.Join(args, " "), c.root, "")
	c.mu.Lock()
	if c.left == 0 {
		c.cut()
		c.mu.Unlock()
		return errCut
	}
	if c.left > 0 {
		c.left--
	}
	c.ran = append(c.ran, line)
	var text string
	var err error
	for begin, e := range c.fail {
		if strings.HasPrefix(line, begin) {
			err = e
		}
	}
	for begin, t := range c.say {
		if strings.HasPrefix(line, begin) {
			text = t
		}
	}
	c.mu.Unlock()
	if err != nil {
		return err
	}
	if out == nil {
		out = io.Discard
	}
	if text != "" {
		_, err := io.WriteString(out, text)
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch name {
	case "mount":
		if args[0] == "-t" {
			folder := args[len(args)-1]
			on, ok := c.sticks[strings.TrimPrefix(args[len(args)-2], "/dev/")]
			if !ok {
				return errors.New("mount: no such device")
			}
			return errors.Join(os.Remove(folder), os.Symlink(on, folder))
		}
	case "umount":
		folder := args[len(args)-1]
		return errors.Join(os.Remove(folder), os.Mkdir(folder, 0o755))
	case "fw_setenv":
		c.env[args[0]] = args[1]
	case "fw_printenv":
		fmt.Fprintln(out, c.env[args[1]])
	case "rauc":
		return c.rauc(out, args)
	case "systemctl":
		if args[len(args)-1] == wifiUnit+".service" && !c.running {
			return errors.New("inactive")
		}
	case "systemd-run":
		c.running = true
	case "setpriv":
		if c.nothingWaits {
			return nil
		}
		folder := args[len(args)-1]
		return os.WriteFile(filepath.Join(folder, "lintai-0012-20261122-170000"), []byte("sealed"), 0o600)
	case "date":
		text, _ := strings.CutPrefix(args[1], "--set=@")
		seconds, err := strconv.ParseFloat(text, 64)
		c.now = time.UnixMilli(int64(seconds * 1000)).UTC()
		return err
	}
	return nil
}

// bundleText is a bundle of tests: what "rauc info" (1.8) prints of one, or a word.
func bundleText(version string) string {
	return `{"compatible":"lintai-rpi-arm64","version":"` + version + `","description":null,"build":null,"hooks":[],"images":[{"rootfs":{"variant":null,"filename":"root.ext4","checksum":"32e469de8ba6014e95e833abb9eb3c97a0a344514b53af7f12e45f0005a2cb51","size":1048576,"hooks":[],"adaptive":[]}}]}`
}

// rauc does what RAUC 1.8 does with U-Boot's variables.
func (c *computer) rauc(out io.Writer, args []string) error {
	slot := "A"
	if strings.Contains(c.text("/proc/cmdline"), "rauc.slot=B") {
		slot = "B"
	}
	switch args[0] {
	case "info":
		text, err := os.ReadFile(args[len(args)-1])
		if err != nil {
			return err
		}
		if !strings.HasPrefix(string(text), "{") {
			return errors.New("rauc: exit status 1: signature verification failed: Verify error: self-signed certificate")
		}
		_, err = out.Write(append(text, '\n'))
		return err
	case "install":
		text, err := os.ReadFile(args[1])
		if err != nil {
			return err
		}
		c.env[tries(other(slot))] = "0"
		io.WriteString(out, "installing\n  0% Installing\n 20% Determining slot states done.\n 40% Checking bundle done.\n")
		if c.broken > 0 {
			c.broken--
			return errors.New("rauc: exit status 1: LastError: Installation error: failed updating slot rootfs.1: Input/output error")
		}
		var b bundleInfo
		if err := json.Unmarshal(text, &b); err != nil {
			return err
		}
		c.systems[other(slot)] = b.Version
		c.env["BOOT_ORDER"], c.env[tries(other(slot))] = other(slot)+" "+slot, "2"
		io.WriteString(out, " 99% Copying image to rootfs.1 done.\n100% Installing done.\nidle\nInstalling `/x` succeeded\n")
	case "status":
		switch args[1] {
		case "mark-good":
			c.env[tries(slot)] = "2"
		case "mark-bad":
			c.env[tries(other(slot))] = "0"
			c.env["BOOT_ORDER"] = slot
		}
	}
	return nil
}

// plug puts a stick in.
func (c *computer) plug(name, kind, label string) (folder string) {
	folder = c.t.TempDir()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sticks[name] = folder
	c.say["lsblk"] = fmt.Sprintf(`{"blockdevices": [
 {"name":"sda","type":"disk","fstype":null,"label":null,"tran":"usb","hotplug":true,"mountpoints":[null],
  "children":[{"name":%q,"type":"part","fstype":%q,"label":%q,"tran":null,"hotplug":true,"mountpoints":[null]}]},
 {"name":"mmcblk0","type":"disk","fstype":null,"label":null,"tran":null,"hotplug":false,"mountpoints":[null],
  "children":[{"name":"mmcblk0p1","type":"part","fstype":"vfat","label":"LINTAIBOOT","tran":null,"hotplug":false,"mountpoints":["/boot/firmware"]}]}]}`, name, kind, label)
	return folder
}

// until waits for the service to come to a state; it fails with the test's deadline.
func until(t *testing.T, s *Service, is func() bool) {
	t.Helper()
	for !is() {
		if t.Context().Err() != nil {
			t.Fatal("never")
		}
		select {
		case <-t.Context().Done():
		case <-time.After(time.Millisecond):
		}
	}
}
