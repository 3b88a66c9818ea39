package image

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A bundle by a release key that the root signed is taken; one by another root's is not, nor
// one whose signature was touched, nor a system that calls itself otherwise.
func TestOnlyBundlesOfOurRootAreTaken(t *testing.T) {
	dir := t.TempDir()
	files := filepath.Join(dir, "files", "etc")
	if err := os.MkdirAll(files, 0o755); err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(i * i >> 7)
	}
	for name, content := range map[string][]byte{"lintai-version": []byte("2026.11.22-9\n"), "noise": noise} {
		if err := os.WriteFile(filepath.Join(files, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	system, out := filepath.Join(dir, "system.ext4"), filepath.Join(dir, "update.raucb")
	do := func(cache, name string, args ...string) (string, error) {
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), "LINTAI_IMAGE_CACHE="+filepath.Join(dir, cache))
		text, err := cmd.CombinedOutput()
		return string(text), err
	}
	must := func(cache, name string, args ...string) {
		t.Helper()
		if text, err := do(cache, name, args...); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, text)
		}
	}
	must("ours", "/sbin/mke2fs", "-q", "-t", "ext4", "-d", filepath.Dir(files), system, "4M")
	must("ours", "./keys", "test")
	must("theirs", "./keys", "test")
	if text, err := do("ours", "./bundle", "--version", "2026.11.22-8", "--out", out, "--system", system); err == nil || !strings.Contains(text, "2026.11.22-9") {
		t.Errorf("a system was given another version: %v %s", err, text)
	}
	must("ours", "./bundle", "--version", "2026.11.22-9", "--out", out, "--system", system)

	info := func(cache, bundle string) error {
		conf := filepath.Join(dir, "system.conf")
		text := "[system]\ncompatible=lintai-rpi-arm64\nbootloader=noop\nstatusfile=" + filepath.Join(dir, "status") + "\n[keyring]\npath=" + filepath.Join(dir, cache, "keys", "root.pem") + "\ncheck-purpose=codesign\n"
		if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := do(cache, "rauc", "--conf="+conf, "info", bundle)
		return err
	}
	if err := info("ours", out); err != nil {
		t.Errorf("our own bundle is refused: %v", err)
	}
	if info("theirs", out) == nil {
		t.Error("a bundle of another root is taken")
	}
	content, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range []int{1, 9, 400, len(content) / 2} {
		if err := os.WriteFile(out, content[:len(content)-cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if info("ours", out) == nil {
			t.Errorf("a bundle without its last %d bytes is taken", cut)
		}
	}
	touched := append([]byte(nil), content...)
	touched[len(touched)-60] ^= 1 // in the signature
	if err := os.WriteFile(out, touched, 0o600); err != nil {
		t.Fatal(err)
	}
	if info("ours", out) == nil {
		t.Error("a bundle whose signature was touched is taken")
	}
	// A root is made once.
	if text, err := do("ours", "./keys", "release", filepath.Join(dir, "ours", "keys"), filepath.Join(dir, "ours", "keys")); err == nil {
		t.Errorf("a release key was overwritten: %s", text)
	}
}
