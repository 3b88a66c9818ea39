package wire

import "time"

// Paths of a terminal's identity. Enrol is the one path that a terminal without a
// certificate may ask; Renew also takes one that has expired.
const (
	PathEnrol = "/kiosk/v1/enrol"
	PathRenew = "/kiosk/v1/renew"
)

// ServerName is the name in the certificate of central's door for terminals. It is
// the same everywhere: a terminal knows its central by the pinned root, not by the
// address, which may be a bare number.
const ServerName = "central.lintai.internal"

// Codes of Error that are about identity. Those about the one-time code come only
// with the proof that the terminal knows it; whoever does not is told CodeRefused,
// whatever is wrong.
const (
	ErrorUnauthorised = "unauthorised" // no certificate, or none of this central's
	ErrorExpired      = "expired"      // the certificate has expired: renew it
	ErrorRevoked      = "revoked"      // the certificate was revoked
	ErrorCodeRefused  = "code_refused" // central knows no such code
	ErrorCodeUsed     = "code_used"    // another terminal, or another key of this one, has used it
	ErrorCodeExpired  = "code_expired"
	ErrorWrongNumber  = "wrong_number" // the code is another terminal's
)

// Enrol asks for a first certificate. Proof shows that the terminal knows the
// one-time code without saying it: see CodeSecret.EnrolProof. The code never
// travels.
type Enrol struct {
	Kiosk   int    `json:"kiosk"`
	CodeID  string `json:"code_id"` // names the code without telling it: see CodeSecret.ID
	Request []byte `json:"request"` // PKCS #10, DER; the key is made on the terminal and never leaves it
	Proof   []byte `json:"proof"`
}

// EnrolAnswer is all that a terminal must know of its central. Proof shows that
// whoever answers knows the code too, and so is the central that made it: see
// CodeSecret.AnswerProof.
type EnrolAnswer struct {
	Protocol      string    `json:"protocol"`
	ServerTime    time.Time `json:"server_time"`
	Kiosk         int       `json:"kiosk"`
	Certificate   []byte    `json:"certificate"`    // X.509, DER: the terminal's
	Root          []byte    `json:"root"`           // X.509, DER: pinned from now on
	SealKey       string    `json:"seal_key"`       // seal.PublicKey.String
	DocumentKey   []byte    `json:"document_key"`   // Ed25519 public key that signs documents
	CardKey       []byte    `json:"card_key"`       // see request.CardToken
	PublicAddress string    `json:"public_address"` // stands in the QR codes of slips
	Proof         []byte    `json:"proof"`
}

// Renew asks for the next certificate, over a connection with the present one.
type Renew struct {
	Kiosk   int    `json:"kiosk"`
	Request []byte `json:"request"`
}

// RenewAnswer brings it.
type RenewAnswer struct {
	Protocol    string    `json:"protocol"`
	ServerTime  time.Time `json:"server_time"`
	Certificate []byte    `json:"certificate"`
}
