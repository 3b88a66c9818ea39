package visit

import (
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
)

// Event is something that happened to a visit: a touch, a card, a code before
// the scanner, the button, an answer from printer, queue or central, a tick.
// Events hold values only, so that a recorded visit can be replayed.
type Event interface{ event() }

// Touches. The UI never makes one up: each control of a View carries its own.
type (
	// Wake is a touch on the start screen.
	Wake struct{}
	// Start begins a service of the catalogue.
	Start struct{ Service string }
	// Pick chooses an option of the current step.
	Pick struct{ Option string }
	// Digit is a key of the keypad, '0' to '9'.
	Digit struct{ Digit byte }
	// Erase takes the last digit back.
	Erase struct{}
	// Next goes on with what was typed.
	Next struct{}
	// SkipCard goes on without the ID card.
	SkipCard struct{}
	// Edit goes from the confirm page back to one step.
	Edit struct{ Step string }
	// Confirm submits what the confirm page shows.
	Confirm struct{}
	// Retry tries again what failed: saving, looking up.
	Retry struct{}
	// Finish ends the visit.
	Finish struct{}
	// Back goes one screen back; on the first one, to the start.
	Back struct{}
	// Replay speaks the prompt again.
	Replay struct{}
	// Ease opens and closes the screen of letters and voice.
	Ease struct{}
	// Adjust changes letters or voice.
	Adjust struct{ What Adjustment }
	// Speak chooses the language, on the start screen.
	Speak struct{ Locale phrase.Locale }
	// Turn goes to another page of the same screen.
	Turn struct{ By int }
	// Open opens a row of a list.
	Open struct{ Item string }
	// Skip passes over an optional step.
	Skip struct{}
	// Letter is a key of the keyboard: a letter, digit, blank or mark.
	Letter struct{ Rune rune }
	// Choose takes the candidate with this number, from 0, of all there are.
	Choose struct{ Candidate int }
	// Switch goes to another way of typing.
	Switch struct{ To Input }
	// Stroke is one line drawn on the pad, in thousandths of its width and height.
	Stroke struct{ Points []Point }
	// Clear wipes the pad.
	Clear struct{}
	// Record begins a voice note, Stop ends it, Listen plays it.
	Record struct{}
	Stop   struct{}
	Listen struct{}
	// Shoot takes a picture.
	Shoot struct{}
	// Redo drops a voice note or picture, to make another.
	Redo struct{}
	// Rate gives one to five stars.
	Rate struct{ Stars int }
	// Help calls staff, from the bar of any screen.
	Help struct{}
	// Dismiss closes the call screen and goes on with the visit.
	Dismiss struct{}
	// Stay answers the idle warning.
	Stay struct{}
)

// Devices.
type (
	// CardPresent: some card lies on the reader, or a tag on the tag reader;
	// nothing was read from it. Only the ID card reader tells CardLifted.
	CardPresent struct{}
	// CardRead brings what an ID card says. Expired tells that its validity
	// ended; it is told, not refused.
	CardRead struct {
		Person  request.Person // with number and token
		Expired bool
	}
	// CardFailed: a card is there and cannot be read.
	CardFailed struct{ Fault fault.Code }
	// CardLifted: the card was taken away.
	CardLifted struct{}
	// Scanned is a line from the QR scanner.
	Scanned struct{ Text string }
	// ButtonPressed is the large call button.
	ButtonPressed struct{}
	// Presence: somebody stepped in front of the terminal, or nobody is there any
	// more. It opens nothing; somebody who only passes by is no visit.
	Presence struct{ Here bool }
	// Printed ends a print job.
	Printed struct {
		Job    int64
		Result slip.Result
	}
	// DeviceChanged reports a device's health; Fault is empty when it is ready.
	DeviceChanged struct {
		Device Device
		Fault  fault.Code
	}
)

// Answers of devices and stores to the visit's effects. Take is that of the
// effect; an answer to an earlier take is dropped.
type (
	// Recorded brings a voice note; Step and anything else of the resident's is
	// filled in by the visit.
	Recorded struct {
		Take int64
		Note request.Attachment
	}
	// Taken brings a picture.
	Taken struct {
		Take    int64
		Picture request.Attachment
	}
	// TakeFailed: there is no note or picture. The fault QueueFull says that the
	// terminal has no room for any.
	TakeFailed struct {
		Take  int64
		Fault fault.Code
	}
	// Recognised brings characters for what is drawn on the pad, best first.
	Recognised struct {
		Take       int64
		Characters []string
	}
	// Searched brings the ids of articles, best first. Failed tells an answer
	// from the lack of one.
	Searched struct {
		Query  string
		IDs    []string
		Failed bool
	}
	// FoundByCard answers a FindByCard effect: newest first.
	FoundByCard struct {
		Token  string
		Result LookupResult
		Mine   []Mine
	}
)

// Mine is one of the requests that a card's holder made.
type Mine struct {
	Ticket   ticket.Code
	Progress Progress
}

// Point is a place on the pad, in thousandths of its width and height.
type Point struct{ X, Y int }

// Input is a way of typing.
type Input string

const (
	InputPinyin Input = "pinyin"
	InputLatin  Input = "latin"
	InputDigits Input = "digits"
	InputHand   Input = "hand"
)

// Queue and central.
type (
	// Saved: the request is durable on this terminal.
	Saved struct {
		ID     string
		Ticket ticket.Code
		At     time.Time
		// RatingCode is what the slip asks for when the request is rated.
		RatingCode string
		// Dropped: the terminal has no room, so the request was kept without its
		// voice notes and pictures. The resident must know.
		Dropped bool
	}
	// SaveFailed: it is not, and the resident must know. ID and Ticket are those
	// it was tried under: a retry under the same id cannot file it twice.
	SaveFailed struct {
		Fault  fault.Code
		ID     string
		Ticket ticket.Code
		// RatingCode belongs to the try as well.
		RatingCode string
	}
	// Delivered: central acknowledged one request.
	Delivered struct{ ID string }
	// Held: central has an item, could not file it as it was, and keeps it for
	// staff.
	Held struct{ ID string }
	// Sending: these requests are on a connection to central now, in place of those
	// told before; none when that is over, whatever came of it.
	Sending struct{ IDs []string }
	// LinkChanged: whether central is reached, and how many items wait here.
	LinkChanged struct {
		Online  bool
		Pending int
	}
	// LookedUp answers a Find effect.
	LookedUp struct {
		Ticket   ticket.Code
		Result   LookupResult
		Progress Progress
	}
	// CallSaved: the call is in the queue under this id.
	CallSaved struct{ ID string }
	// CallFailed: the call could not even be queued.
	CallFailed struct{}
	// CallDelivered: central has the call, and every page of staff that is open
	// shows it. Whether one is open, nobody says.
	CallDelivered struct{ ID string }
	// CallAnswered: a member of staff answered. Answer is the id of a prepared
	// answer in the phrase catalogue, or empty; Words is what to show.
	CallAnswered struct {
		ID     string
		Answer string
		Words  string
	}
)

// Tick tells the time. It comes about once a second.
type Tick struct{ Now time.Time }

func (Wake) event()          {}
func (Start) event()         {}
func (Pick) event()          {}
func (Digit) event()         {}
func (Erase) event()         {}
func (Next) event()          {}
func (SkipCard) event()      {}
func (Edit) event()          {}
func (Confirm) event()       {}
func (Retry) event()         {}
func (Finish) event()        {}
func (Back) event()          {}
func (Replay) event()        {}
func (Ease) event()          {}
func (Help) event()          {}
func (Dismiss) event()       {}
func (Stay) event()          {}
func (CardPresent) event()   {}
func (CardRead) event()      {}
func (CardFailed) event()    {}
func (CardLifted) event()    {}
func (Scanned) event()       {}
func (ButtonPressed) event() {}
func (Presence) event()      {}
func (Printed) event()       {}
func (DeviceChanged) event() {}
func (Saved) event()         {}
func (SaveFailed) event()    {}
func (Delivered) event()     {}
func (Held) event()          {}
func (Sending) event()       {}
func (LinkChanged) event()   {}
func (LookedUp) event()      {}
func (CallSaved) event()     {}
func (CallFailed) event()    {}
func (CallDelivered) event() {}
func (CallAnswered) event()  {}
func (Tick) event()          {}
func (Adjust) event()        {}
func (Speak) event()         {}
func (Turn) event()          {}
func (Open) event()          {}
func (Skip) event()          {}
func (Letter) event()        {}
func (Choose) event()        {}
func (Switch) event()        {}
func (Stroke) event()        {}
func (Clear) event()         {}
func (Record) event()        {}
func (Stop) event()          {}
func (Listen) event()        {}
func (Shoot) event()         {}
func (Redo) event()          {}
func (Rate) event()          {}
func (Recorded) event()      {}
func (Taken) event()         {}
func (TakeFailed) event()    {}
func (Recognised) event()    {}
func (Searched) event()      {}
func (FoundByCard) event()   {}

// Device names the devices that a visit knows about.
type Device string

const (
	CardReader Device = "card"
	Printer    Device = "printer"
	Scanner    Device = "scanner"
	Button     Device = "button"
	Speaker    Device = "speaker"
	TagReader  Device = "nfc"
	Microphone Device = "microphone"
	Camera     Device = "camera"
)

// LookupResult says what a look-up found.
type LookupResult int

const (
	// Found by central just now.
	Found LookupResult = iota
	// FoundHere: central is not reached; this is what the terminal last knew.
	FoundHere
	// NotFound: central knows no such code.
	NotFound
	// CannotTell: central is not reached and the terminal never saw the code.
	CannotTell
)

// Progress is what a ticket code tells: nothing personal.
type Progress struct {
	// ID is the request's, where this terminal made it; else empty.
	ID      string
	Service string // service code
	Status  Status
	At      time.Time // when the status began
	Note    string    // what staff wrote for the resident, may be empty
	// Paper: what was made for her can be fetched, and printed here; Papers is how
	// often it came out of terminals, or may have. AtDesk: it can be fetched, but not here.
	Paper  bool
	AtDesk bool
	Papers int
}

// Status is how far a request has come, as every channel names it.
type Status string

const (
	StatusSaved     Status = "saved"     // 已保存，待送达: on the terminal only
	StatusSending   Status = "sending"   // 正在送达: the same, and on a connection to central at this moment
	StatusDelivered Status = "delivered" // 已送达: central has it, nobody accepted it yet
	StatusAccepted  Status = "accepted"  // 已受理
	StatusWorking   Status = "working"   // 处理中
	StatusDone      Status = "done"      // 已完成
	// StatusHeld: central could not file it as it was and keeps it for staff.
	StatusHeld Status = "held"
)

// Statuses lists the way of a request in its order, as it is kept; StatusHeld is
// beside it, and StatusSending is StatusSaved for moments.
var Statuses = []Status{StatusSaved, StatusDelivered, StatusAccepted, StatusWorking, StatusDone}
