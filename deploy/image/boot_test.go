package image

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// uboot makes the boot loader's language out of bash's, which boot.cmd uses no more of
// than both have: commands are functions, numbers are hexadecimal where U-Boot's are, and
// the sector of the state is a file. What starts is written out; a system in $broken does not
// load.
const uboot = `
set -u
devtype=virtio devnum=0 kernel_addr_r= ramdisk_addr_r=1 fdt_addr= fdtcontroladdr=1 filesize=1 lintai_args=
BOOT_ORDER= BOOT_A_LEFT= BOOT_B_LEFT= slot= part=
setenv() { local n=$1; shift; printf -v "$n" '%s' "$*"; }
setexpr() { printf -v "$1" '%x' $((0x$2 - 0x$4)); }
test() {
  local a=()
  local x
  for x; do case $x in 0x) a+=(0) ;; 0x*) a+=($((x))) ;; *) a+=("$x") ;; esac; done
  builtin test "${a[@]}"
}
virtio() {
  case $1 in
    dev) return 0 ;;
    read) [ "$3$4" = 0x8000x1 ] || exit 9; [ ! -e "$dir/unreadable" ] ;;
    write) [ "$3$4" = 0x8000x1 ] || exit 9; [ ! -e "$dir/cut" ] || exit 7; mv "$dir/next" "$dir/state" ;;
  esac
}
env() {
  case $1 in
    import) [ -e "$dir/state" ] || return 1; local k v; while IFS== read -r k v; do printf -v "$k" '%s' "$v"; done <"$dir/state" ;;
    export) local n; shift 5; for n; do printf '%s=%s\n' "$n" "${!n}"; done >"$dir/next" ;;
  esac
}
load() { case " $broken " in *" ${2#0:} "*) return 1 ;; esac; }
booti() { echo "BOOT $bootargs"; exit 0; }
reset() { exit 0; }
`

// terminal is a card of which only the boot loader runs.
type terminal struct {
	t      *testing.T
	dir    string
	script string
	broken []string // partitions that do not load
}

func newTerminal(t *testing.T) *terminal {
	script, err := os.ReadFile("boot.cmd")
	if err != nil {
		t.Fatal(err)
	}
	return &terminal{t: t, dir: t.TempDir(), script: string(script)}
}

// start gives the slot that starts: "A", "B", or "" when the loader resets.
func (c *terminal) start() string {
	c.t.Helper()
	cmd := exec.Command("bash", "-c", "dir="+c.dir+"\nbroken='"+strings.Join(c.broken, " ")+"'\n"+uboot+c.script)
	out, err := cmd.CombinedOutput()
	if err != nil {
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 7 {
			c.t.Fatalf("%v: %s", err, out)
		}
		return "cut"
	}
	for line := range strings.Lines(string(out)) {
		args, ok := strings.CutPrefix(line, "BOOT ")
		if !ok {
			continue
		}
		for slot, part := range map[string]string{"A": "2", "B": "3"} {
			if strings.Contains(args, "rauc.slot="+slot+" ") {
				if !strings.Contains(args, "lintai.root="+part+" ") {
					c.t.Fatalf("slot %s with another partition: %s", slot, args)
				}
				return slot
			}
		}
		c.t.Fatalf("no slot in %q", args)
	}
	return ""
}

// set is what fw_setenv does in the system.
func (c *terminal) set(order, a, b string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, "state"), fmt.Appendf(nil, "BOOT_ORDER=%s\nBOOT_A_LEFT=%s\nBOOT_B_LEFT=%s\n", order, a, b), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

func (c *terminal) touch(name string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), nil, 0o600); err != nil {
		c.t.Fatal(err)
	}
}

func (c *terminal) wants(slots ...string) {
	c.t.Helper()
	for i, want := range slots {
		if got := c.start(); got != want {
			c.t.Fatalf("start %d: slot %q, want %q", i+1, got, want)
		}
	}
}

func TestANewCardStartsA(t *testing.T) {
	c := newTerminal(t)
	c.wants("A")
}

// A cleaner pulls the plug at each start, for days: what was committed is kept.
func TestACommittedSystemOutlivesManyCuts(t *testing.T) {
	c := newTerminal(t)
	c.set("B A", "14", "14")
	for range 19 {
		c.wants("B")
	}
	c.set("B A", "14", "14") // mark-good
	c.wants("B")
}

func TestATrialHasTwoTries(t *testing.T) {
	c := newTerminal(t)
	c.set("B A", "14", "2")
	c.wants("B", "B", "A", "A", "A")
}

func TestATrialThatDoesNotLoadGoesBack(t *testing.T) {
	c := newTerminal(t)
	c.broken = []string{"3"}
	c.set("B A", "14", "2")
	c.wants("", "", "A", "A")
}

func TestWithoutAnyTryLeftTheFirstBeginsAnew(t *testing.T) {
	for _, order := range []string{"A B", "B A"} {
		c := newTerminal(t)
		c.set(order, "0", "0")
		c.wants(order[:1], order[:1])
	}
}

// Both systems broken at first, then one is back (a card that was loose): it starts in the end.
func TestAnySoundSystemIsFound(t *testing.T) {
	for _, sound := range []string{"2", "3"} {
		c := newTerminal(t)
		c.broken = []string{map[string]string{"2": "3", "3": "2"}[sound]}
		c.set("A B", "3", "3")
		want := map[string]string{"2": "A", "3": "B"}[sound]
		for n := 0; ; n++ {
			if got := c.start(); got == want {
				break
			} else if got != "" {
				t.Fatalf("slot %q does not load and started", got)
			}
			if n > 100 {
				t.Fatalf("system %s never starts", sound)
			}
		}
	}
}

// The write of the state is one sector, so a cut leaves what was there.
func TestACutWhileTheStateIsWritten(t *testing.T) {
	c := newTerminal(t)
	c.set("B A", "14", "2")
	c.touch("cut")
	c.wants("cut", "cut", "cut")
	if err := os.Remove(filepath.Join(c.dir, "cut")); err != nil {
		t.Fatal(err)
	}
	c.wants("B", "B", "A")
}

func TestNonsenseInTheStateStartsSomething(t *testing.T) {
	for _, state := range [][3]string{{"", "", ""}, {"C", "14", "14"}, {"A B", "", ""}, {"B", "14", "0"}, {"B A", "14", ""}, {"x y z", "0", "1"}} {
		c := newTerminal(t)
		c.set(state[0], state[1], state[2])
		if got := c.start(); got != "A" && got != "B" {
			t.Errorf("%q: slot %q", state, got)
		}
	}
	c := newTerminal(t)
	c.touch("unreadable")
	c.wants("A")
}
