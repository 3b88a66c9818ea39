package callout

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Errors of this package and of a Store.
var (
	ErrNotFound = errors.New("callout: no such call")
	ErrRecord   = errors.New("callout: a record says what the call was about, in not too many words")
	ErrCase     = errors.New("callout: no such case")
	ErrPerson   = errors.New("callout: nobody of that account may answer calls")
	ErrOpen     = errors.New("callout: the call was not answered yet")
)

// MaxAbout is how many characters Record.About may have.
const MaxAbout = 200

// Record says what became of a call. They are only ever appended: a later one corrects
// the one before.
type Record struct {
	Number int64
	Call   string
	Came   string // account; "" when nobody had to
	About  string
	Case   int64 // 0 when none became of it
	By     string
	At     time.Time
}

// tidy makes the words fit to keep. ErrRecord.
func (r *Record) tidy() error {
	r.About = strings.TrimSpace(strings.Map(func(c rune) rune {
		if c != '\n' && unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ReplaceAll(strings.ToValidUTF8(r.About, ""), "\r\n", "\n")))
	if r.About == "" || utf8.RuneCountInString(r.About) > MaxAbout || r.Case < 0 {
		return ErrRecord
	}
	return nil
}
