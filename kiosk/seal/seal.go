// Package seal closes a body to central's public key, so that from the moment
// of 已保存 on the terminal itself can no longer read it: a stolen SD card holds
// nothing personal.
//
// It is HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
// ChaCha20-Poly1305. The envelope (id, kind, terminal) is authenticated with the
// body as HPKE's aad, so a body cannot be moved into another envelope. Each body
// has a context of its own and is the first message in it; as the key agreement
// does not depend on the envelope, it can be made before there is anything to seal
// (Prepare). A sealed body is
//
//	version (1 byte, 0x02) | key id (8 bytes) | encapsulated key (32) | ciphertext
//
// Version 0x01 had the envelope in HPKE's info; such bodies still open.
//
// The key id is the head of the SHA-256 of the public key and tells central
// which key of its ring opens the body.
package seal

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"lintai/kiosk/request"
)

const (
	version    = 2
	oldVersion = 1
	keyIDSize  = 8
	keySize    = 32 // of the encapsulated key
	publicTag  = "lintai-public-1:"
)

var (
	kem  = hpke.DHKEM(ecdh.X25519())
	kdf  = hpke.HKDFSHA256()
	aead = hpke.ChaCha20Poly1305()
)

// Errors of Open.
var (
	ErrFormat     = errors.New("seal: not a sealed body")
	ErrUnknownKey = errors.New("seal: sealed to a key that is not in the ring")
	ErrOpen       = errors.New("seal: the body does not open: damaged, or not of this envelope")
)

// KeyID names a key: the first eight bytes of the SHA-256 of its public half.
type KeyID [keyIDSize]byte

// PublicKey is central's key as a terminal holds it.
type PublicKey struct {
	key hpke.PublicKey
	id  KeyID
}

// PrivateKey is central's own half.
type PrivateKey struct{ key hpke.PrivateKey }

// Generate makes a new key pair.
func Generate() (PrivateKey, error) {
	k, err := kem.GenerateKey()
	if err != nil {
		return PrivateKey{}, fmt.Errorf("seal: generate key: %w", err)
	}
	return PrivateKey{k}, nil
}

// ParsePrivateKey reads what PrivateKey.Bytes wrote.
func ParsePrivateKey(b []byte) (PrivateKey, error) {
	k, err := kem.NewPrivateKey(b)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("seal: private key: %w", err)
	}
	return PrivateKey{k}, nil
}

// Bytes is the secret key, for central's key file.
func (k PrivateKey) Bytes() ([]byte, error) { return k.key.Bytes() }

// Public is the half that terminals get.
func (k PrivateKey) Public() PublicKey { return newPublic(k.key.PublicKey()) }

func newPublic(k hpke.PublicKey) PublicKey {
	p := PublicKey{key: k}
	sum := sha256.Sum256(k.Bytes())
	copy(p.id[:], sum[:])
	return p
}

// ID names the key.
func (k PublicKey) ID() KeyID { return k.id }

// IsZero tells whether the key was never set.
func (k PublicKey) IsZero() bool { return k.key == nil }

// String writes the key as it stands in a terminal's configuration:
// "lintai-public-1:" and base64url.
func (k PublicKey) String() string {
	if k.key == nil {
		return ""
	}
	return publicTag + base64.RawURLEncoding.EncodeToString(k.key.Bytes())
}

// ParsePublicKey reads the form that String writes.
func ParsePublicKey(text string) (PublicKey, error) {
	enc, ok := strings.CutPrefix(strings.TrimSpace(text), publicTag)
	if !ok {
		return PublicKey{}, fmt.Errorf("seal: a public key begins with %q", publicTag)
	}
	b, err := base64.RawURLEncoding.DecodeString(enc)
	if err != nil {
		return PublicKey{}, fmt.Errorf("seal: public key: %w", err)
	}
	k, err := kem.NewPublicKey(b)
	if err != nil {
		return PublicKey{}, fmt.Errorf("seal: public key: %w", err)
	}
	return newPublic(k), nil
}

// Envelope is what a sealed body is bound to.
type Envelope struct {
	ID    string
	Kind  request.Kind
	Kiosk int
}

func (e Envelope) bytes(version int) []byte {
	return fmt.Appendf(nil, "lintai item %d\x00%s\x00%s\x00%d", version, e.ID, e.Kind, e.Kiosk)
}

// info is HPKE's info of version 2.
var info = []byte("lintai item 2")

// Prepared is a key agreement with central that waits for the one body it is for.
// Making it is most of the work of sealing.
type Prepared struct {
	to     KeyID
	key    []byte // encapsulated
	sender *hpke.Sender
}

// Prepare agrees on a key for one body.
func Prepare(to PublicKey) (*Prepared, error) {
	if to.key == nil {
		return nil, errors.New("seal: no public key")
	}
	key, sender, err := hpke.NewSender(to.key, kdf, aead, info)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return &Prepared{to.ID(), key, sender}, nil
}

// To is the id of the key that it seals to.
func (p *Prepared) To() KeyID { return p.to }

// Close seals plaintext to the key and the envelope. It can be called once.
func (p *Prepared) Close(e Envelope, plaintext []byte) ([]byte, error) {
	if p.sender == nil {
		return nil, errors.New("seal: a key agreement is for one body")
	}
	sender := p.sender
	p.sender = nil
	sealed, err := sender.Seal(e.bytes(version), plaintext)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	out := make([]byte, 0, 1+keyIDSize+len(p.key)+len(sealed))
	out = append(out, version)
	out = append(out, p.to[:]...)
	out = append(out, p.key...)
	return append(out, sealed...), nil
}

// Close seals plaintext to the key and the envelope.
func Close(to PublicKey, e Envelope, plaintext []byte) ([]byte, error) {
	p, err := Prepare(to)
	if err != nil {
		return nil, err
	}
	return p.Close(e, plaintext)
}

// Ring holds the keys that central can open with; old ones stay in it.
type Ring []PrivateKey

// Open returns the plaintext of a sealed body.
func (r Ring) Open(e Envelope, sealed []byte) ([]byte, error) {
	if len(sealed) < 1+keyIDSize+keySize || sealed[0] != version && sealed[0] != oldVersion {
		return nil, ErrFormat
	}
	for _, k := range r {
		id := k.Public().ID()
		if !bytes.Equal(sealed[1:1+keyIDSize], id[:]) {
			continue
		}
		plain, err := k.open(e, sealed)
		if err != nil {
			return nil, ErrOpen
		}
		return plain, nil
	}
	return nil, ErrUnknownKey
}

func (k PrivateKey) open(e Envelope, sealed []byte) ([]byte, error) {
	body := sealed[1+keyIDSize:]
	if sealed[0] == oldVersion {
		return hpke.Open(k.key, kdf, aead, e.bytes(oldVersion), body)
	}
	recipient, err := hpke.NewRecipient(body[:keySize], k.key, kdf, aead, info)
	if err != nil {
		return nil, err
	}
	return recipient.Open(e.bytes(version), body[keySize:])
}
