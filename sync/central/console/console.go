// Package console is the page of staff: what was asked for, how urgent it is,
// who is calling. It is rendered here, works without script, and with its one
// small script follows the docket live: a call rings on every open page the
// moment it is committed.
//
// Whoever has the access key may sign in and gives a name, which is written
// beside what she does.
package console

import (
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"lintai/kiosk/catalog"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/intake"
	"lintai/sync/central/kioskapi"
	"lintai/sync/central/limit"
	"lintai/sync/central/live"
	"lintai/sync/central/page"
)

//go:embed templates assets
var files embed.FS

// Console serves /console, /sign-in and /sign-out.
type Console struct {
	Store     docket.Store
	Desk      *desk.Desk
	Receiver  *intake.Receiver
	Presence  *kioskapi.Presence
	Hub       *live.Hub
	Catalog   func() *catalog.Catalog
	Clock     func() time.Time
	Log       *slog.Logger
	Guesses   *limit.Guesses
	AccessKey string // in its normal form, see keyring.Normal
	Secure    bool   // staff come by https: the cookie travels nowhere else
	Heartbeat time.Duration
}

// Register adds the routes.
func (c *Console) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/console", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /sign-in", c.signInPage)
	mux.HandleFunc("POST /sign-in", c.signIn)
	mux.HandleFunc("POST /sign-out", c.signOut)
	mux.HandleFunc("GET /console", c.staff(c.list))
	mux.HandleFunc("GET /console/cases/{number}", c.staff(c.one))
	mux.HandleFunc("POST /console/cases/{number}/move", c.staff(c.move))
	mux.HandleFunc("POST /console/calls/{id}/answer", c.staff(c.answer))
	mux.HandleFunc("GET /console/terminals", c.staff(c.terminalsPage))
	mux.HandleFunc("POST /console/terminals/{number}/audit", c.staff(c.acknowledgeAudit))
	mux.HandleFunc("GET /console/quarantine/{number}", c.staff(c.quarantined))
	mux.HandleFunc("POST /console/quarantine/{number}/handle", c.staff(c.handle))
	mux.HandleFunc("GET /console/attachments/{id}", c.staff(c.attachment))
	mux.HandleFunc("GET /console/ratings/{number}", c.staff(c.oneRating))
	mux.HandleFunc("POST /console/ratings/{number}/handle", c.staff(c.handleRating))
	mux.HandleFunc("GET /console/stream", c.stream)
	for _, name := range []string{"console.css", "console.js", "icon.svg"} {
		mux.HandleFunc("GET /assets/"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, files, "assets/"+name)
		})
	}
}

// pages are the templates, each page with the layout around it.
var pages = func() map[string]*template.Template {
	all := map[string]*template.Template{}
	layout := template.Must(template.New("layout").Funcs(page.Functions).ParseFS(files, "templates/layout.html", "templates/attachments.html", "templates/terminal.html"))
	for _, name := range []string{"signin", "list", "terminals", "case", "rating", "quarantined", "problem"} {
		all[name] = template.Must(template.Must(layout.Clone()).ParseFS(files, "templates/"+name+".html"))
	}
	return all
}()

// staffHandler serves a signed-in member of staff. An error that no page was
// made for becomes the problem page.
type staffHandler func(w http.ResponseWriter, r *http.Request, s docket.Session) error

func (c *Console) staff(next staffHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, err := c.session(r)
		if errors.Is(err, docket.ErrNotFound) {
			http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
			return
		}
		if err == nil {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			err = next(w, r, s)
		}
		if err != nil {
			c.problem(w, r, s, err)
		}
	}
}

// maxForm is more than the largest form of these pages.
const maxForm = 16 << 10

// problem tells staff what went wrong, in words that help, and logs what they
// need not know.
func (c *Console) problem(w http.ResponseWriter, r *http.Request, s docket.Session, err error) {
	status, words := http.StatusServiceUnavailable, "unavailable"
	switch {
	case errors.Is(err, docket.ErrNotFound):
		status, words = http.StatusNotFound, "not_found"
	case errors.Is(err, docket.ErrMove), errors.Is(err, docket.ErrExists):
		status, words = http.StatusConflict, "moved"
	case errors.Is(err, docket.ErrAnswered):
		status, words = http.StatusConflict, "answered"
	case errors.Is(err, desk.ErrNote):
		status, words = http.StatusBadRequest, "long_note"
	case errors.Is(err, desk.ErrAnswer), errors.Is(err, errForm):
		status, words = http.StatusBadRequest, "bad_form"
	case r.Context().Err() != nil:
		return
	default:
		c.Log.Error("console not served", "route", r.Pattern, "error", err)
	}
	v := frame{Title: "problem", Session: s, Problem: words}
	if err := page.Write(w, status, pages["problem"], "layout", v); err != nil {
		c.Log.Error("console not served", "route", r.Pattern, "error", err)
		http.Error(w, "", http.StatusInternalServerError)
	}
}

// errForm is a form that these pages did not make.
var errForm = errors.New("console: not a form of this page")
