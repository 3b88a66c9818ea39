// Package verify is the page that whoever is shown a paper of the community asks
// whether it is real: by the verification code on it. It says what kind of paper it
// is, when it was approved and by whom, and of whose it is the family name and the
// building, which the paper in her hand tells whole. Codes have 45 random bits, and whoever tries many is
// asked to wait.
//
// A case that was opened again has no paper that counts. Terminals print these papers
// with the address of this page; the code stands on the case's page too, for the desk.
package verify

import (
	"embed"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"lintai/kiosk/catalog"
	"lintai/sync/central/certificate"
	"lintai/sync/central/docket"
	"lintai/sync/central/limit"
	"lintai/sync/central/page"
)

//go:embed verify.html
var files embed.FS

var templates = page.Of(template.Must(template.New("verify").Funcs(page.Functions).ParseFS(files, "verify.html")))

// Page serves /verify.
type Page struct {
	Store   docket.Store
	Catalog func() *catalog.Catalog
	Clock   func() time.Time
	Log     *slog.Logger
	Guesses *limit.Guesses
}

// Register adds the route.
func (p *Page) Register(mux *http.ServeMux) { mux.HandleFunc("GET /verify", p.show) }

// view is what the page shows: nothing but the form when it was not asked.
type view struct {
	Problem  string // unknown, wait or unavailable
	Code     string
	Paper    string
	Name     string
	Home     string
	Made     time.Time
	Approved []certificate.Approval
}

func (p *Page) show(w http.ResponseWriter, r *http.Request) {
	status, v := p.look(r)
	if err := page.Write(w, status, templates, "verify.html", v, p.Clock()); err != nil {
		p.Log.Error("verification page not served", "error", err)
		http.Error(w, "", http.StatusInternalServerError)
	}
}

func (p *Page) look(r *http.Request) (int, view) {
	text := r.URL.Query().Get("code")
	if text == "" {
		return http.StatusOK, view{}
	}
	if !p.Guesses.Allowed(r) {
		return http.StatusTooManyRequests, view{Problem: "wait"}
	}
	code, err := docket.ParseVerification(text)
	if err != nil { // a slip of the finger: the check letter tells
		return http.StatusNotFound, view{Problem: "unknown"}
	}
	c, events, err := p.find(r, code)
	switch {
	case err != nil:
		if r.Context().Err() == nil {
			p.Log.Error("paper not looked up", "error", err)
		}
		return http.StatusServiceUnavailable, view{Problem: "unavailable"}
	case c.Verification != code:
		p.Guesses.Wrong(r)
		return http.StatusNotFound, view{Problem: "unknown"}
	}
	v, err := p.view(c, events)
	if err != nil {
		p.Log.Error("paper not shown", "error", err)
		return http.StatusServiceUnavailable, view{Problem: "unavailable"}
	}
	return http.StatusOK, v
}

func (p *Page) find(r *http.Request, code docket.Verification) (docket.Case, []docket.Event, error) {
	found, err := p.Store.Cases(r.Context(), docket.CaseQuery{Verification: code, Limit: 1})
	if err != nil || len(found) == 0 {
		return docket.Case{}, nil, err
	}
	return p.Store.Case(r.Context(), found[0].Number)
}

func (p *Page) view(c docket.Case, events []docket.Event) (view, error) {
	paper, err := certificate.Read(c, events, p.Catalog())
	if err != nil {
		return view{}, err
	}
	paper = paper.Masked()
	return view{Code: paper.Code.String(), Paper: paper.Kind, Name: paper.Holder, Home: paper.Home, Made: paper.Made, Approved: paper.Approvals}, nil
}
