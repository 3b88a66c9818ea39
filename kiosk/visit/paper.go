package visit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
)

// The paper of a request is a certificate that the community made. Whoever looks her
// request up is told that it can be fetched, and may have it printed here. Central
// counts it before it is printed, and is told what came of it, also when its resident
// does not wait for that.

// Paper is what stands on it. It is written in Chinese whatever the resident speaks:
// it is shown to offices.
type Paper struct {
	Kind         string // "居住证明"
	Number       int64  // as staff know it
	Holder       string // masked, but for who showed her card; may be empty
	Home         string // her address, for who showed her card; may be empty
	Made         time.Time
	Approvals    []Approval // oldest first; the last is the issuer's
	Verification string     // in two groups
	Earlier      int        // how often it came out before, or may have
}

// Approval is one of those that approved.
type Approval struct {
	By string
	At time.Time
}

// PaperTrouble is why a paper could not be had.
type PaperTrouble int

const (
	PaperFine      PaperTrouble = iota // it was had
	PaperUnreached                     // central could not be asked
	PaperNone                          // it does not count any more
	PaperEnough                        // it was printed often enough
)

// paperState is how far the paper on the progress screen has come.
type paperState int

const (
	paperIdle paperState = iota
	paperAsked
	paperRuns
	paperEnded
	paperRefused
)

// paper is the print of a paper on the progress screen.
type paper struct {
	state   paperState
	job     int64
	trouble PaperTrouble
	result  slip.Result
}

// paperJob is a paper in the printer. It outlives its visit, and names nobody.
type paperJob struct {
	job int64
	id  string
}

func (p paper) busy() bool { return p.state == paperAsked || p.state == paperRuns }

// made tells that there is a paper to be fetched, here or at the desk.
func (p Progress) made() bool { return p.Paper || p.AtDesk }

// canPrint tells that a paper can be asked for now.
func (s State) canPrint() bool {
	return s.visit.screen == ScreenProgress && s.visit.found == Found && s.visit.progress.Paper &&
		!s.visit.paper.busy() && !s.broken(Printer)
}

func (m *machine) askPaper() {
	if !m.canPrint() {
		return
	}
	m.house.job++
	m.visit.paper = paper{state: paperAsked, job: m.house.job}
	m.do(GetPaper{Job: m.house.job, Ticket: m.visit.find, Token: m.visit.holder})
}

// paperGiven prints what central gave. When its resident has gone meanwhile, nothing
// is printed: nobody would take it.
func (m *machine) paperGiven(e PaperGiven) {
	v := &m.visit
	if v.paper.state != paperAsked || v.paper.job != e.Job {
		m.do(TellPaper{ID: e.ID, Outcome: slip.NotPrinted})
		return
	}
	m.alive()
	v.paper.state = paperRuns
	m.house.papers = append(slices.Clone(m.house.papers), paperJob{e.Job, e.ID})
	m.do(Print{e.Job, m.paperSlip(e.Paper)})
}

func (m *machine) paperRefused(e PaperRefused) {
	v := &m.visit
	if v.paper.state != paperAsked || v.paper.job != e.Job {
		return
	}
	m.alive()
	v.paper.state, v.paper.trouble = paperRefused, e.Trouble
}

// paperPrinted takes the end of a print; false when it was not that of a paper.
func (m *machine) paperPrinted(e Printed) bool {
	i := slices.IndexFunc(m.house.papers, func(p paperJob) bool { return p.job == e.Job })
	if i < 0 {
		return false
	}
	m.do(TellPaper{ID: m.house.papers[i].id, Outcome: e.Result.Outcome})
	m.house.papers = slices.Delete(slices.Clone(m.house.papers), i, i+1)
	v := &m.visit
	if v.paper.state != paperRuns || v.paper.job != e.Job {
		return true // its resident has gone
	}
	m.alive()
	v.paper.state, v.paper.result = paperEnded, e.Result
	if e.Result.Outcome != slip.NotPrinted {
		v.progress.Papers++
	}
	return true
}

// paperPhrase says what is true of the paper, and in which tone; nothing while nobody
// asked for it.
func (s State) paperPhrase() (phrase.ID, Tone) {
	p := s.visit.paper
	switch p.state {
	case paperAsked:
		return "progress.paper_asking", Calm
	case paperRuns:
		return "progress.paper_printing", Calm
	case paperRefused:
		switch p.trouble {
		case PaperNone:
			return "progress.paper_none", Warning
		case PaperEnough:
			return "progress.paper_enough", Warning
		}
		return "progress.paper_cannot", Warning
	case paperEnded:
		switch p.result.Outcome {
		case slip.Printed:
			return "progress.paper_printed", Good
		case slip.NotPrinted:
			return "progress.paper_not_printed", Warning
		}
		return "progress.paper_unknown", Warning
	}
	return "", Calm
}

// lookPaper shows that a paper can be fetched, and how its print goes.
func (s State) lookPaper(v *View) {
	if !s.visit.progress.made() || s.visit.found != Found {
		return
	}
	v.Headline, v.Tone, v.Icon = s.text("progress.paper_ready"), Good, "ok"
	v.Hint = s.text("progress.paper_hint")
	switch {
	case s.visit.progress.AtDesk:
		v.Hint = s.text("progress.paper_fetch")
	case s.broken(Printer):
		v.Hint = s.text("progress.paper_desk")
	}
	if s.canPrint() {
		print := Control{ID: "paper", Label: s.text("progress.paper_print"), Icon: "certificate", Event: PrintPaper{}}
		if s.visit.progress.Papers > 0 {
			// Who has her paper is not led to a second one.
			print.Label = s.text("progress.paper_again")
			v.Actions = append(v.Actions, print)
		} else {
			v.Actions = append([]Control{print}, v.Actions...)
		}
	}
	if id, tone := s.paperPhrase(); id != "" {
		v.Notice, v.NoticeTone = s.text(id), tone
		if s.visit.card {
			v.Notice += s.text("saved.take_card")
		}
	}
}

// paperPrompt is what is spoken instead of how far the request has come.
func (s State) paperPrompt() Say {
	if id, _ := s.paperPhrase(); id != "" {
		return s.withCard(s.spoken(id))
	}
	if s.visit.progress.AtDesk || s.broken(Printer) {
		return s.withCard(s.spoken("progress.prompt_paper_desk"))
	}
	return s.withCard(s.spoken("progress.prompt_paper"))
}

// verifyPath is the page of central that tells whether a paper is real.
const verifyPath = "/verify"

// paperSlip is the document. Whoever is shown it is told how to ask whether it is
// real; it bears no ticket code, which would open more than the paper.
func (s State) paperSlip(p Paper) slip.Slip {
	date := func(t time.Time) string { return clock(t, "2006-01-02") }
	address := strings.TrimSuffix(s.rules.PublicAddress, "/") + verifyPath
	blocks := []slip.Block{
		slip.Text{Text: s.rules.Place, Bold: true, Align: slip.Center},
		slip.Text{Text: p.Kind, Large: true, Bold: true, Align: slip.Center},
	}
	if p.Earlier > 0 {
		blocks = append(blocks, slip.Text{Text: phrase.Text("paper.copy", "count", fmt.Sprint(p.Earlier+1)), Bold: true, Align: slip.Center})
	}
	blocks = append(blocks, slip.Rule{}, slip.Pair{Label: phrase.Text("paper.number"), Value: fmt.Sprint(p.Number)})
	if p.Holder != "" {
		blocks = append(blocks, slip.Pair{Label: phrase.Text("paper.holder"), Value: p.Holder})
	}
	if p.Home != "" {
		blocks = append(blocks, slip.Pair{Label: phrase.Text("paper.home"), Value: p.Home})
	}
	if day := date(p.Made); day != "" {
		blocks = append(blocks, slip.Pair{Label: phrase.Text("paper.made"), Value: day})
	}
	if n := len(p.Approvals); n > 0 {
		blocks = append(blocks, slip.Pair{Label: phrase.Text("paper.issuer"), Value: p.Approvals[n-1].By})
	}
	for _, a := range p.Approvals {
		blocks = append(blocks, slip.Pair{Label: a.By, Value: phrase.Text("paper.approved", "date", date(a.At))})
	}
	blocks = append(blocks,
		slip.Rule{},
		slip.Text{Text: phrase.Text("paper.code"), Align: slip.Center},
		slip.Text{Text: p.Verification, Large: true, Bold: true, Align: slip.Center},
		slip.QR{Data: address + "?code=" + p.Verification},
		slip.Text{Text: phrase.Text("paper.how", "address", address)},
	)
	if strings.Contains(p.Holder, "*") {
		blocks = append(blocks, slip.Text{Text: phrase.Text("paper.masked")})
	}
	if now := clock(s.now, "2006-01-02 15:04"); now != "" {
		blocks = append(blocks, slip.Pair{Label: phrase.Text("paper.printed_at"), Value: now})
	}
	return slip.Slip{Blocks: blocks}
}

// Effects and events of papers.
type (
	// GetPaper asks central for the paper of a ticket; Token is that of the card that
	// found it, or empty. Answered by PaperGiven or PaperRefused with the same Job.
	GetPaper struct {
		Job    int64
		Ticket ticket.Code
		Token  string
	}
	// TellPaper says what became of a paper that was given. It comes once for each.
	TellPaper struct {
		ID      string // of PaperGiven
		Outcome slip.Outcome
	}

	// PrintPaper is the touch that asks for the paper.
	PrintPaper struct{}
	// PaperGiven brings the paper; central has counted it under the ID.
	PaperGiven struct {
		Job   int64
		ID    string
		Paper Paper
	}
	// PaperRefused: there is none to print.
	PaperRefused struct {
		Job     int64
		Trouble PaperTrouble
	}
)

func (GetPaper) effect()    {}
func (TellPaper) effect()   {}
func (PrintPaper) event()   {}
func (PaperGiven) event()   {}
func (PaperRefused) event() {}
