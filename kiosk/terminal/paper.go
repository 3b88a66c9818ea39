package terminal

import (
	"context"
	"sync"

	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
)

// papers are the tickets of those that were asked for and not told of yet, by the id
// of their print.
type papers struct {
	mu  sync.Mutex
	out map[string]ticket.Code
}

func (p *papers) put(id string, code ticket.Code) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out == nil {
		p.out = map[string]ticket.Code{}
	}
	p.out[id] = code
}

func (p *papers) take(id string) (ticket.Code, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	code, ok := p.out[id]
	delete(p.out, id)
	return code, ok
}

// getPaper asks central for a paper.
func (t *Terminal) getPaper(ctx context.Context, e visit.GetPaper) {
	asking, cancel := context.WithTimeout(ctx, findTimeout)
	defer cancel()
	id, err := t.cfg.NewID()
	if err != nil || t.cfg.Papers == nil {
		t.cfg.Log.Error("paper not asked for", "error", err)
		t.post(ctx, visit.PaperRefused{Job: e.Job, Trouble: visit.PaperUnreached})
		return
	}
	p, trouble, err := t.cfg.Papers.Paper(asking, id, e.Ticket, e.Token)
	switch {
	case err != nil:
		t.cfg.Log.Warn("paper not given", "id", id, "error", err)
		t.post(ctx, visit.PaperRefused{Job: e.Job, Trouble: visit.PaperUnreached})
		// Central may have counted it all the same.
		t.papers.put(id, e.Ticket)
		t.tellPaper(ctx, visit.TellPaper{ID: id, Outcome: slip.NotPrinted})
	case trouble != visit.PaperFine:
		t.post(ctx, visit.PaperRefused{Job: e.Job, Trouble: trouble})
	default:
		t.papers.put(id, e.Ticket)
		t.post(ctx, visit.PaperGiven{Job: e.Job, ID: id, Paper: p})
	}
}

// tellPaper says what became of a paper; when central cannot be told, it keeps
// "unknown", which is what it knows.
func (t *Terminal) tellPaper(ctx context.Context, e visit.TellPaper) {
	code, ok := t.papers.take(e.ID)
	if !ok || e.Outcome == slip.Unknown {
		return
	}
	telling, cancel := context.WithTimeout(ctx, findTimeout)
	defer cancel()
	if err := t.cfg.Papers.PaperOutcome(telling, e.ID, code, e.Outcome); err != nil {
		t.cfg.Log.Warn("central was not told of a paper", "id", e.ID, "outcome", e.Outcome.String(), "error", err)
	}
}
