package sensor

import (
	"errors"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
)

func TestDefaultRules(t *testing.T) {
	rules, err := ParseRules("")
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]Rule{}
	silent := map[Kind]bool{}
	for _, r := range rules {
		of[r.ID] = r
		silent[r.Kind] = silent[r.Kind] || r.Of == Silence
		s, ok := catalog.Default().Service(r.Service)
		if !ok || r.Kind.Personal() && !s.Private {
			t.Errorf("%s: service %q is not there, or shows a person's health to all", r.ID, r.Service)
			continue
		}
		for _, answer := range r.Answers {
			step, option, _ := strings.Cut(answer, "=")
			found := false
			for _, st := range s.Steps {
				if _, ok := st.Option(option); ok && st.ID == step {
					found = true
				}
			}
			if !found {
				t.Errorf("%s: %s has no answer %q", r.ID, r.Service, answer)
			}
		}
	}
	for _, k := range Kinds {
		if !silent[k] {
			t.Errorf("a %s may be silent for ever", k)
		}
	}
	if r := of["bin_full"]; r.From != 80 || r.Department != docket.Sanitation || r.Pause != 30*time.Minute {
		t.Errorf("%+v", r)
	}
	if got := of["bin_full"].Say(Device{Name: "东侧垃圾桶", Place: "3号楼"}, 82.04); !strings.Contains(got, "3号楼 东侧垃圾桶 已装满 82%（上限 80%）") {
		t.Error(got)
	}
}

func TestRulesThatAreRefused(t *testing.T) {
	rule := "[[rule]]\nid = \"a\"\nkind = \"bin\"\nof = \"fill\"\nfrom = 80\nuntil = 60\nservice = \"repair\"\nurgency = \"soon\"\nwords = \"x\"\n"
	if _, err := ParseRules(rule); err != nil {
		t.Fatal(err)
	}
	change := func(old, new string) string {
		if !strings.Contains(rule, old) {
			t.Fatalf("%q is not in the rule", old)
		}
		return strings.Replace(rule, old, new, 1)
	}
	for _, text := range []string{rule + rule, change("bin", "tank"), change("fill", "db"), change("80", "nan"), change("80", "inf"), change("soon", "quick"), change(`"x"`, `""`),
		rule + "for = \"1\"\n", rule + "for = \"-1h\"\n", rule + "pause = \"9999h\"\n", rule + "forr = \"1h\"\n", rule + "department = \"army\"\n", rule + "answers = [\"what\"]\n",
		change("fill", "silence") + "for = \"1h\"\n", change("fill", "silence")[:20], strings.Replace(change("fill", "silence"), "80", "2", 1), "[[rule", strings.Repeat("#", MaxDocument+1)} {
		if _, err := ParseRules(text); !errors.Is(err, ErrRules) {
			t.Errorf("%.200q is taken: %v", text, err)
		}
	}
}

func TestEveryWordIsThere(t *testing.T) {
	for _, k := range Kinds {
		if !phrase.Has(phrase.ID("sensor_kind." + string(k))) {
			t.Error(k)
		}
		for _, q := range append(k.Measures(), Battery, Silence) {
			if !phrase.Has(phrase.ID("sensor_quantity."+string(q))) || q != Out && !phrase.Has(phrase.ID("sensor_unit."+string(q))) {
				t.Error(q)
			}
		}
	}
	for _, w := range Whys {
		if !phrase.Has(phrase.ID("sensor_why." + string(w))) {
			t.Error(w)
		}
	}
}

func TestDevices(t *testing.T) {
	well := Device{ID: "bin-3", Kind: Bin, Name: "东侧垃圾桶", Place: "3号楼"}
	if err := well.Check(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*Device){func(d *Device) { d.ID = "Bin" }, func(d *Device) { d.ID = "a/b" }, func(d *Device) { d.ID = "#" }, func(d *Device) { d.ID = strings.Repeat("a", 24) },
		func(d *Device) { d.Kind = "tank" }, func(d *Device) { d.Name = "" }, func(d *Device) { d.Name = "a\nb" }, func(d *Device) { d.Place = " x" }, func(d *Device) { d.Spaces = -1 }} {
		d := well
		change(&d)
		if d.Check() == nil {
			t.Errorf("%+v", d)
		}
	}
	if text := Key("device_secret").String(); strings.Contains(text, "secret") {
		t.Error(text)
	}
}
