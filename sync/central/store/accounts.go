package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"lintai/sync/central/staff"
)

// The book of those who work at central: package staff.

// WriteAccounts runs f in one transaction.
func (s *Store) WriteAccounts(ctx context.Context, f func(staff.Tx) error) error {
	return s.write(ctx, func(t *Tx) error { return f(t) })
}

const accountColumns = "a.id, a.login, a.name, a.phone, a.roles, a.password, a.password_at, a.secret, a.last_step, a.recovery, a.disabled, a.added_at, a.signed_in_at"

// accountRow is an account as it is read.
type accountRow struct {
	staff.Account
	roles                         string
	recovery                      []byte
	disabled                      int64
	passwordAt, addedAt, signedIn int64
}

func (r *accountRow) places() []any {
	return []any{&r.ID, &r.Login, &r.Name, &r.Phone, &r.roles, &r.Password, &r.passwordAt, &r.Second.Secret, &r.Second.LastStep,
		&r.recovery, &r.disabled, &r.addedAt, &r.signedIn}
}

func (r *accountRow) account(s *Store) staff.Account {
	a := r.Account
	a.Second.Secret = s.open(ownerAccount+a.ID, a.Second.Secret)
	a.Roles, a.Disabled = staff.SplitRoles(r.roles), r.disabled != 0
	a.PasswordAt, a.AddedAt, a.SignedInAt = moment(r.passwordAt), moment(r.addedAt), moment(r.signedIn)
	for rest := r.recovery; len(rest) >= len(staff.Hash{}); rest = rest[len(staff.Hash{}):] {
		a.Second.Recovery = append(a.Second.Recovery, staff.Hash(rest))
	}
	return a
}

func (s *Store) scanAccount(r row) (staff.Account, error) {
	var one accountRow
	err := r.Scan(one.places()...)
	if errors.Is(err, sql.ErrNoRows) {
		return staff.Account{}, staff.ErrNotFound
	}
	if err != nil {
		return staff.Account{}, fmt.Errorf("store: account: %w", err)
	}
	return one.account(s), nil
}

const (
	accountByID    = "SELECT " + accountColumns + " FROM accounts a WHERE a.id = ?"
	accountByLogin = "SELECT " + accountColumns + " FROM accounts a WHERE a.login = ?"
	accountsAll    = "SELECT " + accountColumns + " FROM accounts a ORDER BY a.login"
)

// Account finds an account.
func (s *Store) Account(ctx context.Context, id string) (staff.Account, error) {
	return s.scanAccount(s.queryRow(ctx, accountByID, id))
}

// AccountByLogin finds an account.
func (s *Store) AccountByLogin(ctx context.Context, login string) (staff.Account, error) {
	return s.scanAccount(s.queryRow(ctx, accountByLogin, login))
}

// Accounts lists all accounts.
func (s *Store) Accounts(ctx context.Context) ([]staff.Account, error) {
	rows, err := s.query(ctx, accountsAll)
	return collect(rows, err, s.scanAccount)
}

func (t *Tx) Account(id string) (staff.Account, error) {
	return t.store.scanAccount(t.queryRow(accountByID, id))
}
func (t *Tx) AccountByLogin(login string) (staff.Account, error) {
	return t.store.scanAccount(t.queryRow(accountByLogin, login))
}
func (t *Tx) Accounts() ([]staff.Account, error) {
	rows, err := t.query(accountsAll)
	return collect(rows, err, t.store.scanAccount)
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func recovery(a staff.Account) []byte {
	all := []byte{} // never NULL
	for _, h := range a.Second.Recovery {
		all = append(all, h[:]...)
	}
	return all
}

func (t *Tx) AddAccount(a staff.Account) error {
	n, err := t.exec("add account", `
		INSERT INTO accounts (id, login, name, phone, roles, password, password_at, secret, last_step, recovery, disabled, added_at, signed_in_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		a.ID, a.Login, a.Name, a.Phone, staff.JoinRoles(a.Roles), a.Password, micros(a.PasswordAt), t.store.seal(ownerAccount+a.ID, a.Second.Secret), a.Second.LastStep,
		recovery(a), truth(a.Disabled), micros(a.AddedAt), micros(a.SignedInAt))
	if err == nil && n == 0 {
		err = staff.ErrExists
	}
	return err
}

func (t *Tx) PutAccount(a staff.Account) error {
	n, err := t.exec("put account", `
		UPDATE accounts SET name = ?, phone = ?, roles = ?, password = ?, password_at = ?, secret = ?, last_step = ?, recovery = ?,
			disabled = ?, signed_in_at = ? WHERE id = ?`,
		a.Name, a.Phone, staff.JoinRoles(a.Roles), a.Password, micros(a.PasswordAt), t.store.seal(ownerAccount+a.ID, a.Second.Secret), a.Second.LastStep, recovery(a),
		truth(a.Disabled), micros(a.SignedInAt), a.ID)
	if err == nil && n == 0 {
		err = staff.ErrNotFound
	}
	return err
}

func (t *Tx) LogAccount(e staff.Entry) error {
	_, err := t.exec("account log", "INSERT INTO account_log (at, by, account, action, detail) VALUES (?, ?, ?, ?, ?)",
		micros(e.At), e.By, e.Account, string(e.Action), e.Detail)
	return err
}

// AccountLog lists entries, newest first.
func (s *Store) AccountLog(ctx context.Context, account string, before int64, limit int) ([]staff.Entry, error) {
	rows, err := s.query(ctx, `
		SELECT number, at, by, account, action, detail FROM account_log
		WHERE (?1 = '' OR account = ?1) AND (?2 = 0 OR number < ?2) ORDER BY number DESC LIMIT ?3`, account, before, limit)
	return collect(rows, err, func(r row) (e staff.Entry, err error) {
		var at int64
		err = r.Scan(&e.Number, &at, &e.By, &e.Account, &e.Action, &e.Detail)
		e.At = moment(at)
		return e, err
	})
}

func (t *Tx) PutInvitation(i staff.Invitation) error {
	_, err := t.exec("invitation", "INSERT INTO invitations (code, account, until) VALUES (?, ?, ?)", i.Code[:], i.Account, micros(i.Until))
	return err
}

func (t *Tx) Invitation(code staff.Hash) (staff.Invitation, error) {
	i := staff.Invitation{Code: code}
	var until int64
	err := t.queryRow("SELECT account, until FROM invitations WHERE code = ?", code[:]).Scan(&i.Account, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return i, staff.ErrNotFound
	}
	if err != nil {
		return i, fmt.Errorf("store: invitation: %w", err)
	}
	i.Until = moment(until)
	return i, nil
}

func (t *Tx) DropInvitations(account string) error {
	_, err := t.exec("drop invitations", "DELETE FROM invitations WHERE account = ?", account)
	return err
}

const sessionColumns = "s.token, s.account, s.began_at, s.seen_at, s.device"

// sessionRow is a session as it is read.
type sessionRow struct {
	staff.Session
	token       []byte
	began, seen int64
}

func (r *sessionRow) places() []any {
	return []any{&r.token, &r.Account, &r.began, &r.seen, &r.Device}
}

func (r *sessionRow) session() (staff.Session, error) {
	s := r.Session
	if len(r.token) != len(s.Token) {
		return s, errors.New("store: a session's token is damaged")
	}
	s.Token, s.BeganAt, s.SeenAt = staff.Hash(r.token), moment(r.began), moment(r.seen)
	return s, nil
}

// SessionOf finds a session and its account.
func (s *Store) SessionOf(ctx context.Context, token staff.Hash) (staff.Session, staff.Account, error) {
	var one sessionRow
	var whose accountRow
	err := s.queryRow(ctx, "SELECT "+sessionColumns+", "+accountColumns+
		" FROM staff_sessions s JOIN accounts a ON a.id = s.account WHERE s.token = ?", token[:]).Scan(append(one.places(), whose.places()...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return staff.Session{}, staff.Account{}, staff.ErrNotFound
	}
	if err != nil {
		return staff.Session{}, staff.Account{}, fmt.Errorf("store: session: %w", err)
	}
	session, err := one.session()
	return session, whose.account(s), err
}

// SessionsOf lists the sessions of an account, newest first.
func (s *Store) SessionsOf(ctx context.Context, account string) ([]staff.Session, error) {
	rows, err := s.query(ctx, "SELECT "+sessionColumns+" FROM staff_sessions s WHERE s.account = ? ORDER BY s.began_at DESC, s.token", account)
	return collect(rows, err, func(r row) (staff.Session, error) {
		var one sessionRow
		if err := r.Scan(one.places()...); err != nil {
			return staff.Session{}, err
		}
		return one.session()
	})
}

// TouchSession notes a request.
func (s *Store) TouchSession(ctx context.Context, token staff.Hash, at time.Time) error {
	if _, err := s.execute(ctx, "UPDATE staff_sessions SET seen_at = ? WHERE token = ?", micros(at), token[:]); err != nil {
		return fmt.Errorf("store: session: %w", err)
	}
	return nil
}

func (t *Tx) PutSession(s staff.Session) error {
	_, err := t.exec("session", "INSERT INTO staff_sessions (token, account, began_at, seen_at, device) VALUES (?, ?, ?, ?, ?)",
		s.Token[:], s.Account, micros(s.BeganAt), micros(s.SeenAt), s.Device)
	return err
}

func (t *Tx) EndSession(token staff.Hash) error {
	_, err := t.exec("end session", "DELETE FROM staff_sessions WHERE token = ?", token[:])
	return err
}

func (t *Tx) EndSessions(account string, but staff.Hash) error {
	_, err := t.exec("end sessions", "DELETE FROM staff_sessions WHERE account = ? AND token <> ?", account, but[:])
	return err
}

func (t *Tx) EndOver(began, seen, now time.Time) error {
	if _, err := t.exec("end sessions", "DELETE FROM staff_sessions WHERE began_at <= ? OR seen_at <= ?", micros(began), micros(seen)); err != nil {
		return err
	}
	_, err := t.exec("end invitations", "DELETE FROM invitations WHERE until <= ?", micros(now))
	return err
}
