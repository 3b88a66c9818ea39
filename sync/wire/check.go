package wire

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"unicode"
	"unicode/utf8"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/kiosk/pack"
	"lintai/kiosk/policy"
	"lintai/kiosk/seal"
)

// ErrKind is returned for a kind of document that this program does not know.
var ErrKind = errors.New("wire: no such kind of document")

// textMost bounds a document that people write, in bytes.
const textMost = 8 << 20

// Most is how many bytes a body of the kind may have.
func (k DocumentKind) Most() int64 {
	switch k {
	case DocumentPrompts:
		return MaxDocumentBytes
	case DocumentConfiguration:
		return 64 << 10
	}
	return textMost
}

// Check reads a body with the package that the terminal reads it with. Central
// does so before it signs, a terminal before it keeps: it may be older.
func (k DocumentKind) Check(body []byte) (err error) {
	if int64(len(body)) > k.Most() {
		return fmt.Errorf("wire: a document %s has at most %d bytes", k, k.Most())
	}
	switch k {
	case DocumentCatalog:
		_, err = catalog.Parse(body)
	case DocumentCommunity:
		_, err = community.Parse(body)
	case DocumentPolicy:
		_, err = policy.Parse(body)
	case DocumentPrompts:
		err = pack.CheckArchive(body)
	case DocumentConfiguration:
		_, err = ParseConfiguration(body)
	default:
		err = fmt.Errorf("%w: %q", ErrKind, k)
	}
	return err
}

// ParseConfiguration reads a configuration and checks it. Keys that it does not
// know are let through: a newer central may say more, and what this terminal
// understands must still reach it.
func ParseConfiguration(body []byte) (Configuration, error) {
	var c Configuration
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(&c); err != nil {
		return Configuration{}, fmt.Errorf("wire: configuration: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Configuration{}, errors.New("wire: configuration: text after the document")
	}
	if c.SealKey != "" {
		if _, err := seal.ParsePublicKey(c.SealKey); err != nil {
			return Configuration{}, fmt.Errorf("wire: configuration: seal_key: %w", err)
		}
	}
	if u, err := url.Parse(c.PublicAddress); c.PublicAddress != "" &&
		(err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || len(c.PublicAddress) > 200) {
		return Configuration{}, errors.New("wire: configuration: public_address must look like https://central.example.cn")
	}
	// As the technician's file has it.
	if utf8.RuneCountInString(c.Phone) > 20 {
		return Configuration{}, errors.New("wire: configuration: phone has at most 20 characters")
	}
	for _, r := range c.Phone {
		if !unicode.IsPrint(r) {
			return Configuration{}, errors.New("wire: configuration: phone holds what cannot be shown")
		}
	}
	return c, nil
}

// Encode is the body of a configuration.
func (c Configuration) Encode() ([]byte, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("wire: configuration: %w", err)
	}
	return body, nil
}

// StreamDocuments is the event of the stream that says: ask for the documents.
const StreamDocuments = "documents"

// VerifyHead checks the head alone against central's document key, before a body
// is fetched.
func (d Document) VerifyHead(key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, d.Signed(), d.Signature) {
		return ErrForged
	}
	return nil
}

// CheckHead tells whether a head can be that of a document, before its signature
// is looked at.
func (d Document) CheckHead() error {
	switch {
	case d.Version < 1 || d.Version > MaxDocumentVersion:
		return fmt.Errorf("wire: document of version %d", d.Version)
	case d.Size < 0 || d.Size > d.Kind.Most():
		return fmt.Errorf("wire: document %s of %d bytes, at most %d are allowed", d.Kind, d.Size, d.Kind.Most())
	case len(d.SHA256) != 32:
		return fmt.Errorf("wire: document %s with a hash of %d bytes", d.Kind, len(d.SHA256))
	}
	return nil
}

// MaxDocumentVersion is more than will ever be signed; adding one to it still fits.
const MaxDocumentVersion = 1 << 60

// KnownSuffix after a kind names, in Health.Versions, the newest version that a
// terminal ever kept, where that is not the one in use.
const KnownSuffix = "_known"

// DocumentSum is the hash that a head holds of its body.
func DocumentSum(body []byte) [sha256.Size]byte { return sha256.Sum256(body) }
