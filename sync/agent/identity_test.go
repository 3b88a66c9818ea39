package agent

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/sync/wire"
)

func TestIdentityIsKeptWholeAndForItsOwnerOnly(t *testing.T) {
	folder := t.TempDir()
	if _, err := LoadIdentity(folder); !errors.Is(err, fs.ErrNotExist) || FaultOf(err) != fault.NotEnrolled {
		t.Errorf("none: %v", err)
	}
	i := ours().identity(knownSerial, time.Now())
	i.Door, i.CardKey = 7, []byte("card key")
	if err := i.Save(folder); err != nil {
		t.Fatal(err)
	}
	got, err := LoadIdentity(folder)
	if err != nil || got.Kiosk != kioskNumber || got.Door != 7 || string(got.CardKey) != "card key" || got.Seal().IsZero() || string(got.Certificate) != string(i.Certificate) {
		t.Errorf("%+v, %v", got, err)
	}
	path := filepath.Join(folder, IdentityFile)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := ours().identity(knownSerial+1, time.Now())
	for name, change := range map[string]func(*Identity){
		"no number":               func(i *Identity) { i.Kiosk = 0 },
		"another's key":           func(i *Identity) { i.Key = other.Key },
		"no key":                  func(i *Identity) { i.Key = nil },
		"another root":            func(i *Identity) { i.Root = newOffice().cert.Raw },
		"a certificate as a root": func(i *Identity) { i.Root = i.Certificate },
		"no certificate":          func(i *Identity) { i.Certificate = []byte("x") },
		"no seal key":             func(i *Identity) { i.SealKey = "" },
	} {
		bad := i
		change(&bad)
		if err := bad.Save(folder); !errors.Is(err, ErrIdentity) || FaultOf(err) != fault.IdentityDamaged {
			t.Errorf("%s is saved: %v", name, err)
		}
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(text) {
		t.Error("what could not be saved has changed the file")
	}
	for _, damaged := range []string{"", "{", string(text[:len(text)/2]), "{}"} {
		if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadIdentity(folder); !errors.Is(err, ErrIdentity) {
			t.Errorf("%.20q: %v", damaged, err)
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// A power cut in the middle of a save leaves its draft, with a private key in it.
func TestADraftThatACutLeftIsGoneAfterTheNextSave(t *testing.T) {
	folder := t.TempDir()
	draft := filepath.Join(folder, "."+IdentityFile+"-draft")
	if err := os.WriteFile(draft, []byte(strings.Repeat("a key", 10_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	i := ours().identity(knownSerial+1, time.Now())
	if err := i.Save(folder); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 || left[0].Name() != IdentityFile {
		t.Errorf("the folder has %v, %v", left, err)
	}
	if got, err := LoadIdentity(folder); err != nil || got.Kiosk != i.Kiosk {
		t.Errorf("it cannot be read: %v", err)
	}
}

func TestEnrolledWith(t *testing.T) {
	code := wire.NewCode()
	i := Identity{CodeID: code.Secret().ID()}
	for text, want := range map[string]bool{"": true, code.String(): true, strings.ToLower(string(code)): true, wire.NewCode().String(): false, "nonsense": false} {
		if i.EnrolledWith(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

// Only the central that the terminal enrolled with is spoken to, and it only with
// its newest certificate.
func TestOnlyTheOwnCentralIsTrusted(t *testing.T) {
	c := newCentral(t)
	me := ours().identity(knownSerial, time.Now())
	me.Door = 100
	terminal := func(i Identity) *tls.Config {
		config, err := i.TLS()
		if err != nil {
			t.Fatal(err)
		}
		pair, err := config.GetClientCertificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		return &tls.Config{MinVersion: tls.VersionTLS13, NextProtos: []string{"http/1.1"}, Certificates: []tls.Certificate{*pair}}
	}
	old := ours().server(100)
	old.MinVersion, old.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	for name, tt := range map[string]struct {
		server *tls.Config
		want   fault.Code
	}{
		"the same certificate":                  {ours().server(100), fault.None},
		"a newer one":                           {ours().server(101), fault.None},
		"an older one":                          {ours().server(99), fault.CentralForeign},
		"another root":                          {newOffice().server(200), fault.CentralForeign},
		"another terminal that plays central":   {terminal(ours().identity(knownSerial+1, time.Now())), fault.CentralForeign},
		"a server with the name of no central":  {nil, fault.CentralForeign},
		"TLS 1.2, by which a proof can be lost": {old, fault.NoCentral},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Reach(t.Context(), serveTLS(t, c, tt.server), me)
			if FaultOf(err) != tt.want {
				t.Errorf("%v: %q, want %q", err, FaultOf(err), tt.want)
			}
			if tt.want == fault.CentralForeign && !errors.Is(err, ErrForeign) {
				t.Errorf("%v", err)
			}
		})
	}
}

// What was seen of central's certificates is kept, so that an older one is refused
// after a start too.
func TestTheOrderOfCentralsCertificatesIsKept(t *testing.T) {
	c := newCentral(t)
	var kept []int64
	b := setup(t, c, serveTLS(t, c, ours().server(5)))
	b.options.Keep = func(i Identity) error {
		b.record(func() { kept = append(kept, i.Door) })
		return nil
	}
	stop := b.start()
	b.until(func() bool { return b.link().Online })
	stop()
	if len(kept) != 1 || kept[0] != 5 {
		t.Errorf("kept %v", kept)
	}
}

func FuzzIdentity(f *testing.F) {
	f.Add([]byte(`{"kiosk":12,"certificate":"AA==","key":"AA==","root":"AA=="}`))
	f.Add([]byte("null"))
	folder := f.TempDir()
	if err := ours().identity(knownSerial, time.Now()).Save(folder); err != nil {
		f.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, IdentityFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		i, err := parseIdentity(text)
		if err != nil {
			if !errors.Is(err, ErrIdentity) {
				t.Fatalf("refused by %v", err)
			}
			return
		}
		if i.Seal().IsZero() {
			t.Fatal("no key to seal to")
		}
		if _, err := i.TLS(); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzEnrolAnswer(f *testing.F) {
	f.Add([]byte(`{"protocol":"lintai-kiosk-1","kiosk":12,"certificate":"AA==","root":"AA==","seal_key":"x","proof":"AA=="}`))
	f.Add([]byte("<html>"))
	secret := wire.Code("ABCDABCDABCDABCD").Secret()
	f.Fuzz(func(t *testing.T, text []byte) {
		answer, err := parseEnrolAnswer(text)
		if err != nil {
			if !errors.Is(err, errStranger) {
				t.Fatalf("refused by %v", err)
			}
			return
		}
		if wire.SameProof(secret.AnswerProof(nil, answer), answer.Proof) {
			t.Fatal("an answer that nobody proved is believed")
		}
		key, err := newKey()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := identityOf(key, "", answer); err == nil {
			t.Fatal("a certificate for another key is taken")
		}
		if leaf, err := x509.ParseCertificate(answer.Certificate); err == nil && key.PublicKey.Equal(leaf.PublicKey) {
			t.Fatal("guessed a key")
		}
	})
}
