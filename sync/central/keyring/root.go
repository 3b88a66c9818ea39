package keyring

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"lintai/sync/central/authority"
)

// rootFile holds the root's certificate and its key together, so that neither is
// ever there without the other.
const rootFile = "root.pem"

// HasRoot tells whether there is a root.
func (f Folder) HasRoot() (bool, error) {
	_, err := os.Stat(f.path(rootFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("keyring: %w", err)
	}
	return true, nil
}

// CreateRoot makes the root. Every terminal pins it when it enrols: with another
// one, each would have to enrol anew.
func (f Folder) CreateRoot() error {
	certificate, key, err := authority.CreateRoot()
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
	text = append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...)
	return f.put(rootFile, string(text))
}

// Root reads it.
func (f Folder) Root() (*authority.Root, error) {
	text, err := f.get(rootFile)
	if err != nil {
		return nil, err
	}
	certificate, rest := pem.Decode([]byte(text))
	key, _ := pem.Decode(rest)
	if certificate == nil || key == nil {
		return nil, fmt.Errorf("keyring: %s is damaged: it must hold a certificate and a private key (PEM)", f.path(rootFile))
	}
	root, err := authority.ParseRoot(certificate.Bytes, key.Bytes)
	if err != nil {
		return nil, fmt.Errorf("keyring: %s is damaged: %w", f.path(rootFile), err)
	}
	return root, nil
}
