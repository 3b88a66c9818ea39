package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"lintai/sync/central/docket"
	"lintai/sync/central/proposal"
)

// Proposals: package proposal. Votes on them are in polls.go.

// WriteProposals runs f in one transaction.
func (s *Store) WriteProposals(ctx context.Context, f func(proposal.Tx) error) error {
	return s.write(ctx, func(t *Tx) error { return f(proposalTx{t}) })
}

// proposalTx is a transaction on proposals and votes.
type proposalTx struct{ *Tx }

func (t proposalTx) OldestDelivered(service string, after int64) (docket.Case, bool, error) {
	return pointsTx(t).OldestDelivered(service, after)
}

// Redact has the rules look at the case once more, as it is then.
func (t proposalTx) Redact(number int64, body []byte) error {
	n, err := t.exec("redact case", "UPDATE cases SET body = ?, category = '', concern = '', place = 0, repeats = 0 WHERE number = ?", body, number)
	if err == nil && n == 0 {
		return proposal.ErrNotFound
	}
	if err != nil {
		return err
	}
	_, err = t.exec("redact case", "DELETE FROM classifications WHERE case_number = ?", number)
	return err
}

const proposalColumns = "p.number, p.title, p.detail, p.made_at, p.made_by, p.state, p.round, p.events, p.updated_at"

func scanProposal(r row) (proposal.Proposal, error) {
	var p proposal.Proposal
	var made, updated int64
	err := r.Scan(&p.Number, &p.Title, &p.Detail, &made, &p.MadeBy, &p.State, &p.Round, &p.Events, &updated)
	p.MadeAt, p.UpdatedAt = moment(made), moment(updated)
	return p, err
}

// unproposed makes of a row that is not there what the domain calls it.
func unproposed(what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return proposal.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("store: %s: %w", what, err)
	}
	return nil
}

const proposalByNumber = "SELECT " + proposalColumns + " FROM proposals p WHERE p.number = ?"

// Proposal finds a proposal.
func (s *Store) Proposal(ctx context.Context, number int64) (proposal.Proposal, error) {
	p, err := scanProposal(s.queryRow(ctx, proposalByNumber, number))
	return p, unproposed("proposal", err)
}

func (t proposalTx) Proposal(number int64) (proposal.Proposal, error) {
	p, err := scanProposal(t.queryRow(proposalByNumber+t.store.dialect.lock, number))
	return p, unproposed("proposal", err)
}

// Proposals lists proposals, newest first.
func (s *Store) Proposals(ctx context.Context, q proposal.Query) ([]proposal.Proposal, error) {
	before := q.Before
	if before <= 0 {
		before = math.MaxInt64
	}
	if q.State == "" {
		rows, err := s.query(ctx, "SELECT "+proposalColumns+" FROM proposals p WHERE p.number < ? ORDER BY p.number DESC LIMIT ?", before, bounded(q.Limit))
		return collect(rows, err, scanProposal)
	}
	rows, err := s.query(ctx, "SELECT "+proposalColumns+" FROM proposals p WHERE p.state = ? AND p.number < ? ORDER BY p.number DESC LIMIT ?", string(q.State), before, bounded(q.Limit))
	return collect(rows, err, scanProposal)
}

func (t proposalTx) AddProposal(p proposal.Proposal) (int64, error) {
	return t.insert("add proposal", "INSERT INTO proposals (title, detail, made_at, made_by, state, round, events, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		p.Title, p.Detail, micros(p.MadeAt), p.MadeBy, string(p.State), p.Round, p.Events, micros(p.UpdatedAt))
}

func (t proposalTx) PutProposal(p proposal.Proposal) error {
	n, err := t.exec("put proposal", "UPDATE proposals SET state = ?, round = ?, events = ?, updated_at = ? WHERE number = ?",
		string(p.State), p.Round, p.Events, micros(p.UpdatedAt), p.Number)
	if err == nil && n == 0 {
		err = proposal.ErrNotFound
	}
	return err
}

// ProposalEvents lists what happened to a proposal.
func (s *Store) ProposalEvents(ctx context.Context, number int64) ([]proposal.Event, error) {
	rows, err := s.query(ctx, "SELECT number, action, state, at, by, note FROM proposal_events WHERE proposal = ? ORDER BY number", number)
	return collect(rows, err, func(r row) (e proposal.Event, err error) {
		var at int64
		err = r.Scan(&e.Number, &e.Action, &e.State, &at, &e.By, &e.Note)
		e.At = moment(at)
		return e, err
	})
}

func (t proposalTx) AddEvent(number int64, e proposal.Event) error {
	n, err := t.exec("add event of proposal", "INSERT INTO proposal_events (proposal, number, action, state, at, by, note) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		number, e.Number, string(e.Action), string(e.State), micros(e.At), e.By, e.Note)
	if err == nil && n == 0 {
		err = proposal.ErrExists
	}
	return err
}

func proposalCases(a asker, number int64) ([]int64, error) {
	rows, err := a.rows("SELECT case_number FROM proposal_cases WHERE proposal = ? ORDER BY case_number", number)
	return collect(rows, err, func(r row) (n int64, err error) { return n, r.Scan(&n) })
}

// ProposalCases lists the appeals that a proposal came from.
func (s *Store) ProposalCases(ctx context.Context, number int64) ([]int64, error) {
	return proposalCases(outside{s, ctx}, number)
}
func (t proposalTx) ProposalCases(number int64) ([]int64, error) { return proposalCases(t, number) }

// Wishes lists appeals that say what somebody hopes for; they have an index of their own.
func (s *Store) Wishes(ctx context.Context, before int64, limit int) ([]docket.Case, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	rows, err := s.query(ctx, "SELECT "+caseColumns+` FROM cases WHERE concern = 'hope' AND number < ? AND status NOT IN ('cancelled', 'refused', 'merged')
		AND NOT EXISTS (SELECT 1 FROM proposal_cases p WHERE p.case_number = cases.number) ORDER BY number DESC LIMIT ?`, before, bounded(limit))
	return collect(rows, err, scanCase)
}

func (t proposalTx) Join(number, of int64) error {
	n, err := t.exec("join proposal", "INSERT INTO proposal_cases (case_number, proposal) VALUES (?, ?) ON CONFLICT DO NOTHING", of, number)
	if err == nil && n == 0 {
		err = proposal.ErrExists
	}
	return err
}

// LockedReceipt finds what the voter of a case opens.
func (s *Store) LockedReceipt(ctx context.Context, number int64) (l proposal.LockedReceipt, err error) {
	err = s.queryRow(ctx, "SELECT proposal, round, box FROM proposal_receipts WHERE case_number = ?", number).Scan(&l.Proposal, &l.Round, &l.Box)
	return l, unproposed("receipt", err)
}

func (t proposalTx) Lock(number int64, l proposal.LockedReceipt) error {
	n, err := t.exec("lock receipt", "INSERT INTO proposal_receipts (case_number, proposal, round, box) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		number, l.Proposal, l.Round, l.Box)
	if err == nil && n == 0 {
		err = proposal.ErrExists
	}
	return err
}

const pollColumns = `v.number, v.proposal, v.round, v.question, v.options, v.from_at, v.until_at, v.count_at, v.electorate, v.voters, v.quorum, v.majority,
	v.ballots, v.head, v.signature, v.counted_at, v.voided, v.result`

func scanPollHead(r row) (h proposal.PollHead, err error) {
	var options, result string
	var from, until, count, majority, counted, voided int64
	var head []byte
	p := &h.Poll
	if err := r.Scan(&h.Number, &p.Proposal, &p.Round, &p.Question, &options, &from, &until, &count, &p.Electorate, &p.Voters, &p.Quorum, &majority,
		&p.Ballots, &head, &p.Signature, &counted, &voided, &result); err != nil {
		return h, err
	}
	p.From, p.Until, p.CountAt, p.CountedAt = moment(from), moment(until), moment(count), moment(counted)
	p.Majority, p.Voided = majority != 0, voided != 0
	copy(p.Head[:], head)
	if err := json.Unmarshal([]byte(options), &p.Options); err != nil {
		return h, err
	}
	if result != "" {
		return h, json.Unmarshal([]byte(result), &p.Result)
	}
	return h, nil
}

func scanPoll(r row) (proposal.Poll, error) {
	h, err := scanPollHead(r)
	return h.Poll, err
}
