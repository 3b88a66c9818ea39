// Package storetest says what a staff.Store must do, for every driver.
package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"lintai/sync/central/staff"
)

var at = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// Run runs the suite; open gives an empty store at each call.
func Run(t *testing.T, open func(t *testing.T) staff.Store) {
	for name, test := range map[string]func(*testing.T, staff.Store){
		"Accounts": accounts, "Sessions": sessions, "Invitations": invitations, "Log": log, "AllOrNothing": allOrNothing, "OneAfterAnother": oneAfterAnother,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func account(id, login string) staff.Account {
	return staff.Account{ID: id, Login: login, Name: "王芳", Phone: "13800001234", Roles: []staff.Role{staff.Clerk, staff.Auditor}, AddedAt: at}
}

func write(t *testing.T, s staff.Store, f func(staff.Tx) error) {
	t.Helper()
	if err := s.WriteAccounts(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func add(t *testing.T, s staff.Store, all ...staff.Account) {
	t.Helper()
	write(t, s, func(tx staff.Tx) error {
		for _, a := range all {
			if err := tx.AddAccount(a); err != nil {
				return err
			}
		}
		return nil
	})
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is\n%+v, want\n%+v", what, got, want)
	}
}

func accounts(t *testing.T, s staff.Store) {
	a, b := account("1", "wang"), account("2", "li")
	add(t, s, a, b)
	got, err := s.Account(t.Context(), "1")
	same(t, "the account", got, a)
	if err != nil {
		t.Error(err)
	}
	if _, err := s.AccountByLogin(t.Context(), "zhang"); !errors.Is(err, staff.ErrNotFound) {
		t.Errorf("no such login: %v", err)
	}
	if _, err := s.Account(t.Context(), "' OR 1=1 --"); !errors.Is(err, staff.ErrNotFound) {
		t.Errorf("no such account: %v", err)
	}
	// A refusal leaves the transaction usable.
	write(t, s, func(tx staff.Tx) error {
		for _, again := range []staff.Account{account("3", "wang"), account("1", "zhao")} {
			if err := tx.AddAccount(again); !errors.Is(err, staff.ErrExists) {
				t.Errorf("added twice: %v", err)
			}
		}
		if err := tx.PutAccount(account("9", "none")); !errors.Is(err, staff.ErrNotFound) {
			t.Errorf("put what is not there: %v", err)
		}
		a.Name, a.Password, a.PasswordAt, a.Disabled, a.SignedInAt = `<b>"';--`, "$argon2id$…", at.Add(time.Hour), true, at.Add(time.Minute)
		a.Roles = []staff.Role{staff.Administrator}
		a.Second = staff.SecondFactor{Secret: "ABC", LastStep: 77, Recovery: []staff.Hash{{1}, {2}}}
		return tx.PutAccount(a)
	})
	got, _ = s.AccountByLogin(t.Context(), "wang")
	same(t, "the changed account", got, a)
	all, err := s.Accounts(t.Context())
	if err != nil {
		t.Error(err)
	}
	same(t, "all, by login", all, []staff.Account{b, a})
}

func sessions(t *testing.T, s staff.Store) {
	a := account("1", "wang")
	add(t, s, a, account("2", "li"))
	one := staff.Session{Token: staff.Hash{1}, Account: "1", BeganAt: at, SeenAt: at, Device: "Mozilla/5.0 ☃"}
	two, others := one, one
	two.Token, two.BeganAt = staff.Hash{2}, at.Add(time.Hour)
	others.Token, others.Account = staff.Hash{3}, "2"
	write(t, s, func(tx staff.Tx) error {
		return errors.Join(tx.PutSession(one), tx.PutSession(two), tx.PutSession(others))
	})
	if err := s.TouchSession(t.Context(), one.Token, at.Add(5*time.Minute)); err != nil {
		t.Error(err)
	}
	one.SeenAt = at.Add(5 * time.Minute)
	got, whose, err := s.SessionOf(t.Context(), one.Token)
	same(t, "the session", got, one)
	same(t, "its account", whose, a)
	if err != nil {
		t.Error(err)
	}
	all, err := s.SessionsOf(t.Context(), "1")
	if err != nil {
		t.Error(err)
	}
	same(t, "all, newest first", all, []staff.Session{two, one})
	write(t, s, func(tx staff.Tx) error { return tx.EndSessions("1", two.Token) })
	all, _ = s.SessionsOf(t.Context(), "1")
	same(t, "but one", all, []staff.Session{two})
	write(t, s, func(tx staff.Tx) error {
		return errors.Join(tx.EndSession(two.Token), tx.EndSession(staff.Hash{9}))
	})
	if _, _, err := s.SessionOf(t.Context(), two.Token); !errors.Is(err, staff.ErrNotFound) {
		t.Errorf("ended: %v", err)
	}
	write(t, s, func(tx staff.Tx) error { return tx.EndOver(at.Add(-1), at.Add(-1), at) })
	if all, _ := s.SessionsOf(t.Context(), "2"); len(all) != 1 {
		t.Error("one that is not over ended")
	}
	write(t, s, func(tx staff.Tx) error { return tx.EndOver(at.Add(-1), at, at) })
	if all, _ := s.SessionsOf(t.Context(), "2"); len(all) != 0 {
		t.Error("an idle one stays")
	}
}

func invitations(t *testing.T, s staff.Store) {
	add(t, s, account("1", "wang"))
	i := staff.Invitation{Code: staff.Hash{7}, Account: "1", Until: at.Add(time.Hour)}
	write(t, s, func(tx staff.Tx) error { return tx.PutInvitation(i) })
	find := func() (got staff.Invitation, err error) {
		write(t, s, func(tx staff.Tx) error { got, err = tx.Invitation(i.Code); return nil })
		return got, err
	}
	if got, err := find(); err != nil || got != i {
		t.Errorf("%+v %v", got, err)
	}
	write(t, s, func(tx staff.Tx) error { return tx.EndOver(at, at, at.Add(time.Hour)) })
	if _, err := find(); !errors.Is(err, staff.ErrNotFound) {
		t.Errorf("one that is over: %v", err)
	}
	write(t, s, func(tx staff.Tx) error { return errors.Join(tx.PutInvitation(i), tx.DropInvitations("1")) })
	if _, err := find(); !errors.Is(err, staff.ErrNotFound) {
		t.Errorf("a dropped one: %v", err)
	}
}

func log(t *testing.T, s staff.Store) {
	add(t, s, account("1", "wang"), account("2", "li"))
	var want []staff.Entry
	for i, e := range []staff.Entry{{At: at, Account: "1", Action: staff.Added, Detail: "clerk → clerk"}, {At: at, By: "1", Account: "2", Action: staff.Disabled}, {At: at, By: "2", Account: "1", Action: staff.SignedIn}} {
		write(t, s, func(tx staff.Tx) error { return tx.LogAccount(e) })
		e.Number = int64(i + 1)
		want = append([]staff.Entry{e}, want...)
	}
	all, err := s.AccountLog(t.Context(), "", 0, 10)
	if err != nil || len(all) != 3 {
		t.Fatalf("%v %v", all, err)
	}
	for i := range all {
		if i > 0 && all[i].Number >= all[i-1].Number {
			t.Error("the newest does not come first")
		}
		want[i].Number = all[i].Number
	}
	same(t, "the log", all, want)
	of, _ := s.AccountLog(t.Context(), "1", all[0].Number, 10)
	same(t, "of one, before the newest", of, []staff.Entry{want[2]})
	few, _ := s.AccountLog(t.Context(), "", 0, 1)
	same(t, "the newest", few, want[:1])
}

func allOrNothing(t *testing.T, s staff.Store) {
	stop := errors.New("stop")
	err := s.WriteAccounts(t.Context(), func(tx staff.Tx) error {
		return errors.Join(tx.AddAccount(account("1", "wang")), tx.LogAccount(staff.Entry{At: at, Account: "1", Action: staff.Added}), stop)
	})
	if all, _ := s.Accounts(t.Context()); !errors.Is(err, stop) || len(all) != 0 {
		t.Errorf("%v, and %d accounts", err, len(all))
	}
}

// What was read in a transaction still holds when it commits: of two administrators
// who disable each other at once, one is refused.
func oneAfterAnother(t *testing.T, s staff.Store) {
	refused := errors.New("the last")
	for round := range 5 {
		one, two := account(fmt.Sprint("a", round), fmt.Sprint("a", round)), account(fmt.Sprint("b", round), fmt.Sprint("b", round))
		add(t, s, one, two)
		var running sync.WaitGroup
		results := make([]error, 2)
		for i, pair := range [][2]string{{one.ID, two.ID}, {two.ID, one.ID}} {
			running.Go(func() {
				results[i] = s.WriteAccounts(t.Context(), func(tx staff.Tx) error {
					me, err := tx.Account(pair[0])
					if err != nil {
						return err
					}
					if me.Disabled {
						return refused
					}
					other, err := tx.Account(pair[1])
					if err != nil {
						return err
					}
					other.Disabled = true
					return tx.PutAccount(other)
				})
			})
		}
		running.Wait()
		if (results[0] == nil) == (results[1] == nil) {
			t.Errorf("both ended alike: %v, %v", results[0], results[1])
		}
	}
}
