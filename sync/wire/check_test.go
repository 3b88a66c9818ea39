package wire

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/pack"
	"lintai/kiosk/seal"
)

func TestDocumentsAreCheckedByTheirReader(t *testing.T) {
	key, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	prompts, err := pack.Archive(map[string][]byte{"zh-CN/normal/home.prompt.ogg": []byte("OggS")})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind DocumentKind
		body string
		good bool
	}{
		{DocumentCommunity, `{"version": 3}`, true},
		{DocumentCommunity, `{"version": 3, "notises": []}`, false},
		{DocumentCatalog, `{"version": 1}`, false},
		{DocumentPolicy, `<html>`, false},
		{DocumentPrompts, string(prompts), true},
		{DocumentPrompts, `{}`, false},
		{DocumentConfiguration, `{}`, true},
		{DocumentConfiguration, `{"seal_key": "` + key.Public().String() + `", "public_address": "https://c.example.cn", "phone": "010-5550 1234"}`, true},
		{DocumentConfiguration, `{"of_tomorrow": 1}`, true},
		{DocumentConfiguration, `{"seal_key": "lintai-public-1:AAAA"}`, false},
		{DocumentConfiguration, `{"public_address": "javascript:alert(1)"}`, false},
		{DocumentConfiguration, `{"phone": "` + strings.Repeat("1", 21) + `"}`, false},
		{DocumentConfiguration, `{"phone": "1\n2"}`, false},
		{DocumentConfiguration, `{} {}`, false},
		{DocumentConfiguration, `{"phone": "` + strings.Repeat(" ", 64<<10) + `"}`, false},
		{"firmware", `{}`, false},
	} {
		if err := c.kind.Check([]byte(c.body)); (err == nil) != c.good {
			t.Errorf("%s %.60s: %v", c.kind, c.body, err)
		}
	}
}

// Whatever of head or body is another, or is signed by another, does not pass.
func TestSignatureIsOverAllOfADocument(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"version": 3}`)
	sum := sha256.Sum256(body)
	good := Document{Kind: DocumentCommunity, Version: 7, IssuedAt: time.Unix(1_800_000_000, 0), Size: int64(len(body)), SHA256: sum[:]}
	good.Signature = ed25519.Sign(private, good.Signed())
	if err := good.Verify(public, body); err != nil || good.CheckHead() != nil {
		t.Error(err)
	}
	other, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := good.Verify(other, body); !errors.Is(err, ErrForged) {
		t.Errorf("another's key: %v", err)
	}
	if err := good.Verify(public, []byte(`{"version": 4}`)); !errors.Is(err, ErrForged) {
		t.Errorf("another body: %v", err)
	}
	for what, change := range map[string]func(*Document){
		"kind":      func(d *Document) { d.Kind = DocumentCatalog },
		"version":   func(d *Document) { d.Version++ },
		"time":      func(d *Document) { d.IssuedAt = d.IssuedAt.Add(time.Second) },
		"signature": func(d *Document) { d.Signature = nil },
	} {
		d := good
		change(&d)
		if err := d.Verify(public, body); !errors.Is(err, ErrForged) {
			t.Errorf("another %s: %v", what, err)
		}
	}
	for what, change := range map[string]func(*Document){
		"version 0":   func(d *Document) { d.Version = 0 },
		"the last":    func(d *Document) { d.Version = MaxDocumentVersion + 1 },
		"huge":        func(d *Document) { d.Size = d.Kind.Most() + 1 },
		"less than 0": func(d *Document) { d.Size = -1 },
		"half a hash": func(d *Document) { d.SHA256 = d.SHA256[:16] },
	} {
		d := good
		change(&d)
		if d.CheckHead() == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}

func FuzzParseConfiguration(f *testing.F) {
	f.Add([]byte(`{"seal_key": "x", "public_address": "https://c.example.cn", "phone": "1"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := ParseConfiguration(body)
		if err != nil {
			return
		}
		text, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseConfiguration(text); err != nil || again != c {
			t.Errorf("%+v, %+v, %v", c, again, err)
		}
	})
}
