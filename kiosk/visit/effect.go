package visit

import (
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
)

// Effect is something the visit wants done. A runtime does it and feeds the
// result back as an Event.
type Effect interface{ effect() }

type (
	// Say speaks a prompt, cancelling the one before. Key names a recorded clip
	// that may override the synthesised voice. The text never holds a person's
	// name, address or number.
	Say struct {
		Key    string
		Text   string
		Slow   bool
		Locale phrase.Locale
	}
	// Hush stops the voice.
	Hush struct{}
	// Chime plays the call signal.
	Chime struct{}
	// Save makes a confirmed request and its attachments durable, all or none.
	// Answered by Saved or SaveFailed.
	Save struct {
		Draft       request.Request
		Attachments []request.Attachment
	}
	// Print prints a slip. Answered by Printed with the same Job.
	Print struct {
		Job  int64
		Slip slip.Slip
	}
	// Find asks for the progress of a ticket. Answered by LookedUp.
	Find struct{ Ticket ticket.Code }
	// FindByCard asks for the requests of a card's holder. Answered by FoundByCard.
	FindByCard struct{ Token string }
	// Search asks the policy corpus. Answered by Searched with the same Query.
	Search struct{ Query string }
	// StartNote records a voice note of at most so many seconds, until StopNote.
	// Answered by Recorded or TakeFailed with the same Take.
	StartNote struct {
		Take    int64
		Seconds int
	}
	// StopNote ends a voice note; what is discarded is not answered.
	StopNote struct {
		Take    int64
		Discard bool
	}
	// PlayNote plays what was recorded.
	PlayNote struct{ Note request.Attachment }
	// TakePicture takes one. Answered by Taken or TakeFailed with the same Take.
	TakePicture struct{ Take int64 }
	// Recognise reads what is drawn on the pad. Answered by Recognised.
	Recognise struct {
		Take    int64
		Strokes []Stroke
	}
	// Volume sets the voice's volume, in steps from the configured one.
	Volume struct{ Steps int }
	// RaiseCall queues a call for help. Answered by CallSaved or CallFailed.
	RaiseCall struct{ Screen Screen }
	// Light sets the ring around the call button.
	Light struct{ Pattern LightPattern }
	// ReadCards says how far the reader may go: not at all, notice a card, or
	// read it. Cards are read only while a screen asks for one.
	ReadCards struct{ Mode CardMode }
	// Wipe ends a visit: every screen, cache and buffer forgets the resident.
	Wipe struct{}
)

func (Say) effect()         {}
func (Hush) effect()        {}
func (Chime) effect()       {}
func (Save) effect()        {}
func (Print) effect()       {}
func (Find) effect()        {}
func (RaiseCall) effect()   {}
func (Light) effect()       {}
func (ReadCards) effect()   {}
func (Wipe) effect()        {}
func (FindByCard) effect()  {}
func (Search) effect()      {}
func (StartNote) effect()   {}
func (StopNote) effect()    {}
func (PlayNote) effect()    {}
func (TakePicture) effect() {}
func (Recognise) effect()   {}
func (Volume) effect()      {}

// LightPattern is how the ring around the call button shines.
type LightPattern int

const (
	LightOff     LightPattern = iota
	LightCalling              // blinks: a call is on its way
	LightAnswered
)

// CardMode is how far the card reader may go.
type CardMode int

const (
	CardsOff    CardMode = iota
	CardsNotice          // report CardPresent, read nothing
	CardsRead            // read and report CardRead
)
