package habits

import (
	"regexp"
	"strings"
	"testing"
)

// directs finds the modules that go.mod requires for our own imports.
func directs(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(read(t, "go.mod"), -1) {
		out = append(out, m[1])
	}
	if len(out) == 0 {
		t.Fatal("go.mod: no direct dependency found")
	}
	return out
}

// A dependency is a promise to keep up with somebody else's work for years.
func TestEveryDependencyHasAReason(t *testing.T) {
	architecture := read(t, "ARCHITECTURE.md")
	for _, name := range directs(t) {
		if !strings.Contains(architecture, "`"+name+"`") {
			t.Errorf("ARCHITECTURE.md does not say why %s is needed", name)
		}
	}
}

func TestEveryDependencyIsUsed(t *testing.T) {
	imported := map[string]bool{}
	for _, f := range goFiles(t) {
		for _, i := range f.imports {
			imported[i] = true
		}
	}
	for _, name := range directs(t) {
		used := false
		for i := range imported {
			used = used || within(i, name)
		}
		if !used {
			t.Errorf("go.mod requires %s, and no file imports it", name)
		}
	}
}

func TestEveryDebianPackageHasAReason(t *testing.T) {
	var list string
	for i, part := range strings.Split(read(t, "deploy/setup"), "packages=$(cat <<'LIST'\n") {
		if i > 0 {
			one, _, _ := strings.Cut(part, "LIST\n")
			list += one
		}
	}
	rows := strings.Split(strings.TrimSpace(list), "\n")
	if len(rows) < 5 {
		t.Fatalf("deploy/setup: %d packages found", len(rows))
	}
	for _, row := range rows {
		if name, why, _ := strings.Cut(row, " "); len(strings.TrimSpace(why)) < 15 {
			t.Errorf("deploy/setup does not say why %s is needed", name)
		}
	}
}

// The commands that the README shows are there.
func TestReadmeShowsWhatIsThere(t *testing.T) {
	readme := read(t, "README.md")
	all := files(t)
	seen := 0
	for _, m := range regexp.MustCompile("(?m)(?:^|`|\\s)(deploy/[a-z]+)\\b").FindAllStringSubmatch(readme, -1) {
		seen++
		there := false
		for _, name := range all {
			there = there || name == m[1] || strings.HasPrefix(name, m[1]+"/")
		}
		if !there {
			t.Errorf("README.md shows %s, which is not there", m[1])
		}
	}
	if seen == 0 {
		t.Error("README.md shows no command of deploy/")
	}
}
