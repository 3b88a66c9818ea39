package proposal

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/points"
)

// Keeper moves proposals and holds votes. Each of its deeds is one transaction, which
// also tells those whose appeals a proposal came from.
type Keeper struct {
	Store  Store
	Key    ed25519.PrivateKey // signs urns and locks receipts; it is not in the database
	Random io.Reader
	Hub    *live.Hub
	Clock  func() time.Time
	Log    *slog.Logger
}

// change is one transaction under way.
type change struct {
	Tx
	keeper  *Keeper
	now     time.Time
	by      string
	touched []docket.Case
}

func (k *Keeper) write(ctx context.Context, by string, f func(*change) error) error {
	var touched []docket.Case
	err := k.Store.WriteProposals(ctx, func(tx Tx) error {
		c := &change{Tx: tx, keeper: k, now: k.Clock().UTC(), by: by}
		err := f(c)
		touched = c.touched
		return err
	})
	if err != nil {
		return fmt.Errorf("proposal: %w", err)
	}
	k.Hub.Publish(points.Told(touched)...)
	return nil
}

// happen appends an event to a proposal and stores what it comes to.
func (c *change) happen(p *Proposal, a Action, note string) error {
	if a.needsNote() && note == "" || !prose(note, LongestNote) {
		return ErrText
	}
	to, ok := p.State.After(a)
	if !ok {
		return fmt.Errorf("%w: %q when it is %q", ErrMove, a, p.State)
	}
	p.State, p.UpdatedAt = to, c.now
	p.Events++
	if err := c.AddEvent(p.Number, Event{Number: p.Events, Action: a, State: to, At: c.now, By: c.by, Note: note}); err != nil {
		return err
	}
	return c.PutProposal(*p)
}

func (c *change) advance(filed docket.Case, steps ...docket.Event) error {
	for i := range steps {
		steps[i].At, steps[i].By = c.now, c.by
	}
	touched, err := docket.Advance(c, filed, steps...)
	c.touched = append(c.touched, touched...)
	return err
}

// tell tells those whose appeals a proposal came from; one that is closed is left alone.
func (c *change) tell(p Proposal, note string) error {
	cases, err := c.ProposalCases(p.Number)
	if err != nil {
		return err
	}
	for _, number := range cases {
		filed, err := c.LockCase(number)
		if errors.Is(err, docket.ErrNotFound) {
			continue // its time was over
		}
		if err != nil {
			return err
		}
		if filed.Status.Closed() {
			continue
		}
		if err := c.advance(filed, docket.Event{Action: docket.Tell, Note: note}); err != nil {
			return err
		}
	}
	return nil
}

// Collect adds a proposal, out of an appeal when number is not 0.
func (k *Keeper) Collect(ctx context.Context, p Proposal, number int64, by string) (int64, error) {
	if err := p.Check(); err != nil {
		return 0, err
	}
	made := p
	err := k.write(ctx, by, func(c *change) (err error) {
		made = Proposal{Title: p.Title, Detail: p.Detail, MadeAt: c.now, MadeBy: by, State: Collected, UpdatedAt: c.now}
		if made.Number, err = c.AddProposal(made); err != nil {
			return err
		}
		made.State = ""
		if err := c.happen(&made, Collect, ""); err != nil || number == 0 {
			return err
		}
		return c.join(made, number)
	})
	return made.Number, err
}

// join notes that an appeal is one for a proposal, and tells its resident.
func (c *change) join(p Proposal, number int64) error {
	filed, err := c.LockCase(number)
	if errors.Is(err, docket.ErrNotFound) {
		return ErrNotFound
	}
	if err != nil {
		return err
	}
	if err := c.Join(p.Number, number); err != nil || filed.Status.Closed() {
		return err
	}
	return c.advance(filed, docket.Event{Action: docket.Tell, Note: phrase.Text("proposal_note.collected", "title", p.Title, "number", digits(p.Number))})
}

// JoinCase adds an appeal to a proposal that is there.
func (k *Keeper) JoinCase(ctx context.Context, proposal, number int64, by string) error {
	return k.write(ctx, by, func(c *change) error {
		p, err := c.Proposal(proposal)
		if err != nil {
			return err
		}
		if p.State == Done {
			return ErrMove
		}
		return c.join(p, number)
	})
}

// Act does what needs nothing but words: Discuss, Note, Carry, Finish and Shelve.
func (k *Keeper) Act(ctx context.Context, number int64, a Action, note, by string) error {
	if a == Collect || a == Put || a == Void || a == Count {
		return ErrMove
	}
	return k.write(ctx, by, func(c *change) error {
		p, err := c.Proposal(number)
		if err != nil {
			return err
		}
		if a == Carry {
			poll, err := c.Poll(number, p.Round)
			if err != nil {
				return err
			}
			if poll.Result == nil || poll.Result.Outcome != Adopted {
				return ErrMove
			}
		}
		if err := c.happen(&p, a, note); err != nil {
			return err
		}
		switch a {
		case Carry:
			return c.tell(p, phrase.Text("proposal_note.carrying", "title", p.Title))
		case Finish:
			return c.tell(p, phrase.Text("proposal_note.done", "title", p.Title))
		case Shelve:
			return c.tell(p, phrase.Text("proposal_note.shelved", "title", p.Title))
		}
		return nil
	})
}

// PutToVote opens the next vote on a proposal. tokens are the cards of the roll, where
// there is one; only hashes of them are kept.
func (k *Keeper) PutToVote(ctx context.Context, poll Poll, tokens []string, by string) (Poll, error) {
	tokens = slices.Compact(slices.Sorted(slices.Values(tokens)))
	poll.Voters = len(tokens)
	err := k.write(ctx, by, func(c *change) error {
		if err := poll.Check(c.now); err != nil {
			return err
		}
		p, err := c.Proposal(poll.Proposal)
		if err != nil {
			return err
		}
		under, err := c.PollsUnderWay()
		if err != nil {
			return err
		}
		if len(under) >= MostPolls {
			return ErrMany
		}
		p.Round++
		if err := c.happen(&p, Put, ""); err != nil {
			return err
		}
		poll.Round = p.Round
		poll = poll.sealed(k.Key, nil)
		if err := c.AddPoll(poll); err != nil {
			return err
		}
		var voters []string
		for _, token := range tokens {
			voters = append(voters, Voter(token, poll.Proposal, poll.Round))
		}
		if _, err := c.AddVoters(poll.Proposal, poll.Round, voters); err != nil {
			return err
		}
		return c.tell(p, phrase.Text("proposal_note.voting", "title", p.Title, "from", when(poll.From), "until", when(poll.Until)))
	})
	return poll, err
}

// VoidVote ends a vote that does not count. The ballots stay as they are.
func (k *Keeper) VoidVote(ctx context.Context, number int64, reason, by string) error {
	return k.write(ctx, by, func(c *change) error {
		p, err := c.Proposal(number)
		if err != nil {
			return err
		}
		if err := c.happen(&p, Void, reason); err != nil {
			return err
		}
		poll, err := c.Poll(number, p.Round)
		if err != nil {
			return err
		}
		poll.Voided, poll.CountedAt = true, c.now
		return c.PutPoll(poll)
	})
}

// CountVote counts a vote whose time is over. ErrEarly before, ErrBroken when the urn is
// not what was signed: then nothing is counted, and staff see what is wrong.
func (k *Keeper) CountVote(ctx context.Context, number int64, by string) error {
	return k.write(ctx, by, func(c *change) error {
		p, err := c.Proposal(number)
		if err != nil {
			return err
		}
		poll, err := c.Poll(number, p.Round)
		if errors.Is(err, ErrNotFound) {
			return ErrMove
		}
		if err != nil {
			return err
		}
		if poll.Ended() {
			return ErrMove
		}
		if c.now.Before(poll.CountAt) {
			return ErrEarly
		}
		ballots, err := c.Ballots(number, p.Round)
		if err != nil {
			return err
		}
		recount := poll.Recount(ballots, k.public())
		if len(recount.Faults) > 0 {
			return fmt.Errorf("%w: %v", ErrBroken, recount.Faults)
		}
		if err := c.happen(&p, Count, ""); err != nil {
			return err
		}
		poll.CountedAt, poll.Result = c.now, &recount.Result
		if err := c.PutPoll(poll); err != nil {
			return err
		}
		return c.tell(p, phrase.Text("proposal_note.counted", "title", p.Title, "result", poll.Words()))
	})
}

// CountDue counts every vote whose time is over. What cannot be counted is logged and
// left to staff.
func (k *Keeper) CountDue(ctx context.Context) error {
	under, err := k.Store.PollsUnderWay(ctx)
	if err != nil {
		return err
	}
	for _, p := range under {
		if k.Clock().Before(p.CountAt) {
			continue
		}
		err := k.CountVote(ctx, p.Proposal, "")
		if errors.Is(err, ErrBroken) {
			k.Log.Error("a vote is not counted", "proposal", p.Proposal, "round", p.Round, "error", err)
			continue
		}
		if err != nil && !errors.Is(err, ErrMove) {
			return err
		}
	}
	return nil
}

// Recount counts a vote anew from what is in the urn.
func (k *Keeper) Recount(ctx context.Context, proposal int64, round int) (Urn, Recount, error) {
	u, err := k.Store.Urn(ctx, proposal, round)
	if err != nil {
		return u, Recount{}, err
	}
	r := u.Recount(u.All, k.public())
	if u.Voted != len(u.All) {
		r.Faults = append(r.Faults, RollFault)
	}
	return u, r, nil
}

// Export is the list of a vote that was counted; ErrEarly before.
func (k *Keeper) Export(ctx context.Context, proposal int64, round int) (Export, error) {
	u, err := k.Store.Urn(ctx, proposal, round)
	if err == nil && u.Result == nil {
		err = ErrEarly
	}
	return k.Announced(u.Poll, u.All), err
}

// Announced is the list of a counted vote with its ballots.
func (k *Keeper) Announced(p Poll, ballots []Ballot) Export {
	return Export{Poll: p, Key: k.public(), All: ballots}
}

// Receipt opens the receipt of a request with the digits of its slip. False when they are
// wrong, or nothing was cast for it.
func (k *Keeper) Receipt(ctx context.Context, of docket.Case, digits string) (LockedReceipt, Receipt, bool, error) {
	l, err := k.Store.LockedReceipt(ctx, of.Number)
	if errors.Is(err, ErrNotFound) {
		return l, "", false, nil
	}
	if err != nil {
		return l, "", false, err
	}
	r, ok := OpenBox(k.Key, of.ID, digits, l.Box)
	return l, r, ok, nil
}

// PublicKey is what signatures are checked with, as lists of ballots have it.
func (k *Keeper) PublicKey() string { return base64.StdEncoding.EncodeToString(k.public()) }

func (k *Keeper) public() ed25519.PublicKey { return k.Key.Public().(ed25519.PublicKey) }

// Words tell a result in a sentence.
func (p Poll) Words() string {
	if p.Result == nil {
		return ""
	}
	r := *p.Result
	switch r.Outcome {
	case Adopted:
		o, _ := p.Option(r.Winner)
		return phrase.Text("vote.adopted", "ballots", strconv.Itoa(r.Ballots), "option", o.Name)
	case Tied:
		return phrase.Text("vote.tied", "ballots", strconv.Itoa(r.Ballots))
	case NoMajority:
		return phrase.Text("vote.no_majority", "ballots", strconv.Itoa(r.Ballots))
	}
	return phrase.Text("vote.short", "ballots", strconv.Itoa(r.Ballots), "quorum", strconv.Itoa(p.Quorum))
}

func when(t time.Time) string { return t.In(phrase.Zone).Format(phrase.Text("page.time")) }

func digits(n int64) string { return strconv.FormatInt(n, 10) }
