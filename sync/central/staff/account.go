// Package staff is the book of those who work at central: who may sign in, as what,
// and who changed that when.
//
// Four parties. An administrator makes an account and hands over a one-time address
// (an Invitation); whoever opens it first sets the password, and only a hash of it
// (argon2id, its parameters beside it) is kept. The member of staff signs in with
// login and password, and with a six-digit code where she asked for one (TOTP, RFC
// 6238); that makes a Session, a random secret in her browser of which central keeps
// the SHA-256. The operator at the machine can always make another invitation
// ("central account reset"), so nobody is locked out for good. The auditor reads the
// Entries: each change of an account is one, written in the same transaction.
//
// What is guessed is slowed down by address and by login alike, and a login that does
// not exist is answered as a wrong password is, after as much work.
//
// The package is pure: Store is what a database must be able to do for it.
package staff

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Errors of a Store and of the rules of this package.
var (
	ErrNotFound = errors.New("staff: no such account, session or invitation")
	ErrExists   = errors.New("staff: the login is taken")
	ErrRole     = errors.New("staff: no such role")
	ErrName     = errors.New("staff: no fit name, login or telephone number")
	ErrLast     = errors.New("staff: nobody would be left who may manage accounts")
	ErrSignIn   = errors.New("staff: login, password or code is wrong")
	ErrWait     = errors.New("staff: too many wrong guesses")
)

// Account is one person who may sign in.
type Account struct {
	ID    string // UUIDv7; what other books name her by
	Login string // small letters and digits, as she types it
	Name  string // as colleagues and residents know her
	Phone string // or ""
	Roles []Role // in the order of Roles, at least one

	Password   string       // see Hash; "" until she set one
	PasswordAt time.Time    // when she did
	Second     SecondFactor // zero when she signs in without a code
	Disabled   bool
	AddedAt    time.Time
	SignedInAt time.Time // last; zero when never
}

// Has tells whether the account has one of the roles.
func (a Account) Has(any ...Role) bool {
	return slices.ContainsFunc(any, func(r Role) bool { return slices.Contains(a.Roles, r) })
}

// Manages tells whether she can manage accounts now.
func (a Account) Manages() bool { return !a.Disabled && a.Password != "" && a.Has(Administrator) }

// Lengths, in characters. They bound rows and columns, not people.
const (
	MaxName  = 20
	MaxLogin = 32
	MaxPhone = 20
)

// NormalLogin is a login as it is kept and compared: people write capitals and
// full-width letters.
func NormalLogin(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		return unicode.ToLower(r)
	}, strings.TrimSpace(text))
}

// tidy makes the words of an account fit to keep. ErrName, ErrRole.
func (a *Account) tidy() error {
	a.Login = NormalLogin(a.Login)
	a.Name = strings.Join(strings.Fields(a.Name), " ")
	a.Phone = strings.Join(strings.Fields(a.Phone), "")
	if a.Login == "" || len(a.Login) > MaxLogin || strings.Trim(a.Login, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "" {
		return ErrName
	}
	if a.Name == "" || utf8.RuneCountInString(a.Name) > MaxName || strings.ContainsFunc(a.Name, unicode.IsControl) {
		return ErrName
	}
	if len(a.Phone) > MaxPhone || strings.Trim(a.Phone, "0123456789+-") != "" {
		return ErrName
	}
	var err error
	a.Roles, err = tidyRoles(a.Roles)
	return err
}
