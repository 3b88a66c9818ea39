package judge

import (
	"strings"
	"testing"
)

const judges = "../../../../bin/judges"

const request = `{"service_request_id":"000012345678","status":"open","status_notes":"已受理","service_name":"报修","service_code":"repair","description":null,
"agency_responsible":null,"service_notice":null,"requested_datetime":"2026-11-21T04:30:15Z","updated_datetime":"2026-11-21T04:30:15Z","expected_datetime":null,
"address":null,"address_id":null,"zipcode":null,"lat":null,"long":null,"media_url":null}`

const requestXML = `<?xml version="1.0" encoding="UTF-8"?>
<service_requests><request><service_request_id>000012345678</service_request_id><status>open</status><status_notes>已受理</status_notes><service_name>报修</service_name>
<service_code>repair</service_code><description></description><agency_responsible></agency_responsible><service_notice></service_notice>
<requested_datetime>2026-11-21T04:30:15Z</requested_datetime><updated_datetime>2026-11-21T12:30:15+08:00</updated_datetime><expected_datetime></expected_datetime>
<address></address><address_id></address_id><zipcode></zipcode><lat></lat><long></long><media_url></media_url></request></service_requests>`

const definition = `{"service_code":"repair","attributes":[{"variable":true,"code":"what","datatype":"singlevaluelist","required":true,"datatype_description":null,
"order":1,"description":"什么坏了","values":[{"key":"water","name":"水"}]}]}`

// The examples in the specification, and what is wrong with them when something is
// changed: a judge that takes everything is none.
func TestJudgesRefuseWhatIsWrong(t *testing.T) {
	get := func(path, body string) Answer {
		kind := "application/json; charset=utf-8"
		if strings.HasSuffix(path, ".xml") {
			kind = "text/xml; charset=utf-8"
		}
		return Answer{"GET", path, 200, kind, body}
	}
	post := func(path, body string) Answer { a := get(path, body); a.Method = "POST"; return a }
	failed := func(path, body string) Answer { a := get(path, body); a.Status = 400; return a }
	good := []Answer{
		get("/open311/v2/requests.json?status=open", "["+request+"]"),
		get("/open311/v2/requests.json", "[]"),
		get("/open311/v2/requests/000012345678.json", "["+request+"]"),
		get("/open311/v2/requests.xml", requestXML),
		get("/open311/v2/services/repair.json", definition),
		post("/open311/v2/requests.json", `[{"service_request_id":"000012345678","service_notice":null,"account_id":null}]`),
		post("/open311/v2/requests.json", `[{"token":"0193","service_notice":null,"account_id":null}]`),
		get("/open311/v2/tokens/0193.json", `[{"service_request_id":"000012345678","token":"0193"}]`),
		failed("/open311/v2/requests.json", `[{"code":400,"description":"service_code is missing"}]`),
		failed("/open311/v2/requests.xml", `<?xml version="1.0" encoding="UTF-8"?><errors><error><code>400</code><description>x</description></error></errors>`),
	}
	if wrong := Judge(t, judges, good); len(wrong) != 0 {
		t.Errorf("sound answers are refused: %v", wrong)
	}
	change := func(a Answer, from, to string) Answer {
		t.Helper()
		if !strings.Contains(a.Body, from) {
			t.Fatalf("%s is not in %s", from, a.Body)
		}
		a.Body = strings.Replace(a.Body, from, to, 1)
		return a
	}
	list, one, tree := good[0], good[2], good[3]
	bad := []Answer{
		change(list, `"media_url":null`, `"media":null`),
		change(list, `,"media_url":null`, ``),
		change(list, `"status":"open"`, `"status":"accepted"`),
		change(list, `"000012345678"`, `12345678`),
		change(list, `"2026-11-21T04:30:15Z"`, `"2026-11-21T04:30:15.123Z"`),
		change(list, `"2026-11-21T04:30:15Z"`, `"2026-11-21 04:30:15"`),
		change(list, `"2026-11-21T04:30:15Z"`, `"2026-13-41T04:30:15Z"`),
		change(list, `"lat":null`, `"lat":"31.2"`),
		change(list, `"expected_datetime":null`, `"expected_datetime":""`),
		change(list, "[", ""),
		change(one, "["+request+"]", request),
		change(tree, "<lat></lat>", ""),
		change(tree, "<status>open</status>", "<status>Open</status>"),
		change(tree, "2026-11-21T12:30:15+08:00", "2026-11-21T12:30:15"),
		change(tree, "<service_requests>", "<requests>"),
		change(tree, `<?xml version="1.0" encoding="UTF-8"?>`, ""),
		change(tree, "报修", "<b>报修</b>"),
		change(good[4], `,"values":[{"key":"water","name":"水"}]`, ""),
		change(good[4], `"singlevaluelist"`, `"list"`),
		change(good[4], `"singlevaluelist"`, `"string"`),
		change(good[4], `"order":1`, `"order":"1"`),
		change(good[5], `"service_request_id"`, `"token":"0193","service_request_id"`),
		change(good[5], `"service_request_id":"000012345678",`, ``),
		change(good[7], `"token":"0193"`, `"token":null`),
		change(good[8], `400`, `"400"`),
		change(good[8], `[{"code":400,"description":"service_code is missing"}]`, `[]`),
		change(good[9], `errors`, `error`),
		{"GET", "/open311/v2/requests.json", 200, "application/json", "[]"},
		{"GET", "/open311/v2/requests.json", 200, "text/html; charset=utf-8", "[]"},
		{"GET", "/open311/v2/requests.xml", 200, "application/xml; charset=utf-8", requestXML},
		{"GET", "/open311/v2/requests.json", 404, "application/json; charset=utf-8", "[]"},
	}
	wrong := Judge(t, judges, bad)
	for i, a := range bad {
		if wrong[i] == "" {
			t.Errorf("taken: %+v", a)
		}
	}
}
