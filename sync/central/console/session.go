package console

import (
	"errors"
	"net/http"
	"time"

	"lintai/sync/central/staff"
)

func (h *Host) cookieName() string {
	if h.Secure {
		return "__Host-lintai_session" // the browser then insists on Secure, and on this host
	}
	return "lintai_session"
}

func (h *Host) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: h.cookieName(), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: h.Secure, SameSite: http.SameSiteStrictMode}
}

// recognise finds who is signed in; staff.ErrNotFound when nobody is.
func (h *Host) recognise(r *Request) (err error) {
	cookie, err := r.Cookie(h.cookieName())
	if err != nil {
		return staff.ErrNotFound
	}
	if r.Who, r.Session, err = h.Office.Recognise(r.Context(), cookie.Value); err != nil {
		r.Who = staff.Account{}
		return err
	}
	r.cookie, r.token = cookie.Value, tokenOf(cookie.Value)
	return nil
}

// signInView is what stays in the form when it was not taken.
type signInView struct{ Login, Code string }

func (h *Host) signInPage(w http.ResponseWriter, plain *http.Request) {
	r := &Request{Request: plain, Writer: w, host: h}
	if err := h.recognise(r); err == nil {
		http.Redirect(w, plain, h.home(r.Who), http.StatusSeeOther)
		return
	}
	h.answer(r, r.Show(signInPage, signInView{}))
}

// answer ends a request that needs no session.
func (h *Host) answer(r *Request, err error) {
	if err != nil {
		h.problem(r, err)
	}
}

// openForm reads a form of somebody who is not signed in.
func (h *Host) openForm(r *Request) error {
	r.Body = http.MaxBytesReader(r.Writer, r.Body, DefaultBody)
	if err := r.ParseForm(); err != nil {
		return errors.Join(ErrForm, err)
	}
	return nil
}

// claim is what she says of herself beside her password.
func (h *Host) claim(r *Request) staff.Claim {
	c := staff.Claim{From: r.From(), Device: r.UserAgent()}
	if cookie, err := r.Cookie(h.cookieName()); err == nil {
		c.Before = cookie.Value
	}
	return c
}

func (h *Host) signIn(w http.ResponseWriter, plain *http.Request) {
	r := &Request{Request: plain, Writer: w, host: h}
	if err := h.openForm(r); err != nil {
		h.problem(r, err)
		return
	}
	c := h.claim(r)
	c.Login, c.Password, c.Code = r.PostFormValue("login"), r.PostFormValue("password"), r.PostFormValue("code")
	cookie, who, err := h.Office.SignIn(r.Context(), c)
	if err != nil {
		if errors.Is(err, staff.ErrSignIn) || errors.Is(err, staff.ErrWait) {
			h.Log.Warn("sign-in refused", "wait", errors.Is(err, staff.ErrWait))
		}
		h.answer(r, r.ShowWith(signInPage, signInView{Login: c.Login}, err))
		return
	}
	h.welcome(r, cookie, who)
}

// welcome gives the browser its new session.
func (h *Host) welcome(r *Request, cookie string, who staff.Account) {
	h.Log.Info("signed in", "account", who.ID)
	http.SetCookie(r.Writer, h.cookie(cookie, int(staff.Shift/time.Second)))
	http.Redirect(r.Writer, r.Request, h.home(who), http.StatusSeeOther)
}

func (h *Host) signOut(r *Request) error {
	if err := h.Office.SignOut(r.Context(), r.cookie); err != nil {
		return err
	}
	http.SetCookie(r.Writer, h.cookie("", -1))
	return r.Redirect("/sign-in")
}

// invitationPage is where a one-time address leads: its code stands behind #, which no
// server is sent and no log has; the script puts it into the form, or a person does.
func (h *Host) invitationPage(w http.ResponseWriter, plain *http.Request) {
	r := &Request{Request: plain, Writer: w, host: h}
	h.answer(r, r.Show(invitationPage, signInView{}))
}

func (h *Host) redeem(w http.ResponseWriter, plain *http.Request) {
	r := &Request{Request: plain, Writer: w, host: h}
	if err := h.openForm(r); err != nil {
		h.problem(r, err)
		return
	}
	c, code := h.claim(r), r.PostFormValue("code")
	var who staff.Account
	var cookie string
	err := ErrTwice
	if r.PostFormValue("password") == r.PostFormValue("again") {
		cookie, who, err = h.Office.Redeem(r.Context(), code, r.PostFormValue("password"), c)
	}
	if errors.Is(err, staff.ErrNotFound) {
		err = Refuse(http.StatusForbidden, "old_invitation", err)
	}
	if err != nil {
		h.answer(r, r.ShowWith(invitationPage, signInView{Code: code}, err))
		return
	}
	h.welcome(r, cookie, who)
}
