// Package open311 is what every other channel speaks: Open311 GeoReport v2
// (https://wiki.open311.org/GeoReport_v2/), whole, in JSON and XML, and FixMyStreet's
// list of updates beside it. It shows what services there are, what was asked for and
// how far it is, and takes requests of channels that have a key.
//
// Reading needs no key, so nothing personal and nothing of a private service is ever in
// it: a description is made of what was chosen alone (options, places, times, small
// counts), in the words of the catalogue; what a resident said, wrote or photographed
// is not in it, and neither is the address. A channel that shows its key sees
// more of two things: the private services, so that it can ask for them, and how the
// cases stand that it filed itself, with the notes for the resident.
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
//
// A token is the id that the terminal or the client gave the request before anybody
// else knew of it. So a request that a terminal made without a network is found by its
// token as soon as it is here.
//
// # What is kept of a request
//
// The fields of the service's definition, the description, and of what names or finds
// somebody only what the service's allow-list in the catalogue names: nothing else is
// written down, and service_notice says so. An account and a device serve to know a
// request when it is sent again, as a hash. E-mail addresses are never kept: no service asks for one.
//
// A media_url stays a link that staff may open, and central never fetches it: what it
// leads to may lie within central's own network, change after it was looked at, or be
// no picture. Terminals' photos, which central does keep, come sealed and are checked.
//
// # Errors
//
// 400 what cannot be, 403 no key or a wrong one, 404 what is not there, 429 too much at
// once; always as a list, which names all that is wrong with a request together.
package open311

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/sync/central/channel"
	"lintai/sync/central/docket"
	"lintai/sync/central/limit"
)

// Limits of the specification for a list that says no dates.
const (
	span     = 90 * 24 * time.Hour
	maxRows  = 1000
	pageSize = 50 // when only page is given
)

// Prefix is where the API stands.
const Prefix = "/open311/v2/"

// API serves GeoReport v2.
type API struct {
	Store docket.Store
	// Channels knows the keys, and what only channels ask.
	Channels channel.Store
	Receiver *channel.Receiver
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
	// Guesses bounds wrong keys, Addresses what one address asks without a key, and Keys
	// what one channel asks.
	Guesses, Addresses, Keys *limit.Guesses
}

// Limits on what is asked. A channel that lists everything once a minute, or files
// what a district's hotline hears, stays far below.
const (
	AddressBurst = 300
	AddressEvery = 100 * time.Millisecond
	KeyBurst     = 600
	KeyEvery     = 20 * time.Millisecond
)

// Register adds the routes. Every resource exists as .json and .xml.
func (a *API) Register(mux *http.ServeMux) {
	for _, f := range []format{asJSON, asXML} {
		mux.HandleFunc("GET /open311/discovery."+string(f), a.handle(f, a.discovery))
		mux.HandleFunc("GET "+Prefix+"discovery."+string(f), a.handle(f, a.discovery))
		mux.HandleFunc("GET "+Prefix+"services."+string(f), a.handle(f, a.services))
		mux.HandleFunc("GET "+Prefix+"requests."+string(f), a.handle(f, a.requests))
		mux.HandleFunc("POST "+Prefix+"requests."+string(f), a.handle(f, a.fileRequest))
		mux.HandleFunc("GET "+Prefix+"servicerequestupdates."+string(f), a.handle(f, a.updates))
		mux.HandleFunc("POST "+Prefix+"servicerequestupdates."+string(f), a.handle(f, a.note))
	}
	mux.HandleFunc("GET "+Prefix+"services/{file}", a.handleFile(a.service))
	mux.HandleFunc("GET "+Prefix+"requests/{file}", a.handleFile(a.request))
	mux.HandleFunc("GET "+Prefix+"tokens/{file}", a.handleFile(a.token))
	mux.HandleFunc("/open311/", func(w http.ResponseWriter, r *http.Request) {
		f := asJSON
		if strings.HasSuffix(r.URL.Path, ".xml") {
			f = asXML
		}
		a.handle(f, nowhere)(w, r)
	})
}

func nowhere(*call) (document, error) {
	return nil, failure{http.StatusNotFound, "no such resource; they end in .json or .xml"}
}

// call is one request to the API.
type call struct {
	*http.Request
	name    string          // the part of the path that names one thing, without its extension
	form    url.Values      // of a POST
	channel channel.Channel // whose key was shown; the zero Channel when none was
}

// known tells whether a channel asks.
func (c *call) known() bool { return c.channel.Number != 0 }

// mine tells whether the channel that asks filed a case.
func (c *call) mine(filed docket.Case) bool { return c.known() && filed.Channel == c.channel.Number }

// parameter reads one of the query; the first counts.
func (c *call) parameter(name string) string { return c.URL.Query().Get(name) }

// resource answers a call.
type resource func(c *call) (document, error)

func (a *API) handle(f format, serve resource) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { a.serve(w, &call{Request: r}, f, serve) }
}

func (a *API) handleFile(serve resource) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, extension, _ := strings.Cut(r.PathValue("file"), ".")
		f := format(extension)
		if f != asJSON && f != asXML {
			f, serve := asJSON, nowhere
			a.serve(w, &call{Request: r}, f, serve)
			return
		}
		a.serve(w, &call{Request: r, name: name}, f, serve)
	}
}

func (a *API) serve(w http.ResponseWriter, c *call, f format, serve resource) {
	began := a.Clock()
	d, err := a.admit(w, c)
	if err == nil {
		d, err = serve(c)
	}
	status := a.reply(w, c, f, d, err)
	// The route and not the path: that holds codes.
	a.Log.Debug("open311", "method", c.Method, "route", c.Pattern, "channel", c.channel.Number, "status", status, "ms", a.Clock().Sub(began).Milliseconds())
}

// offered tells whether a service may be seen by everybody, and is one that
// something can be asked for: looking up and reading happen elsewhere.
func offered(s *catalog.Service) bool { return s.Public() }

// seen tells whether whoever asks may see a service.
func (c *call) seen(s *catalog.Service) bool {
	return offered(s) || c.known() && s.Kind == catalog.KindRequest
}

// public lists the codes of the services that may be seen by everybody.
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
