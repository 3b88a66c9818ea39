package archive

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"strings"
	"testing"
	"time"
)

var held = map[string]string{"backup.json": "{}", "central.db": strings.Repeat("a docket ", 20_000), "keys/0001.seal": "secret"}

func write(t testing.TB, passphrase string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, passphrase, 2, time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"backup.json", "central.db", "keys/0001.seal"} {
		if err := w.Add(name, int64(len(held[name])), strings.NewReader(held[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readBack(b []byte, passphrase string) (map[string]string, error) {
	got := map[string]string{}
	err := Read(bytes.NewReader(b), passphrase, func(name string, r io.Reader) error {
		text, err := io.ReadAll(r)
		got[name] = string(text)
		return err
	})
	return got, err
}

func TestArchive(t *testing.T) {
	plain, sealed := write(t, ""), write(t, "correct horse")
	if got, err := readBack(plain, ""); err != nil || !maps.Equal(got, held) {
		t.Errorf("plain: %v", err)
	}
	if got, err := readBack(sealed, "correct horse"); err != nil || !maps.Equal(got, held) {
		t.Errorf("encrypted: %v", err)
	}
	if bytes.Contains(sealed, []byte("secret")) || bytes.Contains(sealed, []byte("0001.seal")) {
		t.Error("the encrypted one can be read")
	}
	for _, wrong := range []string{"", "wrong"} {
		if _, err := readBack(sealed, wrong); !errors.Is(err, ErrPassphrase) {
			t.Errorf("passphrase %q: %v", wrong, err)
		}
	}
}

// An archive counts only as a whole.
func TestDamagedArchives(t *testing.T) {
	for passphrase, whole := range map[string][]byte{"": write(t, ""), "correct horse": write(t, "correct horse")} {
		for cut := 0; cut < len(whole); cut += 1 + len(whole)/40 {
			if _, err := readBack(whole[:cut], passphrase); err == nil {
				t.Errorf("%d of %d bytes are taken", cut, len(whole))
			}
		}
		if _, err := readBack(append(bytes.Clone(whole), 'x'), passphrase); err == nil && passphrase != "" {
			t.Error("one byte more is taken")
		}
		for at := 12; at < len(whole); at += 1 + len(whole)/60 {
			changed := bytes.Clone(whole)
			changed[at] ^= 0x10
			if got, err := readBack(changed, passphrase); err == nil && !maps.Equal(got, held) {
				t.Errorf("byte %d changed, and it is taken", at)
			}
		}
	}
	failed := errors.New("no room")
	if err := Read(bytes.NewReader(write(t, "")), "", func(string, io.Reader) error { return failed }); !errors.Is(err, failed) || errors.Is(err, ErrDamaged) {
		t.Errorf("a full disk is told as %v", err)
	}
	w, err := NewWriter(io.Discard, "", 0, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add("x", 3, strings.NewReader("ab")); err == nil {
		t.Error("a shorter entry is taken")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(write(f, ""))
	f.Fuzz(func(t *testing.T, b []byte) {
		total := int64(0)
		Read(bytes.NewReader(b), "", func(_ string, r io.Reader) error {
			n, err := io.Copy(io.Discard, io.LimitReader(r, 1<<20))
			if total += n; total > 8<<20 {
				return errors.New("enough")
			}
			return err
		})
	})
}
