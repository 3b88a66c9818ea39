package main

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/settings"
	"lintai/sync/agent"
	"lintai/sync/central"
	"lintai/sync/wire"
)

// beginner is a terminal that does not know who it is, and the central that may
// tell it.
type beginner struct {
	t      *testing.T
	office *central.Central
	asked  int // how often central was asked to enrol
	kiosk  *kiosk
	s      *settings.Settings
}

func newBeginner(t *testing.T) *beginner {
	t.Helper()
	b := &beginner{t: t, kiosk: &kiosk{log: slog.New(slog.DiscardHandler)}, s: &settings.Settings{}}
	var err error
	if b.office, err = central.Open(t.Context(), central.Config{Folder: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	handler := b.office.KioskHandler("https://c.example")
	door := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == wire.PathEnrol {
			b.asked++ // one request at a time
		}
		handler.ServeHTTP(w, r)
	}))
	door.TLS = b.office.KioskTLS()
	door.StartTLS()
	t.Cleanup(func() {
		if err := b.office.Close(); err != nil {
			t.Error(err)
		}
		door.Close()
	})
	b.s.Terminal.Number, b.s.Terminal.Place, b.s.Terminal.Data, b.s.Central.Address = 12, "幸福里", t.TempDir(), door.URL
	return b
}

// code makes a code for a terminal.
func (b *beginner) code(number int) string {
	b.t.Helper()
	e, err := b.office.AddTerminal(b.t.Context(), number, "大厅")
	if err != nil {
		e, err = b.office.RenewCode(b.t.Context(), number)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return e.Code.String()
}

// identify expects a fault on the screen, or none.
func (b *beginner) identify(want fault.Code) agent.Identity {
	b.t.Helper()
	i, err := b.kiosk.identify(b.t.Context(), b.s)
	var out outOfService
	if want == fault.None {
		if err != nil || i.Kiosk != b.s.Terminal.Number {
			b.t.Fatalf("%v", err)
		}
		return i
	}
	if !errors.As(err, &out) || out.code != want || out.place != "幸福里" {
		b.t.Fatalf("%v, want %s", err, want)
	}
	if f, ok := fault.Find(out.code); !ok || f.Severity != fault.Fatal {
		b.t.Errorf("%s is no fault that keeps a terminal out of service", out.code)
	}
	return i
}

// later is a minute later, when what was refused may be tried again.
func (b *beginner) later() {
	b.kiosk.enrolment.until, b.kiosk.enrolment.asked = time.Time{}, time.Time{}
}

func TestTerminalEnrolsByItself(t *testing.T) {
	b := newBeginner(t)
	b.identify(fault.NotEnrolled)
	b.s.Central.Code = wire.NewCode().String()
	b.identify(fault.CodeRefused)
	b.identify(fault.CodeRefused) // not asked again at once
	if b.asked != 1 {
		t.Errorf("asked %d times", b.asked)
	}
	b.later()
	b.identify(fault.CodeRefused)
	if b.asked != 2 {
		t.Errorf("asked %d times", b.asked)
	}
	b.s.Central.Code = b.code(13) // another file is tried at once
	b.identify(fault.NumberMismatch)
	b.s.Central.Code = b.code(12)
	first := b.identify(fault.None)

	// What is left of the code in the file does nothing, and may go.
	again := b.identify(fault.None)
	b.s.Central.Code = ""
	if gone := b.identify(fault.None); b.asked != 4 || !bytes.Equal(first.Certificate, again.Certificate) || !bytes.Equal(first.Certificate, gone.Certificate) {
		t.Errorf("asked %d times", b.asked)
	}
	b.s.Terminal.Number = 14
	b.identify(fault.NumberMismatch)
	b.s.Terminal.Number = 12

	// A new code: enrolled again. One that is wrong changes nothing.
	b.s.Central.Code = wire.NewCode().String()
	if same := b.identify(fault.None); !bytes.Equal(first.Certificate, same.Certificate) {
		t.Error("a wrong code changed the identity")
	}
	b.s.Central.Code = b.code(12)
	if fresh := b.identify(fault.None); bytes.Equal(first.Certificate, fresh.Certificate) || fresh.Seal().String() != first.Seal().String() {
		t.Error("the new code was not used")
	}
}

func TestTerminalWaitsForCentralToEnrol(t *testing.T) {
	b := newBeginner(t)
	b.s.Central.Code = b.code(12)
	address := b.s.Central.Address
	b.s.Central.Address = "https://127.0.0.1:1"
	b.identify(fault.EnrolWaiting)
	b.identify(fault.EnrolWaiting)
	b.s.Central.Address = address
	b.identify(fault.None)
}

func TestDamagedIdentityNeedsANewCode(t *testing.T) {
	b := newBeginner(t)
	b.s.Central.Code = b.code(12)
	b.identify(fault.None)
	path := filepath.Join(b.s.Terminal.Data, agent.IdentityFile)
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.later()
	b.identify(fault.CodeUsed) // the old code, for a key that is gone
	b.s.Central.Code = ""
	b.identify(fault.IdentityDamaged)
	b.s.Central.Code = b.code(12)
	b.identify(fault.None)
}

func TestRevokedTerminalIsOutOfServiceUntilItIsTrustedAgain(t *testing.T) {
	b := newBeginner(t)
	b.s.Central.Code = b.code(12)
	i := b.identify(fault.None)
	if err := b.office.Revoke(t.Context(), 12); err != nil {
		t.Fatal(err)
	}
	// The agent tells it while the terminal serves.
	b.kiosk.enrolment.revoked, b.kiosk.enrolment.asked = i.Certificate, time.Now()
	b.identify(fault.Revoked)
	b.later()
	b.identify(fault.Revoked)
	b.s.Central.Code = wire.NewCode().String()
	b.identify(fault.CodeRefused) // a wrong code does not bring it back
	b.s.Central.Code = b.code(12)
	b.identify(fault.None)
}

// An enrolment that takes an identity's place is not written over by the agent that
// still serves with the old one.
func TestNewIdentityIsNotWrittenOver(t *testing.T) {
	b := newBeginner(t)
	b.s.Central.Code = b.code(12)
	old := b.identify(fault.None)
	b.s.Central.Code = b.code(12)
	file := &identityFile{folder: b.s.Terminal.Data, current: old}
	ticks := make(chan time.Time, 2)
	ticks <- time.Now()
	ticks <- time.Now()
	quiet := []bool{false, true}
	if !b.kiosk.enrolLater(t.Context(), b.s, old, file, ticks, func() bool { q := quiet[0]; quiet = quiet[1:]; return q }) {
		t.Fatal("did not enrol")
	}
	if err := file.keep(old); err != nil {
		t.Fatal(err)
	}
	if i, err := agent.LoadIdentity(b.s.Terminal.Data); err != nil || bytes.Equal(i.Certificate, old.Certificate) {
		t.Errorf("the old identity is back, %v", err)
	}
}
