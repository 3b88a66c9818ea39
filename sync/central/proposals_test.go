package central_test

import (
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/request"
	actions "lintai/sync/central/desk"
	"lintai/sync/central/keyring"
	"lintai/sync/central/live"
	"lintai/sync/central/proposal"
	"lintai/sync/central/publish"
	"lintai/sync/central/staff"
	"lintai/sync/wire"
)

func minute(t time.Time) string {
	return t.In(time.FixedZone("", 8*3600)).Format("2006-01-02T15:04")
}

// puts makes a proposal and puts it to the vote for two days.
func (b *browser) puts(title string, more url.Values) string {
	b.h.t.Helper()
	address := b.does("/console/proposals", url.Values{"title": {title}, "detail": {"3号楼没有电梯<b>"}})
	b.does(address, url.Values{"action": {"discuss"}, "note": {"周三议事会"}})
	now := b.h.clock.Now()
	form := url.Values{"question": {"要不要加装电梯？"}, "option": {"同意", "不同意", ""}, "abstain": {"yes"}, "from": {minute(now.Add(-time.Minute))},
		"until": {minute(now.Add(48 * time.Hour))}, "grace": {"1"}, "electorate": {"cardholders"}, "quorum": {"2"}}
	for name, values := range more {
		form[name] = values
	}
	if got := b.does(address+"/vote", form); got != address+"?announced=yes" {
		b.h.t.Fatalf("put to the vote: %s", got)
	}
	return address
}

func (h *house) ballot(card, option, digits string) request.Request {
	r := h.asks(proposal.Service, card, request.Answer{Step: "p1r1", Option: option, Text: "同意"})
	r.RatingCode = digits
	return r
}

func TestAVoteFromTheConsoleToTheTerminalAndBack(t *testing.T) {
	h := setup(t)
	h.answering()
	b, words := h.staff(), h.words()
	address := b.puts("加装电梯", nil)
	offered, ok := h.offered().Service(proposal.Service)
	if !ok || len(offered.Steps) != 2 || offered.Steps[0].Title != "要不要加装电梯？" || offered.Awaits != "计票确认" {
		t.Fatalf("terminals have %+v", offered)
	}
	first, second, again := h.ballot(cardOne, "o1", "4071"), h.ballot(cardTwo, "o1", "1234"), h.ballot(cardOne, "o2", "9999")
	h.push(first, second)
	if got := words.until(first, "一票已经计入，不能再改"); got.Status != "done" {
		t.Errorf("%+v", got)
	}
	words.until(second, "一票已经计入")
	h.push(again)
	if got := words.until(again, "您已经投过"); got.Word != "refused" {
		t.Errorf("%+v", got)
	}
	// Nobody sees more than the turnout before the count.
	page := b.page(address, 200)
	contains(t, page, `data-turnout="2"`, "3号楼没有电梯&lt;b&gt;", "周三议事会", "正在投票")
	lacks(t, page, "<table")
	for _, path := range []string{address + "/1/print", address + "/1/ballots"} {
		if r := b.get(path); r.StatusCode != http.StatusConflict {
			t.Errorf("%s before the count: %s", path, r.Status)
		}
	}
	contains(t, b.page(address+"/1/recount", 200), `data-sound="true"`, `data-counted="2"`, "各项票数在计票时才显示")
	lacks(t, b.page(address+"/1/recount", 200), "<table")
	lacks(t, b.page("/console/cases/1", 200), "同意", "4071")
	anybody := h.browser()
	public := "/votes/1/1"
	contains(t, anybody.page("/votes", 200), "要不要加装电梯？", `data-stands="open"`)
	lacks(t, anybody.page(public, 200), "<table", `id="list"`)
	if r := anybody.get(public + "/ballots"); r.StatusCode != http.StatusNotFound {
		t.Errorf("the list before the count: %s", r.Status)
	}
	if r := b.post(address, url.Values{"action": {"count"}}); r.StatusCode != http.StatusConflict {
		t.Errorf("count early: %s", r.Status)
	}

	h.clock.Add(50 * time.Hour)
	b = h.colleague("李大山", staff.Clerk) // the shift of the one before is over
	b.does(address, url.Values{"action": {"count"}})
	if _, ok := h.offered().Service(proposal.Service); ok {
		t.Error("terminals still have the vote")
	}
	auditor := h.colleague("钱进", staff.Auditor)
	page = auditor.page(address, 200)
	contains(t, page, "共2票，“同意”通过", `<tr data-ballots="2">`)
	lacks(t, page, `id="act"`, "交付投票</a>")
	contains(t, auditor.page(address+"/1/print", 200), "投票结果公示", "共2票，“同意”通过", "100%")
	contains(t, auditor.page(address+"/1/recount", 200), `data-sound="true"`, `data-counted="2"`)
	list := read(t, auditor.get(address+"/1/ballots"))
	e, err := proposal.ReadExport(strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	if r := e.Recount(e.All, e.Key); len(r.Faults) > 0 || r.Ballots != 2 || r.Winner != "o1" {
		t.Errorf("the list shows %+v", r)
	}
	if got := read(t, anybody.get(public+"/ballots")); got != list {
		t.Error("the public list is another")
	}

	// A voter finds her own ballot with her slip.
	text := read(t, anybody.post(public, url.Values{"ticket": {first.Ticket.String()}, "digits": {"4071"}}))
	m := regexp.MustCompile(`id="receipt" class="code">([^<]+)<`).FindStringSubmatch(text)
	if m == nil {
		t.Fatal("no receipt")
	}
	contains(t, anybody.page(public+"?receipt="+m[1], 200), "清单里有这张回执，选的是： <b>同意</b>", m[1])
	contains(t, anybody.page(public+"?receipt=22222-22222", 200), "清单里没有这张回执")
	for what, form := range map[string]url.Values{
		"other digits": {"ticket": {first.Ticket.String()}, "digits": {"1234"}}, "no digits": {"ticket": {first.Ticket.String()}},
		"a vote that was refused": {"ticket": {again.Ticket.String()}, "digits": {"9999"}}, "no ticket": {"ticket": {"' OR 1=1 --"}, "digits": {"4071"}},
	} {
		if r := anybody.post(public, form); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", what, r.Status)
		}
	}
	for range 25 {
		anybody.post(public, url.Values{"ticket": {first.Ticket.String()}, "digits": {"0000"}}).Body.Close()
	}
	if r := anybody.post(public, url.Values{"ticket": {first.Ticket.String()}, "digits": {"4071"}}); r.StatusCode != http.StatusTooManyRequests {
		t.Errorf("after many guesses: %s", r.Status)
	}

	b.does(address, url.Values{"action": {"carry"}, "note": {"下周开工"}})
	b.does(address, url.Values{"action": {"finish"}, "note": {"电梯启用"}})
	contains(t, b.page(address, 200), `data-state="done"`, "电梯启用", "李大山")
	contains(t, b.page("/console/proposals?state=done", 200), "加装电梯")
	for _, path := range []string{"/votes/9/9", "/votes/1/9", "/votes/a/b"} {
		if r := anybody.get(path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
}

// offered is the catalogue that terminals are given.
func (h *house) offered() *catalog.Catalog {
	h.t.Helper()
	all, _, err := h.central.Documents(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	c := catalog.Default()
	for _, d := range all { // by kind and version
		if d.Kind != wire.DocumentCatalog {
			continue
		}
		body, err := publish.Body(h.t.Context(), h.book(), d.Document)
		if err == nil {
			c, err = catalog.Parse(body)
		}
		if err != nil {
			h.t.Fatal(err)
		}
	}
	return c
}

// Who is on a roll votes; of her number nothing is kept.
func TestARollOfIDNumbers(t *testing.T) {
	h := setup(t)
	h.answering()
	b, words := h.staff(), h.words()
	const number = "11010519491231002X"
	b.puts("加装电梯", url.Values{"electorate": {"roll"}, "cards": {number + "\r\n" + strings.ToLower(number) + "\n"}, "quorum": {"1"}})
	text, err := keyring.Folder(filepath.Join(h.folder, "keys")).CardKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	hers, another := h.ballot(request.CardToken(key, number), "o2", "4071"), h.ballot(cardTwo, "o1", "1234")
	h.push(another, hers)
	words.until(hers, "一票已经计入")
	words.until(another, "只由名册上的居民投票")
	contains(t, b.page("/console/proposals/1", 200), "名册 1 人", `data-turnout="1"`)
	address := b.does("/console/proposals", url.Values{"title": {"车棚"}})
	b.does(address, url.Values{"action": {"discuss"}})
	now := h.clock.Now()
	good := url.Values{"question": {"建不建？"}, "option": {"建", "不建"}, "from": {minute(now)}, "until": {minute(now.Add(time.Hour))}, "grace": {"0"}, "quorum": {"0"}, "electorate": {"roll"}, "cards": {number}}
	for name, wrong := range map[string]string{"cards": "110105194912310020", "question": "", "option": "一", "from": "x", "until": "", "grace": "99", "quorum": "-1"} {
		form := url.Values{}
		for key, values := range good {
			form[key] = values
		}
		form[name] = []string{wrong}
		r := b.post(address+"/vote", form)
		text := read(t, r)
		if r.StatusCode != http.StatusBadRequest || name != "question" && !strings.Contains(text, "建不建？") {
			t.Errorf("%s %q: %s", name, wrong, r.Status)
		}
	}
	b.does(address+"/vote", good)
}

// What a resident hopes for becomes a proposal, and she is told.
func TestAWishBecomesAProposal(t *testing.T) {
	h := setup(t)
	b, words := h.staff(), h.words()
	wish := h.asks("appeal", cardOne, request.Answer{Step: "kind", Option: "hope", Text: "盼的事"}, request.Answer{Step: "words", Text: "盼着楼里装电梯"})
	h.push(wish)
	work := &actions.Desk{Store: h.book(), Hub: live.NewHub(), Clock: h.clock.Now, Log: slog.New(slog.DiscardHandler)}
	if n, err := work.Classify(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	contains(t, b.page("/console/proposals/wishes", 200), "盼着楼里装电梯", "/console/proposals/new?case=1")
	contains(t, b.page("/console/proposals/new?case=1", 200), `name="case" value="1"`, "盼着楼里装电梯")
	address := b.does("/console/proposals", url.Values{"title": {"加装电梯"}, "case": {"1"}})
	words.until(wish, "您说的事已立为社区议题“加装电梯”")
	lacks(t, b.page("/console/proposals/wishes", 200), "盼着楼里装电梯")
	contains(t, b.page(address, 200), `href="/console/cases/1"`)
	if r := b.post("/console/proposals", url.Values{"title": {"再来"}, "case": {"1"}}); r.StatusCode != http.StatusConflict {
		t.Errorf("the same wish again: %s", r.Status)
	}
	if r := b.post(address+"/join", url.Values{"case": {"77"}}); r.StatusCode != http.StatusNotFound {
		t.Errorf("no such case: %s", r.Status)
	}
	if r := b.post("/console/proposals", url.Values{"title": {"=1+1"}}); r.StatusCode != http.StatusBadRequest {
		t.Errorf("a formula: %s", r.Status)
	}
}
