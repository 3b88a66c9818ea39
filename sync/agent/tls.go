package agent

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"lintai/sync/wire"
)

// ErrForeign is returned when whatever stands at central's address is not the
// central that this terminal enrolled with.
var ErrForeign = errors.New("agent: this is not the central that the terminal enrolled with")

// trust is an identity in use: it shows the terminal's certificate and knows
// central by the pinned root, without looking at any clock.
type trust struct {
	keep func(Identity) error
	log  *slog.Logger

	mu       sync.Mutex
	identity Identity
	pair     *tls.Certificate
	roots    *x509.CertPool
}

func newTrust(i Identity) (*trust, error) {
	t := &trust{roots: x509.NewCertPool()}
	root, err := x509.ParseCertificate(i.Root)
	if err != nil || !root.IsCA {
		return nil, fmt.Errorf("%w: root", ErrIdentity)
	}
	t.roots.AddCert(root)
	return t, t.take(i)
}

// take uses an identity of the same root from now on. The caller holds mu, or is
// the only one.
func (t *trust) take(i Identity) error {
	key, err := x509.ParsePKCS8PrivateKey(i.Key)
	private, ok := key.(*ecdsa.PrivateKey)
	if err != nil || !ok {
		return fmt.Errorf("%w: key", ErrIdentity)
	}
	leaf, err := x509.ParseCertificate(i.Certificate)
	if err != nil || !private.PublicKey.Equal(leaf.PublicKey) {
		return fmt.Errorf("%w: certificate", ErrIdentity)
	}
	if err := t.issued(leaf, x509.ExtKeyUsageClientAuth, ""); err != nil {
		return fmt.Errorf("%w: certificate: %w", ErrIdentity, err)
	}
	t.identity = i
	t.pair = &tls.Certificate{Certificate: [][]byte{i.Certificate}, PrivateKey: private, Leaf: leaf}
	return nil
}

// issued checks that the root issued a certificate for a use. It is looked at as of
// its own first day: the terminal's clock may say anything, and what has been
// replaced is known by its number, see verify.
func (t *trust) issued(leaf *x509.Certificate, use x509.ExtKeyUsage, name string) error {
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: t.roots, Intermediates: x509.NewCertPool(), DNSName: name,
		KeyUsages: []x509.ExtKeyUsage{use}, CurrentTime: leaf.NotBefore,
	})
	return err
}

// verify checks the certificate of whatever answers at central's address.
func (t *trust) verify(state tls.ConnectionState) error {
	if len(state.PeerCertificates) == 0 {
		return ErrForeign
	}
	leaf := state.PeerCertificates[0]
	if err := t.issued(leaf, x509.ExtKeyUsageServerAuth, wire.ServerName); err != nil {
		return fmt.Errorf("%w: %w", ErrForeign, err)
	}
	if !leaf.SerialNumber.IsInt64() {
		return ErrForeign
	}
	serial := leaf.SerialNumber.Int64()
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case serial < t.identity.Door:
		return fmt.Errorf("%w: its certificate was replaced before", ErrForeign)
	case serial > t.identity.Door:
		t.identity.Door = serial
		t.write()
	}
	return nil
}

// write keeps the identity. A disk that takes nothing must not keep the terminal
// from delivering what it has.
func (t *trust) write() error {
	if t.keep == nil {
		return nil
	}
	err := t.keep(t.identity)
	if err != nil && t.log != nil {
		t.log.Error("identity not kept", "error", err)
	}
	return err
}

func (t *trust) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, ServerName: wire.ServerName, NextProtos: []string{"http/1.1"},
		InsecureSkipVerify: true, // verify does it, without a clock
		VerifyConnection:   t.verify,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			t.mu.Lock()
			defer t.mu.Unlock()
			return t.pair, nil
		},
	}
}

// due tells whether the certificate should be renewed at a time of central: when
// two thirds of its life are over, or when it was issued by a clock that was
// wrong.
func (t *trust) due(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	leaf := t.pair.Leaf
	return now.After(leaf.NotBefore.Add(leaf.NotAfter.Sub(leaf.NotBefore)/3*2)) || now.Before(leaf.NotBefore.Add(-24*time.Hour))
}

// replace takes a new certificate and its key into use, once they are on the disk.
func (t *trust) replace(certificate, key []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.identity
	next := before
	next.Certificate, next.Key = certificate, key
	if err := t.take(next); err != nil {
		return err
	}
	if err := t.write(); err != nil {
		return errors.Join(err, t.take(before))
	}
	return nil
}

// TLS is how this terminal speaks with its central. It is for programs that try
// central with what no agent would send; what they learn is not kept.
func (i Identity) TLS() (*tls.Config, error) {
	t, err := newTrust(i)
	if err != nil {
		return nil, err
	}
	return t.config(), nil
}
