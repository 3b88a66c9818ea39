package central

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"lintai/kiosk/ticket"
	"lintai/sync/central/authority"
	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// CodeLife is for how long a one-time code is good.
const CodeLife = 30 * 24 * time.Hour

// settingRoot is "made" from when on there must be a root.
const settingRoot = "root"

// openRoot reads the root, and makes one in a folder that never had one: a new
// folder, or one of a central from before terminals had certificates.
func (c *Central) openRoot(ctx context.Context) error {
	made, err := c.store.Setting(ctx, settingRoot)
	if err != nil {
		return err
	}
	exists, err := c.keys().HasRoot()
	if err != nil {
		return err
	}
	switch {
	case !exists && made != "":
		return fmt.Errorf("the root is missing in %s: put it back from a backup; terminals trust no other", c.keys())
	case !exists:
		if err := c.keys().CreateRoot(); err != nil {
			return err
		}
	}
	if made == "" {
		if err := c.store.PutSetting(ctx, settingRoot, "made"); err != nil {
			return err
		}
	}
	if c.root, err = c.keys().Root(); err != nil {
		return err
	}
	c.door = &authority.Door{Root: c.root, Settings: c.store, Clock: c.config.Clock, Shared: c.shared()}
	return nil
}

// Enrolment is what a technician writes into a terminal's file.
type Enrolment struct {
	Address string    // where the terminal reaches central
	Code    wire.Code // good for one machine, until Until
	Until   time.Time
}

// AddTerminal registers a terminal and makes the one-time code by which it
// enrols. The code is shown this once; the docket keeps what proves it.
func (c *Central) AddTerminal(ctx context.Context, number int, name string) (Enrolment, error) {
	if number < 1 || number > ticket.MaxTerminal {
		return Enrolment{}, fmt.Errorf("central: the number of a terminal is from 1 to %d, not %d", ticket.MaxTerminal, number)
	}
	name = strings.Join(strings.Fields(name), " ")
	if name == "" {
		return Enrolment{}, errors.New("central: a terminal needs a name, for staff to know where it stands")
	}
	return c.newCode(ctx, number, func(code docket.Code) error {
		return c.store.AddTerminal(ctx, docket.Terminal{Number: number, Name: name, AddedAt: code.MadeAt}, code)
	})
}

// RenewCode makes another one-time code for a terminal that there is. Codes of it
// that were not used stop; its certificate goes on until a machine that enrolled
// with the new code shows its own.
func (c *Central) RenewCode(ctx context.Context, number int) (Enrolment, error) {
	return c.newCode(ctx, number, func(code docket.Code) error { return c.store.PutCode(ctx, code) })
}

func (c *Central) newCode(ctx context.Context, number int, put func(docket.Code) error) (Enrolment, error) {
	now := c.config.Clock().UTC()
	e := Enrolment{Code: wire.NewCode(), Until: now.Add(CodeLife)}
	secret := e.Code.Secret()
	err := put(docket.Code{ID: secret.ID(), Secret: secret, Kiosk: number, MadeAt: now, ExpiresAt: e.Until})
	switch {
	case errors.Is(err, docket.ErrExists):
		return Enrolment{}, fmt.Errorf("central: terminal %d exists; make a new code for it with --renew", number)
	case errors.Is(err, docket.ErrNotFound):
		return Enrolment{}, fmt.Errorf("central: there is no terminal %d", number)
	case err != nil:
		return Enrolment{}, fmt.Errorf("central: %w", err)
	}
	e.Address, err = c.KioskAddress(ctx)
	return e, err
}

// Revoke revokes a terminal's certificate and codes: from now on nothing of it is
// taken, and its stream ends with the next heartbeat. A new code brings it back.
func (c *Central) Revoke(ctx context.Context, number int) error {
	switch err := c.store.RevokeTerminal(ctx, number); {
	case errors.Is(err, docket.ErrNotFound):
		return fmt.Errorf("central: there is no terminal %d", number)
	case err != nil:
		return fmt.Errorf("central: %w", err)
	}
	return nil
}

// Admit gives the terminal of this number, which is added when there is none, a
// certificate for a request, in this process and without a code. It is for programs
// that run both ends.
func (c *Central) Admit(ctx context.Context, number int, request []byte) (wire.EnrolAnswer, error) {
	key, err := authority.ParseRequest(request)
	if err != nil {
		return wire.EnrolAnswer{}, fmt.Errorf("central: %w", err)
	}
	now := c.config.Clock().UTC()
	der, serial, err := c.root.Issue(number, key, now)
	if err != nil {
		return wire.EnrolAnswer{}, fmt.Errorf("central: %w", err)
	}
	// A code that nobody ever sees, so that there is one way into the docket.
	secret := wire.CodeSecret(authority.Random())
	code := docket.Code{ID: secret.ID(), Secret: secret, Kiosk: number, MadeAt: now, ExpiresAt: now.Add(CodeLife)}
	err = c.store.AddTerminal(ctx, docket.Terminal{Number: number, Name: fmt.Sprint("terminal ", number), AddedAt: now}, code)
	if errors.Is(err, docket.ErrExists) {
		err = c.store.PutCode(ctx, code)
	}
	if err == nil {
		err = c.store.Redeem(ctx, code.ID, docket.Hash(authority.Random()), docket.Certificate{Serial: serial, Kiosk: number, Body: der, IssuedAt: now, ExpiresAt: now.Add(authority.Life)})
	}
	if err != nil {
		return wire.EnrolAnswer{}, fmt.Errorf("central: %w", err)
	}
	_, public, err := c.Addresses(ctx)
	if err != nil {
		return wire.EnrolAnswer{}, err
	}
	answer, err := c.facts(public)
	answer.ServerTime, answer.Kiosk, answer.Certificate = now, number, der
	return answer, err
}

// facts is what every terminal is told when it enrols.
func (c *Central) facts(public string) (wire.EnrolAnswer, error) {
	ring, err := c.readRing() // another process may have added a key
	if err != nil {
		return wire.EnrolAnswer{}, fmt.Errorf("central: %w", err)
	}
	card, err := base64.StdEncoding.DecodeString(c.card)
	if err != nil {
		return wire.EnrolAnswer{}, fmt.Errorf("central: card key: %w", err)
	}
	return wire.EnrolAnswer{
		Protocol: wire.Protocol, Root: c.root.DER(), SealKey: ring[len(ring)-1].Public().String(),
		DocumentKey: c.signer.Public().(ed25519.PublicKey), CardKey: card, PublicAddress: public,
	}, nil
}

// Standing is how a terminal stands with central.
type Standing struct {
	Number      int
	Name        string
	LastContact time.Time // zero when it never called
	Enrolled    bool
	Expires     time.Time // of its certificate
	Revoked     bool
	System      *wire.System // as it last said; nil when it is no appliance
}

// Standings lists all terminals by number.
func (c *Central) Standings(ctx context.Context) ([]Standing, error) {
	terminals, err := c.store.Terminals(ctx)
	if err != nil {
		return nil, fmt.Errorf("central: %w", err)
	}
	certificates, err := c.store.Certificates(ctx)
	if err != nil {
		return nil, fmt.Errorf("central: %w", err)
	}
	healths, err := c.store.Healths(ctx)
	if err != nil {
		return nil, fmt.Errorf("central: %w", err)
	}
	var all []Standing
	for _, t := range terminals {
		cert, enrolled := certificates[t.Number]
		all = append(all, Standing{Number: t.Number, Name: t.Name, LastContact: t.LastContact, Enrolled: enrolled, Expires: cert.ExpiresAt, Revoked: cert.Revoked,
			System: healths[t.Number].System})
	}
	return all, nil
}
