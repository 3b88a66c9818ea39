package page

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lintai/kiosk/fault"
	"lintai/kiosk/roster"
	"lintai/kiosk/settings"
)

var update = flag.Bool("update", false, "write the page's generated parts anew")

const file = "../README.md"

func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// part compares what stands between two marks with what should, or writes it.
func part(t *testing.T, name, want string) {
	t.Helper()
	before, rest, ok := strings.Cut(page(t), "<!-- "+name+" -->")
	got, after, closed := strings.Cut(rest, "<!-- /"+name+" -->")
	if !ok || !closed {
		t.Fatalf("%s has no part %q", file, name)
	}
	if got == want {
		return
	}
	if !*update {
		t.Errorf("%s: the part %q is not what the programs say; go test ./deploy/image/page -update", file, name)
		return
	}
	text := before + "<!-- " + name + " -->" + want + "<!-- /" + name + " -->" + after
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestFaultTableIsThePublishedList(t *testing.T) {
	var b strings.Builder
	b.WriteString("\n| 代码 | | 出了什么事 | 怎么办 |\n|---|---|---|---|\n")
	for _, e := range fault.List {
		word := map[fault.Severity]string{fault.Notice: "知", fault.Degraded: "缺", fault.Fatal: "停"}[e.Severity]
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", e.Code, word, e.Meaning, e.Cure)
	}
	part(t, "faults", b.String())
}

func TestColumnsAreThoseThatAreRead(t *testing.T) {
	part(t, "columns", roster.Columns())
}

// A picture that the page shows is described, in its order, and what lies in the folder
// is shown. The pictures come from the emulator; each is there.
func TestPicturesAreDescribed(t *testing.T) {
	text := page(t)
	named := regexp.MustCompile(`pictures/[0-9]{2}-[a-z]+\.png`)
	shown, list, ok := strings.Cut(text, "## 截图")
	if !ok {
		t.Fatal("no list of pictures")
	}
	described, _, _ := strings.Cut(list, "\n---\n")
	want := named.FindAllString(described, -1)
	if len(want) < 10 || !slices.IsSorted(want) {
		t.Errorf("%v", want)
	}
	if got := named.FindAllString(shown, -1); !slices.Equal(got, want) {
		t.Errorf("shown %v\ndescribed %v", got, want)
	}
	there, err := filepath.Glob("../pictures/*")
	if err != nil {
		t.Fatal(err)
	}
	if len(there) != len(want) {
		t.Errorf("%d pictures are described, %d are there", len(want), len(there))
	}
	for _, name := range there {
		if !slices.Contains(want, "pictures/"+filepath.Base(name)) {
			t.Errorf("%s is shown nowhere", name)
		}
	}
}

// Each example of a key that the page gives can be set.
func TestExamplesOfThePageHold(t *testing.T) {
	seen := 0
	for _, m := range regexp.MustCompile("`\\[([a-z]+)\\] ([a-z_]+) = (\"[^`\"]*\")`").FindAllStringSubmatch(page(t), -1) {
		seen++
		value := strings.ReplaceAll(m[3], "…", "x")
		text, err := settings.Fill(settings.Template, map[string]string{"terminal.number": "1", "terminal.place": `"甲"`, m[1] + "." + m[2]: value})
		if err != nil {
			t.Errorf("%s: %v", m[0], err)
			continue
		}
		if _, err := settings.Parse(text); err != nil {
			t.Errorf("%s: %v", m[0], err)
		}
	}
	if seen < 8 {
		t.Errorf("%d examples: this test looks in the wrong place", seen)
	}
}

func TestTemplateIsTheOneOfTheProgram(t *testing.T) {
	text, err := os.ReadFile("../kiosk.toml")
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != string(settings.Template) {
		t.Error("the card gets another template than kioskctl has")
	}
}
