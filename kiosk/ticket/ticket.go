// Package ticket makes and reads the code by which a resident finds a request
// again: twelve digits, printed in three groups of four.
//
//	0012 3456 789C
//	└──┘ └───────┘└ check digit, ISO/IEC 7064 MOD 11,10
//	 │      └ seven random digits, so that a code cannot be guessed from another
//	 └ number of the terminal that issued it, so that terminals without a
//	   network never issue the same code; 0000 is no terminal's: with it central
//	   begins the codes of requests that come through another channel
//
// Digits only: the code is typed on a large keypad, by people who have never
// used a keyboard, and read over the telephone. The check digit finds every
// single wrong digit and nearly every exchange of neighbours.
package ticket

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// Code is a ticket code in its canonical form: twelve ASCII digits whose last
// is the check digit of the others.
type Code string

// Length is the number of digits of a Code.
const Length = 12

// MaxTerminal is the largest terminal number that fits a code.
const MaxTerminal = 9999

// Errors of Parse. They are the two things a resident can be told.
var (
	ErrLength = errors.New("ticket: a code has 12 digits")
	ErrCheck  = errors.New("ticket: the check digit does not match")
)

// New makes a code for a terminal (1 to MaxTerminal) from random bytes.
func New(terminal int, random io.Reader) (Code, error) {
	if terminal < 1 || terminal > MaxTerminal {
		return "", fmt.Errorf("ticket: terminal number %d is not in 1…%d", terminal, MaxTerminal)
	}
	return draw(terminal, random)
}

// OfCentral makes a code for a request that reached central through no terminal. Central
// must see to it that no other request has it: many channels share one number.
func OfCentral(random io.Reader) (Code, error) { return draw(0, random) }

func draw(number int, random io.Reader) (Code, error) {
	// Rejection sampling keeps the ten million codes equally likely.
	const span = 10_000_000
	var b [4]byte
	for {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", fmt.Errorf("ticket: random source: %w", err)
		}
		n := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
		if n >= 1<<32/span*span {
			continue
		}
		body := fmt.Sprintf("%04d%07d", number, n%span)
		return Code(body + string(checkDigit(body))), nil
	}
}

// Parse reads what a person typed: digits, with spaces or hyphens anywhere.
func Parse(text string) (Code, error) {
	var digits strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case r == ' ' || r == '-' || r == '\t' || r == '\u3000':
		default:
			return "", ErrLength
		}
	}
	s := digits.String()
	if len(s) != Length {
		return "", ErrLength
	}
	if checkDigit(s[:Length-1]) != s[Length-1] {
		return "", ErrCheck
	}
	return Code(s), nil
}

// ParseScan reads what a scanner saw on a slip: the address in its QR code
// (…/t/CODE) or the bare code. The host is not looked at: a slip stays valid
// when the service moves.
func ParseScan(text string) (Code, error) {
	text = strings.TrimSpace(text)
	if u, err := url.Parse(text); err == nil && u.Scheme != "" {
		if _, rest, ok := strings.Cut(u.Path, "/t/"); ok {
			text = rest
		}
	}
	return Parse(text)
}

// URL is the address in the slip's QR code: where every other channel finds
// the same request. base is central's public address.
func (c Code) URL(base string) string {
	return strings.TrimRight(base, "/") + "/t/" + string(c)
}

// RatingURL is URL with the four digits that only the slip knows, behind the
// mark that keeps a browser from sending them to a server.
func (c Code) RatingURL(base, rating string) string { return c.URL(base) + ratingMark + rating }

const ratingMark = "#r="

// RatingCode reads the four digits from what a scanner saw on a slip.
func RatingCode(scanned string) (string, bool) {
	_, code, ok := strings.Cut(strings.TrimSpace(scanned), ratingMark)
	if !ok || len(code) != 4 || strings.Trim(code, "0123456789") != "" {
		return "", false
	}
	return code, true
}

// String groups the digits as they are printed and shown: "0012 3456 789C".
func (c Code) String() string {
	if len(c) != Length {
		return string(c)
	}
	return string(c[:4] + " " + c[4:8] + " " + c[8:])
}

// checkDigit computes ISO/IEC 7064:2003 MOD 11,10 over ASCII digits.
func checkDigit(digits string) byte {
	p := 10
	for i := 0; i < len(digits); i++ {
		s := (p + int(digits[i]-'0')) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return '0' + byte((11-p)%10)
}
