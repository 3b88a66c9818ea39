package sdcard

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What the build leaves to be handed on is what kioskctl card write takes: whole and as
// it was, and refused when a byte of it is another.
func TestAPackedCardIsTakenAndChecked(t *testing.T) {
	const mib = 1 << 20
	card := make([]byte, 12*mib)
	binary.LittleEndian.PutUint32(card[440:], Label)
	for i := range 4 { // parts of 2 MiB from 4 MiB on
		e := card[446+16*i:]
		e[4] = 0x0c
		binary.LittleEndian.PutUint32(e[8:], uint32(4+2*i)*mib/512)
		binary.LittleEndian.PutUint32(e[12:], 2*mib/512)
	}
	card[510], card[511] = 0x55, 0xaa
	copy(card[5*mib:], "the end of it")
	name := filepath.Join(t.TempDir(), "card.img")
	if err := os.WriteFile(name, card, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // again over what is there
		if out, err := exec.CommandContext(t.Context(), "../../deploy/image/stage/pack", name).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	taken := func(name string) ([]byte, error) {
		i, err := OpenImage(t.Context(), name)
		if err != nil {
			return nil, err
		}
		defer i.Close()
		return io.ReadAll(i)
	}
	for _, file := range []string{name, name + ".zst"} {
		if _, err := os.Stat(file + ".sha256"); err != nil {
			t.Error(err)
		}
		if got, err := taken(file); err != nil || string(got) != string(card) {
			t.Errorf("%s: %d bytes, %v", filepath.Base(file), len(got), err)
		}
	}
	card[5*mib]++
	if err := os.WriteFile(name, card, 0o600); err != nil {
		t.Fatal(err)
	}
	var p *Problem
	if _, err := taken(name); !errors.As(err, &p) {
		t.Errorf("another card beside its sum: %v", err)
	}
	if left, err := filepath.Glob(name + "*.new"); err != nil || len(left) > 0 {
		t.Errorf("%v %v", left, err)
	}
}
