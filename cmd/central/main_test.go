package main

import (
	"bytes"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"lintai/kiosk/settings"
	"lintai/sync/wire"
)

func call(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out, log bytes.Buffer
	err := run(t.Context(), args, &out, &log)
	return out.String(), err
}

func TestKioskAddPrintsTheSectionOfATerminal(t *testing.T) {
	data := t.TempDir()
	out, err := call(t, "kiosk", "add", "--data", data, "--number", "12", "--name", "大厅", "--address", "https://central.example.cn")
	if err != nil {
		t.Fatal(err)
	}
	var s section
	if err := toml.Unmarshal([]byte(out), &s); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	code, err := wire.ParseCode(s.Central.Code)
	if s.Central.Address != "https://central.example.cn" || err != nil {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := call(t, "kiosk", "add", "--data", data, "--number", "12", "--name", "大厅"); err == nil {
		t.Error("the same terminal was added twice")
	}
	// The terminal takes the section as it was printed.
	read, err := settings.Parse([]byte("[terminal]\nnumber = 12\nplace = \"大厅\"\ndata = \"/var/lib/lintai\"\n" + out))
	if err != nil || read.Central.Address != s.Central.Address || read.Central.Code != code.String() {
		t.Errorf("the terminal reads %v, %v", read, err)
	}
	again, err := call(t, "kiosk", "add", "--data", data, "--number", "12", "--renew")
	if err != nil || strings.Contains(again, code.String()) || !strings.Contains(again, "https://127.0.0.1:8421") {
		t.Errorf("renewed: %v in %s", err, again)
	}
	// The code is nowhere on central's disk.
	err = filepath.WalkDir(data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(code)) || bytes.Contains(text, []byte(code.String())) {
			t.Errorf("%s holds the code", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if list, err := call(t, "kiosk", "list", "--data", data); err != nil || !strings.Contains(list, "12  大厅  waits for its code, never heard of") {
		t.Errorf("list: %q, %v", list, err)
	}
	if out, err := call(t, "kiosk", "revoke", "--data", data, "--number", "12"); err != nil || !strings.Contains(out, "revoked") {
		t.Errorf("revoke: %q, %v", out, err)
	}
	if _, err := call(t, "kiosk", "revoke", "--data", data, "--number", "13"); err == nil {
		t.Error("a terminal that is not there was revoked")
	}
	key, err := call(t, "key", "--data", data)
	if err != nil || !strings.Contains(key, "http://127.0.0.1:8420/invitation#") {
		t.Errorf("key: %q, %v", key, err)
	}
}

// A mistyped folder makes another central, with keys of its own: a terminal of it
// would seal to a key that nobody serves.
func TestKioskAddSaysThatItMadeAFolder(t *testing.T) {
	data := filepath.Join(t.TempDir(), "mistyped")
	var out, log bytes.Buffer
	add := []string{"kiosk", "add", "--data", data, "--number", "12"}
	if err := run(t.Context(), append(add, "--renew"), &out, &log); err == nil {
		t.Error("renewed a code of a central that was just made")
	}
	if _, err := os.Stat(data); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("--renew made a data folder: %v", err)
	}
	if err := run(t.Context(), append(add, "--name", "大厅"), &out, &log); err != nil || !strings.Contains(log.String(), data) {
		t.Errorf("%v; it says %q", err, log.String())
	}
	log.Reset()
	if err := run(t.Context(), append(add, "--renew"), &out, &log); err != nil || log.Len() > 0 {
		t.Errorf("in a folder that exists: %v; it says %q", err, log.String())
	}
}

func TestCommandLinesThatSayNothing(t *testing.T) {
	for _, args := range [][]string{
		nil, {"nonsense"}, {"kiosk"}, {"kiosk", "remove"}, {"kiosk", "revoke"}, {"kiosk", "list"}, {"serve"}, {"key"}, {"kiosk", "add"},
		{"serve", "--nonsense"}, {"serve", "--data", "x", "more"}, {"serve", "--data", "x", "--tls-cert", "x"},
	} {
		if _, err := call(t, args...); !errors.Is(err, errUsage) {
			t.Errorf("%q: %v", args, err)
		}
	}
	if out, err := call(t, "version"); err != nil || !strings.HasPrefix(out, "central ") {
		t.Errorf("version: %q, %v", out, err)
	}
}

// Each says what is wrong, and nothing is made or changed.
func TestServeThatCannotBegin(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("no folder"), 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := t.TempDir()
	if err := os.WriteFile(filepath.Join(damaged, "central.db"), []byte("no database, but perhaps all that is left of one"), 0o600); err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(t.TempDir(), "fresh")
	for _, c := range []struct {
		name string
		args []string
		says []string
	}{
		{"busy port", []string{"--data", fresh, "--listen", busy.Addr().String()}, []string{busy.Addr().String(), "in use"}},
		{"busy port for terminals", []string{"--data", fresh, "--listen", "127.0.0.1:0", "--kiosk-listen", busy.Addr().String()}, []string{busy.Addr().String(), "in use"}},
		{"no address", []string{"--data", fresh, "--listen", "nowhere"}, []string{"nowhere"}},
		{"no HTTPS for terminals", []string{"--data", fresh, "--kiosk-address", "http://central.example.cn"}, []string{"https://"}},
		{"a file for a folder", []string{"--data", file, "--listen", "127.0.0.1:0", "--kiosk-listen", "127.0.0.1:0"}, []string{file}},
		{"damaged database", []string{"--data", damaged, "--listen", "127.0.0.1:0", "--kiosk-listen", "127.0.0.1:0"}, []string{filepath.Join(damaged, "central.db"), "no SQLite database"}},
		{"no such catalogue", []string{"--data", fresh, "--catalog", fresh + ".json"}, []string{fresh + ".json"}},
		{"no catalogue", []string{"--data", fresh, "--catalog", file}, []string{file}},
		{"no URL", []string{"--data", fresh, "--public-address", "central"}, []string{`"central"`}},
		{"no certificate", []string{"--data", fresh, "--tls-cert", file, "--tls-key", file}, []string{"certificate"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := call(t, append([]string{"serve"}, c.args...)...)
			if err == nil || errors.Is(err, errUsage) {
				t.Fatalf("error %v", err)
			}
			for _, s := range c.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("%q does not say %q", err, s)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q has more than one line", err)
			}
		})
	}
	if _, err := os.Stat(fresh); !errors.Is(err, os.ErrNotExist) {
		t.Error("a data folder was made")
	}
	if b, err := os.ReadFile(filepath.Join(damaged, "central.db")); err != nil || !strings.HasPrefix(string(b), "no database") {
		t.Errorf("the damaged database was touched: %q, %v", b, err)
	}
}
