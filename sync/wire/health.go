package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lintai/kiosk/fault"
)

// PathHealth takes a Health, and answers a bare GET of a terminal that only asks
// whether its line is good.
const PathHealth = "/kiosk/v1/health"

const (
	// MaxDevices is how many devices a terminal may tell of.
	MaxDevices = 32
	// HealthEvery is how often a terminal tells how its devices are when nothing
	// changes, so that central's word on them is never much older.
	HealthEvery = 10 * time.Minute
)

// Health is how a terminal's devices are at one moment: all of them, each time.
type Health struct {
	Kiosk      int       `json:"kiosk"`
	DeviceTime time.Time `json:"device_time"`
	Devices    []Device  `json:"devices"`
	// Queue is what waits, Versions what the terminal runs, Audit the head of its
	// audit log. Each is nil when the terminal cannot say.
	Queue    *QueueHealth      `json:"queue,omitempty"`
	Versions map[string]string `json:"versions,omitempty"` // program, catalog, community, policy, prompts, configuration
	Audit    *AuditHealth      `json:"audit,omitempty"`
	System   *System           `json:"system,omitempty"` // nil where it is no appliance
	Done     []OrderDone       `json:"done,omitempty"`
	// Grid is where on central's map of grids the terminal's own file says that it stands:
	// the name of a grid or of a building. Empty: it does not say.
	Grid string `json:"grid,omitempty"`
}

// QueueHealth is what waits in a terminal's queue.
type QueueHealth struct {
	Waiting     int       `json:"waiting"`              // requests and calls
	Attachments int       `json:"attachments"`          // voice notes and photos
	Held        int       `json:"held"`                 // in conflict or rejected: staff must look
	Oldest      time.Time `json:"oldest,omitzero"`      // when what waits longest was saved, by the terminal's clock
	OldestAge   *int64    `json:"oldest_age,omitempty"` // the same in milliseconds ago, when known: see Item.Age
	LowSpace    bool      `json:"low_space,omitempty"`  // photos are refused
	// Newest is the sequence of the newest item that was ever saved, 0 when it is not
	// said: central sees by it what a backup that it was put back from does not have.
	Newest int64 `json:"newest,omitempty"`
}

// AuditHealth is the head of the audit log, and the entry that central was told
// of before: a log that was cut or written anew has another one there.
type AuditHealth struct {
	Sequence     int64  `json:"sequence"`
	Hash         string `json:"hash"` // hex SHA-256
	ToldSequence int64  `json:"told_sequence,omitempty"`
	ToldHash     string `json:"told_hash,omitempty"`
}

// Device is how one device is. There is no place in it for anything of a
// resident: names, states and faults are single lower-case words.
type Device struct {
	Name  string `json:"name"`  // card, printer, scanner, button, speaker, …
	State string `json:"state"` // absent, opening, probing, ready, degraded, fault
	// Fault is what is wrong, empty when nothing is. Central shows a code that it
	// does not know as it is: a newer terminal may say more.
	Fault fault.Code `json:"fault,omitempty"`
	// Since is when the fault began, or when the device became usable; LastOK is
	// when it last answered as it should. Both by the terminal's clock.
	Since  time.Time `json:"since"`
	LastOK time.Time `json:"last_ok,omitzero"`
}

// Limits on what a terminal tells of itself beside its devices.
const (
	maxVersions     = 16
	maxVersionBytes = 64
	maxCount        = 1 << 30
	maxGrid         = 20 // characters
)

// HealthAnswer answers both.
type HealthAnswer struct {
	Protocol   string    `json:"protocol"`
	ServerTime time.Time `json:"server_time"`
	// AuditSequence is the newest entry of the audit log that central knows, 0 when
	// it knows none. It goes back into AuditHealth.ToldSequence.
	AuditSequence int64 `json:"audit_sequence,omitempty"`
	// StaffKey is what the numbers of package staffcode are reckoned with, this
	// terminal's alone. Offer and Orders are nil when there is nothing to do.
	StaffKey []byte       `json:"staff_key,omitempty"`
	Offer    *UpdateOffer `json:"offer,omitempty"`
	Orders   []Order      `json:"orders,omitempty"`
}

// Check refuses what cannot be a word on devices.
func (h Health) Check() error {
	if len(h.Devices) > MaxDevices {
		return fmt.Errorf("wire: %d devices, there are at most %d", len(h.Devices), MaxDevices)
	}
	seen := map[string]bool{}
	for _, d := range h.Devices {
		if !word(d.Name) || !word(d.State) || d.Fault != fault.None && !word(string(d.Fault)) {
			return fmt.Errorf("wire: name, state and fault of a device are single words of a-z, 0-9 and _")
		}
		if seen[d.Name] {
			return fmt.Errorf("wire: device %s stands there twice", d.Name)
		}
		seen[d.Name] = true
	}
	return h.checkWords()
}

// checkWords refuses what is no count, version or hash.
func (h Health) checkWords() error {
	if q := h.Queue; q != nil {
		for _, n := range []int{q.Waiting, q.Attachments, q.Held} {
			if n < 0 || n > maxCount {
				return fmt.Errorf("wire: %d items", n)
			}
		}
		if q.Newest < 0 {
			return fmt.Errorf("wire: the newest item is %d", q.Newest)
		}
		if q.OldestAge != nil && *q.OldestAge < 0 {
			return fmt.Errorf("wire: an item that is %d ms old", *q.OldestAge)
		}
	}
	if h.System != nil {
		if err := h.System.Check(); err != nil {
			return err
		}
	}
	if len(h.Done) > MaxOrders {
		return fmt.Errorf("wire: %d orders done, there are at most %d", len(h.Done), MaxOrders)
	}
	for _, d := range h.Done {
		if d.ID < 1 || d.Fault != fault.None && !word(string(d.Fault)) {
			return fmt.Errorf("wire: an order done has a number, and a fault of a single word or none")
		}
	}
	if !utf8.ValidString(h.Grid) || utf8.RuneCountInString(h.Grid) > maxGrid || strings.ContainsFunc(h.Grid, unicode.IsControl) {
		return fmt.Errorf("wire: a grid's name has at most %d characters, on one line", maxGrid)
	}
	if len(h.Versions) > maxVersions {
		return fmt.Errorf("wire: %d versions, there are at most %d", len(h.Versions), maxVersions)
	}
	for name, v := range h.Versions {
		if !word(name) || v == "" || len(v) > maxVersionBytes || strings.ContainsFunc(v, notInVersion) {
			return fmt.Errorf("wire: a version is named by a single word, and has at most %d of a-z, A-Z, 0-9 and .-+_", maxVersionBytes)
		}
	}
	if a := h.Audit; a != nil {
		if a.Sequence < 0 || a.ToldSequence < 0 || a.ToldSequence > a.Sequence {
			return fmt.Errorf("wire: audit entries %d and %d", a.Sequence, a.ToldSequence)
		}
		if (a.Sequence > 0) != sum(a.Hash) || (a.ToldSequence > 0) != sum(a.ToldHash) {
			return fmt.Errorf("wire: the hash of an audit entry is a SHA-256 in hex")
		}
	}
	return nil
}

func notInVersion(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-+_", r)
}

// sum tells whether a text is a SHA-256 in hex.
func sum(text string) bool {
	b, err := hex.DecodeString(text)
	return err == nil && len(b) == sha256.Size && strings.ToLower(text) == text
}

// word tells whether a text is a name out of a program and not somebody's.
func word(text string) bool {
	for _, r := range text {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return text != "" && len(text) <= 32
}
