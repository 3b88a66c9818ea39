package demodata

import (
	"context"
	"errors"
	"math"
	"time"

	"lintai/sync/central/docket"
)

// plan says when a case goes on, by how it stands.
func (y *year) plan(ctx context.Context, number int64, t *tale) error {
	c, events, err := y.docket.Case(ctx, number)
	if err != nil {
		return err
	}
	state, err := docket.Replay(events)
	if err != nil {
		return err
	}
	_, approving := state.Step()
	approving = approving && c.Status == docket.Working
	now := y.house.Clock.Now()
	next := func(usual time.Duration) error {
		d := time.Duration(float64(usual) * t.slow * math.Exp(t.random.NormFloat64()*0.6))
		at := now.Add(d)
		if c.Urgency != docket.Urgent || c.Assignee == "" {
			at = working(now, d)
		}
		y.later(at.Truncate(time.Millisecond), func(ctx context.Context) error { return y.goOn(ctx, number, t) })
		return nil
	}
	urgent, soon := c.Urgency == docket.Urgent, c.Urgency == docket.Soon
	switch {
	case c.Status == docket.Delivered && urgent:
		return next(10 * time.Minute)
	case c.Status == docket.Delivered:
		return next(45 * time.Minute)
	case approving:
		return next(5 * time.Hour)
	case c.Status == docket.Accepted:
		return next(time.Hour)
	case c.Status == docket.Dispatched && urgent:
		return next(18 * time.Minute)
	case c.Status == docket.Dispatched && soon:
		return next(90 * time.Minute)
	case c.Status == docket.Dispatched:
		return next(4 * time.Hour)
	case c.Status == docket.Working && urgent:
		return next(50 * time.Minute)
	case c.Status == docket.Working && soon:
		return next(4 * time.Hour)
	case c.Status == docket.Working:
		return next(9 * time.Hour)
	case c.Status == docket.Done && t.random.Float64() < 0.42:
		at := now.Add(time.Duration((2 + 90*t.random.ExpFloat64()) * float64(time.Hour)))
		at = time.Date(at.Year(), at.Month(), at.Day(), 8+t.random.IntN(12), t.random.IntN(60), t.random.IntN(60), 0, now.Location())
		if at.After(now) {
			y.later(at, func(ctx context.Context) error { return y.goOn(ctx, number, t) })
			return nil
		}
	}
	delete(y.tales, number)
	if y.ledger != nil {
		return y.ledger.end(ctx, number)
	}
	return nil
}

// goOn does the next thing to a case.
func (y *year) goOn(ctx context.Context, number int64, t *tale) error {
	c, events, err := y.docket.Case(ctx, number)
	if err != nil {
		return err
	}
	e, more, err := y.decide(ctx, c, events, t)
	if err != nil {
		return err
	}
	switch {
	case e.Action == docket.Rate:
		err = y.rate(ctx, number, t)
	case e.Action == docket.Dispatch && e.Assignee == "":
		err = y.give(ctx, c, t)
	default:
		err = y.desk.Act(ctx, number, c.Events, e, more...)
		if errors.Is(err, docket.ErrFollowed) {
			err = nil // others wait for it: it stays
		}
	}
	if err != nil {
		return err
	}
	if e.Action == docket.Rate || e.Action == docket.Return || e.Action == docket.Reopen {
		// A case that lies open again is looked at, as a job does.
		if now, _, err := y.docket.Case(ctx, number); err == nil && now.Status == docket.Accepted {
			if err := y.dispatch.Look(ctx, []int64{number}); err != nil {
				return err
			}
		}
	}
	return y.plan(ctx, number, t)
}

// decide says what is done to a case, as chance has it. Dispatch to nobody is: to whoever the
// office of dispatch proposes.
func (y *year) decide(ctx context.Context, c docket.Case, events []docket.Event, t *tale) (e docket.Event, more []docket.Event, err error) {
	clerk := y.clerks[t.random.IntN(len(y.clerks))].Name
	chance := t.random.Float64()
	state, err := docket.Replay(events)
	if err != nil {
		return e, nil, err
	}
	step, approving := state.Step()
	approving = approving && c.Status == docket.Working
	switch {
	case c.Status == docket.Delivered:
		if !t.seen {
			t.seen = true
			if e, ok := y.looked(ctx, c, chance, clerk, t); ok {
				return e, nil, nil
			}
		}
		switch c.Service {
		case "certificate":
			return docket.Event{Action: docket.Accept, By: clerk}, nil, nil
		case "mediation":
			return docket.Event{Action: docket.Accept, By: clerk}, []docket.Event{{Action: docket.Dispatch, By: clerk,
				Detail: docket.Detail{Assignee: docket.ToWorker(y.mediator.ID)}}}, nil
		}
		return docket.Event{Action: docket.Dispatch, By: clerk}, nil, nil
	case c.Status == docket.Accepted && c.Service == "certificate":
		return docket.Event{Action: docket.Submit, By: clerk, Detail: docket.Detail{Chain: docket.DefaultChains()[c.Service]}}, nil, nil
	case c.Status == docket.Accepted:
		return docket.Event{Action: docket.Dispatch, By: clerk}, nil, nil
	case approving && chance < 0.03 && state.Approved == 0:
		return docket.Event{Action: docket.Decline, By: clerk, Note: one(t.random, declined), Detail: docket.Detail{Step: step}}, nil, nil
	case approving:
		return docket.Event{Action: docket.Approve, By: clerk, Detail: docket.Detail{Step: step}}, nil, nil
	case c.Status == docket.Dispatched && chance < 0.05 && t.given < 2:
		t.given++
		return docket.Event{Action: docket.Return, By: y.by(c, clerk), Detail: docket.Detail{Inner: giveBack(t)}}, nil, nil
	case c.Status == docket.Dispatched && chance < 0.07:
		to := docket.ToWorker(y.workers[t.random.IntN(y.grids)].ID)
		if to != c.Assignee {
			return docket.Event{Action: docket.Redispatch, By: clerk, Detail: docket.Detail{Assignee: to, Inner: one(t.random, movedOn)}}, nil, nil
		}
		fallthrough
	case c.Status == docket.Dispatched:
		return docket.Event{Action: docket.Start, By: y.by(c, clerk)}, nil, nil
	case c.Status == docket.Working && chance < 0.08 && !t.told:
		t.told = true
		return docket.Event{Action: docket.Tell, By: y.by(c, clerk), Note: y.speaker(t).speak(one(t.random, waitsFor[c.Service]))}, nil, nil
	case c.Status == docket.Working:
		return docket.Event{Action: docket.Complete, By: y.by(c, clerk), Detail: docket.Detail{Record: &docket.Record{Text: y.done(c, t)}}}, nil, nil
	case c.Status == docket.Done && chance < 0.05 && !t.reopened:
		t.reopened = true
		return docket.Event{Action: docket.Reopen, By: clerk, Note: y.speaker(t).speak(one(t.random, openAgain))}, nil, nil
	}
	return docket.Event{Action: docket.Rate}, nil, nil
}

// looked is what a clerk may do with a new case beside giving it to somebody.
func (y *year) looked(ctx context.Context, c docket.Case, chance float64, clerk string, t *tale) (docket.Event, bool) {
	switch made, err := y.docket.Classification(ctx, c.Number); {
	case chance < 0.02:
		return docket.Event{Action: docket.Cancel, By: clerk, Note: one(t.random, cancelled)}, true
	case chance < 0.03:
		return docket.Event{Action: docket.Refuse, By: clerk, Note: one(t.random, refused)}, true
	case err == nil && chance > 0.4 && len(made.Duplicates) > 0:
		other, _, err := y.docket.Case(ctx, made.Duplicates[0].Case)
		if err == nil && !other.Status.Closed() {
			return docket.Event{Action: docket.Merge, By: clerk, Detail: docket.Detail{Other: other.Number}}, true
		}
	case chance < 0.07 && c.Category != "":
		to := rather[c.Category]
		return docket.Event{Action: docket.Correct, By: clerk, Detail: docket.Detail{Correction: &docket.Correction{Category: to,
			Concern: c.Concern, Priority: c.Urgency}}}, to != c.Category
	}
	return docket.Event{}, false
}

// give hands a case to whoever is proposed, else to the worker whose turn it is.
func (y *year) give(ctx context.Context, c docket.Case, t *tale) error {
	p, err := y.dispatch.Propose(ctx, c.Number)
	if err != nil {
		return err
	}
	by := y.clerks[int(c.Number)%len(y.clerks)].Name
	if c.Service == "mediation" {
		p.To = docket.ToWorker(y.mediator.ID)
		return y.desk.Act(ctx, c.Number, c.Events, docket.Event{Action: docket.Dispatch, By: by, Detail: docket.Detail{Assignee: p.To}})
	}
	if p.To == "" {
		p.To = docket.ToWorker(y.workers[t.random.IntN(y.grids)].ID)
	}
	return y.dispatch.Give(ctx, c.Number, c.Events, p.To, by, p.Words())
}

// by is who does what is done to a case: whoever has it, or the clerk for a department.
func (y *year) by(c docket.Case, clerk string) string {
	account, _ := c.Assignee.Worker()
	for _, w := range y.made.Staff {
		if w.ID == account {
			return w.Name
		}
	}
	return clerk
}
