package power_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lintai/deploy/prove/power"
)

// useFolders makes a folder with a file in it, and has the file on the disk first.
func useFolders(t task) {
	made := filepath.Join(t.folder, "made")
	must(os.Mkdir(made, 0o700))
	must(writeSynced(filepath.Join(made, "file"), []byte("a")))
	say(line{Actor: "folders", N: 1, Done: true})
	folder, err := os.Open(t.folder)
	must(err)
	must(folder.Sync())
	say(line{Actor: "folders", N: 2, Done: true})
}

// A file is only there with the folder that it lies in.
func TestDisksOfACutFolder(t *testing.T) {
	r := record(t, task{role: "folders", folder: t.TempDir(), key: newKey(t)})
	var said []power.Event
	for _, e := range r.Events {
		if e.Kind == power.Say {
			said = append(said, e)
		}
	}
	random := rand.New(rand.NewPCG(1, 1))
	made := func(at int) map[string]bool {
		seen := map[string]bool{}
		for range 300 {
			for _, m := range power.Manners() {
				image := r.Cut(at).Image(m, random)
				seen[fmt.Sprintf("%d %q", len(image), image["made/file"])] = true
			}
		}
		return seen
	}
	if seen := made(said[0].Begin); len(seen) != 2 || !seen[`0 ""`] || !seen[`2 "a"`] {
		t.Errorf("a folder whose own was not synced: %v", seen)
	}
	if seen := made(said[1].Begin); len(seen) != 1 || !seen[`2 "a"`] {
		t.Errorf("and then it was: %v", seen)
	}
}

// useFiles does one of each of the calls that are modelled.
func useFiles(t task) {
	folder, err := os.Open(t.folder)
	must(err)
	f, err := os.Create(filepath.Join(t.folder, "draft"))
	must(err)
	_, err = f.WriteString(strings.Repeat("a", 1000))
	must(err)
	must(f.Sync())
	_, err = f.WriteAt([]byte("bbb"), 10)
	must(err)
	must(f.Truncate(600))
	must(os.Rename(filepath.Join(t.folder, "draft"), filepath.Join(t.folder, "whole")))
	must(folder.Sync())
	say(line{Actor: "files", N: 1, Done: true})
	must(os.Link(filepath.Join(t.folder, "whole"), filepath.Join(t.folder, "also")))
	must(os.Remove(filepath.Join(t.folder, "whole")))
	if t.seed == unmodelledSeed {
		must(os.Symlink("also", filepath.Join(t.folder, "link")))
	}
}

const unmodelledSeed = 99

func TestRecordSeesEachCall(t *testing.T) {
	r := record(t, task{role: "files", folder: t.TempDir(), key: newKey(t)})
	var seen []string
	for _, e := range r.Events {
		if e.End <= e.Begin {
			t.Errorf("%s never returned", e)
		}
		text := e.String()
		_, text, _ = strings.Cut(text, " ")
		if e.Kind == power.Say {
			text = "say"
		}
		seen = append(seen, text)
	}
	want := []string{"create draft", "write draft 0+1000", "sync draft", "write draft 10+3", "truncate draft to 600",
		"rename draft to whole", "sync .", "say", "link also", "remove whole"}
	if !slices.Equal(seen, want) {
		t.Errorf("recorded %q, want %q", seen, want)
	}
	if said := r.Said(r.End); len(said) != 1 {
		t.Errorf("said %q", said)
	}
	if said := r.Said(0); said != nil {
		t.Errorf("said before it began: %q", said)
	}
}

func TestRecordRefusesWhatIsNotModelled(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	key, err := newKey(t).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	_, err = power.Record(power.Program{Path: self, Folder: folder, Env: append(os.Environ(), childRole+"=files", childFolder+"="+folder,
		fmt.Sprintf("%s=%x", childKey, key), fmt.Sprintf("%s=%d", childSeed, unmodelledSeed))})
	if err == nil || !strings.Contains(err.Error(), "not modelled") {
		t.Errorf("a symbolic link: %v", err)
	}
}

// Each disk after a cut is one that POSIX allows, and each of those is made.
func TestDisksOfACut(t *testing.T) {
	r := record(t, task{role: "files", folder: t.TempDir(), key: newKey(t)})
	at := func(kind power.Kind) power.Event {
		return r.Events[slices.IndexFunc(r.Events, func(e power.Event) bool { return e.Kind == kind })]
	}
	a, b := strings.Repeat("a", 1000), strings.Repeat("a", 10)+"bbb"+strings.Repeat("a", 987)
	for _, c := range []struct {
		name string
		at   int
		want []string
	}{
		{"file synced, folder not", at(power.Sync).End, []string{"", "draft " + a}},
		{"written over", at(power.Truncate).Begin - 1, []string{"", "draft " + a, "draft " + b}},
		{"cut shorter", at(power.Rename).Begin - 1, []string{"", "draft " + a, "draft " + b, "draft " + a[:600], "draft " + b[:600]}},
		{"renamed", at(power.Say).Begin, []string{"whole " + a, "whole " + b, "whole " + a[:600], "whole " + b[:600]}},
		{"linked and removed", r.End, []string{"", "whole " + a, "also " + a, "also " + a + " whole " + a,
			"also " + b, "also " + a[:600], "also " + b[:600], "also " + b + " whole " + b, "also " + a[:600] + " whole " + a[:600],
			"also " + b[:600] + " whole " + b[:600], "whole " + b, "whole " + a[:600], "whole " + b[:600]}},
	} {
		random := rand.New(rand.NewPCG(1, 1))
		made := map[string]bool{}
		for range 300 {
			for _, m := range power.Manners() {
				var files []string
				for name, content := range r.Cut(c.at).Image(m, random) {
					files = append(files, name+" "+string(content))
				}
				slices.Sort(files)
				made[strings.Join(files, " ")] = true
			}
		}
		for text := range made {
			if !slices.Contains(c.want, text) {
				t.Errorf("%s: cannot be: %.60q, %d bytes", c.name, text, len(text))
			}
		}
		for _, text := range c.want {
			if !made[text] {
				t.Errorf("%s: is never made: %.60q, %d bytes", c.name, text, len(text))
			}
		}
	}
}
