package proposals

import (
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/console/activities"
	holders "lintai/sync/central/console/points"
	"lintai/sync/central/proposal"
)

// mostNames is how many options the form has room for, beside Abstain.
const mostNames = 5

// usualGrace is how long a count waits for terminals without a line.
const usualGrace = 24

type slot struct {
	Label string
	Name  string
}

// voteView is the form of a vote.
type voteView struct {
	proposal.Proposal
	Question, From, Until string
	Options               []slot
	Abstain, Majority     bool
	Roll                  bool
	Cards                 string
	Quorum, Grace         string
	Longest, LongestName  int
}

func (a *Area) ask(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	p, err := a.Keeper.Store.Proposal(r.Context(), number)
	if err != nil {
		return err
	}
	begin := a.Clock().Truncate(time.Minute)
	return r.Show(votePage, voteView{Proposal: p, Question: p.Title, From: activities.Minute(begin), Until: activities.Minute(begin.AddDate(0, 0, 7)),
		Options: slots([]string{phrase.Text("proposal.for"), phrase.Text("proposal.against")}), Abstain: true, Quorum: "0", Grace: strconv.Itoa(usualGrace),
		Longest: proposal.LongestTitle, LongestName: proposal.LongestOption})
}

func slots(names []string) (all []slot) {
	for i := range mostNames {
		s := slot{Label: phrase.Text("proposal.option", "number", strconv.Itoa(i+1))}
		if i < len(names) {
			s.Name = names[i]
		}
		all = append(all, s)
	}
	return all
}

// read reads the form: the vote, and the ID numbers of its roll.
func (v *voteView) read(r *console.Request) (poll proposal.Poll, cards []string, err error) {
	v.Question, v.From, v.Until = field(r, "question"), r.PostFormValue("from"), r.PostFormValue("until")
	v.Abstain, v.Majority, v.Roll = r.PostFormValue("abstain") == "yes", r.PostFormValue("majority") == "yes", r.PostFormValue("electorate") == string(proposal.Roll)
	v.Cards, v.Quorum, v.Grace = field(r, "cards"), field(r, "quorum"), field(r, "grace")
	v.Longest, v.LongestName = proposal.LongestTitle, proposal.LongestOption
	var names, filled []string
	for _, name := range r.PostForm["option"] {
		if name = strings.TrimSpace(name); len(names) < mostNames {
			names = append(names, name)
		}
		if name != "" {
			filled = append(filled, name)
		}
	}
	v.Options = slots(names)
	poll = proposal.Poll{Question: v.Question, Options: proposal.NewOptions(filled, v.Abstain), From: activities.ParseMinute(v.From), Until: activities.ParseMinute(v.Until),
		Electorate: proposal.Cardholders, Majority: v.Majority}
	grace, err := strconv.Atoi(v.Grace)
	if err != nil || grace < 0 || grace > int(proposal.MostGrace/time.Hour) {
		return poll, nil, proposal.ErrTime
	}
	poll.CountAt = poll.Until.Add(time.Duration(grace) * time.Hour)
	if poll.Quorum, err = strconv.Atoi(v.Quorum); err != nil {
		return poll, nil, proposal.ErrQuorum
	}
	if !v.Roll {
		return poll, nil, nil
	}
	poll.Electorate = proposal.Roll
	for _, line := range strings.Fields(v.Cards) {
		line = strings.ToUpper(line)
		if !holders.IDNumber(line) || !checked(line) || len(cards) == proposal.MostVoters {
			return poll, nil, proposal.ErrRoll
		}
		cards = append(cards, line)
	}
	return poll, cards, nil
}

// checked tells whether the last sign of an ID number is that of the others (GB 11643):
// on a roll a slip of the finger would take somebody's vote.
func checked(number string) bool {
	sum, weight := 0, 1
	for i := 16; i >= 0; i-- {
		weight = weight * 2 % 11
		sum += weight * int(number[i]-'0')
	}
	return "10X98765432"[sum%11] == number[17]
}

func (a *Area) put(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	p, err := a.Keeper.Store.Proposal(r.Context(), number)
	if err != nil {
		return err
	}
	v := voteView{Proposal: p}
	poll, cards, err := v.read(r)
	if err == nil {
		poll.Proposal = number
		var tokens []string
		for _, card := range cards {
			tokens = append(tokens, a.Token(card))
		}
		_, err = a.Keeper.PutToVote(r.Context(), poll, tokens, r.Who.ID)
	}
	if err != nil {
		return r.ShowWith(votePage, v, refused(err))
	}
	return a.announced(r, number)
}

// round reads which vote a page is of.
func round(r *console.Request) (number int64, round int, err error) {
	if number, err = r.Number("number"); err != nil {
		return 0, 0, err
	}
	of, err := r.Number("round")
	if err != nil || of > 1<<20 {
		return 0, 0, proposal.ErrNotFound
	}
	return number, int(of), nil
}

type recountView struct {
	pollView
	proposal.Recount
	Title  string
	Faulty []string
	Anew   []share // only once it was counted
	Key    string
}

func (a *Area) recount(r *console.Request) error {
	number, of, err := round(r)
	if err != nil {
		return err
	}
	p, err := a.Keeper.Store.Proposal(r.Context(), number)
	if err != nil {
		return err
	}
	urn, counted, err := a.Keeper.Recount(r.Context(), number, of)
	if err != nil {
		return err
	}
	v := recountView{pollView: viewOf(urn.Poll, a.Clock()), Recount: counted, Title: p.Title, Key: a.Keeper.PublicKey()}
	for _, f := range counted.Faults {
		v.Faulty = append(v.Faulty, phrase.Text(phrase.ID("vote_fault."+string(f))))
	}
	if urn.Result != nil {
		v.Anew = sharesOf(urn.Poll, counted.Result)
	}
	return r.Show(recountPage, v)
}

type paperView struct {
	pollView
	Title  string
	Key    string
	Number int64
}

func (a *Area) paper(r *console.Request) error {
	number, of, err := round(r)
	if err != nil {
		return err
	}
	p, err := a.Keeper.Store.Proposal(r.Context(), number)
	if err != nil {
		return err
	}
	poll, err := a.Keeper.Store.Poll(r.Context(), number, of)
	if err != nil {
		return err
	}
	if poll.Result == nil {
		return proposal.ErrEarly
	}
	return r.Show(printPage, paperView{viewOf(poll, a.Clock()), p.Title, a.Keeper.PublicKey(), number})
}

func (a *Area) export(r *console.Request) error {
	number, of, err := round(r)
	if err != nil {
		return err
	}
	e, err := a.Keeper.Export(r.Context(), number, of)
	if err != nil {
		return err
	}
	h := r.Writer.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+e.FileName()+`"`)
	h.Set("Cache-Control", "no-store")
	return e.Write(r.Writer)
}
