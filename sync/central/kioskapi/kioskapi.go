// Package kioskapi is the door for terminals: the server's end of package wire.
// A terminal shows its certificate, which package authority issued and the docket
// knows; what it pushes is filed by package intake before it is answered, what changed for it is read by cursor, and a stream tells it the
// moment there is something to read.
package kioskapi

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/ticket"
	"lintai/sync/central/authority"
	"lintai/sync/central/docket"
	"lintai/sync/central/fleet"
	"lintai/sync/central/intake"
	"lintai/sync/central/limit"
	"lintai/sync/central/live"
	"lintai/sync/wire"
)

// API serves /kiosk/v1/.
type API struct {
	Store     docket.Store
	Receiver  *intake.Receiver
	Hub       *live.Hub
	Presence  *Presence
	Clock     func() time.Time
	Log       *slog.Logger
	Heartbeat time.Duration // of the stream; wire.Heartbeat but in tests
	// Cards limits how many cards without requests a terminal may ask for, Codes how
	// many wrong one-time codes may come from one address.
	Cards, Codes *limit.Guesses

	// Fleet has what there is to do for terminals as computers, Fetches bounds what they
	// fetch for that.
	Fleet   *fleet.Keeper
	Fetches *Fetches

	// Catalog has the words of papers.
	Catalog func() *catalog.Catalog

	Root *authority.Root
	// Facts is what a terminal that enrols is told beside its certificate.
	Facts func() (wire.EnrolAnswer, error)

	// Answered is told of each item that was pushed what was answered; nil: nobody is.
	Answered func(outcome string)

	// Stray is told of a certificate that the root issued and the docket does not know;
	// nil: nobody is.
	Stray func(ctx context.Context, shown *x509.Certificate, serial int64)

	bodies   bodies
	refusals refusals
	streams  newest
}

// Register adds the routes.
func (a *API) Register(mux *http.ServeMux) {
	mux.HandleFunc("POST "+wire.PathPush, a.authenticated(a.push))
	mux.HandleFunc("GET "+wire.PathUploads+"{hash}", a.authenticated(a.uploaded))
	mux.HandleFunc("POST "+wire.PathUploads+"{hash}", a.authenticated(a.upload))
	mux.HandleFunc("GET "+wire.PathPull, a.authenticated(a.pull))
	mux.HandleFunc("GET "+wire.PathStream, a.authenticated(a.stream))
	mux.HandleFunc("GET "+wire.PathTickets+"{code}", a.authenticated(a.ticket))
	mux.HandleFunc("POST "+wire.PathCard, a.authenticated(a.card))
	mux.HandleFunc("POST "+wire.PathPapers, a.authenticated(a.paper))
	mux.HandleFunc("POST "+wire.PathPaperOutcome, a.authenticated(a.paperOutcome))
	mux.HandleFunc("POST "+wire.PathHealth, a.authenticated(a.health))
	mux.HandleFunc("GET "+wire.PathHealth, a.authenticated(a.line))
	mux.HandleFunc("GET "+wire.PathUpdates+"{hash}", a.authenticated(a.bundle))
	mux.HandleFunc("POST "+wire.PathLogs+"{order}", a.authenticated(a.log))
	mux.HandleFunc("POST "+wire.PathEnrol, a.open(func(w http.ResponseWriter, r *http.Request) (int, error) { return 0, a.enrol(w, r) }))
	mux.HandleFunc("POST "+wire.PathRenew, a.open(a.renew))
	mux.HandleFunc("GET "+wire.PathDocuments, a.authenticated(a.documents))
	mux.HandleFunc("GET "+wire.PathDocuments+"/{kind}/{version}", a.authenticated(a.document))
	mux.HandleFunc("/kiosk/", func(w http.ResponseWriter, r *http.Request) {
		a.refuse(w, failure{http.StatusNotFound, "bad_request", "no such address in this protocol"})
	})
}

// failure is a refusal that the terminal is told.
type failure struct {
	status      int
	code        string
	description string
}

func (f failure) Error() string { return f.code + ": " + f.description }

func (a *API) refuse(w http.ResponseWriter, f failure) {
	a.reply(w, f.status, wire.Error{Protocol: wire.Protocol, Code: f.code, Description: f.description})
}

func (a *API) reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		// The terminal is gone; it will ask again.
		a.Log.Debug("answer to a terminal not written", "error", err)
	}
}

type handler func(w http.ResponseWriter, r *http.Request, kiosk int) error

// authenticated finds the terminal by its certificate, and notes that it was heard
// of.
func (a *API) authenticated(next handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		kiosk, err := a.terminal(r)
		if err == nil {
			a.Presence.Heard(r.Context(), kiosk)
			err = next(w, r, kiosk)
		}
		a.settle(w, r, kiosk, err)
	}
}

// open serves who has no certificate that counts.
func (a *API) open(next func(w http.ResponseWriter, r *http.Request) (kiosk int, err error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		kiosk, err := next(w, r)
		a.settle(w, r, kiosk, err)
	}
}

// settle turns an error into an answer.
func (a *API) settle(w http.ResponseWriter, r *http.Request, kiosk int, err error) {
	var f failure
	switch {
	case err == nil:
	case errors.As(err, &f):
		if say, unsaid := a.refusals.say(a.Clock, kiosk, r.Pattern, f.code); say {
			a.Log.Warn("terminal refused", "kiosk", kiosk, "route", r.Pattern, "code", f.code, "description", f.description, "unsaid", unsaid)
		}
		a.refuse(w, f)
	case r.Context().Err() != nil: // it hung up; nobody is there to be told
	default:
		a.Log.Error("terminal not served", "kiosk", kiosk, "error", err)
		a.refuse(w, failure{http.StatusServiceUnavailable, "unavailable", "central cannot do this now; try again"})
	}
}

func (a *API) pull(w http.ResponseWriter, r *http.Request, kiosk int) error {
	cursor, err := strconv.ParseInt(r.URL.Query().Get("cursor"), 10, 64)
	if err != nil || cursor < 0 {
		return failure{http.StatusBadRequest, "bad_request", "cursor must be a number, 0 at first"}
	}
	changes, head, err := a.Store.Changes(r.Context(), kiosk, cursor, wire.MaxPull)
	if err != nil {
		return err
	}
	if cursor > head {
		// The terminal knows more than central: central was restored from a
		// backup. Everything is told again; a status that is older than the
		// terminal's is known by its event.
		a.Log.Warn("a terminal's cursor is ahead of central", "kiosk", kiosk, "cursor", cursor, "head", head)
		cursor = 0
		if changes, head, err = a.Store.Changes(r.Context(), kiosk, cursor, wire.MaxPull); err != nil {
			return err
		}
	}
	if n := len(changes); n > 0 {
		cursor = changes[n-1].Cursor
	}
	a.reply(w, http.StatusOK, wire.Pull{
		Protocol: wire.Protocol, ServerTime: a.Clock().UTC(), Cursor: cursor, More: cursor < head,
		Changes: append([]wire.Change{}, changes...), // [] rather than null
	})
	return nil
}

// ticket tells the progress of a ticket; its service by the code in the
// catalogue, which the terminal has too.
func (a *API) ticket(w http.ResponseWriter, r *http.Request, kiosk int) error {
	code, err := ticket.Parse(r.PathValue("code"))
	if err != nil {
		return failure{http.StatusBadRequest, "bad_request", "this is no ticket code"}
	}
	c, events, err := docket.Follow(r.Context(), a.Store, code)
	answer := wire.Ticket{Protocol: wire.Protocol}
	switch {
	case errors.Is(err, docket.ErrNotFound):
	case err != nil:
		return err
	default:
		answer.Known, answer.Service, answer.At = true, c.Service, c.UpdatedAt
		answer.Status, answer.Word = docket.Standing(c, events).Words()
		answer.Note = docket.LastNote(events)
		fetch := papersOn(c, events)
		answer.Paper, answer.PaperDesk, answer.Papers = fetch.here, fetch.atDesk, fetch.printed
	}
	a.reply(w, http.StatusOK, answer)
	return nil
}
