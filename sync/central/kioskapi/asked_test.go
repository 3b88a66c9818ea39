package kioskapi

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"lintai/sync/central/authority"
	"lintai/sync/central/docket"
	"lintai/sync/central/limit"
	"lintai/sync/central/live"
	"lintai/sync/wire"
)

// ledger is a docket in which nothing is, and which notes what was asked of it.
type ledger struct {
	docket.Store
	cards []string
	filed []docket.Certificate
}

func (l *ledger) Contact(context.Context, int, time.Time, *time.Duration) error { return nil }

func (l *ledger) Cases(_ context.Context, q docket.CaseQuery) ([]docket.Case, error) {
	l.cards = append(l.cards, q.Card)
	return nil, nil
}

func (l *ledger) FileCertificate(_ context.Context, c docket.Certificate, _ int64) error {
	l.filed = append(l.filed, c)
	return nil
}

func (l *ledger) api(t testing.TB) *API {
	certificate, key, err := authority.CreateRoot()
	if err != nil {
		t.Fatal(err)
	}
	root, err := authority.ParseRoot(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	return &API{Store: l, Presence: NewPresence(l, live.NewHub(), time.Now, log), Clock: time.Now, Log: log, Root: root}
}

// refusedAs400 tells that a body was refused as what the terminal did wrong.
func refusedAs400(err error) bool {
	var f failure
	return errors.As(err, &f) && (f.status == http.StatusBadRequest || f.status == http.StatusForbidden || f.status == http.StatusRequestEntityTooLarge)
}

// FuzzCard: nothing but a card token is ever looked for.
func FuzzCard(f *testing.F) {
	for _, seed := range []string{`{"token":"00112233445566778899aabbccddeeff"}`, `{"token":"00112233445566778899AABBCCDDEEFF"}`, `{}`, `null`, `[]`, `{"token":null}`,
		`{"token":"0011223344556677"}`, `{"token":"x","token":"00112233445566778899aabbccddeeff"}`, `{"token":"' OR 1=1 --"}`, `{"token":"00112233445566778899aabbccddeeff"}{}`} {
		f.Add([]byte(seed))
	}
	store := &ledger{}
	a := store.api(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		a.Cards, store.cards = &limit.Guesses{Burst: 10, Every: time.Second, Clock: time.Now}, nil
		err := a.card(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, wire.PathCard, bytes.NewReader(body)), 12)
		if err != nil && (!refusedAs400(err) || len(store.cards) > 0) {
			t.Fatalf("refused by %v after %q", err, store.cards)
		}
		for _, token := range store.cards {
			if b, err := hex.DecodeString(token); err != nil || len(b) != tokenBytes {
				t.Errorf("looked for %q", token)
			}
		}
		if err == nil && len(store.cards) != 1 {
			t.Errorf("looked for %q", store.cards)
		}
	})
}

// FuzzRenew: a terminal gets a certificate for its own number and for the key that
// it has, or none.
func FuzzRenew(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		f.Fatal(err)
	}
	for _, asked := range []wire.Renew{{Kiosk: 12, Request: request}, {Kiosk: 13, Request: request}, {Kiosk: 12, Request: request[:len(request)-1]}, {Kiosk: 12}} {
		body, err := json.Marshal(asked)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`null`))
	f.Add([]byte(`{"kiosk":12e0,"request":"MA=="}`))
	store := &ledger{}
	a := store.api(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		store.filed = nil
		answer := httptest.NewRecorder()
		err := a.renewFor(answer, httptest.NewRequest(http.MethodPost, wire.PathRenew, bytes.NewReader(body)), docket.Certificate{Kiosk: 12, Serial: 1})
		if err != nil {
			if !refusedAs400(err) || len(store.filed) > 0 {
				t.Fatalf("refused by %v after %d certificates", err, len(store.filed))
			}
			return
		}
		var told wire.RenewAnswer
		if err := json.Unmarshal(answer.Body.Bytes(), &told); err != nil || len(store.filed) != 1 || store.filed[0].Kiosk != 12 || !bytes.Equal(told.Certificate, store.filed[0].Body) {
			t.Fatalf("answered %s and filed %+v: %v", answer.Body, store.filed, err)
		}
		var asked wire.Renew
		if err := json.Unmarshal(body, &asked); err != nil || asked.Kiosk != 12 {
			t.Fatalf("%+v was renewed: %v", asked, err)
		}
		public, _, err := requested(asked.Request)
		c, errParse := x509.ParseCertificate(told.Certificate)
		if err != nil || errParse != nil || !public.Equal(c.PublicKey) {
			t.Fatalf("a certificate for another key: %v, %v", err, errParse)
		}
	})
}
