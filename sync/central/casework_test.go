package central_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"testing"

	actions "lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/staff"
	"lintai/sync/central/store"
)

// book opens the docket beside the central that serves it.
func (h *house) book() *store.Store {
	h.t.Helper()
	book, err := store.Open(h.t.Context(), filepath.Join(h.folder, "central.db"))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { book.Close() })
	return book
}

// act sends a form of the page of a case.
func (b *browser) act(book *store.Store, number int64, action docket.Action, status int, fields ...string) {
	b.h.t.Helper()
	c, _, err := book.Case(b.h.t.Context(), number)
	if err != nil {
		b.h.t.Fatal(err)
	}
	form := url.Values{"seen": {fmt.Sprint(c.Events)}, "action": {string(action)}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	if r := b.post(fmt.Sprint("/console/cases/", number, "/act"), form); r.StatusCode != status {
		b.h.t.Fatalf("%s: %s: %s", action, r.Status, read(b.h.t, r))
	}
}

func TestStaffWorkACaseOnItsPage(t *testing.T) {
	h := setup(t)
	h.push(h.request(), h.request())
	b, book := h.staff(), h.book()
	work := &actions.Desk{Store: book, Hub: live.NewHub(), Clock: h.clock.Now, Log: slog.New(slog.DiscardHandler)}
	contains(t, b.page("/console/cases/1", 200), "正在分类")
	if n, err := work.Classify(t.Context()); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	contains(t, b.page("/console/cases/1", 200), "基本生活", "报修服务", "不予受理", "合并重复")
	contains(t, b.page("/console", 200), "基本生活")

	b.act(book, 1, docket.Refuse, http.StatusConflict) // no reason
	b.act(book, 1, docket.Rate, http.StatusForbidden, "stars", "5")
	b.act(book, 1, docket.Accept, http.StatusSeeOther)
	other := h.colleague("李强", staff.Worker)
	id := regexp.MustCompile(`<option value="([0-9a-f-]{36})">李强`).FindStringSubmatch(b.page("/console/cases/1", 200))
	if id == nil {
		t.Fatal("nobody can be chosen")
	}
	b.act(book, 1, docket.Dispatch, http.StatusConflict) // to nobody
	b.act(book, 1, docket.Dispatch, http.StatusSeeOther, "worker", id[1])
	contains(t, b.page("/console/cases/1", 200), `<dd id="assigned">李强</dd>`, "派单")
	lacks(t, other.page("/console/cases/1", 200), "不予受理", "合并重复")
	other.act(book, 1, docket.Cancel, http.StatusForbidden)
	other.act(book, 1, docket.Return, http.StatusSeeOther, "inner", "<b>不在我的网格</b>")
	contains(t, b.page("/console/cases/1", 200), "&lt;b&gt;不在我的网格")
	b.act(book, 1, docket.Transfer, http.StatusSeeOther, "department", "urban")
	contains(t, b.page("/console/cases/1", 200), `<dd id="assigned">城管</dd>`, "已转城管办理")
	b.act(book, 1, docket.Correct, http.StatusSeeOther, "category", "safety", "concern", "worry", "priority", "urgent")
	contains(t, b.page("/console", 200), "安全应急", ">愁<")
	b.act(book, 1, docket.Correct, http.StatusBadRequest, "category", "safety", "priority", "never")

	b.act(book, 2, docket.Merge, http.StatusSeeOther, "other", "1")
	b.act(book, 1, docket.Merge, http.StatusConflict, "other", "2") // a ring
	contains(t, b.page("/console/cases/2", 200), `href="/console/cases/1"`)
	b.act(book, 1, docket.Cancel, http.StatusConflict) // another follows
	b.act(book, 1, docket.Start, http.StatusSeeOther)

	var drawn bytes.Buffer
	if err := jpeg.Encode(&drawn, image.NewGray(image.Rect(0, 0, 40, 30)), nil); err != nil {
		t.Fatal(err)
	}
	const where = "Exif\x00\x00 GPS 30.25" // as a telephone writes it
	photographed := append([]byte("\xff\xd8\xff\xe1\x00"+string(rune(len(where)+2))+where), drawn.Bytes()[2:]...)
	if r := b.complete(book, 1, "修好了", []byte("<html>")); r.StatusCode != http.StatusConflict {
		t.Fatalf("a page is taken for a photo: %s", r.Status)
	}
	if r := b.complete(book, 1, "换了水管", photographed); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	page := b.page("/console/cases/1", 200)
	contains(t, page, "换了水管", "办结")
	photo := regexp.MustCompile(`/console/attachments/[0-9a-f-]{36}\?case=1`).FindString(page)
	r := b.get(photo)
	if got, err := io.ReadAll(r.Body); err != nil || !bytes.HasPrefix(got, []byte("\xff\xd8\xff")) || bytes.Contains(got, []byte("GPS")) || r.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("photo: %s, %v", r.Status, err)
	}
	if c, _, err := book.Case(t.Context(), 2); err != nil || c.Status != docket.Merged {
		t.Errorf("%+v, %v", c, err)
	}
}

// complete sends the form with a record and a photo.
func (b *browser) complete(book *store.Store, number int64, record string, photo []byte) *http.Response {
	b.h.t.Helper()
	c, _, err := book.Case(b.h.t.Context(), number)
	if err != nil {
		b.h.t.Fatal(err)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range map[string]string{"seen": fmt.Sprint(c.Events), "action": "completed", "record": record, "token": b.token} {
		w.WriteField(name, value)
	}
	part, err := w.CreateFormFile("photo", "a.jpg")
	if err != nil {
		b.h.t.Fatal(err)
	}
	part.Write(photo)
	w.Close()
	request, err := http.NewRequestWithContext(b.h.t.Context(), "POST", b.h.server.URL+fmt.Sprint("/console/cases/", number, "/act"), &body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	request.Header.Set("Content-Type", w.FormDataContentType())
	request.Header.Set("Origin", b.h.server.URL)
	return b.send(request)
}
