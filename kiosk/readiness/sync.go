package readiness

import "time"

// SyncQuestion is what a terminal is asked about its line to central.
type SyncQuestion string

const (
	SyncStatus SyncQuestion = "status" // how it is
	SyncNow    SyncQuestion = "now"    // try it now, and say what came of that
)

// SyncLimit bounds how long a terminal tries before it answers SyncNow.
const SyncLimit = 20 * time.Second

// Sync is a running terminal's word on its line to central and on its queue.
type Sync struct {
	Online bool `json:"online"`
	// LastExchange is when central last answered, by the terminal's clock; zero when
	// it has not since the terminal was started.
	LastExchange time.Time `json:"last_exchange,omitzero"`
	// Trouble is why the newest exchange failed, one lower-case word, and Since when
	// that began.
	Trouble string    `json:"trouble,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	// ClockOffset is what to add to the terminal's clock to have central's, in
	// seconds; nil until central answered once.
	ClockOffset *float64 `json:"clock_offset_seconds,omitempty"`
	// Sending are the ids that are on their way now.
	Sending  []string          `json:"sending,omitempty"`
	Queue    *Waiting          `json:"queue,omitempty"` // nil: it cannot be read
	Versions map[string]string `json:"versions,omitempty"`
	// Attempt is what came of SyncNow.
	Attempt *Attempt `json:"attempt,omitempty"`
}

// Waiting is what a queue holds that central has not settled, and what staff must
// look at.
type Waiting struct {
	Waiting     int       `json:"waiting"` // requests and calls
	Attachments int       `json:"attachments"`
	Held        int       `json:"held"`
	Oldest      time.Time `json:"oldest,omitzero"` // by the terminal's clock
	// OldestAge is in seconds, by a clock that nobody sets; nil when unknown.
	OldestAge *float64 `json:"oldest_age_seconds,omitempty"`
	LowSpace  bool     `json:"low_space,omitempty"`
}

// Empty tells that central has everything.
func (w Waiting) Empty() bool { return w.Waiting+w.Attachments == 0 }

// Attempt is what came of trying.
type Attempt struct {
	Delivered int `json:"delivered"` // items that central settled meanwhile
	// Trouble is what ended it, one lower-case word, or "".
	Trouble string `json:"trouble,omitempty"`
	// Finished says that central answered and everything was tried. Without it and
	// without trouble the time ran out: the terminal goes on trying.
	Finished bool `json:"finished"`
}
