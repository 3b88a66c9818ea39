package open311

import (
	"encoding/xml"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/channel"
)

// The longest that the fields of a request may be, in characters; the description's is
// the specification's.
const (
	maxDescription = 4000
	maxName        = 60
	maxAddress     = 200
	maxAddressID   = 100
	maxPhone       = 32
	maxLink        = 2000
	maxMedia       = 5
	maxKey         = 200
)

// filedEntry is the answer to a POST of a request.
type filedEntry struct {
	XMLName xml.Name `json:"-" xml:"request"`
	ID      string   `json:"service_request_id" xml:"service_request_id"`
	Notice  optional `json:"service_notice" xml:"service_notice"`
	Account optional `json:"account_id" xml:"account_id"`
}

func (e filedEntry) forJSON() any { return []filedEntry{e} }

func (e filedEntry) forXML() any {
	return struct {
		XMLName xml.Name `xml:"service_requests"`
		Entry   filedEntry
	}{Entry: e}
}

// fileRequest files a request.
func (a *API) fileRequest(c *call) (document, error) {
	code := strings.TrimSpace(c.form.Get("service_code"))
	if code == "" {
		return nil, failure{http.StatusBadRequest, "service_code is missing"}
	}
	s, ok := a.Catalog().Service(code)
	if !ok || !c.seen(s) {
		return nil, failure{http.StatusNotFound, "no such service_code"}
	}
	f := &filler{api: a, service: s, form: c.form}
	f.body = request.Request{Service: s.Code, CatalogVersion: a.Catalog().Version, Channel: &request.Channel{Name: c.channel.Name}}
	dropped := f.fields()
	f.fill()
	if f.body.Address == "" && s.Allows(catalog.Address) {
		f.body.Address = f.address.String()
	}
	filing := channel.Filing{Request: f.body, Key: c.Header.Get("Idempotency-Key"), Person: names(c.form), Content: channel.ContentOf(content(c.form))}
	if len(filing.Key) > maxKey {
		f.refuse("Idempotency-Key has at most %d characters", maxKey)
	}
	if id, err := uuid.Parse(filing.Key); err == nil && len(filing.Key) == 36 {
		filing.ID = id.String()
	}
	if len(f.wrong) > 0 {
		return nil, f.wrong
	}
	filed, err := a.Receiver.File(c.Context(), c.channel, filing)
	switch {
	case errors.Is(err, channel.ErrOther):
		return nil, failure{http.StatusBadRequest, "another request was sent under this Idempotency-Key"}
	case errors.Is(err, channel.ErrIDTaken):
		return nil, failure{http.StatusBadRequest, "this Idempotency-Key is the token of another request"}
	case err != nil:
		return nil, err
	}
	return filedEntry{ID: string(filed.Ticket), Notice: optional(notice(filed, dropped)), Account: optional(line(c.form.Get("account_id")))}, nil
}

// notice tells what the resident should know: her code and the digits to rate with,
// and what was not kept.
func notice(filed channel.Filed, dropped []string) string {
	var parts []string
	if filed.RatingCode != "" {
		parts = append(parts, phrase.Text("public.filed", "code", filed.Ticket.String(), "rating", filed.RatingCode))
	}
	if len(dropped) > 0 {
		parts = append(parts, phrase.Text("public.dropped", "fields", strings.Join(dropped, phrase.Text("console.separator"))))
	}
	return strings.Join(parts, phrase.Text("public.separator"))
}

// fields reads those that every service has, and names what is not kept because the
// service's allow-list does not name it.
func (f *filler) fields() (dropped []string) {
	description := tidy(f.form.Get("description"))
	if utf8.RuneCountInString(description) > maxDescription {
		f.refuse("description has at most %d characters", maxDescription)
	}
	f.body.Channel.Description = description
	keep := func(field catalog.PersonalField, name, text string, set func(string)) {
		switch {
		case text == "":
		case f.service.Allows(field):
			set(text)
		default:
			dropped = append(dropped, phrase.Text(phrase.ID("public."+name)))
		}
	}
	var person request.Person
	keep(catalog.Name, "name", f.fullName(), func(text string) { person.Name = text })
	keep(catalog.Phone, "phone", f.phone(), func(text string) { person.Phone = text })
	keep(catalog.Address, "address", f.short("address_string", maxAddress), func(text string) { f.body.Address = text })
	keep(catalog.Address, "address", f.short("address_id", maxAddressID), func(text string) { f.body.Channel.AddressID = text })
	if lat, long, ok := f.position(); ok {
		keep(catalog.Address, "position", "there", func(string) { f.body.Channel.Latitude, f.body.Channel.Longitude = &lat, &long })
	}
	if f.form.Get("email") != "" {
		dropped = append(dropped, phrase.Text("public.email"))
	}
	for _, name := range []string{"address_string", "address_id", "lat"} {
		f.located = f.located || f.form.Get(name) != ""
	}
	if person != (request.Person{}) {
		f.body.Person = &person
	}
	f.media()
	return slices.Compact(dropped)
}

// short reads a field of one line.
func (f *filler) short(name string, most int) string {
	text := line(f.form.Get(name))
	if utf8.RuneCountInString(text) > most {
		f.refuse("%s has at most %d characters", name, most)
		return ""
	}
	return text
}

// fullName puts a name together: family name first where it is written in Han
// characters, as its bearer does.
func (f *filler) fullName() string {
	first, last := f.short("first_name", maxName), f.short("last_name", maxName)
	if strings.ContainsFunc(last+first, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return last + first
	}
	return strings.TrimSpace(first + " " + last)
}

func (f *filler) phone() string {
	text := f.short("phone", maxPhone)
	if text != "" && (strings.Trim(text, "0123456789+-() ") != "" || strings.Trim(text, "+-() ") == "") {
		f.refuse("phone is no telephone number")
		return ""
	}
	return text
}

// position reads lat and long, in degrees of WGS 84.
func (f *filler) position() (lat, long float64, ok bool) {
	texts := [2]string{strings.TrimSpace(f.form.Get("lat")), strings.TrimSpace(f.form.Get("long"))}
	if texts[0] == "" && texts[1] == "" {
		return 0, 0, false
	}
	var degrees [2]float64
	for i, most := range []float64{90, 180} {
		var err error
		degrees[i], err = strconv.ParseFloat(texts[i], 64)
		if err != nil || !(degrees[i] >= -most && degrees[i] <= most) {
			f.refuse("lat and long must both be given, in degrees")
			return 0, 0, false
		}
	}
	return degrees[0], degrees[1], true
}

// media reads links to pictures. They are kept as links: see the package.
func (f *filler) media() {
	for _, text := range f.form["media_url"] {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if !isLink(text) {
			f.refuse("media_url must be an address of the web with at most %d characters", maxLink)
			return
		}
		f.body.Channel.Media = append(f.body.Channel.Media, text)
	}
	if len(f.body.Channel.Media) > maxMedia {
		f.refuse("at most %d media_url", maxMedia)
	}
}

func isLink(text string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= maxLink && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil &&
		!strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || !unicode.IsPrint(r) })
}

// names tells whether a form names somebody, so that the same words again are hers.
func names(form url.Values) bool {
	return slices.ContainsFunc([]string{"device_id", "account_id", "phone", "email"}, func(name string) bool { return form.Get(name) != "" })
}

// content is all that a form says, in an order of its own.
func content(form url.Values) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if name == "api_key" {
			continue
		}
		all = append(all, name, strconv.Itoa(len(form[name])))
		all = append(all, form[name]...)
	}
	return all
}
