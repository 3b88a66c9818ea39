package visit

import (
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
		Key  string
		Text string
		Slow bool
	}
	// Hush stops the voice.
	Hush struct{}
	// Chime plays the call signal.
	Chime struct{}
	// Save makes a confirmed request durable. Answered by Saved or SaveFailed.
	Save struct{ Draft request.Request }
	// Print prints a slip. Answered by Printed with the same Job.
	Print struct {
		Job  int64
		Slip slip.Slip
	}
	// Find asks for the progress of a ticket. Answered by LookedUp.
	Find struct{ Ticket ticket.Code }
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

func (Say) effect()       {}
func (Hush) effect()      {}
func (Chime) effect()     {}
func (Save) effect()      {}
func (Print) effect()     {}
func (Find) effect()      {}
func (RaiseCall) effect() {}
func (Light) effect()     {}
func (ReadCards) effect() {}
func (Wipe) effect()      {}

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
