package docket

import (
	"time"

	"lintai/kiosk/request"
	"lintai/sync/wire"
)

// Hash is the SHA-256 of an item's sealed body, as central computed it.
type Hash [32]byte

// Item is what central remembers of every item that it ever answered: the same
// id with the same body gets the same answer again.
type Item struct {
	Kiosk       int
	ID          string
	Hash        Hash
	Kind        request.Kind
	Sequence    int64
	MadeAt      time.Time // by the terminal's clock
	ReceivedAt  time.Time
	ClockOffset time.Duration // central's clock minus the terminal's, at that push
	Outcome     wire.Outcome  // Created, Conflict or Rejected
	Reason      Reason        // for the last two
}

// Reason says why an item was not filed. The words are part of the protocol
// (wire.ItemAnswer.Reason) and never change their meaning.
type Reason string

const (
	ReasonBadItem     Reason = "bad_item"     // id, kind or sequence are not what the protocol allows
	ReasonBadHash     Reason = "bad_hash"     // the hash is not that of the body
	ReasonNotSealed   Reason = "not_sealed"   // the body is no sealed body
	ReasonUnknownKey  Reason = "unknown_key"  // sealed to a key that central does not hold
	ReasonNotOpening  Reason = "not_opening"  // damaged, or sealed in another envelope
	ReasonBadBody     Reason = "bad_body"     // opened, but is no request, call or attachment
	ReasonDisagrees   Reason = "disagrees"    // the body names another id or terminal than the envelope
	ReasonIDTaken     Reason = "id_taken"     // another body was filed under this id
	ReasonTicketTaken Reason = "ticket_taken" // another request was filed with this ticket
	ReasonNotNamed    Reason = "not_named"    // its request names no such attachment, or other bytes
)

// Reasons lists every Reason.
var Reasons = []Reason{
	ReasonBadItem, ReasonBadHash, ReasonNotSealed, ReasonUnknownKey, ReasonNotOpening,
	ReasonBadBody, ReasonDisagrees, ReasonIDTaken, ReasonTicketTaken, ReasonNotNamed,
}

// Quarantined is an item that was not filed, kept as it came.
type Quarantined struct {
	Number    int64 // counts up; names it to staff
	Item      Item
	Sealed    []byte
	HandledAt time.Time // zero until staff said that it was dealt with
	HandledBy string
}
