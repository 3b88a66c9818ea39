package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/settings"
	"lintai/sync/agent"
)

// enrolAgain is how long the terminal waits before it tries a code again that was
// refused, or asks whether it is still revoked. While central cannot be reached it
// tries as often as it looks whether it can serve.
const enrolAgain = time.Minute

// errIdentityChanged ends serving, to begin again as whom central knows now.
var errIdentityChanged = errors.New("the terminal has enrolled anew")

// enrolment remembers over the tries to serve what came of the last ones.
type enrolment struct {
	file    [sha256.Size]byte // what of the technician's file was tried
	failed  error
	until   time.Time // not before
	revoked []byte    // the certificate that central has revoked
	asked   time.Time // when central was last asked whether it still is
}

// identify finds out who this terminal is: from its data folder, or by enrolling
// when the technician's file has a code that was not used yet. The error is an
// outOfService.
func (k *kiosk) identify(ctx context.Context, s *settings.Settings) (agent.Identity, error) {
	out := func(code fault.Code, err error) (agent.Identity, error) {
		return agent.Identity{}, outOfService{code: code, err: err, detail: s.Central.Address, place: s.Terminal.Place, phone: s.Terminal.Phone, settings: s}
	}
	if !asked(s) {
		return out(fault.NotEnrolled, errToBeAsked)
	}
	identity, err := agent.LoadIdentity(s.Terminal.Data)
	if s.Central.Address == "" {
		s.Central.Address = identity.Address
	}
	if s.Central.Address == "" { // it is typed with the code
		if err == nil {
			err = fs.ErrNotExist // an identity of before, whose file has lost its address
		}
		return out(agent.FaultOf(err), err)
	}
	if err == nil && identity.EnrolledWith(s.Central.Code) {
		if identity.Kiosk != s.Terminal.Number {
			return out(fault.NumberMismatch, fmt.Errorf("the identity is that of terminal %d", identity.Kiosk))
		}
		if err := k.stillRevoked(ctx, s, identity); err != nil {
			return out(fault.Revoked, err)
		}
		return identity, nil
	}
	if s.Central.Code == "" {
		return out(agent.FaultOf(err), err)
	}
	if k.someoneThere(s) { // she enrols it when she comes to that
		return out(fault.EnrolWaiting, errToBeAsked)
	}
	enrolled, wrong := k.enrolment.enrol(ctx, s)
	if wrong == nil {
		k.log.Info("enrolled", "terminal", enrolled.Kiosk)
		return enrolled, nil
	}
	if err == nil && identity.Kiosk == s.Terminal.Number && !bytes.Equal(identity.Certificate, k.enrolment.revoked) {
		// A new code that does not work takes no terminal out of service that does.
		k.log.Warn("the new code is not used yet", "fault", string(agent.FaultOf(wrong)), "error", wrong)
		return identity, nil
	}
	code := agent.FaultOf(wrong)
	if code == fault.NoCentral {
		code = fault.EnrolWaiting
	}
	return out(code, wrong)
}

// enrol tries the code of the file, and does not ask again at once what was refused.
func (e *enrolment) enrol(ctx context.Context, s *settings.Settings) (agent.Identity, error) {
	file := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s\x00%s", s.Terminal.Number, s.Terminal.Data, s.Central.Address, s.Central.Code))
	if e.failed != nil && e.file == file && time.Now().Before(e.until) {
		return agent.Identity{}, e.failed
	}
	identity, err := agent.Enrol(ctx, agent.Enrolment{Address: s.Central.Address, Code: s.Central.Code, Kiosk: s.Terminal.Number, Folder: s.Terminal.Data})
	e.file, e.failed, e.until = file, err, time.Now()
	if err != nil && agent.FaultOf(err) != fault.NoCentral {
		e.until = e.until.Add(enrolAgain)
	}
	return identity, err
}

// stillRevoked asks central now and then whether a terminal that it revoked may
// serve again; nil when nothing is known against it.
func (k *kiosk) stillRevoked(ctx context.Context, s *settings.Settings, identity agent.Identity) error {
	e := &k.enrolment
	if !bytes.Equal(identity.Certificate, e.revoked) {
		return nil
	}
	if time.Since(e.asked) >= enrolAgain {
		e.asked = time.Now()
		if _, err := agent.Reach(ctx, s.Central.Address, identity); err == nil {
			e.revoked = nil
			return nil
		}
	}
	return errors.New("central has revoked this terminal")
}

// identityFile is written by the agent as long as it serves, and by an enrolment
// that takes its place; after that the agent writes no more.
type identityFile struct {
	folder  string
	mu      sync.Mutex
	current agent.Identity
	closed  bool
}

func (f *identityFile) keep(i agent.Identity) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	f.current = i
	return i.Save(f.folder)
}

// certificate is the one in use.
func (f *identityFile) certificate() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.current.Certificate
}

// enrolLater tries a new code, while the terminal serves as before, at each tick at
// which nobody is there; true when it worked.
func (k *kiosk) enrolLater(ctx context.Context, s *settings.Settings, identity agent.Identity, f *identityFile, ticks <-chan time.Time, quiet func() bool) bool {
	if identity.EnrolledWith(s.Central.Code) {
		return false
	}
	for {
		select {
		case <-ctx.Done():
			return false
		case <-ticks:
		}
		if !quiet() {
			continue
		}
		f.mu.Lock()
		_, err := k.enrolment.enrol(ctx, s)
		f.closed = err == nil
		f.mu.Unlock()
		if err == nil {
			return true
		}
	}
}
