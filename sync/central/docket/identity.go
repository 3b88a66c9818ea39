package docket

import (
	"errors"
	"time"

	"lintai/sync/wire"
)

// Errors of a Store about identities.
var (
	ErrCodeUsed = errors.New("docket: the code was used for another key")
	ErrRevoked  = errors.New("docket: the certificate was revoked")
)

// Code is a one-time code as central keeps it.
type Code struct {
	ID        string // wire.CodeSecret.ID
	Secret    wire.CodeSecret
	Kiosk     int
	MadeAt    time.Time
	ExpiresAt time.Time
	// Key is the SHA-256 of the public key that used it, the zero Hash when none
	// did. The same key gets the same certificate again.
	Key    Hash
	Serial int64 // of that certificate
	// Void tells that a later code has taken its place, or that the terminal was
	// revoked.
	Void bool
}

// Used tells whether the code was used.
func (c Code) Used() bool { return c.Key != Hash{} }

// Certificate is one that central issued to a terminal.
type Certificate struct {
	Serial    int64
	Kiosk     int
	Body      []byte // X.509, DER
	IssuedAt  time.Time
	ExpiresAt time.Time
	// Used tells that the terminal has shown it. Those that were issued to the
	// terminal before it are revoked then, and not earlier: the terminal may never
	// have got this one.
	Used    bool
	Revoked bool
}
