package staff

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// parameters of argon2id, the RFC 9106 function: memory in KiB, passes, lanes.
type parameters struct{ memory, passes, lanes uint32 }

// current are those of new hashes: what OWASP asks for at least. 19 MiB for some 30 ms
// of one core; central computes two at a time (see Office).
var current = parameters{memory: 19 << 10, passes: 2, lanes: 1}

// Bounds of what is believed from a database, so that a damaged row takes no machine.
const (
	mostMemory = 1 << 20 // KiB
	mostPasses = 32
	mostLanes  = 16
	saltSize   = 16
	sumSize    = 32
)

// hashPassword makes the text that is kept, in the PHC form:
// $argon2id$v=19$m=19456,t=2,p=1$SALT$SUM.
func hashPassword(password string) string {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails
	return current.text(salt, current.sum(password, salt, sumSize))
}

// sum hashes a password as it is typed on any keyboard: half and full width are one.
func (p parameters) sum(password string, salt []byte, size uint32) []byte {
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, p.passes, p.memory, uint8(p.lanes), size)
}

func (p parameters) text(salt, sum []byte) string {
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.lanes, encode(salt), encode(sum))
}

// readHash takes such a text apart.
func readHash(text string) (p parameters, salt, sum []byte, err error) {
	wrong := fmt.Errorf("staff: the kept hash of a password is damaged")
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, wrong
	}
	n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes)
	if err != nil || n != 3 || parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", p.memory, p.passes, p.lanes) {
		return p, nil, nil, wrong
	}
	if p.memory < 8*p.lanes || p.memory > mostMemory || p.passes < 1 || p.passes > mostPasses || p.lanes < 1 || p.lanes > mostLanes {
		return p, nil, nil, wrong
	}
	decode := base64.RawStdEncoding.Strict().DecodeString
	if salt, err = decode(parts[4]); err != nil || len(salt) < 8 || len(salt) > 64 {
		return p, nil, nil, wrong
	}
	if sum, err = decode(parts[5]); err != nil || len(sum) < 16 || len(sum) > 64 {
		return p, nil, nil, wrong
	}
	return p, salt, sum, nil
}

// fits tells whether a password is the one that was hashed. stale is a hash with
// other parameters than today's: it is to be made anew while the password is there.
func fits(kept, password string) (ok, stale bool, err error) {
	p, salt, sum, err := readHash(kept)
	if err != nil {
		return false, false, err
	}
	got := p.sum(password, salt, uint32(len(sum)))
	return subtle.ConstantTimeCompare(got, sum) == 1, p != current, nil
}

// nobodys is a hash that no password fits: a login that does not exist costs as much
// work as one that does.
var nobodys = current.text(make([]byte, saltSize), make([]byte, sumSize))
