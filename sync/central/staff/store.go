package staff

import (
	"context"
	"time"
)

// Store is a database of accounts.
type Store interface {
	// WriteAccounts runs f in one transaction: everything or, when f returns an
	// error, nothing. Transactions are as good as one after another. f must use only
	// its Tx, and may run more than once.
	WriteAccounts(ctx context.Context, f func(Tx) error) error

	Account(ctx context.Context, id string) (Account, error)           // ErrNotFound
	AccountByLogin(ctx context.Context, login string) (Account, error) // ErrNotFound
	Accounts(ctx context.Context) ([]Account, error)                   // by login
	// SessionOf finds a session and whose it is, over or not. ErrNotFound.
	SessionOf(ctx context.Context, token Hash) (Session, Account, error)
	// SessionsOf lists the sessions of an account, newest first.
	SessionsOf(ctx context.Context, account string) ([]Session, error)
	// TouchSession notes a request. A session that is not there is no error.
	TouchSession(ctx context.Context, token Hash, at time.Time) error
	// AccountLog lists up to limit entries before a number (0: from the newest on),
	// newest first; of one account, or of all when it is "".
	AccountLog(ctx context.Context, account string, before int64, limit int) ([]Entry, error)
}

// Tx is one transaction on accounts. Methods that refuse leave it usable.
type Tx interface {
	Account(id string) (Account, error)           // ErrNotFound
	AccountByLogin(login string) (Account, error) // ErrNotFound
	Accounts() ([]Account, error)
	AddAccount(a Account) error // ErrExists
	PutAccount(a Account) error // all but ID, Login and AddedAt; ErrNotFound
	// LogAccount appends an entry and gives it the next number.
	LogAccount(e Entry) error

	PutInvitation(i Invitation) error
	Invitation(code Hash) (Invitation, error) // ErrNotFound
	DropInvitations(account string) error

	PutSession(s Session) error
	EndSession(token Hash) error // one that is not there is no error
	// EndSessions ends those of an account, but for one.
	EndSessions(account string, but Hash) error
	// EndOver forgets sessions that began or were seen before, and invitations that
	// ended before now.
	EndOver(began, seen, now time.Time) error
}

// Action is what happened to an account.
type Action string

const (
	Added     Action = "added"
	Renamed   Action = "renamed"    // name or telephone number
	Regrouped Action = "regrouped"  // roles; the detail is before → after
	Disabled  Action = "disabled"   // its sessions ended
	Enabled   Action = "enabled"    //
	Reset     Action = "reset"      // password and second factor void, sessions ended, an invitation made
	Invited   Action = "invited"    // another invitation, nothing else
	Password  Action = "password"   // set, by an invitation or by herself; other sessions ended
	SecondOn  Action = "second_on"  //
	SecondOff Action = "second_off" //
	Recovered Action = "recovered"  // signed in by a code on paper
	SignedIn  Action = "signed_in"  //
	Ended     Action = "ended"      // sessions, by herself
)

// Actions lists them all.
var Actions = []Action{Added, Renamed, Regrouped, Disabled, Enabled, Reset, Invited, Password, SecondOn, SecondOff, Recovered, SignedIn, Ended}

// Entry is one line of the accounts' log. It is only ever appended.
type Entry struct {
	Number  int64
	At      time.Time
	By      string // id of the account that did it; "" is the operator at the machine
	Account string // id of the account it was done to
	Action  Action
	Detail  string // roles, never a name
}

// Operator is who acts from the command line of the machine.
const Operator = ""
