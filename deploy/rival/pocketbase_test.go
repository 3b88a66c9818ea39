package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestPocketBaseMustSyncAndTake(t *testing.T) {
	for name, c := range map[string]struct {
		status      int
		body        string
		syncs, took bool
	}{
		"full":   {http.StatusOK, `{"synchronous":2}`, true, true},
		"extra":  {http.StatusOK, `{"synchronous":3}`, true, true},
		"normal": {http.StatusOK, `{"synchronous":1}`, false, true},
		"off":    {http.StatusOK, `{"synchronous":0}`, false, true},
		"silent": {http.StatusOK, `{}`, false, true},
		"refuse": {http.StatusBadRequest, `{"synchronous":2}`, false, false},
		"failed": {http.StatusInternalServerError, ``, false, false},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			w.Write([]byte(c.body))
		}))
		p := &pocketAPI{base: server.URL}
		if err := p.durable(t.Context()); (err == nil) != c.syncs {
			t.Errorf("%s: synced: %v", name, err)
		}
		if err := p.create(t.Context(), []byte("{}")); (err == nil) != c.took {
			t.Errorf("%s: created: %v", name, err)
		}
		server.Close()
	}
}
