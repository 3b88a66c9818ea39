package habits

import (
	"slices"
	"strings"
	"testing"
)

// arrow says what the packages under a folder may import of this module, tests
// included. The first row that matches a package is the one that counts.
type arrow struct {
	folder string
	may    []string
}

// arrows is the table of ARCHITECTURE.md, outside first. A folder stands for
// itself and all below it.
var arrows = []arrow{
	{"cmd", []string{"kiosk", "hw", "ui", "offline", "sync"}},
	{"hw", []string{"hw", "kiosk"}},
	{"ui", []string{"ui", "kiosk"}},
	{"offline", []string{"offline", "kiosk"}},
	{"sync/agent", []string{"sync/agent", "sync/wire", "offline", "kiosk"}},
	{"sync/central", []string{"sync/central", "sync/wire", "kiosk"}},
	{"sync/wire", []string{"sync/wire", "kiosk"}},
	{"kiosk", []string{"kiosk"}},
	// The proofs run the real parts, from the inside.
	{"deploy/prove", []string{"deploy/prove", "offline", "sync", "kiosk"}},
	// The walk reads what terminal and central leave behind; it must not reach
	// into them.
	// The race drains a real queue with the real agent.
	{"deploy/rival", []string{"deploy/rival", "kiosk", "offline", "sync"}},
	{"deploy", []string{"deploy", "kiosk"}},
}

func within(pkg, folder string) bool {
	return pkg == folder || strings.HasPrefix(pkg, folder+"/")
}

func TestImportsPointInwards(t *testing.T) {
	for _, f := range goFiles(t) {
		i := slices.IndexFunc(arrows, func(a arrow) bool { return within(f.folder, a.folder) })
		if i < 0 {
			t.Errorf("%s: no row of the table is for %s", f.name, f.folder)
			continue
		}
		for _, imported := range f.imports {
			pkg, ours := strings.CutPrefix(imported, module+"/")
			if !ours || pkg == f.folder {
				continue
			}
			if !slices.ContainsFunc(arrows[i].may, func(folder string) bool { return within(pkg, folder) }) {
				t.Errorf("%s imports %s; %s may import only %s", f.name, pkg, arrows[i].folder, strings.Join(arrows[i].may, ", "))
			}
		}
	}
}

// Two libraries need C, and are confined so that all other packages build and
// test without it.
func TestLibrariesInCHaveOnePlaceEach(t *testing.T) {
	places := map[string]string{
		"fyne.io/fyne/v2/app":          "cmd/kiosk",
		"github.com/ebitengine/oto/v3": "hw/speaker",
	}
	users := map[string][]string{}
	for _, f := range goFiles(t) {
		for _, imported := range f.imports {
			if imported == "C" {
				t.Errorf("%s uses cgo", f.name)
			}
			place, confined := places[imported]
			if !confined {
				continue
			}
			users[imported] = append(users[imported], f.name)
			if f.folder != place {
				t.Errorf("%s imports %s, which belongs in %q only", f.name, imported, place)
			}
		}
	}
	for library, names := range users {
		if len(names) > 1 {
			t.Errorf("%s is imported in %d files, want one: %v", library, len(names), names)
		}
	}
}

// The heart decides and never acts: whoever holds a state and an event can
// compute what happens next, today and in ten years.
func TestHeartHasNoInputOutput(t *testing.T) {
	forbidden := []string{"net", "net/http", "os/exec", "os/signal", "database/sql", "syscall", "golang.org/x/sys/unix", "math/rand", "math/rand/v2"}
	// What opens a file or reads the entropy of the machine says so here.
	mayUseOS := []string{"kiosk/settings"}
	for _, f := range goFiles(t) {
		if !within(f.folder, "kiosk") || f.isTest {
			continue
		}
		for _, imported := range f.imports {
			if slices.Contains(forbidden, imported) {
				t.Errorf("%s imports %s: the heart has no input or output", f.name, imported)
			}
			if imported == "os" && !slices.Contains(mayUseOS, f.folder) {
				t.Errorf("%s imports os: the heart has no files", f.name)
			}
		}
	}
}
