// Package open311 shows the cases to every other channel as Open311 GeoReport
// v2 (https://wiki.open311.org/GeoReport_v2/): what services there are, what
// was asked for, how far it is. Reading needs no key, so nothing personal and
// nothing of a private service is ever in it: a description is made of what was
// chosen alone (options, places, times, small counts), in the words of the
// catalogue; what a resident said, wrote or photographed is not in it, and
// neither is the address.
//
// # How a request is named
//
// service_request_id is the ticket code: the resident with the slip, the clerk
// at the hotline and the terminal call a request by one name. So the codes of
// public services are public, and a ticket code must never open more than
// everybody may see: service, status and times. What is the resident's alone (a
// withdrawal, a rating) needs more than the code. A staff note is shown by the
// terminals to whoever has the code, so the form tells staff to write nothing
// personal into it; no public page holds it. The codes of private services are not listed, and asking for one of them here
// finds nothing.
package open311

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/sync/central/docket"
)

// Limits of the specification for a list that says no dates.
const (
	span     = 90 * 24 * time.Hour
	maxRows  = 1000
	pageSize = 50 // when only page is given
)

// Prefix is where the API stands.
const Prefix = "/open311/v2/"

// API serves GeoReport v2, reading only.
type API struct {
	Store docket.Store
	// Catalog gives the catalogue of today.
	Catalog func() *catalog.Catalog
	// Community names the places and activities that were chosen.
	Community func() *community.Document
	Clock     func() time.Time
	Log       *slog.Logger
	// Address is central's public address, for discovery.
	Address string
	// Changeset is when this API last changed.
	Changeset time.Time
}

// Register adds the routes. Every resource exists as .json and .xml.
func (a *API) Register(mux *http.ServeMux) {
	for _, f := range []format{asJSON, asXML} {
		mux.HandleFunc("GET /open311/discovery."+string(f), a.handle(f, a.discovery))
		mux.HandleFunc("GET "+Prefix+"discovery."+string(f), a.handle(f, a.discovery))
		mux.HandleFunc("GET "+Prefix+"services."+string(f), a.handle(f, a.services))
		mux.HandleFunc("GET "+Prefix+"requests."+string(f), a.handle(f, a.requests))
	}
	mux.HandleFunc("GET "+Prefix+"services/{file}", a.handleFile(a.service))
	mux.HandleFunc("GET "+Prefix+"requests/{file}", a.handleFile(a.request))
	mux.HandleFunc("GET /open311/", a.handle(asJSON, func(*http.Request, string) (document, error) {
		return nil, failure{http.StatusNotFound, "no such resource"}
	}))
}

// resource answers a request; name is the part of the path that names one
// thing, without its extension.
type resource func(r *http.Request, name string) (document, error)

func (a *API) handle(f format, serve resource) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d, err := serve(r, "")
		a.reply(w, r, f, d, err)
	}
}

func (a *API) handleFile(serve resource) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, extension, _ := strings.Cut(r.PathValue("file"), ".")
		f := format(extension)
		if f != asJSON && f != asXML {
			a.reply(w, r, asJSON, nil, failure{http.StatusNotFound, "the formats are .json and .xml"})
			return
		}
		d, err := serve(r, name)
		a.reply(w, r, f, d, err)
	}
}

// offered tells whether a service may be seen by everybody, and is one that
// something can be asked for: looking up and reading happen elsewhere.
func offered(s *catalog.Service) bool { return !s.Private && s.Kind == catalog.KindRequest }

// public lists the codes of the services that may be seen.
func (a *API) public() []string {
	codes := []string{} // not nil: that would select all
	services := a.Catalog().Services
	for i := range services {
		if s := &services[i]; offered(s) {
			codes = append(codes, s.Code)
		}
	}
	return codes
}
