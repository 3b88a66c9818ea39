// Package sensor is what devices around the houses say: bins how full they are, street
// lamps that they are out, wristbands that somebody calls or that her blood pressure is
// too high, air and noise, and how many parking spaces are free.
//
// A Reading is one message, read strictly. Judge holds a value against a Rule of the
// document, as a state machine without a clock: a fault makes one alarm, and the next
// only after its case was closed and the value was seen normal again, and not at once;
// a value that swings about the limit makes none. Every verdict says why.
//
// A Keeper does that in one transaction with what follows: the case, handed to its
// department or to a place at a resource, or the call that rings. The device's row is
// locked in it and holds the number of its last message, so a message that comes twice,
// late, or at two processes of central does nothing more. Nobody's clock is believed but
// central's: a device may say how old a value is, not what time it is.
//
// Package deviceapi lets devices in, by MQTT and by HTTP.
package sensor

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lintai/sync/central/docket"
)

// Errors of a Store and of the rules of this package.
var (
	ErrNotFound = errors.New("sensor: no such device")
	ErrTaken    = errors.New("sensor: there is a device of this id; revoke it to give it another key")
	ErrDevice   = errors.New("sensor: a device has an id of small letters, digits and hyphens, a kind, a name and a place")
	ErrDenied   = errors.New("sensor: this key does not count")
	ErrReading  = errors.New("sensor: not a message of such a device")
	ErrRules    = errors.New("sensor: no document of rules")
)

// Kind is what a device is. The words are phrases of the section sensor_kind.
type Kind string

const (
	Bin       Kind = "bin"
	Lamp      Kind = "lamp"
	Wristband Kind = "wristband"
	Air       Kind = "air"
	Noise     Kind = "noise"
	Parking   Kind = "parking"
)

// Kinds lists every kind.
var Kinds = []Kind{Bin, Lamp, Wristband, Air, Noise, Parking}

// Quantity is something that a device measures. The words are phrases of the section
// sensor_quantity.
type Quantity string

const (
	Fill      Quantity = "fill"      // percent
	Out       Quantity = "out"       // 1: the lamp should burn and does not
	Systolic  Quantity = "systolic"  // mmHg
	Diastolic Quantity = "diastolic" // mmHg
	Pulse     Quantity = "pulse"     // a minute
	PM25      Quantity = "pm25"      // µg/m³
	Decibels  Quantity = "db"        // dB(A)
	Free      Quantity = "free"      // spaces
	Battery   Quantity = "battery"   // percent
	// Silence is never sent: minutes since a device was heard.
	Silence Quantity = "silence"
)

// bounds are what a quantity can be; more is a broken device.
var bounds = map[Quantity][2]float64{Fill: {0, 100}, Out: {0, 1}, Systolic: {30, 300}, Diastolic: {20, 200}, Pulse: {20, 250},
	PM25: {0, 2000}, Decibels: {0, 200}, Free: {0, 100_000}, Battery: {0, 100}}

// Measures are the quantities of a kind, the most telling first. Each may send its
// battery too.
func (k Kind) Measures() []Quantity {
	switch k {
	case Bin:
		return []Quantity{Fill}
	case Lamp:
		return []Quantity{Out}
	case Wristband:
		return []Quantity{Systolic, Diastolic, Pulse}
	case Air:
		return []Quantity{PM25}
	case Noise:
		return []Quantity{Decibels}
	case Parking:
		return []Quantity{Free}
	}
	return nil
}

// Personal tells whether what devices of a kind say is about one person's health.
func (k Kind) Personal() bool { return k == Wristband }

// Device is one device, with what is known of it now.
type Device struct {
	ID     string // e.g. "bin-3"; names it in its topic
	Kind   Kind
	Name   string // as staff know it, e.g. "3号楼东侧垃圾桶"
	Place  string // an address, which tells the grid
	Spaces int    // of a car park; 0: not known

	AddedAt    time.Time
	RevokedAt  time.Time // zero: its key counts
	MutedUntil time.Time // until then no alarm is made of it, but a call is
	MutedBy    string    // account

	HeardAt time.Time // zero: never
	Silent  bool      // an alarm says so
	Kept              // what is remembered of its messages
}

// Kept is what judging a device's next message needs of those before.
type Kept struct {
	Boot       string               `json:"boot,omitempty"` // of the newest message
	Seq        int64                `json:"seq,omitempty"`
	Boots      []string             `json:"boots,omitempty"` // before that
	MeasuredAt time.Time            `json:"measured_at,omitzero"`
	ReadingAt  time.Time            `json:"reading_at,omitzero"` // the newest that stands in the history
	Values     map[Quantity]float64 `json:"values,omitempty"`
	States     map[string]State     `json:"states,omitempty"` // by rule
	Call       string               `json:"call,omitempty"`   // the newest
}

// mostBoots is how many lives of a device are remembered beside the present one.
const mostBoots = 6

// behind tells whether a message is one that was taken, or an older one that was
// overtaken.
func (k *Kept) behind(r Reading) bool {
	return r.Boot == k.Boot && r.Seq <= k.Seq || r.Boot != k.Boot && slices.Contains(k.Boots, r.Boot)
}

func (k *Kept) follow(r Reading) {
	if k.Boot != r.Boot && k.Boot != "" {
		k.Boots = append(slices.Clone(k.Boots), k.Boot)
		k.Boots = k.Boots[max(0, len(k.Boots)-mostBoots):]
	}
	k.Boot, k.Seq = r.Boot, r.Seq
}

// Open tells whether a fault of it is not over.
func (d Device) Open() bool {
	for _, s := range d.States {
		if !s.Raised.IsZero() {
			return true
		}
	}
	return false
}

// Muted tells whether no alarm is made of it.
func (d Device) Muted(now time.Time) bool { return now.Before(d.MutedUntil) }

// Revoked tells whether its key counts no more.
func (d Device) Revoked() bool { return !d.RevokedAt.IsZero() }

var identifier = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,22}$`)

// CheckID tells whether text can be a device's id.
func CheckID(text string) bool { return identifier.MatchString(text) }

// Check tells whether it can be added. ErrDevice.
func (d Device) Check() error {
	line := func(text string, most int) bool {
		return text != "" && utf8.ValidString(text) && strings.TrimSpace(text) == text && utf8.RuneCountInString(text) <= most &&
			!strings.ContainsFunc(text, unicode.IsControl)
	}
	if !CheckID(d.ID) || !slices.Contains(Kinds, d.Kind) || !line(d.Name, 20) || !line(d.Place, 60) || d.Spaces < 0 || d.Spaces > 100_000 {
		return ErrDevice
	}
	return nil
}

// Key is what a device shows. It has as much chance in it as its hash, so that the hash
// needs no salt and tells nothing of it.
type Key string

const keyPrefix = "device_"

// NewKey makes a key.
func NewKey(random io.Reader) (Key, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("sensor: random source: %w", err)
	}
	return Key(keyPrefix + base64.RawURLEncoding.EncodeToString(b)), nil
}

// Hash is what central keeps.
func (k Key) Hash() docket.Hash { return sha256.Sum256([]byte(k)) }

// String hides the key from logs.
func (k Key) String() string { return keyPrefix + "…" }
