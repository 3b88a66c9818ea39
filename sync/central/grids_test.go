package central_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lintai/sync/central/sheet"
	"lintai/sync/central/staff"
)

// fill sends a form with a file in it.
func (b *browser) fill(path, field, name string, file []byte, form url.Values) *http.Response {
	b.h.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	form.Set("token", b.token)
	for key, values := range form {
		for _, v := range values {
			if err := w.WriteField(key, v); err != nil {
				b.h.t.Fatal(err)
			}
		}
	}
	part, err := w.CreateFormFile(field, name)
	if err != nil {
		b.h.t.Fatal(err)
	}
	part.Write(file)
	if err := w.Close(); err != nil {
		b.h.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.h.t.Context(), "POST", b.h.server.URL+path, &body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	return b.h.do(b.client, r)
}

const gridsList = "网格编号,网格名称,楼栋,别名,坐标,网格员,代班,相邻网格,终端\n" +
	"1,1号网格,1-2号楼,,,%[1]s,,2,\n" +
	"2,2号网格,3号楼,老粮站宿舍,\"30.2741, 120.1551\",%[2]s,,1,12\n"

// From the list of grids to a case that is done: it goes out to whose grid it is, she
// starts it, completes it with a photo, and the place that it held is free again.
func TestACaseGoesOutAndIsDone(t *testing.T) {
	h := setup(t)
	h.work()
	admin := h.colleague("管理员", staff.Administrator)
	far, near := h.colleague("李强", staff.Worker), h.colleague("陈静", staff.Worker)
	clerk := h.staff()

	if r := admin.fill("/console/grids/import", "file", "grids.csv", fmt.Appendf(nil, gridsList+"x!,,4号楼,,,nobody,,,\n3,,5号楼,,north,,,,\n", far.login, near.login), url.Values{}); r.StatusCode != http.StatusBadRequest {
		t.Fatalf("a list with bad rows: %s", r.Status)
	} else {
		contains(t, read(t, r), "第4行", "第5行", "没有导入")
	}
	lacks(t, admin.page("/console/grids", 200), "2号网格")
	if r := admin.fill("/console/grids/import", "file", "grids.csv", fmt.Appendf(nil, gridsList, far.login, near.login), url.Values{}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("import: %s %s", r.Status, read(t, r))
	}
	contains(t, admin.page("/console/grids", 200), "2号网格", "陈静", "李强")
	contains(t, admin.page("/console/grids/2", 200), "3号楼 = 老粮站宿舍 @ 30.2741, 120.1551", "陈静")
	admin.page("/console/grids/9", http.StatusNotFound)

	// A list that went out comes in again, and is the same.
	for _, format := range []string{"csv", "xlsx"} {
		before := read(t, admin.get("/console/grids/export?format="+format))
		if r := admin.fill("/console/grids/import", "file", "grids."+format, []byte(before), url.Values{}); r.StatusCode != http.StatusSeeOther {
			t.Fatalf("import of what was exported as %s: %s", format, r.Status)
		}
		rows, err := sheet.Read([]byte(read(t, admin.get("/console/grids/export?format="+format))))
		was, err2 := sheet.Read([]byte(before))
		if err != nil || err2 != nil || fmt.Sprint(rows) != fmt.Sprint(was) || len(rows) != 6 {
			t.Errorf("%s: %v, %v\n%v\n%v", format, err, err2, rows, was)
		}
	}

	// It is Saturday: both are off until their rosters say otherwise.
	path := regexp.MustCompile(`/console/rosters/[0-9a-f-]+`).FindString(strings.Split(admin.page("/console/grids", 200), `id="workers"`)[1])
	for _, bad := range []string{"周八 8:00-9:00", "周六", "周六 25:00-26:00"} {
		if r := admin.post(path, url.Values{"week": {bad}}); r.StatusCode != http.StatusBadRequest {
			t.Errorf("roster %q: %s", bad, r.Status)
		}
	}
	for _, path := range regexp.MustCompile(`/console/rosters/[0-9a-f-]+`).FindAllString(admin.page("/console/grids", 200), -1) {
		if r := admin.post(path, url.Values{"week": {"周六 0:00-24:00\n"}}); r.StatusCode != http.StatusSeeOther {
			t.Fatalf("roster: %s", r.Status)
		}
	}
	contains(t, admin.page(path, 200), "周六 00:00-24:00")
	if r := admin.post("/console/resources/usual", url.Values{}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("resources: %s", r.Status)
	}

	// An urgent case, at 3号楼, goes out by itself.
	lines := h.stream(clerk.client, "/console/stream")
	need := h.request()
	need.Answers[0].Text = "水管漏水"
	h.push(need)
	for text := ""; !strings.Contains(text, `data-status="dispatched"`); text = clerk.page("/console/cases/1", 200) {
		h.await(lines, "data: case")
	}
	one := clerk.page("/console/cases/1", 200)
	contains(t, one, "承办： 陈静", "2号网格·陈静 在班，手上0件", "维修服务队", "预约")
	lacks(t, far.page("/console/mine", 200), `data-case="1"`)
	contains(t, near.page("/console/mine", 200), `data-case="1"`, "2号网格", "在班", `value="started"`)

	resource := regexp.MustCompile(`name="resource" value="([^"]+)"`).FindStringSubmatch(one)[1]
	if r := clerk.post("/console/cases/1/resource", url.Values{"seen": {"3"}, "resource": {resource}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("resource: %s", r.Status)
	}
	contains(t, clerk.page("/console/cases/1", 200), "已预约", "退还", "匹配度")
	contains(t, clerk.page("/console/resources", 200), ">在办 1 件，最多 6 件<")

	// Only she whose it is works it.
	if r := far.fill("/console/mine/1", "photo", "", nil, url.Values{"seen": {"4"}, "action": {"started"}}); r.StatusCode != http.StatusNotFound {
		t.Errorf("another worker: %s", r.Status)
	}
	deed := func(seen, action, words string, photo []byte, want int) {
		t.Helper()
		if r := near.fill("/console/mine/1", "photo", "photo.jpg", photo, url.Values{"seen": {seen}, "action": {action}, "words": {words}}); r.StatusCode != want {
			t.Fatalf("%s: %s %s", action, r.Status, read(t, r))
		}
	}
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 40, 30)), nil); err != nil {
		t.Fatal(err)
	}
	deed("4", "returned", " ", nil, http.StatusBadRequest) // without a reason
	deed("4", "cancelled", "", nil, http.StatusBadRequest)
	deed("4", "started", "", nil, http.StatusSeeOther)
	deed("4", "completed", "换了龙头", picture.Bytes(), http.StatusConflict) // an old page
	deed("5", "completed", "换了龙头", []byte("<script>"), http.StatusBadRequest)
	deed("5", "completed", "换了龙头", picture.Bytes(), http.StatusSeeOther)
	lacks(t, near.page("/console/mine", 200), `data-case="1"`)
	done := clerk.page("/console/cases/1", 200)
	contains(t, done, `data-status="done"`, "换了龙头", "/console/attachments/")
	photo := regexp.MustCompile(`src="(/console/attachments/[^"]+)"`).FindStringSubmatch(done)[1]
	if r := clerk.get(strings.ReplaceAll(photo, "&amp;", "&")); r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("the photo: %s", r.Status)
	}
	contains(t, clerk.page("/console/resources", 200), ">在办 0 件，最多 6 件<")
}

func TestStaffGiveACaseAway(t *testing.T) {
	h := setup(t)
	admin, worker := h.colleague("管理员", staff.Administrator), h.colleague("陈静", staff.Worker)
	if r := admin.fill("/console/grids/import", "file", "grids.csv", []byte("网格编号,楼栋,网格员\n2,3号楼,"+worker.login+"\n"), url.Values{}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("import: %s", r.Status)
	}
	h.push(h.request())
	clerk := h.staff()
	contains(t, clerk.page("/console/cases/1", 200), "陈静 不在班", "现在没有人在班，由前台定", "转城管")
	worker.page("/console/cases/1", 404) // it is not hers yet
	if r := clerk.post("/console/cases/1/give", url.Values{"seen": {"1"}, "to": {"worker:nobody"}}); r.StatusCode != http.StatusConflict {
		t.Errorf("to nobody: %s", r.Status)
	}
	if r := clerk.post("/console/cases/1/give", url.Values{"seen": {"1"}, "to": {"department:mars"}}); r.StatusCode != http.StatusConflict {
		t.Errorf("to Mars: %s", r.Status)
	}
	for i, to := range []string{"department:urban", regexp.MustCompile(`worker:[0-9a-f-]+`).FindString(clerk.page("/console/cases/1", 200))} {
		if r := clerk.post("/console/cases/1/give", url.Values{"seen": {fmt.Sprint(1 + 2*i)}, "to": {to}}); r.StatusCode != http.StatusSeeOther {
			t.Fatalf("to %s: %s", to, r.Status)
		}
	}
	contains(t, clerk.page("/console/cases/1", 200), "承办： 陈静", "前台指定")
	lacks(t, worker.page("/console/cases/1", 200), `id="assign"`)
	for path, form := range map[string]url.Values{
		"/console/grids":       {"version": {"1"}, "id": {"2"}, "name": {""}},
		"/console/grids/rules": {"text": {"most = 0"}},
		"/console/resources":   {"name": {"x"}, "kind": {"moon"}, "keywords": {"看病"}, "capacity": {"1"}},
	} {
		if r := admin.post(path, form); r.StatusCode != http.StatusBadRequest {
			t.Errorf("POST %s: %s", path, r.Status)
		}
	}
	if r := admin.post("/console/grids", url.Values{"version": {"0"}, "id": {"2"}, "name": {"二"}}); r.StatusCode != http.StatusConflict {
		t.Errorf("an old form: %s", r.Status)
	}
	for _, path := range []string{"/console/grids/new", "/console/grids/rules", "/console/grids/import", "/console/resources"} {
		admin.page(path, 200)
	}
}
