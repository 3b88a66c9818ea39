package open311_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/sync/central/docket"
)

func TestEveryStatusIsOpenOrClosed(t *testing.T) {
	d := setup(t)
	key := d.channel("热线12345")
	for _, c := range []struct {
		actions             []docket.Action
		fine, coarse, words string
	}{
		{nil, "delivered", "open", "已送达"},
		{[]docket.Action{docket.Accept}, "accepted", "open", "已受理"},
		{[]docket.Action{docket.Accept, docket.Transfer}, "dispatched", "open", "已派单"},
		{[]docket.Action{docket.Accept, docket.Start}, "working", "open", "处理中"},
		{[]docket.Action{docket.Accept, docket.Start, docket.Complete}, "done", "closed", "已完成"},
		{[]docket.Action{docket.Cancel}, "cancelled", "closed", "已撤销"},
		{[]docket.Action{docket.Refuse}, "refused", "closed", "不予受理"},
		{[]docket.Action{docket.Refuse, docket.Reopen}, "accepted", "open", "已受理"},
	} {
		for _, code := range []string{d.post(repair(key)), string(d.terminal("repair").Ticket)} {
			for _, a := range c.actions {
				d.advance(time.Minute)
				d.move(code, a, "李师傅明早九点到")
			}
			got := d.list("v2/requests/" + code + ".json?extensions=true")[0]
			attributes := got["extended_attributes"].(map[string]any)
			notes := got["notes"].([]any)
			if got["status"] != c.coarse || got["status_notes"] != c.words || attributes["status"] != c.fine || len(notes) != len(c.actions)+1 {
				t.Errorf("%v: %v", c.actions, got)
			}
			for _, f := range []string{"json", "xml"} {
				lacks(t, d.get(200, "v2/requests/"+code+"."+f+"?extensions=true"), "李师傅", "王芳")
			}
		}
		// Each list holds it once.
		var listed []any
		for _, r := range d.list("v2/requests.json?status=" + c.coarse) {
			listed = append(listed, r["status_notes"])
		}
		if !slices.Contains(listed, any(c.words)) {
			t.Errorf("%s is not listed as %s: %v", c.words, c.coarse, listed)
		}
	}
}

func TestUpdates(t *testing.T) {
	d := setup(t)
	hotline, site := d.channel("热线12345"), d.channel("网站")
	code, other, private := d.post(repair(hotline)), string(d.terminal("repair").Ticket), string(d.terminal("mediation").Ticket)
	for _, action := range []docket.Action{docket.Accept, docket.Start, docket.Complete} {
		for _, c := range []string{code, other, private} {
			d.advance(time.Hour)
			d.move(c, action, "李师傅明早九点到")
		}
	}
	of := func(all []map[string]any) (list []string) {
		for _, u := range all {
			list = append(list, fmt.Sprint(u["update_id"], " ", u["status"], " ", u["description"]))
		}
		return list
	}
	public := of(d.list("v2/servicerequestupdates.json"))
	want := []string{code + "-2 open 已受理", other + "-2 open 已受理", code + "-3 open 处理中", other + "-3 open 处理中", code + "-4 closed 已完成", other + "-4 closed 已完成"}
	if !slices.Equal(public, want) {
		t.Errorf("%v, want %v", public, want)
	}
	if got := of(d.list("v2/servicerequestupdates.json?api_key=" + site)); !slices.Equal(got, want) {
		t.Errorf("another channel: %v", got)
	}
	own := of(d.list("v2/servicerequestupdates.json?extensions=true&api_key=" + hotline))
	if len(own) != 6 || !strings.Contains(own[0], "李师傅") || strings.Contains(own[1], "李师傅") {
		t.Errorf("its own: %v", own)
	}
	// By time and page.
	from := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	if got := of(d.list("v2/servicerequestupdates.json?start_date=" + from.Format(time.RFC3339))); !slices.Equal(got, want[2:]) {
		t.Errorf("since %v: %v", from, got)
	}
	if got := of(d.list("v2/servicerequestupdates.json?end_date=" + url.QueryEscape("2026-11-20T13:31+08:00"))); !slices.Equal(got, want[:1]) {
		t.Errorf("until: %v", got)
	}
	contains(t, d.get(200, "v2/servicerequestupdates.xml?extensions=true"), "<request_update>", "<status>done</status>")
	d.get(400, "v2/servicerequestupdates.xml?start_date=yesterday")
	d.get(400, "v2/servicerequestupdates.json?page_size=5000")
}

func TestNotesOfChannelsReachStaff(t *testing.T) {
	d := setup(t)
	hotline, site := d.channel("热线12345"), d.channel("网站")
	slip, private := string(d.terminal("repair").Ticket), string(d.terminal("mediation").Ticket)
	own := d.post(form("api_key", hotline, "service_code", "appeal", "attribute[kind]", "idea", "attribute[place]", "home", "attribute[words]", "多种几棵树"))
	say := func(status int, key, code string, more ...string) string {
		t.Helper()
		return d.ask(status, "POST", "v2/servicerequestupdates.json", form(append([]string{"api_key", key, "service_request_id", code, "description", "还在漏水，电话13800001234"}, more...)...))
	}
	contains(t, say(200, hotline, slip, "update_id", "7"), slip+"-2")
	contains(t, say(200, hotline, slip, "update_id", "7"), slip+"-2") // sent again
	contains(t, say(200, site, slip, "update_id", "7", "status", "FIXED"), slip+"-3")
	contains(t, d.ask(200, "POST", "v2/servicerequestupdates.xml", form("api_key", hotline, "service_request_id", own, "description", "再加几把椅子", "media_url", "https://example.cn/a.jpg")), own+"-2")
	c, events, _ := d.stored(slip)
	if len(events) != 3 || c.Status != docket.Delivered || events[1].Inner != "还在漏水，电话13800001234" || events[1].By != "热线12345" || events[1].Note != "" ||
		!strings.HasPrefix(events[2].Inner, "对方说：已经解决了。") {
		t.Errorf("%s %+v", c.Status, events)
	}
	for _, path := range []string{"v2/servicerequestupdates.json", "v2/requests.json?extensions=true", "v2/servicerequestupdates.json?api_key=" + hotline} {
		lacks(t, d.get(200, path), "漏水", "13800001234", "椅子")
	}
	say(404, hotline, private)
	say(404, site, own)
	say(404, hotline, "000000000000")
	say(404, hotline, "x")
	say(400, hotline, "")
	say(400, hotline, slip, "description", "")
	say(400, hotline, slip, "status", "PERHAPS")
	say(400, hotline, slip, "media_url", "file:///etc/passwd")
	say(400, hotline, slip, "update_id", "7", "description", "another")
	say(400, hotline, slip, "description", strings.Repeat("水", 4001))
	say(403, "", slip)
	say(403, "lintai_guess", slip)
}

func TestRatingThroughAChannel(t *testing.T) {
	d := setup(t)
	hotline, site := d.channel("热线12345"), d.channel("网站")
	rate := func(key, code, stars string, more ...string) {
		t.Helper()
		d.ask(200, "POST", "v2/requests.json", form(append([]string{"api_key", key, "service_code", "rating", "attribute[ticket]", code, "attribute[stars]", stars}, more...)...))
	}
	finish := func(code string) {
		for _, a := range []docket.Action{docket.Accept, docket.Start, docket.Complete} {
			d.move(code, a, "")
		}
	}
	own, slip := d.post(repair(hotline)), string(d.terminal("repair").Ticket)
	finish(own)
	finish(slip)
	rate(site, own, "1")  // without the digits
	rate(site, slip, "1") // the same
	if c, _, _ := d.stored(own); c.Status != docket.Done {
		t.Errorf("rated without the digits: %s", c.Status)
	}
	rate(hotline, own, "5")                                 // who filed it need not say them
	rate(site, slip, "2", "attribute[rating_code]", "4711") // from the slip
	if c, _, _ := d.stored(own); c.Status != docket.Rated {
		t.Errorf("%s", c.Status)
	}
	if c, _, _ := d.stored(slip); c.Status != docket.Accepted {
		t.Errorf("two stars open a case again: %s", c.Status)
	}
	for _, bad := range [][]string{{"attribute[stars]", "6"}, {"attribute[stars]", ""}, {"attribute[ticket]", ""}, {"attribute[ticket]", "1"}} {
		f := form(append([]string{"api_key", hotline, "service_code", "rating", "attribute[ticket]", own, "attribute[stars]", "5"}, bad...)...)
		d.ask(400, "POST", "v2/requests.json", f)
	}
}

func TestNoPathBreaksTheFormat(t *testing.T) {
	d := setup(t)
	for _, path := range []string{"discovery.json", "discovery.xml", "v2/discovery.xml", "v2/services.json", "v2/services.xml", "v2/services/repair.json", "v2/services/repair.xml", "v2/requests.xml"} {
		d.get(200, path)
	}
	for _, path := range []string{"nothing.json", "v2/nothing.xml", "v2/services/x.xml", "v2/services/%3Cscript%3E.xml", "v2/requests/x.json", "v2/tokens/x.json"} {
		d.get(404, path)
	}
	for _, query := range []string{"page=0", "status=%3Cb%3E", "start_date=%00", "page_size=-1", "end_date=9999999-01-01T00:00:00Z"} {
		d.get(400, "v2/requests.json?"+query)
		d.get(400, "v2/requests.xml?"+query)
	}
}
