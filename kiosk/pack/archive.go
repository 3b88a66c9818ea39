package pack

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"lintai/kiosk/phrase"
)

// Bounds of an archive. A pack of every sentence at both rates has some hundreds
// of clips.
const (
	// MaxFiles is how many files a pack may have.
	MaxFiles = 10_000
	// MaxUnpacked is how many bytes they may have together, whatever the archive
	// claims: a sparse file in it takes no bytes there and many on the disk.
	MaxUnpacked = 64 << 20
	// maxManifest bounds a manifest, in bytes.
	maxManifest = 4 << 20
)

// Unpack reads a pack that travels as a tar, and hands out each of its files:
// first nothing but checks, so that each is called only for an archive in which
// all is well. It holds regular files with the names that a pack has, each once,
// and folders, which are left out; nothing in it can name a place outside. The
// error of each ends it.
func Unpack(archive []byte, each func(name string, content []byte) error) error {
	if err := CheckArchive(archive); err != nil {
		return err
	}
	return walk(archive, each)
}

// CheckArchive tells what is wrong with an archive.
func CheckArchive(archive []byte) error {
	seen, total, clips := map[string]bool{}, 0, 0
	err := walk(archive, func(name string, content []byte) error {
		if seen[name] {
			return fmt.Errorf("pack: %s stands in the archive twice", name)
		}
		seen[name] = true
		if total += len(content); len(seen) > MaxFiles || total > MaxUnpacked {
			return fmt.Errorf("pack: more than %d files or %d bytes", MaxFiles, MaxUnpacked)
		}
		if path.Base(name) != ManifestName {
			clips++
			return nil
		}
		if _, err := Decode(content); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	if err == nil && clips == 0 {
		err = errors.New("pack: no clip in the archive")
	}
	return err
}

// walk reads an archive file by file. content is only good until the next one.
func walk(archive []byte, each func(name string, content []byte) error) error {
	r := tar.NewReader(bytes.NewReader(archive))
	var content bytes.Buffer
	for {
		head, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("pack: %w", err)
		}
		switch head.Typeflag {
		case tar.TypeDir, tar.TypeXGlobalHeader:
			continue
		case tar.TypeReg:
		default:
			return fmt.Errorf("pack: %q in the archive is neither file nor folder", head.Name)
		}
		name := strings.TrimPrefix(head.Name, "./") // as tar -C DIR -c . writes it
		most, ok := allowed(name)
		if !ok {
			return fmt.Errorf("pack: %q is no name that a file of a pack has", head.Name)
		}
		content.Reset()
		if n, err := io.Copy(&content, io.LimitReader(r, most+1)); err != nil {
			return fmt.Errorf("pack: %s: %w", name, err)
		} else if n > most {
			return fmt.Errorf("pack: %s has more than %d bytes", name, most)
		}
		if err := each(name, content.Bytes()); err != nil {
			return err
		}
	}
}

// allowed tells whether a file may have this name, and how large it may be.
func allowed(name string) (most int64, ok bool) {
	parts := strings.Split(name, "/")
	if !slices.Contains(Locales, phrase.Locale(parts[0])) {
		return 0, false
	}
	switch len(parts) {
	case 2:
		return maxManifest, parts[1] == ManifestName
	case 3:
		key, extension, ok := cutLast(parts[2], ".")
		return largest, ok && slices.Contains(Rates, Rate(parts[1])) && keyForm.MatchString(key) && slices.Contains(Extensions, extension)
	}
	return 0, false
}

func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}

// Archive packs files by their names, in the order of the names; the same files
// give the same bytes.
func Archive(files map[string][]byte) ([]byte, error) {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range names {
		head := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: int64(len(files[name]))}
		if err := w.WriteHeader(head); err != nil {
			return nil, fmt.Errorf("pack: %w", err)
		}
		if _, err := w.Write(files[name]); err != nil {
			return nil, fmt.Errorf("pack: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return b.Bytes(), nil
}
