package pack

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
)

func archive(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	b, err := Archive(files)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// small is a pack of two clips with its manifest.
func small() map[string][]byte {
	var m Manifest
	m.Set(Normal, "home.prompt", NewEntry("您要办什么？", ""))
	return map[string][]byte{
		"zh-CN/manifest.json":          m.Encode(),
		"zh-CN/normal/home.prompt.ogg": []byte("OggS"),
		"zh-CN/slow/home.prompt.wav":   []byte("RIFF"),
	}
}

func TestUnpackGivesEveryFileOnce(t *testing.T) {
	got := map[string][]byte{}
	err := Unpack(archive(t, small()), func(name string, content []byte) error {
		got[name] = bytes.Clone(content)
		return nil
	})
	if err != nil || !maps.EqualFunc(got, small(), bytes.Equal) {
		t.Errorf("%v, %d files", err, len(got))
	}
	stop := errors.New("the disk is full")
	if err := Unpack(archive(t, small()), func(string, []byte) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// An archive as tar makes it of a folder has folders in it and dots before the names.
func TestUnpackTakesAnArchiveOfAFolder(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, head := range []tar.Header{
		{Typeflag: tar.TypeDir, Name: "./"}, {Typeflag: tar.TypeDir, Name: "./zh-CN/"}, {Typeflag: tar.TypeDir, Name: "./zh-CN/normal/"},
		{Typeflag: tar.TypeReg, Name: "./zh-CN/normal/home.prompt.ogg", Size: 4},
	} {
		if err := w.WriteHeader(&head); err != nil {
			t.Fatal(err)
		}
		if head.Size > 0 {
			fmt.Fprint(w, "OggS")
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var names []string
	if err := Unpack(b.Bytes(), func(name string, _ []byte) error { names = append(names, name); return nil }); err != nil || len(names) != 1 || names[0] != "zh-CN/normal/home.prompt.ogg" {
		t.Errorf("%q, %v", names, err)
	}
}

func TestUnpackRefuses(t *testing.T) {
	with := func(name, content string) []byte {
		files := small()
		files[name] = []byte(content)
		return archive(t, files)
	}
	raw := func(heads ...tar.Header) []byte {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, head := range heads {
			if err := w.WriteHeader(&head); err != nil {
				t.Fatal(err)
			}
			fmt.Fprint(w, strings.Repeat("x", int(head.Size)))
		}
		w.Close()
		return b.Bytes()
	}
	clip := tar.Header{Typeflag: tar.TypeReg, Name: "zh-CN/normal/home.prompt.ogg", Size: 4}
	link := tar.Header{Typeflag: tar.TypeSymlink, Name: "zh-CN/normal/home.prompt.ogg", Linkname: "/etc/passwd"}
	hard := tar.Header{Typeflag: tar.TypeLink, Name: "zh-CN/normal/home.prompt.ogg", Linkname: "zh-CN/manifest.json"}
	whole := archive(t, small())
	for what, b := range map[string][]byte{
		"no archive":                []byte("<html>欢迎使用无线网络</html>"),
		"nothing":                   nil,
		"a manifest alone":          archive(t, map[string][]byte{"zh-CN/manifest.json": (&Manifest{}).Encode()}),
		"a place outside":           with("../../etc/cron.d/x", "x"),
		"a place outside, hidden":   with("zh-CN/normal/../../../x.ogg", "x"),
		"the root":                  with("/zh-CN/normal/home.title.ogg", "x"),
		"a backslash":               with(`zh-CN\normal\home.title.ogg`, "x"),
		"another language":          with("xx/normal/home.title.ogg", "x"),
		"another rate":              with("zh-CN/fast/home.title.ogg", "x"),
		"a program":                 with("zh-CN/normal/home.title.sh", "x"),
		"a capital":                 with("zh-CN/normal/Home.ogg", "x"),
		"a manifest that is none":   with("en/manifest.json", "{"),
		"a manifest of tomorrow":    with("en/manifest.json", `{"version": 2}`),
		"a clip that is too large":  with("zh-CN/normal/home.title.ogg", strings.Repeat("x", largest+1)),
		"a symbolic link":           raw(clip, link),
		"a hard link":               raw(hard),
		"a device":                  raw(tar.Header{Typeflag: tar.TypeChar, Name: "zh-CN/normal/home.prompt.ogg"}),
		"the same file twice":       raw(clip, clip),
		"an archive that broke off": whole[:700],
	} {
		called := false
		if err := Unpack(b, func(string, []byte) error { called = true; return nil }); err == nil || called {
			t.Errorf("%s: %v, files were handed out: %v", what, err, called)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	whole := archive(f, small())
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		total := 0
		err := Unpack(b, func(name string, content []byte) error {
			if _, ok := allowed(name); !ok || strings.Contains(name, "..") || strings.HasPrefix(name, "/") {
				t.Errorf("a file %q", name)
			}
			total += len(content)
			return nil
		})
		if total > MaxUnpacked || err != nil && total > 0 {
			t.Errorf("%d bytes, %v", total, err)
		}
	})
}
