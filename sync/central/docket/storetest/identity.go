package storetest

import (
	"crypto/sha256"
	"testing"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// code is a fresh one-time code of a terminal.
func code(kiosk int, id string) docket.Code {
	return docket.Code{ID: id, Secret: wire.CodeSecret(sha256.Sum256([]byte("secret of " + id))), Kiosk: kiosk, MadeAt: noon, ExpiresAt: noon.Add(time.Hour)}
}

func certificate(kiosk int, serial int64) docket.Certificate {
	return docket.Certificate{Serial: serial, Kiosk: kiosk, Body: []byte{byte(serial)}, IssuedAt: noon, ExpiresAt: noon.Add(time.Hour)}
}

func codes(t *testing.T, s docket.Store) {
	ctx := t.Context()
	addTerminal(t, s, 12)
	fresh, err := s.Code(ctx, "code 12")
	must(t, err)
	want(t, "a fresh code", fresh, code(12, "code 12"))
	want(t, "used", fresh.Used(), false)
	_, err = s.Code(ctx, "code 13")
	wantError(t, "unknown code", err, docket.ErrNotFound)
	wantError(t, "redeem an unknown code", s.Redeem(ctx, "code 13", hash("key"), certificate(12, 1)), docket.ErrNotFound)
	wantError(t, "a code for an unknown terminal", s.PutCode(ctx, code(99, "x")), docket.ErrNotFound)

	must(t, s.Redeem(ctx, "code 12", hash("key"), certificate(12, 1)))
	used, err := s.Code(ctx, "code 12")
	must(t, err)
	fresh.Key, fresh.Serial = hash("key"), 1
	want(t, "the used code", used, fresh)
	c, err := s.Certificate(ctx, 1)
	must(t, err)
	want(t, "its certificate", c, certificate(12, 1))

	// The answer was lost: the same key changes nothing, another is refused.
	must(t, s.Redeem(ctx, "code 12", hash("key"), certificate(12, 2)))
	wantError(t, "another key", s.Redeem(ctx, "code 12", hash("other key"), certificate(12, 3)), docket.ErrCodeUsed)
	for _, serial := range []int64{2, 3} {
		_, err = s.Certificate(ctx, serial)
		wantError(t, "a certificate that was not filed", err, docket.ErrNotFound)
	}

	// A later code makes the unused ones void; the used one goes on for whoever lost
	// the answer to it.
	must(t, s.PutCode(ctx, code(12, "second")))
	must(t, s.PutCode(ctx, code(12, "third")))
	for id, void := range map[string]bool{"code 12": false, "second": true, "third": false} {
		got, err := s.Code(ctx, id)
		must(t, err)
		want(t, id+" is void", got.Void, void)
	}
	wantError(t, "redeem a void code", s.Redeem(ctx, "second", hash("key"), certificate(12, 4)), docket.ErrNotFound)
}

func certificates(t *testing.T, s docket.Store) {
	ctx := t.Context()
	addTerminal(t, s, 12)
	addTerminal(t, s, 13)
	none, err := s.Certificates(ctx)
	must(t, err)
	want(t, "certificates in use", len(none), 0)
	_, err = s.Certificate(ctx, 1)
	wantError(t, "unknown certificate", err, docket.ErrNotFound)
	wantError(t, "use an unknown one", s.UseCertificate(ctx, 1), docket.ErrNotFound)
	wantError(t, "follow an unknown one", s.FileCertificate(ctx, certificate(12, 2), 1), docket.ErrNotFound)

	// Serial numbers are drawn: their order is not that of issue.
	must(t, s.Redeem(ctx, "code 12", hash("a"), certificate(12, 30)))
	must(t, s.Redeem(ctx, "code 13", hash("b"), certificate(13, 40)))
	must(t, s.UseCertificate(ctx, 30))
	must(t, s.UseCertificate(ctx, 40))
	must(t, s.FileCertificate(ctx, certificate(12, 20), 30))
	must(t, s.FileCertificate(ctx, certificate(12, 10), 30))
	revoked := func(serial int64) bool {
		t.Helper()
		c, err := s.Certificate(ctx, serial)
		must(t, err)
		return c.Revoked
	}
	for _, serial := range []int64{30, 20, 10, 40} {
		want(t, "revoked while the next was not used", revoked(serial), false)
	}
	must(t, s.UseCertificate(ctx, 10))
	for serial, is := range map[int64]bool{30: true, 20: true, 10: false, 40: false} {
		want(t, "revoked once the next was used", revoked(serial), is)
	}
	wantError(t, "use a revoked one", s.UseCertificate(ctx, 20), docket.ErrRevoked)
	wantError(t, "follow a revoked one", s.FileCertificate(ctx, certificate(12, 50), 30), docket.ErrRevoked)
	newest, err := s.Certificates(ctx)
	must(t, err)
	want(t, "in use", len(newest), 2)
	want(t, "in use by 12", newest[12].Serial, 10)
	want(t, "in use by 13", newest[13].Serial, 40)

	must(t, s.PutCode(ctx, code(12, "next")))
	must(t, s.RevokeTerminal(ctx, 12))
	want(t, "revoked", revoked(10), true)
	want(t, "another terminal's revoked", revoked(40), false)
	wantError(t, "redeem a code of a revoked terminal", s.Redeem(ctx, "next", hash("c"), certificate(12, 60)), docket.ErrNotFound)
	wantError(t, "redeem the used code again", s.Redeem(ctx, "code 12", hash("a"), certificate(12, 61)), docket.ErrNotFound)
	newest, err = s.Certificates(ctx)
	must(t, err)
	want(t, "the revoked one is told", newest[12].Revoked, true)
	wantError(t, "revoke an unknown terminal", s.RevokeTerminal(ctx, 99), docket.ErrNotFound)

	// A new code brings the terminal back.
	must(t, s.PutCode(ctx, code(12, "again")))
	must(t, s.Redeem(ctx, "again", hash("c"), certificate(12, 70)))
	must(t, s.UseCertificate(ctx, 70))
	want(t, "revoked after enrolling again", revoked(70), false)
}
