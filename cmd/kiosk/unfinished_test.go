package main

import (
	"log/slog"
	"os"
	"testing"
)

func TestUnfinishedSlipIsRememberedByTheNextLife(t *testing.T) {
	folder := t.TempDir()
	first := newUnfinishedSlip(folder, slog.New(slog.DiscardHandler))
	if left := first.read(); left != 0 {
		t.Fatalf("a new terminal has %d left", left)
	}
	first.write(37)
	if left := newUnfinishedSlip(folder, first.log).read(); left != 37 {
		t.Errorf("after a death %d", left)
	}
	if err := os.WriteFile(first.path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if left := first.read(); left != 1 {
		t.Errorf("of a file that was cut short %d", left)
	}
	first.write(0)
	first.write(0)
	if left := first.read(); left != 0 {
		t.Errorf("after a whole slip %d", left)
	}
}
