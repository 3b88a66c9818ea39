package main

import (
	"io"
	"net/http"
	"testing"

	"lintai/sync/agent"
	"lintai/sync/wire"
)

// identity is by what a terminal of these tests is known.
type identity struct{ agent.Identity }

// enrol adds a terminal.
func (o *office) enrol(number int) identity {
	o.t.Helper()
	i, err := agent.Introduce(number, func(request []byte) (wire.EnrolAnswer, error) { return o.central.Admit(o.t.Context(), number, request) })
	if err != nil {
		o.t.Fatal(err)
	}
	return identity{i}
}

// fill says to whom an agent speaks, and as whom.
func (i identity) fill(o *office, options *agent.Options) {
	options.Address, options.Identity = o.door, i.Identity
}

// get reads a public page.
func get(t *testing.T, address string) string {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
