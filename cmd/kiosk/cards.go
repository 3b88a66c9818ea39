package main

import (
	"time"

	"lintai/hw/idcard"
	"lintai/kiosk/request"
	"lintai/kiosk/visit"
)

// cardEvent passes on what happens on the ID-card reader. The visit drops what the
// service may not have; the token tells central whose requests are whose, and
// nothing else.
func (d *devices) cardEvent(e idcard.Event) {
	switch e := e.(type) {
	case idcard.Present:
		d.post(visit.CardPresent{})
	case idcard.Card:
		d.post(visit.CardRead{Person: d.person(e), Expired: e.Expired(time.Now())})
	case idcard.Failed:
		d.post(visit.CardFailed{Fault: e.Code})
	case idcard.Lifted:
		d.post(visit.CardLifted{})
	}
}

// person is what a card says of its holder. A telephone number is on no card.
func (d *devices) person(c idcard.Card) request.Person {
	return request.Person{
		Name: c.Name, Address: c.CurrentAddress(), IDNumber: c.Number,
		Token: request.CardToken(d.cardKey, c.Number),
	}
}
