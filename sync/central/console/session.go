package console

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
	"lintai/sync/central/keyring"
	"lintai/sync/central/staff"
)

// shift is how long a sign-in lasts: a working day.
const shift = 12 * time.Hour

// maxName is how many characters of a name are kept.
const maxName = 20

func (h *Host) cookieName() string {
	if h.Secure {
		return "__Host-lintai_session" // the browser then insists on Secure, and on this host
	}
	return "lintai_session"
}

func (h *Host) signInPage(w http.ResponseWriter, plain *http.Request) {
	r := &Request{Request: plain, Writer: w, host: h}
	if err := h.recognise(r); err == nil {
		http.Redirect(w, plain, h.home(r.Who), http.StatusSeeOther)
		return
	}
	h.showSignIn(r, http.StatusOK, "")
}

func (h *Host) showSignIn(r *Request, status int, problem string) {
	if err := h.show(r, status, signInPage, nil, problem); err != nil {
		h.Log.Error("console not served", "route", r.Pattern, "error", err)
		http.Error(r.Writer, "", http.StatusInternalServerError)
	}
}

func (h *Host) signIn(w http.ResponseWriter, plain *http.Request) {
	r := &Request{Request: plain, Writer: w, host: h}
	if !h.Guesses.Allowed(plain) {
		h.showSignIn(r, http.StatusTooManyRequests, "wait")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, DefaultBody)
	given, want := sha256.Sum256([]byte(keyring.Normal(r.PostFormValue("key")))), sha256.Sum256([]byte(h.AccessKey))
	if subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
		h.Guesses.Wrong(plain)
		h.Log.Warn("wrong access key")
		h.showSignIn(r, http.StatusForbidden, "wrong_key")
		return
	}
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	cookie := base64.RawURLEncoding.EncodeToString(secret)
	now := h.Clock()
	s := docket.Session{Name: staffName(r.PostFormValue("name")), Expires: now.Add(shift)}
	err := h.Store.PutSession(r.Context(), sha256.Sum256([]byte(cookie)), s)
	if err == nil {
		err = h.Store.DeleteExpired(r.Context(), now)
	}
	if err != nil {
		h.problem(r, err)
		return
	}
	http.SetCookie(w, h.cookie(cookie, int(shift/time.Second)))
	http.Redirect(w, plain, "/console", http.StatusSeeOther)
}

func (h *Host) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: h.cookieName(), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: h.Secure, SameSite: http.SameSiteStrictMode}
}

// staffName is the name as it will stand beside what she does.
func staffName(text string) string {
	name := []rune(strings.Join(strings.Fields(text), " "))
	if len(name) == 0 {
		return phrase.Text("console.staff")
	}
	return string(name[:min(len(name), maxName)])
}

func (h *Host) signOut(r *Request) error {
	if cookie, err := r.Cookie(h.cookieName()); err == nil {
		if err := h.Store.DeleteSession(r.Context(), sha256.Sum256([]byte(cookie.Value))); err != nil {
			return err
		}
	}
	http.SetCookie(r.Writer, h.cookie("", -1))
	return r.Redirect("/sign-in")
}

// recognise finds who is signed in; staff.ErrNotFound when nobody is.
func (h *Host) recognise(r *Request) error {
	cookie, err := r.Cookie(h.cookieName())
	if err != nil {
		return staff.ErrNotFound
	}
	s, err := h.Store.Session(r.Context(), sha256.Sum256([]byte(cookie.Value)))
	if errors.Is(err, docket.ErrNotFound) || err == nil && !h.Clock().Before(s.Expires) {
		return staff.ErrNotFound
	}
	if err == nil {
		r.Who = staff.Account{Name: s.Name, Roles: []staff.Role{staff.Clerk, staff.Administrator}}
		r.token = tokenOf(cookie.Value)
	}
	return err
}
