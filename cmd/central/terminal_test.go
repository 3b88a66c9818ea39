package main

import (
	"io"
	"net/http"
	"testing"

	"lintai/sync/agent"
)

// identity is by what a terminal of these tests is known.
type identity struct {
	number int
	token  string
}

// enrol adds a terminal.
func (o *office) enrol(number int) identity {
	o.t.Helper()
	e, err := o.central.AddTerminal(o.t.Context(), number, "大厅", false)
	if err != nil {
		o.t.Fatal(err)
	}
	return identity{number, e.Token}
}

// fill says to whom an agent speaks, and as whom.
func (i identity) fill(o *office, options *agent.Options) {
	options.Address, options.Token, options.Kiosk = o.address, i.token, i.number
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
