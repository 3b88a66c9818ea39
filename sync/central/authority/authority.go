// Package authority is central as a certificate authority for its terminals. One
// root signs two kinds of certificates: those of terminals, which stand in the
// docket one by one and can be revoked there, and that of central's own door,
// which lives in memory and is made anew with each start and each month.
//
// Nothing here trusts a clock further than it must. A terminal's certificate ends
// by central's time alone, and terminals look at no time at all: they hold to the
// order in which central's own certificates were issued, which is in their serial
// numbers (see Door) and never goes back, also when central's clock does.
package authority

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"time"

	"lintai/sync/wire"
)

// Life is how long a terminal's certificate lasts; the terminal renews it at two
// thirds.
const Life = 90 * 24 * time.Hour

// forever is how RFC 5280 (4.1.2.5) writes that there is no date. A root that
// ended would take every terminal with it.
var forever = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// Root signs. It is the one secret on which all terminals' trust stands.
type Root struct {
	certificate *x509.Certificate
	key         crypto.Signer
	pool        *x509.CertPool
}

// CreateRoot makes a root: its certificate and its private key (PKCS #8), in DER.
func CreateRoot() (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("authority: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Lintai central"},
		NotBefore: time.Unix(0, 0).UTC(), NotAfter: forever, // central's clock may be wrong on the day it is set up
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	}
	if certificate, err = x509.CreateCertificate(rand.Reader, template, template, private.Public(), private); err != nil {
		return nil, nil, fmt.Errorf("authority: %w", err)
	}
	if key, err = x509.MarshalPKCS8PrivateKey(private); err != nil {
		return nil, nil, fmt.Errorf("authority: %w", err)
	}
	return certificate, key, nil
}

// ParseRoot reads what CreateRoot made.
func ParseRoot(certificate, key []byte) (*Root, error) {
	c, err := x509.ParseCertificate(certificate)
	if err != nil {
		return nil, fmt.Errorf("authority: root certificate: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("authority: root key: %w", err)
	}
	private, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || !c.IsCA || !private.PublicKey.Equal(c.PublicKey) {
		return nil, errors.New("authority: root certificate and root key do not belong together")
	}
	r := &Root{certificate: c, key: private, pool: x509.NewCertPool()}
	r.pool.AddCert(c)
	return r, nil
}

// DER is the root's certificate, which terminals pin.
func (r *Root) DER() []byte { return r.certificate.Raw }

// MaxRequest bounds a certificate request, in bytes.
const MaxRequest = 4 << 10

// ErrRequest is returned for a certificate request that is none, or not for a key
// of the kind that terminals have.
var ErrRequest = errors.New("authority: this is no certificate request of a terminal")

// ParseRequest reads a certificate request (PKCS #10, DER) and checks that the
// sender has the key: P-256, as every terminal's. Its names mean nothing: which
// terminal it is for is known otherwise.
func ParseRequest(der []byte) (*ecdsa.PublicKey, error) {
	if len(der) > MaxRequest {
		return nil, fmt.Errorf("%w: it has %d bytes", ErrRequest, len(der))
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	key, ok := request.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, fmt.Errorf("%w: its key is not of P-256", ErrRequest)
	}
	if err := request.CheckSignature(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	return key, nil
}

// Issue makes a certificate for a terminal's key, and returns it in DER with its
// serial number, drawn at random, so that also a docket that was put back from a
// backup gives no number twice.
func (r *Root) Issue(kiosk int, key *ecdsa.PublicKey, now time.Time) (der []byte, serial int64, err error) {
	random := make([]byte, 8)
	rand.Read(random) // never fails
	serial = int64(binary.BigEndian.Uint64(random)>>1 | 1)
	now = now.UTC().Truncate(time.Second)
	der, err = r.sign(&x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: fmt.Sprintf("terminal %d", kiosk)},
		NotBefore: now, NotAfter: now.Add(Life),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, key)
	return der, serial, err
}

// Random draws 32 bytes.
func Random() (b [32]byte) {
	rand.Read(b[:]) // never fails
	return b
}

func (r *Root) sign(template *x509.Certificate, key *ecdsa.PublicKey) ([]byte, error) {
	template.BasicConstraintsValid = true
	der, err := x509.CreateCertificate(rand.Reader, template, r.certificate, key, r.key)
	if err != nil {
		return nil, fmt.Errorf("authority: %w", err)
	}
	return der, nil
}

// ErrForeign is returned for a certificate that this root did not issue to a
// terminal.
var ErrForeign = errors.New("authority: not a terminal's certificate of this central")

// Serial checks that this root issued a certificate to a terminal, and returns its
// serial number. Whether it still counts is for the docket and the clock to say.
func (r *Root) Serial(c *x509.Certificate) (int64, error) {
	_, err := c.Verify(x509.VerifyOptions{
		Roots: r.pool, Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		// Its own time: see the package's comment.
		CurrentTime: c.NotBefore,
	})
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrForeign, err)
	}
	if c.IsCA || !c.SerialNumber.IsInt64() {
		return 0, ErrForeign
	}
	return c.SerialNumber.Int64(), nil
}

// server makes a certificate for the door.
func (r *Root) server(key *ecdsa.PublicKey, serial int64, now time.Time) ([]byte, error) {
	now = now.UTC().Truncate(time.Second)
	return r.sign(&x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: wire.ServerName}, DNSNames: []string{wire.ServerName},
		NotBefore: now, NotAfter: now.Add(Life),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, key)
}
