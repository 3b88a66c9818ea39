package habits

import (
	"strings"
	"testing"
)

func TestEveryPackageTellsItsStory(t *testing.T) {
	told := map[string]bool{}
	for _, f := range goFiles(t) {
		if f.isTest {
			continue
		}
		doc := ""
		if f.syntax.Doc != nil {
			doc = f.syntax.Doc.Text()
		}
		want := "Package " + f.syntax.Name.Name + " "
		if f.syntax.Name.Name == "main" {
			want = "Command "
		}
		told[f.folder] = told[f.folder] || strings.HasPrefix(doc, want)
	}
	for folder, ok := range told {
		if !ok {
			t.Errorf("%s: no file has a package comment that begins with “Package name …” or “Command name …”", folder)
		}
	}
}

func TestFileLength(t *testing.T) {
	const most = 500 // lines: beyond it a file holds more than one idea
	for _, f := range goFiles(t) {
		if lines := f.fset.File(f.syntax.Pos()).LineCount(); lines > most {
			t.Errorf("%s has %d lines, more than %d: split it by idea", f.name, lines, most)
		}
	}
}

func TestNamesSayWhatAThingIs(t *testing.T) {
	empty := map[string]bool{"util": true, "utils": true, "common": true, "helper": true, "helpers": true,
		"manager": true, "base": true, "misc": true, "shared": true}
	for _, name := range files(t) {
		parts := strings.Split(name, "/")
		last := len(parts) - 1
		parts[last], _, _ = strings.Cut(parts[last], ".")
		parts[last] = strings.TrimSuffix(parts[last], "_test")
		for _, p := range parts {
			if empty[p] {
				t.Errorf("%s: “%s” says nothing of what is inside", name, p)
			}
		}
	}
}
