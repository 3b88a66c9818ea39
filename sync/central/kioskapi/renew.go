package kioskapi

import (
	"encoding/json"
	"errors"
	"net/http"

	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// renew gives a terminal its next certificate. The present one may have expired,
// since a terminal may have been away for long; it must not be revoked. It counts
// until the next one is used, as the answer may be lost.
func (a *API) renew(w http.ResponseWriter, r *http.Request) (kiosk int, err error) {
	present, err := a.presented(r)
	if err == nil {
		err = a.renewFor(w, r, present)
	}
	return present.Kiosk, err
}

func (a *API) renewFor(w http.ResponseWriter, r *http.Request, present docket.Certificate) error {
	a.Presence.Heard(r.Context(), present.Kiosk)
	var asked wire.Renew
	body, err := a.small(w, r, maxEnrolBody)
	if err != nil {
		return err
	}
	if json.Unmarshal(body, &asked) != nil {
		return failure{http.StatusBadRequest, "bad_request", "the body is not one request to renew as JSON"}
	}
	if err := ofAnother(present.Kiosk, asked.Kiosk, "request"); err != nil {
		return err
	}
	key, _, err := requested(asked.Request)
	if err != nil {
		return err
	}
	next, err := a.issue(present.Kiosk, key)
	if err != nil {
		return err
	}
	switch err := a.Store.FileCertificate(r.Context(), next, present.Serial); {
	case errors.Is(err, docket.ErrRevoked):
		return errRevoked
	case err != nil:
		return err
	}
	a.reply(w, http.StatusOK, wire.RenewAnswer{Protocol: wire.Protocol, ServerTime: a.Clock().UTC(), Certificate: next.Body})
	return nil
}
