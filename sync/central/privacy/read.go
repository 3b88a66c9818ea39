package privacy

import (
	"context"
	"slices"
	"time"
)

// Part is what of somebody was read. The words are phrases of the section access.
type Part string

const (
	OfCase       Part = "case"       // the person of a case, whole
	OfAttachment Part = "attachment" // a photo or a voice note
	OfWork       Part = "work"       // a worker's own list
	OfHolder     Part = "holder"     // of points; the subject is her number
	OfVolunteer  Part = "volunteer"  // the subject is her number
	OfActivity   Part = "activity"   // the list of who comes; the subject is the activity
	OfRating     Part = "rating"     // one that counts for no case; the subject is its number
	OfQuarantine Part = "quarantine" // the subject is its number
	OfCare       Part = "care"       // somebody who is looked after; the subject is the number of her entry
	OfVisit      Part = "visit"      // a line of the diary; the subject is its number
	OfMediation  Part = "mediation"  // what was said and agreed in the matter of a case
	OfCall       Part = "call"       // what a call for help was about; the subject is its id
	OfMatter     Part = "matter"     // what was found for a resident; the subject is the matter
	OfCopy       Part = "copy"       // the copy that she was given
	Corrected    Part = "corrected"
	Erased       Part = "erased"

	// Who may read along from elsewhere; the subject is the channel, and never its key or
	// address. Account "" is the operator at the machine.
	KeyMade         Part = "key_made"
	KeyRevoked      Part = "key_revoked"
	WebhookMade     Part = "webhook_made"
	WebhookOn       Part = "webhook_on"
	WebhookOff      Part = "webhook_off"
	WebhookRemoved  Part = "webhook_removed"
	WebhookNetworks Part = "webhook_networks" // private ones that were allowed: the subject
)

// Parts lists every part.
var Parts = []Part{OfCase, OfAttachment, OfWork, OfHolder, OfVolunteer, OfActivity, OfRating, OfQuarantine, OfCare, OfVisit, OfMediation, OfCall, OfMatter, OfCopy, Corrected, Erased,
	KeyMade, KeyRevoked, WebhookMade, WebhookOn, WebhookOff, WebhookRemoved, WebhookNetworks}

// Why is the reason that a reader chose; she may choose none. It is a word of this
// list and never a text, in which names would stand that nothing could take out again.
type Why string

// Whys are the reasons, as phrases of the section access_why.
var Whys = []Why{"follow_up", "complaint", "resident_asks", "check", "other"}

// Known tells whether it is a reason, or none.
func (w Why) Known() bool { return w == "" || slices.Contains(Whys, w) }

// Read is one reading.
type Read struct {
	Part    Part
	Case    int64  // 0: of no case
	Subject string // what else it is of: see Part
	Why     Why
}

// Entry is one reading as it is kept, for ever as it is.
type Entry struct {
	Number  int64
	At      time.Time
	Account string
	Read
}

// Again is for how long another look at the same is the same reading: pages follow
// the docket live, and load themselves anew at each event.
const Again = 10 * time.Minute

// EntryQuery selects entries, newest first.
type EntryQuery struct {
	Account string // "": everybody's
	Case    int64  // 0: of all
	Before  int64  // entries with smaller numbers; 0: from the newest on
	Limit   int
}

// Log writes down who read what.
type Log struct {
	Store Store
	Clock func() time.Time
}

// Note notes what an account is about to be shown. Nobody is shown what could not be
// noted.
func (l *Log) Note(ctx context.Context, account string, all ...Read) error {
	if len(all) == 0 {
		return nil
	}
	now := l.Clock().UTC()
	before, err := l.Store.ReadSince(ctx, account, now.Add(-Again))
	if err != nil {
		return err
	}
	var fresh []Entry
	for _, r := range all {
		known := slices.ContainsFunc(before, func(b Read) bool {
			return b.Part == r.Part && b.Case == r.Case && b.Subject == r.Subject && (r.Why == "" || b.Why == r.Why)
		})
		if known && r.Part != OfCopy && r.Part != Corrected && r.Part != Erased {
			continue
		}
		before = append(before, r)
		fresh = append(fresh, Entry{At: now, Account: account, Read: r})
	}
	if len(fresh) == 0 {
		return nil
	}
	return l.Store.NoteReads(ctx, fresh...)
}
