package keyring

import (
	"strings"
	"testing"
)

func TestBox(t *testing.T) {
	f := Folder(t.TempDir())
	if err := f.Create(); err != nil {
		t.Fatal(err)
	}
	b, err := f.Box()
	if err != nil {
		t.Fatal(err)
	}
	sealed := b.Seal("one", "JBSWY3DPEHPK3PXP")
	if !Sealed(sealed) || strings.Contains(sealed, "JBSW") || sealed == b.Seal("one", "JBSWY3DPEHPK3PXP") {
		t.Fatal(sealed)
	}
	if _, err := f.Rotate(); err != nil {
		t.Fatal(err)
	}
	again, err := f.Box()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open("one", sealed); err != nil || got != "JBSWY3DPEHPK3PXP" {
		t.Fatal(got, err)
	}
	for _, wrong := range []struct{ owner, text string }{{"two", sealed}, {"one", sealed[:len(sealed)-4] + "AAAA"}, {"one", "plain"}, {"one", boxed}} {
		if got, err := again.Open(wrong.owner, wrong.text); err == nil {
			t.Errorf("%+v: %q", wrong, got)
		}
	}
}
