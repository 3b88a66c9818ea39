package nfc

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"unique"
)

// Type is how a tag speaks: ISO/IEC 14443 type A or B.
type Type byte

const (
	TypeA Type = 'A'
	TypeB Type = 'B'
)

func (t Type) String() string { return string(rune(t)) }

// Token stands for one tag. Two tokens are equal when type and UID are, so a
// Token can be compared and be the key of a map.
//
// It never shows the UID: all ways of formatting, logging and marshalling give the
// same word, also for a token inside of another value, where fmt calls no methods.
// Digest is the only way out. A token that was hashed without a key would be no
// secret: most UIDs have four bytes, and all of them are tried in minutes.
type Token struct {
	// Type and UID. A handle is a pointer to the one copy of the value: comparable,
	// and printed as an address at worst. To a struct fmt would follow it.
	tag unique.Handle[string]
}

// hidden is how every token looks.
const hidden = "nfc.Token(hidden)"

func newToken(kind Type, uid []byte) Token {
	return Token{unique.Make(string(rune(kind)) + string(uid))}
}

// IsZero tells whether the token stands for no tag.
func (t Token) IsZero() bool { return t == Token{} }

// Type is the tag's type, 0 for the zero Token.
func (t Token) Type() Type {
	if t.IsZero() {
		return 0
	}
	return Type(t.tag.Value()[0])
}

// Lasting tells whether the tag will have the same token next time. Phones choose
// a new UID each time they are laid down, and say so by its first byte, 08
// (ISO/IEC 14443-3, 6.5.4). The number of a type B tag may be chosen anew as well,
// and nothing tells, so none of type B is taken for lasting.
func (t Token) Lasting() bool {
	if t.IsZero() {
		return false
	}
	uid := t.tag.Value()[1:]
	return t.Type() == TypeA && !(len(uid) == 4 && uid[0] == 0x08)
}

// Digest is HMAC-SHA256 under key of type ('A' or 'B') and UID: the name by which a tag can be
// known elsewhere. Without the key nobody can tell the UID from it. It panics for
// the zero Token.
func (t Token) Digest(key []byte) [sha256.Size]byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(t.tag.Value()))
	return [sha256.Size]byte(mac.Sum(nil))
}

// String gives no more away than that there is a token.
func (t Token) String() string { return hidden }

// Format is fmt.Formatter for all verbs.
func (t Token) Format(f fmt.State, _ rune) { f.Write([]byte(hidden)) }

// MarshalText is encoding.TextMarshaler.
func (t Token) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue is slog.LogValuer.
func (t Token) LogValue() slog.Value { return slog.StringValue(hidden) }
