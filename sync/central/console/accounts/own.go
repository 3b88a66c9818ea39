package accounts

import (
	"errors"

	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

var (
	ownPage    = console.NewPage(files, "templates/own.html")
	secondPage = console.NewPage(files, "templates/second.html")
	paperPage  = console.NewPage(files, "templates/paper.html")
)

// ownView is one's own page.
type ownView struct {
	staff.Account
	Papers   int // codes on paper that are left
	Sessions []ownSession
	Changed  bool // what she asked for was done
}

type ownSession struct {
	staff.Session
	This bool
}

func (a *Area) ownView(r *console.Request) (ownView, error) {
	v := ownView{Account: r.Who, Papers: len(r.Who.Second.Recovery), Changed: r.URL.Query().Get("changed") == "yes"}
	all, err := a.Office.Store.SessionsOf(r.Context(), r.Who.ID)
	if err != nil {
		return v, err
	}
	for _, s := range all {
		if !s.Over(a.Clock()) {
			v.Sessions = append(v.Sessions, ownSession{s, s.Token == r.Session.Token})
		}
	}
	return v, nil
}

func (a *Area) own(r *console.Request) error {
	v, err := a.ownView(r)
	if err != nil {
		return err
	}
	return r.Show(ownPage, v)
}

// done leads back to the page, which says so, or shows what was wrong on it.
func (a *Area) done(r *console.Request, wrong error) error {
	if wrong == nil {
		return r.Redirect("/console/me?changed=yes")
	}
	v, err := a.ownView(r)
	if err != nil {
		return err
	}
	v.Changed = false
	return r.ShowWith(ownPage, v, wrong)
}

func (a *Area) password(r *console.Request) error {
	if r.PostFormValue("password") != r.PostFormValue("again") {
		return a.done(r, console.ErrTwice)
	}
	return a.done(r, a.Office.SetPassword(r.Context(), r.Who, r.From(), r.PostFormValue("old"), r.PostFormValue("password"), r.Session.Token))
}

func (a *Area) endSessions(r *console.Request) error {
	id := r.PostFormValue("session")
	if id == r.Session.ID() {
		return console.ErrForm // that is what signing out is for
	}
	return a.done(r, a.Office.EndOwn(r.Context(), r.Who, id, r.Session.Token))
}

func (a *Area) second(r *console.Request) error { return a.showOffer(r, nil) }

func (a *Area) showOffer(r *console.Request, wrong error) error {
	if r.Who.Second.On() {
		return r.Redirect("/console/me")
	}
	offer, err := r.Offer()
	if err != nil {
		return err
	}
	if wrong != nil {
		return r.ShowWith(secondPage, offer, wrong)
	}
	return r.Show(secondPage, offer)
}

// secondPicture draws the offer. Once it is in force it is never shown again.
func (a *Area) secondPicture(r *console.Request) error {
	if r.Who.Second.On() {
		return docket.ErrNotFound
	}
	offer, err := r.Offer()
	if err != nil {
		return err
	}
	png, err := offer.Picture()
	if err != nil {
		return err
	}
	r.Writer.Header().Set("Content-Type", "image/png")
	r.Writer.Header().Set("Cache-Control", "no-store")
	r.Writer.Write(png) // a browser that is gone asks again
	return nil
}

func (a *Area) turnOn(r *console.Request) error {
	if r.Who.Second.On() {
		return console.ErrForm
	}
	offer, err := r.Offer()
	if err != nil {
		return err
	}
	codes, err := a.Office.TurnOn(r.Context(), r.Who, r.From(), r.PostFormValue("password"), offer, r.PostFormValue("code"), r.Session.Token)
	if errors.Is(err, staff.ErrSignIn) || errors.Is(err, staff.ErrCode) || errors.Is(err, staff.ErrWait) {
		return a.showOffer(r, err)
	}
	if err != nil {
		return err
	}
	return r.Show(paperPage, codes)
}

func (a *Area) turnOff(r *console.Request) error {
	return a.done(r, a.Office.TurnOff(r.Context(), r.Who, r.From(), r.PostFormValue("password")))
}
