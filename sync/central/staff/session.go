package staff

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"
	"unicode"
)

// Ends of a session.
const (
	// Shift is when it ends whatever happens: a working day.
	Shift = 12 * time.Hour
	// Idle is when it ends if nothing is asked. A page that is open and follows the
	// docket asks: a clerk who only watches for calls must not be signed out, for then
	// the next one would ring unheard.
	Idle = 2 * time.Hour
	// noted is how old the note of the last request may become.
	noted = time.Minute
	// Open is how long an invitation is good.
	Open = 7 * 24 * time.Hour
)

// Session is one browser in which somebody is signed in.
type Session struct {
	Token   Hash // SHA-256 of the cookie
	Account string
	BeganAt time.Time
	SeenAt  time.Time // to about a minute
	Device  string    // what the browser says that it is
}

// ID names a session on a page, without giving it away.
func (s Session) ID() string { return hex.EncodeToString(s.Token[:8]) }

// Over tells whether it has ended.
func (s Session) Over(now time.Time) bool {
	return now.Sub(s.BeganAt) >= Shift || now.Sub(s.SeenAt) >= Idle
}

// newSecret is what a cookie holds: 256 random bits.
func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// TokenOf is the hash of a cookie.
func TokenOf(cookie string) Hash { return sha256.Sum256([]byte(cookie)) }

// maxDevice is how many characters of a browser's own word are kept.
const maxDevice = 120

func tidyDevice(text string) string {
	all := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "")))
	return string(all[:min(len(all), maxDevice)])
}

// Invitation lets whoever has its code set an account's password, once.
type Invitation struct {
	Code    Hash // of the code in its normal form
	Account string
	Until   time.Time
}

// newCode is 128 random bits in base32: it can be read out and typed.
func newCode() string {
	b := make([]byte, 16)
	rand.Read(b) // never fails
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

// codeHash is the hash of a code as people type it.
func codeHash(text string) Hash {
	return sha256.Sum256([]byte(strings.NewReplacer(" ", "", "-", "", "\n", "", "\r", "", "\t", "").Replace(strings.ToLower(text))))
}
