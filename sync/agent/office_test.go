package agent

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"lintai/kiosk/seal"
	"lintai/sync/wire"
)

// office is the root of a central of these tests, with what it signs.
type office struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	seal seal.PrivateKey
}

func newOffice() *office {
	o := &office{key: must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), seal: must(seal.Generate())}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "office"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<35, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der := must(x509.CreateCertificate(rand.Reader, template, template, o.key.Public(), o.key))
	o.cert = must(x509.ParseCertificate(der))
	return o
}

// must is for what fails only when the test itself is wrong.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// ours is the office of nearly all tests.
var ours = sync.OnceValue(newOffice)

// sign signs a certificate for a use, from a day on for 90 days.
func (o *office) sign(key any, serial int64, use x509.ExtKeyUsage, from time.Time) []byte {
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "of the office"},
		NotBefore: from, NotAfter: from.Add(90 * 24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{use},
		DNSNames: []string{wire.ServerName}} // also a terminal's, to try that its use alone shuts it out
	return must(x509.CreateCertificate(rand.Reader, template, o.cert, key, o.key))
}

// knownSerial is the terminal that the central of these tests accepts.
const knownSerial = 1200

// identity is a terminal's with a certificate of this serial number.
func (o *office) identity(serial int64, from time.Time) Identity {
	return must(Introduce(kioskNumber, func(request []byte) (wire.EnrolAnswer, error) {
		key := must(x509.ParseCertificateRequest(request)).PublicKey
		return wire.EnrolAnswer{Kiosk: kioskNumber, Certificate: o.sign(key, serial, x509.ExtKeyUsageClientAuth, from), Root: o.cert.Raw,
			SealKey: o.seal.Public().String(), PublicAddress: "https://c.example"}, nil
	}))
}

// server is the TLS of this office's door, with a certificate of this serial
// number.
func (o *office) server(serial int64) *tls.Config {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	der := o.sign(key.Public(), serial, x509.ExtKeyUsageServerAuth, time.Unix(serial, 0))
	return &tls.Config{MinVersion: tls.VersionTLS13, ClientAuth: tls.RequestClientCert, NextProtos: []string{"http/1.1"},
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// accepted tells whether a request comes from the terminal of these tests.
func (o *office) accepted(r *http.Request) bool {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return false
	}
	c := r.TLS.PeerCertificates[0]
	return c.CheckSignatureFrom(o.cert) == nil && c.SerialNumber.Int64() >= knownSerial
}

// serveTLS serves a handler at a door with this TLS.
func serveTLS(t *testing.T, handler http.Handler, config *tls.Config) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.TLS = config
	server.StartTLS()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}
