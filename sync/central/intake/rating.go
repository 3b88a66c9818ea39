package intake

import (
	"errors"
	"time"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
)

func (o *opened) readRating(body request.Request, plain []byte, requested, now time.Time) docket.Reason {
	rated, err := ticket.Parse(string(body.Rating.Ticket))
	if err != nil || body.Rating.Stars < 1 || body.Rating.Stars > 5 {
		return docket.ReasonBadBody
	}
	o.rating = &docket.Rating{
		ID: body.ID, Kiosk: body.Kiosk, Ticket: body.Ticket, Rated: rated, Stars: body.Rating.Stars,
		RequestedAt: requested, ReceivedAt: now, Body: plain,
	}
	return ""
}

// FileRating files a rating that came by another way than a push. It returns what is to
// be told to whoever watches.
func FileRating(tx docket.Tx, r docket.Rating) ([]live.Word, error) { return fileRating(tx, r) }

// fileRating files a rating, and puts it onto its case when the code is right.
// The terminal hears the same in any case: central has it. An answer that told a
// right code from a wrong one would help whoever tries them all.
func fileRating(tx docket.Tx, r docket.Rating) ([]live.Word, error) {
	r.Reason = docket.RatingUnknown
	var err error
	// Filed before it is judged: what is refused must leave no event.
	if r.Number, err = tx.FileRating(r); err != nil {
		return nil, err
	}
	c, err := tx.LockCaseByTicket(r.Rated)
	if errors.Is(err, docket.ErrNotFound) {
		return []live.Word{{Kind: live.Quarantine}}, nil
	}
	if err != nil {
		return nil, err
	}
	return settle(tx, c, r)
}

// settle judges a filed rating and writes down what came of it.
func settle(tx docket.Tx, c docket.Case, r docket.Rating) ([]live.Word, error) {
	words, err := rate(tx, c, &r)
	if err != nil {
		return nil, err
	}
	return append(words, live.Word{Kind: live.Quarantine}), tx.SettleRating(r.Number, r.Case, r.Reason)
}

// ratedBefore tells which of these cases have ratings that came before them.
func ratedBefore(tx docket.Tx, cases []docket.Case) (map[ticket.Code]bool, error) {
	tickets := make([]ticket.Code, len(cases))
	for i, c := range cases {
		tickets[i] = c.Ticket
	}
	waiting, err := tx.RatingsOf(docket.RatingUnknown, tickets...)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	rated := map[ticket.Code]bool{}
	for _, r := range waiting {
		rated[r.Rated] = true
	}
	return rated, nil
}

// lateRatings puts ratings that came before their case onto it.
func lateRatings(tx docket.Tx, c docket.Case) ([]live.Word, error) {
	waiting, err := tx.RatingsOf(docket.RatingUnknown, c.Ticket)
	if err != nil {
		return nil, err
	}
	var words []live.Word
	for _, r := range waiting {
		if c, err = tx.LockCase(c.Number); err != nil { // as the rating before left it
			return nil, err
		}
		told, err := settle(tx, c, r)
		if err != nil {
			return nil, err
		}
		words = append(words, told...)
	}
	return words, nil
}

// rate judges a rating of a case. A right one for a finished case is an event of
// it, and one of few stars opens it again; the resident's terminal is told so.
// Otherwise the rating gets the reason.
func rate(tx docket.Tx, c docket.Case, r *docket.Rating) ([]live.Word, error) {
	body, err := c.Request()
	if err != nil {
		return nil, err
	}
	given, err := r.Request()
	if err != nil {
		return nil, err
	}
	wrong, err := tx.RatingsOf(docket.RatingWrongCode, c.Ticket)
	if err != nil {
		return nil, err
	}
	switch {
	case len(wrong) >= docket.MaxWrongCodes:
		r.Reason = docket.RatingTooMany
		return nil, nil
	case !docket.SameCode(given.Rating.RatingCode, body.RatingCode):
		r.Reason = docket.RatingWrongCode
		return nil, nil
	}
	r.Case, r.Reason = c.Number, ""
	words := []live.Word{caseWord(c.Number, c.Kiosk)}
	ready, err := finished(tx, c)
	if err != nil {
		return nil, err
	}
	if !ready {
		r.Reason = docket.RatingNotDone
		return words, nil
	}
	steps := []docket.Event{{Action: docket.Rate, At: r.ReceivedAt, Stars: r.Stars}}
	if docket.Reopens(r.Stars) {
		steps = append(steps, docket.Event{Action: docket.Reopen, At: r.ReceivedAt, Note: phrase.Text("rated.reopened")})
	}
	touched, err := docket.Advance(tx, c, steps...)
	for i, other := range touched {
		if i > 0 {
			words = append(words, caseWord(other.Number, other.Kiosk))
		}
		if docket.Reopens(r.Stars) && other.Kiosk != 0 {
			words = append(words, live.Word{Kind: live.Changes, Kiosk: other.Kiosk})
		}
	}
	return words, err
}

// finished tells whether a case can be rated now. One that is merged into another
// can when that one is done; its holder then opens her own again.
func finished(tx docket.Tx, c docket.Case) (bool, error) {
	if c.Status != docket.Merged {
		_, ok := c.Status.After(docket.Rate)
		return ok, nil
	}
	history, err := tx.Events(c.Number)
	if err != nil {
		return false, err
	}
	told := docket.Standing(c, history)
	return told == docket.Done || told == docket.Rated, nil
}
