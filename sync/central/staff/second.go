package staff

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"image/png"
	"slices"
	"strings"
	"time"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// Hash is a SHA-256, of a secret too long to guess.
type Hash [32]byte

// SecondFactor is what a member of staff has beside her password: a telephone that
// shows six digits, others every half minute (TOTP, RFC 6238), and some codes on paper
// for the day on which the telephone is gone.
type SecondFactor struct {
	Secret   string // base32, RFC 4648; "" when she has none
	LastStep int64  // of the newest digits that were taken: none are taken twice
	Recovery []Hash // of the codes on paper that are left
}

// On tells whether she has one.
func (s SecondFactor) On() bool { return s.Secret != "" }

const (
	period        = 30 // seconds; with six digits and SHA-1 what every telephone's program reads
	skew          = 1  // periods that the telephone's clock may be off
	recoveryCodes = 8
	issuer        = "邻台"
)

// take takes digits, or a code on paper, and notes that they are used up.
func (s *SecondFactor) take(code string, now time.Time) bool {
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, strings.ToLower(code))
	step := now.Unix() / period
	for at := step - skew; at <= step+skew; at++ {
		want, err := hotp.GenerateCodeCustom(s.Secret, uint64(at), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && at > s.LastStep && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			s.LastStep = at
			return true
		}
	}
	sum := Hash(sha256.Sum256([]byte(code)))
	for i, one := range s.Recovery {
		if subtle.ConstantTimeCompare(one[:], sum[:]) == 1 {
			s.Recovery = slices.Delete(slices.Clone(s.Recovery), i, i+1)
			return true
		}
	}
	return false
}

// Offer is a second factor that is not yet in force.
type Offer struct {
	Secret  string // to type by hand
	Address string // otpauth://…, what the QR code says
}

// NewOffer is the offer that is made in a session: always the same one, so that
// nothing must be kept between the page with the QR code and the digits that come
// back, and another one in the next session.
func NewOffer(a Account, session string) (Offer, error) {
	mac := hmac.New(sha256.New, []byte(session))
	mac.Write([]byte("lintai second factor of " + a.ID))
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: a.Login, Period: period, Secret: mac.Sum(nil)[:20]})
	if err != nil {
		return Offer{}, fmt.Errorf("staff: second factor: %w", err)
	}
	return Offer{Secret: key.Secret(), Address: key.URL()}, nil
}

// Picture draws the QR code, as PNG.
func (o Offer) Picture() ([]byte, error) {
	code, err := qr.Encode(o.Address, qr.M, qr.Auto)
	if err == nil {
		const scale, quiet = 5, 0
		size := code.Bounds().Dx()
		code, err = barcode.Scale(code, size*scale+quiet, size*scale+quiet)
	}
	var b bytes.Buffer
	if err == nil {
		err = png.Encode(&b, code)
	}
	if err != nil {
		return nil, fmt.Errorf("staff: second factor: %w", err)
	}
	return b.Bytes(), nil
}

// newRecovery makes codes for paper, and the hashes of them that are kept. Of 80
// random bits each, none can be found from its hash.
func newRecovery() (codes []string, hashes []Hash) {
	for range recoveryCodes {
		secret := make([]byte, 10)
		rand.Read(secret) // never fails
		text := strings.ToLower(base32.StdEncoding.EncodeToString(secret))
		hashes = append(hashes, sha256.Sum256([]byte(text)))
		codes = append(codes, text[:4]+"-"+text[4:8]+"-"+text[8:12]+"-"+text[12:])
	}
	return codes, hashes
}
