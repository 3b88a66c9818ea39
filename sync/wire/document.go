package wire

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"
)

// Documents come down signed: what a terminal shows, says and asks is central's
// word, and neither somebody on the line nor an older word may take its place.
//
//	GET /kiosk/v1/documents                → Documents: the newest of each kind for this terminal
//	GET /kiosk/v1/documents/KIND/VERSION   → the body's bytes; Range is served
const PathDocuments = "/kiosk/v1/documents"

// DocumentKind tells documents apart.
type DocumentKind string

const (
	DocumentCatalog       DocumentKind = "catalog"       // catalog.Parse
	DocumentCommunity     DocumentKind = "community"     // community.Parse: places, activities, notices, phone numbers, opening hours
	DocumentPolicy        DocumentKind = "policy"        // policy.Parse
	DocumentPrompts       DocumentKind = "prompts"       // a prompt pack as a tar, see package voice
	DocumentConfiguration DocumentKind = "configuration" // Configuration
)

// DocumentKinds lists every kind.
var DocumentKinds = []DocumentKind{DocumentCatalog, DocumentCommunity, DocumentPolicy, DocumentPrompts, DocumentConfiguration}

// MaxDocumentBytes bounds one body.
const MaxDocumentBytes = 64 << 20

// Document is the signed head of one document. Version counts up by one per kind
// and never goes back: to take a document back, central signs the earlier body
// again under the next version.
type Document struct {
	Kind      DocumentKind `json:"kind"`
	Version   int64        `json:"version"`
	IssuedAt  time.Time    `json:"issued_at"` // to the second
	Size      int64        `json:"size"`      // of the body, in bytes
	SHA256    []byte       `json:"sha256"`    // of the body
	Signature []byte       `json:"signature"` // Ed25519 over Signed
}

// Signed is what the signature is over.
func (d Document) Signed() []byte {
	return fmt.Appendf(nil, "lintai document 1\x00%s\x00%d\x00%d\x00%d\x00%x", d.Kind, d.Version, d.IssuedAt.Unix(), d.Size, d.SHA256)
}

// ErrForged is returned for a document that central did not sign, or whose body
// is another one.
var ErrForged = errors.New("wire: central did not sign this document")

// Verify checks head and body against central's document key.
func (d Document) Verify(key ed25519.PublicKey, body []byte) error {
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, d.Signed(), d.Signature) {
		return ErrForged
	}
	if sum := sha256.Sum256(body); int64(len(body)) != d.Size || string(sum[:]) != string(d.SHA256) {
		return ErrForged
	}
	return nil
}

// Documents lists the newest document of each kind.
type Documents struct {
	Protocol   string     `json:"protocol"`
	ServerTime time.Time  `json:"server_time"`
	Documents  []Document `json:"documents"`
}

// Configuration is the body of DocumentConfiguration: what of a terminal's
// identity may change. Zero fields change nothing.
type Configuration struct {
	SealKey       string `json:"seal_key,omitempty"` // requests are sealed to it from now on
	PublicAddress string `json:"public_address,omitempty"`
	Phone         string `json:"phone,omitempty"` // shown when the terminal is out of service
}
