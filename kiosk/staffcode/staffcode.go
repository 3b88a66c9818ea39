// Package staffcode makes the numbers that open a terminal's staff menu. Central shows
// one to a clerk or technician who is signed in, for one terminal, as eight digits and
// as a QR code; the terminal reckons the same from a key that only the two of them
// have, so that it needs no line. A number holds for some minutes and once: who stood
// behind her and saw it has nothing.
//
// It is the one-time password of RFC 6238 (HMAC-SHA-256, eight digits) with a longer
// step, and the terminal's number mixed in.
package staffcode

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// Step is how long a number is new; it holds to the end of the step after it.
const Step = 10 * time.Minute

// Digits is how many a number has.
const Digits = 8

// prefix stands before the number in the QR code.
const prefix = "LINTAI-STAFF "

// Code is the number for a terminal at a time, by central's clock.
func Code(key []byte, kiosk int, at time.Time) string {
	return code(key, kiosk, at.Unix()/int64(Step/time.Second))
}

// Scan is the text of the QR code with a number.
func Scan(code string) string { return prefix + code }

// Scanned is the number in what a scanner read, false when that is no such code.
func Scanned(text string) (string, bool) {
	number, found := strings.CutPrefix(text, prefix)
	return number, found && len(number) == Digits
}

// Verify tells whether a number holds at a time, and the step that it is of: the
// caller remembers that, and takes no number of the same or an earlier step again.
// One step to either side is allowed for clocks that differ.
func Verify(key []byte, kiosk int, at time.Time, typed string) (step int64, ok bool) {
	if len(key) == 0 || len(typed) != Digits {
		return 0, false
	}
	now := at.Unix() / int64(Step/time.Second)
	for _, s := range []int64{now, now - 1, now + 1} {
		if subtle.ConstantTimeCompare([]byte(code(key, kiosk, s)), []byte(typed)) == 1 {
			return s, true
		}
	}
	return 0, false
}

func code(key []byte, kiosk int, step int64) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "lintai staff %d ", kiosk)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf // RFC 4226, 5.3
	n := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	return fmt.Sprintf("%0*d", Digits, n%100_000_000)
}
