package image

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// words are the lines of a file that are no comment, each cut into its words.
func words(t *testing.T, name string) [][]string {
	var lines [][]string
	for line := range strings.Lines(read(t, name)) {
		if f := strings.Fields(line); len(f) > 0 && !strings.HasPrefix(f[0], "#") {
			lines = append(lines, f)
		}
	}
	return lines
}

func layout(t *testing.T) map[string]int {
	sizes := map[string]int{}
	for _, line := range words(t, "layout") {
		name, value, _ := strings.Cut(line[0], "=")
		if n, err := strconv.Atoi(value); err == nil {
			sizes[name] = n
		} else if name != "card_id" {
			t.Fatalf("layout: %v", line)
		}
	}
	return sizes
}

// The card is no larger than the smallest that is sold as 4 GB, and nothing lies on the state.
func TestTheCardsPartsFit(t *testing.T) {
	l := layout(t)
	for _, name := range []string{"first", "boot", "system", "data"} {
		if l[name] <= 0 {
			t.Errorf("%s: %d MiB", name, l[name])
		}
	}
	if total := l["first"] + l["boot"] + 2*l["system"] + l["data"]; total > 3600 {
		t.Errorf("%d MiB are more than a card of 4 GB has", total)
	}
	// FAT32 has at least 65525 clusters, of 512 bytes at the least.
	if l["boot"] < 33 {
		t.Errorf("a FAT32 of %d MiB", l["boot"])
	}
	state := words(t, "rootfs/etc/fw_env.config")
	if len(state) != 1 || len(state[0]) != 3 || state[0][0] != "/dev/lintai/card" {
		t.Fatalf("fw_env.config: %v; a second line would make it redundant, which boot.cmd does not read", state)
	}
	at, err1 := strconv.ParseInt(state[0][1], 0, 64)
	size, err2 := strconv.ParseInt(state[0][2], 0, 64)
	if err1 != nil || err2 != nil || at < 512 || at+size > int64(l["first"])<<20 {
		t.Errorf("the state at %d, %d bytes, is not between the table and the first partition", at, size)
	}
	// One sector, so that a cut leaves the old state or the new.
	if size != 512 || at%512 != 0 {
		t.Errorf("the state is %d bytes at %d: a cut could tear it", size, at)
	}
	script := read(t, "boot.cmd")
	sector := "0x" + strconv.FormatInt(at/512, 16)
	for _, want := range []string{"read ${statead} " + sector + " 0x1;", "write ${statead} " + sector + " 0x1\n", "env import -c ${statead} 0x" + strconv.FormatInt(size, 16) + " ", "env export -c -s 0x" + strconv.FormatInt(size, 16) + " "} {
		if !strings.Contains(script, want) {
			t.Errorf("boot.cmd does not say %q, as fw_env.config does", want)
		}
	}
}

// RAUC and the boot loader call the slots the same, and RAUC takes no bundle that is only
// checked before it is read.
func TestRAUCKnowsTheSlots(t *testing.T) {
	text := read(t, "rootfs/etc/rauc/system.conf")
	for _, want := range []string{"bootloader=uboot\n", "bundle-formats=-plain\n", "device=/dev/lintai/a\ntype=ext4\nbootname=A\n", "device=/dev/lintai/b\ntype=ext4\nbootname=B\n", "statusfile=/data/appliance/rauc.status\n", "check-purpose=codesign\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("system.conf does not say %q", want)
		}
	}
	compatible := regexp.MustCompile(`(?m)^compatible=(\S+)$`)
	if got, want := compatible.FindString(text), compatible.FindString(read(t, "bundle")); got == "" || got != want {
		t.Errorf("the card is %q, bundles are for %q", got, want)
	}
	attempts := regexp.MustCompile(`(?m)^boot-attempts=(\d+)$`).FindStringSubmatch(text)
	if attempts == nil {
		t.Fatal("system.conf gives a committed slot no number of tries")
	}
	n, err := strconv.Atoi(attempts[1])
	if err != nil || n < 10 || !strings.Contains(read(t, "boot.cmd"), "BOOT_A_LEFT "+strconv.FormatInt(int64(n), 16)+"\n") {
		t.Errorf("%d tries in system.conf, others in boot.cmd", n)
	}
}

// The image must not hold what a person could come in by.
func TestNobodyComesIn(t *testing.T) {
	for _, line := range words(t, "packages") {
		if regexp.MustCompile(`^(openssh|dropbear|telnet|xterm|foot|weston|sudo|polkit|avahi|cups|udisks|exim|postfix|rsh|ftp)`).MatchString(line[0]) {
			t.Errorf("%s is in the image", line[0])
		}
		if len(line) < 3 {
			t.Errorf("%s: nobody says why", line[0])
		}
	}
	tree := read(t, "stage/tree")
	for _, unit := range []string{"getty.target", "getty@.service", "autovt@.service", "serial-getty@.service", "console-getty.service", "debug-shell.service", "systemd-logind.service", "ctrl-alt-del.target"} {
		if !strings.Contains(tree, unit) {
			t.Errorf("%s is not masked", unit)
		}
	}
	for _, line := range words(t, "rootfs/etc/fstab") {
		for _, must := range []string{"nosuid", "nodev", "noexec"} {
			if line[2] != "none" && !strings.Contains(","+line[3]+",", ","+must+",") {
				t.Errorf("%s is mounted without %s", line[1], must)
			}
		}
	}
	for name, want := range map[string]string{"kernel.sysrq": "0", "fs.suid_dumpable": "0", "kernel.panic": "10", "kernel.kexec_load_disabled": "1"} {
		if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` = ` + want + `$`).MatchString(read(t, "rootfs/etc/sysctl.d/50-lintai.conf")) {
			t.Errorf("%s is not %s", name, want)
		}
	}
}

// A reader on SPI is named in the firmware's file by the overlay that the card brings.
func TestTheOverlayForSPIIsOnTheCard(t *testing.T) {
	if !strings.Contains(read(t, "config.txt"), "\n#dtoverlay=lintai-spi\n") || !strings.Contains(read(t, "stage/card"), "/overlays/lintai-spi.dtbo") {
		t.Error("config.txt and stage/card do not name the same overlay")
	}
	compiled, err := exec.CommandContext(t.Context(), "dtc", "-q", "-I", "dts", "-O", "dtb", "spi.dts").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"target-path", "/soc/spi@7e204000", "/soc/gpio@7e200000", "__local_fixups__"} {
		if !strings.Contains(string(compiled), want) {
			t.Errorf("the overlay has no %s", want)
		}
	}
}
