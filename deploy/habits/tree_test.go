package habits

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTopLevelIsThePlans(t *testing.T) {
	plan := []string{"kiosk", "hw", "ui", "offline", "sync", "cmd", "deploy", "go.mod", "go.sum",
		"README.md", "ARCHITECTURE.md", "LICENSE", "NOTICE"}
	for _, name := range files(t) {
		top, _, _ := strings.Cut(name, "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(plan, top) {
			t.Errorf("%s: the plan has no %s at the top", name, top)
		}
	}
	for _, name := range []string{"README.md", "ARCHITECTURE.md", "LICENSE", "NOTICE"} {
		if read(t, name) == "" {
			t.Errorf("%s is empty", name)
		}
	}
}

func TestNothingLargeIsTracked(t *testing.T) {
	const most = 3 << 20 // bytes
	for _, name := range files(t) {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > most {
			t.Errorf("%s has %d bytes, more than %d", name, info.Size(), most)
		}
	}
}

// A path or a host of the machine where something was written works nowhere
// else. The patterns are broken up so that they do not find themselves.
func TestNothingPointsAtOneMachine(t *testing.T) {
	pattern := regexp.MustCompile(`(^|[^a-zA-Z0-9])/(w[o]rk|f[a]rm|r[o]ot|h[o]me/[a-z]+)/|https?://[a-z.-]*(pr[o]xy|reg[i]stry|m[i]rror|d[e]b)\.[a-z.-]+`)
	for _, name := range files(t) {
		content := read(t, name)
		if strings.Contains(content[:min(len(content), 8000)], "\x00") {
			continue // a font, a picture
		}
		for n, line := range strings.Split(content, "\n") {
			if m := pattern.FindString(line); m != "" {
				t.Errorf("%s:%d: %q is a place on one machine or a registry", name, n+1, m)
			}
		}
	}
}

func TestScriptsParseAndRun(t *testing.T) {
	found := 0
	for _, name := range files(t) {
		first, _, _ := strings.Cut(read(t, name), "\n")
		if !strings.HasPrefix(first, "#!") || !strings.Contains(first, "bash") {
			continue
		}
		found++
		if out, err := exec.Command("bash", "-n", filepath.Join(root, name)).CombinedOutput(); err != nil {
			t.Errorf("%s: bash -n: %v\n%s", name, err, out)
		}
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode()&0o111 == 0 {
			t.Errorf("%s is a script without its run bit", name)
		}
		if !strings.Contains(read(t, name), "\nset -") {
			t.Errorf("%s goes on after errors: it has no “set -”", name)
		}
	}
	if found < 4 {
		t.Errorf("only %d scripts found: setup, test, demo and .ci/run are four", found)
	}
}
