package staff

import (
	"context"
	"errors"
)

// What a member of staff does to her own account. Each asks for her password again:
// a page that was left open is not enough. keep is the session in which she asks.

// SetPassword replaces her password and ends her other sessions. ErrSignIn when the
// old one is wrong, ErrWait, ErrSame, or what CheckPassword says.
func (o *Office) SetPassword(ctx context.Context, a Account, from, old, password string, keep Hash) error {
	hash := ""
	return o.own(ctx, a, from, old, func(tx Tx, a *Account) ([]Entry, error) {
		if old == password {
			return nil, ErrSame
		}
		if err := CheckPassword(*a, password); err != nil {
			return nil, err
		}
		if hash == "" { // a transaction may run again
			hash = hashPassword(password)
		}
		a.Password, a.PasswordAt = hash, o.Clock()
		return []Entry{{Action: Password}}, errors.Join(tx.EndSessions(a.ID, keep), tx.DropInvitations(a.ID))
	})
}

// TurnOn puts an offer in force, once the telephone has shown that it took it, and
// returns the codes for paper; they are never shown again. Her other sessions, which
// began without it, end.
func (o *Office) TurnOn(ctx context.Context, a Account, from, password string, offer Offer, code string, keep Hash) (codes []string, err error) {
	err = o.own(ctx, a, from, password, func(tx Tx, a *Account) ([]Entry, error) {
		second := SecondFactor{Secret: offer.Secret}
		if !second.take(code, o.Clock()) {
			return nil, ErrCode
		}
		codes, second.Recovery = newRecovery()
		a.Second = second
		return []Entry{{Action: SecondOn}}, tx.EndSessions(a.ID, keep)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// ErrCode are digits that the telephone of an offer would not show.
var ErrCode = errors.New("staff: these are not the digits")

// TurnOff ends the second factor.
func (o *Office) TurnOff(ctx context.Context, a Account, from, password string) error {
	return o.own(ctx, a, from, password, func(tx Tx, a *Account) ([]Entry, error) {
		a.Second = SecondFactor{}
		return []Entry{{Action: SecondOff}}, nil
	})
}

// EndOwn ends one of her sessions, or all others with "".
func (o *Office) EndOwn(ctx context.Context, a Account, id string, keep Hash) error {
	all, err := o.Store.SessionsOf(ctx, a.ID)
	if err != nil {
		return err
	}
	return o.change(ctx, a.ID, func(tx Tx, a *Account) ([]Entry, error) {
		if id == "" {
			return []Entry{{Action: Ended}}, tx.EndSessions(a.ID, keep)
		}
		for _, s := range all {
			if s.ID() == id {
				return []Entry{{Action: Ended}}, tx.EndSession(s.Token)
			}
		}
		return nil, ErrNotFound
	}, a.ID)
}

// own does something for whoever knows the account's password.
func (o *Office) own(ctx context.Context, a Account, from, password string, f func(Tx, *Account) ([]Entry, error)) error {
	release, err := o.sit(ctx)
	if err != nil {
		return err
	}
	defer release()
	by := o.guesser(a.Login, from)
	if !o.Addresses.AllowedTo(from) || !o.Logins.AllowedTo(by) {
		return ErrWait
	}
	right, _, err := fits(a.Password, password)
	if err != nil {
		return err
	}
	if !right {
		return o.wrong(by, from)
	}
	kept := a.Password
	return o.change(ctx, a.ID, func(tx Tx, a *Account) ([]Entry, error) {
		if a.Password != kept {
			return nil, ErrSignIn
		}
		return f(tx, a)
	}, a.ID)
}
