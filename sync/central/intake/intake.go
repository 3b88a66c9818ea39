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
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"
	jsonv1 "github.com/go-json-experiment/json/v1"
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
	// What is answered; said by filing.
	outcome wire.Outcome
	why     docket.Reason
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
	wait(0)
	failpoint.Reached(failpoint.Opened)
	var words []live.Word
	err := r.Store.Write(ctx, func(tx docket.Tx) error {
		// All of it anew: Write may run this more than once.
		f, err := begin(tx, kiosk, items)
		if err != nil {
			return err
		}
		for from := 0; from < len(items); from += gathered {
			wait(from)
			for i := from; i < min(from+gathered, len(items)); i++ {
				if err := f.take(&items[i]); err != nil {
					return err
				}
			}
			if err := f.fileRun(); err != nil {
				return err
			}
		}
		words = f.words
		err = f.record()
		failpoint.Reached(failpoint.Filed)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("intake: %w", err)
	}
	failpoint.Reached(failpoint.Committed)
	r.Hub.Publish(words...)
	answers := make([]wire.ItemAnswer, len(items))
	var calls []docket.Call
	for i, o := range items {
		answers[i] = wire.ItemAnswer{ID: o.item.ID, Outcome: o.outcome, Reason: string(o.why)}
		if o.outcome == wire.Created && o.call != nil {
			calls = append(calls, *o.call)
		}
	}
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

// gathered is how many items are opened before they are handed to whoever files
// them, who files them together.
const gathered = 20

// openAll verifies the items and opens their bodies, beside whoever files them: the
// key agreement of an item takes about as long as its filing. wait returns when an
// item and those that are gathered with it are ready; done when all are. What opens
// must leave the database alone: a transaction holds it meanwhile.
func (r *Receiver) openAll(items []wire.Item, into []opened) (wait func(i int), done func()) {
	ready := make([]chan struct{}, (len(items)+gathered-1)/gathered)
	for n := range ready {
		ready[n] = make(chan struct{})
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	// One core is left to the database, which takes the items in order.
	for range min(len(ready), max(runtime.GOMAXPROCS(0)-1, 1)) {
		workers.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(ready); n = int(next.Add(1)) - 1 {
				for i := n * gathered; i < min((n+1)*gathered, len(items)); i++ {
					into[i].open(r.unseal, items[i])
				}
				close(ready[n])
			}
		})
	}
	wait = func(i int) {
		if i < len(items) {
			<-ready[i/gathered]
		}
	}
	return wait, workers.Wait
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

// decode reads a body as encoding/json would, in a third of its time.
func decode(plain []byte, into any) error {
	return json.Unmarshal(plain, into, jsonv1.DefaultOptionsV1())
}

func (o *opened) readRequest(plain []byte, now time.Time) docket.Reason {
	var body request.Request
	if err := decode(plain, &body); err != nil {
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
	if err := decode(plain, &body); err != nil {
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
