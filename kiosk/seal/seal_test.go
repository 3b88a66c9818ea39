package seal

import (
	"bytes"
	"crypto/hpke"
	"errors"
	"testing"

	"lintai/kiosk/request"
)

var envelope = Envelope{ID: "0198c0de-0000-7000-8000-000000000001", Kind: request.KindRequest, Kiosk: 12}

func generate(t testing.TB) PrivateKey {
	t.Helper()
	k, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestCloseAndOpen(t *testing.T) {
	old, now := generate(t), generate(t)
	text := []byte(`{"name":"测试甲"}`)
	sealed, err := Close(old.Public(), envelope, text)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("测试甲")) {
		t.Error("the sealed body can be read")
	}
	// A rotated ring still opens what was sealed to the old key.
	plain, err := Ring{now, old}.Open(envelope, sealed)
	if err != nil || !bytes.Equal(plain, text) {
		t.Errorf("opened %q, %v", plain, err)
	}
	if _, err := (Ring{now}).Open(envelope, sealed); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("opened without the key: %v", err)
	}
	again, _ := Close(old.Public(), envelope, text)
	if bytes.Equal(again, sealed) {
		t.Error("the same text seals to the same bytes")
	}
}

func TestABodyBelongsToItsEnvelope(t *testing.T) {
	k := generate(t)
	sealed, _ := Close(k.Public(), envelope, []byte("x"))
	for name, other := range map[string]Envelope{
		"id":    {ID: "0198c0de-0000-7000-8000-000000000002", Kind: envelope.Kind, Kiosk: envelope.Kiosk},
		"kind":  {ID: envelope.ID, Kind: request.KindCall, Kiosk: envelope.Kiosk},
		"kiosk": {ID: envelope.ID, Kind: envelope.Kind, Kiosk: 13},
	} {
		if _, err := (Ring{k}).Open(other, sealed); !errors.Is(err, ErrOpen) {
			t.Errorf("opened under another %s: %v", name, err)
		}
	}
	for i := range sealed {
		bent := bytes.Clone(sealed)
		bent[i] ^= 1
		if _, err := (Ring{k}).Open(envelope, bent); err == nil {
			t.Errorf("opened with byte %d changed", i)
		}
	}
}

func TestKeyAgreementIsForOneBody(t *testing.T) {
	k := generate(t)
	p, err := Prepare(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	if p.To() != k.Public().ID() {
		t.Error("prepared for another key")
	}
	sealed, err := p.Close(envelope, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := (Ring{k}).Open(envelope, sealed); err != nil || string(plain) != "x" {
		t.Errorf("opened %q, %v", plain, err)
	}
	if _, err := p.Close(envelope, []byte("y")); err == nil {
		t.Error("a second body was sealed under the same agreement")
	}
}

// What a terminal sealed before its program was renewed is opened all the same.
func TestBodiesOfTheFirstVersionStillOpen(t *testing.T) {
	k := generate(t)
	sealed, err := hpke.Seal(k.Public().key, kdf, aead, envelope.bytes(oldVersion), []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	id := k.Public().ID()
	old := append(append([]byte{oldVersion}, id[:]...), sealed...)
	if plain, err := (Ring{k}).Open(envelope, old); err != nil || string(plain) != "x" {
		t.Errorf("opened %q, %v", plain, err)
	}
	old[0] = version
	if _, err := (Ring{k}).Open(envelope, old); !errors.Is(err, ErrOpen) {
		t.Errorf("a body of one version opened as the other: %v", err)
	}
}

func TestKeysSurviveTheirText(t *testing.T) {
	k := generate(t)
	b, err := k.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParsePrivateKey(b)
	if err != nil {
		t.Fatal(err)
	}
	public, err := ParsePublicKey(" " + k.Public().String() + "\n")
	if err != nil || public.ID() != back.Public().ID() {
		t.Errorf("%v", err)
	}
	for _, text := range []string{"", "lintai-public-1:", "lintai-public-1:AAAA", "age1xyz", "lintai-public-1:!!"} {
		if _, err := ParsePublicKey(text); err == nil {
			t.Errorf("%q is read as a key", text)
		}
	}
	if _, err := Close(PublicKey{}, envelope, nil); err == nil || !(PublicKey{}).IsZero() {
		t.Error("sealed to no key")
	}
}

func FuzzOpen(f *testing.F) {
	k := generate(f)
	sealed, _ := Close(k.Public(), envelope, []byte("x"))
	f.Add(sealed)
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if plain, err := (Ring{k}).Open(envelope, b); err == nil && !bytes.Equal(b, sealed) {
			t.Errorf("opened %x to %q", b, plain)
		}
	})
}
