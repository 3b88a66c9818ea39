package docket

import (
	"context"
	"time"

	"lintai/kiosk/ticket"
	"lintai/sync/wire"
)

// Store is a database of central. Its methods may be called from many
// goroutines; what a write returned without error survives a power cut.
type Store interface {
	// Write runs f in one transaction: everything or, when f returns an error,
	// nothing. f must use only its Tx, and may run more than once.
	Write(ctx context.Context, f func(Tx) error) error

	// AddTerminal adds a terminal with its first one-time code. ErrExists.
	AddTerminal(ctx context.Context, t Terminal, c Code) error
	// PutCode adds a code for a terminal and makes its unused ones void. ErrNotFound.
	PutCode(ctx context.Context, c Code) error
	Code(ctx context.Context, id string) (Code, error) // ErrNotFound
	// Redeem marks a code as used by a key and files the certificate. A code that
	// this key used before stays as it is. ErrNotFound when there is none or it is
	// void, ErrCodeUsed.
	Redeem(ctx context.Context, id string, key Hash, c Certificate) error
	Certificate(ctx context.Context, serial int64) (Certificate, error) // ErrNotFound
	// FileCertificate files the one that is to follow another. ErrRevoked when that
	// one is by now, ErrNotFound when there is none.
	FileCertificate(ctx context.Context, c Certificate, follows int64) error
	// UseCertificate marks one as used and revokes those before it. ErrRevoked.
	UseCertificate(ctx context.Context, serial int64) error
	// RevokeTerminal revokes all certificates of a terminal and makes its codes
	// void. ErrNotFound.
	RevokeTerminal(ctx context.Context, number int) error
	// Enrolled names the enrolment with a one-time code that a terminal's newest used
	// certificate comes of, another one for each code; 0 when it comes of none.
	Enrolled(ctx context.Context, kiosk int) (int64, error)
	// Certificates gives every terminal's newest certificate that was used, by number.
	Certificates(ctx context.Context) (map[int]Certificate, error)
	Terminals(ctx context.Context) ([]Terminal, error) // by number
	// Contact notes that a terminal was heard of. offset nil leaves the offset.
	Contact(ctx context.Context, number int, at time.Time, offset *time.Duration) error

	// PutHealth replaces a terminal's last word on itself, but for its audit log.
	// ErrNotFound.
	PutHealth(ctx context.Context, number int, h Health) error
	// Health gives the last word of a terminal. ErrNotFound when it never said one.
	Health(ctx context.Context, number int) (Health, error)
	// Healths gives the last word of every terminal that ever said one, by number.
	Healths(ctx context.Context) (map[int]Health, error)

	Case(ctx context.Context, number int64) (Case, []Event, error) // ErrNotFound
	// Classification gives what rules made of a case. ErrNotFound until they did.
	Classification(ctx context.Context, number int64) (Classification, error)
	RuleCounts(ctx context.Context) (map[string]RuleCount, error)
	CaseByTicket(ctx context.Context, code ticket.Code) (Case, []Event, error)
	Cases(ctx context.Context, q CaseQuery) ([]Case, error)
	// CountOpen counts the cases of every status that is not closed, each to most: what is
	// shown beside a list is not to take longer than the list.
	CountOpen(ctx context.Context, most int) (map[Status]int, error)

	OpenCalls(ctx context.Context) ([]Call, error) // oldest first
	// RecentCalls returns answered calls, newest first.
	RecentCalls(ctx context.Context, limit int) ([]Call, error)
	// Quarantine returns what was not handled yet, newest first.
	Quarantine(ctx context.Context, limit int) ([]Quarantined, error)
	QuarantineEntry(ctx context.Context, number int64) (Quarantined, error) // ErrNotFound

	// Attachments lists what came for a request, in the order of ids, without Data.
	Attachments(ctx context.Context, request string) ([]Attachment, error)
	Attachment(ctx context.Context, id string) (Attachment, error) // ErrNotFound

	// Upload tells how far a body came; the zero Upload when none was begun.
	Upload(ctx context.Context, kiosk int, hash Hash) (Upload, error)
	// AddPiece takes a piece, durably, if it begins where the last one ended and does
	// not go beyond the whole; it returns how far the body is then, in any case.
	AddPiece(ctx context.Context, p Piece, bounds UploadBounds) (Upload, error)
	// UploadedBody puts a body together. ErrNotFound while it is not complete, and
	// when it was filed.
	UploadedBody(ctx context.Context, kiosk int, hash Hash) ([]byte, error)
	// DropUpload throws a body away that was not filed.
	DropUpload(ctx context.Context, kiosk int, hash Hash) error
	// DropUploads throws those away that nothing happened to since, and tells how many.
	DropUploads(ctx context.Context, since time.Time) (int, error)

	// Ratings lists what was said about a case, oldest first, also what is no
	// event of it.
	Ratings(ctx context.Context, number int64) ([]Rating, error)
	// UnfiledRatings returns those that count for no case and were not handled
	// yet, newest first.
	UnfiledRatings(ctx context.Context, limit int) ([]Rating, error)
	Rating(ctx context.Context, number int64) (Rating, error)             // ErrNotFound
	RatingByTicket(ctx context.Context, code ticket.Code) (Rating, error) // by its own; ErrNotFound

	// Changes returns up to limit changes for a terminal after a cursor, oldest
	// first, and the cursor of the terminal's newest change.
	Changes(ctx context.Context, kiosk int, after int64, limit int) ([]wire.Change, int64, error)

	// Documents lists the heads of all documents, by kind and version.
	Documents(ctx context.Context) ([]Document, error)
	// CountDocuments tells whether there are more than before.
	CountDocuments(ctx context.Context) (int, error)
	// AddDocument keeps a document whose kind has no such version. ErrExists.
	AddDocument(ctx context.Context, d Document, body []byte) error
	// ReadDocument reads some bytes, at least one, of a body from offset on;
	// ErrNotFound behind its end.
	ReadDocument(ctx context.Context, body Hash, offset int64) ([]byte, error)
	// DropBody deletes a body. Whoever it belonged to keeps its head.
	DropBody(ctx context.Context, body Hash) error
	// ToldVersion notes which version a terminal says it has.
	ToldVersion(ctx context.Context, kind wire.DocumentKind, version int64, kiosk int) error
	// ToldVersions gives the newest of each kind, and who said so first.
	ToldVersions(ctx context.Context) (map[wire.DocumentKind]ToldVersion, error)

	Setting(ctx context.Context, name string) (string, error) // "" when never set
	PutSetting(ctx context.Context, name, value string) error

	Close() error
}

// Tx is one write transaction. Methods that refuse (ErrIDTaken, ErrTicketTaken,
// ErrExists, ErrNotFound) leave the transaction usable.
type Tx interface {
	// Answered finds, in no order, what a terminal was answered before to items with
	// these ids, and what any other filed under them.
	Answered(kiosk int, ids []string) ([]Item, error)
	// Record remembers answers, in this order; a later one to the same item replaces
	// the one before.
	Record(all ...Item) error
	// FileCases files requests, in this order, each with its First event, whatever
	// Status, Events and UpdatedAt say. It gives one word on each.
	FileCases(all ...Case) ([]Filed, error)
	FileCall(c Call) error // ErrIDTaken
	// FileAttachment files an attachment, whether or not its request is there.
	FileAttachment(a Attachment) error // ErrIDTaken
	// Named finds what a filed request or rating names; false when none is filed
	// under the id.
	Named(request string) (Named, bool, error)
	// FileRating files a rating and returns its number. ErrIDTaken, ErrTicketTaken.
	FileRating(r Rating) (int64, error)
	// SettleRating says for which case a rating counts, or why for none.
	SettleRating(number, caseNumber int64, reason RatingReason) error // ErrNotFound
	// RatingsOf lists the ratings of some tickets that have a reason, oldest first.
	RatingsOf(reason RatingReason, rated ...ticket.Code) ([]Rating, error)
	HandleRating(number int64, at time.Time, by string) error // ErrNotFound
	// FileUpload notes that a body was filed or kept in quarantine: its pieces go, and
	// Upload tells so from then on. One that is not there is no error.
	FileUpload(kiosk int, hash Hash) error
	// Keep puts an item that was recorded into quarantine, once.
	Keep(q Quarantined) error
	Handle(number int64, at time.Time, by string) error // ErrNotFound

	// LockCase reads a case and keeps others from writing it until the end.
	LockCase(number int64) (Case, error)             // ErrNotFound
	LockCaseByTicket(code ticket.Code) (Case, error) // ErrNotFound
	// Append adds an event to a case and projects its number, status and, when it is
	// told, time onto the case. The event's number must be the next one: ErrExists.
	Append(number int64, e Event) error
	// Events reads the events of a case, oldest first.
	Events(number int64) ([]Event, error)
	// Project puts the rest of a state onto its case.
	Project(number int64, s State) error // ErrNotFound
	// Followers lists the cases that are merged into one, by number, and keeps others
	// from writing them until the end.
	Followers(number int64) ([]Case, error)
	// Classify keeps what rules made of a case, in place of what they made before, and
	// projects it onto the case, but not over what staff corrected. ErrNotFound.
	Classify(number int64, c Classification) error
	Classification(number int64) (Classification, error) // ErrNotFound until it is classified
	// CountRules adds to how rules did.
	CountRules(map[string]RuleCount) error
	Audit(kiosk int) (Audit, error)        // zero when nothing is known of its audit log
	PutAudit(kiosk int, a Audit) error     // ErrNotFound
	Call(id string) (Call, error)          // ErrNotFound
	Answer(id string, a CallAnswer) error  // ErrAnswered
	Change(kiosk int, c wire.Change) error // gives it the terminal's next cursor
}

// First is the event that every case begins with.
func (c Case) First() Event {
	return Event{Number: 1, Action: File, Status: Delivered, At: c.ReceivedAt}
}

// Filed is what came of a request that was to be filed: the number of its case, or
// ErrIDTaken, or ErrTicketTaken, which the ticket of a rating is too.
type Filed struct {
	Number int64
	Err    error
}

// Order says how a list of cases is sorted.
type Order int

const (
	MostUrgent Order = iota // by urgency, then newest first
	Newest                  // by number, newest first
	Latest                  // by the time of the request, newest first
	Oldest                  // by number, oldest first
)

// CaseQuery selects cases. A zero field selects all; a non-nil empty slice
// selects none.
type CaseQuery struct {
	Statuses []Status
	// Open selects those that are not closed; it is faster than naming their statuses.
	Open     bool
	Grids    []string // ids; see package grid
	Services []string
	Tickets  []ticket.Code
	Card     string // the card token
	// Assignees selects those that one of these is to do; Categories and Concerns those
	// of one of these.
	Assignees  []Assignee
	Categories []Category
	Concerns   []Concern
	// Unclassified selects those that no rules have seen yet.
	Unclassified bool
	Place        int64        // see Classification
	Into         int64        // merged into this case
	Verification Verification // of its paper
	From         time.Time    // requested at or after
	Until        time.Time    // requested at or before
	Order        Order
	// After begins behind a case, however many are before it: a deep page is as fast as
	// the first. It is for MostUrgent, Newest and Oldest.
	After  *Position
	Limit  int // 0: no limit
	Offset int
}

// Position is where a case stands in a list.
type Position struct {
	Urgency Urgency // of MostUrgent
	Number  int64
}
