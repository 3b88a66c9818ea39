package agent

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"

	"lintai/sync/wire"
)

// pendingFile holds the key of an enrolment from before it is asked for until the
// identity is saved: when the answer is lost, or the power goes in between, the same
// code gives this key its certificate once more.
const pendingFile = "enrolment.json"

type pending struct {
	CodeID string `json:"code_id"`
	Key    []byte `json:"key"` // PKCS #8, DER
}

// Enrolment is what a technician wrote down for a terminal.
type Enrolment struct {
	Address string // central's door for terminals
	Code    string // as "central kiosk add" printed it
	Kiosk   int    // the terminal's number, which must be the code's
	Folder  string // the terminal's data
	// PassedOver is the code of the technician's file that was of no use, where
	// another one was typed at the terminal; may be empty.
	PassedOver string
	// Dial opens connections; the net package's dialer when nil.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Enrol makes this machine the terminal that a one-time code is for, and saves its
// identity in the data folder. It speaks with a server that it does not know yet;
// that server must prove that it knows the code, on this very connection, before
// anything of what it says is believed. Neither end looks at a clock. It tries once;
// FaultOf tells what its errors mean.
func Enrol(ctx context.Context, e Enrolment) (Identity, error) {
	base, err := parseAddress(e.Address)
	if err != nil {
		return Identity{}, err
	}
	code, err := wire.ParseCode(e.Code)
	if err != nil {
		return Identity{}, err
	}
	secret := code.Secret()
	key, err := pendingKey(e.Folder, secret.ID())
	if err != nil {
		return Identity{}, err
	}
	request, err := requestOf(key, e.Kiosk)
	if err != nil {
		return Identity{}, err
	}
	transport := newTransport(e.Dial, &tls.Config{
		MinVersion: tls.VersionTLS13, ServerName: wire.ServerName, NextProtos: []string{"http/1.1"},
		InsecureSkipVerify: true, // the answer's proof says who it is
	})
	defer transport.CloseIdleConnections()
	asker := &Agent{base: base, transport: transport, client: newClient(transport)}
	asked := wire.Enrol{Kiosk: e.Kiosk, CodeID: secret.ID(), Request: request}
	answer, state, err := asker.askToEnrol(ctx, secret, asked)
	if err != nil {
		return Identity{}, err
	}
	identity, err := identityOf(key, asked.CodeID, answer)
	if err != nil {
		return Identity{}, err
	}
	if identity.Kiosk != e.Kiosk {
		return Identity{}, fmt.Errorf("%w: it speaks of another terminal", ErrForeign)
	}
	// The server is the root's too, and its certificate the first of those that
	// only newer ones may follow.
	t, err := newTrust(identity)
	if err != nil {
		return Identity{}, err
	}
	if err := t.verify(state); err != nil {
		return Identity{}, err
	}
	t.identity.Address, t.identity.PassedOver = e.Address, codeID(e.PassedOver)
	if err := t.identity.Save(e.Folder); err != nil {
		return Identity{}, err
	}
	return t.identity, remove(e.Folder, pendingFile)
}

// askToEnrol sends the request on a fresh connection and checks the answer's proof.
func (a *Agent) askToEnrol(ctx context.Context, secret wire.CodeSecret, asked wire.Enrol) (answer wire.EnrolAnswer, state tls.ConnectionState, err error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	// The proof is bound to the connection, so the body is made once there is one.
	var exporter []byte
	body := &lateBody{make: func() ([]byte, error) {
		if exporter == nil {
			return nil, errStranger
		}
		asked.Proof = secret.EnrolProof(exporter, asked)
		return json.Marshal(asked)
	}}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		if conn, ok := got.Conn.(*tls.Conn); ok {
			state = conn.ConnectionState()
			exporter, _ = state.ExportKeyingMaterial(wire.ExporterLabel, nil, wire.ExporterBytes)
		}
	}})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.base.JoinPath(wire.PathEnrol).String(), body)
	if err != nil {
		return answer, state, bare(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "lintai-kiosk")
	response, err := a.client.Do(request)
	if err != nil {
		return answer, state, fmt.Errorf("%w: %w", errUnreachable, bare(err))
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxEnrolAnswer))
	if err != nil {
		return answer, state, fmt.Errorf("%w: %w", errBroken, err)
	}
	if response.StatusCode != http.StatusOK {
		return answer, state, refused(response.StatusCode, text)
	}
	answer, err = parseEnrolAnswer(text)
	if err != nil {
		return answer, state, err
	}
	if !wire.SameProof(secret.AnswerProof(exporter, answer), answer.Proof) {
		return answer, state, fmt.Errorf("%w: it does not know the code", ErrForeign)
	}
	return answer, state, nil
}

// maxEnrolAnswer bounds what is read of a server that is not known yet.
const maxEnrolAnswer = 64 << 10

func parseEnrolAnswer(text []byte) (wire.EnrolAnswer, error) {
	var answer wire.EnrolAnswer
	if json.Unmarshal(text, &answer) != nil || answer.Protocol != wire.Protocol {
		return wire.EnrolAnswer{}, stranger{http.StatusOK}
	}
	return answer, nil
}

// lateBody is a body that is made when it is first read.
type lateBody struct {
	make func() ([]byte, error)
	from *bytes.Reader
}

func (b *lateBody) Read(p []byte) (int, error) {
	if b.from == nil {
		text, err := b.make()
		if err != nil {
			return 0, err
		}
		b.from = bytes.NewReader(text)
	}
	return b.from.Read(p)
}

// pendingKey returns the key that this code is to be used with, and makes it on the
// first try.
func pendingKey(folder, codeID string) (*ecdsa.PrivateKey, error) {
	text, err := os.ReadFile(filepath.Join(folder, pendingFile))
	if err == nil {
		var p pending
		if json.Unmarshal(text, &p) == nil && p.CodeID == codeID {
			if key, err := x509.ParsePKCS8PrivateKey(p.Key); err == nil {
				if private, ok := key.(*ecdsa.PrivateKey); ok {
					return private, nil
				}
			}
		}
		// Another code's, or not readable: nothing hangs on it.
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("agent: %s: %w", pendingFile, err)
	}
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("agent: %w", err)
	}
	return key, writeWhole(folder, pendingFile, pending{CodeID: codeID, Key: private})
}
