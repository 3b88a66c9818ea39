package deviceapi

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"lintai/sync/central/limit"
	"lintai/sync/central/sensor"
)

// Register adds the way by HTTP to a mux.
func (d *Door) Register(mux *http.ServeMux) { mux.HandleFunc("POST /devices/{id}", d.post) }

// post answers 204 for what is committed; 400 and 401 will be so again, 429 and 503 may
// be otherwise later.
func (d *Door) post(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	key, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		key = ""
	}
	s, err := d.admit(r.Context(), limit.Address(r), id, key)
	if err == nil {
		var body []byte
		if body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, sensor.MaxMessage)); err != nil {
			err = errors.Join(sensor.ErrReading, err)
		} else {
			err = d.take(r.Context(), id, s.key, body)
		}
	}
	status := http.StatusNoContent
	switch {
	case err == nil:
	case errors.Is(err, sensor.ErrDenied):
		w.Header().Set("WWW-Authenticate", "Bearer")
		status = http.StatusUnauthorized
	case errors.Is(err, errTooMany):
		w.Header().Set("Retry-After", "30")
		status = http.StatusTooManyRequests
	case errors.Is(err, sensor.ErrReading):
		status = http.StatusBadRequest
	default:
		d.Log.Error("message of a device is not taken", "error", err)
		status = http.StatusServiceUnavailable
	}
	w.WriteHeader(status)
}
