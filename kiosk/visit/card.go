package visit

import (
	"lintai/kiosk/catalog"
	"lintai/kiosk/request"
)

// cardEvent handles what the reader reports.
func (m *machine) cardEvent(e Event) {
	switch e := e.(type) {
	case CardPresent:
		if m.visit.screen == ScreenStart && !m.call.shown {
			m.alive()
			m.open(ScreenHome)
		}
	case CardLifted:
		m.visit.card, m.house.card = false, false
	case CardFailed:
		if m.wantsCard() {
			m.alive()
			m.visit.warned, m.visit.adjusting = false, false
			m.visit.notice = notice{"card_failed", Warning}
		}
	case CardRead:
		if m.wantsCard() {
			m.cardRead(e)
		}
	}
}

// wantsCard tells that the screen below any overlay asks for a card.
func (s State) wantsCard() bool {
	if s.call.shown {
		return false
	}
	return s.visit.screen == ScreenIdentify || s.cardFinds()
}

// cardFinds tells that a card would look up its holder's requests.
func (s State) cardFinds() bool {
	return s.visit.screen == ScreenLookUp && !s.visit.asking && s.rules.CardLookUp && !s.broken(CardReader)
}

func (m *machine) cardRead(e CardRead) {
	m.alive()
	v := &m.visit
	v.warned, v.adjusting = false, false
	if m.cardFinds() {
		if e.Person.Token == "" {
			v.notice = notice{"card_failed", Warning}
			return
		}
		v.card, m.house.card = true, true
		m.findByCard(e.Person.Token)
		return
	}
	svc := m.current()
	// Only what the service's allow-list names, and what was consented to, goes on
	// from here.
	p := request.Person{Token: e.Person.Token}
	if svc.Allows(catalog.Name) {
		p.Name = e.Person.Name
	}
	if svc.Allows(catalog.Address) {
		p.Address = e.Person.Address
	}
	if svc.Allows(catalog.IDNumber) && m.consented(catalog.IDNumber) {
		p.IDNumber = e.Person.IDNumber
	}
	if p.Name == "" && p.Address == "" && p.IDNumber == "" {
		v.notice = notice{"card_failed", Warning}
		return
	}
	v.person, v.expired, v.card = p, e.Expired, true
	m.house.card = true
	if p.Address != "" {
		for _, st := range svc.Steps {
			if st.Address {
				v.dropAnswer(st.ID)
			}
		}
	}
	m.stepForward()
}

// consented tells that the resident said yes to a field.
func (s State) consented(f catalog.PersonalField) bool {
	for _, st := range s.current().Steps {
		if st.Kind == catalog.Consent && st.Field == f {
			a, _ := s.visit.answer(st.ID)
			return a.Option == yes
		}
	}
	return false
}
