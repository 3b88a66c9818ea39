package docket

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Verification is the code on a paper that the community made, with which whoever
// is shown the paper asks central whether it is real: nine letters and digits of
// Crockford's base 32, which leaves out those that look alike, and one that checks
// them. 45 bits, asked a few times a minute at most, are not guessed.
type Verification string

const (
	verificationLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	verificationLength  = 10
)

// ErrVerification is returned for a text that is no such code.
var ErrVerification = errors.New("docket: this is no verification code")

// NewVerification draws a code.
func NewVerification(random io.Reader) (Verification, error) {
	b := make([]byte, verificationLength-1)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("docket: verification code: %w", err)
	}
	for i := range b {
		b[i] = verificationLetters[b[i]&31]
	}
	return Verification(append(b, checkLetter(string(b)))), nil
}

// checkLetter weighs the letters by odd numbers of their places, so that one wrong
// letter, and two neighbours the wrong way round but for one pair in sixteen, are
// noticed before central is asked.
func checkLetter(letters string) byte {
	sum := 0
	for i, r := range letters {
		sum += (2*i + 1) * strings.IndexRune(verificationLetters, r)
	}
	return verificationLetters[sum%32]
}

// ParseVerification reads a code as people write it: in small letters, with or
// without hyphens and spaces, with I or L for 1 and O for 0.
func ParseVerification(text string) (Verification, error) {
	if len(text) > 4*verificationLength {
		return "", ErrVerification
	}
	text = strings.NewReplacer("-", "", " ", "", "\u3000", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(text))
	if len(text) != verificationLength {
		return "", ErrVerification
	}
	for _, r := range text {
		if !strings.ContainsRune(verificationLetters, r) {
			return "", ErrVerification
		}
	}
	if checkLetter(text[:verificationLength-1]) != text[verificationLength-1] {
		return "", ErrVerification
	}
	return Verification(text), nil
}

// String writes it in two groups.
func (v Verification) String() string {
	if len(v) != verificationLength {
		return string(v)
	}
	return string(v[:5]) + "-" + string(v[5:])
}
