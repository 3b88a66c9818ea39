package wire

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
)

// A push may be compressed: "Content-Encoding: gzip", one member, no other coding.
const EncodingGzip = "gzip"

// compressAbove is from how many bytes on compressing is worth its header.
const compressAbove = 512

var (
	// ErrCompressed is returned for bytes that are not one whole gzip member.
	ErrCompressed = errors.New("wire: not one whole gzip member")
	// ErrTooLarge is returned for what would be larger than it may be.
	ErrTooLarge = errors.New("wire: too large when decompressed")
)

var (
	compressors   = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed); return w }}
	decompressors = sync.Pool{New: func() any { return new(gzip.Reader) }}
)

// Compress returns a body for the line, and whether it is compressed: a small one
// is left as it is.
func Compress(body []byte) (sent []byte, compressed bool) {
	if len(body) < compressAbove {
		return body, false
	}
	var b bytes.Buffer
	b.Grow(len(body)*4/5 + 100) // three quarters is what base64 holds
	w := compressors.Get().(*gzip.Writer)
	defer compressors.Put(w)
	w.Reset(&b)
	w.Write(body) // a Buffer takes everything
	w.Close()
	return b.Bytes(), true
}

// mostRatio is more than DEFLATE ever makes of a byte (RFC 1951: 258 bytes of two
// bits, 1032 of a byte).
const mostRatio = 1033

// Decompress reverses it, to at most limit bytes. The member itself says at its
// end how large it is (RFC 1952, ISIZE), so that a bomb is refused before
// anything is allocated for it, and one that lies when it has outgrown its word.
func Decompress(sent []byte, limit int) ([]byte, error) {
	const frame = 18 // header and trailer of an empty name
	if len(sent) < frame || sent[0] != 0x1f || sent[1] != 0x8b {
		return nil, ErrCompressed
	}
	size := int64(binary.LittleEndian.Uint32(sent[len(sent)-4:]))
	if size > int64(limit) {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are taken", ErrTooLarge, size, limit)
	}
	if size > mostRatio*int64(len(sent)) {
		return nil, ErrCompressed
	}
	from := bytes.NewReader(sent)
	r := decompressors.Get().(*gzip.Reader)
	defer decompressors.Put(r)
	if err := r.Reset(from); err != nil {
		return nil, ErrCompressed
	}
	r.Multistream(false)
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, ErrCompressed
	}
	// The end, with the checksum; a longer member or a second one is none of ours.
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF || from.Len() != 0 {
		return nil, ErrCompressed
	}
	return body, nil
}
