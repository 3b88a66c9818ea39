// Package intake takes what terminals push and files it: requests as cases,
// calls as calls, attachments beside the requests that name them, ratings on the
// cases that they rate. Every item is opened and verified, the whole push is committed
// in one transaction, and only then answered; so a terminal that hears nothing
// may send the same again, and a process killed in between has filed all of a
// push or nothing of it.
//
// What cannot be filed is kept in quarantine as it came, with the reason, and
// never holds up the rest of the push.
package intake

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/failpoint"
	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/wire"
)

// Receiver files pushes.
type Receiver struct {
	Store docket.Store
	Ring  seal.Ring
	// Keys reads the ring anew, for a body that is sealed to a key which is not in Ring:
	// another process may have made one since. nil: there is none but Ring.
	Keys  func() (seal.Ring, error)
	Hub   *live.Hub
	Clock func() time.Time
	Log   *slog.Logger
}

// ErrTooLarge is returned for a push whose uploaded bodies are more than one push
// may hold in memory. Nothing of it was filed.
var ErrTooLarge = errors.New("intake: the bodies of one push are too large together")

// opened is an item after everything that can be done without the database.
type opened struct {
	item     docket.Item
	sealed   []byte
	age      *int64
	uploaded bool          // the body came in pieces
	missing  bool          // and is not here
	reason   docket.Reason // why it cannot be filed, or ""
	// One of these when reason is "".
	file       *docket.Case
	call       *docket.Call
	attachment *docket.Attachment
	rating     *docket.Rating
}

// Push files the items of an authenticated terminal, in order, and returns one
// answer each. An error means that nothing was filed and nothing answered.
func (r *Receiver) Push(ctx context.Context, kiosk int, push wire.Push) ([]wire.ItemAnswer, error) {
	now := r.Clock().UTC()
	var offset time.Duration
	if !push.DeviceTime.IsZero() {
		offset = now.Sub(push.DeviceTime)
	}
	items := make([]opened, len(push.Items))
	for i, item := range push.Items {
		items[i] = opened{age: item.Age, sealed: item.Sealed, item: docket.Item{
			Kiosk: kiosk, ID: item.ID, Kind: item.Kind, Sequence: item.Sequence, MadeAt: item.MadeAt, ReceivedAt: now, ClockOffset: offset,
		}}
	}
	if err := r.assemble(ctx, push.Items, items); err != nil {
		return nil, err
	}
	wait, done := r.openAll(push.Items, items)
	defer done()
	if len(items) > 0 {
		wait(0)
	}
	failpoint.Reached(failpoint.Opened)
	answers := make([]wire.ItemAnswer, len(items))
	var words []live.Word
	var calls []docket.Call
	err := r.Store.Write(ctx, func(tx docket.Tx) error {
		words, calls = nil, nil // Write may run this more than once
		for i := range items {
			wait(i)
			outcome, reason, told, err := file(tx, &items[i])
			if err != nil {
				return err
			}
			answers[i] = wire.ItemAnswer{ID: push.Items[i].ID, Outcome: outcome, Reason: string(reason)}
			words = append(words, told...)
			if outcome == wire.Created && items[i].call != nil {
				calls = append(calls, *items[i].call)
			}
		}
		failpoint.Reached(failpoint.Filed)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("intake: %w", err)
	}
	failpoint.Reached(failpoint.Committed)
	r.Hub.Publish(words...)
	r.log(kiosk, answers, calls)
	return answers, nil
}

// log writes what was done; ids only of items that were filed, because others
// may hold any text.
func (r *Receiver) log(kiosk int, answers []wire.ItemAnswer, calls []docket.Call) {
	count := map[wire.Outcome]int{}
	for _, a := range answers {
		count[a.Outcome]++
	}
	r.logKept(kiosk, answers)
	r.Log.Info("push", "kiosk", kiosk, "created", count[wire.Created], "duplicate", count[wire.Duplicate],
		"conflict", count[wire.Conflict], "rejected", count[wire.Rejected])
	for _, c := range calls {
		// raised_at to received_at to the "call shown" of the console is the way
		// from the button to the staff alert.
		r.Log.Info("call received", "call", c.ID, "kiosk", kiosk,
			"raised_at", c.RaisedAt.Format(time.RFC3339Nano), "received_at", c.ReceivedAt.Format(time.RFC3339Nano))
	}
}

// logKept says of what was kept aside why, in the words of package docket.
func (r *Receiver) logKept(kiosk int, answers []wire.ItemAnswer) {
	why := map[string]int{}
	for _, a := range answers {
		if a.Outcome == wire.Conflict || a.Outcome == wire.Rejected {
			why[a.Reason]++
		}
	}
	if len(why) == 0 {
		return
	}
	var reasons []string
	for reason, n := range why {
		reasons = append(reasons, fmt.Sprint(reason, " ", n))
	}
	slices.Sort(reasons)
	r.Log.Warn("items are kept in quarantine", "kiosk", kiosk, "reasons", strings.Join(reasons, ", "))
}

// openAll verifies the items and opens their bodies, beside whoever files them: the
// key agreement of an item takes about as long as its filing. wait returns when an
// item is ready; done when all are. What opens must leave the database alone: a
// transaction holds it meanwhile.
func (r *Receiver) openAll(items []wire.Item, into []opened) (wait func(i int), done func()) {
	ready := make([]chan struct{}, len(items))
	for i := range ready {
		ready[i] = make(chan struct{})
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	// One core is left to the database, which takes the items in order.
	for range min(len(items), max(runtime.GOMAXPROCS(0)-1, 1)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(items); i = int(next.Add(1)) - 1 {
				into[i].open(r.unseal, items[i])
				close(ready[i])
			}
		})
	}
	return func(i int) { <-ready[i] }, workers.Wait
}

// open verifies one item and opens its body.
func (o *opened) open(unseal func(seal.Envelope, []byte) ([]byte, error), i wire.Item) {
	if o.missing {
		return
	}
	i.Sealed, i.Uploaded = o.sealed, false
	o.item.Hash = sha256.Sum256(i.Sealed)
	o.reason = o.verify(unseal, i, o.item.ReceivedAt)
}

func (o *opened) verify(unseal func(seal.Envelope, []byte) ([]byte, error), i wire.Item, now time.Time) docket.Reason {
	if _, err := uuid.Parse(i.ID); err != nil {
		return docket.ReasonBadItem
	}
	if err := i.Check(); err != nil {
		if o.item.Hash != parseHash(i.Hash) {
			return docket.ReasonBadHash
		}
		return docket.ReasonBadItem
	}
	plain, err := unseal(seal.Envelope{ID: i.ID, Kind: i.Kind, Kiosk: o.item.Kiosk}, i.Sealed)
	if err != nil {
		return openReason(err)
	}
	switch i.Kind {
	case request.KindCall:
		return o.readCall(plain, now)
	case request.KindAttachment:
		return o.readAttachment(plain, now)
	}
	return o.readRequest(plain, now)
}

// Open opens an item that is kept in quarantine, for staff to read.
func (r *Receiver) Open(q docket.Quarantined) ([]byte, error) {
	return r.unseal(seal.Envelope{ID: q.Item.ID, Kind: q.Item.Kind, Kiosk: q.Item.Kiosk}, q.Sealed)
}

func openReason(err error) docket.Reason {
	switch {
	case errors.Is(err, seal.ErrUnknownKey):
		return docket.ReasonUnknownKey
	case errors.Is(err, seal.ErrOpen):
		return docket.ReasonNotOpening
	}
	return docket.ReasonNotSealed
}

func (o *opened) readRequest(plain []byte, now time.Time) docket.Reason {
	var body request.Request
	if err := json.Unmarshal(plain, &body); err != nil {
		return docket.ReasonBadBody
	}
	code, err := ticket.Parse(string(body.Ticket))
	if err != nil || code != body.Ticket || body.Service == "" {
		return docket.ReasonBadBody
	}
	if body.ID != o.item.ID || body.Kiosk != o.item.Kiosk || code[:4] != ticket.Code(fmt.Sprintf("%04d", o.item.Kiosk)) {
		return docket.ReasonDisagrees
	}
	requested := trueTime(body.MadeAt, o.age, o.item.ClockOffset, now)
	if body.Rating != nil {
		return o.readRating(body, plain, requested, now)
	}
	o.file = &docket.Case{
		ID: body.ID, Kiosk: body.Kiosk, Ticket: code, Service: body.Service, CatalogVersion: body.CatalogVersion,
		Urgency: docket.ParseUrgency(body.Urgency), RequestedAt: requested, ReceivedAt: now, Body: plain,
	}
	if body.Person != nil {
		o.file.Card = body.Person.Token
	}
	return ""
}

func (o *opened) readCall(plain []byte, now time.Time) docket.Reason {
	var body request.Call
	if err := json.Unmarshal(plain, &body); err != nil {
		return docket.ReasonBadBody
	}
	if body.ID != o.item.ID || body.Kiosk != o.item.Kiosk {
		return docket.ReasonDisagrees
	}
	o.call = &docket.Call{
		ID: body.ID, Kiosk: body.Kiosk, Screen: body.Screen,
		RaisedAt: trueTime(body.MadeAt, o.age, o.item.ClockOffset, now), ReceivedAt: now,
	}
	return ""
}

// file puts one item where it belongs and says where that was, and what is to be
// told to whoever watches.
func file(tx docket.Tx, o *opened) (wire.Outcome, docket.Reason, []live.Word, error) {
	seen, known, err := tx.Seen(o.item.Kiosk, o.item.ID, o.item.Hash)
	if err != nil {
		return "", "", nil, err
	}
	switch {
	case known && seen.Outcome == wire.Created:
		return wire.Duplicate, "", nil, o.fileUpload(tx)
	case known && seen.Outcome == wire.Conflict:
		return wire.Conflict, seen.Reason, nil, o.fileUpload(tx)
	case known && o.missing: // it was rejected, and the body is in quarantine
		return seen.Outcome, seen.Reason, nil, nil
	case o.missing:
		return wire.Missing, "", nil, nil
	}
	// A rejected item that comes again is judged again: the key that it is
	// sealed to may have been restored in the meantime.
	outcome, reason := wire.Rejected, o.reason
	var words []live.Word
	if filed, err := tx.Filed(o.item.ID); err != nil {
		return "", "", nil, err
	} else if filed {
		outcome, reason = wire.Conflict, docket.ReasonIDTaken
	} else if reason == "" {
		outcome, reason, words, err = create(tx, o)
		if err != nil {
			return "", "", nil, err
		}
	}
	o.item.Outcome, o.item.Reason = outcome, reason
	if err := tx.Record(o.item); err != nil {
		return "", "", nil, err
	}
	if err := o.fileUpload(tx); err != nil {
		return "", "", nil, err
	}
	if outcome != wire.Created {
		words = []live.Word{{Kind: live.Quarantine}}
		err = tx.Keep(docket.Quarantined{Item: o.item, Sealed: o.sealed})
	}
	return outcome, reason, words, err
}

// create files a sound item.
func create(tx docket.Tx, o *opened) (wire.Outcome, docket.Reason, []live.Word, error) {
	var words []live.Word
	var err error
	switch {
	case o.call != nil:
		words = []live.Word{{Kind: live.Call, ID: o.call.ID, Kiosk: o.call.Kiosk}}
		err = tx.FileCall(*o.call)
	case o.attachment != nil:
		words, err = fileAttachment(tx, *o.attachment)
	case o.rating != nil:
		words, err = fileRating(tx, *o.rating)
	default:
		words, err = fileCase(tx, *o.file)
	}
	switch {
	case errors.Is(err, docket.ErrIDTaken):
		return wire.Conflict, docket.ReasonIDTaken, nil, nil
	case errors.Is(err, docket.ErrTicketTaken):
		return wire.Conflict, docket.ReasonTicketTaken, nil, nil
	case errors.Is(err, errNotNamed):
		return wire.Rejected, docket.ReasonNotNamed, nil, nil
	case err != nil:
		return "", "", nil, err
	}
	return wire.Created, "", words, nil
}

func fileCase(tx docket.Tx, c docket.Case) ([]live.Word, error) {
	var err error
	if c.Number, err = tx.FileCase(c); err != nil {
		return nil, err
	}
	if err := tx.Append(c.Number, docket.Event{Number: 1, Status: docket.Delivered, At: c.ReceivedAt}); err != nil {
		return nil, err
	}
	words, err := lateRatings(tx, c)
	return append(words, caseWord(c.Number, c.Kiosk)), err
}

func caseWord(number int64, kiosk int) live.Word {
	return live.Word{Kind: live.Case, ID: strconv.FormatInt(number, 10), Kiosk: kiosk}
}
