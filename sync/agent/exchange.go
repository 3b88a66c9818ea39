package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"

	"lintai/sync/wire"
)

const (
	// requestTimeout is for one exchange; findTimeout for a look-up, before
	// which a resident stands.
	requestTimeout = 10 * time.Second
	findTimeout    = 4 * time.Second
	// maxAnswerBytes bounds what is read of an answer.
	maxAnswerBytes = 8 << 20
)

// What can come of an exchange besides an answer.
var (
	// errUnreachable: no connection. Says nothing about what was sent.
	errUnreachable = errors.New("central is not reached")
	// errBroken: the connection ended before the answer. What was sent may have
	// arrived.
	errBroken = errors.New("no answer from central")
	// errStranger: something answered that is not central, such as a captive
	// portal, or a proxy whose central is gone.
	errStranger = errors.New("the answer is not central's")
)

// stranger is errStranger with the status it came with.
type stranger struct{ status int }

func (s stranger) Error() string        { return fmt.Sprintf("%v: status %d", errStranger, s.status) }
func (s stranger) Is(target error) bool { return target == errStranger }

// refusal is central's own answer that is not 200.
type refusal struct {
	status int
	code   string
}

func (r refusal) Error() string { return fmt.Sprintf("central refuses: %d %s", r.status, r.code) }

// unaccepted tells that central does not accept this terminal.
func (r refusal) unaccepted() bool {
	return r.status == http.StatusUnauthorized || r.status == http.StatusForbidden
}

// answer is one of the documents of package wire that central answers with.
type answer interface {
	*wire.PushAnswer | *wire.Pull | *wire.Ticket | *wire.Tickets | *wire.HealthAnswer | *wire.Documents | *wire.RenewAnswer | *wire.UploadAnswer | *wire.PaperAnswer
}

// exchange sends one request and reads the answer into the document. Errors
// wrap one of those above and never hold the request's address, because a ticket
// code may stand in it.
func exchange[A answer](ctx context.Context, a *Agent, timeout time.Duration, method, path string, body []byte, into A, headers ...string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	connected := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }})
	response, err := a.send(ctx, method, path, body, headers...)
	if err != nil {
		a.transport.CloseIdleConnections() // they may be as dead as this one
		if connected {
			return fmt.Errorf("%w: %w", errBroken, err)
		}
		return fmt.Errorf("%w: %w", errUnreachable, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes+1))
	if err != nil {
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	if len(text) > maxAnswerBytes {
		return fmt.Errorf("%w: more than %d bytes", errStranger, maxAnswerBytes)
	}
	if response.StatusCode != http.StatusOK {
		return refused(response.StatusCode, text)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return stranger{http.StatusOK}
	}
	if protocolOf(into) != wire.Protocol {
		return stranger{http.StatusOK}
	}
	return nil
}

func protocolOf[A answer](document A) string {
	switch d := any(document).(type) {
	case *wire.PushAnswer:
		return d.Protocol
	case *wire.Pull:
		return d.Protocol
	case *wire.Ticket:
		return d.Protocol
	case *wire.Tickets:
		return d.Protocol
	case *wire.HealthAnswer:
		return d.Protocol
	case *wire.Documents:
		return d.Protocol
	case *wire.RenewAnswer:
		return d.Protocol
	case *wire.UploadAnswer:
		return d.Protocol
	case *wire.PaperAnswer:
		return d.Protocol
	}
	return ""
}

// refused makes an error of a status and its body: a refusal when the body is
// central's, otherwise a stranger's.
func refused(status int, text []byte) error {
	var e wire.Error
	if json.Unmarshal(text, &e) != nil || e.Protocol != wire.Protocol {
		return stranger{status}
	}
	return refusal{status, e.Code}
}

// send sends one request as this terminal. Headers are pairs of name and
// value.
func (a *Agent) send(ctx context.Context, method, path string, body []byte, headers ...string) (*http.Response, error) {
	address := *a.base
	address.Path, address.RawQuery, _ = strings.Cut(address.Path+path, "?")
	request, err := http.NewRequestWithContext(ctx, method, address.String(), bytes.NewReader(body))
	if err != nil {
		return nil, bare(err)
	}
	request.Header.Set("User-Agent", "lintai-kiosk")
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
		// Items and papers are idempotent by their ids, a word on health and a question
		// by their nature: the transport may send again on a fresh connection when a kept one
		// turns out to be closed. The empty list says so without a header on the
		// wire. Not so a piece of a body: central may have it already.
		if !strings.HasPrefix(path, wire.PathUploads) {
			request.Header["Idempotency-Key"] = []string{}
		}
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := a.client.Do(request)
	if err != nil {
		return nil, bare(err)
	}
	return response, nil
}

// bare takes the address out of an error of net/http.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
