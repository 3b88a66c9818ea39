package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"lintai/sync/wire"
)

func reader(b []byte) io.Reader { return bytes.NewReader(b) }

// attacks are all of them.
var attacks = join(replays, identities, tampering, bodies, requests, loris, catalogues)

func join(lists ...[]attack) (all []attack) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

var replays = []attack{
	{
		name: "a push is sent again by its own terminal", heard: true, log: []string{`"msg":"push"`, `"duplicate":3`},
		run: func(ctx context.Context, s *stage, t *try) error {
			answers, err := s.push(ctx, s.rogue, s.rogueItem, s.rogueItem, s.rogueItem)
			return errors.Join(err, outcomes(answers, 3, wire.Duplicate))
		},
	},
	{
		name: "another terminal's item is sent again as one's own", heard: true, log: []string{`"kiosk":2`, "quarantine", "id_taken 1"},
		may: []string{"items", "quarantine"}, check: nothingFiledFor(rogue, 1),
		run: func(ctx context.Context, s *stage, t *try) error {
			answers, err := s.push(ctx, s.rogue, s.victimItem)
			return errors.Join(err, outcomes(answers, 1, wire.Conflict))
		},
	},
	{
		name: "what went over the line is sent again, byte by byte", log: []string{`"unfinished_handshake"`},
		prepare: func(ctx context.Context, s *stage, t *try) error {
			tape := &tape{}
			c, err := s.client(s.victim, tape.dial)
			if err != nil {
				return err
			}
			status, _, err := s.ask(ctx, c, http.MethodPost, wire.PathPush, reader(encodePush(victim, s.victimItem)))
			if err != nil || status != http.StatusOK {
				return fmt.Errorf("%d %w", status, err)
			}
			t.body = tape.all()
			return nil
		},
		run: func(ctx context.Context, s *stage, t *try) error {
			conn, err := s.dial(ctx)
			if err != nil {
				return err
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(time.Minute))
			conn.Write(t.body) // it may be cut before all is sent
			got, _ := io.ReadAll(io.LimitReader(conn, 1<<20))
			if len(got) > 64<<10 || bytes.Contains(got, []byte("HTTP/")) {
				return fmt.Errorf("%d bytes came back", len(got))
			}
			return nil
		},
	},
	{
		name: "the proof of a one-time code is sent over another connection", log: []string{`"code":"code_refused"`},
		prepare: func(ctx context.Context, s *stage, t *try) error {
			s.next++
			e, err := s.desk.AddTerminal(ctx, s.next, "a terminal to come")
			t.code = e.Code
			t.identity.Kiosk = s.next
			return err
		},
		run: func(ctx context.Context, s *stage, t *try) error {
			secret := t.code.Secret()
			first, err := s.shake(ctx, stranger())
			if err != nil {
				return err
			}
			defer first.Close()
			state := first.ConnectionState()
			exporter, err := state.ExportKeyingMaterial(wire.ExporterLabel, nil, wire.ExporterBytes)
			if err != nil {
				return err
			}
			asked := wire.Enrol{Kiosk: t.identity.Kiosk, CodeID: secret.ID(), Request: certificateRequest("P-256")}
			asked.Proof = secret.EnrolProof(exporter, asked)
			body, err := json.Marshal(asked)
			if err != nil {
				return err
			}
			return s.want(ctx, clientWith(stranger(), nil), http.StatusForbidden, wire.ErrorCodeRefused, http.MethodPost, wire.PathEnrol, reader(body))
		},
	},
}

func outcomes(got []wire.ItemAnswer, n int, want ...wire.Outcome) error {
	if len(got) != n {
		return fmt.Errorf("%d answers, want %d", len(got), n)
	}
	for i, a := range got {
		ok := false
		for _, w := range want {
			ok = ok || a.Outcome == w
		}
		if !ok {
			return fmt.Errorf("item %d was %s (%s), want one of %v", i+1, a.Outcome, a.Reason, want)
		}
	}
	return nil
}

func (s *stage) dial(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", strings.TrimPrefix(s.house.Address, "https://"))
}

// shake opens a TLS connection.
func (s *stage) shake(ctx context.Context, config *tls.Config) (*tls.Conn, error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return nil, err
	}
	c := tls.Client(conn, config)
	if err := c.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return c, nil
}

// tape records what a client writes on the wire.
type tape struct {
	mu   sync.Mutex
	text []byte
}

func (t *tape) all() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return bytes.Clone(t.text)
}

func (t *tape) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return hook{c, func(p []byte) []byte {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.text = append(t.text, p...)
		return p
	}}, nil
}

// hook is a connection on which somebody sits.
type hook struct {
	net.Conn
	sees func(p []byte) []byte
}

func (h hook) Write(p []byte) (int, error) {
	if n, err := h.Conn.Write(h.sees(p)); err != nil {
		return n, err
	}
	return len(p), nil
}
