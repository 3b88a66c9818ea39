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

// ErrTwice is a new password that was not typed twice alike.
var ErrTwice = errors.New("console: two passwords")

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
	{staff.ErrSignIn, http.StatusForbidden, "wrong_sign_in"},
	{staff.ErrCode, http.StatusForbidden, "wrong_digits"},
	{staff.ErrWait, http.StatusTooManyRequests, "wait"},
	{staff.ErrShort, http.StatusBadRequest, "short_password"},
	{staff.ErrLong, http.StatusBadRequest, "long_password"},
	{staff.ErrCommon, http.StatusBadRequest, "common_password"},
	{staff.ErrPersonal, http.StatusBadRequest, "personal_password"},
	{staff.ErrNumber, http.StatusBadRequest, "number_password"},
	{staff.ErrSame, http.StatusBadRequest, "same_password"},
	{staff.ErrName, http.StatusBadRequest, "bad_account"},
	{staff.ErrRole, http.StatusBadRequest, "bad_role"},
	{staff.ErrExists, http.StatusConflict, "login_taken"},
	{staff.ErrLast, http.StatusConflict, "last_administrator"},
	{ErrTwice, http.StatusBadRequest, "password_twice"},
	{errToken, http.StatusForbidden, "old_form"},
	{ErrForbidden, http.StatusForbidden, "forbidden"},
}

// words are the status and the key of what is said about an error; false when nothing
// can be said but that it failed.
func words(err error) (status int, key string, ok bool) {
	var large *http.MaxBytesError
	var own refusal
	switch {
	case errors.As(err, &own):
		return own.status, own.words, true
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, "too_large", true
	}
	for _, one := range refusals {
		if errors.Is(err, one.error) {
			return one.status, one.words, true
		}
	}
	return http.StatusServiceUnavailable, "unavailable", false
}

// problem tells staff what went wrong, in words that help, and logs what they
// need not know.
func (h *Host) problem(r *Request, err error) {
	status, key, known := words(err)
	if !known {
		if r.Context().Err() != nil {
			return
		}
		h.Log.Error("console not served", "route", r.Pattern, "error", err)
	}
	if err := h.show(r, status, problemPage, nil, key); err != nil {
		h.Log.Error("console not served", "route", r.Pattern, "error", err)
		http.Error(r.Writer, "", http.StatusInternalServerError)
	}
}
