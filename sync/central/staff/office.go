package staff

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Guesses slows down whoever guesses; package limit has one.
type Guesses interface {
	AllowedTo(who string) bool
	WrongBy(who string)
}

// Office keeps the rules of accounts and sessions.
type Office struct {
	Store     Store
	Clock     func() time.Time
	Addresses Guesses // by the address that guesses come from
	Logins    Guesses // by the login that is guessed

	desks chan struct{} // see NewOffice
	mu    sync.Mutex
	known map[string]bool // login and address of who signed in before
}

// atOnce is how many passwords are hashed at once: more would only take memory, and
// whoever guesses in parallel gets no more guesses for it.
const atOnce = 2

// mostKnown bounds Office.known.
const mostKnown = 10_000

// NewOffice opens an office.
func NewOffice(store Store, clock func() time.Time, addresses, logins Guesses) *Office {
	return &Office{Store: store, Clock: clock, Addresses: addresses, Logins: logins,
		desks: make(chan struct{}, atOnce), known: map[string]bool{}}
}

// Claim is what somebody types to sign in.
type Claim struct {
	Login, Password, Code string
	From                  string // the address she comes from, see package limit
	Device                string // what her browser says that it is
	Before                string // the cookie that it had; that session ends
}

// SignIn makes a session, always a new one, and returns the secret for its cookie.
// ErrSignIn whatever is wrong, after the same work; ErrWait.
func (o *Office) SignIn(ctx context.Context, c Claim) (string, Account, error) {
	login := NormalLogin(c.Login)
	if len(login) > MaxLogin {
		login = "" // nobody's, and too long to be remembered
	}
	release, err := o.sit(ctx)
	if err != nil {
		return "", Account{}, err
	}
	defer release()
	by := o.guesser(login, c.From)
	if !o.Addresses.AllowedTo(c.From) || !o.Logins.AllowedTo(by) {
		return "", Account{}, ErrWait
	}
	a, err := o.Store.AccountByLogin(ctx, login)
	unknown := errors.Is(err, ErrNotFound)
	if err != nil && !unknown {
		return "", Account{}, err
	}
	kept := a.Password
	if unknown || kept == "" {
		kept = nobodys
	}
	right, stale, err := fits(kept, c.Password)
	if err != nil {
		return "", Account{}, err
	}
	if !right || a.Disabled {
		return "", Account{}, o.wrong(by, c.From)
	}
	var fresh string
	if stale {
		fresh = hashPassword(c.Password)
	}
	secret := newSecret()
	err = o.Store.WriteAccounts(ctx, func(tx Tx) error {
		now := o.Clock()
		if a, err = tx.Account(a.ID); err != nil {
			return err
		}
		if a.Disabled || a.Password != kept {
			return ErrSignIn // changed meanwhile
		}
		action := SignedIn
		if a.Second.On() {
			papers := len(a.Second.Recovery)
			if !a.Second.take(c.Code, now) {
				return ErrSignIn
			}
			if len(a.Second.Recovery) < papers {
				action = Recovered
			}
		}
		if stale {
			a.Password = fresh
		}
		a.SignedInAt = now
		if err := tx.PutAccount(a); err != nil {
			return err
		}
		return o.begin(tx, a, a.ID, action, secret, c)
	})
	if errors.Is(err, ErrSignIn) || errors.Is(err, ErrNotFound) {
		return "", Account{}, o.wrong(by, c.From)
	}
	if err != nil {
		return "", Account{}, fmt.Errorf("staff: sign in: %w", err)
	}
	o.remember(login, c.From)
	return secret, a, nil
}

// begin files a new session with its entry, and ends the one of before.
func (o *Office) begin(tx Tx, a Account, by string, action Action, secret string, c Claim) error {
	now := o.Clock()
	if c.Before != "" {
		if err := tx.EndSession(TokenOf(c.Before)); err != nil {
			return err
		}
	}
	if err := tx.EndOver(now.Add(-Shift), now.Add(-Idle), now); err != nil {
		return err
	}
	s := Session{Token: TokenOf(secret), Account: a.ID, BeganAt: now, SeenAt: now, Device: tidyDevice(c.Device)}
	if err := tx.PutSession(s); err != nil {
		return err
	}
	return tx.LogAccount(Entry{At: now, By: by, Account: a.ID, Action: action})
}

// sit waits until a password may be hashed.
func (o *Office) sit(ctx context.Context) (release func(), err error) {
	select {
	case o.desks <- struct{}{}:
		return func() { <-o.desks }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// guesser is whom a wrong password for a login is counted for. Where somebody signed
// in before, she is counted by herself: who guesses her password from elsewhere does
// not lock her out of her own office.
func (o *Office) guesser(login, from string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if at := login + "\n" + from; o.known[at] {
		return at
	}
	return login
}

func (o *Office) remember(login, from string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.known) >= mostKnown {
		clear(o.known)
	}
	o.known[login+"\n"+from] = true
}

func (o *Office) wrong(by, from string) error {
	o.Addresses.WrongBy(from)
	o.Logins.WrongBy(by)
	return ErrSignIn
}

// Recognise finds whose cookie it is. ErrNotFound when nobody is signed in with it.
func (o *Office) Recognise(ctx context.Context, cookie string) (Account, Session, error) {
	s, a, err := o.Store.SessionOf(ctx, TokenOf(cookie))
	if err != nil {
		return Account{}, Session{}, err
	}
	now := o.Clock()
	if s.Over(now) || a.Disabled {
		return Account{}, Session{}, ErrNotFound
	}
	if now.Sub(s.SeenAt) >= noted {
		if err := o.Store.TouchSession(ctx, s.Token, now); err != nil {
			return Account{}, Session{}, err
		}
	}
	return a, s, nil
}

// SignOut ends a session.
func (o *Office) SignOut(ctx context.Context, cookie string) error {
	return o.Store.WriteAccounts(ctx, func(tx Tx) error { return tx.EndSession(TokenOf(cookie)) })
}

// Redeem sets the password of an invitation, which is worth nothing from then on, ends
// all sessions of the account and makes one. ErrNotFound when the code is no good,
// ErrWait, or what CheckPassword says.
func (o *Office) Redeem(ctx context.Context, code, password string, c Claim) (string, Account, error) {
	release, err := o.sit(ctx)
	if err != nil {
		return "", Account{}, err
	}
	defer release()
	if !o.Addresses.AllowedTo(c.From) {
		return "", Account{}, ErrWait
	}
	hash := hashPassword(password)
	secret := newSecret()
	var a Account
	err = o.Store.WriteAccounts(ctx, func(tx Tx) error {
		now := o.Clock()
		i, err := tx.Invitation(codeHash(code))
		if err != nil {
			return err
		}
		if a, err = tx.Account(i.Account); err != nil {
			return err
		}
		if a.Disabled || !now.Before(i.Until) {
			return ErrNotFound
		}
		if err := CheckPassword(a, password); err != nil {
			return err
		}
		a.Password, a.PasswordAt, a.SignedInAt = hash, now, now
		if err := errors.Join(tx.PutAccount(a), tx.DropInvitations(a.ID), tx.EndSessions(a.ID, Hash{})); err != nil {
			return err
		}
		return o.begin(tx, a, a.ID, Password, secret, c)
	})
	if errors.Is(err, ErrNotFound) {
		o.Addresses.WrongBy(c.From)
	}
	if err != nil {
		return "", Account{}, fmt.Errorf("staff: invitation: %w", err)
	}
	o.remember(a.Login, c.From)
	return secret, a, nil
}

// newID is the id of a new account.
func newID() string { return uuid.Must(uuid.NewV7()).String() }
