package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Secret is what a receiver checks signatures with, as Standard Webhooks writes it:
// whsec_ and 24 to 64 bytes in base64.
type Secret string

const secretPrefix = "whsec_"

// secretBytes is how long a new one is.
const secretBytes = 32

// NewSecret makes a secret.
func NewSecret(random io.Reader) (Secret, error) {
	b := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("webhook: random source: %w", err)
	}
	return Secret(secretPrefix + base64.StdEncoding.EncodeToString(b)), nil
}

var errSecret = errors.New("webhook: a secret is whsec_ and 24 to 64 bytes in base64")

func (s Secret) key() ([]byte, error) {
	text, ok := strings.CutPrefix(string(s), secretPrefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, errSecret
	}
	return key, nil
}

// String hides the secret from logs.
func (s Secret) String() string { return secretPrefix + "…" }

// Sign makes the header webhook-signature: HMAC-SHA256 over id, second and body.
func (s Secret) Sign(id string, at time.Time, body []byte) (string, error) {
	key, err := s.key()
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	io.WriteString(mac, id+"."+strconv.FormatInt(at.Unix(), 10)+".")
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}
