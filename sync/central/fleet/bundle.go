package fleet

import (
	"bufio"
	"bytes"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"lintai/sync/central/rollout"
)

// A bundle is what RAUC makes in its format "verity" (rauc.readthedocs.io, "Reference:
// Update Bundle"): a squashfs image, a hash tree over it, a CMS SignedData (RFC 5652) whose
// content is the manifest, and the size of that as eight bytes, big-endian, at the end.
// Central reads what the manifest says of itself. It does not judge the signature:
// terminals have the root's certificate, and central needs no key for images.

const (
	squashfsMagic = "hsqs"
	mostCMS       = 1 << 20
)

// Manifest is what central reads of a bundle.
type Manifest struct{ Compatible, Version string }

// ReadManifest reads the manifest of a bundle of a size. ErrBundle.
func ReadManifest(f io.ReaderAt, size int64) (Manifest, error) {
	wrong := func(what string) (Manifest, error) { return Manifest{}, fmt.Errorf("%w: %s", ErrBundle, what) }
	var head [48]byte
	var tail [8]byte
	if size < int64(len(head)+len(tail)) {
		return wrong("it is too short")
	}
	if _, err := f.ReadAt(head[:], 0); err != nil {
		return Manifest{}, fmt.Errorf("fleet: bundle: %w", err)
	}
	if _, err := f.ReadAt(tail[:], size-int64(len(tail))); err != nil {
		return Manifest{}, fmt.Errorf("fleet: bundle: %w", err)
	}
	if !bytes.HasPrefix(head[:], []byte(squashfsMagic)) {
		return wrong("it does not begin as one")
	}
	length := binary.BigEndian.Uint64(tail[:])
	image := binary.LittleEndian.Uint64(head[40:])
	if length == 0 || length > mostCMS || image > uint64(size) || length+image+uint64(len(tail)) > uint64(size) {
		return wrong("it is not whole")
	}
	signed := make([]byte, length)
	if _, err := f.ReadAt(signed, size-int64(len(tail))-int64(length)); err != nil {
		return Manifest{}, fmt.Errorf("fleet: bundle: %w", err)
	}
	text, err := signedContent(signed)
	if err != nil {
		return wrong(err.Error())
	}
	m, err := parseManifest(text)
	if err != nil {
		return wrong(err.Error())
	}
	return m, nil
}

var (
	signedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	plainData  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
)

// signedContent is what a SignedData is over: ContentInfo has its type and, in [0], the
// SignedData, whose third field has a type and, in [0], an OCTET STRING.
func signedContent(der []byte) ([]byte, error) {
	wrong := errors.New("its signature is no CMS")
	info, err := sequence(der)
	if err != nil || len(info) != 2 || !isType(info[0], signedData) {
		return nil, wrong
	}
	fields, err := sequence(info[1].Bytes)
	if err != nil || len(fields) < 3 {
		return nil, wrong
	}
	inner, err := sequence(fields[2].FullBytes)
	if err != nil || len(inner) == 0 || !isType(inner[0], plainData) {
		return nil, wrong
	}
	if len(inner) == 1 {
		return nil, errors.New("the manifest is not in the signature: build it in the format verity")
	}
	var content []byte
	if _, err := asn1.Unmarshal(inner[1].Bytes, &content); err != nil {
		return nil, wrong
	}
	return content, nil
}

func isType(v asn1.RawValue, want asn1.ObjectIdentifier) bool {
	var is asn1.ObjectIdentifier
	_, err := asn1.Unmarshal(v.FullBytes, &is)
	return err == nil && is.Equal(want)
}

// sequence are the values within one.
func sequence(der []byte) (all []asn1.RawValue, err error) {
	var whole asn1.RawValue
	if _, err := asn1.Unmarshal(der, &whole); err != nil {
		return nil, err
	}
	for rest := whole.Bytes; len(rest) > 0; {
		var one asn1.RawValue
		if rest, err = asn1.Unmarshal(rest, &one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// most is how long what a manifest says may be.
const most = 64

// parseManifest reads the section [update].
func parseManifest(text []byte) (m Manifest, err error) {
	section := ""
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") {
			section = line
		}
		key, value, found := strings.Cut(line, "=")
		if !found || section != "[update]" {
			continue
		}
		switch value = strings.TrimSpace(value); strings.TrimSpace(key) {
		case "compatible":
			m.Compatible = value
		case "version":
			m.Version = value
		}
	}
	if _, ok := rollout.Parse(m.Version); !ok {
		return Manifest{}, fmt.Errorf("its version is %.70q and not like 2026.11.22-1", m.Version)
	}
	if m.Compatible == "" || len(m.Compatible) > most || strings.ContainsFunc(m.Compatible, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Manifest{}, errors.New("it does not say for which machines it is")
	}
	return m, nil
}
