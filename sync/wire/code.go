package wire

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"strings"
)

// Code is a one-time code, by which a terminal and its central know each other
// the first time: 80 random bits, as sixteen letters and digits of Crockford's base
// 32, which leaves out those that look alike. It is read off one screen and typed
// at another.
type Code string

// What a code is made of, for whoever has keys to draw.
const (
	CodeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	CodeLength  = 16
	CodeGroup   = 4 // so many stand together on paper
)

const (
	// codeRounds makes whoever stands on the line, and so has a proof, try each of
	// the 2⁸⁰ codes for longer. A terminal needs it once.
	codeRounds = 20_000
)

// ErrCode is returned for a text that is no code.
var ErrCode = errors.New("wire: this is no one-time code")

// NewCode draws a code.
func NewCode() Code {
	random := make([]byte, CodeLength)
	rand.Read(random) // never fails
	for i, b := range random {
		random[i] = CodeLetters[b&31]
	}
	return Code(random)
}

// ParseCode reads a code as people write it: in small letters, with or without
// hyphens and spaces, with I or L for 1 and O for 0.
func ParseCode(text string) (Code, error) {
	if len(text) > 4*CodeLength {
		return "", ErrCode
	}
	text = strings.NewReplacer("-", "", " ", "", "\u3000", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(text))
	if len(text) != CodeLength {
		return "", ErrCode
	}
	for _, r := range text {
		if !strings.ContainsRune(CodeLetters, r) {
			return "", ErrCode
		}
	}
	return Code(text), nil
}

// String writes the code in four groups.
func (c Code) String() string {
	var groups []string
	for rest := string(c); rest != ""; {
		n := min(CodeGroup, len(rest))
		groups, rest = append(groups, rest[:n]), rest[n:]
	}
	return strings.Join(groups, "-")
}

// CodeSecret is what both ends make of a code. Central keeps it in place of the
// code: it cannot be typed anywhere.
type CodeSecret [sha256.Size]byte

// Secret derives it. It takes some ten milliseconds, on purpose.
func (c Code) Secret() CodeSecret {
	b, err := pbkdf2.Key(sha256.New, string(c), []byte("lintai enrol 1"), codeRounds, sha256.Size)
	if err != nil {
		panic(fmt.Sprintf("wire: %v", err)) // for lengths that do not occur
	}
	return CodeSecret(b)
}

// ID names the code without telling it: Enrol.CodeID.
func (s CodeSecret) ID() string {
	mac := hmac.New(sha256.New, s[:])
	mac.Write([]byte("id"))
	return fmt.Sprintf("%x", mac.Sum(nil)[:16])
}

// ExporterLabel and ExporterBytes are of the TLS exporter (RFC 8446, 7.5) that the
// proofs are bound to: each connection has its own, so a proof that somebody
// passes on from one to another is worth nothing.
const (
	ExporterLabel = "EXPORTER-lintai-enrol-1"
	ExporterBytes = 32
)

// EnrolProof is Enrol.Proof: that the sender knows the code, and asks for this
// terminal and this key over this connection.
func (s CodeSecret) EnrolProof(exporter []byte, e Enrol) []byte {
	m := s.proof("terminal", exporter)
	m.number(int64(e.Kiosk))
	m.text([]byte(e.CodeID))
	m.text(e.Request)
	return m.Sum(nil)
}

// AnswerProof is EnrolAnswer.Proof: that the sender knows the code too and answers
// this over this connection. It covers all of the answer but itself.
func (s CodeSecret) AnswerProof(exporter []byte, a EnrolAnswer) []byte {
	m := s.proof("central", exporter)
	m.text([]byte(a.Protocol))
	m.number(a.ServerTime.UnixNano())
	m.number(int64(a.Kiosk))
	for _, field := range [][]byte{a.Certificate, a.Root, []byte(a.SealKey), a.DocumentKey, a.CardKey, []byte(a.PublicAddress)} {
		m.text(field)
	}
	return m.Sum(nil)
}

// SameProof compares two proofs in constant time.
func SameProof(a, b []byte) bool { return len(a) == sha256.Size && hmac.Equal(a, b) }

// proof writes fields so that no two rows of fields look the same.
type proof struct{ hash.Hash }

func (s CodeSecret) proof(role string, exporter []byte) proof {
	p := proof{hmac.New(sha256.New, s[:])}
	p.text([]byte(role))
	p.text(exporter)
	return p
}

func (p proof) number(n int64) { p.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) }

func (p proof) text(b []byte) {
	p.number(int64(len(b)))
	p.Write(b)
}
