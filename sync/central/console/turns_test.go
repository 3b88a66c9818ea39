package console

import (
	"context"
	"net/http/httptest"
	"testing"
)

func TestOnlyScriptsWaitForATurn(t *testing.T) {
	all := make(turns, 1)
	script := httptest.NewRequest("GET", "/console", nil)
	script.Header.Set("Sec-Fetch-Dest", "empty")
	done, ok := all.take(script)
	if !ok {
		t.Fatal("no turn for the first")
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, ok := all.take(script.WithContext(gone)); ok {
		t.Error("a second script had a turn")
	}
	press := httptest.NewRequest("POST", "/console/calls/1", nil)
	press.Header.Set("Sec-Fetch-Dest", "empty")
	document := httptest.NewRequest("GET", "/console", nil)
	document.Header.Set("Sec-Fetch-Dest", "document")
	if _, ok := all.take(press.WithContext(gone)); !ok {
		t.Error("a press waited")
	}
	if _, ok := all.take(document.WithContext(gone)); !ok {
		t.Error("whoever opens a page waited")
	}
	done()
	if _, ok := all.take(script); !ok {
		t.Error("the turn was not given back")
	}
}
