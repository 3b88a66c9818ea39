package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"lintai/sync/central/proposal"
)

// Votes on proposals, with their rolls and urns.

const pollByRound = "SELECT " + pollColumns + " FROM proposal_polls v WHERE v.proposal = ? AND v.round = ?"

// Poll finds a vote.
func (s *Store) Poll(ctx context.Context, number int64, round int) (proposal.Poll, error) {
	p, err := scanPoll(s.queryRow(ctx, pollByRound, number, round))
	return p, unproposed("vote", err)
}

// Poll locks it, too: who casts a ballot waits for whoever does.
func (t proposalTx) Poll(number int64, round int) (proposal.Poll, error) {
	p, err := scanPoll(t.queryRow(pollByRound+t.store.dialect.lock, number, round))
	return p, unproposed("vote", err)
}

// Polls lists votes, newest first.
func (s *Store) Polls(ctx context.Context, before int64, limit int) ([]proposal.PollHead, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	rows, err := s.query(ctx, "SELECT "+pollColumns+" FROM proposal_polls v WHERE v.number < ? ORDER BY v.number DESC LIMIT ?", before, bounded(limit))
	return collect(rows, err, scanPollHead)
}

func underWay(a asker) ([]proposal.Poll, error) {
	rows, err := a.rows("SELECT " + pollColumns + " FROM proposal_polls v WHERE v.counted_at = 0 ORDER BY v.proposal, v.round")
	return collect(rows, err, scanPoll)
}

// PollsUnderWay lists votes that are not counted.
func (s *Store) PollsUnderWay(ctx context.Context) ([]proposal.Poll, error) {
	return underWay(outside{s, ctx})
}
func (t proposalTx) PollsUnderWay() ([]proposal.Poll, error) { return underWay(t) }

func (t proposalTx) AddPoll(p proposal.Poll) error {
	options, err := json.Marshal(p.Options)
	if err != nil {
		return fmt.Errorf("store: options: %w", err)
	}
	number, err := t.insert("add vote", `INSERT INTO proposal_polls
		(proposal, round, question, options, from_at, until_at, count_at, electorate, voters, quorum, majority, ballots, head, signature)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		p.Proposal, p.Round, p.Question, string(options), micros(p.From), micros(p.Until), micros(p.CountAt), string(p.Electorate), p.Voters, p.Quorum, truth(p.Majority),
		p.Ballots, p.Head[:], p.Signature)
	if err == nil && number == 0 {
		err = proposal.ErrExists
	}
	return err
}

func (t proposalTx) PutPoll(p proposal.Poll) error {
	result := ""
	if p.Result != nil {
		text, err := json.Marshal(p.Result)
		if err != nil {
			return fmt.Errorf("store: result: %w", err)
		}
		result = string(text)
	}
	n, err := t.exec("put vote", `UPDATE proposal_polls SET ballots = ?, head = ?, signature = ?, counted_at = ?, voided = ?, result = ?
		WHERE proposal = ? AND round = ?`, p.Ballots, p.Head[:], p.Signature, micros(p.CountedAt), truth(p.Voided), result, p.Proposal, p.Round)
	if err == nil && n == 0 {
		err = proposal.ErrNotFound
	}
	return err
}

func (t proposalTx) AddVoters(number int64, round int, voters []string) (added int, err error) {
	for _, voter := range voters {
		n, err := t.exec("add voter", "INSERT INTO proposal_roll (proposal, round, voter) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", number, round, voter)
		if err != nil {
			return added, err
		}
		added += int(n)
	}
	return added, nil
}

func (t proposalTx) OnRoll(number int64, round int, voter string) (on bool, err error) {
	err = t.queryRow("SELECT EXISTS (SELECT 1 FROM proposal_roll WHERE proposal = ? AND round = ? AND voter = ?)", number, round, voter).Scan(&on)
	if err != nil {
		return false, fmt.Errorf("store: roll: %w", err)
	}
	return on, nil
}

func (t proposalTx) Vote(number int64, round int, voter string) error {
	n, err := t.exec("note voter", "INSERT INTO proposal_voted (proposal, round, voter) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", number, round, voter)
	if err == nil && n == 0 {
		err = proposal.ErrExists
	}
	return err
}

func ballots(a asker, number int64, round int) ([]proposal.Ballot, error) {
	rows, err := a.rows("SELECT receipt, choice FROM proposal_ballots WHERE proposal = ? AND round = ? ORDER BY receipt", number, round)
	return collect(rows, err, func(r row) (b proposal.Ballot, err error) { return b, r.Scan(&b.Receipt, &b.Option) })
}

func (t proposalTx) Ballots(number int64, round int) ([]proposal.Ballot, error) {
	return ballots(t, number, round)
}

func (t proposalTx) Cast(number int64, round int, b proposal.Ballot) error {
	n, err := t.exec("cast ballot", "INSERT INTO proposal_ballots (proposal, round, receipt, choice) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		number, round, string(b.Receipt), b.Option)
	if err == nil && n == 0 {
		err = proposal.ErrExists
	}
	return err
}

// Urn is a vote with its ballots.
func (s *Store) Urn(ctx context.Context, number int64, round int) (u proposal.Urn, err error) {
	err = s.read(ctx, func(t *Tx) error {
		u = proposal.Urn{}
		if u.Poll, err = scanPoll(t.queryRow(pollByRound, number, round)); err != nil {
			return unproposed("vote", err)
		}
		if u.All, err = ballots(t, number, round); err != nil {
			return err
		}
		if err := t.queryRow("SELECT COUNT(*) FROM proposal_voted WHERE proposal = ? AND round = ?", number, round).Scan(&u.Voted); err != nil {
			return fmt.Errorf("store: voted: %w", err)
		}
		return nil
	})
	return u, err
}
