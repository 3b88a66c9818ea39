package kioskapi

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"lintai/sync/central/authority"
	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// maxEnrolBody bounds what somebody without a certificate may send.
const maxEnrolBody = 16 << 10

// errCode is all that whoever does not know the code is told: an unknown one, one
// that is void, and a proof that is wrong or was made for another connection look
// the same.
var errCode = failure{http.StatusForbidden, wire.ErrorCodeRefused, "no such code, or not from here"}

// enrol gives a terminal its first certificate for a one-time code.
func (a *API) enrol(w http.ResponseWriter, r *http.Request) error {
	if !a.Codes.Allowed(r) {
		return failure{http.StatusTooManyRequests, "too_many", "too many wrong codes from here; wait"}
	}
	body, err := a.small(w, r, maxEnrolBody)
	if err != nil {
		return err
	}
	asked, err := decodeEnrol(body)
	if err != nil {
		return err
	}
	if r.TLS == nil {
		return errCode
	}
	exporter, err := r.TLS.ExportKeyingMaterial(wire.ExporterLabel, nil, wire.ExporterBytes)
	if err != nil {
		return fmt.Errorf("kioskapi: %w", err)
	}
	code, err := a.Store.Code(r.Context(), asked.CodeID)
	if err != nil && !errors.Is(err, docket.ErrNotFound) {
		return err
	}
	// An unknown code has a secret of zeroes, so that it takes as long.
	proved := wire.SameProof(code.Secret.EnrolProof(exporter, asked), asked.Proof)
	if err != nil || code.Void || !proved {
		a.Codes.Wrong(r)
		return errCode
	}
	switch {
	case asked.Kiosk != code.Kiosk:
		return failure{http.StatusForbidden, wire.ErrorWrongNumber, fmt.Sprintf("the code is that of terminal %d", code.Kiosk)}
	case !a.Clock().Before(code.ExpiresAt):
		return failure{http.StatusForbidden, wire.ErrorCodeExpired, "the code has expired"}
	}
	certificate, err := a.redeem(r, code, asked.Request)
	if err != nil {
		return err
	}
	answer, err := a.Facts()
	if err != nil {
		return err
	}
	a.Log.Info("a terminal enrolled", "kiosk", code.Kiosk)
	answer.Protocol, answer.ServerTime, answer.Kiosk = wire.Protocol, a.Clock().UTC(), code.Kiosk
	answer.Certificate, answer.Root = certificate, a.Root.DER()
	answer.Proof = code.Secret.AnswerProof(exporter, answer)
	a.reply(w, http.StatusOK, answer)
	return nil
}

// redeem gives the certificate for a code. The same key gets the same again: the
// answer may have been lost.
func (a *API) redeem(r *http.Request, code docket.Code, request []byte) ([]byte, error) {
	key, hash, err := requested(request)
	if err != nil {
		return nil, err
	}
	if !code.Used() {
		c, err := a.issue(code.Kiosk, key)
		if err != nil {
			return nil, err
		}
		err = a.Store.Redeem(r.Context(), code.ID, hash, c)
		switch {
		case errors.Is(err, docket.ErrNotFound):
			return nil, errCode
		case err != nil && !errors.Is(err, docket.ErrCodeUsed):
			return nil, err
		}
		// Another request may have been first.
		if code, err = a.Store.Code(r.Context(), code.ID); err != nil {
			return nil, err
		}
	}
	if code.Key != hash {
		return nil, failure{http.StatusForbidden, wire.ErrorCodeUsed, "the code was used before"}
	}
	c, err := a.Store.Certificate(r.Context(), code.Serial)
	if err != nil {
		return nil, err
	}
	return c.Body, nil
}

func (a *API) issue(kiosk int, key *ecdsa.PublicKey) (docket.Certificate, error) {
	now := a.Clock()
	der, serial, err := a.Root.Issue(kiosk, key, now)
	if err != nil {
		return docket.Certificate{}, err
	}
	return docket.Certificate{Serial: serial, Kiosk: kiosk, Body: der, IssuedAt: now, ExpiresAt: now.Add(authority.Life)}, nil
}

// requested reads a certificate request, and gives its key with the SHA-256 of it.
func requested(der []byte) (*ecdsa.PublicKey, docket.Hash, error) {
	key, err := authority.ParseRequest(der)
	if err != nil {
		return nil, docket.Hash{}, failure{http.StatusBadRequest, "bad_request", "the certificate request is none of a terminal's"}
	}
	public, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, docket.Hash{}, fmt.Errorf("kioskapi: %w", err)
	}
	return key, sha256.Sum256(public), nil
}

// decodeEnrol reads what anybody may send.
func decodeEnrol(body []byte) (wire.Enrol, error) {
	var e wire.Enrol
	if err := json.Unmarshal(body, &e); err != nil {
		return e, failure{http.StatusBadRequest, "bad_request", "the body is not one request to enrol as JSON"}
	}
	if e.Kiosk < 1 || len(e.CodeID) != 32 || len(e.Proof) != sha256.Size || len(e.Request) == 0 || len(e.Request) > authority.MaxRequest {
		return e, failure{http.StatusBadRequest, "bad_request", "a request to enrol has a number, a code, a key and a proof"}
	}
	return e, nil
}
