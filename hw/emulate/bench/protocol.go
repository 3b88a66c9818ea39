package bench

// Request is one line to a bench.
type Request struct {
	// Do is the command: "card tap", "card lift", "nfc tap", "nfc lift", "button press", "button hold",
	// "button release", "presence here", "presence gone", "speak", "scan", "printer set", "printer count", "printer slip",
	// "light", "plug", "unplug", "fault", "status".
	Do string `json:"do"`

	// card tap; what is empty is that of a synthetic person.
	Name    string `json:"name,omitempty"`
	ID      string `json:"id,omitempty"`
	Address string `json:"address,omitempty"`
	Type    string `json:"type,omitempty"`  // J, I or Y
	To      string `json:"to,omitempty"`    // last day of validity, YYYYMMDD
	Moved   string `json:"moved,omitempty"` // address added after issue

	// nfc tap; Type is A or B, UID hexadecimal
	UID string `json:"uid,omitempty"`

	// speak: a WAV file of 16-bit PCM on the bench's machine; empty is a voice
	// without words.
	File string `json:"file,omitempty"`
	// scan
	Code string `json:"code,omitempty"`
	// printer set: paper=ok|near|out cover=open|closed cutter=ok|jam
	// head=hot|ok end=DOTS
	Set map[string]string `json:"set,omitempty"`
	// printer slip: its number from 1, or 0 for the last
	Slip int `json:"slip,omitempty"`
	// plug, unplug
	Device string `json:"device,omitempty"`
	// light: wait until it is "off", "on" or "blinking"
	Light string `json:"light,omitempty"`
	// fault: its kind, "none" to end it; without one, the faults that there are.
	Kind string `json:"kind,omitempty"`
	// Times is the number of replies after which a fault is over; 0 is never.
	Times int `json:"times,omitempty"`
	// Seconds bounds a wait: for a slip, for the light; the length of a press, of a
	// fault.
	Seconds float64 `json:"seconds,omitempty"`
}

// Reply is one line from a bench.
type Reply struct {
	// Error is empty when the command was carried out.
	Error string `json:"error,omitempty"`
	// Late tells that the error is a wait that was not fulfilled.
	Late bool `json:"late,omitempty"`

	// Text answers light and status.
	Text string `json:"text,omitempty"`
	// Slips is how many slips there are.
	Slips int   `json:"slips,omitempty"`
	Slip  *Slip `json:"slip,omitempty"`
}

// Slip is a slip as it came out of the printer.
type Slip struct {
	Number int    `json:"number"`
	Text   string `json:"text"`
	Raw    []byte `json:"raw"`
	PNG    []byte `json:"png"`
}
