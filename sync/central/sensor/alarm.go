package sensor

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/resource"
)

// ScreenPrefix begins the Screen of a call that a device raised; its id follows.
const ScreenPrefix = "device:"

// Of is the device that raised a call, or "".
func Of(c docket.Call) string {
	id, ok := strings.CutPrefix(c.Screen, ScreenPrefix)
	if c.Kiosk != 0 || !ok {
		return ""
	}
	return id
}

// space is what ids of calls are made in, so that a message has one call whenever and
// wherever it is taken.
var space = uuid.MustParse("0f4d3b6e-6c0f-4d0e-9a52-2f6d3c1b7e90")

// call raises the call of a message, once; while the one before rings it is part of that.
func (w *work) call(d *Device, r Reading, at time.Time) error {
	id := uuid.NewSHA1(space, fmt.Appendf(nil, "%s %s %d", d.ID, r.Boot, r.Seq)).String()
	if d.Call != "" && d.Call != id {
		before, err := w.tx.Call(d.Call)
		if err != nil && !errors.Is(err, docket.ErrNotFound) {
			return err
		}
		if err == nil && before.Answer == nil {
			return nil
		}
	}
	err := w.tx.FileCall(docket.Call{ID: id, Screen: ScreenPrefix + d.ID, RaisedAt: at, ReceivedAt: w.now})
	if errors.Is(err, docket.ErrIDTaken) {
		return nil
	}
	if err != nil {
		return err
	}
	d.Call, w.taken.Call = id, id
	return w.tx.AddDecision(Decision{Device: d.ID, At: w.now, Call: id})
}

// tickets is how often a ticket code is drawn.
const tickets = 6

// file files the case of a fault, and hands it on.
func (w *work) file(d Device, rule Rule, value float64) (int64, error) {
	c, err := w.enter(d, rule, rule.Say(d, value))
	if err != nil {
		return 0, err
	}
	said := phrase.Text("sensor.event", "device", d.Name, "quantity", phrase.Text(phrase.ID("sensor_quantity."+string(rule.Of))),
		"value", Number(value), "limit", Number(rule.From), "rule", rule.ID)
	if rule.Of == Out {
		said = phrase.Text("sensor.event_out", "device", d.Name, "rule", rule.ID)
	}
	why := docket.Event{Action: docket.Tell, At: w.now, Detail: docket.Detail{Inner: said}}
	steps := []docket.Event{why}
	if len(rule.Resource) > 0 {
		said, err := w.book(c.Number, rule.Resource)
		if err != nil {
			return 0, err
		}
		steps = append(steps, docket.Event{Action: docket.Tell, At: w.now, Detail: docket.Detail{Inner: said}})
	}
	if rule.Department != "" {
		steps = append(steps, docket.Event{Action: docket.Accept, At: w.now},
			docket.Event{Action: docket.Transfer, At: w.now, Detail: docket.Detail{Assignee: docket.ToDepartment(rule.Department),
				Inner: phrase.Text("sensor.handed", "rule", rule.ID)}})
	}
	_, err = docket.Advance(w.tx, c, steps...)
	return c.Number, err
}

// enter files a case with a new ticket.
func (w *work) enter(d Device, rule Rule, words string) (docket.Case, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return docket.Case{}, err
	}
	catalogue := w.k.Catalog()
	body := request.Request{ID: id.String(), Service: rule.Service, CatalogVersion: catalogue.Version, Urgency: rule.Urgency.String(),
		Address: d.Place, Channel: &request.Channel{Name: d.Name, Description: words}, MadeAt: w.now}
	if service, ok := catalogue.Service(rule.Service); ok {
		for _, answer := range rule.Answers {
			step, option, _ := strings.Cut(answer, "=")
			for i := range service.Steps {
				if o, ok := service.Steps[i].Option(option); ok && service.Steps[i].ID == step {
					body.Answers = append(body.Answers, request.Answer{Step: step, Option: option, Text: o.Name})
				}
			}
		}
	}
	for try := 1; ; try++ {
		if body.Ticket, err = ticket.OfCentral(rand.Reader); err != nil {
			return docket.Case{}, err
		}
		plain, err := request.Encode(body)
		if err != nil {
			return docket.Case{}, err
		}
		filed, err := w.tx.FileCases(docket.Case{ID: body.ID, Ticket: body.Ticket, Service: body.Service, CatalogVersion: body.CatalogVersion,
			Urgency: rule.Urgency, RequestedAt: w.now, ReceivedAt: w.now, Body: plain})
		if err != nil {
			return docket.Case{}, err
		}
		switch err := filed[0].Err; {
		case err == nil:
			return w.tx.LockCase(filed[0].Number)
		case !errors.Is(err, docket.ErrTicketTaken) || try == tickets:
			return docket.Case{}, err
		}
	}
}

// book takes a place for a case at a resource of the first of some words that has one
// free, and says so.
func (w *work) book(number int64, words []string) (string, error) {
	all, err := w.tx.AllResources()
	if err != nil {
		return "", err
	}
	for _, r := range fit(all, words) {
		taken, err := w.tx.TakenOf(r.ID)
		if err != nil {
			return "", err
		}
		if taken >= r.Capacity {
			continue
		}
		if err := w.tx.AddBooking(resource.Booking{Resource: r.ID, Case: number, At: w.now}); err != nil {
			return "", err
		}
		return phrase.Text("sensor.booked", "name", r.Name), nil
	}
	return phrase.Text("sensor.no_resource", "word", words[0]), nil
}

// fit are the resources of some words, those of the first word first.
func fit(all []resource.Resource, words []string) (found []resource.Resource) {
	for _, word := range words {
		for _, r := range all {
			if !r.Off && (strings.Contains(r.Name, word) || slices.Contains(r.Keywords, word)) {
				found = append(found, r)
			}
		}
	}
	return found
}
