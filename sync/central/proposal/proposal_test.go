package proposal

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"math"
	mathrand "math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"encoding/json"
	"lintai/kiosk/catalog"
)

var (
	now = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
)

func poll(names ...string) Poll {
	return Poll{Proposal: 3, Round: 1, Question: "要不要加装电梯？", Options: NewOptions(names, false), From: now, Until: now.Add(time.Hour),
		CountAt: now.Add(2 * time.Hour), Electorate: Cardholders}
}

// Any order of actions leaves the state that the events fold to, or is refused and
// changes nothing; every state but the last can be left.
func TestStateIsTheFoldOfEvents(t *testing.T) {
	reached := map[State]bool{}
	for seed := range uint64(200) {
		random := mathrand.New(mathrand.NewPCG(seed, 1))
		var events []Event
		state := State("")
		for range 30 {
			a := Actions[random.IntN(len(Actions))]
			to, ok := state.After(a)
			e := Event{Number: int64(len(events) + 1), Action: a, State: to}
			got, err := Fold(append(slices.Clone(events), e))
			if ok != (err == nil) || ok && got != to {
				t.Fatalf("%q when %q: %v %q %v", a, state, ok, got, err)
			}
			if ok {
				events, state = append(events, e), to
				reached[state] = true
			}
		}
	}
	for _, s := range States {
		if !reached[s] || !s.Known() {
			t.Errorf("%s is never reached", s)
		}
	}
	if _, err := Fold([]Event{{Number: 2, Action: Collect, State: Collected}}); !errors.Is(err, ErrMove) {
		t.Errorf("a gap: %v", err)
	}
	if _, err := Fold([]Event{{Number: 1, Action: Collect, State: Done}}); !errors.Is(err, ErrMove) {
		t.Errorf("another state: %v", err)
	}
}

func ballots(p Poll, counts ...int) []Ballot {
	var all []Ballot
	for i, n := range counts {
		for range n {
			r, err := NewReceipt(rand.Reader)
			if err != nil {
				panic(err)
			}
			all = append(all, Ballot{r, p.Options[i].ID})
		}
	}
	return all
}

func TestOutcomes(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Poll)
		counts []int
		want   Outcome
		winner string
	}{
		"the most":                      {nil, []int{3, 2, 4}, Adopted, "o3"},
		"a tie":                         {nil, []int{3, 3, 1}, Tied, ""},
		"nobody":                        {nil, []int{0, 0, 0}, Short, ""},
		"one":                           {nil, []int{0, 1, 0}, Adopted, "o2"},
		"exactly enough":                {func(p *Poll) { p.Quorum = 6 }, []int{3, 2, 1}, Adopted, "o1"},
		"one too few":                   {func(p *Poll) { p.Quorum = 7 }, []int{3, 2, 1}, Short, ""},
		"half is no majority":           {func(p *Poll) { p.Majority = true }, []int{3, 2, 1}, NoMajority, ""},
		"more than half":                {func(p *Poll) { p.Majority = true }, []int{4, 2, 1}, Adopted, "o1"},
		"a tie before the majority":     {func(p *Poll) { p.Majority = true }, []int{3, 3, 0}, Tied, ""},
		"abstaining never wins":         {func(p *Poll) { p.Options[2].ID = Abstain }, []int{1, 2, 9}, Adopted, "o2"},
		"abstaining counts for quorum":  {func(p *Poll) { p.Options[2].ID, p.Quorum = Abstain, 12 }, []int{1, 2, 9}, Adopted, "o2"},
		"abstaining hinders a majority": {func(p *Poll) { p.Options[2].ID, p.Majority = Abstain, true }, []int{1, 2, 9}, NoMajority, ""},
		"all abstain":                   {func(p *Poll) { p.Options[2].ID = Abstain }, []int{0, 0, 9}, Short, ""},
	} {
		p := poll("甲", "乙", "丙")
		if c.change != nil {
			c.change(&p)
		}
		r := p.Tallied(ballots(p, c.counts...))
		if r.Outcome != c.want || r.Winner != c.winner || (r.Outcome == Tied) != (len(r.Tied) > 1) {
			t.Errorf("%s: %+v", name, r)
		}
		for i, n := range c.counts {
			if r.Tallies[i].Ballots != n {
				t.Errorf("%s: %+v", name, r.Tallies)
			}
		}
	}
}

func TestPollsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Poll)
		want   error
	}{
		"good":            {func(*Poll) {}, nil},
		"no question":     {func(p *Poll) { p.Question = "" }, ErrText},
		"a formula":       {func(p *Poll) { p.Question = "=1+1" }, ErrText},
		"two lines":       {func(p *Poll) { p.Question = "甲\n乙" }, ErrText},
		"one option":      {func(p *Poll) { p.Options = p.Options[:1] }, ErrOptions},
		"one and abstain": {func(p *Poll) { p.Options = NewOptions([]string{"甲"}, true) }, ErrOptions},
		"twice":           {func(p *Poll) { p.Options = NewOptions([]string{"甲", "甲"}, false) }, ErrOptions},
		"seven":           {func(p *Poll) { p.Options = NewOptions(strings.Split("甲乙丙丁戊己庚", "")[:7], false) }, ErrOptions},
		"an empty option": {func(p *Poll) { p.Options[1].Name = "" }, ErrText},
		"ends at once":    {func(p *Poll) { p.Until = p.From }, ErrTime},
		"is over":         {func(p *Poll) { p.From, p.Until = now.Add(-2*time.Hour), now }, ErrTime},
		"counts early":    {func(p *Poll) { p.CountAt = p.Until.Add(-1) }, ErrTime},
		"counts late":     {func(p *Poll) { p.CountAt = p.Until.Add(MostGrace + 1) }, ErrTime},
		"nobody":          {func(p *Poll) { p.Electorate = Roll }, ErrRoll},
		"anybody":         {func(p *Poll) { p.Electorate = "all" }, ErrRoll},
		"quorum":          {func(p *Poll) { p.Quorum = -1 }, ErrQuorum},
		"quorum of roll":  {func(p *Poll) { p.Electorate, p.Voters, p.Quorum = Roll, 5, 6 }, ErrQuorum},
	} {
		p := poll("甲", "乙")
		c.change(&p)
		if err := p.Check(now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// A ballot that is planted, changed or taken away is found, whoever counts.
func TestRecountFindsWhatWasPlanted(t *testing.T) {
	p := poll("同意", "不同意")
	all := ballots(p, 5, 4)
	p = p.sealed(key, all)
	result := p.Tallied(all)
	p.Result = &result
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, 32))
	for name, c := range map[string]struct {
		plant func(p *Poll, all []Ballot) []Ballot
		want  []Fault
	}{
		"nothing":       {func(_ *Poll, all []Ballot) []Ballot { return all }, nil},
		"another order": {func(_ *Poll, all []Ballot) []Ballot { slices.Reverse(all); return all }, nil},
		"one more":      {func(p *Poll, all []Ballot) []Ballot { return append(all, ballots(*p, 1)...) }, []Fault{NumberFault, ChainFault, ResultFault}},
		"one less":      {func(_ *Poll, all []Ballot) []Ballot { return all[1:] }, []Fault{NumberFault, ChainFault, ResultFault}},
		"changed":       {func(_ *Poll, all []Ballot) []Ballot { all[0].Option = "o2"; return all }, []Fault{ChainFault, ResultFault}},
		"two exchanged": {func(_ *Poll, all []Ballot) []Ballot { all[0].Option, all[8].Option = "o2", "o1"; return all }, []Fault{ChainFault}},
		"a new receipt": {func(_ *Poll, all []Ballot) []Ballot { all[0].Receipt = "2222222222"; return all }, []Fault{ChainFault}},
		"twice":         {func(_ *Poll, all []Ballot) []Ballot { all[0] = all[1]; return all }, []Fault{ChainFault, ReceiptFault}},
		"no option":     {func(_ *Poll, all []Ballot) []Ballot { all[0].Option = "o9"; return all }, []Fault{ChainFault, OptionFault, ResultFault}},
		"the question":  {func(p *Poll, all []Ballot) []Ballot { p.Question = "不要加装电梯？"; return all }, []Fault{ChainFault}},
		"the options": {func(p *Poll, all []Ballot) []Ballot {
			p.Options[0].Name, p.Options[1].Name = "不同意", "同意"
			return all
		}, []Fault{ChainFault}},
		"the number":     {func(p *Poll, all []Ballot) []Ballot { p.Ballots++; return all }, []Fault{NumberFault, SignatureFault}},
		"the result":     {func(p *Poll, all []Ballot) []Ballot { p.Result.Winner = "o2"; return all }, []Fault{ResultFault}},
		"chain mended":   {func(p *Poll, all []Ballot) []Ballot { all = all[1:]; p.Head, p.Ballots = p.Chain(all), 8; return all }, []Fault{SignatureFault, ResultFault}},
		"another's sign": {func(p *Poll, all []Ballot) []Ballot { *p = p.sealed(other, all); return all }, []Fault{SignatureFault}},
	} {
		t.Run(name, func(t *testing.T) {
			planted, announced := p, *p.Result
			planted.Result, planted.Options = &announced, slices.Clone(p.Options)
			list := c.plant(&planted, slices.Clone(all))
			public := key.Public().(ed25519.PublicKey)
			if r := planted.Recount(list, public); !reflect.DeepEqual(r.Faults, c.want) {
				t.Errorf("found %v, want %v", r.Faults, c.want)
			}
			var b bytes.Buffer
			if err := (Export{Poll: planted, Key: public, All: list}).Write(&b); err != nil {
				t.Fatal(err)
			}
			e, err := ReadExport(&b)
			if err != nil {
				t.Fatal(err)
			}
			if r := e.Recount(e.All, e.Key); !reflect.DeepEqual(r.Faults, c.want) {
				t.Errorf("the list shows %v, want %v", r.Faults, c.want)
			}
		})
	}
}

func TestExportIsTheVote(t *testing.T) {
	p := poll("同意", `不,"同意`)
	p.Quorum, p.Majority = 3, true
	all := ballots(p, 2, 2)
	p = p.sealed(key, all)
	r := p.Tallied(all)
	p.Result = &r
	var b bytes.Buffer
	public := key.Public().(ed25519.PublicKey)
	if err := (Export{Poll: p, Key: public, All: all}).Write(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	e, err := ReadExport(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, byReceipt)
	p.From, p.Until, p.CountAt, p.Electorate = time.Time{}, time.Time{}, time.Time{}, ""
	if !reflect.DeepEqual(e, Export{Poll: p, Key: public, All: all}) {
		t.Errorf("read %+v\nof %+v", e, p)
	}
	for _, bad := range []string{"", "a,b", "lintai,vote,2\n", text + "what,1\n", strings.Replace(text, "ballots,4", "ballots,four", 1), text + "\"\n"} {
		if _, err := ReadExport(strings.NewReader(bad)); !errors.Is(err, ErrExport) {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
}

func FuzzReadExport(f *testing.F) {
	f.Add([]byte("lintai,vote,1\nproposal,3\nquestion,x\noption,o1,a\nballots,1\nhead,00\nkey,AA==\nresult,o1,99999999\noutcome,adopted,o1\nballot,2222222222,o1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := ReadExport(bytes.NewReader(text))
		if err != nil {
			return
		}
		if r := e.Recount(e.All, e.Key); len(e.All) != r.Ballots {
			t.Errorf("%d of %d ballots", r.Ballots, len(e.All))
		}
	})
}

func TestReceipts(t *testing.T) {
	seen := map[Receipt]bool{}
	letters := map[rune]int{}
	for range 2000 {
		r, err := NewReceipt(rand.Reader)
		if err != nil || seen[r] {
			t.Fatal(r, err)
		}
		seen[r] = true
		if back, ok := ParseReceipt(" " + strings.ToLower(r.String()) + " "); !ok || back != r {
			t.Fatalf("%s reads as %s", r, back)
		}
		for _, c := range r {
			letters[c]++
		}
	}
	for c, n := range letters {
		if math.Abs(float64(n)-625) > 200 { // 20,000 letters of 32
			t.Errorf("%c comes %d times", c, n)
		}
	}
	for _, bad := range []string{"", "ABCDE-2345", "ABCDE-23451", "ABCDE-2345O", "ABCDE-23456-7"} {
		if _, ok := ParseReceipt(bad); ok {
			t.Errorf("took %q", bad)
		}
	}
	if _, err := NewReceipt(strings.NewReader("short")); err == nil {
		t.Error("made a receipt of nothing")
	}
}

// A receipt opens with the digits of its own slip only, and a voter is another in each vote.
func TestBoxesAndVoters(t *testing.T) {
	locked := Box(key, "request", "1234", "ABCDE23456")
	if bytes.Contains(locked, []byte("ABCDE")) {
		t.Error("the box is open")
	}
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, 32))
	for name, c := range map[string]struct {
		key             ed25519.PrivateKey
		request, digits string
		opens           bool
	}{"her own": {key, "request", "1234", true}, "other digits": {key, "request", "1235", false}, "another slip": {key, "other", "1234", false}, "another central": {other, "request", "1234", false}} {
		r, ok := OpenBox(c.key, c.request, c.digits, locked)
		if ok != c.opens || ok && r != "ABCDE23456" {
			t.Errorf("%s: %s %t", name, r, ok)
		}
	}
	token := strings.Repeat("ab", 16)
	voters := []string{Voter(token, 1, 1), Voter(token, 1, 2), Voter(token, 2, 1), Voter(token+"c", 1, 1)}
	if again := Voter(token, 1, 1); again != voters[0] {
		t.Errorf("another time %s", again)
	}
	slices.Sort(voters)
	if len(slices.Compact(voters)) != 4 || strings.Contains(strings.Join(voters, ""), token) {
		t.Errorf("voters %v", voters)
	}
}

// What terminals are given must be a catalogue that they take.
func TestOffer(t *testing.T) {
	second := poll("东门", "西门", "弃权")
	second.Proposal, second.Options = 12, NewOptions([]string{"东门", "西门"}, true)
	over, early := poll("甲", "乙"), poll("甲", "乙")
	over.Proposal, over.Until = 5, now
	early.Proposal, early.From = 6, now.Add(time.Minute)
	c := *catalog.Default()
	for _, step := range []struct {
		polls   []Poll
		changed bool
		steps   []string
	}{
		{nil, false, nil},
		{[]Poll{over, early}, false, nil},
		{[]Poll{poll("同意", "不同意"), over}, true, []string{"p3r1", "who"}},
		{[]Poll{poll("同意", "不同意"), early}, false, []string{"p3r1", "who"}},
		{[]Poll{poll("同意", "不同意"), second}, true, []string{"which", "p3r1", "p12r1", "who"}},
		{[]Poll{second}, true, []string{"p12r1", "who"}},
		{nil, true, nil},
	} {
		offered, changed, err := Offer(c, step.polls, now)
		if err != nil || changed != step.changed {
			t.Fatalf("%d votes: changed %t, %v", len(step.polls), changed, err)
		}
		body, err := json.Marshal(offered)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := catalog.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		if changed && parsed.Version != c.Version+1 {
			t.Errorf("version %d after %d", parsed.Version, c.Version)
		}
		c = *parsed
		var steps []string
		if s, ok := c.Service(Service); ok {
			for _, st := range s.Steps {
				steps = append(steps, st.ID)
				if number, round, ok := parseStep(st.ID); ok && (st.Hint == "" || (Poll{Proposal: number, Round: round}).step() != st.ID) {
					t.Errorf("step %s", st.ID)
				}
			}
		}
		if !slices.Equal(steps, step.steps) {
			t.Errorf("steps %v, want %v", steps, step.steps)
		}
	}
	if c.Version != catalog.Default().Version+4 || len(c.Translations["en"]) != len(catalog.Default().Translations["en"]) {
		t.Error("something stayed behind")
	}
	// As many votes with options as there may be fit.
	var many []Poll
	for i := range MostPolls + 1 {
		p := poll()
		p.Proposal, p.Question, p.Options = int64(i+1), strings.Repeat("问", LongestTitle), NewOptions(strings.Split("甲乙丙丁戊", ""), true)
		if err := p.Check(now); err != nil {
			t.Fatal(err)
		}
		many = append(many, p)
	}
	offered, _, err := Offer(c, many, now)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := json.Marshal(offered); err != nil {
		t.Fatal(err)
	} else if _, err := catalog.Parse(body); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkChain(b *testing.B) {
	p := poll("同意", "不同意")
	all := ballots(p, 2500, 2500)
	slices.SortFunc(all, byReceipt)
	for b.Loop() {
		p.Chain(all)
	}
}
