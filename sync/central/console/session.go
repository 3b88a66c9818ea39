package console

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
	"lintai/sync/central/keyring"
	"lintai/sync/central/page"
)

// shift is how long a sign-in lasts: a working day.
const shift = 12 * time.Hour

// maxName is how many characters of a name are kept.
const maxName = 20

func (c *Console) cookieName() string {
	if c.Secure {
		return "__Host-lintai_session" // the browser then insists on Secure, and on this host
	}
	return "lintai_session"
}

func (c *Console) signInPage(w http.ResponseWriter, r *http.Request) {
	if _, err := c.session(r); err == nil {
		http.Redirect(w, r, "/console", http.StatusSeeOther)
		return
	}
	c.showSignIn(w, r, http.StatusOK, "")
}

func (c *Console) showSignIn(w http.ResponseWriter, r *http.Request, status int, problem string) {
	if err := page.Write(w, status, pages["signin"], "layout", frame{Title: "sign_in", Problem: problem}); err != nil {
		c.Log.Error("console not served", "route", r.Pattern, "error", err)
		http.Error(w, "", http.StatusInternalServerError)
	}
}

func (c *Console) signIn(w http.ResponseWriter, r *http.Request) {
	if !c.Guesses.Allowed(r) {
		c.showSignIn(w, r, http.StatusTooManyRequests, "wait")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	given, want := sha256.Sum256([]byte(keyring.Normal(r.PostFormValue("key")))), sha256.Sum256([]byte(c.AccessKey))
	if subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
		c.Guesses.Wrong(r)
		c.Log.Warn("wrong access key")
		c.showSignIn(w, r, http.StatusForbidden, "wrong_key")
		return
	}
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	cookie := base64.RawURLEncoding.EncodeToString(secret)
	now := c.Clock()
	s := docket.Session{Name: staffName(r.PostFormValue("name")), Expires: now.Add(shift)}
	err := c.Store.PutSession(r.Context(), sha256.Sum256([]byte(cookie)), s)
	if err == nil {
		err = c.Store.DeleteExpired(r.Context(), now)
	}
	if err != nil {
		c.problem(w, r, docket.Session{}, err)
		return
	}
	http.SetCookie(w, c.cookie(cookie, int(shift/time.Second)))
	http.Redirect(w, r, "/console", http.StatusSeeOther)
}

func (c *Console) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: c.cookieName(), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteStrictMode}
}

// staffName is the name as it will stand beside what she does.
func staffName(text string) string {
	name := []rune(strings.Join(strings.Fields(text), " "))
	if len(name) == 0 {
		return phrase.Text("console.staff")
	}
	return string(name[:min(len(name), maxName)])
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(c.cookieName()); err == nil {
		if err := c.Store.DeleteSession(r.Context(), sha256.Sum256([]byte(cookie.Value))); err != nil {
			c.problem(w, r, docket.Session{}, err)
			return
		}
	}
	http.SetCookie(w, c.cookie("", -1))
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}

// session finds who is signed in; docket.ErrNotFound when nobody is.
func (c *Console) session(r *http.Request) (docket.Session, error) {
	cookie, err := r.Cookie(c.cookieName())
	if err != nil {
		return docket.Session{}, docket.ErrNotFound
	}
	s, err := c.Store.Session(r.Context(), sha256.Sum256([]byte(cookie.Value)))
	if err == nil && !c.Clock().Before(s.Expires) {
		err = docket.ErrNotFound
	}
	return s, err
}
