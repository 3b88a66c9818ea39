package proposal

import (
	"context"

	"lintai/sync/central/docket"
)

// Store is a database of proposals and votes. What a write returned without error
// survives a power cut.
type Store interface {
	// WriteProposals runs f in one transaction: everything or, when f returns an error,
	// nothing. Transactions are as good as one after another. f must use only its Tx, and
	// may run more than once.
	WriteProposals(ctx context.Context, f func(Tx) error) error

	Proposal(ctx context.Context, number int64) (Proposal, error)      // ErrNotFound
	Proposals(ctx context.Context, q Query) ([]Proposal, error)        // by number, newest first
	ProposalEvents(ctx context.Context, number int64) ([]Event, error) // oldest first
	ProposalCases(ctx context.Context, number int64) ([]int64, error)  // appeals that it came from, by number
	// Wishes lists appeals that say what somebody hopes for (盼), are not withdrawn and
	// belong to no proposal yet; newest first.
	Wishes(ctx context.Context, before int64, limit int) ([]docket.Case, error)
	Poll(ctx context.Context, proposal int64, round int) (Poll, error)      // ErrNotFound
	Polls(ctx context.Context, before int64, limit int) ([]PollHead, error) // newest first; before 0: from the newest on
	PollsUnderWay(ctx context.Context) ([]Poll, error)                      // by proposal and round
	Urn(ctx context.Context, proposal int64, round int) (Urn, error)        // ErrNotFound
	LockedReceipt(ctx context.Context, number int64) (LockedReceipt, error) // of a case; ErrNotFound
	AnyDelivered(ctx context.Context, service string, after int64) (bool, error)
}

// Query selects proposals.
type Query struct {
	State  State // "": all
	Before int64 // 0: from the newest on
	Limit  int   // 0: no limit
}

// PollHead is a vote in a list, with the number of a list of all votes.
type PollHead struct {
	Number int64
	Poll
}

// Urn is a vote with its ballots, by receipt, as they are at one moment.
type Urn struct {
	Poll
	All   []Ballot
	Voted int // on the roll of those who did
}

// LockedReceipt is what a voter opens with her slip.
type LockedReceipt struct {
	Proposal int64
	Round    int
	Box      []byte
}

// Tx is one transaction. Methods that refuse leave it usable.
type Tx interface {
	docket.Tx
	// OldestDelivered locks the oldest case of a service after a number that nobody took
	// on. False when there is none.
	OldestDelivered(service string, after int64) (docket.Case, bool, error)
	// Redact replaces the body of a case and forgets what rules made of it. ErrNotFound.
	Redact(number int64, body []byte) error

	Proposal(number int64) (Proposal, error) // locks it; ErrNotFound
	AddProposal(p Proposal) (int64, error)
	PutProposal(p Proposal) error // State, Round, Events and UpdatedAt; ErrNotFound
	AddEvent(proposal int64, e Event) error
	Join(proposal, number int64) error // a case; ErrExists when it belongs to one
	ProposalCases(number int64) ([]int64, error)

	PollsUnderWay() ([]Poll, error)
	Poll(proposal int64, round int) (Poll, error) // locks it; ErrNotFound
	AddPoll(p Poll) error
	PutPoll(p Poll) error // from Ballots on; ErrNotFound
	AddVoters(proposal int64, round int, voters []string) (int, error)
	OnRoll(proposal int64, round int, voter string) (bool, error)
	// Vote puts a voter on the roll of those who did. ErrExists.
	Vote(proposal int64, round int, voter string) error
	Ballots(proposal int64, round int) ([]Ballot, error) // by receipt
	Cast(proposal int64, round int, b Ballot) error      // ErrExists for a receipt
	Lock(number int64, l LockedReceipt) error
}
