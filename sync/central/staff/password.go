package staff

import (
	_ "embed"
	"errors"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Why a password is not taken. There are no rules of composition: they make people
// write "Password1!" and the passwords on paper. Length counts, and that nobody
// guesses it first.
var (
	ErrShort    = errors.New("staff: the password is too short")
	ErrLong     = errors.New("staff: the password is too long")
	ErrCommon   = errors.New("staff: the password is one that many use")
	ErrPersonal = errors.New("staff: the password is made of the account's own words")
	ErrNumber   = errors.New("staff: the password is a date, a telephone or an identity number")
	ErrSame     = errors.New("staff: the password is the one of before")
)

// Lengths of a password, in characters.
const (
	MinPassword = 10
	MaxPassword = 128
)

//go:embed frequent.txt
var commonText string

// common are words that many passwords are, or are made of.
var common = func() map[string]bool {
	all := map[string]bool{}
	for _, line := range strings.Fields(commonText) {
		all[line] = true
	}
	return all
}()

var (
	// Numbers that a person has: a mobile telephone, a date, a date twice, an identity
	// number of 15 or 18 signs.
	personalNumber = regexp.MustCompile(`^(1[3-9]\d{9}|((19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])){1,2}|\d{15}|\d{17}[\dx])$`)
	trailing       = regexp.MustCompile(`^[^\pL]+|[^\pL]+$`)
)

// CheckPassword tells why somebody may not have a password, or nil.
func CheckPassword(a Account, password string) error {
	text := strings.ToLower(norm.NFKC.String(password))
	switch n := utf8.RuneCountInString(text); {
	case n < MinPassword:
		return ErrShort
	case n > MaxPassword:
		return ErrLong
	}
	bare := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
	if personalNumber.MatchString(bare) {
		return ErrNumber
	}
	for _, own := range []string{a.Login, a.Name, a.Phone, "lintai", "邻台"} {
		own = strings.ToLower(own)
		// What is left beside one's own word must be a password by itself, nearly.
		if own != "" && strings.Contains(text, own) && utf8.RuneCountInString(strings.ReplaceAll(text, own, "")) < MinPassword-4 {
			return ErrPersonal
		}
	}
	if common[text] || common[bare] || common[plain.Replace(trailing.ReplaceAllString(text, ""))] || common[plain.Replace(bare)] || few(text) || row(bare) {
		return ErrCommon
	}
	return nil
}

// plain undoes the signs that stand for letters.
var plain = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "l", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t")

// few tells whether a text has fewer than five different characters, or is a short
// piece again and again.
func few(text string) bool {
	different := map[rune]bool{}
	for _, r := range text {
		different[r] = true
	}
	if len(different) < 5 {
		return true
	}
	for size := 1; size <= 5 && 2*size <= len(text); size++ {
		if strings.Repeat(text[:size], len(text)/size+1)[:len(text)] == text {
			return true
		}
	}
	return false
}

// rows are the keys as they lie, and what people count.
var rows = []string{"01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p"}

// row tells whether a text is a piece of a row, forwards or backwards.
func row(text string) bool {
	back := []rune(text)
	for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
		back[i], back[j] = back[j], back[i]
	}
	for _, r := range rows {
		if strings.Contains(r, text) || strings.Contains(r, string(back)) {
			return true
		}
	}
	return false
}
