package open311

import (
	"encoding/json"
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/central/page"
)

// entry is one request with all 17 fields of the specification, always; null in
// JSON and an empty element in XML where there is nothing to say.
type entry struct {
	XMLName           xml.Name    `json:"-" xml:"request"`
	ID                string      `json:"service_request_id" xml:"service_request_id"`
	Status            string      `json:"status" xml:"status"`
	StatusNotes       string      `json:"status_notes" xml:"status_notes"`
	ServiceName       string      `json:"service_name" xml:"service_name"`
	ServiceCode       string      `json:"service_code" xml:"service_code"`
	Description       optional    `json:"description" xml:"description"`
	AgencyResponsible optional    `json:"agency_responsible" xml:"agency_responsible"`
	ServiceNotice     optional    `json:"service_notice" xml:"service_notice"`
	Requested         string      `json:"requested_datetime" xml:"requested_datetime"`
	Updated           string      `json:"updated_datetime" xml:"updated_datetime"`
	Expected          optional    `json:"expected_datetime" xml:"expected_datetime"`
	Address           optional    `json:"address" xml:"address"`
	AddressID         optional    `json:"address_id" xml:"address_id"`
	Zipcode           optional    `json:"zipcode" xml:"zipcode"`
	Lat               optional    `json:"lat" xml:"lat"`
	Long              optional    `json:"long" xml:"long"`
	MediaURL          optional    `json:"media_url" xml:"media_url"`
	Extended          *attributes `json:"extended_attributes,omitempty" xml:"extended_attributes,omitempty"`
	Notes             *notes      `json:"notes,omitempty" xml:"notes,omitempty"`
}

// optional is a text or, when empty, null.
type optional string

func (o optional) MarshalJSON() ([]byte, error) {
	if o == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(o))
}

// attributes and notes are shown with extensions=true.
type attributes struct {
	Status docket.Status `json:"status" xml:"status"` // the fine state
}

// notes are what happened, oldest first.
type notes []note

type note struct {
	XMLName     xml.Name `json:"-" xml:"note"`
	At          string   `json:"datetime" xml:"datetime"`
	Status      string   `json:"status" xml:"status"`
	Description string   `json:"description" xml:"description"`
}

func (n *notes) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	return e.EncodeElement(struct{ Notes []note }{*n}, start)
}

// extend adds what happened to a case. What staff wrote for the resident is for the
// channel that the resident came through, and for nobody else here.
func (e *entry) extend(c docket.Case, events []docket.Event, whole bool) {
	e.Extended, e.Notes = &attributes{Status: c.Status}, &notes{}
	for _, event := range events {
		if words, ok := words(event, whole); ok {
			*e.Notes = append(*e.Notes, note{At: stamp(event.At), Status: coarse(event.Status), Description: words})
		}
	}
}

// words say what an event is to the resident; false when it is nothing to her, or, to
// others, nothing but a note.
func words(e docket.Event, whole bool) (string, bool) {
	if !e.Told() || e.Action == docket.Tell && !whole {
		return "", false
	}
	status := page.Status(e.Status)
	switch {
	case !whole || e.Note == "":
		return status, true
	case e.Action == docket.Tell:
		return e.Note, true
	}
	return phrase.Text("public.answer", "label", status, "text", e.Note), true
}

// coarse is the status that GeoReport knows of ours: nothing is left to be done, or
// something is. The table is docket's.
func coarse(s docket.Status) string {
	if s.Closed() {
		return "closed"
	}
	return "open"
}

// entries is the answer of requests and requests/ID.
type entries []entry

func (e entries) forJSON() any { return []entry(e) }

func (e entries) forXML() any {
	return struct {
		XMLName xml.Name `xml:"service_requests"`
		Entries []entry
	}{Entries: e}
}

// describe makes the entry of a case.
func (a *API) describe(c docket.Case, s *catalog.Service) (entry, error) {
	body, err := c.Request()
	if err != nil {
		return entry{}, err
	}
	e := entry{
		ID: string(c.Ticket), Status: coarse(c.Status), StatusNotes: page.Status(c.Status), ServiceName: s.Name, ServiceCode: s.Code,
		Requested: stamp(c.RequestedAt), Updated: stamp(c.UpdatedAt),
	}
	var parts []string
	for _, answer := range body.Answers {
		if step, ok := s.Step(answer.Step); ok {
			if text := a.chosen(step, answer); text != "" {
				parts = append(parts, phrase.Text("public.answer", "label", step.Label, "text", text))
			}
		}
	}
	e.Description = optional(strings.Join(parts, phrase.Text("public.separator")))
	return e, nil
}

// chosen tells what was chosen at a step, or "". Only words of the catalogue and
// the community's document, days and small counts can be in it, whatever a
// terminal sends: no text of a resident.
func (a *API) chosen(step *catalog.Step, answer request.Answer) string {
	switch step.Kind {
	case catalog.Choose:
		if option, ok := step.Option(answer.Option); ok {
			return option.Name
		}
	case catalog.Place:
		if answer.Option == placeHome || answer.Option == placeOther {
			return phrase.Text(phrase.ID("place." + answer.Option))
		}
		if place, ok := a.Community().Place(answer.Option); ok {
			return place.Name
		}
	case catalog.List:
		if activity, ok := a.Community().Activity(answer.Option); ok {
			return activity.Name
		}
	case catalog.Slot:
		day, id, _ := strings.Cut(answer.Option, ".")
		period, ok := step.Period(id)
		if !ok {
			return ""
		}
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return period.Name // staff agree on the day
		}
		return day + " " + period.Name
	case catalog.Number:
		// A count, e.g. of persons. What has more digits could be anybody's number.
		count := strings.TrimSuffix(answer.Text, step.Suffix)
		if n, err := strconv.ParseUint(count, 10, 16); err == nil && n <= maxCount && !personal(step) {
			return strconv.FormatUint(n, 10) + step.Suffix
		}
	}
	return ""
}

// maxCount is the largest count that is told.
const maxCount = 999

// personal tells whether a step asks who or where somebody is.
func personal(step *catalog.Step) bool {
	return step.Address || step.Behalf || step.Field != "" || step.Kind == catalog.Identify || step.Kind == catalog.Consent
}
