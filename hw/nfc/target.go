package nfc

import (
	"errors"
	"fmt"
)

// Firmware is what a PN532 says that it is.
type Firmware struct {
	IC, Version, Revision byte
	// Support has bits for the protocols: 1 for type A, 2 for type B.
	Support byte
}

func (f Firmware) String() string { return fmt.Sprintf("PN5%02X %d.%d", f.IC, f.Version, f.Revision) }

// ParseFirmware reads the response to CommandFirmware.
func ParseFirmware(data []byte) (Firmware, error) {
	if len(data) != 4 {
		return Firmware{}, fmt.Errorf("nfc: firmware of %d bytes, want 4", len(data))
	}
	return Firmware{data[0], data[1], data[2], data[3]}, nil
}

var errTarget = errors.New("nfc: a listed tag cannot be understood")

// ParseList reads the response to CommandList for tags of a type: how many there
// are, then the first tag's number and what it said of itself (UM0701-02, 7.3.5).
// found is false when there is none.
func ParseList(kind Type, data []byte) (t Token, found bool, err error) {
	if len(data) == 0 {
		return Token{}, false, errTarget
	}
	if data[0] == 0 {
		return Token{}, false, nil
	}
	if len(data) < 2 {
		return Token{}, false, errTarget
	}
	tag := data[2:]
	if kind == TypeB {
		// The tag's answer to REQB: 50, then the four bytes that name it, then
		// what it can do.
		const answer = 12
		if len(tag) < answer || tag[0] != 0x50 {
			return Token{}, false, errTarget
		}
		return newToken(TypeB, tag[1:5]), true, nil
	}
	// SENS_RES, SEL_RES, length of the UID, the UID.
	if len(tag) < 4 || !validUID(int(tag[3])) || len(tag) < 4+int(tag[3]) {
		return Token{}, false, errTarget
	}
	return newToken(TypeA, tag[4:4+int(tag[3])]), true, nil
}

// validUID tells whether a UID of type A can have so many bytes.
func validUID(n int) bool { return n == 4 || n == 7 || n == 10 }
