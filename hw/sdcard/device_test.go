package sdcard

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A block device of this kernel, as a card in a reader is one: past its memory, in whole
// blocks, and by one program only.
func TestBlockDevice(t *testing.T) {
	back := filepath.Join(t.TempDir(), "back")
	if err := os.WriteFile(back, bytes.Repeat([]byte{0xff}, 64*mib), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command("losetup", "-f", "--show", back).CombinedOutput()
	if err != nil {
		t.Logf("this machine gives no block device (%v: %s): the other tests write to files and to memory", err, said)
		return
	}
	path := strings.TrimSpace(string(said))
	t.Cleanup(func() { run(t, "losetup", "-d", path) })

	m := Machine{Root: "/"}
	d, err := m.Find(path)
	if err != nil || d.Size != 64*mib || d.Path != path {
		t.Fatalf("%+v %v", d, err)
	}
	if err := m.Check(d, ""); err == nil || !strings.Contains(err.Error(), "--yes-this-disk "+d.Name) {
		t.Errorf("%v", err)
	}
	if err := m.Check(d, d.Name); err != nil {
		t.Fatal(err)
	}
	to, err := OpenDevice(path)
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	if second, err := OpenDevice(path); err == nil || !strings.Contains(err.Error(), "正在被别的程序使用") {
		t.Errorf("two may write at once: %v %v", second, err)
	}
	config := []byte("[terminal]\r\nnumber = 12\r\n")
	plain := makeImage(t)
	result, err := Write(t.Context(), to, open(t, plain), config, silent)
	if err != nil {
		t.Fatal(err)
	}
	if result.Skipped != 0 {
		t.Errorf("%d bytes of a full card were left as they were", result.Skipped)
	}
	if Eject(to) {
		t.Error("a loop is ejected")
	}
	image, _ := os.ReadFile(plain)
	got, err := os.ReadFile(back)
	if err != nil || !bytes.Equal(without(got)[:len(image)], without(image)) {
		t.Errorf("what is behind the device differs from the image (%v)", err)
	}
	read, err := OpenToRead(path)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	if card, ok := Look(t.Context(), read); !ok || !bytes.Equal(card.Config, config) {
		t.Errorf("%v %q", ok, card.Config)
	}
	if _, err := read.WriteAt(make([]byte, headSize), 0); err == nil {
		t.Error("who only looks can write")
	}
	// Again, onto what is a card by now: most of it is there already.
	if result, err := Write(t.Context(), to, open(t, plain), nil, silent); err != nil || result.Skipped == 0 {
		t.Errorf("%+v %v", result, err)
	}
}
