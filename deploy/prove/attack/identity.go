package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"time"

	"lintai/sync/central/authority"
	"lintai/sync/wire"
)

// routes are all that a terminal may ask, with a body that would be taken.
func routes(kiosk int) []route {
	health, _ := json.Marshal(wire.Health{Kiosk: kiosk, DeviceTime: time.Now()})
	renew, _ := json.Marshal(wire.Renew{Kiosk: kiosk, Request: certificateRequest("P-256")})
	upload := wire.PathUploads + fmt.Sprintf("%064x", 7)
	return []route{
		{http.MethodPost, wire.PathPush, encodePush(kiosk)},
		{http.MethodGet, wire.PathPull + "?cursor=0", nil},
		{http.MethodGet, wire.PathStream, nil},
		{http.MethodPost, wire.PathHealth, health},
		{http.MethodPost, wire.PathRenew, renew},
		{http.MethodPost, wire.PathCard, []byte(`{"token":"00000000000000000000000000000000"}`)},
		{http.MethodGet, wire.PathDocuments, nil},
		{http.MethodPost, upload + "?offset=0&size=4", []byte("1234")},
	}
}

type route struct {
	method, path string
	body         []byte
}

// closed wants every route refused.
func (s *stage) closed(ctx context.Context, c *http.Client, kiosk, status int, code string) error {
	var all []error
	for _, r := range routes(kiosk) {
		all = append(all, s.want(ctx, c, status, code, r.method, r.path, reader(r.body)))
	}
	return errors.Join(all...)
}

var identities = []attack{
	{
		name: "a terminal speaks in another's name", heard: true, log: []string{`"kiosk":2`, `"code":"forbidden"`},
		run: func(ctx context.Context, s *stage, t *try) error {
			c, err := s.client(s.rogue, nil)
			all := []error{err}
			for _, r := range routes(good) {
				if r.path == wire.PathPush || r.path == wire.PathHealth || r.path == wire.PathRenew {
					all = append(all, s.want(ctx, c, http.StatusForbidden, "forbidden", r.method, r.path, reader(r.body)))
				}
			}
			return errors.Join(all...)
		},
	},
	{
		name: "no certificate", log: []string{`"code":"unauthorised"`},
		run: func(ctx context.Context, s *stage, t *try) error {
			return s.closed(ctx, clientWith(stranger(), nil), good, http.StatusUnauthorized, wire.ErrorUnauthorised)
		},
	},
	{
		name: "another central's certificate for the same terminal", log: []string{`"code":"unauthorised"`},
		run: func(ctx context.Context, s *stage, t *try) error {
			der, key, err := authority.CreateRoot()
			if err != nil {
				return err
			}
			root, err := authority.ParseRoot(der, key)
			if err != nil {
				return err
			}
			private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				return err
			}
			leaf, _, err := root.Issue(good, &private.PublicKey, time.Now())
			return errors.Join(err, s.closed(ctx, showing(private, leaf, der), good, http.StatusUnauthorized, wire.ErrorUnauthorised))
		},
	},
	{
		name: "a certificate that a terminal signed for another", log: []string{`"code":"unauthorised"`},
		run: func(ctx context.Context, s *stage, t *try) error {
			parsed, err := x509.ParsePKCS8PrivateKey(s.rogue.Key)
			if err != nil {
				return err
			}
			own, err := x509.ParseCertificate(s.rogue.Certificate)
			if err != nil {
				return err
			}
			private := parsed.(*ecdsa.PrivateKey)
			leaf, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
				SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "terminal 1", Organization: []string{secret}},
				NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
			}, own, &private.PublicKey, private)
			return errors.Join(err, s.closed(ctx, showing(private, leaf, s.rogue.Certificate), good, http.StatusUnauthorized, wire.ErrorUnauthorised))
		},
	},
	{
		name: "a revoked certificate", log: []string{`"code":"revoked"`},
		prepare: func(ctx context.Context, s *stage, t *try) error {
			s.next++
			var err error
			if t.identity, err = s.admit(ctx, s.next); err != nil {
				return err
			}
			c, err := s.client(t.identity, nil)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.house.Address+wire.PathStream, nil)
			if err != nil {
				return err
			}
			answer, err := c.Do(r)
			if err != nil {
				return err
			}
			defer answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				return fmt.Errorf("the stream was answered with %d", answer.StatusCode)
			}
			if err := s.desk.Revoke(ctx, t.identity.Kiosk); err != nil {
				return err
			}
			// It ends by itself: central does that, not the bound above.
			if _, err := io.Copy(io.Discard, answer.Body); err != nil {
				return fmt.Errorf("the stream of the revoked terminal did not end: %w", err)
			}
			return nil
		},
		run: func(ctx context.Context, s *stage, t *try) error {
			c, err := s.client(t.identity, nil)
			return errors.Join(err, s.closed(ctx, c, t.identity.Kiosk, http.StatusForbidden, wire.ErrorRevoked))
		},
	},
}

// showing is a client with a certificate of its own making.
func showing(key *ecdsa.PrivateKey, chain ...[]byte) *http.Client {
	config := stranger()
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return &tls.Certificate{Certificate: chain, PrivateKey: key}, nil
	}
	return clientWith(config, nil)
}

// requests are certificate requests that are none, or for keys of other kinds.
var requests = []attack{
	{
		name: "certificate requests that are none", heard: true, log: []string{`"kiosk":2`, `"code":"bad_request"`, "certificate request"},
		run: func(ctx context.Context, s *stage, t *try) error {
			c, err := s.client(s.rogue, nil)
			all := []error{err}
			for name, der := range map[string][]byte{
				"none": nil, "noise": bytes.Repeat([]byte(secret), 20), "P-384": certificateRequest("P-384"), "RSA": certificateRequest("RSA"),
				"forged": forged(certificateRequest("P-256")), "longer": append(certificateRequest("P-256"), 0),
				"huge": bytes.Repeat([]byte{0x30, 0x82}, 4<<10), "deep": bytes.Repeat([]byte{0x30, 0x80}, 2000),
			} {
				body, err := json.Marshal(wire.Renew{Kiosk: rogue, Request: der})
				if err == nil {
					err = s.want(ctx, c, http.StatusBadRequest, "bad_request", http.MethodPost, wire.PathRenew, reader(body))
				}
				if err != nil {
					all = append(all, fmt.Errorf("%s: %w", name, err))
				}
			}
			return errors.Join(all...)
		},
	},
}

func forged(der []byte) []byte {
	der = slices.Clone(der)
	der[len(der)-1] ^= 1
	return der
}

// certificateRequest makes one whose names tell of a resident.
func certificateRequest(kind string) []byte {
	var key any
	var err error
	switch kind {
	case "RSA":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case "P-384":
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	default:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		panic(err) // the machine has no randomness
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: secret}}, key)
	if err != nil {
		panic(err)
	}
	return der
}
