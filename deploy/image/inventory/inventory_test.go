package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func lock(t *testing.T, name string) []Package {
	t.Helper()
	list, err := readList(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Each package that is asked for is locked to one version.
func TestWhatIsAskedForIsLocked(t *testing.T) {
	locked := map[string]bool{}
	for _, p := range lock(t, "packages.lock") {
		locked[p.Name] = true
	}
	text, err := os.ReadFile("../packages")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" || strings.HasPrefix(f[0], "#") {
			continue
		}
		asked++
		if !locked[f[0]] {
			t.Errorf("%s is in packages and not in packages.lock: deploy/image/build --renew-lock", f[0])
		}
	}
	if asked < 30 || len(locked) < asked {
		t.Errorf("%d packages asked for, %d locked", asked, len(locked))
	}
	if len(lock(t, "sysroot.lock")) < 50 {
		t.Error("sysroot.lock holds too little to link a window")
	}
}

func TestLockIsReadStrictly(t *testing.T) {
	sum := strings.Repeat("0a", 32)
	for text, want := range map[string]string{
		"cage 1 arm64 " + sum + "\n":                        "",
		"# words\ncage 1:2~3-4+deb12u1 arm64 " + sum + "\n": "",
		"cage 1 arm64\n":                                    "line 1: 3 words",
		"cage 1 amd64 " + sum + "\n":                        "is for amd64",
		"cage 1 arm64 " + sum[2:] + "\n":                    "no SHA-256",
		"cage 1 arm64 " + strings.ToUpper(sum) + "\n":       "no SHA-256",
		"b 1 all " + sum + "\na 1 all " + sum + "\n":        "a does not come after b",
		"a 1 all " + sum + "\na 2 all " + sum + "\n":        "a does not come after a",
		"a 1 all " + sum + "\n\n":                           "0 words",
	} {
		_, err := ParseList(strings.NewReader(text))
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && !strings.Contains(got, want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzParseList(f *testing.F) {
	f.Add([]byte("cage 1 arm64 " + strings.Repeat("0a", 32) + "\n"))
	f.Add([]byte("# x\n\xff \x00\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := ParseList(bytes.NewReader(text))
		if err != nil {
			return
		}
		var again strings.Builder
		for _, p := range list {
			fmt.Fprintln(&again, p.Name, p.Version, p.Architecture, p.SHA256)
		}
		second, err := ParseList(strings.NewReader(again.String()))
		if err != nil || len(second) != len(list) {
			t.Fatalf("written anew: %v", err)
		}
	})
}

// The document names each thing once, and each relationship joins two that are there.
func TestTheBillOfMaterialsHoldsTogether(t *testing.T) {
	one := Module{Path: "example.org/a", Version: "v1.2.3"}
	m := Manifest{Version: "2026.11.22-1", Packages: lock(t, "packages.lock"), Programs: []Program{
		{Name: "kiosk", SHA256: "00", Modules: []Module{one, {Path: "example.org/b/c", Version: "v0.1.0+incompatible"}}},
		{Name: "kioskctl", SHA256: "01", Modules: []Module{one}},
	}}
	d := m.spdx()
	ids := map[string]bool{d.ID: true}
	for _, p := range d.Packages {
		if ids[p.ID] || notInID.MatchString(p.ID) {
			t.Errorf("id %q is there twice, or is none", p.ID)
		}
		ids[p.ID] = true
		if p.Name == "" || p.Version == "" {
			t.Errorf("%+v has no name or version", p)
		}
	}
	if want := 1 + len(m.Packages) + 2 + 2; len(d.Packages) != want {
		t.Errorf("%d packages, want %d", len(d.Packages), want)
	}
	for _, r := range d.Relationships {
		if !ids[r.From] || !ids[r.To] {
			t.Errorf("%s %s %s joins what is not there", r.From, r.Type, r.To)
		}
	}
	if _, err := json.Marshal(d); err != nil {
		t.Error(err)
	}
}
