package kioskapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"lintai/kiosk/phrase"
	"lintai/kiosk/slip"
	"lintai/sync/central/certificate"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/wire"
)

// maxPaperBody is more than a question for a paper takes.
const maxPaperBody = 1 << 10

// fetched is where the paper of a ticket can be had: here at a terminal, only at the desk,
// or nowhere; and how often terminals printed it.
type fetched struct {
	here, atDesk bool
	printed      int
}

// papersOn tells what a terminal may offer, so that it offers nothing that is refused at
// the press: a paper without a name, and one that was printed often enough, the desk hands
// out. A history that cannot be followed has no paper; its case page tells why.
func papersOn(c docket.Case, events []docket.Event) fetched {
	s, err := docket.Replay(events)
	if err != nil || !s.Paper() {
		return fetched{}
	}
	body, err := c.Request()
	here := err == nil && body.Person != nil && body.Person.Name != "" && len(s.Prints) < wire.MaxPapers
	return fetched{here: here, atDesk: !here, printed: s.Printed("")}
}

// paper gives what is to be printed, and notes before that it may come out: a terminal
// that never says what became of it leaves "unknown" behind. It is filed with the
// ticket's own case: who holds the ticket of a case that was merged has no paper.
func (a *API) paper(w http.ResponseWriter, r *http.Request, kiosk int) error {
	var ask wire.PaperAsk
	if err := a.readPaper(w, r, kiosk, &ask); err != nil {
		return err
	}
	if ask.Check() != nil {
		return failure{http.StatusBadRequest, "bad_request", "the body asks for no paper"}
	}
	answer := wire.PaperAnswer{Protocol: wire.Protocol}
	var noted *docket.Case
	err := a.Store.Write(r.Context(), func(tx docket.Tx) error {
		answer.Paper, answer.Reason, noted = nil, "", nil
		c, err := tx.LockCaseByTicket(ask.Ticket)
		if errors.Is(err, docket.ErrNotFound) {
			answer.Reason = wire.PaperNone
			return nil
		}
		if err != nil {
			return err
		}
		events, err := tx.Events(c.Number)
		if err != nil {
			return err
		}
		s, err := docket.Replay(events)
		if err != nil {
			return err
		}
		before, again := s.Print(ask.ID)
		switch {
		case !s.Paper(), again && before.Kiosk != kiosk:
			answer.Reason = wire.PaperNone
			return nil
		case !again && len(s.Prints) >= wire.MaxPapers:
			answer.Reason = wire.PaperEnough
			return nil
		}
		if answer.Paper, err = a.paperOf(c, events, ask); err != nil {
			return err
		}
		if answer.Paper.Holder == "" {
			// She gave no card, or her words were taken out since: who it is for, the desk
			// finds out face to face.
			answer.Paper, answer.Reason = nil, wire.PaperDesk
			return nil
		}
		answer.Paper.Earlier = s.Printed(ask.ID)
		if again {
			return nil
		}
		words := phrase.Text("paper.given", "kiosk", strconv.Itoa(kiosk), "count", strconv.Itoa(len(s.Prints)+1))
		noted = &c
		return a.note(tx, c, docket.Print{ID: ask.ID, Kiosk: kiosk, Outcome: slip.Unknown.String()}, words)
	})
	if err != nil {
		return err
	}
	if answer.Reason == wire.PaperNone {
		a.Cards.WrongBy(papersOf(kiosk))
	}
	a.tellStaff(noted)
	a.reply(w, http.StatusOK, answer)
	return nil
}

// paperOutcome notes what became of a print. What nobody asked for, or was said before,
// or is of a paper that does not count any more, changes nothing.
func (a *API) paperOutcome(w http.ResponseWriter, r *http.Request, kiosk int) error {
	var told wire.PaperOutcome
	if err := a.readPaper(w, r, kiosk, &told); err != nil {
		return err
	}
	if told.Check() != nil {
		return failure{http.StatusBadRequest, "bad_request", "the body tells of no paper"}
	}
	var noted *docket.Case
	err := a.Store.Write(r.Context(), func(tx docket.Tx) error {
		noted = nil
		c, err := tx.LockCaseByTicket(told.Ticket)
		if errors.Is(err, docket.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		events, err := tx.Events(c.Number)
		if err != nil {
			return err
		}
		s, err := docket.Replay(events)
		if err != nil {
			return err
		}
		before, known := s.Print(told.ID)
		if !known || before.Kiosk != kiosk || before.Outcome != slip.Unknown.String() {
			return nil
		}
		id := phrase.ID("paper.not_printed")
		switch {
		case told.Outcome == wire.PaperPrinted && s.Printed(told.ID) > 0:
			id = "paper.printed_again"
		case told.Outcome == wire.PaperPrinted:
			id = "paper.printed"
		}
		noted = &c
		return a.note(tx, c, docket.Print{ID: told.ID, Kiosk: kiosk, Outcome: told.Outcome}, phrase.Text(id, "kiosk", strconv.Itoa(kiosk)))
	})
	if err != nil {
		return err
	}
	a.tellStaff(noted)
	a.reply(w, http.StatusOK, wire.PaperAnswer{Protocol: wire.Protocol})
	return nil
}

// papersOf names a terminal to the limit of questions for papers that there are not.
func papersOf(kiosk int) string { return "papers of terminal " + strconv.Itoa(kiosk) }

// readPaper reads a small body. Whoever took a terminal's keys could ask for ticket
// after ticket; after a few without a paper that takes half a minute each.
func (a *API) readPaper(w http.ResponseWriter, r *http.Request, kiosk int, into any) error {
	if !a.Cards.AllowedTo(papersOf(kiosk)) {
		return failure{http.StatusTooManyRequests, "too_many", "too many tickets without a paper; wait"}
	}
	body, err := a.small(w, r, maxPaperBody)
	if err != nil {
		return err
	}
	if json.Unmarshal(body, into) != nil {
		return failure{http.StatusBadRequest, "bad_request", "the body is not one document as JSON"}
	}
	return nil
}

// paperOf is what stands on the paper. The whole name and the address are for whoever
// showed the card that the request was made with: others in the lobby may pick the paper
// up.
func (a *API) paperOf(c docket.Case, events []docket.Event, ask wire.PaperAsk) (*wire.Paper, error) {
	read, err := certificate.Read(c, events, a.Catalog())
	if err != nil {
		return nil, err
	}
	paper := &wire.Paper{Kind: read.Kind, Number: read.Number, Holder: read.Masked().Holder, Made: read.Made, Verification: read.Code.String(), Approvals: []wire.Approval{}}
	if ask.Card != "" && ask.Card == c.Card {
		paper.Holder, paper.Home = read.Holder, read.Home
	}
	for _, by := range read.Approvals {
		paper.Approvals = append(paper.Approvals, wire.Approval{By: by.Department, At: by.At})
	}
	return paper, nil
}

func (a *API) note(tx docket.Tx, c docket.Case, p docket.Print, words string) error {
	_, err := docket.Advance(tx, c, docket.Event{Action: docket.Tell, At: a.Clock().UTC(), Detail: docket.Detail{Inner: words, Print: &p}})
	return err
}

// tellStaff has the pages of a case read it anew.
func (a *API) tellStaff(noted *docket.Case) {
	if noted != nil {
		a.Hub.Publish(live.Word{Kind: live.Case, ID: strconv.FormatInt(noted.Number, 10), Kiosk: noted.Kiosk})
	}
}
