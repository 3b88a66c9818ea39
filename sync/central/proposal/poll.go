package proposal

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"lintai/kiosk/phrase"
)

// Electorate is who may vote.
type Electorate string

const (
	Cardholders Electorate = "cardholders" // whoever lays an ID card on the reader
	Roll        Electorate = "roll"        // the cards of a list that was given for this vote
)

// Option is something to vote for.
type Option struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Abstain is the option of those who come and take no side. It counts for the number of
// ballots that is needed, and never wins.
const Abstain = "abstain"

// Poll is one vote on a proposal. From Ballots on it changes as ballots are cast.
type Poll struct {
	Proposal   int64
	Round      int // from 1 on: a proposal may be voted on again
	Question   string
	Options    []Option
	From       time.Time
	Until      time.Time
	CountAt    time.Time // until then ballots of terminals without a line may come
	Electorate Electorate
	Voters     int  // on the roll
	Quorum     int  // ballots that are needed; 0: any
	Majority   bool // the winner needs more than half of all ballots, not only the most

	Ballots   int
	Head      Hash   // of the chain over all ballots: see Chain
	Signature []byte // over both
	CountedAt time.Time
	Voided    bool
	Result    *Result // once it was counted
}

// MostGrace is how long a count may wait for terminals without a line.
const MostGrace = 72 * time.Hour

// NewOptions makes options of names, with Abstain at the end when wanted.
func NewOptions(names []string, abstain bool) []Option {
	var all []Option
	for i, name := range names {
		all = append(all, Option{"o" + strconv.Itoa(i+1), name})
	}
	if abstain {
		all = append(all, Option{Abstain, phrase.Text("vote.abstain")})
	}
	return all
}

// Check tells what is wrong with a vote that is to be held.
func (p Poll) Check(now time.Time) error {
	if !tidy(p.Question, LongestTitle) || p.Question == "" {
		return ErrText
	}
	if len(p.Options) < 2 || len(p.Options) > mostOptions || p.Options[0].ID == Abstain || len(p.Options) == 2 && p.Options[1].ID == Abstain {
		return ErrOptions
	}
	for i, o := range p.Options {
		if !tidy(o.Name, LongestOption) || o.Name == "" {
			return ErrText
		}
		if slices.ContainsFunc(p.Options[:i], func(q Option) bool { return q.ID == o.ID || q.Name == o.Name }) {
			return ErrOptions
		}
	}
	if p.From.IsZero() || !p.Until.After(p.From) || !p.Until.After(now) || p.CountAt.Before(p.Until) || p.CountAt.Sub(p.Until) > MostGrace {
		return ErrTime
	}
	if p.Electorate != Cardholders && p.Electorate != Roll {
		return fmt.Errorf("%w: who may vote", ErrRoll)
	}
	if p.Electorate == Roll && (p.Voters < 1 || p.Voters > MostVoters) {
		return ErrRoll
	}
	if p.Quorum < 0 || p.Quorum > MostVoters || p.Electorate == Roll && p.Quorum > p.Voters {
		return ErrQuorum
	}
	return nil
}

// Option finds an option.
func (p Poll) Option(id string) (Option, bool) {
	at := slices.IndexFunc(p.Options, func(o Option) bool { return o.ID == id })
	if at < 0 {
		return Option{}, false
	}
	return p.Options[at], true
}

// Ended tells that no ballot is taken any more.
func (p Poll) Ended() bool { return p.Voided || !p.CountedAt.IsZero() }

// Open tells whether somebody can vote now.
func (p Poll) Open(now time.Time) bool {
	return !p.Ended() && !now.Before(p.From) && now.Before(p.Until)
}

// step is the step of the service at which a terminal asks this question; it names the
// vote to whoever reads a request.
func (p Poll) step() string { return fmt.Sprintf("p%dr%d", p.Proposal, p.Round) }

var stepName = regexp.MustCompile(`^p([1-9][0-9]{0,17})r([1-9][0-9]{0,5})$`)

func parseStep(id string) (proposal int64, round int, ok bool) {
	m := stepName.FindStringSubmatch(id)
	if m == nil {
		return 0, 0, false
	}
	proposal, _ = strconv.ParseInt(m[1], 10, 64)
	round, _ = strconv.Atoi(m[2])
	return proposal, round, true
}

// Tally is how many ballots an option has.
type Tally struct {
	Option  string `json:"option"`
	Ballots int    `json:"ballots"`
}

// Outcome is what a count comes to.
type Outcome string

const (
	Adopted    Outcome = "adopted"     // Winner has it
	Short      Outcome = "short"       // fewer ballots than needed
	Tied       Outcome = "tied"        // several have the most
	NoMajority Outcome = "no_majority" // the most are not more than half
)

// Result is what was counted.
type Result struct {
	Ballots int      `json:"ballots"`
	Tallies []Tally  `json:"tallies"` // in the order of the options
	Outcome Outcome  `json:"outcome"`
	Winner  string   `json:"winner,omitempty"` // option
	Tied    []string `json:"tied,omitempty"`
}

// Tallied counts ballots. Those for what is no option count for nothing, and are told
// by Recount.
func (p Poll) Tallied(ballots []Ballot) Result {
	r := Result{Ballots: len(ballots)}
	count := map[string]int{}
	for _, b := range ballots {
		count[b.Option]++
	}
	most := 0
	for _, o := range p.Options {
		n := count[o.ID]
		r.Tallies = append(r.Tallies, Tally{o.ID, n})
		switch {
		case o.ID == Abstain || n == 0 || n < most:
		case n > most:
			most, r.Tied = n, []string{o.ID}
		default:
			r.Tied = append(r.Tied, o.ID)
		}
	}
	switch {
	case r.Ballots < p.Quorum || most == 0:
		r.Outcome, r.Tied = Short, nil
	case len(r.Tied) > 1:
		r.Outcome = Tied
	case p.Majority && 2*most <= r.Ballots:
		r.Outcome, r.Tied = NoMajority, nil
	default:
		r.Outcome, r.Winner, r.Tied = Adopted, r.Tied[0], nil
	}
	return r
}
