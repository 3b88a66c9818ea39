package proposal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/docket"
)

// Service is the catalogue's service by which residents vote.
const Service = "vote"

// Delivered answers votes that came after a case, in the order in which they came. It
// returns the last case that it looked at: those that it left are left to staff.
func (k *Keeper) Delivered(ctx context.Context, after int64) (int64, error) {
	more, err := k.Store.AnyDelivered(ctx, Service, after)
	if err != nil {
		return after, err
	}
	for more {
		looked := after
		err := k.write(ctx, "", func(c *change) error {
			looked = after
			filed, found, err := c.OldestDelivered(Service, after)
			if more = found; err != nil || !found {
				return err
			}
			looked = filed.Number
			r, err := filed.Request()
			if err != nil {
				return nil // staff see it as it is
			}
			return c.answer(filed, r)
		})
		switch {
		case errors.Is(err, docket.ErrHistory): // one that is broken does not hold up the others
			k.Log.Error("a vote is left to staff", "case", looked, "error", err)
		case err != nil:
			return after, err
		}
		after = looked
	}
	return after, nil
}

// answer casts a ballot, or says why not. What was chosen leaves the request either way.
func (c *change) answer(filed docket.Case, r request.Request) error {
	poll, option, err := c.asked(r)
	if err != nil {
		return err
	}
	refuse := func(id phrase.ID) error {
		if err := c.redact(filed, r); err != nil {
			return err
		}
		return c.advance(filed, docket.Event{Action: docket.Refuse, Note: phrase.Text(id, "question", poll.Question)})
	}
	switch {
	case poll.Round == 0:
		return refuse("vote_note.unknown")
	case filed.Card == "":
		return refuse("vote_note.no_card")
	case poll.Voided:
		return refuse("vote_note.voided")
	case filed.RequestedAt.Before(poll.From):
		return refuse("vote_note.early")
	case !filed.RequestedAt.Before(poll.Until), poll.Ended(), !c.now.Before(poll.CountAt):
		return refuse("vote_note.late")
	}
	if _, ok := poll.Option(option); !ok {
		return refuse("vote_note.unknown")
	}
	voter := Voter(filed.Card, poll.Proposal, poll.Round)
	if poll.Electorate == Roll {
		if on, err := c.OnRoll(poll.Proposal, poll.Round, voter); err != nil {
			return err
		} else if !on {
			return refuse("vote_note.not_on_roll")
		}
	}
	// Over an urn that somebody changed nothing is signed: the change would be lost in
	// the new signature. Such a vote waits until that was looked into.
	before, err := c.Ballots(poll.Proposal, poll.Round)
	if err != nil {
		return err
	}
	if len(poll.Recount(before, c.keeper.public()).Faults) > 0 {
		c.keeper.Log.Error("a ballot is not cast: the urn is not what was signed", "proposal", poll.Proposal, "round", poll.Round)
		return nil
	}
	err = c.Vote(poll.Proposal, poll.Round, voter)
	if errors.Is(err, ErrExists) {
		return refuse("vote_note.twice")
	}
	if err != nil {
		return err
	}
	if err := c.cast(poll, append(before, Ballot{Option: option}), filed, r); err != nil {
		return err
	}
	if err := c.redact(filed, r); err != nil {
		return err
	}
	return c.advance(filed, docket.Event{Action: docket.Accept}, docket.Event{Action: docket.Start},
		docket.Event{Action: docket.Complete, Note: phrase.Text("vote_note.cast", "question", poll.Question)})
}

// asked finds the vote that a request is for; the zero Poll when there is none.
func (c *change) asked(r request.Request) (poll Poll, option string, err error) {
	for _, a := range r.Answers {
		number, round, ok := parseStep(a.Step)
		if !ok {
			continue
		}
		poll, err = c.Poll(number, round)
		if errors.Is(err, ErrNotFound) {
			return Poll{}, "", nil
		}
		return poll, a.Option, err
	}
	return Poll{}, "", nil
}

// cast puts the last of these ballots into the urn, and has it signed anew.
func (c *change) cast(poll Poll, all []Ballot, filed docket.Case, r request.Request) (err error) {
	b := &all[len(all)-1]
	if b.Receipt, err = NewReceipt(c.keeper.Random); err != nil {
		return err
	}
	if err := c.Cast(poll.Proposal, poll.Round, *b); err != nil {
		return err
	}
	if err := c.PutPoll(poll.sealed(c.keeper.Key, all)); err != nil {
		return err
	}
	return c.Lock(filed.Number, LockedReceipt{poll.Proposal, poll.Round, Box(c.keeper.Key, filed.ID, r.RatingCode, b.Receipt)})
}

// Secret is a request as staff may see it, also as long as it waits: without what was
// chosen in a vote.
func Secret(r request.Request) request.Request {
	if r.Service != Service {
		return r
	}
	r.Answers = slices.Clone(r.Answers)
	for i, a := range r.Answers {
		if _, _, ok := parseStep(a.Step); ok {
			r.Answers[i].Option, r.Answers[i].Text = "", phrase.Text("vote.secret")
		}
	}
	return r
}

// redact takes what was chosen out of a request, and the digits of the slip.
func (c *change) redact(filed docket.Case, r request.Request) error {
	r = Secret(r)
	r.RatingCode = ""
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("proposal: %w", err)
	}
	return c.Redact(filed.Number, body)
}
