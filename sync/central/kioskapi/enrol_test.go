package kioskapi

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"testing"

	"lintai/sync/central/authority"
	"lintai/sync/wire"
)

// FuzzEnrol reads what anybody on the network may send: the body, and the
// certificate request within.
func FuzzEnrol(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		f.Fatal(err)
	}
	good, err := json.Marshal(wire.Enrol{Kiosk: 12, CodeID: "0123456789abcdef0123456789abcdef", Request: request, Proof: make([]byte, 32)})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{good, nil, []byte("null"), []byte("[]"), []byte(`{"kiosk":1e9}`), []byte(`{"request":"AA=="}`), good[:40], request} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var refusal failure
		e, err := decodeEnrol(body)
		if err != nil {
			if !errors.As(err, &refusal) || refusal.status != 400 {
				t.Fatalf("refused by %v", err)
			}
			e.Request = body // as if it were one
		}
		if _, err := json.Marshal(e); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		public, _, err := requested(e.Request)
		if err != nil {
			if !errors.As(err, &refusal) || refusal.status != 400 {
				t.Fatalf("refused by %v", err)
			}
			return
		}
		if len(e.Request) > authority.MaxRequest || public.Curve != elliptic.P256() {
			t.Fatal("a request that no terminal makes was taken")
		}
	})
}
