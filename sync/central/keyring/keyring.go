// Package keyring is the folder with central's secrets: the private keys that
// open what terminals sealed, and the card
// key from which terminals make the tokens of ID cards. Files are readable by their owner only, and written so that a power cut leaves the
// old file or the new one.
package keyring

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"lintai/kiosk/seal"
)

const (
	sealSuffix = ".seal"
	cardFile   = "card.key"
	// cardKeySize is in bytes.
	cardKeySize = 32
)

// Folder is where the secrets are.
type Folder string

// Exists tells whether a seal key is there.
func (f Folder) Exists() (bool, error) {
	names, err := f.sealNames()
	return len(names) > 0, err
}

func (f Folder) sealNames() ([]string, error) {
	entries, err := os.ReadDir(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), sealSuffix) {
			names = append(names, e.Name())
		}
	}
	sort.Strings(names)
	return names, nil
}

// Create makes the first seal key.
func (f Folder) Create() error {
	if err := MakeFolder(string(f)); err != nil {
		return err
	}
	key, err := seal.Generate()
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	secret, err := key.Bytes()
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	// Named by a count, so that the newest key is the last one by name.
	return f.put("0001"+sealSuffix, hex.EncodeToString(secret)+"\n")
}

// Ring reads all seal keys, oldest first. Terminals are given the newest; the
// older ones still open what was sealed to them.
func (f Folder) Ring() (seal.Ring, error) {
	names, err := f.sealNames()
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("keyring: no *%s file in %s", sealSuffix, string(f))
	}
	var ring seal.Ring
	for _, name := range names {
		text, err := f.get(name)
		if err != nil {
			return nil, err
		}
		secret, err := hex.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("keyring: %s is damaged: it must hold one line of hexadecimal digits", f.path(name))
		}
		key, err := seal.ParsePrivateKey(secret)
		if err != nil {
			return nil, fmt.Errorf("keyring: %s is damaged: %w", f.path(name), err)
		}
		ring = append(ring, key)
	}
	return ring, nil
}

// HasCardKey tells whether there is a card key.
func (f Folder) HasCardKey() (bool, error) {
	_, err := os.Stat(f.path(cardFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("keyring: %w", err)
	}
	return true, nil
}

// CreateCardKey makes the card key. All terminals of a central share it for ever:
// with another one no card would find what was filed with the first.
func (f Folder) CreateCardKey() error {
	key := make([]byte, cardKeySize)
	rand.Read(key) // never fails
	return f.put(cardFile, base64.StdEncoding.EncodeToString(key)+"\n")
}

// CardKey reads the card key, in base64, as terminals are told it.
func (f Folder) CardKey() (string, error) {
	text, err := f.get(cardFile)
	if err != nil {
		return "", err
	}
	if key, err := base64.StdEncoding.DecodeString(text); err != nil || len(key) != cardKeySize {
		return "", fmt.Errorf("keyring: %s is damaged: a card key is %d bytes in base64", f.path(cardFile), cardKeySize)
	}
	return text, nil
}

func (f Folder) path(name string) string { return filepath.Join(string(f), name) }

func (f Folder) get(name string) (string, error) {
	b, err := os.ReadFile(f.path(name))
	if err != nil {
		return "", fmt.Errorf("keyring: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// put writes a new file whole or not at all.
func (f Folder) put(name, text string) error {
	draft, err := os.CreateTemp(string(f), ".draft-*") // mode 0600
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	defer os.Remove(draft.Name()) // fails after the rename, as it should
	_, err = draft.WriteString(text)
	if err == nil {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err == nil {
		err = os.Rename(draft.Name(), f.path(name))
	}
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	return syncFolder(string(f))
}

// MakeFolder makes a folder for its owner only, unless it is there. It is on the
// disk when this returns: a power cut would take all that is in a folder whose own
// name is lost, however well each file was synced.
func MakeFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	err := syncFolder(filepath.Dir(filepath.Clean(path)))
	if errors.Is(err, fs.ErrPermission) { // where one may write and not look, others see to it
		return nil
	}
	return err
}

// SyncFolder has the names in a folder on the disk.
func SyncFolder(path string) error { return syncFolder(path) }

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	return nil
}
