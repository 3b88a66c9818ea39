package proposal

import (
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// Ballot is one vote that was cast. Nothing in it tells whose it is.
type Ballot struct {
	Receipt Receipt
	Option  string
}

// Receipt is what a voter finds her ballot by: ten random letters and digits, without
// those that look alike.
type Receipt string

const receiptLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

const receiptLength = 10

// NewReceipt draws a receipt.
func NewReceipt(random io.Reader) (Receipt, error) {
	var b [receiptLength]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("proposal: %w", err)
	}
	for i := range b {
		b[i] = receiptLetters[int(b[i])%len(receiptLetters)] // 32 letters: each as likely
	}
	return Receipt(b[:]), nil
}

var receiptForm = regexp.MustCompile(`^[2-9A-HJ-NP-Z]{10}$`)

// ParseReceipt reads a receipt as people write it.
func ParseReceipt(text string) (Receipt, bool) {
	r := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "－", "").Replace(text))
	return Receipt(r), receiptForm.MatchString(r)
}

// String is the receipt as people read it: ABCDE-23456.
func (r Receipt) String() string {
	if len(r) != receiptLength {
		return string(r)
	}
	return string(r[:5] + "-" + r[5:])
}

// Hash is SHA-256.
type Hash [sha256.Size]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Chain is the head of the chain over all ballots of a vote, which are sorted by their
// receipts: so it tells nothing of the order in which they came. It begins with SHA-256
// over these lines
//
//	lintai vote 1
//	<proposal> <round>
//	<question>
//	<id of an option> <its name>   (for each)
//
// and each ballot makes a new head: SHA-256 over the 32 bytes of the last one and the
// line "<receipt> <option>". All lines end with a line feed.
func (p Poll) Chain(ballots []Ballot) Hash {
	var b strings.Builder
	fmt.Fprintf(&b, "lintai vote 1\n%d %d\n%s\n", p.Proposal, p.Round, p.Question)
	for _, o := range p.Options {
		fmt.Fprintf(&b, "%s %s\n", o.ID, o.Name)
	}
	head := Hash(sha256.Sum256([]byte(b.String())))
	if !slices.IsSortedFunc(ballots, byReceipt) {
		ballots = slices.SortedFunc(slices.Values(ballots), byReceipt)
	}
	line := make([]byte, 0, sha256.Size+32)
	for _, one := range ballots {
		line = append(append(append(append(append(line[:0], head[:]...), one.Receipt...), ' '), one.Option...), '\n')
		head = sha256.Sum256(line)
	}
	return head
}

func byReceipt(a, b Ballot) int { return cmp.Compare(a.Receipt, b.Receipt) }

// signed is what the signature of a vote is over.
func (p Poll) signed() []byte {
	return fmt.Appendf(nil, "lintai urn 1\n%d %d\n%d\n%s\n", p.Proposal, p.Round, p.Ballots, p.Head)
}

// sealed puts head and signature of these ballots onto a vote.
func (p Poll) sealed(key ed25519.PrivateKey, ballots []Ballot) Poll {
	p.Ballots, p.Head = len(ballots), p.Chain(ballots)
	p.Signature = ed25519.Sign(key, p.signed())
	return p
}

// Voter stands for a card in the roll of one vote, and in no other: a hash that is keyed
// by the card's token, which itself is one of the card's number.
func Voter(token string, proposal int64, round int) string {
	mac := hmac.New(sha256.New, []byte(token))
	fmt.Fprintf(mac, "lintai voter\x00%d %d", proposal, round)
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// boxKey is of what is locked with a slip.
func boxKey(key ed25519.PrivateKey, request, digits string) cipher.AEAD {
	mac := hmac.New(sha256.New, key.Seed())
	fmt.Fprintf(mac, "lintai ballot receipt\x00%s\x00%s", request, digits)
	block, err := aes.NewCipher(mac.Sum(nil))
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return box
}

// Box locks a receipt so that only the holder of the slip of a request has it opened: by
// its four digits, which central forgets when the ballot is cast. A key locks one box
// only, so the nonce may be zero.
func Box(key ed25519.PrivateKey, request, digits string, r Receipt) []byte {
	box := boxKey(key, request, digits)
	return box.Seal(nil, make([]byte, box.NonceSize()), []byte(r), nil)
}

// OpenBox opens one; false when the digits are not those of the slip.
func OpenBox(key ed25519.PrivateKey, request, digits string, locked []byte) (Receipt, bool) {
	box := boxKey(key, request, digits)
	text, err := box.Open(nil, make([]byte, box.NonceSize()), locked, nil)
	return Receipt(text), err == nil
}
