package central_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central"
)

// fields are the 17 of a request in GeoReport v2.
var fields = []string{
	"service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible",
	"service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode",
	"lat", "long", "media_url",
}

func (h *house) open311(path string, status int) []map[string]any {
	h.t.Helper()
	r := h.browser().get("/open311/v2/" + path)
	if got := r.Header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		h.t.Errorf("%s: Content-Type %q", path, got)
	}
	return decode[[]map[string]any](h.t, r, status)
}

func TestOpen311RequestHasAllFields(t *testing.T) {
	h := setup(t)
	r := h.request()
	h.push(r)
	for _, path := range []string{"requests.json", "requests/" + string(r.Ticket) + ".json", "requests.json?service_request_id=" + string(r.Ticket)} {
		all := h.open311(path, 200)
		if len(all) != 1 {
			t.Fatalf("%s: %d requests", path, len(all))
		}
		got := all[0]
		if len(got) != len(fields) {
			t.Errorf("%s: %d fields", path, len(got))
		}
		for _, f := range fields {
			if _, ok := got[f]; !ok {
				t.Errorf("%s lacks %s", path, f)
			}
		}
		for f, want := range map[string]any{
			"service_request_id": string(r.Ticket), "status": "open", "status_notes": "已送达", "service_code": "repair", "service_name": "报修",
			"description": "什么坏了：水；在哪里：家里；急不急：很急", "requested_datetime": "2026-11-21T04:30:15Z",
			"updated_datetime": "2026-11-21T04:30:15Z", "address": nil, "lat": nil, "long": nil, "media_url": nil, "expected_datetime": nil,
		} {
			if got[f] != want {
				t.Errorf("%s: %s is %v, want %v", path, f, got[f], want)
			}
		}
	}
}

func TestOpen311FollowsTheCase(t *testing.T) {
	h := setup(t)
	h.push(h.request())
	b := h.staff()
	for i, c := range []struct{ fine, notes, status string }{
		{"delivered", "已送达", "open"}, {"accepted", "已受理", "open"}, {"working", "处理中", "open"}, {"done", "已完成", "closed"},
	} {
		if i > 0 {
			h.clock.Add(time.Hour)
			b.move(1, i, c.fine, "")
		}
		got := h.open311("requests.json?extensions=true", 200)[0]
		attributes, _ := got["extended_attributes"].(map[string]any)
		if got["status"] != c.status || got["status_notes"] != c.notes || attributes["status"] != c.fine {
			t.Errorf("%s: %v %v %v", c.fine, got["status"], got["status_notes"], attributes)
		}
		if want := h.clock.Now().Truncate(time.Second).Format(time.RFC3339); got["updated_datetime"] != want {
			t.Errorf("%s: updated %v, want %s", c.fine, got["updated_datetime"], want)
		}
	}
}

func TestOpen311HoldsNothingPersonal(t *testing.T) {
	h := setup(t, func(c *central.Config) { c.Catalog = privateCatalog(t) })
	open, private := h.request(), h.request()
	private.Service = "mediation"
	open.Answers = append(open.Answers, request.Answer{Step: "what", Option: "张桂兰", Text: "张桂兰"}, request.Answer{Step: "secret", Text: "13800001234"})
	unknown := h.request()
	unknown.Service = "of_a_newer_catalogue"
	h.push(open, private, unknown)
	h.staff().move(1, 1, "accepted", "李师傅明早九点到")
	for _, path := range []string{"requests.json", "requests.json?extensions=true", "requests.xml?extensions=true", "requests/" + string(open.Ticket) + ".json"} {
		text := h.browser().page("/open311/v2/"+path, 200)
		contains(t, text, string(open.Ticket))
		lacks(t, text, "张桂兰", "502", "幸福里", "13800001234", "李师傅", "王芳", open.ID, "mediation", "of_a_newer", string(private.Ticket), string(unknown.Ticket))
	}
	for _, path := range []string{"services.json", "services.xml"} {
		lacks(t, h.browser().page("/open311/v2/"+path, 200), "mediation", "调解")
	}
	h.open311("services/mediation.json", 404)
	h.open311("requests/"+string(private.Ticket)+".json", 404)
	if got := h.open311("requests.json?service_code=mediation", 200); len(got) != 0 {
		t.Errorf("private service: %v", got)
	}
}

func TestOpen311Filters(t *testing.T) {
	h := setup(t)
	var codes []ticket.Code
	begin := h.clock.Now()
	for range 4 {
		r := h.request()
		h.push(r)
		codes = append(codes, r.Ticket)
		h.clock.Add(24 * time.Hour)
	}
	b := h.staff()
	b.move(1, 1, "accepted", "")
	b.move(1, 2, "working", "")
	b.move(1, 3, "done", "")
	day := func(n int) string { return begin.Add(time.Duration(n) * 24 * time.Hour).Format(time.RFC3339) }
	for _, c := range []struct {
		query string
		want  []int
	}{
		{"", []int{3, 2, 1, 0}},
		{"status=open", []int{3, 2, 1}},
		{"status=closed", []int{0}},
		{"status=open,closed", []int{3, 2, 1, 0}},
		{"service_code=repair", []int{3, 2, 1, 0}},
		{"service_code=other,repair", []int{3, 2, 1, 0}},
		{"service_code=other", nil},
		{"service_request_id=" + string(codes[0]) + "," + string(codes[2]), []int{2, 0}},
		{"status=closed&service_request_id=" + string(codes[2]), []int{2}}, // the id overrides the rest
		{"service_request_id=1", nil},
		{"service_request_id=nonsense", nil},
		{"start_date=" + day(2), []int{3, 2}},
		{"end_date=" + day(1), []int{1, 0}},
		{"start_date=" + day(1) + "&end_date=" + day(2), []int{2, 1}},
		{"page_size=3", []int{3, 2, 1}},
		{"page=2&page_size=3", []int{0}},
		{"page=3&page_size=3", nil},
	} {
		var got, want []string
		for _, r := range h.open311("requests.json?"+c.query, 200) {
			got = append(got, r["service_request_id"].(string))
		}
		for _, i := range c.want {
			want = append(want, string(codes[i]))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", c.query, got, want)
		}
	}
	for _, query := range []string{"status=lost", "start_date=yesterday", "end_date=2026-13-01T00:00:00Z", "page=0", "page_size=1001", "page_size=x",
		"start_date=2026-01-01T00:00:00Z&end_date=2026-11-01T00:00:00Z", "start_date=2026-02-01T00:00:00Z&end_date=2026-01-01T00:00:00Z"} {
		e := h.open311("requests.json?"+query, 400)
		if len(e) != 1 || e[0]["code"] != 400.0 || e[0]["description"] == "" {
			t.Errorf("%s: %v", query, e)
		}
	}
	h.clock.Add(100 * 24 * time.Hour)
	if got := h.open311("requests.json", 200); len(got) != 0 {
		t.Errorf("a list without dates goes back 90 days, got %d requests", len(got))
	}
}

func TestOpen311Errors(t *testing.T) {
	h := setup(t)
	for _, path := range []string{"requests/001200000005.json", "requests/x.json", "services/none.json", "nothing.json"} {
		if e := h.open311(path, 404); len(e) != 1 || e[0]["code"] != 404.0 {
			t.Errorf("%s: %v", path, e)
		}
	}
	r := h.browser().get("/open311/v2/services/none.xml")
	text := read(t, r)
	if r.StatusCode != 404 || r.Header.Get("Content-Type") != "text/xml; charset=utf-8" {
		t.Errorf("%s %s", r.Status, r.Header.Get("Content-Type"))
	}
	contains(t, text, "<errors>", "<error>", "<code>404</code>")
}

func TestOpen311ServicesAreTheCatalogue(t *testing.T) {
	h := setup(t)
	services := h.open311("services.json", 200)
	if len(services) != 1 || services[0]["service_code"] != "repair" || services[0]["metadata"] != true || services[0]["type"] != "realtime" || services[0]["group"] != "基本生活" {
		t.Errorf("%v", services)
	}
	definition := decode[struct {
		Code       string `json:"service_code"`
		Attributes []struct {
			Code, Datatype, Description string
			Order                       int
			Required, Variable          bool
			Values                      []struct{ Key, Name string }
		}
	}](t, h.browser().get("/open311/v2/services/repair.json"), 200)
	var codes []string
	for i, a := range definition.Attributes {
		codes = append(codes, a.Code)
		if a.Order != i+1 || !a.Required || !a.Variable || a.Description == "" {
			t.Errorf("%+v", a)
		}
		if (a.Datatype == "singlevaluelist") != (len(a.Values) > 0) {
			t.Errorf("%s: %s with %d values", a.Code, a.Datatype, len(a.Values))
		}
	}
	if !slices.Equal(codes, []string{"what", "place", "urgency", "building", "room"}) {
		t.Errorf("attributes %v: what the card answers is no question", codes)
	}
}

func TestOpen311XML(t *testing.T) {
	h := setup(t)
	r := h.request()
	h.push(r)
	var list struct {
		XMLName  xml.Name `xml:"service_requests"`
		Requests []struct {
			Inner []struct {
				XMLName xml.Name
				Text    string `xml:",chardata"`
			} `xml:",any"`
		} `xml:"request"`
	}
	answer := h.browser().get("/open311/v2/requests.xml")
	if answer.Header.Get("Content-Type") != "text/xml; charset=utf-8" {
		t.Errorf("Content-Type %q", answer.Header.Get("Content-Type"))
	}
	if err := xml.Unmarshal([]byte(read(t, answer)), &list); err != nil || len(list.Requests) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	var names []string
	for _, e := range list.Requests[0].Inner {
		names = append(names, e.XMLName.Local)
		if e.XMLName.Local == "service_request_id" && e.Text != string(r.Ticket) {
			t.Errorf("id %q", e.Text)
		}
		if e.XMLName.Local == "address" && e.Text != "" {
			t.Errorf("address %q", e.Text)
		}
	}
	if !slices.Equal(names, fields) {
		t.Errorf("elements %v", names)
	}
	for path, root := range map[string]string{"v2/services.xml": "services", "v2/services/repair.xml": "service_definition", "discovery.xml": "discovery"} {
		var any struct{ XMLName xml.Name }
		text := h.browser().page("/open311/"+path, 200)
		if err := xml.Unmarshal([]byte(text), &any); err != nil || any.XMLName.Local != root {
			t.Errorf("%s: %s, %v", path, any.XMLName.Local, err)
		}
	}
}

func TestOpen311Discovery(t *testing.T) {
	h := setup(t)
	var d struct {
		Endpoints []struct{ URL string }
	}
	if err := json.Unmarshal([]byte(h.browser().page("/open311/discovery.json", 200)), &d); err != nil || len(d.Endpoints) != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	if d.Endpoints[0].URL != "http://lintai.example.cn/open311/v2" {
		t.Errorf("url %q", d.Endpoints[0].URL)
	}
}

func TestProgressPage(t *testing.T) {
	h := setup(t)
	r := h.request()
	h.push(r)
	b := h.browser()
	path := "/t/" + string(r.Ticket)
	text := b.page(path, 200)
	contains(t, text, "报修", r.Ticket.String(), "已送达", "已受理", "处理中", "已完成", "11月21日 12:30")
	h.clock.Add(time.Hour)
	h.staff().move(1, 1, "accepted", "李师傅明早九点到")
	text = b.page(path, 200)
	contains(t, text, "11月21日 13:30")
	if !strings.Contains(strings.ReplaceAll(text, "\n", ""), `class="current" aria-current="step"><b>已受理`) {
		t.Errorf("the current step is not 已受理: %s", text)
	}
	lacks(t, text, "张", "502", "幸福里", "李师傅", "王芳", r.ID)
	if got := b.get(path).Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
}

func TestGuessedCodesAreSlowedDown(t *testing.T) {
	h := setup(t)
	r := h.request()
	h.push(r)
	b := h.browser()
	for range 20 {
		b.page("/t/"+string(h.request().Ticket), http.StatusNotFound)
	}
	b.page("/t/"+string(r.Ticket), http.StatusTooManyRequests)
	h.clock.Add(30 * time.Second)
	b.page("/t/"+string(r.Ticket), 200)
}
