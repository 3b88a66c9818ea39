package idcard

import (
	"fmt"

	"lintai/kiosk/fault"
)

// Status is the three status bytes of a reply. The first two are 00 but in rare
// firmware; the third tells.
type Status [3]byte

// The third status byte.
const (
	StatusOK           byte = 0x90
	StatusFound        byte = 0x9F
	StatusNoContent    byte = 0x91
	StatusBadChecksum  byte = 0x10
	StatusBadLength    byte = 0x11
	StatusBadCommand   byte = 0x21
	StatusPrivilege    byte = 0x23
	StatusUnknown      byte = 0x24
	StatusAuthModule   byte = 0x31
	StatusAuthCard     byte = 0x32
	StatusAuthContent  byte = 0x33
	StatusCardType     byte = 0x40
	StatusReadFailed   byte = 0x41
	StatusRandom       byte = 0x47
	StatusSelfTest     byte = 0x60
	StatusUnauthorised byte = 0x66
	StatusNotFound     byte = 0x80
	StatusSelectFailed byte = 0x81
)

// statuses is what is known of each third byte. The fault is that of the reader
// or line, or card_unreadable when it only concerns the card that lies there.
var statuses = map[byte]struct {
	name  string
	fault fault.Code
}{
	StatusOK:           {"done", fault.None},
	StatusFound:        {"card found", fault.None},
	StatusNoContent:    {"no such content on the card", fault.None},
	StatusBadChecksum:  {"request arrived with a wrong checksum", fault.BadChecksum},
	StatusBadLength:    {"request arrived with a wrong length", fault.BadChecksum},
	StatusBadCommand:   {"request arrived with a wrong command", fault.BadChecksum},
	StatusPrivilege:    {"no privilege for this command", fault.DeviceFailed},
	StatusUnknown:      {"error without a name", fault.DeviceFailed},
	StatusAuthModule:   {"card did not accept the module", fault.CardUnreadable},
	StatusAuthCard:     {"module did not accept the card", fault.CardUnreadable},
	StatusAuthContent:  {"content failed its verification", fault.CardUnreadable},
	StatusCardType:     {"card is of a type that cannot be read", fault.CardUnreadable},
	StatusReadFailed:   {"card could not be read", fault.CardUnreadable},
	StatusRandom:       {"random number failed", fault.CardUnreadable},
	StatusSelfTest:     {"security module failed its self-test", fault.SAMSelfTest},
	StatusUnauthorised: {"security module is not authorised", fault.SAMUnauthorised},
	StatusNotFound:     {"no card found", fault.None},
	StatusSelectFailed: {"card could not be selected", fault.CardUnreadable},
}

// Code is the byte that tells.
func (s Status) Code() byte { return s[2] }

// Known tells whether the protocol's documents name this status.
func (s Status) Known() bool { _, ok := statuses[s.Code()]; return ok }

// Fault is the published code for a status, empty when it is no fault.
func (s Status) Fault() fault.Code {
	if known, ok := statuses[s.Code()]; ok {
		return known.fault
	}
	return fault.DeviceFailed
}

// Fatal tells that the reader will not read any card before it is repaired.
func (s Status) Fatal() bool { return s.Code() == StatusSelfTest || s.Code() == StatusUnauthorised }

func (s Status) String() string {
	if known, ok := statuses[s.Code()]; ok {
		return known.name
	}
	return fmt.Sprintf("status % X", [3]byte(s))
}
