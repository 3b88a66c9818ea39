package central_test

import (
	"net/http"
	"net/url"
	"testing"

	"lintai/sync/central/staff"
)

// A notice is looked at, published, and taken back, and the activity that staff announced
// in between stays.
func TestANoticeIsPublishedAndTakenBack(t *testing.T) {
	h := setup(t)
	clerk := h.colleague("王芳", staff.Clerk)
	notice := url.Values{"title": {"停水通知"}, "body": {"明天上午停水。\r\n请提前存水。"}, "issuer": {"物业"}, "date": {"2026-11-21"}}
	notice.Set("do", "preview")
	r := clerk.post("/console/bulletin/notices/new", notice)
	contains(t, read(t, r), `id="preview"`, "请提前存水。", "物业，2026年11月21日")
	contains(t, clerk.page("/console/bulletin", 200), "没有公告")
	notice.Set("do", "publish")
	for _, title := range []string{"停水通知", "停电通知"} {
		notice.Set("title", title)
		if r := clerk.post("/console/bulletin/notices/new", notice); r.StatusCode != http.StatusSeeOther {
			t.Fatal(r.Status, read(t, r))
		}
		h.clock.Add(2e9)
	}
	activity := url.Values{"name": {"义诊"}, "place": {"活动室"}, "start": {"2026-12-01T09:00"}, "end": {"2026-12-01T11:00"}, "places": {"5"}}
	if r := clerk.post("/console/activities", activity); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	contains(t, clerk.page("/console/bulletin", 200), "停水通知", "停电通知", `data-version="3"`)
	back := url.Values{"kind": {"community"}, "version": {"3"}}
	if r := clerk.post("/console/bulletin/back", back); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	if r := clerk.post("/console/bulletin/back", back); r.StatusCode != http.StatusConflict {
		t.Errorf("pressed twice: %s", r.Status)
	}
	text := clerk.page("/console/bulletin", 200)
	contains(t, text, "停水通知")
	lacks(t, text, "停电通知")
	all, _, err := h.central.Documents(t.Context())
	if err != nil || len(all) != 4 {
		t.Fatalf("%d documents, %v", len(all), err)
	}
	article := url.Values{"do": {"publish"}, "topic": {"home"}, "title": {"电动车在哪充电？"}, "words": {"在车棚。"}, "source": {"社区公约"}, "date": {"2026-11-01"}}
	if r := clerk.post("/console/bulletin/articles/new", article); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status, read(t, r))
	}
	contains(t, clerk.page("/console/bulletin/articles", 200), "电动车在哪充电？", `data-version="1"`)
	article.Set("topic", "nothing")
	if r := clerk.post("/console/bulletin/articles/new", article); r.StatusCode != http.StatusBadRequest {
		t.Errorf("no such topic: %s", r.Status)
	}
}
