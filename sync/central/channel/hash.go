package channel

import (
	"crypto/sha256"
	"encoding/binary"
	"io"

	"lintai/sync/central/docket"
)

// hashOf is a SHA-256 over texts with their lengths, so that no two lists of texts
// have the same.
func hashOf(texts ...string) docket.Hash {
	h := sha256.New()
	for _, t := range texts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(t)))
		h.Write(n[:])
		io.WriteString(h, t)
	}
	var out docket.Hash
	h.Sum(out[:0])
	return out
}

// ContentOf is the hash of what was said, as names and values in order.
func ContentOf(pairs []string) docket.Hash { return hashOf(pairs...) }
