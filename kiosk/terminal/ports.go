package terminal

import (
	"context"
	"errors"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
)

// ErrTicketTaken is returned by a Queue whose terminal has issued the ticket
// code before; the runtime then draws another.
var ErrTicketTaken = errors.New("terminal: this ticket code was issued before")

// ErrIDTaken is returned by a Queue that has the item already. For a retry under
// the same id that is success: the try that seemed to fail was durable.
var ErrIDTaken = errors.New("terminal: an item with this id was saved before")

// Queue makes requests and calls durable. Both methods return only when the
// item would survive a power cut, sealed to central's key. A request and its
// attachments are saved in one transaction. When FaultOf names an error of
// SaveRequest QueueFull, the request may still be saved without attachments.
type Queue interface {
	SaveRequest(ctx context.Context, r request.Request, attachments ...request.Attachment) error
	SaveCall(ctx context.Context, c request.Call) error
	// Room tells whether there is room for voice notes and pictures. Requests and
	// calls are taken in any case.
	Room(ctx context.Context) (photos bool)
	// Progress returns what the terminal itself last knew about a ticket.
	Progress(ctx context.Context, code ticket.Code) (visit.Progress, bool, error)
}

// Central answers look-ups for tickets, also of other terminals.
type Central interface {
	// Find returns ok == false when central says that it knows no such ticket,
	// and an error when central could not be asked.
	Find(ctx context.Context, code ticket.Code) (p visit.Progress, ok bool, err error)
	// FindByCard returns the requests of a card's holder, newest first.
	FindByCard(ctx context.Context, token string) ([]visit.Mine, error)
}

// Papers gives what is to be printed for a ticket, such as an approved certificate.
type Papers interface {
	// Paper asks for it under the id of this print, which central counts once, with
	// the token of the card that found the ticket, or none. It says why central gives
	// none; an error is returned when central could not be asked.
	Paper(ctx context.Context, id string, code ticket.Code, card string) (visit.Paper, visit.PaperTrouble, error)
	// PaperOutcome says what became of it: Printed or NotPrinted.
	PaperOutcome(ctx context.Context, id string, code ticket.Code, outcome slip.Outcome) error
}

// Policies searches the policy corpus on the terminal.
type Policies interface {
	// Search returns the ids of articles, best first.
	Search(ctx context.Context, query string) ([]string, error)
}

// Microphone records voice notes.
type Microphone interface {
	// Record records until stop is closed or longest is over. A context that ends
	// discards what was recorded.
	Record(ctx context.Context, stop <-chan struct{}, longest time.Duration) (Note, error)
}

// Note is a voice note.
type Note struct {
	Data   []byte
	Type   string // media type
	Length time.Duration
}

// Camera takes pictures.
type Camera interface {
	// Shoot returns a picture as JPEG of at most request.MaxAttachment bytes.
	Shoot(ctx context.Context) ([]byte, error)
}

// Handwriting reads characters that were drawn.
type Handwriting interface {
	// Recognise returns characters, best first.
	Recognise(ctx context.Context, strokes []visit.Stroke) ([]string, error)
}

// Printer prints one slip and tells the truth about it. It returns within a
// bounded time also when the device is gone.
type Printer interface {
	Print(ctx context.Context, s slip.Slip) slip.Result
}

// Voice speaks. Both methods return at once; a new prompt cancels the old.
type Voice interface {
	Say(prompt visit.Say)
	Chime()
	Hush()
	// Play plays a voice note, cancelling a prompt.
	Play(note Note)
	// SetVolume goes so many steps from the configured volume.
	SetVolume(steps int)
}

// Light is the ring around the call button. It returns at once.
type Light interface {
	Show(p visit.LightPattern)
}

// Cards is the ID-card reader. It returns at once; cards arrive as events.
type Cards interface {
	SetMode(m visit.CardMode)
}

// Display shows a view. It is called from the runtime's goroutine and returns
// without waiting for the paint.
type Display interface {
	Show(v visit.View)
	// Forget clears what the display holds of the resident beyond the view.
	Forget()
}
