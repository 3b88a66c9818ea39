// Package storetest says what a proposal.Store must do, for every driver.
package storetest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/points"
	pointstest "lintai/sync/central/points/storetest"
	"lintai/sync/central/proposal"
)

// Store is a database of proposals beside the docket.
type Store interface {
	proposal.Store
	points.Store
	docket.Store
}

var at = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// Run runs the suite; open gives an empty store at each call.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, test := range map[string]func(*testing.T, *bench){
		"FromAWishToTheReport": whole, "VotesThatAreRefused": refusals, "FiftyVotesOfOneCard": fifty, "FiftyCards": cards,
		"PlantedBallots": planted, "WhatWasChosenLeavesTheRequest": secret, "Lists": lists, "Voided": voided,
	} {
		t.Run(name, func(t *testing.T) { test(t, newBench(t, open(t))) })
	}
}

type bench struct {
	Store
	t      *testing.T
	keeper *proposal.Keeper
	now    time.Time
	filed  int
}

func newBench(t *testing.T, s Store) *bench {
	pointstest.AddTerminal(t, s)
	b := &bench{Store: s, t: t, now: at}
	b.keeper = &proposal.Keeper{Store: s, Key: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32)), Random: rand.Reader, Hub: live.NewHub(),
		Clock: func() time.Time { return b.now }, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) wants(what string, err, want error) {
	b.t.Helper()
	if !errors.Is(err, want) {
		b.t.Fatalf("%s: %v, want %v", what, err, want)
	}
}

func (b *bench) same(what string, got, want any) {
	b.t.Helper()
	if !reflect.DeepEqual(got, want) {
		b.t.Fatalf("%s is\n%+v, want\n%+v", what, got, want)
	}
}

func (b *bench) file(service string, card int, answers ...request.Answer) int64 {
	b.t.Helper()
	b.filed++
	token := ""
	if card > 0 {
		token = pointstest.Token(card)
	}
	return pointstest.File(b.t, b, b.filed, service, token, "张桂兰", answers...)
}

// vote files a vote of a card as a terminal does.
func (b *bench) vote(card int, step, option string) int64 {
	b.t.Helper()
	return b.file(proposal.Service, card, request.Answer{Step: "which", Option: step, Text: "电梯"}, request.Answer{Step: step, Option: option, Text: "同意加装"})
}

func (b *bench) serve() {
	b.t.Helper()
	_, err := b.keeper.Delivered(b.t.Context(), 0)
	b.must(err)
}

func (b *bench) stands(number int64, status docket.Status, note string) {
	b.t.Helper()
	c, events, err := b.Case(b.t.Context(), number)
	b.must(err)
	if got := docket.LastNote(events); c.Status != status || !strings.Contains(got, note) || (got == "") != (note == "") {
		b.t.Fatalf("request %d is %s %q, want %s %q", number, c.Status, got, status, note)
	}
}

// open makes a proposal and puts it to the vote for an hour.
func (b *bench) open(change func(*proposal.Poll), tokens ...string) proposal.Poll {
	b.t.Helper()
	ctx := b.t.Context()
	number, err := b.keeper.Collect(ctx, proposal.Proposal{Title: "加装电梯"}, 0, "wang")
	b.must(err)
	b.must(b.keeper.Act(ctx, number, proposal.Discuss, "", "wang"))
	p := proposal.Poll{Proposal: number, Question: "要不要加装电梯？", Options: proposal.NewOptions([]string{"同意", "不同意"}, true), From: at, Until: at.Add(time.Hour),
		CountAt: at.Add(2 * time.Hour), Electorate: proposal.Cardholders}
	if change != nil {
		change(&p)
	}
	p, err = b.keeper.PutToVote(ctx, p, tokens, "wang")
	b.must(err)
	return p
}

func whole(t *testing.T, b *bench) {
	ctx := t.Context()
	wish := b.file("appeal", 1, request.Answer{Step: "kind", Option: "hope", Text: "盼的事"})
	number, err := b.keeper.Collect(ctx, proposal.Proposal{Title: "加装电梯", Detail: "3号楼\n没有电梯"}, wish, "wang")
	b.must(err)
	b.stands(wish, docket.Delivered, "您说的事已立为社区议题“加装电梯”")
	_, err = b.keeper.Collect(ctx, proposal.Proposal{Title: "再来"}, wish, "wang")
	b.wants("the same wish again", err, proposal.ErrExists)
	other := b.file("appeal", 2)
	b.must(b.keeper.JoinCase(ctx, number, other, "li"))
	b.wants("twice", b.keeper.JoinCase(ctx, number, other, "li"), proposal.ErrExists)
	b.wants("no case", b.keeper.JoinCase(ctx, number, 999, "li"), proposal.ErrNotFound)
	joined, err := b.ProposalCases(ctx, number)
	b.must(err)
	b.same("appeals", joined, []int64{wish, other})

	b.wants("a note without words", b.keeper.Act(ctx, number, proposal.Note, "", "li"), proposal.ErrText)
	b.wants("at once", b.keeper.Act(ctx, number, proposal.Carry, "", "li"), proposal.ErrNotFound)
	b.must(b.keeper.Act(ctx, number, proposal.Discuss, "周三议事会", "li"))
	b.must(b.keeper.Act(ctx, number, proposal.Note, "二楼担心采光", "li"))
	p := proposal.Poll{Proposal: number, Question: "要不要加装电梯？", Options: proposal.NewOptions([]string{"同意", "不同意"}, false), From: at, Until: at.Add(time.Hour),
		CountAt: at.Add(2 * time.Hour), Electorate: proposal.Cardholders, Quorum: 3, Majority: true}
	p, err = b.keeper.PutToVote(ctx, p, nil, "wang")
	b.must(err)
	b.same("round", p.Round, 1)
	first := []int64{b.vote(1, "p1r1", "o1"), b.vote(2, "p1r1", "o1"), b.vote(3, "p1r1", "o2")}
	b.serve()
	for _, one := range first {
		b.stands(one, docket.Done, "一票已经计入，不能再改")
	}
	b.wants("in the middle", b.keeper.CountVote(ctx, number, "wang"), proposal.ErrEarly)
	_, err = b.keeper.Export(ctx, number, 1)
	b.wants("the list in the middle", err, proposal.ErrEarly)
	b.now = at.Add(90 * time.Minute)
	late := b.vote(4, "p1r1", "o2") // made in time, by a terminal without a line
	b.serve()
	b.stands(late, docket.Done, "计入")
	b.must(b.keeper.CountDue(ctx))
	b.now = at.Add(2 * time.Hour)
	b.must(b.keeper.CountDue(ctx))
	b.must(b.keeper.CountDue(ctx))
	got, err := b.Poll(ctx, number, 1)
	b.must(err)
	b.same("result", *got.Result, proposal.Result{Ballots: 4, Tallies: []proposal.Tally{{Option: "o1", Ballots: 2}, {Option: "o2", Ballots: 2}}, Outcome: proposal.Tied, Tied: []string{"o1", "o2"}})
	b.stands(other, docket.Delivered, "最高票数相同")
	b.wants("carry what was not adopted", b.keeper.Act(ctx, number, proposal.Carry, "", "wang"), proposal.ErrMove)

	// Once more, for all who voted before too.
	b.must(b.keeper.Act(ctx, number, proposal.Discuss, "平票，再议", "wang"))
	p.From, p.Until, p.CountAt, p.Quorum = b.now.Add(-3*time.Hour), b.now.Add(time.Hour), b.now.Add(time.Hour), 2
	p, err = b.keeper.PutToVote(ctx, p, nil, "wang")
	b.must(err)
	b.vote(1, "p1r2", "o1")
	b.vote(3, "p1r2", "o1")
	b.serve()
	b.now = b.now.Add(time.Hour)
	b.must(b.keeper.CountVote(ctx, number, "wang"))
	urn, recount, err := b.keeper.Recount(ctx, number, 2)
	b.must(err)
	b.same("the recount", recount.Result, *urn.Result)
	b.same("faults", recount.Faults, []proposal.Fault(nil))
	b.same("result", urn.Result.Winner, "o1")
	b.must(b.keeper.Act(ctx, number, proposal.Carry, "施工队已定", "wang"))
	b.must(b.keeper.Act(ctx, number, proposal.Note, "地基打好了", "wang"))
	b.must(b.keeper.Act(ctx, number, proposal.Finish, "电梯启用", "wang"))
	b.stands(wish, docket.Delivered, "办好了")
	b.wants("after the end", b.keeper.Act(ctx, number, proposal.Note, "还有", "wang"), proposal.ErrMove)

	events, err := b.ProposalEvents(ctx, number)
	b.must(err)
	state, err := proposal.Fold(events)
	b.must(err)
	made, err := b.Proposal(ctx, number)
	b.must(err)
	b.same("the proposal", made, proposal.Proposal{Number: number, Title: "加装电梯", Detail: "3号楼\n没有电梯", MadeAt: at, MadeBy: "wang", State: state, Round: 2,
		Events: int64(len(events)), UpdatedAt: b.now})
	b.same("state", state, proposal.Done)
}

func refusals(t *testing.T, b *bench) {
	p := b.open(func(p *proposal.Poll) { p.Electorate, p.From = proposal.Roll, at.Add(-time.Hour) }, pointstest.Token(1), pointstest.Token(2), pointstest.Token(1))
	b.same("voters", p.Voters, 2)
	early := b.open(func(p *proposal.Poll) { p.From = at.Add(time.Minute) })
	over := b.open(func(p *proposal.Poll) {
		p.From, p.Until, p.CountAt = at.Add(-time.Hour), at.Add(time.Nanosecond), at.Add(time.Hour)
	})
	b.must(b.WriteProposals(t.Context(), func(tx proposal.Tx) error { return nil }))
	for _, c := range []struct {
		card         int
		step, option string
		status       docket.Status
		note         string
	}{
		{1, "p1r1", "o1", docket.Done, "一票已经计入"},
		{1, "p1r1", "o2", docket.Refused, "您已经投过"},
		{3, "p1r1", "o1", docket.Refused, "不在名册上"},
		{0, "p1r1", "o1", docket.Refused, "没有刷身份证"},
		{2, "p1r1", "o9", docket.Refused, "没有找到"},
		{2, "p1r9", "o1", docket.Refused, "没有找到"},
		{2, "p99r1", "o1", docket.Refused, "没有找到"},
		{2, "what", "o1", docket.Refused, "没有找到"},
		{2, "p2r1", "o1", docket.Refused, "还没有开始"},
		{2, "p1r1", "abstain", docket.Done, "一票已经计入"},
	} {
		number := b.vote(c.card, c.step, c.option)
		b.serve()
		b.stands(number, c.status, c.note)
	}
	b.now = over.CountAt
	waited := b.vote(2, "p3r1", "o1")
	b.serve()
	b.stands(waited, docket.Refused, "已经截止")
	for _, one := range []proposal.Poll{p, early, over} {
		urn, recount, err := b.keeper.Recount(t.Context(), one.Proposal, 1)
		b.must(err)
		b.same("faults", recount.Faults, []proposal.Fault(nil))
		b.same("ballots", urn.Ballots, map[int64]int{1: 2}[one.Proposal])
	}
}

// Fifty terminals send a vote of the same card, and fifty goroutines answer.
func fifty(t *testing.T, b *bench) {
	p := b.open(nil)
	var asked []int64
	for i := range 50 {
		asked = append(asked, b.vote(1, "p1r1", []string{"o1", "o2"}[i%2]))
	}
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if _, err := b.keeper.Delivered(t.Context(), 0); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	count := map[docket.Status]int{}
	for _, number := range asked {
		c, _, err := b.Case(t.Context(), number)
		b.must(err)
		count[c.Status]++
	}
	b.same("answers", count, map[docket.Status]int{docket.Done: 1, docket.Refused: 49})
	b.stands(asked[0], docket.Done, "计入") // who comes first
	urn, recount, err := b.keeper.Recount(t.Context(), p.Proposal, 1)
	b.must(err)
	b.same("ballots", len(urn.All), 1)
	b.same("voted", urn.Voted, 1)
	b.same("its option", urn.All[0].Option, "o1")
	b.same("faults", recount.Faults, []proposal.Fault(nil))
}

// Fifty cards vote at once, each counts, and nothing of the order is kept.
func cards(t *testing.T, b *bench) {
	p := b.open(nil)
	for i := range 50 {
		b.vote(i+1, "p1r1", []string{"o1", "o1", "o2", "abstain", "o1"}[i%5])
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if _, err := b.keeper.Delivered(t.Context(), 0); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	urn, recount, err := b.keeper.Recount(t.Context(), p.Proposal, 1)
	b.must(err)
	b.same("faults", recount.Faults, []proposal.Fault(nil))
	b.same("tallies", recount.Tallies, []proposal.Tally{{Option: "o1", Ballots: 30}, {Option: "o2", Ballots: 10}, {Option: "abstain", Ballots: 10}})
	b.same("ballots", urn.Ballots, 50)
	if !slices.IsSortedFunc(urn.All, func(a, b proposal.Ballot) int { return strings.Compare(string(a.Receipt), string(b.Receipt)) }) {
		t.Error("the urn is not sorted by receipts")
	}
}

// What is planted in the urn itself is found; no ballot is cast over it, and it is not counted.
func planted(t *testing.T, b *bench) {
	ctx := t.Context()
	for name, plant := range map[string]func(tx proposal.Tx, p proposal.Poll) error{
		"a ballot": func(tx proposal.Tx, p proposal.Poll) error {
			return tx.Cast(p.Proposal, 1, proposal.Ballot{Receipt: "2222222222", Option: "o2"})
		},
		"a voter":  func(tx proposal.Tx, p proposal.Poll) error { return tx.Vote(p.Proposal, 1, "somebody") },
		"a head":   func(tx proposal.Tx, p proposal.Poll) error { p.Head[0]++; return tx.PutPoll(p) },
		"a number": func(tx proposal.Tx, p proposal.Poll) error { p.Ballots++; return tx.PutPoll(p) },
		"ballot and chain": func(tx proposal.Tx, p proposal.Poll) error {
			if err := tx.Cast(p.Proposal, 1, proposal.Ballot{Receipt: "2222222222", Option: "o2"}); err != nil {
				return err
			}
			all, err := tx.Ballots(p.Proposal, 1)
			if err != nil {
				return err
			}
			p.Ballots, p.Head = len(all), p.Chain(all)
			return tx.PutPoll(p)
		},
	} {
		b.now = at
		p := b.open(nil)
		step := "p" + string(rune('0'+p.Proposal)) + "r1"
		b.vote(1, step, "o1")
		b.serve()
		b.must(b.WriteProposals(ctx, func(tx proposal.Tx) error {
			p, err := tx.Poll(p.Proposal, 1)
			if err != nil {
				return err
			}
			return plant(tx, p)
		}))
		_, recount, err := b.keeper.Recount(ctx, p.Proposal, 1)
		b.must(err)
		if len(recount.Faults) == 0 {
			t.Errorf("%s: not found", name)
		}
		if name == "a voter" { // nothing is wrong with the ballots themselves
			b.now = p.CountAt
			b.must(b.keeper.CountDue(ctx))
			continue
		}
		waits := b.vote(2, step, "o1")
		b.serve()
		b.stands(waits, docket.Delivered, "")
		b.now = p.CountAt
		b.wants(name, b.keeper.CountVote(ctx, p.Proposal, "wang"), proposal.ErrBroken)
		b.must(b.keeper.CountDue(ctx))
		b.must(b.keeper.VoidVote(ctx, p.Proposal, "票箱被动过", "wang"))
		b.serve()
		b.stands(waits, docket.Refused, "作废")
	}
}

// secret: no row of the database tells what somebody chose.
func secret(t *testing.T, b *bench) {
	ctx := t.Context()
	b.open(nil)
	number := b.vote(1, "p1r1", "o1")
	b.must(b.Write(ctx, func(tx docket.Tx) error {
		return tx.Classify(number, docket.Classification{Category: docket.LivingNeed, Concern: docket.Hope, Reasons: []docket.Firing{{Rule: "lift", Words: []string{"同意加装"}}}})
	}))
	c, _, err := b.Case(ctx, number)
	b.must(err)
	id := c.ID
	b.serve()
	c, events, err := b.Case(ctx, number)
	b.must(err)
	r, err := c.Request()
	b.must(err)
	for _, hidden := range []string{"同意", "o1", "1234"} {
		if bytes.Contains(c.Body, []byte(hidden)) || strings.Contains(docket.LastNote(events), hidden) {
			t.Errorf("the request tells %q: %s", hidden, c.Body)
		}
	}
	b.same("the question stays", r.Answers[0], request.Answer{Step: "which", Option: "p1r1", Text: "电梯"})
	if _, err := b.Classification(ctx, number); !errors.Is(err, docket.ErrNotFound) || c.Category != "" || c.Concern != "" {
		t.Errorf("the rules' words stay: %v", err)
	}
	urn, err := b.Urn(ctx, 1, 1)
	b.must(err)
	c.ID = id
	_, receipt, ok, err := b.keeper.Receipt(ctx, c, "") // the suite's slips have no digits
	b.must(err)
	if !ok || receipt != urn.All[0].Receipt {
		t.Errorf("the receipt is %s, %t", receipt, ok)
	}
	_, _, ok, err = b.keeper.Receipt(ctx, c, "1234")
	b.must(err)
	b.same("other digits", ok, false)
	_, _, ok, err = b.keeper.Receipt(ctx, docket.Case{Number: 99, ID: id}, "")
	b.must(err)
	b.same("another request", ok, false)
}

func lists(t *testing.T, b *bench) {
	ctx := t.Context()
	for i := range 5 {
		_, err := b.keeper.Collect(ctx, proposal.Proposal{Title: "议题" + string(rune('一'+i))}, 0, "wang")
		b.must(err)
	}
	b.must(b.keeper.Act(ctx, 3, proposal.Shelve, "没有钱", "wang"))
	numbers := func(q proposal.Query) (all []int64) {
		found, err := b.Proposals(ctx, q)
		b.must(err)
		for _, p := range found {
			all = append(all, p.Number)
		}
		return all
	}
	b.same("all", numbers(proposal.Query{}), []int64{5, 4, 3, 2, 1})
	b.same("a page", numbers(proposal.Query{Before: 4, Limit: 2}), []int64{3, 2})
	b.same("collected", numbers(proposal.Query{State: proposal.Collected, Limit: 3}), []int64{5, 4, 2})
	b.same("shelved", numbers(proposal.Query{State: proposal.Shelved}), []int64{3})
	b.same("hostile", len(numbers(proposal.Query{State: "' OR 1=1 --"})), 0)
	_, err := b.Proposal(ctx, 6)
	b.wants("no such proposal", err, proposal.ErrNotFound)
	_, err = b.Poll(ctx, 1, 1)
	b.wants("no such vote", err, proposal.ErrNotFound)

	for i := range proposal.MostPolls {
		b.same("round", b.open(nil).Round, 1)
		polls, err := b.Polls(ctx, 0, 2)
		b.must(err)
		b.same("newest first", polls[0].Number, int64(i+1))
	}
	number, err := b.keeper.Collect(ctx, proposal.Proposal{Title: "多一件"}, 0, "wang")
	b.must(err)
	b.must(b.keeper.Act(ctx, number, proposal.Discuss, "", "wang"))
	_, err = b.keeper.PutToVote(ctx, proposal.Poll{Proposal: number, Question: "？", Options: proposal.NewOptions([]string{"甲", "乙"}, false), From: at, Until: at.Add(1),
		CountAt: at.Add(1), Electorate: proposal.Cardholders}, nil, "wang")
	b.wants("one vote too many", err, proposal.ErrMany)
	polls, err := b.Polls(ctx, 3, 50)
	b.must(err)
	b.same("a page of votes", len(polls), 2)
	under, err := b.PollsUnderWay(ctx)
	b.must(err)
	b.same("under way", len(under), proposal.MostPolls)

	hope := docket.Classification{Category: docket.LivingNeed, Concern: docket.Hope}
	var wishes []int64
	for i := range 3 {
		n := b.file("appeal", i+1)
		b.must(b.Write(ctx, func(tx docket.Tx) error { return tx.Classify(n, hope) }))
		wishes = append(wishes, n)
	}
	b.file("appeal", 9)
	b.must(b.keeper.JoinCase(ctx, 1, wishes[1], "wang"))
	found, err := b.Wishes(ctx, 0, 10)
	b.must(err)
	b.same("wishes", []int64{found[0].Number, found[1].Number}, []int64{wishes[2], wishes[0]})
	found, err = b.Wishes(ctx, wishes[2], 10)
	b.must(err)
	b.same("a page of wishes", len(found), 1)
}

func voided(t *testing.T, b *bench) {
	ctx := t.Context()
	p := b.open(nil)
	b.wants("without a reason", b.keeper.VoidVote(ctx, p.Proposal, "", "wang"), proposal.ErrText)
	b.must(b.keeper.VoidVote(ctx, p.Proposal, "问题写错了", "wang"))
	b.wants("twice", b.keeper.VoidVote(ctx, p.Proposal, "再", "wang"), proposal.ErrMove)
	b.now = p.CountAt
	b.wants("count", b.keeper.CountVote(ctx, p.Proposal, "wang"), proposal.ErrMove)
	under, err := b.PollsUnderWay(ctx)
	b.must(err)
	b.same("under way", len(under), 0)
	made, err := b.Proposal(ctx, p.Proposal)
	b.must(err)
	b.same("state", made.State, proposal.Discussed)
}
