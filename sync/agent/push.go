package agent

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"

	"lintai/kiosk/failpoint"
	"lintai/kiosk/request"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/wire"
)

func (a *Agent) pushLoop(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		a.journal.begin(pushing)
		more, err := a.push(ctx)
		a.journal.end(pushing, more, err)
		switch {
		case err == nil && more:
			failures = 0
		case err == nil:
			failures = 0
			select {
			case <-ctx.Done():
			case <-a.wakePush:
			}
		default:
			if errors.Is(err, errFurther) {
				failures = 0
			}
			failures++
			a.complain(ctx, "push failed", failures, err)
			if !more && !wait(ctx, a.backoff(failures), a.wakePush) {
				return
			}
		}
	}
}

// push sends one batch and takes in the answers. more tells that the next push
// need not wait.
func (a *Agent) push(ctx context.Context) (more bool, err error) {
	var batch []offline.Waiting
	packed := a.take(ctx)
	if packed != nil {
		batch = packed.batch
	} else {
		waiting, err := a.queue.NextUpTo(ctx, wire.MaxItems, wire.MaxSealedBytes, wire.UploadAbove)
		if err != nil {
			a.queueFailed(ctx, err)
			return false, err
		}
		batch = a.picker.pick(waiting)
	}
	if len(batch) == 0 {
		return false, nil
	}
	next := a.ahead(ctx, batch)
	carried, landed := a.underWay(ctx, batch)
	answer, err := a.carry(carried, batch, packed)
	if err == nil {
		defer landed() // said to be on its way until what came of it is written down
	} else {
		landed()
	}
	following := next()
	var own errQueue
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case errors.Is(err, errOvertaken):
		return true, nil
	case errors.Is(err, offline.ErrWiped): // it was settled in another way
		return true, nil
	case errors.As(err, &own), errors.Is(err, errFurther):
		return false, err
	}
	if err == nil {
		more, err = a.settle(ctx, batch, answer)
		if more && err == nil {
			a.packed = following
		}
		if !errors.Is(err, errAnswer) {
			return more, err
		}
	}
	guilt := a.blame(batch, err)
	if guilt == blameMaybe && len(batch) == 1 && !a.lineCarries(ctx, batch[0]) {
		guilt = blameLine
	}
	aside, again := a.picker.failed(batch, guilt)
	if aside != "" {
		a.log.Warn("item put aside", "id", aside, "error", err)
		if err := a.queue.SetAside(ctx, []string{aside}); err != nil {
			a.queueFailed(ctx, err)
			return false, err
		}
	}
	return again, err
}

func ids(batch []offline.Waiting) []string {
	all := make([]string, len(batch))
	for i, w := range batch {
		all[i] = w.ID
	}
	return all
}

// carry sends a batch, after its body where that goes up in pieces. What may take
// long makes way for what is more urgent.
func (a *Agent) carry(ctx context.Context, batch []offline.Waiting, packed *parcel) (*wire.PushAnswer, error) {
	if small(batch[0]) {
		return a.exchangePush(ctx, batch, packed)
	}
	var l line
	overtaken, stop := a.yieldToUrgent(ctx, rank(batch[0].Kind), l.drop)
	defer stop()
	overtaken = l.watch(overtaken)
	if large(batch[0]) {
		if err := a.upload(overtaken, batch[0]); err != nil {
			return nil, err
		}
	}
	return a.exchangePush(overtaken, batch, nil)
}

// itemOf is the wire's form of an item. The hash is the one that was saved: a body
// that changed on the disk since is told as what it is.
func itemOf(w offline.Waiting) wire.Item {
	i := wire.Item{ID: w.ID, Kind: w.Kind, Sequence: w.Sequence, MadeAt: w.MadeAt, Hash: hex.EncodeToString(w.SHA256[:]), Sealed: w.Sealed}
	if large(w) {
		i.Sealed, i.Uploaded = nil, true
	}
	if age, known := w.Age(); known {
		ms := age.Milliseconds()
		i.Age = &ms
	}
	return i
}

// exchangePush sends a batch, as it was packed ahead if it was.
func (a *Agent) exchangePush(ctx context.Context, batch []offline.Waiting, packed *parcel) (_ *wire.PushAnswer, err error) {
	if packed == nil {
		if packed, err = a.pack(batch); err != nil {
			return nil, err
		}
	}
	body := packed.body
	failpoint.Reached(failpoint.Sending)
	sent := a.now()
	var answer wire.PushAnswer
	err = exchange(ctx, a, requestTimeout+wire.PushTime(len(body)), http.MethodPost, wire.PathPush, body, &answer, packed.headers...)
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if !a.othersItems(batch, err) {
		a.outcome(err)
	}
	if err == nil {
		a.clock.heard(answer.ServerTime, sent, a.now())
		failpoint.Reached(failpoint.Answered)
	}
	return &answer, err
}

// errOvertaken tells that something slow was broken off.
var errOvertaken = errors.New("agent: something more urgent was saved")

// rank orders kinds as the queue does: the smaller goes first.
func rank(kind request.Kind) int {
	switch kind {
	case request.KindCall:
		return 0
	case request.KindRequest:
		return 1
	}
	return 2
}

// yieldToUrgent returns a context that ends when something is saved of a kind that
// goes before the one of this rank: on a poor line a photo takes minutes, and a
// call for help must not wait behind it. What was broken off goes on later. drop
// is called before the context ends.
func (a *Agent) yieldToUrgent(ctx context.Context, than int, drop func()) (overtaken context.Context, stop func()) {
	overtaken, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-overtaken.Done():
				return
			case <-a.overtake:
			}
			// The first item says it: what was put aside is not urgent.
			first, err := a.queue.NextUpTo(overtaken, 1, 0, 0)
			if err == nil && len(first) > 0 && rank(first[0].Kind) < than {
				drop()
				cancel(errOvertaken)
				return
			}
		}
	}()
	return overtaken, func() { cancel(nil); <-done }
}

// othersItems tells that central refuses items which were saved under another
// number than the terminal has now; it has nothing against the terminal.
func (a *Agent) othersItems(batch []offline.Waiting, err error) bool {
	var r refusal
	return errors.As(err, &r) && r.status == http.StatusForbidden && batch[0].Kiosk != a.kiosk
}

// settle writes central's word on each item down and tells of what was
// delivered. An item without a word stays in the queue.
func (a *Agent) settle(ctx context.Context, batch []offline.Waiting, answer *wire.PushAnswer) (more bool, err error) {
	said := map[string]wire.ItemAnswer{}
	for _, ia := range answer.Answers {
		if ia.Outcome.Settled() {
			said[ia.ID] = ia
		}
	}
	var answers []offline.Answer
	var settled, unsettled []string
	for _, w := range batch {
		ia, ok := said[w.ID]
		if !ok {
			unsettled = append(unsettled, w.ID)
			continue
		}
		settled = append(settled, w.ID)
		answers = append(answers, offline.Answer{ID: w.ID, State: stateOf(ia.Outcome), Reason: ia.Reason})
	}
	if len(settled) == 0 {
		return false, unusable("it settles none of %d items", len(batch))
	}
	if err := a.queue.Settle(ctx, answers); err != nil {
		// Central has them and will call them duplicates next time.
		a.queueFailed(ctx, err)
		return false, err
	}
	a.link.queueFault("")
	a.journal.settledItems(len(settled))
	a.picker.settled(settled)
	for _, w := range batch {
		ia, ok := said[w.ID]
		switch {
		case !ok:
		case ia.Outcome == wire.Conflict || ia.Outcome == wire.Rejected:
			a.log.Error("central does not file an item", "id", w.ID, "kind", w.Kind, "outcome", ia.Outcome, "reason", ia.Reason)
			if w.Kind != request.KindAttachment {
				a.link.event(visit.Held{ID: w.ID})
			}
		case w.Kind == request.KindCall:
			a.link.event(visit.CallDelivered{ID: w.ID})
		case w.Kind == request.KindRequest:
			a.link.event(visit.Delivered{ID: w.ID})
		}
	}
	a.countPending(ctx)
	if len(unsettled) > 0 {
		a.log.Warn("central passed over items", "count", len(unsettled))
		if err := a.queue.SetAside(ctx, unsettled); err != nil {
			a.queueFailed(ctx, err)
			return false, err
		}
	}
	return true, nil
}

func stateOf(o wire.Outcome) offline.State {
	switch o {
	case wire.Conflict:
		return offline.Conflict
	case wire.Rejected:
		return offline.Rejected
	}
	return offline.Delivered
}

// lineCarries pushes no items in as many bytes as an item takes: a line on which
// not even that gets through says nothing against the item, and what was saved
// first must not let others go before it.
func (a *Agent) lineCarries(ctx context.Context, w offline.Waiting) bool {
	const envelope = 400
	body := fmt.Appendf(nil, `{"kiosk":%d,"items":[]}%*s`, w.Kiosk, int(min(w.Size, wire.UploadAbove))+envelope, "")
	var answer wire.PushAnswer
	err := exchange(ctx, a, requestTimeout+wire.PushTime(len(body)), http.MethodPost, wire.PathPush, body, &answer)
	// On a line that carries so much and no more the item needs one of its own.
	a.transport.CloseIdleConnections()
	return err == nil
}

// blame says whether a failed push may be the fault of its items.
func (a *Agent) blame(batch []offline.Waiting, err error) blame {
	var r refusal
	var s stranger
	switch {
	case a.othersItems(batch, err):
		return blameItems
	case errors.As(err, &r):
		switch {
		case r.status == http.StatusRequestEntityTooLarge, r.status == http.StatusBadRequest:
			return blameItems
		case r.unaccepted(), r.status == http.StatusServiceUnavailable:
			return blameLine
		}
		return blameMaybe
	case errors.As(err, &s):
		// A proxy before central may have a limit of its own, or say that central
		// fell over what was sent. Everything else is a captive portal's.
		if s.status == http.StatusRequestEntityTooLarge || s.status >= 500 {
			return blameMaybe
		}
	case errors.Is(err, errBroken), errors.Is(err, errAnswer):
		return blameMaybe
	}
	return blameLine
}
