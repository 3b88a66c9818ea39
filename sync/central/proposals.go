package central

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"lintai/sync/central/proposal"
	"lintai/sync/wire"
)

// proposals keeps proposals and holds votes. Urns are signed with the key of documents,
// which terminals know and the database does not.
func (c *Central) proposals() *proposal.Keeper {
	return &proposal.Keeper{Store: c.store, Key: c.signer, Random: rand.Reader, Hub: c.hub, Clock: c.config.Clock, Log: c.config.Log}
}

// tendVotes counts votes whose time is over and gives terminals those that are open.
func (c *Central) tendVotes(ctx context.Context) error {
	if err := c.proposals().CountDue(ctx); err != nil {
		return err
	}
	return c.announceVotes(ctx)
}

// announceVotes publishes the catalogue with the service of voting while a vote is open,
// and without it while none is.
func (c *Central) announceVotes(ctx context.Context) error {
	under, err := c.store.PollsUnderWay(ctx)
	if err != nil {
		return err
	}
	offered, changed, err := proposal.Offer(*c.library.catalog.Load(), under, c.config.Clock())
	if err != nil || !changed {
		return err
	}
	body, err := json.Marshal(offered)
	if err != nil {
		return err
	}
	d, err := c.Publish(ctx, wire.DocumentCatalog, 0, body)
	if err != nil {
		return fmt.Errorf("central: announce votes: %w", err)
	}
	c.config.Log.Info("votes announced", "version", d.Version)
	return nil
}

// Recount counts a vote anew from what is in the urn; round 0 is the newest.
func (c *Central) Recount(ctx context.Context, number int64, round int) (proposal.Urn, proposal.Recount, error) {
	round, err := c.newestRound(ctx, number, round)
	if err != nil {
		return proposal.Urn{}, proposal.Recount{}, err
	}
	return c.proposals().Recount(ctx, number, round)
}

// Ballots is the list of a vote that was counted; round 0 is the newest.
func (c *Central) Ballots(ctx context.Context, number int64, round int) (proposal.Export, error) {
	round, err := c.newestRound(ctx, number, round)
	if err != nil {
		return proposal.Export{}, err
	}
	return c.proposals().Export(ctx, number, round)
}

func (c *Central) newestRound(ctx context.Context, number int64, round int) (int, error) {
	if round > 0 {
		return round, nil
	}
	p, err := c.store.Proposal(ctx, number)
	return p.Round, err
}
