package votes

import (
	"context"
	"slices"
	"sync"

	"lintai/sync/central/proposal"
)

// mostUrns bounds the memory: an urn of proposal.MostVoters ballots is some four MiB.
const mostUrns = 4

// urns keeps the ballots of counted votes that were asked for last. They stand under the
// head of the chain over them, so what is kept is what was signed: an urn that is another
// one is read anew each time and shown as it is. One is read at a time, because anybody
// may ask.
type urns struct {
	turn chan struct{}

	mu   sync.Mutex
	kept []counted // asked for last at the end
}

type counted struct {
	head    proposal.Hash
	ballots []proposal.Ballot
}

func newUrns() *urns { return &urns{turn: make(chan struct{}, 1)} }

func (u *urns) find(head proposal.Hash) ([]proposal.Ballot, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	i := slices.IndexFunc(u.kept, func(c counted) bool { return c.head == head })
	if i < 0 {
		return nil, false
	}
	c := u.kept[i]
	u.kept = append(slices.Delete(u.kept, i, i+1), c)
	return c.ballots, true
}

func (u *urns) keep(c counted) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.kept = append(u.kept, c)
	if more := len(u.kept) - mostUrns; more > 0 {
		u.kept = slices.Delete(u.kept, 0, more)
	}
}

// of are the ballots of a counted vote, by receipt.
func (u *urns) of(ctx context.Context, p proposal.Poll, read func(context.Context, int64, int) (proposal.Urn, error)) ([]proposal.Ballot, error) {
	if all, ok := u.find(p.Head); ok {
		return all, nil
	}
	select {
	case u.turn <- struct{}{}:
		defer func() { <-u.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if all, ok := u.find(p.Head); ok { // whoever was before us read it
		return all, nil
	}
	urn, err := read(ctx, p.Proposal, p.Round)
	if err != nil {
		return nil, err
	}
	if p.Chain(urn.All) == p.Head {
		u.keep(counted{p.Head, urn.All})
	}
	return urn.All, nil
}
