package agent

import "testing"

func TestAddress(t *testing.T) {
	for address, want := range map[string]bool{
		"https://central.example.cn":       true,
		"https://central.example.cn:8443/": true,
		"https://example.cn/lintai/":       true,
		"http://127.0.0.1:8080":            false,
		"https://[::1]:8080":               true,
		"http://localhost:8080":            false,
		"http://central.example.cn":        false,
		"http://192.168.1.10":              false,
		"http://127.0.0.1.example.cn":      false,
		"http://localhost.example.cn":      false,
		"ftp://127.0.0.1":                  false,
		"https://user:word@example.cn":     false,
		"https://":                         false,
		"central.example.cn":               false,
		"https://example.cn/?a=b":          false,
		"https://example.cn/%zz":           false,
		"":                                 false,
	} {
		if _, err := parseAddress(address); (err == nil) != want {
			t.Errorf("%q: %v", address, err)
		}
	}
}
