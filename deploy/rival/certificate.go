package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// certificate is a rival's, on this machine, for as long as the races take. Central
// makes its own.
type certificate struct {
	certificate, key string // files
	pool             *x509.CertPool
}

// roots trusts it and nothing else.
func (c certificate) roots() *tls.Config {
	return &tls.Config{RootCAs: c.pool, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS13}
}

func issue(folder string) (certificate, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return certificate{}, err
	}
	now := time.Now()
	form := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "rival"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, form, form, private.Public(), private)
	if err != nil {
		return certificate{}, err
	}
	hidden, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return certificate{}, err
	}
	c := certificate{certificate: filepath.Join(folder, "certificate.pem"), key: filepath.Join(folder, "key.pem"), pool: x509.NewCertPool()}
	open := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})
	c.pool.AppendCertsFromPEM(open)
	if err := os.WriteFile(c.certificate, open, 0o600); err != nil {
		return certificate{}, err
	}
	return c, os.WriteFile(c.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: hidden}), 0o600)
}
