// Package track is the page behind the QR code of a slip: a resident's phone
// opens it and sees how far the request is. It needs no sign-in, so it says
// nothing that everybody may not see: the service, the status and when. A note
// from staff is for the terminal and the desk. Whoever tries codes that do not
// exist is soon asked to wait.
package track

import (
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/limit"
	"lintai/sync/central/page"
)

//go:embed track.html track.css
var files embed.FS

var templates = page.Of(template.Must(template.New("track").Funcs(page.Functions).ParseFS(files, "track.html")))

// Page serves /t/CODE.
type Page struct {
	Store   docket.Store
	Catalog func() *catalog.Catalog
	Clock   func() time.Time
	Log     *slog.Logger
	Guesses *limit.Guesses
}

// Register adds the routes.
func (p *Page) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /t/{code}", p.show)
	mux.HandleFunc("GET /assets/track.css", page.Asset(files, "track.css"))
}

// step is one mark on the track.
type step struct {
	Name    string
	At      time.Time
	Reached bool
	Current bool
}

// view is what the page shows; Problem instead of the rest when it is set.
type view struct {
	Problem string
	Code    string
	Service string
	Steps   []step
}

func (p *Page) show(w http.ResponseWriter, r *http.Request) {
	status, v := p.look(r)
	if err := page.Write(w, status, templates, "track.html", v, p.Clock()); err != nil {
		p.Log.Error("progress page not served", "error", err)
		http.Error(w, "", http.StatusInternalServerError)
	}
}

func (p *Page) look(r *http.Request) (int, view) {
	if !p.Guesses.Allowed(r) {
		return http.StatusTooManyRequests, view{Problem: "wait"}
	}
	code, err := ticket.Parse(r.PathValue("code"))
	if err != nil {
		p.Guesses.Wrong(r)
		return http.StatusNotFound, view{Problem: "unknown"}
	}
	c, events, err := docket.Follow(r.Context(), p.Store, code)
	switch {
	case errors.Is(err, docket.ErrNotFound):
		p.Guesses.Wrong(r)
		return http.StatusNotFound, view{Problem: "unknown"}
	case err != nil:
		if r.Context().Err() == nil {
			p.Log.Error("progress not read", "error", err)
		}
		return http.StatusServiceUnavailable, view{Problem: "unavailable"}
	}
	return http.StatusOK, p.view(c, events)
}

func (p *Page) view(c docket.Case, events []docket.Event) view {
	v := view{Code: c.Ticket.String(), Service: c.Service}
	if s, ok := p.Catalog().Service(c.Service); ok {
		v.Service = s.Name
	}
	reached := map[docket.Status]time.Time{}
	for _, e := range events {
		if e.Stars > 0 || !e.Told() {
			continue // the stars are between the resident and staff
		}
		status := e.Status
		if status == docket.Merged {
			status = e.OtherStatus
		}
		if status == docket.Accepted { // perhaps again, after it was done
			clear(reached)
			reached[docket.Delivered] = c.ReceivedAt
		}
		if _, before := reached[status]; !before {
			reached[status] = e.At
		}
	}
	now := docket.Standing(c, events)
	way := []docket.Status{docket.Delivered, docket.Accepted, docket.Dispatched, docket.Working, docket.Done}
	if now == docket.Rated {
		reached[now] = reached[docket.Done]
		way = append(way, now)
	}
	if now.Closed() && now != docket.Done && now != docket.Rated {
		// It ended otherwise: what was to come is not to come.
		way = append(slices.DeleteFunc(way, func(s docket.Status) bool { return reached[s].IsZero() }), now)
	}
	for _, s := range way {
		at, ok := reached[s]
		if s == docket.Dispatched && !ok {
			continue // many a thing is done by who takes it on
		}
		v.Steps = append(v.Steps, step{Name: page.Status(s), At: at, Reached: ok, Current: s == now})
	}
	return v
}
