package open311

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"

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

func (a *API) services(*http.Request, string) (document, error) {
	all := serviceEntries{}
	services := a.Catalog().Services
	for i := range services {
		s := &services[i]
		if !offered(s) {
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
	Values              []value  `json:"values,omitempty" xml:"values>value,omitempty"`
}

type value struct {
	Key  string `json:"key" xml:"key"`
	Name string `json:"name" xml:"name"`
}

func (d definition) forJSON() any { return d }
func (d definition) forXML() any  { return d }

// service serves the definition of one service: the steps of its visit that are
// questions. What the ID card answers is no question to another channel.
func (a *API) service(_ *http.Request, code string) (document, error) {
	s, ok := a.Catalog().Service(code)
	if !ok || !offered(s) {
		return nil, failure{http.StatusNotFound, "no such service_code"}
	}
	d := definition{Code: s.Code, Attributes: []attribute{}}
	for i := range s.Steps {
		at, ok := asked(&s.Steps[i])
		if !ok {
			continue
		}
		at.Order = len(d.Attributes) + 1
		d.Attributes = append(d.Attributes, at)
	}
	return d, nil
}

// asked is the attribute that a step is to other channels. What the terminal alone
// can take (a recording, a picture, an ID card) or shows is none, and a telephone
// number has its own place in the specification.
func asked(step *catalog.Step) (attribute, bool) {
	at := attribute{Variable: true, Code: step.ID, Required: !step.Optional && step.When == nil, Description: step.Title}
	switch step.Kind {
	case catalog.Choose:
		at.Datatype = "singlevaluelist"
		at.Values = values(step.Options)
	case catalog.Slot:
		at.Datatype = "datetime"
		var names []string
		for _, p := range step.Periods {
			names = append(names, p.Name)
		}
		at.DatatypeDescription = optional(phrase.Text("public.slot", "periods", strings.Join(names, phrase.Text("console.separator"))))
	case catalog.Place, catalog.List:
		// What there is to choose from is the community's, and changes without
		// the catalogue.
		at.Datatype = "string"
	case catalog.Number:
		if step.Behalf || step.Field != "" {
			return at, false
		}
		at.Datatype = "string" // digits, with their leading zeros
		at.DatatypeDescription = optional(phrase.Text("public.digits"))
	case catalog.Text:
		at.Datatype = "text"
		at.DatatypeDescription = optional(phrase.Text("public.length", "count", strconv.Itoa(step.Longest())))
	case catalog.Rating:
		at.Datatype = "singlevaluelist"
		for n := 1; n <= 5; n++ {
			at.Values = append(at.Values, value{strconv.Itoa(n), page.Stars(n)})
		}
	case catalog.Ticket:
		at.Datatype = "string"
		at.DatatypeDescription = optional(phrase.Text("public.digits"))
	default:
		return at, false
	}
	return at, true
}

func values(options []catalog.Option) []value {
	var all []value
	for _, o := range options {
		all = append(all, value{o.ID, o.Name})
	}
	return all
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

func (a *API) discovery(*http.Request, string) (document, error) {
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
