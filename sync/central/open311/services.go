package open311

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/sync/central/page"
)

type serviceEntry struct {
	XMLName     xml.Name `json:"-" xml:"service"`
	Code        string   `json:"service_code" xml:"service_code"`
	Name        string   `json:"service_name" xml:"service_name"`
	Description string   `json:"description" xml:"description"`
	Metadata    bool     `json:"metadata" xml:"metadata"`
	Type        string   `json:"type" xml:"type"`
	Keywords    string   `json:"keywords" xml:"keywords"`
	Group       string   `json:"group" xml:"group"`
}

type serviceEntries []serviceEntry

func (s serviceEntries) forJSON() any { return []serviceEntry(s) }

func (s serviceEntries) forXML() any {
	return struct {
		XMLName xml.Name `xml:"services"`
		Entries []serviceEntry
	}{Entries: s}
}

func (a *API) services(c *call) (document, error) {
	all := serviceEntries{}
	services := a.Catalog().Services
	for i := range services {
		s := &services[i]
		if !c.seen(s) {
			continue
		}
		all = append(all, serviceEntry{
			Code: s.Code, Name: s.Name, Description: s.Description, Metadata: true, Type: "realtime",
			Keywords: strings.Join(s.Keywords, ","), Group: s.Group,
		})
	}
	return all, nil
}

type definition struct {
	XMLName    xml.Name    `json:"-" xml:"service_definition"`
	Code       string      `json:"service_code" xml:"service_code"`
	Attributes []attribute `json:"attributes" xml:"attributes>attribute"`
}

type attribute struct {
	Variable            bool     `json:"variable" xml:"variable"`
	Code                string   `json:"code" xml:"code"`
	Datatype            string   `json:"datatype" xml:"datatype"`
	Required            bool     `json:"required" xml:"required"`
	DatatypeDescription optional `json:"datatype_description" xml:"datatype_description"`
	Order               int      `json:"order" xml:"order"`
	Description         string   `json:"description" xml:"description"`
	Values              []value  `json:"values,omitzero" xml:"values>value,omitempty"`
}

type value struct {
	Key  string `json:"key" xml:"key"`
	Name string `json:"name" xml:"name"`
}

func (d definition) forJSON() any { return d }
func (d definition) forXML() any  { return d }

// service serves the definition of one service: the steps of its visit that are
// questions. What the ID card answers is no question to another channel.
func (a *API) service(c *call) (document, error) {
	s, ok := a.Catalog().Service(c.name)
	if !ok || !c.seen(s) {
		return nil, failure{http.StatusNotFound, "no such service_code"}
	}
	d := definition{Code: s.Code, Attributes: []attribute{}}
	for i := range s.Steps {
		at, ok := a.asked(&s.Steps[i])
		if !ok {
			continue
		}
		at.Order = len(d.Attributes) + 1
		d.Attributes = append(d.Attributes, at)
	}
	if rates(s) {
		d.Attributes = append(d.Attributes, attribute{Variable: true, Code: ratingCode, Datatype: "string", Order: len(d.Attributes) + 1,
			DatatypeDescription: optional(phrase.Text("public.digits")), Description: phrase.Text("public.rating_code")})
	}
	return d, nil
}

// ratingCode is the attribute of a rating that holds the four digits of the slip. A
// channel need not send it for a case that it filed itself.
const ratingCode = "rating_code"

// rates tells whether a service is the rating of another case.
func rates(s *catalog.Service) bool {
	return slices.ContainsFunc(s.Steps, func(st catalog.Step) bool { return st.Kind == catalog.Rating })
}

// asked is the attribute that a step is to other channels. What the terminal alone
// can take (a recording, a picture, an ID card) or shows is none, and a telephone
// number has its own place in the specification.
func (a *API) asked(step *catalog.Step) (attribute, bool) {
	at := attribute{Variable: true, Code: step.ID, Required: !step.Optional && step.When == nil, Description: step.Title}
	switch step.Kind {
	case catalog.Choose, catalog.Slot, catalog.Place, catalog.List, catalog.Rating:
		at.Datatype = "singlevaluelist"
		at.Values = a.values(step)
	case catalog.Number:
		if step.Behalf || step.Field != "" {
			return at, false
		}
		at.Datatype = "string" // digits, with their leading zeros
		at.DatatypeDescription = optional(phrase.Text("public.digits"))
	case catalog.Text:
		at.Datatype = "text"
		at.DatatypeDescription = optional(phrase.Text("public.length", "count", strconv.Itoa(step.Longest())))
	case catalog.Ticket:
		at.Datatype = "string"
		at.DatatypeDescription = optional(phrase.Text("public.digits"))
	default:
		return at, false
	}
	return at, true
}

// values is what there is to choose from at a step, now: the days of a slot and the
// activities change from day to day, the places with the community's document. The keys
// are the ids that terminals send.
func (a *API) values(step *catalog.Step) []value {
	all := []value{}
	switch step.Kind {
	case catalog.Choose:
		for _, o := range step.Options {
			all = append(all, value{o.ID, o.Name})
		}
	case catalog.Place:
		for _, p := range a.Community().Places {
			all = append(all, value{p.ID, p.Name})
		}
		for _, id := range []string{placeHome, placeOther} {
			all = append(all, value{id, phrase.Text(phrase.ID("place." + id))})
		}
	case catalog.List:
		if step.Source == catalog.Activities {
			for _, activity := range a.Community().Upcoming(a.Clock()) {
				all = append(all, value{activity.ID, activity.Name})
			}
		}
	case catalog.Slot:
		for _, day := range step.DaysFrom(a.Clock().In(phrase.Zone)) {
			for _, p := range step.Periods {
				all = append(all, value{day.Format(time.DateOnly) + "." + p.ID, slotText(day, p.Name)})
			}
		}
	case catalog.Rating:
		for n := 1; n <= 5; n++ {
			all = append(all, value{strconv.Itoa(n), page.Stars(n)})
		}
	}
	return all
}

// Places that every community has.
const (
	placeHome  = "home"
	placeOther = "other"
)

// slotText names a day and a part of it, as terminals do.
func slotText(day time.Time, period string) string {
	weekday := phrase.ID("slot." + strings.ToLower(day.Weekday().String()))
	return phrase.Text("slot.text", "period", period,
		"day", phrase.Text("slot.day", "date", day.Format(phrase.Text("slot.date")), "weekday", phrase.Text(weekday)))
}

type discoveryDocument struct {
	XMLName    xml.Name   `json:"-" xml:"discovery"`
	Changeset  string     `json:"changeset" xml:"changeset"`
	Contact    string     `json:"contact" xml:"contact"`
	KeyService string     `json:"key_service" xml:"key_service"`
	Endpoints  []endpoint `json:"endpoints" xml:"endpoints>endpoint"`
}

type endpoint struct {
	Specification string   `json:"specification" xml:"specification"`
	URL           string   `json:"url" xml:"url"`
	Changeset     string   `json:"changeset" xml:"changeset"`
	Type          string   `json:"type" xml:"type"`
	Formats       []string `json:"formats" xml:"formats>format"`
}

func (d discoveryDocument) forJSON() any { return d }
func (d discoveryDocument) forXML() any  { return d }

func (a *API) discovery(*call) (document, error) {
	changed := stamp(a.Changeset)
	return discoveryDocument{
		Changeset: changed, Contact: phrase.Text("public.contact"), KeyService: phrase.Text("public.key_service"),
		Endpoints: []endpoint{{
			Specification: "http://wiki.open311.org/GeoReport_v2",
			URL:           strings.TrimRight(a.Address, "/") + strings.TrimRight(Prefix, "/"),
			Changeset:     changed, Type: "production", Formats: []string{"text/xml", "application/json"},
		}},
	}, nil
}
