package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Box seals the few secrets that central must be able to read again and keeps in its
// database: those of second factors, with which anybody could make staff's digits, and
// those of webhooks. A copy of the database without the folder of keys tells none of
// them. Its key is made of the first seal key, which every process of a central has and
// which stays for ever.
type Box struct{ aead cipher.AEAD }

// boxed begins what a Box has sealed.
const boxed = "sealed1:"

// derived is a key for one purpose, made of the first seal key.
func (f Folder) derived(purpose string) ([]byte, error) {
	ring, err := f.Ring()
	if err != nil {
		return nil, err
	}
	secret, err := ring[0].Bytes()
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	key, err := hkdf.Key(sha256.New, secret, nil, purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	return key, nil
}

// StaffSecret is what the keys of terminals' staff menus are made of.
func (f Folder) StaffSecret() ([]byte, error) { return f.derived("lintai keys of staff menus") }

// Box reads the key.
func (f Folder) Box() (*Box, error) {
	key, err := f.derived("lintai secrets in the database")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	return &Box{aead}, nil
}

// Sealed tells whether a text was sealed by a Box.
func Sealed(text string) bool { return strings.HasPrefix(text, boxed) }

// Seal seals a secret under the name of its owner, under which alone it opens again:
// whoever can write to the database cannot give one to another.
func (b *Box) Seal(owner, secret string) string {
	return boxed + base64.StdEncoding.EncodeToString(b.aead.Seal(nil, nil, []byte(secret), []byte(owner)))
}

// Open opens what Seal made.
func (b *Box) Open(owner, text string) (string, error) {
	body, ok := strings.CutPrefix(text, boxed)
	sealed, err := base64.StdEncoding.DecodeString(body)
	if !ok || err != nil {
		return "", errors.New("keyring: this is no sealed secret")
	}
	secret, err := b.aead.Open(nil, nil, sealed, []byte(owner))
	if err != nil {
		return "", errors.New("keyring: a secret in the database was sealed with other keys, or for somebody else")
	}
	return string(secret), nil
}
