package central_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/staff"
)

// The administrator's page of channels: a key is shown once, is seen in use, and counts no
// more once it is revoked; addresses that are told can be tried and switched.
func TestChannelsOnTheirPage(t *testing.T) {
	h := setup(t)
	if err := h.central.AllowWebhooks(t.Context(), staff.Operator, "127.0.0.1/32"); err != nil {
		t.Fatal(err)
	}
	h.push(h.request())
	b := h.staff()
	contains(t, b.page("/console/channels", 200), "还没有别的渠道")
	secret := regexp.MustCompile(`id="secret">([^<]+)<`)
	shown := func(path string, form url.Values) string {
		t.Helper()
		r := b.post(path, form)
		m := secret.FindStringSubmatch(read(t, r))
		if r.StatusCode != http.StatusOK || m == nil || r.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%s: %s, %v", path, r.Status, m)
		}
		return strings.ReplaceAll(m[1], "&#43;", "+")
	}
	refused := func(path, says string, form url.Values) {
		t.Helper()
		r := b.post(path, form)
		if r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", path, r.Status)
		}
		contains(t, read(t, r), says)
	}
	key := shown("/console/channels", url.Values{"name": {"热线12345"}})
	list := b.page("/console/channels", 200)
	contains(t, list, "热线12345", "还没有用过")
	lacks(t, list, key)
	refused("/console/channels", "已经有密钥", url.Values{"name": {"热线12345"}})
	refused("/console/channels", "1到40个字", url.Values{"name": {" "}})

	asks := func() string { // of the tokens of a ticket: for channels only
		return read(t, h.browser().get("/open311/v2/requests.json?api_key="+url.QueryEscape(key)))
	}
	h.clock.Add(time.Hour)
	asks()
	lacks(t, b.page("/console/channels", 200), "还没有用过")

	var got *http.Request
	var body string
	answer := http.StatusOK
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		got, body = r, string(text)
		w.WriteHeader(answer)
	}))
	refused("/console/channels/1/subscribe", "https://", url.Values{"address": {"http://10.1.2.3/hook"}})
	if s := shown("/console/channels/1/subscribe", url.Values{"address": {receiver.URL + "/hook"}}); !strings.HasPrefix(s, "whsec_") {
		t.Errorf("the secret is %s", s)
	}
	try := func() string { return read(t, b.post("/console/webhooks/1", url.Values{"do": {"try"}})) }
	contains(t, try(), "收下了测试通知（200）")
	if got.Header.Get("webhook-signature") == "" || !strings.Contains(body, `"type":"test"`) || got.URL.Path != "/hook" {
		t.Errorf("%v %s", got.Header, body)
	}
	answer = http.StatusTeapot
	contains(t, try(), "回答是 418")
	receiver.Close()
	contains(t, try(), "没有送到", "正常")
	b.does("/console/webhooks/1", url.Values{"do": {"disable"}})
	contains(t, b.page("/console/channels", 200), "停用：工作人员停用", "重新启用")
	b.does("/console/webhooks/1", url.Values{"do": {"enable"}})
	contains(t, b.page("/console/channels", 200), "正常")
	b.does("/console/webhooks/1", url.Values{"do": {"remove"}})
	lacks(t, b.page("/console/channels", 200), "/hook")
	for path, form := range map[string]url.Values{"/console/webhooks/1": {"do": {"try"}}, "/console/channels/9/revoke": nil} {
		if r := b.post(path, form); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, r.Status)
		}
	}

	b.does("/console/channels/1/revoke", nil)
	contains(t, b.page("/console/channels", 200), "吊销")
	if again := shown("/console/channels", url.Values{"name": {"热线12345"}}); again == key {
		t.Error("the same key again")
	}
	lacks(t, h.log.String(), key, "whsec_M")
	// Who did it stands where auditors read it.
	noted := h.colleague("钱进", staff.Auditor).page("/console/privacy/log", 200)
	contains(t, noted, "生成渠道密钥 热线12345", "吊销渠道密钥 热线12345", "添加通知地址 热线12345", "停用通知地址 热线12345", "启用通知地址 热线12345",
		"删除通知地址 热线12345", "设定可通知的内部网络 127.0.0.1/32", "<b>"+phrase.Text("account.operator")+"</b>")
	lacks(t, noted, key, "/hook")
}
