// Package console is the host of staff's pages: it knows who is signed in, draws
// the frame around every page (menu, the banner of calls, the live line), and keeps
// the one table that says who may come where. The pages themselves are areas,
// packages below this one; each gives its rows of the table and of the menu, and
// nothing is served that stands in no row.
//
// Everything is rendered here and works without script; with its one small script a
// page follows the docket live: a call rings on every open page the moment it is
// committed.
package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/page"
	"lintai/sync/central/privacy"
	"lintai/sync/central/staff"
)

// Ringing is an unanswered call, as it stands on the banner of every page.
type Ringing struct {
	docket.Call
	Terminal string
	Late     string // it took minutes to arrive: how many, and that the person may be gone; or ""
	Answers  []Answer
	Mine     bool   // rings on the pages of whoever asks; else it stands there quietly
	Rung     string // for whom it rings instead
}

// Banner is what stands on every page of those who answer calls.
type Banner struct {
	Calls      []Ringing // unanswered ones, oldest first
	Unrecorded int       // answered ones of which nobody wrote what became of them
}

// Answer is one that can be given with one press.
type Answer struct{ ID, Words string }

// Notice is something that one member of staff was told and has not seen, as it stands
// on the banner of her pages.
type Notice struct {
	Number int64
	Case   int64
	Words  string
	Late   bool
}

// Warning is something about this central as a whole. Address is where it is explained,
// for who may go there.
type Warning struct{ Words, Address string }

// CallRoles are who hears calls and may answer them.
var CallRoles = []staff.Role{staff.Clerk, staff.Worker, staff.Administrator}

// Host serves /console and below, /sign-in, /invitation and /sign-out.
type Host struct {
	Areas  []Area
	Office *staff.Office
	Hub    *live.Hub
	Calls  func(context.Context, staff.Account) (Banner, error)
	// Notices are what one was told; nil: nothing.
	Notices func(context.Context, staff.Account) ([]Notice, error)
	// Warning stands on every page; nil: there is none.
	Warning func(context.Context, staff.Account) (Warning, error)
	// Reads notes what an account is about to be shown of residents; nil: nothing is noted.
	Reads     func(ctx context.Context, account string, all ...privacy.Read) error
	Clock     func() time.Time
	Log       *slog.Logger
	Secure    bool // staff come by https: the cookie travels nowhere else
	Heartbeat time.Duration

	turns turns // of Register
}

// Routes is the whole table: the host's own rows and those of the areas.
func (h *Host) Routes() []Route {
	all := []Route{
		{Method: "GET", Pattern: "/{$}", Roles: staff.Roles, Handler: func(r *Request) error { return r.Redirect(h.home(r.Who)) }},
		{Method: "POST", Pattern: "/sign-out", Roles: staff.Roles, Handler: h.signOut},
		{Method: "GET", Pattern: "/console/stream", Roles: staff.Roles, Handler: h.stream, Script: true},
	}
	for _, area := range h.Areas {
		all = append(all, area.Routes()...)
	}
	return all
}

// open is what needs no session: nobody is signed in there yet.
func (h *Host) open() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /sign-in": h.signInPage, "POST /sign-in": h.signIn,
		"GET /invitation": h.invitationPage, "POST /invitation": h.redeem,
	}
}

// Register adds the table to a mux, and beside it what needs no session.
func (h *Host) Register(mux *http.ServeMux) {
	h.turns = newTurns()
	for pattern, open := range h.open() {
		mux.HandleFunc(pattern, open)
	}
	for _, name := range []string{"console.css", "console.js", "icon.svg"} {
		mux.HandleFunc("GET /assets/"+name, page.Asset(files, "assets/"+name))
	}
	for _, route := range h.Routes() {
		if len(route.Roles) == 0 || (route.Method != "GET" && route.Method != "POST") {
			panic(fmt.Sprintf("console: %s %s is for nobody, or with no method of a form", route.Method, route.Pattern))
		}
		mux.HandleFunc(route.Method+" "+route.Pattern, h.guard(route))
	}
}

// guard lets a row's roles in, and nobody else.
func (h *Host) guard(route Route) http.HandlerFunc {
	return func(w http.ResponseWriter, plain *http.Request) {
		if !route.Script {
			done, ok := h.turns.take(plain)
			if !ok {
				return // the page is gone
			}
			defer done()
		}
		r := &Request{Request: plain, Writer: w, host: h}
		err := h.recognise(r)
		switch {
		case errors.Is(err, staff.ErrNotFound) && route.Script:
			http.Error(w, "", http.StatusUnauthorized)
			return
		case errors.Is(err, staff.ErrNotFound):
			http.Redirect(w, plain, "/sign-in", http.StatusSeeOther)
			return
		case err == nil && !r.Who.Has(route.Roles...):
			err = ErrForbidden
			h.Log.Warn("refused for the role", "account", r.Who.ID, "route", plain.Pattern)
		}
		if err == nil && !readable(plain.URL) {
			err = ErrForm
		}
		if err == nil && route.Method == "POST" {
			err = h.checkForm(r, route)
		}
		if err == nil {
			err = route.Handler(r)
		}
		if err != nil {
			h.problem(r, err)
		}
	}
}

// checkForm reads a form within its bounds, and asks for the token.
func (h *Host) checkForm(r *Request, route Route) error {
	most := route.Body
	if most == 0 {
		most = DefaultBody
	}
	r.Body = http.MaxBytesReader(r.Writer, r.Body, most)
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(inMemory)
	} else {
		err = r.ParseForm()
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return err
	case err != nil:
		return errors.Join(ErrForm, err)
	case !tokenFits(r.PostFormValue("token"), r.token):
		return errToken
	case !allReadable(r.PostForm):
		return ErrForm
	}
	return nil
}

// readable tells whether what stands in an address is text at all. A database that is
// strict about that would fail with it, and the page with the database.
func readable(u *url.URL) bool { return utf8.ValidString(u.Path) && allReadable(u.Query()) }

func allReadable(form url.Values) bool {
	for name, values := range form {
		if !utf8.ValidString(name) || slices.ContainsFunc(values, func(v string) bool { return !utf8.ValidString(v) }) {
			return false
		}
	}
	return true
}

// inMemory is how many bytes of a form's files are kept in memory while it is read;
// the rest waits in temporary files, which the server removes.
const inMemory = 1 << 20
