package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"unicode/utf8"

	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
	"lintai/sync/wire"
)

// Bounds of what is printed of a paper, in characters and approvals: an answer that is
// beyond them would cost a roll.
const (
	maxPaperWord = 60
	maxApprovals = 12
)

// Paper asks central for the paper of a ticket, under the id of its print; asked again
// with the same id it is counted once. The card's token goes with it, if one lay on the
// reader. Like Find it gives up after a few seconds and may be called at any time.
func (a *Agent) Paper(ctx context.Context, id string, code ticket.Code, card string) (visit.Paper, visit.PaperTrouble, error) {
	var got wire.PaperAnswer
	if err := a.paper(ctx, wire.PathPapers, wire.PaperAsk{ID: id, Ticket: code, Card: card}, &got); err != nil {
		return visit.Paper{}, visit.PaperUnreached, err
	}
	if got.Paper == nil {
		if got.Reason == wire.PaperEnough {
			return visit.Paper{}, visit.PaperEnough, nil
		}
		return visit.Paper{}, visit.PaperNone, nil // whatever a newer central calls it
	}
	p := visit.Paper{Kind: got.Paper.Kind, Number: got.Paper.Number, Holder: got.Paper.Holder, Home: got.Paper.Home, Made: got.Paper.Made,
		Verification: got.Paper.Verification, Earlier: max(got.Paper.Earlier, 0)}
	for _, by := range got.Paper.Approvals {
		p.Approvals = append(p.Approvals, visit.Approval{By: by.By, At: by.At})
	}
	if !printable(p) {
		return visit.Paper{}, visit.PaperUnreached, unusable("a paper that is no certificate")
	}
	return p, visit.PaperFine, nil
}

// printable tells whether a paper says what one must, and no more than fits one.
func printable(p visit.Paper) bool {
	words := []string{p.Kind, p.Holder, p.Home, p.Verification}
	for _, a := range p.Approvals {
		words = append(words, a.By)
	}
	for _, w := range words {
		if utf8.RuneCountInString(w) > maxPaperWord {
			return false
		}
	}
	return p.Kind != "" && p.Verification != "" && len(p.Approvals) <= maxApprovals
}

// PaperOutcome tells central what became of a paper: printed, or not.
func (a *Agent) PaperOutcome(ctx context.Context, id string, code ticket.Code, outcome slip.Outcome) error {
	var got wire.PaperAnswer
	return a.paper(ctx, wire.PathPaperOutcome, wire.PaperOutcome{ID: id, Ticket: code, Outcome: outcome.String()}, &got)
}

func (a *Agent) paper(ctx context.Context, path string, question any, into *wire.PaperAnswer) error {
	body, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("agent: encode paper: %w", err)
	}
	err = exchange(ctx, a, findTimeout, http.MethodPost, path, body, into)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	a.outcome(err)
	return err
}
