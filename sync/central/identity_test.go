package central_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"lintai/sync/central"
	"lintai/sync/central/authority"
	"lintai/sync/wire"
)

// admitted is a terminal with its key and certificate.
type admitted struct {
	*http.Client
	key         *ecdsa.PrivateKey
	certificate []byte
}

func (h *house) admit(number int) admitted {
	h.t.Helper()
	key, request := newRequest(h.t)
	answer, err := h.central.Admit(h.t.Context(), number, request)
	if err != nil {
		h.t.Fatal(err)
	}
	return admitted{h.client(answer.Certificate, key), key, answer.Certificate}
}

func (h *house) pull(who *http.Client, status int) string {
	h.t.Helper()
	return decode[wire.Error](h.t, h.terminal(who, "GET", wire.PathPull+"?cursor=0", nil), status).Code
}

func TestAnotherTerminalsCertificateCannotSpeakForThisOne(t *testing.T) {
	h := setup(t)
	other := h.enrol(13)
	item := h.item(h.request())
	push := wire.Push{Kiosk: 12, DeviceTime: h.clock.Now(), Items: []wire.Item{item}}
	if e := decode[wire.Error](t, h.terminal(other, "POST", wire.PathPush, push), http.StatusForbidden); e.Code != "forbidden" {
		t.Errorf("push: %+v", e)
	}
	// Said in its own name, what the other sealed does not open.
	push.Kiosk = 13
	if a := decode[wire.PushAnswer](t, h.terminal(other, "POST", wire.PathPush, push), http.StatusOK); a.Answers[0].Outcome != wire.Rejected {
		t.Errorf("another's item: %+v", a.Answers)
	}
	_, request := newRequest(t)
	decode[wire.Error](t, h.terminal(other, "POST", wire.PathRenew, wire.Renew{Kiosk: 12, Request: request}), http.StatusForbidden)
	decode[wire.Error](t, h.terminal(other, "POST", wire.PathHealth, wire.Health{Kiosk: 12}), http.StatusForbidden)
	contains(t, h.log.String(), "the certificate is that of terminal 13, the push says 12")
	// Nothing of it was done: the item is as new.
	push.Kiosk = 12
	if a := decode[wire.PushAnswer](t, h.terminal(h.me, "POST", wire.PathPush, push), http.StatusOK); a.Answers[0].Outcome != wire.Created {
		t.Errorf("afterwards: %+v", a.Answers)
	}
}

func TestRevokedTerminalIsRefusedAtOnce(t *testing.T) {
	h := setup(t)
	lines := h.stream(h.me, wire.PathStream)
	h.await(lines, "event: changed")
	other := h.enrol(13)
	// As "central kiosk revoke" does it: another process on the same folder.
	elsewhere, err := central.Open(t.Context(), central.Config{Folder: h.folder, Existing: true})
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	if err := elsewhere.Revoke(t.Context(), 12); err != nil {
		t.Fatal(err)
	}
	if code := h.pull(h.me, http.StatusForbidden); code != wire.ErrorRevoked {
		t.Errorf("refused with %q", code)
	}
	for range lines { // ends at the next heartbeat
	}
	_, request := newRequest(t)
	if e := decode[wire.Error](t, h.terminal(h.me, "POST", wire.PathRenew, wire.Renew{Kiosk: 12, Request: request}), http.StatusForbidden); e.Code != wire.ErrorRevoked {
		t.Errorf("a revoked terminal renews: %+v", e)
	}
	decode[wire.Pull](t, h.terminal(other, "GET", wire.PathPull+"?cursor=0", nil), http.StatusOK)
	// A new code brings it back, the old certificate it does not.
	again := h.admit(12)
	decode[wire.Pull](t, h.terminal(again.Client, "GET", wire.PathPull+"?cursor=0", nil), http.StatusOK)
	h.pull(h.me, http.StatusForbidden)
}

// A certificate that this root did not sign opens nothing, however much it looks
// like one that does.
func TestSelfMadeCertificatesAreRefused(t *testing.T) {
	h := setup(t)
	mine := h.admit(12)
	leaf, err := x509.ParseCertificate(mine.certificate)
	if err != nil {
		t.Fatal(err)
	}
	key, request := newRequest(t)
	public, err := authority.ParseRequest(request)
	if err != nil {
		t.Fatal(err)
	}
	self := func(template, parent *x509.Certificate, signer *ecdsa.PrivateKey) []byte {
		t.Helper()
		der, err := x509.CreateCertificate(rand.Reader, template, parent, public, signer)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	copied := &x509.Certificate{SerialNumber: leaf.SerialNumber, Subject: leaf.Subject, NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter,
		KeyUsage: leaf.KeyUsage, ExtKeyUsage: leaf.ExtKeyUsage}
	certificate, rootKey, err := authority.CreateRoot()
	if err != nil {
		t.Fatal(err)
	}
	root, err := authority.ParseRoot(certificate, rootKey)
	if err != nil {
		t.Fatal(err)
	}
	foreign, _, err := root.Issue(12, public, h.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		der []byte
		key *ecdsa.PrivateKey
	}{
		"signed by itself":               {self(copied, copied, key), key},
		"signed by a terminal":           {self(copied, leaf, mine.key), key},
		"another central's":              {foreign, key},
		"with the root's name, not root": {self(copied, &x509.Certificate{Subject: pkix.Name{CommonName: "Lintai central"}}, key), key},
	} {
		if code := h.pull(h.client(c.der, c.key), http.StatusUnauthorized); code != wire.ErrorUnauthorised {
			t.Errorf("%s: %q", name, code)
		}
	}
	// Another's certificate without its key does not get through TLS.
	if r, err := h.client(mine.certificate, key).Get(h.door.URL + wire.PathHealth); err == nil {
		r.Body.Close()
		t.Errorf("a certificate without its key: %s", r.Status)
	}
}

func TestExpiredCertificateOnlyRenews(t *testing.T) {
	h := setup(t)
	h.pullOK(h.me)
	h.clock.Add(authority.Life + time.Hour)
	if code := h.pull(h.me, http.StatusUnauthorized); code != wire.ErrorExpired {
		t.Errorf("refused with %q", code)
	}
	key, request := newRequest(t)
	renew := wire.Renew{Kiosk: 12, Request: request}
	answer := decode[wire.RenewAnswer](t, h.terminal(h.me, "POST", wire.PathRenew, renew), http.StatusOK)
	next := h.client(answer.Certificate, key)
	// The answer may be lost: until the next one is used, the old may renew again.
	decode[wire.RenewAnswer](t, h.terminal(h.me, "POST", wire.PathRenew, renew), http.StatusOK)
	h.pullOK(next)
	if e := decode[wire.Error](t, h.terminal(h.me, "POST", wire.PathRenew, renew), http.StatusForbidden); e.Code != wire.ErrorRevoked {
		t.Errorf("a certificate that was replaced renews: %+v", e)
	}
	for name, body := range map[string]any{
		"no JSON": "{", "no request": wire.Renew{Kiosk: 12}, "no key": wire.Renew{Kiosk: 12, Request: []byte("x")}, "much room": strings.Repeat(" ", 16<<10),
	} {
		if e := decode[wire.Error](t, h.terminal(next, "POST", wire.PathRenew, body), http.StatusBadRequest); e.Code != "bad_request" {
			t.Errorf("%s: %+v", name, e)
		}
	}
	decode[wire.Error](t, h.terminal(h.client(nil, nil), "POST", wire.PathRenew, renew), http.StatusUnauthorized)
}

func (h *house) pullOK(who *http.Client) {
	h.t.Helper()
	decode[wire.Pull](h.t, h.terminal(who, "GET", wire.PathPull+"?cursor=0", nil), http.StatusOK)
}

// Central's own clock may be wrong for a while: certificates that it issued in 2099
// still open the door afterwards.
func TestCertificatesOfAClockThatWasWrong(t *testing.T) {
	h := setup(t)
	const years = 73 * 365 * 24 * time.Hour
	h.clock.Add(years)
	late := h.enrol(13)
	h.pullOK(late)
	h.clock.Add(-years)
	h.pullOK(late)
	h.pullOK(h.me)
}

// Whoever does not know the code learns nothing, and not for long.
func TestWrongCodesAreRefusedAlike(t *testing.T) {
	h := setup(t)
	e, err := h.central.AddTerminal(t.Context(), 14, "二楼")
	if err != nil {
		t.Fatal(err)
	}
	_, request := newRequest(t)
	right, wrong := e.Code.Secret(), wire.NewCode().Secret()
	nobody := h.client(nil, nil)
	var first string
	attempt := func(asked wire.Enrol) string {
		t.Helper()
		r := h.terminal(nobody, "POST", wire.PathEnrol, asked)
		if r.StatusCode != http.StatusForbidden {
			t.Fatalf("%s: %s", r.Status, read(t, r))
		}
		return read(t, r)
	}
	for i, asked := range []wire.Enrol{
		{Kiosk: 14, CodeID: wrong.ID(), Request: request, Proof: wrong.EnrolProof(make([]byte, 32), wire.Enrol{})},
		{Kiosk: 14, CodeID: right.ID(), Request: request, Proof: make([]byte, 32)},
		// The right code, but proved for another connection: passed on by somebody.
		{Kiosk: 14, CodeID: right.ID(), Request: request, Proof: right.EnrolProof(make([]byte, 32), wire.Enrol{Kiosk: 14, CodeID: right.ID(), Request: request})},
		{Kiosk: 15, CodeID: right.ID(), Request: request, Proof: make([]byte, 32)},
		{Kiosk: 14, CodeID: right.ID(), Request: []byte("none"), Proof: make([]byte, 32)},
	} {
		text := attempt(asked)
		if i == 0 {
			first = text
		} else if text != first {
			t.Errorf("the %d. try is answered %s, the first %s", i+1, text, first)
		}
	}
	contains(t, first, wire.ErrorCodeRefused)
	for range 15 {
		attempt(wire.Enrol{Kiosk: 14, CodeID: wrong.ID(), Request: request, Proof: make([]byte, 32)})
	}
	body, err := json.Marshal(wire.Enrol{Kiosk: 14, CodeID: right.ID(), Request: request, Proof: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	decode[wire.Error](t, h.terminal(nobody, "POST", wire.PathEnrol, string(body)), http.StatusTooManyRequests)
	h.clock.Add(time.Minute) // some are forgotten
	attempt(wire.Enrol{Kiosk: 14, CodeID: wrong.ID(), Request: request, Proof: make([]byte, 32)})
	lacks(t, h.log.String(), string(e.Code), e.Code.String(), right.ID())
}

func TestRequestsToEnrolThatAreNone(t *testing.T) {
	h := setup(t)
	nobody := h.client(nil, nil)
	for _, body := range []string{"", "{", "[]", `{"kiosk":14}`, `{"kiosk":-1,"code_id":"` + strings.Repeat("a", 32) + `"}`, strings.Repeat(" ", 16<<10), `{"request":"` + strings.Repeat("A", 10_000) + `"}`} {
		if e := decode[wire.Error](t, h.terminal(nobody, "POST", wire.PathEnrol, body), http.StatusBadRequest); e.Code != "bad_request" {
			t.Errorf("%.20q: %+v", body, e)
		}
	}
}

// The door shows a newer certificate after each start and each month, and never
// one that was issued before, also when the clock goes back.
func TestTheDoorsCertificatesHaveAnOrder(t *testing.T) {
	h := setup(t)
	serial := func(door string) *big.Int {
		t.Helper()
		h.me.CloseIdleConnections()
		r, err := h.me.Get(door + wire.PathHealth)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		return r.TLS.PeerCertificates[0].SerialNumber
	}
	last := serial(h.door.URL)
	if again := serial(h.door.URL); again.Cmp(last) != 0 {
		t.Errorf("another certificate at once")
	}
	for _, pass := range []time.Duration{40 * 24 * time.Hour, -400 * 24 * time.Hour, 40 * 24 * time.Hour} {
		h.clock.Add(pass)
		next := serial(h.door.URL)
		if next.Cmp(last) <= 0 {
			t.Errorf("after %v: %v follows %v", pass, next, last)
		}
		last = next
	}
	// A start of central on the same folder.
	again, err := central.Open(t.Context(), central.Config{Folder: h.folder, Existing: true, Clock: h.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { again.Close() })
	h.central, again = again, h.central
	h.openDoor(timeout)
	h.central, again = again, h.central
	if next := serial(h.door.URL); next.Cmp(last) <= 0 {
		t.Errorf("after a start: %v follows %v", next, last)
	}
}

func TestRequestsOfOtherKeysAreRefused(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	large, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	_, good := newRequest(t)
	if _, err := authority.ParseRequest(good); err != nil {
		t.Error(err)
	}
	bad := append([]byte{}, good...)
	bad[len(bad)-3] ^= 1 // of the signature
	for name, der := range map[string][]byte{"another curve": large, "signature": bad, "nothing": nil, "cut": good[:20], "large": make([]byte, authority.MaxRequest+1)} {
		if _, err := authority.ParseRequest(der); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
