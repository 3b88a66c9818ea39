package agent

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lintai/kiosk/seal"
	"lintai/sync/wire"
)

// IdentityFile is the identity's name in the terminal's data folder.
const IdentityFile = "identity.json"

// ErrIdentity is returned for an identity that cannot be used.
var ErrIdentity = errors.New("agent: the identity is damaged")

// Identity is what makes a terminal that one terminal of its central: its
// certificate with the key, and all that central told it when it enrolled.
type Identity struct {
	Kiosk int `json:"kiosk"`
	// CodeID names the one-time code that it was enrolled with, without telling it.
	CodeID string `json:"code_id"`
	// Address is where that was, for a terminal whose file names none. PassedOver
	// names the code of the file that was of no use then; it need not be tried again.
	Address     string `json:"address,omitempty"`
	PassedOver  string `json:"passed_over,omitempty"`
	Certificate []byte `json:"certificate"` // X.509, DER
	Key         []byte `json:"key"`         // PKCS #8, DER; made here, and never leaves this machine
	Root        []byte `json:"root"`        // X.509, DER: the one root that this terminal trusts
	// Door is the greatest serial number that central's own certificate had. One
	// with a smaller number was issued earlier, and is refused.
	Door int64 `json:"door"`

	SealKey       string `json:"seal_key"`     // see Identity.Seal
	DocumentKey   []byte `json:"document_key"` // Ed25519
	CardKey       []byte `json:"card_key"`     // see request.CardToken; nil: nobody looks up by card here
	PublicAddress string `json:"public_address"`
	// StaffKey is what the numbers are reckoned with that open the staff's menu, see
	// package staffcode; nil until central has told it.
	StaffKey []byte `json:"staff_key,omitempty"`
}

// LoadIdentity reads the identity of a data folder: fs.ErrNotExist when there is
// none, ErrIdentity when it is damaged.
func LoadIdentity(folder string) (Identity, error) {
	text, err := os.ReadFile(filepath.Join(folder, IdentityFile))
	if err != nil {
		return Identity{}, fmt.Errorf("agent: identity: %w", err)
	}
	return parseIdentity(text)
}

func parseIdentity(text []byte) (Identity, error) {
	var i Identity
	if err := json.Unmarshal(text, &i); err != nil {
		return Identity{}, fmt.Errorf("%w: no JSON", ErrIdentity) // without words that may quote a key
	}
	if err := i.check(); err != nil {
		return Identity{}, err
	}
	return i, nil
}

func (i Identity) check() error {
	if i.Kiosk < 1 {
		return fmt.Errorf("%w: no number", ErrIdentity)
	}
	if _, err := newTrust(i); err != nil {
		return err
	}
	if _, err := seal.ParsePublicKey(i.SealKey); err != nil {
		return fmt.Errorf("%w: seal key: %w", ErrIdentity, err)
	}
	return nil
}

// Save writes the identity into a data folder: whole or not at all, on the disk
// when it returns, readable by its owner only.
func (i Identity) Save(folder string) error {
	if err := i.check(); err != nil {
		return err
	}
	return writeWhole(folder, IdentityFile, i)
}

// Seal is the key that requests are sealed to.
func (i Identity) Seal() seal.PublicKey {
	key, _ := seal.ParsePublicKey(i.SealKey) // checked when it was loaded or made
	return key
}

// EnrolledWith tells whether a code, as it stands in the technician's file, is the
// one that this identity came of, or came in place of. An empty one is: it was
// taken out.
func (i Identity) EnrolledWith(code string) bool {
	if code == "" {
		return true
	}
	id := codeID(code)
	return id != "" && (id == i.CodeID || id == i.PassedOver)
}

// codeID names a code, or is empty for a text that is none.
func codeID(code string) string {
	c, err := wire.ParseCode(code)
	if err != nil {
		return ""
	}
	return c.Secret().ID()
}

// Introduce makes an identity without a network: admit takes the certificate
// request to central and brings its answer. It is for programs that run both in one
// process.
func Introduce(kiosk int, admit func(request []byte) (wire.EnrolAnswer, error)) (Identity, error) {
	key, err := newKey()
	if err != nil {
		return Identity{}, err
	}
	request, err := requestOf(key, kiosk)
	if err != nil {
		return Identity{}, err
	}
	answer, err := admit(request)
	if err != nil {
		return Identity{}, err
	}
	return identityOf(key, "", answer)
}

func newKey() (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("agent: %w", err)
	}
	return key, nil
}

// requestOf asks for a certificate for a key (PKCS #10).
func requestOf(key *ecdsa.PrivateKey, kiosk int) ([]byte, error) {
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: fmt.Sprintf("terminal %d", kiosk)}}, key)
	if err != nil {
		return nil, fmt.Errorf("agent: %w", err)
	}
	return request, nil
}

// identityOf joins a key and what central answered.
func identityOf(key *ecdsa.PrivateKey, codeID string, a wire.EnrolAnswer) (Identity, error) {
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Identity{}, fmt.Errorf("agent: %w", err)
	}
	i := Identity{Kiosk: a.Kiosk, CodeID: codeID, Certificate: a.Certificate, Key: private, Root: a.Root,
		SealKey: a.SealKey, DocumentKey: a.DocumentKey, CardKey: a.CardKey, PublicAddress: a.PublicAddress}
	return i, i.check()
}

// writeWhole writes a JSON file of secrets so that a power cut leaves the old one
// or the new one. What a cut leaves of the draft, with a key in it, is taken by the
// next try: its name is always the same.
func writeWhole(folder, name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("agent: %s: %w", name, err)
	}
	draft, err := os.OpenFile(filepath.Join(folder, "."+name+"-draft"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("agent: %s: %w", name, err)
	}
	defer os.Remove(draft.Name()) // fails after the rename, as it should
	_, err = draft.Write(text)
	if err == nil {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err == nil {
		err = os.Rename(draft.Name(), filepath.Join(folder, name))
	}
	if err == nil {
		err = syncFolder(folder)
	}
	if err != nil {
		return fmt.Errorf("agent: %s: %w", name, err)
	}
	return nil
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// remove takes a file away for good; that it is not there is all right.
func remove(folder, name string) error {
	if err := os.Remove(filepath.Join(folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("agent: %s: %w", name, err)
	}
	return syncFolder(folder)
}
