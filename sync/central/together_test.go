package central_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/sync/central/sheet"
	"lintai/sync/central/staff"
	"lintai/sync/wire"
)

// answering has central answer requests, as Serve does.
func (h *house) answering() {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.central.AnswerRequests(ctx)
	}()
	h.t.Cleanup(func() { cancel(); <-done })
}

func (h *house) asks(service, card string, answers ...request.Answer) request.Request {
	r := h.request()
	r.Service, r.Urgency, r.Address, r.Answers = service, "", "", answers
	r.Person = &request.Person{Name: "张桂兰", Token: card, Phone: "13800001234"}
	return r
}

// terminalWords follows what a terminal is told, by its stream and its change log.
type terminalWords struct {
	h      *house
	lines  <-chan string
	cursor int64
	last   map[string]wire.Status
}

func (h *house) words() *terminalWords {
	return &terminalWords{h: h, lines: h.stream(h.me, wire.PathStream), last: map[string]wire.Status{}}
}

// until waits for a word on a request with this in its note.
func (w *terminalWords) until(r request.Request, note string) wire.Status {
	w.h.t.Helper()
	for !strings.Contains(w.last[r.ID].Note, note) || w.last[r.ID].Note == "" {
		w.h.await(w.lines, "event: changed")
		p := decode[wire.Pull](w.h.t, w.h.terminal(w.h.me, "GET", fmt.Sprint(wire.PathPull, "?cursor=", w.cursor), nil), http.StatusOK)
		for _, c := range p.Changes {
			w.cursor = c.Cursor
			if c.Status != nil {
				w.last[c.Status.RequestID] = *c.Status
			}
		}
	}
	return w.last[r.ID]
}

func (b *browser) does(path string, form url.Values) string {
	b.h.t.Helper()
	r := b.post(path, form)
	text := read(b.h.t, r)
	if r.StatusCode != http.StatusSeeOther {
		b.h.t.Fatalf("POST %s: %s\n%s", path, r.Status, text)
	}
	return r.Header.Get("Location")
}

const (
	cardOne = "00112233445566778899aabbccddeeff"
	cardTwo = "ffeeddccbbaa99887766554433221100"
)

func TestPlacesFromTheConsoleToTheTerminal(t *testing.T) {
	h := setup(t)
	h.answering()
	b, words := h.staff(), h.words()
	start := h.clock.Now().Add(48 * time.Hour)
	minute := func(t time.Time) string { return t.In(time.FixedZone("", 8*3600)).Format("2006-01-02T15:04") }
	to := b.does("/console/activities", url.Values{"name": {"义诊<b>"}, "place": {"活动室"}, "start": {minute(start)}, "end": {minute(start.Add(time.Hour))}, "places": {"2"}})
	address, _, _ := strings.Cut(to, "?")
	id := address[strings.LastIndex(address, "/")+1:]
	contains(t, b.page(to, 200), "终端上的活动也更新了", "义诊&lt;b&gt;", `data-free="2"`)
	ask := func(card, people string) request.Request {
		return h.asks("activity", card, request.Answer{Step: "which", Option: id, Text: "义诊"}, request.Answer{Step: "people", Option: people, Text: people})
	}
	first, second := ask(cardOne, "two"), ask(cardTwo, "one")
	h.push(first, second)
	if got := words.until(first, "名额留好了"); got.Status != "accepted" {
		t.Errorf("%+v", got)
	}
	if got := words.until(second, "候补第1位"); got.Status != "delivered" {
		t.Errorf("%+v", got)
	}
	page := b.page(address, 200)
	contains(t, page, `data-free="0"`, "张桂兰", "13800001234", first.Ticket.String())
	contains(t, b.page("/console/activities", 200), "已占 2 / 2 个名额", "候补 1 人", "已满")
	contains(t, b.page(address+"/print", 200), "张桂兰", "签名", "候补")
	b.does(address+"/register", url.Values{"name": {"李大山"}, "people": {"1"}})
	contains(t, b.page(address, 200), "李大山", "前台登记")
	b.does(address+"/seats/1", url.Values{"state": {"withdrawn"}})
	words.until(second, "有人退出，候补轮到您了")
	contains(t, b.page(address, 200), `data-free="0"`, "已取消")
	if r := b.post(address+"/seats/1", url.Values{"state": {"attended"}}); r.StatusCode != http.StatusConflict {
		t.Errorf("mark who withdrew: %s", r.Status)
	}
	if r := b.post(address, url.Values{"name": {"义诊"}}); r.StatusCode != http.StatusBadRequest {
		t.Errorf("half a form: %s", r.Status)
	}
	b.does(address+"/off", url.Values{"reason": {"医生来不了"}})
	words.until(second, "医生来不了")
	contains(t, b.page(address, 200), "已取消")
	lacks(t, b.page(address, 200), `id="register"`)
}

func TestVolunteersEarnAndSpend(t *testing.T) {
	h := setup(t)
	h.answering()
	b, words := h.staff(), h.words()
	join := h.asks("volunteer", cardOne, request.Answer{Step: "field", Option: "teach"}, request.Answer{Step: "when", Option: "weekend"})
	h.push(join)
	words.until(join, "已登记为志愿者，编号1")
	contains(t, b.page("/console/volunteers", 200), "张**", "教一教", "周末")
	contains(t, b.page("/console/volunteers/1", 200), "张桂兰", "13800001234")
	task := b.does("/console/volunteers/tasks", url.Values{"title": {"教用手机"}, "field": {"teach"}, "start": {"2026-11-22T09:00"}, "minutes": {"90"}, "wanted": {"1"}})
	contains(t, b.page(task, 200), "教用手机", "张桂兰")
	b.does(task, url.Values{"volunteer": {"1"}, "duty": {"assigned"}})
	b.does(task, url.Values{"volunteer": {"1"}, "duty": {"confirmed"}, "minutes": {"90"}})
	contains(t, b.page(task, 200), "已确认", "90 分钟")
	contains(t, b.page("/console/volunteers/1", 200), "服务 1 次，1.5 小时", "10 分")
	balance := h.asks("points", cardOne, request.Answer{Step: "what", Option: "balance"})
	h.push(balance)
	if got := words.until(balance, "您现在有10积分"); got.Status != "done" {
		t.Errorf("%+v", got)
	}
	// The clerk books by hand, each form once.
	page := b.page("/console/points/1", 200)
	contains(t, page, "张桂兰", `data-balance="10"`, "一袋大米", "教用手机")
	_, after, _ := strings.Cut(page, `name="key" value="`)
	key, _, _ := strings.Cut(after, `"`)
	form := url.Values{"key": {key}, "rule": {"earn:suggestion"}, "reason": {"路灯建议"}}
	b.does("/console/points/1/book", form)
	if r := b.post("/console/points/1/book", form); r.StatusCode != http.StatusConflict {
		t.Errorf("the same form again: %s", r.Status)
	}
	if r := b.post("/console/points/1/book", url.Values{"key": {"00000000-0000-4000-8000-000000000000"}, "rule": {"spend:rice"}, "reason": {"x"}}); r.StatusCode != http.StatusConflict {
		t.Errorf("more than there is: %s", r.Status)
	}
	if r := b.post("/console/points/1/book", url.Values{"key": {"00000000-0000-4000-8000-000000000001"}, "rule": {"earn:volunteer"}}); r.StatusCode != http.StatusBadRequest {
		t.Errorf("without a reason: %s", r.Status)
	}
	contains(t, b.page("/console/points/1", 200), `data-balance="15"`)
	b.does("/console/points/entries/2/reverse", url.Values{"reason": {"记错了"}})
	contains(t, b.page("/console/points/1", 200), `data-balance="10"`, "记错了", "已由第 3 笔冲正")
	rice := h.asks("points", cardOne, request.Answer{Step: "what", Option: "rice"})
	h.push(rice)
	words.until(rice, "积分不够：换“一袋大米”要100积分，您现在有10积分")

	auditor := h.colleague("钱进", staff.Auditor)
	contains(t, auditor.page("/console/points/ledger", 200), `data-sound="true"`, "居民共有", "路灯建议")
	contains(t, auditor.page("/console/points/1", 200), "张**")
	lacks(t, auditor.page("/console/points/1", 200), "张桂兰", `id="book"`)
	for _, list := range []string{"balances", "entries"} {
		for _, format := range []string{"csv", "xlsx"} {
			r := auditor.get("/console/points/export/" + list + "." + format)
			rows, err := sheet.Read([]byte(read(t, r)))
			if err != nil || len(rows) < 2 || r.StatusCode != http.StatusOK {
				t.Errorf("%s.%s: %s, %d rows, %v", list, format, r.Status, len(rows), err)
			}
		}
	}
	if r := auditor.get("/console/points/export/secrets.csv"); r.StatusCode != http.StatusNotFound {
		t.Errorf("no such list: %s", r.Status)
	}
}

// upload posts a file.
func (b *browser) upload(path, content string) *http.Response {
	b.h.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if err := w.WriteField("token", b.token); err != nil {
		b.h.t.Fatal(err)
	}
	f, err := w.CreateFormFile("file", "积分.csv")
	if err == nil {
		_, err = f.Write([]byte(content))
	}
	if err != nil || w.Close() != nil {
		b.h.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.h.t.Context(), "POST", b.h.server.URL+path, &body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	return b.send(r)
}

func TestPointsOfAnEarlierList(t *testing.T) {
	h := setup(t)
	b := h.staff()
	try := func(content string, status int, wanted ...string) {
		t.Helper()
		r := b.upload("/console/points/import", content)
		text := read(t, r)
		if r.StatusCode != status {
			t.Fatalf("%q: %s", content, r.Status)
		}
		contains(t, text, wanted...)
	}
	const good = "身份证号,姓名,积分,说明\n110101195001011234,张桂兰,120,=旧账\n11010119600101123x,李大山,30,\n"
	try("名字,分\n张,1\n", http.StatusBadRequest, "这个文件读不了")
	try("身份证号,积分\n110101195001011234,50\n123,50\n110101195001011234,1.5\n", http.StatusBadRequest, "第 3 行：身份证号不对", "第 4 行：积分不是1到10000的整数")
	try("身份证号,积分\n110101195001011234,50\n\n110101195001011234,-60\n", http.StatusConflict, "第 4 行：积分会变成负数")
	contains(t, b.page("/console/points", 200), "还没有人有积分") // nothing was half imported
	try(good, http.StatusOK, "已导入 2 行")
	try(good, http.StatusConflict, "已经记过了")
	contains(t, b.page("/console/points", 200), "120 分", "30 分", "张**")
	// The number of the card finds her, and stands nowhere.
	to := b.does("/console/points/find", url.Values{"id_number": {"110101195001011234"}})
	contains(t, b.page(to, 200), `data-balance="120"`, "=旧账")
	if r := b.post("/console/points/find", url.Values{"id_number": {"1234"}}); r.StatusCode != http.StatusBadRequest {
		t.Errorf("half a number: %s", r.Status)
	}
	b.does("/console/points/rules", url.Values{"version": {"0"}, "earn_id": {"volunteer", "suggestion", ""}, "earn_name": {"志愿服务", "好建议", ""}, "earn_points": {"12", "6", ""},
		"goods_id": {"oil"}, "goods_name": {"一桶油"}, "goods_points": {"80"}})
	contains(t, b.page(to, 200), "一桶油", "志愿服务")
	if r := b.post("/console/points/rules", url.Values{"version": {"0"}}); r.StatusCode != http.StatusBadRequest && r.StatusCode != http.StatusConflict {
		t.Errorf("rules without any: %s", r.Status)
	}
	// Terminals get the service, and with it the goods of today.
	contains(t, b.page(b.does("/console/points/offer", nil), 200), "已更新到终端", "终端上已有")
	b.does("/console/points/rules", url.Values{"version": {"1"}, "earn_id": {"volunteer", "suggestion"}, "earn_name": {"志愿服务", "好建议"}, "earn_points": {"12", "6"},
		"goods_id": {"soap"}, "goods_name": {"一块肥皂"}, "goods_points": {"9"}})
	documents, _, err := h.central.Documents(t.Context())
	if err != nil || len(documents) != 2 {
		t.Errorf("%d documents, %v", len(documents), err)
	}
	worker := h.colleague("孙", staff.Worker)
	worker.page("/console/points", http.StatusForbidden)
}
