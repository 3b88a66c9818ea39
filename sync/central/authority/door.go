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

// Settings keeps one number; store.Store is one.
type Settings interface {
	Setting(ctx context.Context, name string) (string, error)
	// ChangeSetting sets it to a value if it is another one, "" when it was never set,
	// and returns what it is then.
	ChangeSetting(ctx context.Context, name, from, to string) (string, error)
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
	// Shared tells that other processes keep the same door: each has a key of its own
	// under the number that all have, as a terminal that saw a greater one at another
	// door would take none of this door any more.
	Shared bool

	mu      sync.Mutex
	current *tls.Certificate
	serial  int64
	made    time.Time
}

// certificate returns the present certificate, made anew when it is due.
func (d *Door) certificate(ctx context.Context) (*tls.Certificate, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.Clock()
	if !d.Shared && d.current != nil && fresh(d.made, now) {
		return d.current, nil
	}
	text, err := d.Settings.Setting(ctx, settingSerial)
	if err != nil {
		return nil, err
	}
	last, _ := strconv.ParseInt(text, 10, 64) // none yet: 0
	serial := last
	// A number that is ahead of this clock is another clock's mistake, and stays.
	if !d.Shared || last == 0 || now.Sub(time.UnixMicro(last)) >= doorRenewal {
		serial = max(now.UnixMicro(), last+1)
		if text, err = d.Settings.ChangeSetting(ctx, settingSerial, text, strconv.FormatInt(serial, 10)); err != nil {
			return nil, err
		}
		if serial, err = strconv.ParseInt(text, 10, 64); err != nil {
			return nil, fmt.Errorf("authority: the number of the door's certificate: %w", err)
		}
	}
	if d.current != nil && d.serial == serial && fresh(d.made, now) {
		return d.current, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("authority: %w", err)
	}
	der, err := d.Root.server(&key.PublicKey, serial, now)
	if err != nil {
		return nil, err
	}
	d.current, d.serial, d.made = &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, serial, now
	return d.current, nil
}

// fresh tells whether what was made then is not due yet. A clock that went back by
// more than a day was wrong when it was made.
func fresh(made, now time.Time) bool {
	age := now.Sub(made)
	return age < doorRenewal && age > -24*time.Hour
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
