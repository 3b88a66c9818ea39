package open311_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
)

func TestPostedRequestIsACaseLikeATerminals(t *testing.T) {
	d := setup(t)
	key := d.channel("热线12345")
	text := d.ask(200, "POST", "v2/requests.json", repair(key, "first_name", "桂兰", "last_name", "张", "description", "水龙头\x00关不上\r\n一直流", "account_id", "A-7",
		"lat", "31.2304", "long", "121.4737", "address_id", "B-3", "media_url", "https://example.cn/tap.jpg"))
	got := decode(t, text)[0]
	code := got["service_request_id"].(string)
	if c, err := ticket.Parse(code); err != nil || c[:4] != "0000" {
		t.Errorf("code %q, %v", code, err)
	}
	if got["account_id"] != "A-7" {
		t.Errorf("%v", got)
	}
	c, events, body := d.stored(code)
	if c.Kiosk != 0 || c.Channel != 1 || c.Service != "repair" || c.Urgency.String() != "urgent" || len(events) != 1 || c.ID != body.ID {
		t.Errorf("%+v, %d events", c, len(events))
	}
	if body.Address != "3号楼502室" || body.Person == nil || body.Person.Name != "张桂兰" || body.Channel.Name != "热线12345" || body.Channel.Description != "水龙头 关不上\n一直流" ||
		*body.Channel.Latitude != 31.2304 || *body.Channel.Longitude != 121.4737 || body.Channel.AddressID != "B-3" || fmt.Sprint(body.Channel.Media) != "[https://example.cn/tap.jpg]" {
		t.Errorf("%+v %+v %+v", body, body.Person, body.Channel)
	}
	contains(t, got["service_notice"].(string), ticket.Code(code).String(), body.RatingCode)
	var answers []string
	for _, a := range body.Answers {
		answers = append(answers, a.Step+" "+a.Option+" "+a.Text)
	}
	if want := "[what water 水 place home 家里 urgency urgent 很急 building  3号楼 room  502室]"; fmt.Sprint(answers) != want {
		t.Errorf("answers %v, want %s", answers, want)
	}
	for _, path := range []string{"v2/requests.json", "v2/requests.xml", "v2/requests/" + code + ".xml?extensions=true", "v2/requests.json?extensions=true&api_key=" + key} {
		text := d.get(200, path)
		contains(t, text, code, "什么坏了：水", "已送达")
		lacks(t, text, "张", "502", "水龙头", "31.23", "tap.jpg", "A-7", "B-3", body.RatingCode, body.ID)
	}
}

func TestOnlyWhatTheAllowListNamesIsKept(t *testing.T) {
	d := setup(t)
	key := d.channel("小程序")
	text := d.ask(200, "POST", "v2/requests.json", repair(key, "phone", "13800001234", "email", "a@example.cn", "device_id", "phone-77", "attribute[id_number]", "310101195001011234"))
	contains(t, text, "没有保存", "电话", "电子邮箱")
	_, _, body := d.stored(decode(t, text)[0]["service_request_id"].(string))
	if body.Person != nil {
		t.Errorf("%+v", body.Person)
	}
	c, _, _ := d.stored(string(body.Ticket))
	lacks(t, string(c.Body), "13800001234", "a@example.cn", "phone-77", "310101")
	lacks(t, d.log.String(), "13800001234", "a@example.cn", "phone-77", "310101", string(body.Ticket), "502")
	// A mediation may take a telephone, and no address.
	text = d.ask(200, "POST", "v2/requests.json", form("api_key", key, "service_code", "mediation", "attribute[kind]", "noise", "phone", "+86 138-0000-1234",
		"address_string", "幸福里3号楼", "lat", "31", "long", "121"))
	contains(t, text, "地址，位置")
	_, _, body = d.stored(decode(t, text)[0]["service_request_id"].(string))
	if body.Person == nil || body.Person.Phone != "+86 138-0000-1234" || body.Address != "" || body.Channel.Latitude != nil {
		t.Errorf("%+v %+v", body, body.Channel)
	}
}

func TestPlaceMayBeToldInstead(t *testing.T) {
	d := setup(t)
	key := d.channel("网站")
	for _, where := range [][]string{{"address_string", "幸福里3号楼502室"}, {"lat", "31.2", "long", "-121.4"}, {"address_id", "42"}} {
		f := repair(key, append([]string{"attribute[building]", "", "attribute[room]", ""}, where...)...)
		_, _, body := d.stored(d.post(f))
		if where[0] == "address_string" && body.Address != "幸福里3号楼502室" {
			t.Errorf("%+v", body)
		}
	}
	text := d.ask(400, "POST", "v2/requests.json", repair(key, "attribute[building]", "", "attribute[room]", ""))
	if len(decode(t, text)) != 2 {
		t.Errorf("both are missing: %s", text)
	}
}

func TestWrongRequestsAreRefused(t *testing.T) {
	d := setup(t)
	key := d.channel("热线12345")
	for _, c := range []struct {
		what   string
		status int
		form   url.Values
		errors int
	}{
		{"no key", 403, repair(""), 1},
		{"a wrong key", 403, repair("lintai_guess"), 1},
		{"no service", 400, form("api_key", key), 1},
		{"an unknown service", 404, form("api_key", key, "service_code", "nothing"), 1},
		{"no request of a service", 404, form("api_key", key, "service_code", "policy"), 1},
		{"nothing answered", 400, form("api_key", key, "service_code", "repair"), 5},
		{"an unknown option", 400, repair(key, "attribute[what]", "roof"), 1},
		{"letters for digits", 400, repair(key, "attribute[room]", "5O2"), 1},
		{"too many digits", 400, repair(key, "attribute[room]", "50211"), 1},
		{"half a position", 400, repair(key, "lat", "31.2"), 1},
		{"a position nowhere", 400, repair(key, "lat", "91", "long", "0"), 1},
		{"a position that is no number", 400, repair(key, "lat", "NaN", "long", "0"), 1},
		{"too long", 400, repair(key, "description", strings.Repeat("水", 4001)), 1},
		{"a link to a file", 400, repair(key, "media_url", "file:///etc/passwd"), 1},
		{"a link with a script", 400, repair(key, "media_url", "javascript:alert(1)"), 1},
		{"a link with a password", 400, repair(key, "media_url", "https://a:b@example.cn/"), 1},
		{"a number that is none", 400, form("api_key", key, "service_code", "mediation", "attribute[kind]", "noise", "phone", "call me"), 1},
		{"three at once", 400, repair(key, "attribute[what]", "roof", "lat", "x", "media_url", "x"), 3},
	} {
		for _, f := range []string{"json", "xml"} {
			text := d.ask(c.status, "POST", "v2/requests."+f, c.form)
			if f == "json" && len(decode(t, text)) != c.errors {
				t.Errorf("%s: %s", c.what, text)
			}
		}
	}
	many := repair(key)
	many["attribute[what][]"] = []string{"power"}
	d.ask(400, "POST", "v2/requests.json", many)
	d.ask(400, "POST", "v2/requests.json", repair(key), "Content-Type", "multipart/form-data; boundary=x")
	d.ask(400, "POST", "v2/requests.json", repair(key), "Content-Type", "application/json")
	d.ask(400, "POST", "v2/requests.json", repair(key, "description", "\xff\xfe"))
	d.ask(400, "POST", "v2/requests.json", repair(key, "description", strings.Repeat("x", 100_000)))
	d.ask(200, "POST", "v2/requests.json", repair(key, "description", strings.Repeat("水", 4000)))
	if all := d.list("v2/requests.json"); len(all) != 1 {
		t.Errorf("%d were filed", len(all))
	}
}

func TestRevokedKeyFilesNothing(t *testing.T) {
	d := setup(t)
	key := d.channel("热线12345")
	d.post(repair(key))
	if err := d.store.RevokeChannel(t.Context(), "热线12345", d.clock()); err != nil {
		t.Fatal(err)
	}
	contains(t, d.ask(403, "POST", "v2/requests.json", repair(key)), "revoked")
	lacks(t, d.get(200, "v2/services.json?api_key="+key), "mediation") // and sees no more than everybody
}

func TestKeysCannotBeGuessed(t *testing.T) {
	d := setup(t)
	key := d.channel("热线12345")
	for range 5 {
		d.ask(403, "POST", "v2/requests.json", repair("lintai_guess"))
	}
	d.ask(429, "POST", "v2/requests.json", repair(key))
	d.get(200, "v2/requests.json")
	d.advance(time.Minute)
	d.ask(200, "POST", "v2/requests.json", repair(key))
}

func TestTooMuchAtOnceIsRefused(t *testing.T) {
	d := setup(t)
	for range 300 {
		d.get(200, "v2/services.json")
	}
	d.get(429, "v2/services.xml")
	d.get(200, "v2/services.json?api_key="+d.channel("热线12345"))
	d.advance(time.Second)
	d.get(200, "v2/services.json")
}

func TestSentAgainIsFiledOnce(t *testing.T) {
	d := setup(t)
	hotline, site := d.channel("热线12345"), d.channel("网站")
	// By a key of the client's own.
	first := d.post(repair(hotline), "Idempotency-Key", "call-1")
	if again := d.post(repair(hotline), "Idempotency-Key", "call-1"); again != first {
		t.Errorf("%s and %s", first, again)
	}
	if other := d.post(repair(hotline), "Idempotency-Key", "call-2"); other == first {
		t.Error("another key gave the same request")
	}
	if other := d.post(repair(site), "Idempotency-Key", "call-1"); other == first {
		t.Error("another channel's key gave the same request")
	}
	contains(t, d.ask(400, "POST", "v2/requests.json", repair(hotline, "attribute[what]", "power"), "Idempotency-Key", "call-1"), "Idempotency-Key")
	// By what names somebody.
	mine := d.post(repair(hotline, "account_id", "A-7"))
	if again := d.post(repair(hotline, "account_id", "A-7")); again != mine {
		t.Errorf("%s and %s", mine, again)
	}
	for what, f := range map[string]url.Values{
		"another account": repair(hotline, "account_id", "A-8"), "other words": repair(hotline, "account_id", "A-7", "description", "还有电"),
		"another channel": repair(site, "account_id", "A-7"),
	} {
		if d.post(f) == mine {
			t.Errorf("%s gave the same request", what)
		}
	}
	d.advance(25 * time.Hour)
	if d.post(repair(hotline, "account_id", "A-7")) == mine {
		t.Error("the same fault the day after is another request")
	}
	// Nobody is named: two are two.
	one := d.post(repair(hotline))
	if two := d.post(repair(hotline)); one == two {
		t.Error("two who say the same lost one")
	}
}

func TestSentAgainAtTheSameMoment(t *testing.T) {
	d := setup(t)
	key := d.channel("热线12345")
	var all sync.WaitGroup
	codes := make([]string, 8)
	for i := range codes {
		all.Go(func() { codes[i] = d.post(repair(key, "device_id", "x")) })
	}
	all.Wait()
	for _, code := range codes {
		if code != codes[0] {
			t.Errorf("%v", codes)
			break
		}
	}
	if n := len(d.list("v2/requests.json")); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestTokens(t *testing.T) {
	d := setup(t)
	key := d.channel("小程序")
	token := uuid.Must(uuid.NewV7()).String()
	d.get(404, "v2/tokens/"+token+".json")
	code := d.post(repair(key), "Idempotency-Key", token)
	for _, f := range []string{"json", "xml"} {
		contains(t, d.get(200, "v2/tokens/"+token+"."+f), code, token)
	}
	// The id of a terminal's request is its token, also before anybody knows the code.
	mine, private := d.terminal("repair"), d.terminal("mediation")
	contains(t, d.get(200, "v2/tokens/"+mine.ID+".json"), string(mine.Ticket))
	d.get(404, "v2/tokens/"+private.ID+".json")
	d.get(404, "v2/tokens/"+private.ID+".json?api_key="+key)
	d.get(404, "v2/tokens/nothing.xml")
	// Nobody takes another's id.
	d.ask(400, "POST", "v2/requests.json", repair(key), "Idempotency-Key", mine.ID)
}

func TestPrivateServicesAreForChannels(t *testing.T) {
	d := setup(t)
	hotline, site := d.channel("热线12345"), d.channel("网站")
	lacks(t, d.get(200, "v2/services.json"), "mediation", "appeal")
	d.get(404, "v2/services/appeal.xml")
	contains(t, d.get(200, "v2/services.xml?api_key="+hotline), "mediation", "appeal")
	contains(t, d.get(200, "v2/services/appeal.json?api_key="+hotline), "words")
	code := d.post(form("api_key", hotline, "service_code", "appeal", "attribute[kind]", "idea", "attribute[place]", "home", "attribute[words]", "多种几棵树"))
	d.advance(time.Minute)
	d.move(code, docket.Accept, "下周答复")
	for _, who := range []string{"", "?api_key=" + site} {
		d.get(404, "v2/requests/"+code+".json"+who)
	}
	lacks(t, d.get(200, "v2/requests.json"), code)
	lacks(t, d.get(200, "v2/servicerequestupdates.json"), code)
	lacks(t, d.get(200, "v2/servicerequestupdates.json?api_key="+site), code)
	text := d.get(200, "v2/requests/"+code+".json?extensions=true&api_key="+hotline)
	contains(t, text, "已受理", "下周答复")
	lacks(t, text, "多种几棵树")
	contains(t, d.get(200, "v2/servicerequestupdates.xml?api_key="+hotline), code, "下周答复")
}
