package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"lintai/sync/wire"
)

// parrot answers everything with one answer.
type parrot struct {
	status int
	text   []byte
}

func (p parrot) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: p.status, Body: io.NopCloser(bytes.NewReader(p.text)), Request: r, Header: http.Header{}}, nil
}

// FuzzAnswers: nothing that comes back is taken for central's word unless it names
// the protocol, and nothing that comes back stops the terminal.
func FuzzAnswers(f *testing.F) {
	for _, answer := range []any{
		wire.PushAnswer{Protocol: wire.Protocol, Answers: []wire.ItemAnswer{{ID: "a", Outcome: wire.Created}}},
		wire.Pull{Protocol: wire.Protocol, Cursor: 3, More: true, Changes: []wire.Change{{Cursor: 3, Status: &wire.Status{RequestID: "a", Event: 2}}, {Cursor: 4, Answer: &wire.Answer{CallID: "b"}}, {}}},
		wire.UploadAnswer{Protocol: wire.Protocol, Offset: -1}, wire.Error{Protocol: wire.Protocol, Code: wire.ErrorRevoked}, nil, "<html>",
	} {
		text, err := json.Marshal(answer)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(200, text)
		f.Add(403, text)
	}
	f.Fuzz(func(t *testing.T, status int, text []byte) {
		a := &Agent{transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, io.EOF }}, client: &http.Client{Transport: parrot{status, text}}}
		var err error
		if a.base, err = parseAddress("https://127.0.0.1:1"); err != nil {
			t.Fatal(err)
		}
		speaks := func(err error, protocol string) {
			if err == nil && (status != http.StatusOK || protocol != wire.Protocol) {
				t.Errorf("status %d and protocol %q were taken for central's", status, protocol)
			}
		}
		var push wire.PushAnswer
		var pull wire.Pull
		var upload wire.UploadAnswer
		var tickets wire.Tickets
		speaks(exchange(t.Context(), a, time.Minute, http.MethodPost, wire.PathPush, nil, &push), push.Protocol)
		speaks(exchange(t.Context(), a, time.Minute, http.MethodGet, wire.PathPull, nil, &pull), pull.Protocol)
		speaks(exchange(t.Context(), a, time.Minute, http.MethodGet, wire.PathUploads+"a", nil, &upload), upload.Protocol)
		speaks(exchange(t.Context(), a, time.Minute, http.MethodPost, wire.PathCard, nil, &tickets), tickets.Protocol)
	})
}
