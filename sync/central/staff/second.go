package staff

// SecondFactor is what a member of staff has beside her password.
type SecondFactor struct {
	Secret   string // base32, RFC 4648; "" when she has none
	LastStep int64  // of the newest code that was taken: none is taken twice
	Recovery []Hash // of the codes for a lost telephone that are left
}

// On tells whether she has one.
func (s SecondFactor) On() bool { return s.Secret != "" }

// Hash is a SHA-256, of a secret too long to guess.
type Hash [32]byte
