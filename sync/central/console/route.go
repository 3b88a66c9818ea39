package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
	"lintai/sync/central/limit"
	"lintai/sync/central/privacy"
	"lintai/sync/central/staff"
)

// Route is one row of the table of routes.
type Route struct {
	Method  string // GET or POST
	Pattern string // a path as http.ServeMux reads it, e.g. /console/cases/{number}
	// Roles may come here; anybody else who is signed in is refused, and who is not
	// is sent to sign in.
	Roles   []staff.Role
	Handler Handler
	// Body is how many bytes a form may have: DefaultBody when 0.
	Body int64
	// Script is true for what a page's script reads by itself: it is told 401 in place
	// of being sent to sign in, which it could not show.
	Script bool
}

// DefaultBody is more than the largest form without files.
const DefaultBody = 16 << 10

// Handler serves somebody who may come here. What it returns as an error becomes the
// problem page; see Refuse.
type Handler func(*Request) error

// Area is a part of the console: its rows of the table and of the menu.
type Area interface {
	Routes() []Route
	Menu() []Entry
}

// Group is what an entry of a long menu stands with: the name of that.
type Group = phrase.ID

// Groups of the menu. What is wanted all day stands by itself, before all groups.
const (
	Daily      Group = ""
	Doors      Group = "menu.doors"      // at people's doors and tables
	Life       Group = "menu.life"       // what the community does together
	Grounds    Group = "menu.grounds"    // who and what there is, and where
	Publishing Group = "menu.publishing" // what residents read
	Figures    Group = "menu.figures"    // what came of it all
	Devices    Group = "menu.devices"    // terminals and sensors
	Running    Group = "menu.running"    // rules, accounts, personal data
)

// groups are all of them as they stand in the menu.
var groups = []Group{Daily, Doors, Life, Grounds, Publishing, Figures, Devices, Running}

// Entry is a line of the menu.
type Entry struct {
	Label   phrase.ID
	Group   Group
	Address string
	Roles   []staff.Role // who sees it
	// Below is where the pages of the entry stand, when that is not below Address.
	Below string
}

// Request is one request of somebody who may make it.
type Request struct {
	*http.Request
	Writer http.ResponseWriter
	Who    staff.Account
	// Session is the one in which she asks.
	Session staff.Session

	host *Host
	// cookie is the session's secret.
	cookie string
	// token is the proof that a form is one of this session's pages.
	token string
}

// Show writes a page with the frame around it.
func (r *Request) Show(p *Page, content any) error {
	return r.host.show(r, http.StatusOK, p, content, "")
}

// ShowWith writes a page whose form was not taken, with the status and the words for
// the error; what is no fault of the form is returned.
func (r *Request) ShowWith(p *Page, content any, err error) error {
	status, words, ok := words(err)
	if !ok {
		return err
	}
	return r.host.show(r, status, p, content, words)
}

// Reads notes that she who asks is about to be shown something of residents. With an
// error of it the handler shows nothing: what cannot be noted is not read.
func (r *Request) Reads(all ...privacy.Read) error {
	if r.host.Reads == nil {
		return nil
	}
	return r.host.Reads(r.Context(), r.Who.ID, all...)
}

// Offer is the second factor that this session offers.
func (r *Request) Offer() (staff.Offer, error) { return staff.NewOffer(r.Who, r.cookie) }

// From is the address that it comes from, as guesses are counted by.
func (r *Request) From() string { return limit.Address(r.Request) }

// Redirect sends the browser on after a form was taken. to is a path of the console.
func (r *Request) Redirect(to string) error {
	http.Redirect(r.Writer, r.Request, to, http.StatusSeeOther)
	return nil
}

// Number reads a part of the path that is a number; what is none is not there.
func (r *Request) Number(name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return 0, docket.ErrNotFound
	}
	return n, nil
}

// Back is the page that a form of the frame stood on; only a path of the console, so
// that nobody can be sent elsewhere.
func (r *Request) Back() string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host || (u.Path != "/console" && !strings.HasPrefix(u.Path, "/console/")) {
		return r.host.home(r.Who)
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}
