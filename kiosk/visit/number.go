package visit

import (
	"strings"
	"unicode/utf8"

	"lintai/kiosk/catalog"
	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
)

func (m *machine) stepDigit(st *catalog.Step, d byte) {
	switch {
	case st.Kind == catalog.Number:
		m.typeDigit(d, st.MaxDigit)
	case st.Kind == catalog.Ticket && m.visit.rating.Ticket == "":
		m.typeDigit(d, ticket.Length)
	case st.Kind == catalog.Ticket:
		m.typeDigit(d, ratingDigits)
	default:
		m.writingTouch(Digit{d})
	}
}

func (m *machine) typeDigit(d byte, most int) {
	m.visit.notice = notice{}
	if d >= '0' && d <= '9' && len(m.visit.entry) < most {
		m.visit.entry += string(rune(d))
	}
}

func (m *machine) eraseDigit() {
	m.visit.notice = notice{}
	if n := len(m.visit.entry); n > 0 {
		m.visit.entry = m.visit.entry[:n-1]
	}
}

func (m *machine) numberDone(st *catalog.Step) {
	digits := m.visit.entry
	if st.Field == "" && !st.Behalf {
		digits = strings.TrimLeft(digits, "0")
	}
	switch {
	case digits == "":
		m.visit.notice = notice{"number_empty", Warning}
		return
	case len(digits) < st.MinDigit:
		m.visit.notice = notice{"number_short", Warning}
		return
	}
	m.visit.setAnswer(m.written(), request.Answer{Step: st.ID, Text: digits + m.writtenStep().Suffix})
	m.stepForward()
}

// masked hides the middle of a number: who looks over a shoulder learns nothing.
func masked(number string) string {
	n := utf8.RuneCountInString(number)
	if n < 8 {
		return strings.Repeat("*", n)
	}
	all := []rune(number)
	return string(all[:3]) + strings.Repeat("*", n-7) + string(all[n-4:])
}

// numberAnswer shows a number with the suffix of the resident's language.
func (s State) numberAnswer(st catalog.Step, a request.Answer) string {
	written, ok := s.written().Step(st.ID)
	if !ok || a.Text == "" {
		return a.Text
	}
	digits := strings.TrimSuffix(a.Text, written.Suffix)
	if st.Field == catalog.Phone {
		digits = masked(digits)
	}
	return digits + st.Suffix
}
