package central_test

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lintai/kiosk/request"
	"lintai/sync/central/keyring"
	"lintai/sync/central/staff"
)

// people fills every book in which residents stand: a wish, a quarrel, a call, somebody
// who is looked after and a visit to her. It gives the browser of somebody who may do
// everything.
func (h *house) people() *browser {
	h.t.Helper()
	wish := h.request()
	wish.Service, wish.Address, wish.Urgency = "appeal", "", ""
	wish.Answers = []request.Answer{{Step: "kind", Option: "hope", Text: "期盼"}, {Step: "words", Text: "希望张桂兰家楼下装一盏灯"}}
	quarrel := h.request()
	quarrel.Service, quarrel.Address, quarrel.Urgency = "mediation", "", ""
	quarrel.Answers = []request.Answer{{Step: "kind", Option: "noise", Text: "吵闹"}, {Step: "words", Text: "楼上半夜放音乐"}}
	call := h.call()
	h.push(wish, quarrel, call)
	h.called = call.ID
	b := h.colleague("王芳", staff.Roles...)
	for _, one := range h.sound(b) {
		if r := b.post(one.path, one.form); r.StatusCode != http.StatusSeeOther {
			h.t.Fatalf("%s: %s\n%s", one.path, r.Status, read(h.t, r))
		}
	}
	return b
}

// formOf is a form with the page that it is posted to.
type formOf struct {
	path string
	form url.Values
}

// sound are the forms of people, in their order.
func (h *house) sound(b *browser) []formOf {
	return []formOf{
		{"/console/mediation/2/take", nil},
		{"/console/mediation/2/parties", url.Values{"side": {"respondent"}, "name": {"李强"}}},
		{"/console/mediation/2/sessions", url.Values{"at": {"2026-11-23T14:30"}, "place": {"调解室"}}},
		{"/console/mediation/2/sessions/1", url.Values{"state": {"held"}, "minutes": {"李强愿意铺地毯"}}},
		{"/console/mediation/2/outcome", url.Values{"outcome": {"agreed"}, "text": {"十点后不放音乐"}, "promise": {"李强铺地毯"}, "due": {"2026-11-28"}}},
		{"/console/calls/" + h.called + "/answer", url.Values{"answer": {"coming"}}},
		{"/console/calls/" + h.called + "/record", url.Values{"came": {b.account()}, "about": {"张桂兰摔倒了"}, "case": {"1"}}},
		{"/console/care", url.Values{"name": {"张桂兰"}, "address": {"幸福里3号楼502室"}, "reason": {"alone"}, "every": {"7"}, "note": {"耳背"}}},
		{"/console/visits", url.Values{"once": {"0192f000-0000-7000-8000-000000000001"}, "entry": {"1"}, "day": {"2026-11-21"}, "manner": {"met"}, "heard": {"腿疼"}, "need": {"扶手松了"}, "service": {"repair"}}},
	}
}

// A form that is sound but for one field, on what is there: never a failure, whatever
// stands in the field, also where the database is strict about text; and no page draws
// what was typed as markup.
func TestHostileTextInOneFieldOfASoundForm(t *testing.T) {
	h, _ := onDatabase(t)
	b := h.people()
	forms := append(h.sound(b), []formOf{
		{"/console/care/1", url.Values{"name": {"张桂兰"}, "phone": {"138"}, "address": {"幸福里3号楼502室"}, "grid": {""}, "reason": {"alone"}, "every": {"7"}, "note": {"耳背"}, "due": {"2026-11-28"}, "revision": {"2"}}},
		{"/console/care/1/end", url.Values{"why": {"搬走了"}, "revision": {"3"}}},
		{"/console/visits/1/needs", url.Values{"need": {"灯坏了"}, "service": {"repair"}}},
		{"/console/mediation/2/promises/1", url.Values{"keeping": {"kept"}}},
		{"/console/proposals", url.Values{"title": {"装灯"}, "detail": {"楼下"}, "case": {"1"}}},
		{"/console/proposals/1", url.Values{"action": {"discuss"}, "note": {"周三"}}},
		{"/console/proposals/1/join", url.Values{"case": {"2"}}},
		{"/console/proposals/1/vote", url.Values{"question": {"装不装？"}, "option": {"装"}, "from": {"2026-11-21T14:30"}, "until": {"2026-11-28T14:30"}, "grace": {"1"}, "quorum": {"0"}, "electorate": {"roll"}, "cards": {"11010519491231002X"}}},
		{"/console/privacy/matters", url.Values{"kind": {"copy"}, "id_number": {""}, "ticket": {"0012"}, "name": {"张桂兰"}}},
		{"/console/privacy/holds", url.Values{"case": {"1"}, "reason": {"法院"}}},
		{"/console/cases/1/whole", url.Values{"why": {"check"}}},
		{"/console/report/2026Q3", url.Values{"words": {"更快了"}}},
		{"/console/sensors/d1/mute", url.Values{"hours": {"1"}}},
	}...)
	markup := `"'><script>alert(1)</script>`
	for _, text := range []string{"a\x00b", "\xff\xfe", strings.Repeat("9", 40), markup} {
		for _, one := range forms {
			for name := range one.form {
				form := maps.Clone(one.form)
				form[name] = []string{text}
				if r := b.post(one.path, form); r.StatusCode >= 500 {
					t.Errorf("%s with %s=%q: %s", one.path, name, text, r.Status)
				}
			}
		}
		for _, row := range h.central.Routes() {
			if row.Script || row.Method != "GET" {
				continue
			}
			query := url.Values{}
			for _, value := range []string{text, "1"} { // first without a query
				path := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllLiteralString(strings.TrimSuffix(row.Pattern, "{$}"), url.PathEscape(value))
				if r := b.get(path + "?" + query.Encode()); r.StatusCode >= 500 || strings.Contains(read(t, r), markup) {
					t.Errorf("%s of %q with %q: %s", row.Pattern, value, text, r.Status)
				}
				for _, name := range []string{"q", "of", "which", "list", "state", "before", "after", "entry", "visit", "case", "account", "from", "until", "grid", "category", "month", "kind", "page", "next", "status"} {
					query.Set(name, text)
				}
			}
		}
	}
}

// Who asks for it is taken off the care list and out of the diary, and the pages still
// stand: an entry without words is one that has ended.
func TestDeletedFromCareAndMediation(t *testing.T) {
	h := setup(t)
	b := h.people()
	const number = "11010519491231002X"
	text, err := keyring.Folder(filepath.Join(h.folder, "keys")).CardKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	// She is the other party of a matter that somebody else brought, and that goes on.
	quarrel := h.request()
	quarrel.Service, quarrel.Address, quarrel.Urgency = "mediation", "", ""
	h.push(quarrel)
	b.does("/console/mediation/3/take", nil)
	b.does("/console/mediation/3/parties", url.Values{"side": {"respondent"}, "name": {"张桂兰"}, "address": {"幸福里3号楼502室"}})
	asks := h.asks("repair", request.CardToken(key, number), request.Answer{Step: "what", Option: "water", Text: "水"})
	asks.Person.Name, asks.Address = "张桂兰", "幸福里3号楼502室"
	h.push(asks)
	open := func(kind string) string {
		r := b.post("/console/privacy/matters", url.Values{"kind": {kind}, "id_number": {number}})
		if r.StatusCode != http.StatusSeeOther {
			t.Fatal(r.Status, read(t, r))
		}
		return r.Header.Get("Location")
	}
	matter := open("copy")
	contains(t, b.page(matter, 200), `data-cared="1"`, `data-visits="1"`)
	contains(t, read(t, b.post(matter+"/paper", nil)), "耳背", "腿疼", "扶手松了", "独居")
	matter = open("delete")
	contains(t, b.page(matter, 200), "以后不再提醒走访", "仍会留下", "谁查阅过的记录", "调解编号 3 里是另一方：还没办结")
	if r := b.post(matter+"/erase", url.Values{"sure": {"yes"}}); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status, read(t, r))
	}
	for _, page := range []string{"/console/care?which=all", "/console/care?which=ended", "/console/care/1", "/console/visits", "/console/visits/1"} {
		lacks(t, b.page(page, 200), "张", "502室", "耳背", "腿疼", "扶手松了")
	}
}

// Words of a resident are on no page that does not note who reads them.
func TestWhoReadsWordsIsNoted(t *testing.T) {
	h := setup(t)
	h.people()
	clerk, mediator, auditor := h.colleague("陈静", staff.Clerk), h.colleague("周法官", staff.Mediator), h.colleague("钱审", staff.Auditor)
	for _, one := range []struct {
		b             *browser
		page, of      string
		words, number string
	}{
		{clerk, "/console/care?which=all", "关爱名单", "502室", "1"},
		{clerk, "/console/care/1", "关爱名单", "耳背", ""}, // the list is the same reading
		{clerk, "/console/visits", "走访记录", "腿疼", ""}, // her page has it, too
		{clerk, "/console/visits/1", "走访记录", "扶手松了", ""},
		{clerk, "/console/calls", "呼叫记录", "摔倒了", "1"},
		{clerk, "/console/calls/" + h.called, "呼叫记录", "摔倒了", ""},
		{clerk, "/console/proposals/new?case=1", "事项的个人信息", "装一盏灯", "1"},
		{mediator, "/console/mediation", "调解内容", "李强铺地毯", "1"},
		{mediator, "/console/mediation/2", "调解内容", "十点后", ""},
		{mediator, "/console/mediation/2/agreement", "调解内容", "十点后", ""},
	} {
		log := "/console/privacy/log?account=" + one.b.account()
		before := strings.Count(auditor.page(log, 200), one.of)
		contains(t, one.b.page(one.page, 200), one.words)
		after := strings.Count(auditor.page(log, 200), one.of)
		if one.number != "" && after != before+1 || after == 0 {
			t.Errorf("%s: %s stands in the log %d times, %d before", one.page, one.of, after, before)
		}
	}
}

// A vote that waits to be cast, because the count is busy or the urn is not what was
// signed, shows nobody of staff what was chosen.
func TestAVoteThatWaitsShowsNoChoice(t *testing.T) {
	h := setup(t) // nobody casts
	b := h.staff()
	b.puts("加装电梯", nil)
	vote := h.ballot(cardOne, "o2", "4071")
	vote.Answers[0].Text = "不要装"
	h.push(vote)
	open := b.post("/console/privacy/matters", url.Values{"kind": {"copy"}, "ticket": {string(vote.Ticket)}, "name": {"张桂兰"}}).Header.Get("Location")
	for page, text := range map[string]string{
		"/console": b.page("/console", 200), "the case": b.page("/console/cases/1", 200), "behind the mask": read(t, b.post("/console/cases/1/whole", nil)),
		"overdue": b.page("/console/overdue", 200), "a copy on paper": read(t, b.post(open+"/paper", nil)),
	} {
		if strings.Contains(text, "不要装") || strings.Contains(text, "4071") {
			t.Errorf("%s shows what was chosen", page)
		}
	}
	contains(t, b.page("/console/cases/1", 200), "张桂兰")
}
