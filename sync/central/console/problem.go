package console

import (
	"errors"
	"net/http"

	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

// ErrForm is a form that these pages did not make.
var ErrForm = errors.New("console: not a form of this page")

// ErrForbidden is a request of somebody whose roles do not allow it.
var ErrForbidden = errors.New("console: not for this role")

// errToken is a form without the token of its session.
var errToken = errors.New("console: a form without its token")

// refusal is an error with words for whoever asked.
type refusal struct {
	error
	status int
	words  string
}

func (r refusal) Unwrap() error { return r.error }

// Refuse gives an error a status and words: a key of the phrases' section problem.
func Refuse(status int, words string, err error) error { return refusal{err, status, words} }

// refusals are what areas need not put into words themselves.
var refusals = []refusal{
	{docket.ErrNotFound, http.StatusNotFound, "not_found"},
	{staff.ErrNotFound, http.StatusNotFound, "not_found"},
	{docket.ErrMove, http.StatusConflict, "moved"},
	{docket.ErrExists, http.StatusConflict, "moved"},
	{docket.ErrAnswered, http.StatusConflict, "answered"},
	{desk.ErrNote, http.StatusBadRequest, "long_note"},
	{desk.ErrAnswer, http.StatusBadRequest, "bad_form"},
	{ErrForm, http.StatusBadRequest, "bad_form"},
	{errToken, http.StatusForbidden, "old_form"},
	{ErrForbidden, http.StatusForbidden, "forbidden"},
}

// problem tells staff what went wrong, in words that help, and logs what they
// need not know.
func (h *Host) problem(r *Request, err error) {
	status, words := http.StatusServiceUnavailable, "unavailable"
	var large *http.MaxBytesError
	var own refusal
	switch {
	case errors.As(err, &own):
		status, words = own.status, own.words
	case errors.As(err, &large):
		status, words = http.StatusRequestEntityTooLarge, "too_large"
	default:
		known := false
		for _, one := range refusals {
			if known = errors.Is(err, one.error); known {
				status, words = one.status, one.words
				break
			}
		}
		switch {
		case known:
		case r.Context().Err() != nil:
			return
		default:
			h.Log.Error("console not served", "route", r.Pattern, "error", err)
		}
	}
	if err := h.show(r, status, problemPage, nil, words); err != nil {
		h.Log.Error("console not served", "route", r.Pattern, "error", err)
		http.Error(r.Writer, "", http.StatusInternalServerError)
	}
}
