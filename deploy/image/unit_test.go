package image

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// systemd itself reads the units, as they will lie in the image, with programs that are
// only there to be found.
func TestUnitsAreSound(t *testing.T) {
	root := t.TempDir()
	var units []string
	for _, folder := range []string{"usr/lib/systemd/system", "etc/systemd/system"} {
		files, err := os.ReadDir(filepath.Join("rootfs", folder))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			name := filepath.Join(folder, f.Name())
			text := read(t, filepath.Join("rootfs", name))
			if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			units = append(units, f.Name())
			for _, m := range regexp.MustCompile(`(?m)^Exec\w+=[-+!@:]*(\S+)`).FindAllStringSubmatch(text, -1) {
				program := filepath.Join(root, m[1])
				if strings.HasPrefix(m[1], "/usr/lib/lintai/") && !strings.HasSuffix(m[1], "/kioskctl") {
					info, err := os.Stat(filepath.Join("rootfs", m[1]))
					if err != nil || info.Mode()&0o111 == 0 {
						t.Errorf("%s starts %s, which the image has not as a program", f.Name(), m[1])
					}
				}
				if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	// What ours stand on, of this machine's systemd.
	for _, name := range []string{"basic", "sysinit", "local-fs", "local-fs-pre", "multi-user", "shutdown", "timers", "time-set", "sockets", "paths", "slices", "swap", "umount", "cryptsetup", "integritysetup", "veritysetup"} {
		text, err := os.ReadFile("/lib/systemd/system/" + name + ".target")
		if err != nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(root, "usr/lib/systemd/system", name+".target"), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, unit := range units {
		out, err := exec.Command("systemd-analyze", "verify", "--root="+root, "--man=no", "--generators=no", "--recursive-errors=no", unit).CombinedOutput()
		if err != nil || strings.Contains(string(out), unit+":") {
			t.Errorf("%s: %v\n%s", unit, err, out)
		}
	}
}

// The window runs as a user who may do nothing, and what is fed by nobody ends.
func TestTheWindowMayDoLittle(t *testing.T) {
	unit := read(t, "rootfs/usr/lib/systemd/system/lintai-kiosk.service")
	for _, want := range []string{"User=kiosk", "CapabilityBoundingSet=", "NoNewPrivileges=yes", "ProtectSystem=strict", "ReadWritePaths=/data/kiosk", "RestrictSUIDSGID=yes", "RestrictNamespaces=yes",
		"SystemCallFilter=@system-service", "Type=notify", "NotifyAccess=all", "Restart=always", "RestartSec=1", "OnFailure=lintai-rescue.service", "LimitCORE=0"} {
		if !strings.Contains(unit, "\n"+want+"\n") {
			t.Errorf("lintai-kiosk.service does not say %s", want)
		}
	}
	if !regexp.MustCompile(`(?m)^WatchdogSec=\d+$`).MatchString(unit) {
		t.Error("nobody looks whether the window lives")
	}
	if !strings.Contains(read(t, "rootfs/etc/systemd/system.conf.d/10-lintai.conf"), "\nRuntimeWatchdogSec=") {
		t.Error("nobody feeds the hardware's watchdog")
	}
}

// nft reads the rules; it asks the kernel for nothing when it only checks.
func TestTheDoorIsClosed(t *testing.T) {
	out, err := exec.Command("nft", "-c", "-f", "rootfs/etc/nftables.conf").CombinedOutput()
	if err != nil {
		t.Errorf("nft: %v: %s", err, out)
	}
	rules := read(t, "rootfs/etc/nftables.conf")
	for _, hook := range []string{"input", "forward", "output"} {
		if !strings.Contains(rules, "hook "+hook+" priority filter; policy drop;") {
			t.Errorf("what no rule names is let through: %s", hook)
		}
	}
	_, input, _ := strings.Cut(rules, "chain input {")
	input, _, _ = strings.Cut(input, "}\n\tchain")
	if strings.Contains(input, "tcp dport") || strings.Contains(input, "udp dport 22") {
		t.Error("a port is open to the network")
	}
	// The appliance service fills these by name.
	for _, want := range []string{"table inet lintai {", "set central {\n\t\ttype ipv4_addr . inet_service\n", "set central6 {\n\t\ttype ipv6_addr . inet_service\n"} {
		if !strings.Contains(rules, want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestScriptsAreClean(t *testing.T) {
	var bash, sh []string
	for _, pattern := range []string{"../setup", "build", "bundle", "keys", "stage/*", "initrd/init", "rootfs/usr/lib/lintai/*"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v, %v", pattern, names, err)
		}
		for _, name := range names {
			if strings.HasPrefix(read(t, name), "#!/usr/bin/env bash\n") {
				bash = append(bash, name)
			} else {
				sh = append(sh, name)
			}
		}
	}
	for shell, names := range map[string][]string{"bash": bash, "dash": sh} {
		if out, err := exec.Command("shellcheck", append([]string{"-x", "-s", shell}, names...)...).CombinedOutput(); err != nil {
			t.Errorf("shellcheck: %v\n%s", err, out)
		}
	}
}
