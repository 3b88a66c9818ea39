package terminal

import (
	"context"
	"errors"
	"testing"

	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
)

// press is a central that gives papers.
type press struct {
	why  visit.PaperTrouble
	down error
	told chan toldOf
}

type toldOf struct {
	id      string
	code    ticket.Code
	outcome slip.Outcome
}

func (p *press) Paper(_ context.Context, _ string, _ ticket.Code, _ string) (visit.Paper, visit.PaperTrouble, error) {
	return visit.Paper{Kind: "居住证明", Verification: "7K2QX-9M4TA"}, p.why, p.down
}

func (p *press) PaperOutcome(_ context.Context, id string, code ticket.Code, outcome slip.Outcome) error {
	p.told <- toldOf{id, code, outcome}
	return p.down
}

// found is a terminal that shows a certificate that can be fetched.
func found(t *testing.T, p *press, result slip.Outcome) (*bench, *Terminal) {
	t.Helper()
	p.told = make(chan toldOf, 8)
	const code = ticket.Code("001212345678")
	b := &bench{papers: p, result: slip.Result{Outcome: result},
		central: map[ticket.Code]visit.Progress{code: {Service: "certificate", Status: visit.StatusDone, Paper: true}}}
	term := start(t, b)
	term.Post(visit.Scanned{Text: string(code)})
	b.shown(t, "it can be fetched", func(v visit.View) bool { return v.Headline == "可以领取" })
	return b, term
}

func TestPaperIsPrintedAndCentralTold(t *testing.T) {
	for outcome, notice := range map[slip.Outcome]string{slip.Printed: "证明打好了，请取走。", slip.NotPrinted: "证明没有打出来。请再试一次，或到社区窗口领取。"} {
		p := &press{}
		b, term := found(t, p, outcome)
		term.Post(visit.PrintPaper{})
		b.shown(t, notice, func(v visit.View) bool { return v.Notice == notice })
		<-b.slips
		if told := <-p.told; told.outcome != outcome || told.id == "" || told.code == "" {
			t.Errorf("told %+v, want %v", told, outcome)
		}
	}
}

// What central may have counted and the terminal did not get is not printed.
func TestPaperThatIsNotGiven(t *testing.T) {
	p := &press{down: errors.New("no line")}
	b, term := found(t, p, slip.Printed)
	term.Post(visit.PrintPaper{})
	b.shown(t, "it cannot be had", func(v visit.View) bool {
		return v.Notice == "现在取不到证明。请过一会儿再试，或到社区窗口领取。"
	})
	if told := <-p.told; told.outcome != slip.NotPrinted {
		t.Errorf("told %+v", told)
	}
	p = &press{why: visit.PaperEnough}
	b, term = found(t, p, slip.Printed)
	term.Post(visit.PrintPaper{})
	b.shown(t, "often enough", func(v visit.View) bool {
		return v.Notice == "这份证明在终端打印的次数已经够多，要再打请到社区窗口。"
	})
	if len(b.slips) > 0 || len(p.told) > 0 {
		t.Error("something was printed or told")
	}
}
