package fleet

import (
	"bytes"
	"errors"
	"os"
	"testing"
)

// small.raucb was made by rauc 1.8 of a file of 12 kB, with a key that is nowhere.
func small(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/small.raucb")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestManifestOfARealBundle(t *testing.T) {
	b := small(t)
	m, err := ReadManifest(bytes.NewReader(b), int64(len(b)))
	if want := (Manifest{Compatible: "lintai-rpi4", Version: "2026.11.22-1"}); err != nil || m != want {
		t.Fatalf("%+v %v", m, err)
	}
}

func TestWhatIsNoBundle(t *testing.T) {
	whole := small(t)
	for name, change := range map[string]func(b []byte) []byte{
		"nothing":               func([]byte) []byte { return nil },
		"cut":                   func(b []byte) []byte { return b[:len(b)-100] },
		"without its beginning": func(b []byte) []byte { return b[100:] },
		"another file":          func(b []byte) []byte { return bytes.Repeat([]byte("a"), len(b)) },
		"another version": func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte("version=2026.11.22-1"), []byte("version=2026.11.22_1"))
		},
		"no version":      func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("version=2026"), []byte("Version=2026")) },
		"no machine":      func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("compatible="), []byte("Compatible=")) },
		"another section": func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("[update]"), []byte("[Update]")) },
	} {
		b := change(bytes.Clone(whole))
		if m, err := ReadManifest(bytes.NewReader(b), int64(len(b))); !errors.Is(err, ErrBundle) {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

func FuzzReadManifest(f *testing.F) {
	f.Add(small(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ReadManifest(bytes.NewReader(b), int64(len(b)))
		if err == nil && (m.Compatible == "" || m.Version == "") {
			t.Fatalf("%+v", m)
		}
	})
}
