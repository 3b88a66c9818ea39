package staff

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// What the keepers of accounts do: administrators on their page, and the operator at
// the machine.

// Add adds an account without a password and returns the code of its invitation.
// ErrExists, ErrName, ErrRole.
func (o *Office) Add(ctx context.Context, by string, a Account) (Account, string, error) {
	if err := a.tidy(); err != nil {
		return Account{}, "", err
	}
	code := newCode()
	a = Account{ID: newID(), Login: a.Login, Name: a.Name, Phone: a.Phone, Roles: a.Roles}
	err := o.Store.WriteAccounts(ctx, func(tx Tx) error {
		a.AddedAt = o.Clock()
		if err := tx.AddAccount(a); err != nil {
			return err
		}
		return errors.Join(tx.LogAccount(Entry{At: a.AddedAt, By: by, Account: a.ID, Action: Added, Detail: JoinRoles(a.Roles)}),
			o.invite(tx, a, code))
	})
	if err != nil {
		return Account{}, "", fmt.Errorf("staff: add: %w", err)
	}
	return a, code, nil
}

func (o *Office) invite(tx Tx, a Account, code string) error {
	return tx.PutInvitation(Invitation{Code: codeHash(code), Account: a.ID, Until: o.Clock().Add(Open)})
}

// First makes the first administrator in a store without accounts.
func (o *Office) First(ctx context.Context, login, name string) error {
	a := Account{ID: newID(), Login: login, Name: name, Roles: []Role{Administrator}}
	if err := a.tidy(); err != nil {
		return err
	}
	return o.Store.WriteAccounts(ctx, func(tx Tx) error {
		all, err := tx.Accounts()
		if err != nil || len(all) > 0 {
			return err
		}
		a.AddedAt = o.Clock()
		return errors.Join(tx.AddAccount(a), tx.LogAccount(Entry{At: a.AddedAt, By: Operator, Account: a.ID, Action: Added, Detail: JoinRoles(a.Roles)}))
	})
}

// Unopened invites the first administrator as long as nobody can manage accounts:
// the code of another invitation beside those that were made before. "" when somebody
// can.
func (o *Office) Unopened(ctx context.Context) (code string, err error) {
	err = o.Store.WriteAccounts(ctx, func(tx Tx) error {
		code = ""
		all, err := tx.Accounts()
		if err != nil || slices.ContainsFunc(all, Account.Manages) {
			return err
		}
		// The oldest: ids begin with the time.
		slices.SortFunc(all, func(a, b Account) int { return a.AddedAt.Compare(b.AddedAt) })
		at := slices.IndexFunc(all, func(a Account) bool { return !a.Disabled && a.Has(Administrator) })
		if at < 0 {
			return nil
		}
		code = newCode()
		return errors.Join(o.invite(tx, all[at], code), tx.LogAccount(Entry{At: o.Clock(), By: Operator, Account: all[at].ID, Action: Invited}))
	})
	return code, err
}

// Change changes name, telephone number and roles. ErrLast when nobody would be left
// who manages accounts.
func (o *Office) Change(ctx context.Context, by, id, name, phone string, roles []Role) error {
	return o.change(ctx, id, func(tx Tx, a *Account) ([]Entry, error) {
		before := *a
		a.Name, a.Phone, a.Roles = name, phone, roles
		if err := a.tidy(); err != nil {
			return nil, err
		}
		var all []Entry
		if a.Name != before.Name || a.Phone != before.Phone {
			all = append(all, Entry{Action: Renamed})
		}
		if !slices.Equal(a.Roles, before.Roles) {
			all = append(all, Entry{Action: Regrouped, Detail: JoinRoles(before.Roles) + " → " + JoinRoles(a.Roles)})
		}
		return all, nil
	}, by)
}

// Disable shuts an account out, and ends its sessions; or lets it in again. ErrLast.
func (o *Office) Disable(ctx context.Context, by, id string, disabled bool) error {
	return o.change(ctx, id, func(tx Tx, a *Account) ([]Entry, error) {
		if a.Disabled == disabled {
			return nil, nil
		}
		if a.Disabled = disabled; !disabled {
			return []Entry{{Action: Enabled}}, nil
		}
		return []Entry{{Action: Disabled}}, errors.Join(tx.EndSessions(a.ID, Hash{}), tx.DropInvitations(a.ID))
	}, by)
}

// Reset makes password and second factor void, ends the sessions, and returns the code
// of an invitation; those before are void. Of the last who manages accounts only the
// operator may: else nobody could hand her the address.
func (o *Office) Reset(ctx context.Context, by, id string) (string, error) {
	code := newCode()
	err := o.change(ctx, id, func(tx Tx, a *Account) ([]Entry, error) {
		a.Password, a.Second = "", SecondFactor{}
		return []Entry{{Action: Reset}}, errors.Join(tx.EndSessions(a.ID, Hash{}), tx.DropInvitations(a.ID), o.invite(tx, *a, code))
	}, by)
	return code, err
}

// change changes an account as f says, with the entries it returns.
func (o *Office) change(ctx context.Context, id string, f func(Tx, *Account) ([]Entry, error), by string) error {
	err := o.Store.WriteAccounts(ctx, func(tx Tx) error {
		a, err := tx.Account(id)
		if err != nil {
			return err
		}
		managed := a.Manages()
		entries, err := f(tx, &a)
		if err != nil {
			return err
		}
		if managed && !a.Manages() && by != Operator {
			all, err := tx.Accounts()
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(all, func(other Account) bool { return other.ID != a.ID && other.Manages() }) {
				return ErrLast
			}
		}
		for _, e := range entries {
			e.At, e.By, e.Account = o.Clock(), by, a.ID
			if err := tx.LogAccount(e); err != nil {
				return err
			}
		}
		return tx.PutAccount(a)
	})
	if err != nil {
		return fmt.Errorf("staff: change: %w", err)
	}
	return nil
}
