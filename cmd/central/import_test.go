package main

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/sync/agent"
	"lintai/sync/central"
	"lintai/sync/wire"
	"lintai/sync/wire/export"
)

// stick writes an export of a request and calls, of a terminal that a central admitted.
func stick(t *testing.T, data string, number, items int) (name string) {
	t.Helper()
	c, err := central.Open(t.Context(), central.Config{Folder: data})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	me, err := agent.Introduce(number, func(r []byte) (wire.EnrolAnswer, error) { return c.Admit(t.Context(), number, r) })
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKCS8PrivateKey(me.Key)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	head := export.Head{Kiosk: number, MadeAt: time.Now(), Certificate: me.Certificate}
	_, err = export.Write(&b, head, key.(crypto.Signer), func(yield func(wire.Item, error) bool) {
		for n := range items {
			id, kind, now := uuid.Must(uuid.NewV7()).String(), request.KindCall, time.Now()
			var body any = request.Call{ID: id, Kiosk: number, MadeAt: now}
			if n == 0 {
				code, err := ticket.New(number, rand.Reader)
				if err != nil {
					t.Fatal(err)
				}
				kind, body = request.KindRequest, request.Request{ID: id, Kiosk: number, Ticket: code, Service: "repair", CatalogVersion: 1, MadeAt: now}
			}
			plain, err := request.Encode(body)
			if err != nil {
				t.Fatal(err)
			}
			sealed, err := seal.Close(me.Seal(), seal.Envelope{ID: id, Kind: kind, Kiosk: number}, plain)
			if err != nil {
				t.Fatal(err)
			}
			if !yield(wire.FromItem(request.Item{ID: id, Kind: kind, Kiosk: number, Sequence: int64(n + 1), MadeAt: now, Sealed: sealed}), nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	name = filepath.Join(t.TempDir(), "lintai.export")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Beside a central that serves, as a clerk does it: several sticks, of which one
// is spoiled and does not keep the others.
func TestImportBesideARunningCentral(t *testing.T) {
	program, data := build(t), filepath.Join(t.TempDir(), "data")
	first, second := stick(t, data, 12, 250), stick(t, data, 13, 3)
	startServe(t, program, data)
	spoiled := filepath.Join(t.TempDir(), "spoiled")
	if err := os.WriteFile(spoiled, []byte("half of a holiday"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := call(t, "import", "--data", data, first, spoiled, second)
	if !errors.Is(err, export.ErrFormat) || !strings.Contains(err.Error(), spoiled) || strings.Contains(err.Error(), first) {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(out, "terminal 12, 250 items: 250 filed now, 0 known before") || !strings.Contains(out, "terminal 13, 3 items: 3 filed now") {
		t.Error(out)
	}
	out, err = call(t, "import", "--data", data, first)
	if err != nil || !strings.Contains(out, "0 filed now, 250 known before") {
		t.Errorf("again: %s, %v", out, err)
	}
	// Whoever serves hears nothing of what another process files, but for its jobs.
	db, err := sql.Open("sqlite", "file:"+filepath.Join(data, "central.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	left, ticks, end := -1, time.NewTicker(100*time.Millisecond), time.After(20*time.Second)
	defer ticks.Stop()
	for waiting := true; waiting && left != 0; {
		if err := db.QueryRow("SELECT count(*) FROM cases WHERE category = ''").Scan(&left); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ticks.C:
		case <-end:
			waiting = false
		}
	}
	if left != 0 {
		t.Errorf("%d requests of the sticks are not classified", left)
	}
	c, err := central.Open(t.Context(), central.Config{Folder: data, Existing: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	me, err := agent.Introduce(14, func(r []byte) (wire.EnrolAnswer, error) { return c.Admit(t.Context(), 14, r) })
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{first, second} {
		f, err := os.Open(name + ".receipt")
		if err != nil {
			t.Fatal(err)
		}
		r, err := export.ReadReceipt(f, ed25519.PublicKey(me.DocumentKey))
		f.Close()
		if err != nil || len(r.Answers) == 0 {
			t.Errorf("receipt of %s: %d answers, %v", name, len(r.Answers), err)
		}
	}
	if _, err := os.Stat(spoiled + ".receipt"); !errors.Is(err, os.ErrNotExist) {
		t.Error("there is a receipt for nothing")
	}
	if _, err := call(t, "import", "--data", data); !errors.Is(err, errUsage) {
		t.Errorf("no file: %v", err)
	}
}
