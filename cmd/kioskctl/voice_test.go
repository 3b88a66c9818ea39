package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lintai/hw/speaker/sound"
	"lintai/kiosk/catalog"
	"lintai/kiosk/pack"
	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
	"lintai/ui/voice"
)

// TestFreshPackHasEveryPrompt builds the packs of both languages with the real
// espeak-ng, finds a clip for each sentence, and then plants what can go wrong. First
// it hides oggenc, for the half of the time that Vorbis would take.
func TestFreshPackHasEveryPrompt(t *testing.T) {
	dir, programs := t.TempDir(), t.TempDir()
	espeak, err := exec.LookPath(sound.Synthesiser)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(espeak, filepath.Join(programs, sound.Synthesiser)); err != nil {
		t.Fatal(err)
	}
	all := os.Getenv("PATH")
	t.Setenv("PATH", programs)
	if out, log, code := ctl(t, "voice", "build", "--out", dir); code != 0 {
		t.Fatalf("build: %d %s %s", code, out, log)
	}
	if out, log, code := ctl(t, "voice", "check", dir); code != 0 || strings.Count(out, "\n") != 1 {
		t.Fatalf("check of a fresh pack: %d %s %s", code, out, log)
	}
	p, err := pack.Open(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range pack.Locales {
		for _, line := range visit.Script(catalog.Default(), l) {
			length := map[bool]float64{}
			for _, slow := range []bool{false, true} {
				for file := range (pack.Shelf{p}).Clips(l, line.Key, line.Text, slow) {
					s, err := sound.Decode(t.Context(), file)
					if err != nil {
						t.Errorf("%s %s: %v", l, line.Key, err)
					}
					length[slow] = s.Length().Seconds()
				}
			}
			if length[false] < 0.4 || length[true] < 1.05*length[false] {
				t.Errorf("%s %s: %.1f s, slowly %.1f s", l, line.Key, length[false], length[true])
			}
		}
	}

	plant := func(name string, change func(path string) error) {
		t.Helper()
		if err := change(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	plant("zh-CN/normal/home.prompt.wav", os.Remove)
	plant("en/slow/confirm.prompt.wav", func(path string) error { return os.WriteFile(path, []byte("no sound"), 0o600) })
	plant("zh-CN/manifest.json", func(path string) error {
		document, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var m pack.Manifest
		if err := json.Unmarshal(document, &m); err != nil {
			return err
		}
		m.Set(pack.Slow, "repair.what", pack.NewEntry("以前的话。", "yi3 qian2 de5 hua4 ."))
		return os.WriteFile(path, m.Encode(), 0o600)
	})
	out, _, code := ctl(t, "voice", "check", dir)
	for _, want := range []string{"missing   zh-CN/normal/home.prompt", "stale     zh-CN/slow/repair.what", "missing   zh-CN/slow/repair.what", "damaged   en/slow/confirm.prompt"} {
		if !strings.Contains(out, want) {
			t.Errorf("check does not say %q", want)
		}
	}
	if code != 3 || strings.Count(out, "\n") != 6 {
		t.Errorf("check: %d\n%s", code, out)
	}
	if out, _, code := ctl(t, "voice", "check", "--locale", "en", dir); code != 3 || strings.Contains(out, "zh-CN") {
		t.Errorf("check of English: %d\n%s", code, out)
	}

	// Building again makes what is missing or stale, and no more.
	t.Setenv("PATH", all)
	if out, log, code := ctl(t, "voice", "build", "--out", dir, "--locale", "zh-CN"); code != 0 || !strings.Contains(out, "新做 2 段") {
		t.Errorf("build again: %d %s %s", code, out, log)
	}
	if _, err := os.Stat(filepath.Join(dir, "zh-CN/slow/repair.what.ogg")); err != nil {
		t.Error("oggenc is there, but not used: ", err)
	}
	if out, _, code := ctl(t, "voice", "check", "--locale", "zh-CN", dir); code != 0 {
		t.Errorf("after building again: %d\n%s", code, out)
	}
}

func TestRecordingsAreCheckedAndSigned(t *testing.T) {
	dir := t.TempDir()
	clip, extension, err := sound.Encode(t.Context(), sound.Sound{Rate: 22050, Samples: make([]int16, 22050)})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "zh-CN", "normal")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"home.prompt", "no_such.prompt"} {
		if err := os.WriteFile(filepath.Join(folder, key+"."+extension), clip, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, _, code := ctl(t, "voice", "check", "--locale", "zh-CN", dir)
	if code != 3 || !strings.Contains(out, "unsigned  zh-CN/normal/home.prompt") || !strings.Contains(out, "unused    zh-CN/normal/no_such.prompt") || strings.Contains(out, "missing   zh-CN/normal/home.prompt ") {
		t.Errorf("check: %d\n%s", code, out)
	}
	if _, log, code := ctl(t, "voice", "build", "--locale", "zh-CN", "--out", dir); code != 1 || !strings.Contains(log, "recordings") {
		t.Errorf("a build over recordings: %d %s", code, log)
	}
	if out, log, code := ctl(t, "voice", "sign", "--locale", "zh-CN", dir); code != 0 || !strings.HasPrefix(out, "home.prompt\n") {
		t.Errorf("sign: %d %s %s", code, out, log)
	}
	if out, _, _ := ctl(t, "voice", "check", "--locale", "zh-CN", dir); strings.Contains(out, "unsigned") {
		t.Errorf("after signing:\n%s", out)
	}
	if _, log, code := ctl(t, "voice", "sign", "--locale", "zh-CN", dir, "repair.what"); code != 1 || !strings.Contains(log, "repair.what") {
		t.Errorf("a recording that is not there is signed: %d %s", code, log)
	}
	if _, err := os.Stat(filepath.Join(folder, "home.prompt."+extension)); err != nil {
		t.Error(err)
	}
}

func TestVoiceScriptListsWhatIsToBeSpoken(t *testing.T) {
	out, _, code := ctl(t, "voice", "script", "--locale", "zh-CN")
	line := "zh-CN\thome.prompt\t" + phrase.Text("home.prompt") + "\t" + voice.Pinyin(phrase.Text("home.prompt"))
	if code != 0 || !slices.Contains(strings.Split(out, "\n"), line) {
		t.Errorf("%d\n%s", code, out)
	}
	document, err := json.Marshal(catalog.Default())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "catalog.json")
	old := catalog.Default().Services[0].Steps[0].Prompt
	if err := os.WriteFile(file, []byte(strings.Replace(string(document), old, "本社区自己的话。", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, log, code := ctl(t, "voice", "script", "--locale", "zh-CN", "--catalog", file); code != 0 || !strings.Contains(out, "本社区自己的话") {
		t.Errorf("a community's catalogue: %d %s", code, log)
	}
	for _, args := range [][]string{{"script", "x"}, {"script", "--locale", "fr"}, {"build"}, {"build", "--out", "a", "b"}, {"check"}, {"sign", "a"}, {"sign", "--locale", "en"}, {"check", "--no"}} {
		if _, log, code := ctl(t, append([]string{"voice"}, args...)...); code != 2 || !strings.Contains(log, "usage") {
			t.Errorf("%v: %d %s", args, code, log)
		}
	}
	for _, args := range [][]string{{"check", "/no/such/folder"}, {"script", "--catalog", "/no/such/file"}, {"script", "--catalog", "voice_test.go"}} {
		if _, log, code := ctl(t, append([]string{"voice"}, args...)...); code != 1 || log == "" {
			t.Errorf("%v: %d %s", args, code, log)
		}
	}
}
