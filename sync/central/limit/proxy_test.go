package limit

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestOnlyAProxysWordOnTheClientCounts(t *testing.T) {
	ours, err := ParseProxies("10.0.0.0/8, 127.0.0.1,::1")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, peer string
		said       []string
		want       string
	}{
		{"a proxy", "127.0.0.1:999", []string{"192.0.2.7"}, "192.0.2.7/32"},
		{"two proxies", "10.1.1.1:999", []string{"192.0.2.7, 10.2.2.2"}, "192.0.2.7/32"},
		{"what the client wrote before", "127.0.0.1:999", []string{"198.51.100.1, 192.0.2.7"}, "192.0.2.7/32"},
		{"two headers", "127.0.0.1:999", []string{"198.51.100.1", "192.0.2.7"}, "192.0.2.7/32"},
		{"with a port", "127.0.0.1:999", []string{"192.0.2.7:5555"}, "192.0.2.7/32"},
		{"IPv6", "[::1]:999", []string{"2001:db8:1:2::9"}, "2001:db8:1:2::/64"},
		{"within the house", "127.0.0.1:999", []string{"10.7.7.7"}, "10.7.7.7/32"},
		{"nonsense", "127.0.0.1:999", []string{"192.0.2.7, nonsense"}, "127.0.0.1/32"},
		{"nothing", "127.0.0.1:999", nil, "127.0.0.1/32"},
		{"a stranger says", "192.0.2.9:999", []string{"198.51.100.1"}, "192.0.2.9/32"},
		{"a stranger says it of a proxy", "192.0.2.9:999", []string{"127.0.0.1"}, "192.0.2.9/32"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = c.peer
			r.Header["X-Forwarded-For"] = c.said
			got := ""
			ours.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = Address(r) })).ServeHTTP(nil, r)
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			got = ""
			r.RemoteAddr = c.peer
			Proxies(nil).Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = Address(r) })).ServeHTTP(nil, r)
			if want := Address(&http.Request{RemoteAddr: c.peer}); got != want {
				t.Errorf("without proxies %s, want %s", got, want)
			}
		})
	}
	for _, wrong := range []string{"x", "10.0.0.0/99", "0.0.0.0/0", "::/0"} {
		if _, err := ParseProxies(wrong); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
	if none, err := ParseProxies(" , "); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
}

func FuzzForwardedFor(f *testing.F) {
	f.Add("192.0.2.1, 10.1.1.1")
	f.Add("[::1]:5, fe80::1%eth0,,")
	p, _ := ParseProxies("10.0.0.0/8")
	f.Fuzz(func(t *testing.T, said string) {
		r := &http.Request{RemoteAddr: "10.0.0.1:1", Header: http.Header{"X-Forwarded-For": {said}}}
		if client, ok := p.client(r); ok && !client.IsValid() {
			t.Fatalf("%q gives %v", said, client)
		}
	})
}
