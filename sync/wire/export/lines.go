package export

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"lintai/sync/wire"
)

// Sum is what the end of a file says of all before it.
type Sum struct {
	Count  int
	SHA256 [sha256.Size]byte
}

// entry is a line after the head: one of the three.
type entry struct {
	Item   *wire.Item       `json:"item,omitempty"`
	Answer *wire.ItemAnswer `json:"answer,omitempty"`
	End    *end             `json:"end,omitempty"`
}

type end struct {
	Count     int    `json:"count"`
	SHA256    []byte `json:"sha256"`
	Signature []byte `json:"signature"` // over message
}

// message is what is signed: the format goes into it, so that a signature over
// one kind of file is none over another.
func message(format string, s Sum) []byte {
	return fmt.Appendf(nil, "%s\x00%d\x00%x", format, s.Count, s.SHA256)
}

// sign signs with an ECDSA key (the terminal's) or an Ed25519 key (central's).
func sign(key crypto.Signer, text []byte) ([]byte, error) {
	if _, ok := key.Public().(ed25519.PublicKey); ok {
		return key.Sign(rand.Reader, text, crypto.Hash(0))
	}
	digest := sha256.Sum256(text)
	return key.Sign(rand.Reader, digest[:], crypto.SHA256)
}

func verify(key crypto.PublicKey, text, signature []byte) bool {
	switch k := key.(type) {
	case ed25519.PublicKey:
		return len(k) == ed25519.PublicKeySize && ed25519.Verify(k, text, signature)
	case *ecdsa.PublicKey:
		digest := sha256.Sum256(text)
		return ecdsa.VerifyASN1(k, digest[:], signature)
	}
	return false
}

// writer writes lines; after a failure it does nothing and keeps the error.
type writer struct {
	format string
	w      *bufio.Writer
	hash   hash.Hash
	count  int
	err    error
}

func newWriter(w io.Writer, format string) *writer {
	return &writer{format: format, w: bufio.NewWriterSize(w, 64<<10), hash: sha256.New()}
}

func (l *writer) line(v any) {
	if l.err != nil {
		return
	}
	text, err := json.Marshal(v)
	if err == nil && len(text) >= maxLine {
		err = fmt.Errorf("a line of %d bytes, it has at most %d", len(text), maxLine)
	}
	if err == nil {
		text = append(text, '\n')
		l.hash.Write(text)
		_, err = l.w.Write(text)
	}
	l.err = err
}

func (l *writer) entry(e entry) {
	l.line(e)
	l.count++
}

func (l *writer) end(key crypto.Signer) (Sum, error) {
	s := Sum{Count: l.count}
	l.hash.Sum(s.SHA256[:0])
	signature, err := sign(key, message(l.format, s))
	if l.err == nil {
		l.err = err
	}
	l.line(entry{End: &end{s.Count, s.SHA256[:], signature}})
	if l.err == nil {
		l.err = l.w.Flush()
	}
	if l.err != nil {
		return Sum{}, fmt.Errorf("export: write: %w", l.err)
	}
	return s, nil
}

// reader reads lines.
type reader struct {
	format string
	r      *bufio.Reader
	hash   hash.Hash
	lines  int
}

func newReader(r io.Reader, format string) *reader {
	return &reader{format: format, r: bufio.NewReaderSize(r, 64<<10), hash: sha256.New()}
}

// line reads the next line with its end. The bytes are good until the next call.
func (l *reader) line() ([]byte, error) {
	l.lines++
	text, err := l.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		text = bytes.Clone(text)
		for errors.Is(err, bufio.ErrBufferFull) {
			var more []byte
			more, err = l.r.ReadSlice('\n')
			if text = append(text, more...); len(text) > maxLine {
				return nil, fmt.Errorf("%w: line %d has more than %d bytes", ErrFormat, l.lines, maxLine)
			}
		}
	}
	switch {
	case errors.Is(err, io.EOF) && l.lines == 1:
		return nil, ErrFormat
	case errors.Is(err, io.EOF):
		return nil, ErrCut
	case err != nil:
		return nil, fmt.Errorf("export: read: %w", err)
	}
	return text, nil
}

// add takes a line into the sum.
func (l *reader) add(text []byte) { l.hash.Write(text) }

// entries reads all lines after the head and checks the end against what was
// read, and its signature.
func (l *reader) entries(key crypto.PublicKey, each func(entry) error) (Sum, error) {
	var s Sum
	for {
		text, err := l.line()
		if err != nil {
			return Sum{}, err
		}
		var e entry
		if json.Unmarshal(text, &e) != nil {
			return Sum{}, fmt.Errorf("%w: line %d", ErrForged, l.lines)
		}
		if e.End != nil {
			l.hash.Sum(s.SHA256[:0])
			return s, l.check(*e.End, s, key)
		}
		l.add(text)
		s.Count++
		if err := each(e); err != nil {
			return Sum{}, err
		}
	}
}

func (l *reader) check(e end, s Sum, key crypto.PublicKey) error {
	if e.Count != s.Count || !bytes.Equal(e.SHA256, s.SHA256[:]) {
		return fmt.Errorf("%w: it says %d items, %d are there", ErrForged, e.Count, s.Count)
	}
	if !verify(key, message(l.format, s), e.Signature) {
		return fmt.Errorf("%w: the signature is not its terminal's or central's", ErrForged)
	}
	if _, err := l.r.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: there is more behind its end", ErrForged)
	}
	return nil
}
