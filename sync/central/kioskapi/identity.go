package kioskapi

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"

	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

var (
	errNone    = failure{http.StatusUnauthorized, wire.ErrorUnauthorised, "no certificate of a terminal of this central"}
	errExpired = failure{http.StatusUnauthorized, wire.ErrorExpired, "the certificate has expired; renew it"}
	errRevoked = failure{http.StatusForbidden, wire.ErrorRevoked, "the certificate was revoked"}
)

// presented is the certificate that came with a request, whether or not it may be
// used still: /renew takes an expired one.
func (a *API) presented(r *http.Request) (docket.Certificate, error) {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return docket.Certificate{}, errNone
	}
	return a.known(r.Context(), r.TLS.PeerCertificates[0])
}

// known finds a certificate in the docket. TLS has shown that the terminal has its
// key.
func (a *API) known(ctx context.Context, shown *x509.Certificate) (docket.Certificate, error) {
	serial, err := a.Root.Serial(shown)
	if err != nil {
		return docket.Certificate{}, errNone
	}
	c, err := a.Store.Certificate(ctx, serial)
	switch {
	case errors.Is(err, docket.ErrNotFound):
		// The root signed it, so this docket once knew it.
		a.Log.Warn("a certificate of this central is not in its docket; was the docket put back from a backup? The terminal needs a new code, or the administrator to admit it", "subject", shown.Subject.CommonName)
		if a.Stray != nil {
			a.Stray(ctx, shown, serial)
		}
		return docket.Certificate{}, errNone
	case err != nil:
		return docket.Certificate{}, err
	case !bytes.Equal(c.Body, shown.Raw):
		return docket.Certificate{}, errNone
	case c.Revoked:
		return c, errRevoked
	}
	return c, nil
}

// terminal finds the number of the terminal that a request comes from.
func (a *API) terminal(r *http.Request) (kiosk int, err error) {
	c, err := a.presented(r)
	if err != nil {
		return c.Kiosk, err
	}
	if !a.Clock().Before(c.ExpiresAt) {
		return c.Kiosk, errExpired
	}
	if !c.Used {
		switch err := a.Store.UseCertificate(r.Context(), c.Serial); {
		case errors.Is(err, docket.ErrRevoked):
			return c.Kiosk, errRevoked
		case err != nil:
			return c.Kiosk, err
		}
		a.Log.Info("a terminal uses a new certificate", "kiosk", c.Kiosk, "expires", c.ExpiresAt)
	}
	Known(r.Context())
	return c.Kiosk, nil
}

// ofAnother refuses what a terminal says in another's name.
func ofAnother(kiosk, says int, what string) error {
	if says == kiosk {
		return nil
	}
	return failure{http.StatusForbidden, "forbidden", fmt.Sprintf("the certificate is that of terminal %d, the %s says %d", kiosk, what, says)}
}
