package central_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lintai/sync/central"
	"lintai/sync/wire"
)

func open(t *testing.T, folder string) (*central.Central, error) {
	t.Helper()
	c, err := central.Open(t.Context(), central.Config{Folder: folder})
	if err == nil {
		t.Cleanup(func() { c.Close() })
	}
	return c, err
}

func reopen(t *testing.T, folder string) *central.Central {
	t.Helper()
	c, err := open(t, folder)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFolderKeepsItsKeys(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "central")
	first := reopen(t, folder)
	if !first.Fresh {
		t.Error("a new folder is not fresh")
	}
	again := reopen(t, folder)
	if again.Fresh || again.PublicKey().String() != first.PublicKey().String() {
		t.Error("opened again, the folder has other keys")
	}
	err := filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// What is missing was lost, and is not made anew over what is left.
func TestFolderThatLostSomethingIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, lost, says string
	}{
		{"database", "central.db", "central.db is missing"},
		{"seal key", "keys/0001.seal", "no keys in"},
		{"all keys", "keys", "no keys in"},
		{"card key", "keys/card.key", "card key is missing"},
		{"root", "keys/root.pem", "root is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			first := reopen(t, folder)
			if _, err := first.AddTerminal(t.Context(), 1, "大厅"); err != nil {
				t.Fatal(err)
			}
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(filepath.Join(folder, c.lost)); err != nil {
				t.Fatal(err)
			}
			if _, err := open(t, folder); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("error %v does not say %q", err, c.says)
			}
			if _, err := os.Stat(filepath.Join(folder, c.lost)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s was made anew", c.lost)
			}
		})
	}
}

func TestDamagedFilesAreNamed(t *testing.T) {
	for name, says := range map[string]string{"central.db": "central.db", "keys/0001.seal": "0001.seal",
		"keys/card.key": "card.key", "keys/root.pem": "root.pem"} {
		folder := t.TempDir()
		reopen(t, folder).Close()
		if err := os.WriteFile(filepath.Join(folder, name), []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := open(t, folder); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestExistingFolderOnly(t *testing.T) {
	for _, folder := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		if c, err := central.Open(t.Context(), central.Config{Folder: folder, Existing: true}); err == nil {
			c.Close()
			t.Error("a folder that was no central's was opened")
		}
		if entries, _ := os.ReadDir(folder); len(entries) > 1 { // the lock
			t.Errorf("it now holds %v", entries)
		}
	}
}

func TestTerminalNumbers(t *testing.T) {
	c := reopen(t, t.TempDir())
	add := func(number int, name string) error {
		_, err := c.AddTerminal(t.Context(), number, name)
		return err
	}
	for _, number := range []int{-1, 0, 10_000} {
		if add(number, "大厅") == nil {
			t.Errorf("terminal %d was added", number)
		}
	}
	if add(1, " ") == nil {
		t.Error("a terminal without a name was added")
	}
	if err := add(1, "大厅"); err != nil {
		t.Error(err)
	}
	if add(1, "大厅") == nil {
		t.Error("the same number was added twice")
	}
	if _, err := c.RenewCode(t.Context(), 2); err == nil {
		t.Error("a terminal that is not there got a new code")
	}
	if c.Revoke(t.Context(), 2) == nil {
		t.Error("a terminal that is not there was revoked")
	}
}

// Asked to stop, central ends the streams and returns; two cannot serve one
// folder.
func TestServeAndStop(t *testing.T) {
	folder := t.TempDir()
	c := reopen(t, folder)
	key, request := newRequest(t)
	admitted, err := c.Admit(t.Context(), 12, request)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	listener, err := central.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := central.Listen(listener.Addr().String()); err == nil || !strings.Contains(err.Error(), "in use") || !strings.Contains(err.Error(), listener.Addr().String()) {
		t.Errorf("busy address: %v", err)
	}
	kiosks, err := central.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- c.Serve(ctx, listener, central.Options{Kiosk: kiosks, Ready: func(address string) { ready <- address }})
	}()
	address := <-ready
	door, err := c.KioskAddress(t.Context())
	if err != nil || door != "https://"+kiosks.Addr().String() {
		t.Errorf("door %q, %v", door, err)
	}
	answer, err := (&house{t: t}).client(admitted.Certificate, key).Get(door + wire.PathStream)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()

	other, err := central.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := reopen(t, folder).Serve(t.Context(), other, central.Options{}); !errors.Is(err, central.ErrServed) {
		t.Errorf("a second central on the folder: %v", err)
	}
	if a, public, err := c.Addresses(t.Context()); err != nil || a != address || public != address {
		t.Errorf("addresses %q %q, %v", a, public, err)
	}

	stop()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Errorf("the stream did not end well: %v", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("stopped: %v", err)
	}
}
