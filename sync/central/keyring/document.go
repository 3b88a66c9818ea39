package keyring

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"lintai/kiosk/seal"
)

// documentFile holds the key that signs documents: the 32 bytes of its seed in
// hexadecimal digits.
const documentFile = "document.key"

// HasDocumentKey tells whether there is a document key.
func (f Folder) HasDocumentKey() (bool, error) {
	_, err := os.Stat(f.path(documentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("keyring: %w", err)
	}
	return true, nil
}

// CreateDocumentKey makes the document key. Terminals learn it once, when they
// enrol: what another one signs they refuse for ever.
func (f Folder) CreateDocumentKey() error {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed) // never fails
	return f.put(documentFile, hex.EncodeToString(seed)+"\n")
}

// DocumentKey reads the key that signs documents.
func (f Folder) DocumentKey() (ed25519.PrivateKey, error) {
	text, err := f.get(documentFile)
	if err != nil {
		return nil, err
	}
	seed, err := hex.DecodeString(text)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("keyring: %s is damaged: it must hold one line of %d hexadecimal digits", f.path(documentFile), 2*ed25519.SeedSize)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// Rotate makes a new seal key, the newest from now on. The older ones stay: they
// open what was sealed to them.
func (f Folder) Rotate() (seal.PublicKey, error) {
	names, err := f.sealNames()
	if err != nil {
		return seal.PublicKey{}, err
	}
	if len(names) == 0 {
		return seal.PublicKey{}, fmt.Errorf("keyring: no *%s file in %s", sealSuffix, string(f))
	}
	newest, err := strconv.Atoi(strings.TrimSuffix(names[len(names)-1], sealSuffix))
	if err != nil || newest < 1 || newest >= 9999 {
		return seal.PublicKey{}, fmt.Errorf("keyring: %s has no number from 0001 to 9998, so none follows it", f.path(names[len(names)-1]))
	}
	key, err := seal.Generate()
	if err != nil {
		return seal.PublicKey{}, fmt.Errorf("keyring: %w", err)
	}
	secret, err := key.Bytes()
	if err != nil {
		return seal.PublicKey{}, fmt.Errorf("keyring: %w", err)
	}
	if err := f.put(fmt.Sprintf("%04d%s", newest+1, sealSuffix), hex.EncodeToString(secret)+"\n"); err != nil {
		return seal.PublicKey{}, err
	}
	return key.Public(), nil
}
