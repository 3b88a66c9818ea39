// Package archive is the file that a backup of central is: a tar, compressed with gzip,
// and encrypted with a passphrase where one is given, in the format of age
// (https://age-encryption.org/v1), so that it can also be opened without central:
// age -d FILE | tar xz. Its last entry lists the digests of all others: an archive that
// was cut short or changed is refused as a whole.
package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"filippo.io/age"
)

// sumsName is the last entry: a map of names to SHA-256 as JSON.
const sumsName = "sums.json"

// What can be wrong with an archive.
var (
	ErrPassphrase = errors.New("archive: the passphrase is missing or another one")
	ErrDamaged    = errors.New("archive: the file is no backup of central, or cut short or changed")
)

// Writer writes an archive.
type Writer struct {
	tar    *tar.Writer
	closes []io.Closer
	at     time.Time
	sums   map[string]string
}

// NewWriter begins one; without a passphrase it is not encrypted. work is age's work
// factor of the passphrase; 0 is its usual one, about a second.
func NewWriter(to io.Writer, passphrase string, work int, at time.Time) (*Writer, error) {
	w := &Writer{at: at, sums: map[string]string{}}
	if passphrase != "" {
		recipient, err := age.NewScryptRecipient(passphrase)
		if err != nil {
			return nil, fmt.Errorf("archive: %w", err)
		}
		if work > 0 {
			recipient.SetWorkFactor(work)
		}
		sealed, err := age.Encrypt(to, recipient)
		if err != nil {
			return nil, fmt.Errorf("archive: %w", err)
		}
		w.closes = append(w.closes, sealed)
		to = sealed
	}
	packed := gzip.NewWriter(to)
	w.tar = tar.NewWriter(packed)
	w.closes = append([]io.Closer{w.tar, packed}, w.closes...)
	return w, nil
}

// Add adds an entry of so many bytes.
func (w *Writer) Add(name string, size int64, from io.Reader) error {
	if err := w.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: w.at.UTC().Truncate(time.Second), Typeflag: tar.TypeReg}); err != nil {
		return fmt.Errorf("archive: %s: %w", name, err)
	}
	digest := sha256.New()
	n, err := io.Copy(io.MultiWriter(w.tar, digest), from)
	if err == nil && n != size {
		err = fmt.Errorf("it has %d bytes and not %d", n, size)
	}
	if err != nil {
		return fmt.Errorf("archive: %s: %w", name, err)
	}
	w.sums[name] = hex.EncodeToString(digest.Sum(nil))
	return nil
}

// Close writes the digests and ends the archive.
func (w *Writer) Close() error {
	text, err := json.Marshal(w.sums)
	if err == nil {
		err = w.Add(sumsName, int64(len(text)), bytes.NewReader(text))
	}
	for _, c := range w.closes {
		err = errors.Join(err, c.Close())
	}
	return err
}

// magic is what a file that is encrypted begins with.
const magic = "age-encryption.org/"

// Read calls each with every entry, in order. Only when it returns nil was the archive
// whole: what was read before is worth nothing else.
func Read(from io.Reader, passphrase string, each func(name string, r io.Reader) error) error {
	buffered := bufio.NewReader(from)
	from = buffered
	if head, _ := buffered.Peek(len(magic)); string(head) == magic {
		if passphrase == "" {
			return ErrPassphrase
		}
		identity, err := age.NewScryptIdentity(passphrase)
		if err != nil {
			return fmt.Errorf("archive: %w", err)
		}
		var wrong *age.NoIdentityMatchError
		switch from, err = age.Decrypt(buffered, identity); {
		case errors.As(err, &wrong):
			return ErrPassphrase
		case err != nil:
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
	}
	packed, err := gzip.NewReader(from)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return readAll(tar.NewReader(packed), packed, each)
}

func readAll(entries *tar.Reader, packed io.Reader, each func(string, io.Reader) error) error {
	sums := map[string]string{}
	for {
		head, err := entries.Next()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err) // also its end: the digests are missing
		}
		if _, twice := sums[head.Name]; twice || head.Typeflag != tar.TypeReg {
			return fmt.Errorf("%w: the entry %q", ErrDamaged, head.Name)
		}
		if head.Name == sumsName {
			break
		}
		from := &summed{from: entries, digest: sha256.New()}
		if err := each(head.Name, from); err != nil {
			if from.err != nil {
				err = fmt.Errorf("%w: %w", ErrDamaged, from.err)
			}
			return err
		}
		if _, err := io.Copy(io.Discard, from); err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		sums[head.Name] = hex.EncodeToString(from.digest.Sum(nil))
	}
	var want map[string]string
	if err := json.NewDecoder(io.LimitReader(entries, 1<<20)).Decode(&want); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	for name, digest := range want {
		if sums[name] != digest {
			return fmt.Errorf("%w: the entry %q", ErrDamaged, name)
		}
	}
	if len(want) != len(sums) {
		return fmt.Errorf("%w: %d entries, want %d", ErrDamaged, len(sums), len(want))
	}
	// To the end, where gzip and age have their own checks.
	if _, err := io.Copy(io.Discard, packed); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// summed is an entry whose digest is taken as it is read. It remembers what was wrong
// with the archive itself.
type summed struct {
	from   io.Reader
	digest hash.Hash
	err    error
}

func (s *summed) Read(b []byte) (int, error) {
	n, err := s.from.Read(b)
	s.digest.Write(b[:n])
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
