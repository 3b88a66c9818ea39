package authority

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// doorRenewal is how often the door's certificate is made anew. It needs no more
// than to be well before its end; the oftener, the sooner a copy of it is useless.
const doorRenewal = Life / 3

// Settings keeps one number; docket.Store is one.
type Settings interface {
	Setting(ctx context.Context, name string) (string, error)
	PutSetting(ctx context.Context, name, value string) error
}

// settingSerial is the serial number of the door's newest certificate.
const settingSerial = "door_serial"

// Door holds the certificate of central's door for terminals. Each has a greater
// serial number than those before, and a terminal that has seen one takes none
// that was issued earlier: a stolen copy is of no use for longer than its key
// lives. The number is the time in microseconds, or one more than the last where
// the clock went back, so that it also grows over a docket from a backup.
type Door struct {
	Root     *Root
	Settings Settings
	Clock    func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	made    time.Time
}

// certificate returns the present certificate, made anew when it is due.
func (d *Door) certificate(ctx context.Context) (*tls.Certificate, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.Clock()
	// A clock that went back by more than a day was wrong when this one was made.
	if age := now.Sub(d.made); d.current != nil && age < doorRenewal && age > -24*time.Hour {
		return d.current, nil
	}
	text, err := d.Settings.Setting(ctx, settingSerial)
	if err != nil {
		return nil, err
	}
	last, _ := strconv.ParseInt(text, 10, 64) // none yet: 0
	serial := max(now.UnixMicro(), last+1)
	if err := d.Settings.PutSetting(ctx, settingSerial, strconv.FormatInt(serial, 10)); err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("authority: %w", err)
	}
	der, err := d.Root.server(&key.PublicKey, serial, now)
	if err != nil {
		return nil, err
	}
	d.current, d.made = &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, now
	return d.current, nil
}

// Config is the TLS of the door: 1.3 only. It asks for a certificate and takes any,
// also an expired one or none: what each may do is for the handler to say, which
// also can tell the terminal why.
func (d *Door) Config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, NextProtos: []string{"http/1.1"},
		ClientAuth: tls.RequestClientCert, SessionTicketsDisabled: true,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return d.certificate(hello.Context())
		},
	}
}
