package pack

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"lintai/kiosk/phrase"
)

var script = []Line{
	{"confirm.prompt", "请看一看。", "qing3 kan4 yi5 kan4 ."},
	{"home.prompt", "请按大方块。", "qing3 an4 da4 fang1 kuai4 ."},
	{"repair.what", "什么坏了？", "shen2 me5 huai4 le5 ?"},
}

// files makes a folder of clips, each with its own path as content, and a manifest.
func files(m *Manifest, clips ...string) fstest.MapFS {
	folder := fstest.MapFS{}
	for _, name := range clips {
		folder[name] = &fstest.MapFile{Data: []byte(name)}
	}
	if m != nil {
		folder["zh-CN/"+ManifestName] = &fstest.MapFile{Data: m.Encode()}
	}
	return folder
}

func open(t *testing.T, folder fstest.MapFS) *Pack {
	t.Helper()
	p, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// built is a pack as the synthesiser makes it.
func built() (*Manifest, []string) {
	var m Manifest
	var clips []string
	for _, r := range Rates {
		for _, line := range script {
			m.Set(r, line.Key, NewEntry(line.Text, line.Spelling))
			name, _ := File(phrase.Chinese, r, line.Key, "ogg")
			clips = append(clips, name)
		}
	}
	return &m, clips
}

func TestShelfGivesThePreferredClip(t *testing.T) {
	m, clips := built()
	machine := open(t, files(m, clips...))
	dialect := open(t, files(nil, "zh-CN/normal/home.prompt.wav", "zh-CN/slow/repair.what.ogg", "zh-CN/normal/escape.wav", "secret.wav"))
	for _, tt := range []struct {
		key, text string
		slow      bool
		want      []string
	}{
		{"home.prompt", "请按大方块。", false, []string{"zh-CN/normal/home.prompt.wav", "zh-CN/normal/home.prompt.ogg"}},
		// A person's only recording serves for slow too.
		{"home.prompt", "请按大方块。", true, []string{"zh-CN/normal/home.prompt.wav", "zh-CN/slow/home.prompt.ogg"}},
		{"repair.what", "什么坏了？", true, []string{"zh-CN/slow/repair.what.ogg", "zh-CN/slow/repair.what.ogg"}},
		{"repair.what", "什么坏了？", false, []string{"zh-CN/normal/repair.what.ogg"}},
		// The words on the screen changed: the built clip is not played, the recording
		// without an entry is trusted.
		{"confirm.prompt", "请核对。", false, nil},
		{"home.prompt", "请按。", false, []string{"zh-CN/normal/home.prompt.wav"}},
		{"no.such", "没有。", false, nil},
		{"../../secret", "没有。", false, nil},
		{"", "没有。", false, nil},
	} {
		var got []string
		for file := range (Shelf{dialect, machine}).Clips(phrase.Chinese, tt.key, tt.text, tt.slow) {
			got = append(got, string(file))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%+v: %q", tt, got)
		}
	}
	for range (Shelf{dialect, machine}).Clips(phrase.English, "home.prompt", "请按大方块。", false) {
		t.Error("English has a Chinese clip")
	}
	for file := range (Shelf{dialect, machine}).Clips(phrase.Chinese, "home.prompt", "请按大方块。", true) {
		if string(file) != "zh-CN/normal/home.prompt.wav" {
			t.Errorf("%s", file)
		}
		break
	}
}

func TestSignedRecordingGoesStale(t *testing.T) {
	folder := files(nil, "zh-CN/normal/home.prompt.ogg")
	m, signed := open(t, folder).Sign(phrase.Chinese, script, nil)
	if !slices.Equal(signed, []string{"home.prompt"}) {
		t.Fatalf("signed %q", signed)
	}
	folder["zh-CN/"+ManifestName] = &fstest.MapFile{Data: m.Encode()}
	p := open(t, folder)
	if !p.Recordings(phrase.Chinese) {
		t.Error("a signed recording counts as made by a program")
	}
	heard := func(p *Pack, text string) int {
		n := 0
		for range (Shelf{p}).Clips(phrase.Chinese, "home.prompt", text, true) {
			n++
		}
		return n
	}
	if heard(p, "请按大方块。") != 1 || heard(p, "请按新的方块。") != 0 {
		t.Error("a signed recording is played for other words, or not for its own")
	}
	changed := []Line{{"home.prompt", "请按新的方块。", ""}}
	if _, signed := p.Sign(phrase.Chinese, changed, nil); len(signed) != 0 {
		t.Errorf("%q is signed again by itself", signed)
	}
	m, signed = p.Sign(phrase.Chinese, changed, []string{"home.prompt"})
	if len(signed) != 1 {
		t.Fatal("recorded anew, but not signed")
	}
	folder["zh-CN/"+ManifestName] = &fstest.MapFile{Data: m.Encode()}
	if heard(open(t, folder), "请按新的方块。") != 1 {
		t.Error("the new recording is not played")
	}
}

func TestCheck(t *testing.T) {
	playable := func(file []byte) error {
		if strings.HasSuffix(string(file), "broken") {
			return errors.New("broken")
		}
		return nil
	}
	check := func(shelf ...*Pack) []Finding {
		found, err := Shelf(shelf).Check(phrase.Chinese, script, playable)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	m, clips := built()
	if found := check(open(t, files(m, clips...))); len(found) != 0 {
		t.Errorf("a fresh pack has %v", found)
	}

	m, clips = built()
	m.Set(Normal, "confirm.prompt", NewEntry("旧的话。", "jiu4 de5 hua4 ."))
	m.Set(Slow, "confirm.prompt", NewEntry("请看一看。", "qing3 kan4 yi1 kan4 ."))
	folder := files(m, clips...)
	folder["zh-CN/normal/home.prompt.ogg"].Data = []byte("broken")
	delete(folder, "zh-CN/slow/repair.what.ogg")
	folder["zh-CN/slow/old.prompt.wav"] = &fstest.MapFile{Data: []byte("x")}
	want := []Finding{
		{Missing, -1, phrase.Chinese, Normal, "confirm.prompt"},
		{Stale, 0, phrase.Chinese, Normal, "confirm.prompt"},
		{Missing, -1, phrase.Chinese, Normal, "home.prompt"},
		{Damaged, 0, phrase.Chinese, Normal, "home.prompt"},
		{Misread, 0, phrase.Chinese, Slow, "confirm.prompt"},
		{Unused, 0, phrase.Chinese, Slow, "old.prompt"},
		{Missing, -1, phrase.Chinese, Slow, "repair.what"},
	}
	if found := check(open(t, folder)); !slices.Equal(found, want) {
		t.Errorf("found %v", found)
	}

	// A recording covers what the pack behind it lacks; nobody has signed it.
	voices := open(t, files(nil, "zh-CN/normal/confirm.prompt.wav"))
	found := check(voices, open(t, folder))
	if slices.Contains(found, want[0]) || !slices.Contains(found, Finding{Unsigned, 0, phrase.Chinese, Normal, "confirm.prompt"}) {
		t.Errorf("found %v", found)
	}
	for _, f := range found {
		if f.Problem.Warning() != (f.Problem == Unsigned || f.Problem == Unused) {
			t.Errorf("%v", f)
		}
	}
	if _, err := (Shelf{}).Check(phrase.Chinese, []Line{{Key: "../x"}}, playable); err == nil {
		t.Error("a key that leaves the folder is checked")
	}
}

func TestMadeClipsAreTakenAgainOnlyForTheSameWords(t *testing.T) {
	m, clips := built()
	p := open(t, files(m, clips...))
	if p.Recordings(phrase.Chinese) {
		t.Error("a built pack has recordings")
	}
	if file, extension, ok := p.Made(phrase.Chinese, Slow, script[0]); !ok || extension != "ogg" || string(file) != "zh-CN/slow/confirm.prompt.ogg" {
		t.Errorf("%s %s %v", file, extension, ok)
	}
	for _, line := range []Line{{"confirm.prompt", "请看。", script[0].Spelling}, {"confirm.prompt", script[0].Text, "qing3"}, {"no.such", "", ""}} {
		if _, _, ok := p.Made(phrase.Chinese, Slow, line); ok {
			t.Errorf("%v is taken for what was built", line)
		}
	}
}

func TestManifestThatCannotBeReadGivesNoPack(t *testing.T) {
	for name, text := range map[string]string{"no JSON": "{", "another version": `{"version": 2}`, "empty": ""} {
		folder := files(nil, "zh-CN/normal/home.prompt.ogg")
		folder["zh-CN/"+ManifestName] = &fstest.MapFile{Data: []byte(text)}
		if p, err := Open(folder); err == nil || p != nil {
			t.Errorf("%s: opened", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	m, _ := built()
	f.Add(m.Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Decode(b)
		if err != nil {
			return
		}
		if again, err := Decode(m.Encode()); err != nil || string(again.Encode()) != string(m.Encode()) {
			t.Errorf("%v", err)
		}
	})
}
