package central_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lintai/sync/central"
	"lintai/sync/central/staff"
)

// What a hotline files stands before staff as what a terminal sends, and the hotline is
// told when they go on.
func TestHotlineFromItsCallToTheWebhook(t *testing.T) {
	h := setup(t)
	told := make(chan string, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		told <- string(body)
	}))
	defer receiver.Close()
	ctx := t.Context()
	if _, _, err := h.central.Subscribe(ctx, staff.Operator, "热线12345", receiver.URL); err == nil {
		t.Error("a private address is subscribed")
	}
	if err := h.central.AllowWebhooks(ctx, staff.Operator, "127.0.0.1"); err != nil {
		t.Fatal(err)
	}
	key, err := h.central.AddChannel(ctx, staff.Operator, "热线12345")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.central.Subscribe(ctx, staff.Operator, "热线12345", receiver.URL); err != nil {
		t.Fatal(err)
	}
	listener, err := central.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	serving, stop := context.WithCancel(context.Background())
	go func() { ended <- h.central.Serve(serving, listener, central.Options{}) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	form := url.Values{"api_key": {string(key)}, "service_code": {"repair"}, "attribute[what]": {"water"}, "attribute[place]": {"home"}, "attribute[urgency]": {"urgent"},
		"address_string": {"幸福里3号楼502室"}, "description": {`<script>alert("水")</script>`}, "media_url": {"https://example.cn/tap.jpg"}, "lat": {"31.2304"}, "long": {"121.4737"}}
	filed := decode[[]map[string]any](t, h.browser().post("/open311/v2/requests.json", form), 200)
	code := filed[0]["service_request_id"].(string)
	contains(t, <-told, `"case.created"`, code, `"delivered"`)
	b := h.staff()
	page := b.page("/console/cases/1", 200)
	contains(t, page, "热线12345", "幸福里3号楼502室", "&lt;script&gt;alert(", "https://example.cn/tap.jpg", "31.2304, 121.4737", "很急")
	lacks(t, page, "<script>alert", `href="https://example.cn`)
	b.move(1, 1, "accepted", "李师傅明早九点到")
	body := <-told
	contains(t, body, `"case.status_changed"`, code, `"accepted"`, `"open"`)
	lacks(t, body, "李师傅", "幸福里", "水")
	// The resident's own phone, and the list for everybody, say the same.
	contains(t, h.browser().page("/t/"+code, 200), "已受理")
	contains(t, h.browser().page("/open311/v2/requests/"+code+".xml", 200), "已受理", "<status>open</status>")
	note := url.Values{"api_key": {string(key)}, "service_request_id": {code}, "description": {"居民说还在漏"}}
	decode[[]map[string]any](t, h.browser().post("/open311/v2/servicerequestupdates.json", note), 200)
	contains(t, b.page("/console/cases/1", 200), "居民说还在漏", "工作人员可见")
	lacks(t, h.browser().page("/t/"+code, 200), "居民说还在漏")
	if text := h.log.String(); strings.Contains(text, string(key)) || strings.Contains(text, code) {
		t.Error("the log holds a key or a code")
	}
}
