package visit

import (
	"errors"
	"fmt"
	"strconv"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
)

// A rating is about an earlier request. Its ticket code alone may be known to
// others, so the slip has four more digits; the QR code on it has both.

const ratingDigits = 4

func starsOf(a request.Answer) int {
	n, err := strconv.Atoi(a.Option)
	if err != nil || n < 1 || n > 5 {
		return 0
	}
	return n
}

var starWords = [...]phrase.ID{"rating.one", "rating.two", "rating.three", "rating.four", "rating.five"}

func (s State) starsText(n int, l phrase.Locale) string {
	return phrase.In(l, "rating.answer", "stars", fmt.Sprint(n), "word", phrase.In(l, starWords[n-1]))
}

func (m *machine) rated(st *catalog.Step) {
	v := &m.visit
	if v.stars == 0 {
		v.notice = notice{"rating_empty", Warning}
		return
	}
	v.setAnswer(m.written(), request.Answer{Step: st.ID, Option: fmt.Sprint(v.stars), Text: m.starsText(v.stars, phrase.Chinese)})
	m.stepForward()
}

// ticketTyped goes on with the code, and then with the four digits, that the
// rating is about.
func (m *machine) ticketTyped() {
	v := &m.visit
	if v.rating.Ticket == "" {
		if code, ok := m.typedCode(); ok {
			v.rating.Ticket, v.entry, v.notice = code, "", notice{}
		}
		return
	}
	if len(v.entry) != ratingDigits {
		v.notice = notice{"rating_code", Warning}
		return
	}
	m.ticketKnown(v.rating.Ticket, v.entry)
}

// ticketScanned takes both from the slip.
func (m *machine) ticketScanned(text string) {
	code, err := ticket.ParseScan(text)
	rating, ok := ticket.RatingCode(text)
	switch {
	case err != nil:
		m.visit.notice = notice{"scan_foreign", Warning}
	case !ok:
		m.visit.rating.Ticket, m.visit.entry = code, ""
	default:
		m.ticketKnown(code, rating)
	}
}

// ticketKnown asks how the request stands before it is rated.
func (m *machine) ticketKnown(code ticket.Code, rating string) {
	m.again(ScreenFinding)
	v := &m.visit
	v.rating.Ticket, v.rating.RatingCode = code, rating
	v.find, v.progress = code, Progress{}
	m.do(Find{code})
}

// ratingFound goes on to the stars. What is not finished yet cannot be rated;
// where nobody can tell, the rating goes on and central decides.
func (m *machine) ratingFound(e LookedUp) {
	v := &m.visit
	st := m.currentStep()
	again := func(id string) {
		v.rating = request.Rating{}
		m.openStep(v.step)
		v.notice = notice{id, Warning}
	}
	switch {
	case e.Result == NotFound:
		m.missed()
		again("code_unknown")
	case e.Result == Found && !e.Progress.Status.done():
		again("rating_early")
	default:
		v.progress = e.Progress
		v.setAnswer(m.written(), request.Answer{Step: st.ID, Text: v.rating.Ticket.String()})
		m.stepForward()
	}
}

// rated names what is being rated, where that is known.
func (s State) ratedHint() string {
	if s.visit.progress.Service == "" {
		return ""
	}
	what := s.serviceName(s.visit.progress.Service)
	if when := clock(s.visit.progress.At, s.text("progress.time")); when != "" {
		return s.text("rating.about_since", "service", what, "time", when)
	}
	return s.text("rating.about", "service", what)
}

// typedCode reads the entry as a ticket code, and says what is wrong with it.
func (m *machine) typedCode() (ticket.Code, bool) {
	if m.paused() {
		m.visit.notice = m.pausedNotice()
		return "", false
	}
	code, err := ticket.Parse(m.visit.entry)
	switch {
	case errors.Is(err, ticket.ErrLength):
		m.visit.notice = notice{"code_length", Warning}
	case err != nil:
		m.visit.notice = notice{"code_wrong", Warning}
		m.missed()
	default:
		return code, true
	}
	return "", false
}
