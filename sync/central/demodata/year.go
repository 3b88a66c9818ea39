package demodata

import (
	"container/heap"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/sync/central/channel"
	"lintai/sync/central/desk"
	"lintai/sync/central/dispatch"
	"lintai/sync/central/docket"
	"lintai/sync/central/intake"
	"lintai/sync/central/staff"
	"lintai/sync/wire"
)

// year is one that is played.
type year struct {
	house       House
	options     Options
	from, until time.Time
	random      *rand.Rand
	made        Made

	grids, buildings int

	residents []resident
	terminals []int
	channels  []channel.Channel // by which somebody asks without a terminal
	clerks    []staff.Account
	workers   []staff.Account
	mediator  staff.Account

	ledger   *ledger      // nil when it is made slowly
	docket   docket.Store // the ledger, or the database
	desk     *desk.Desk
	dispatch *dispatch.Office
	tickets  map[ticket.Code]bool
	sequence map[int]int64 // of the items of a terminal
	agenda   agenda
	said     map[string]int // how often each sentence stands among saying
	saying   []string       // the newest last
	tales    map[int64]*tale
}

// tale is what will happen to a case, as far as chance decides.
type tale struct {
	random  *rand.Rand
	request request.Request
	matter  *matter
	slow    float64 // how much longer all takes
	given   int     // how often it was given back
	told    bool
	// reopened tells that staff opened it again.
	reopened bool
	seen     bool // a clerk looked at it
}

// appointment is when something happens next.
type appointment struct {
	at    time.Time
	order int64 // of equals, the first made is the first
	do    func(context.Context) error
}

type agenda struct {
	all  []appointment
	made int64
}

func (a *agenda) Len() int { return len(a.all) }
func (a *agenda) Less(i, j int) bool {
	if c := a.all[i].at.Compare(a.all[j].at); c != 0 {
		return c < 0
	}
	return a.all[i].order < a.all[j].order
}
func (a *agenda) Swap(i, j int) { a.all[i], a.all[j] = a.all[j], a.all[i] }
func (a *agenda) Push(x any)    { a.all = append(a.all, x.(appointment)) }
func (a *agenda) Pop() any {
	last := len(a.all) - 1
	x := a.all[last]
	a.all[last] = appointment{}
	a.all = a.all[:last]
	return x
}

func (y *year) later(at time.Time, do func(context.Context) error) {
	y.agenda.made++
	heap.Push(&y.agenda, appointment{at, y.agenda.made, do})
}

func (y *year) play(ctx context.Context) error {
	y.tickets, y.sequence, y.tales, y.said = map[ticket.Code]bool{}, map[int]int64{}, map[int64]*tale{}, map[string]int{}
	var office dispatch.Store = y.house.Store
	y.docket = y.house.Store
	if !y.options.Slowly {
		l, err := newLedger(ctx, y.house.Store)
		if err != nil {
			return err
		}
		y.ledger, y.docket, office = l, l, l
	}
	y.desk = &desk.Desk{Store: y.docket, Hub: y.house.Hub, Clock: y.house.Clock.Now, Log: y.house.Log}
	y.dispatch = &dispatch.Office{Store: office, Desk: y.desk, Clock: y.house.Clock.Now, Log: y.house.Log}
	y.desk.Estates = y.dispatch.Estates
	times := moments(y.options.Cases, y.from, y.until, y.random)
	for next := 0; next < len(times) || y.agenda.Len() > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if next < len(times) && (y.agenda.Len() == 0 || !y.agenda.all[0].at.Before(times[next])) {
			y.house.Clock.Set(times[next])
			if err := y.ask(ctx, next, times[next]); err != nil {
				return fmt.Errorf("request %d: %w", next, err)
			}
			next++
			continue
		}
		one := heap.Pop(&y.agenda).(appointment)
		if one.at.After(y.until) {
			break
		}
		y.house.Clock.Set(one.at)
		if err := one.do(ctx); err != nil {
			return err
		}
	}
	y.made.Cases, y.made.Open = len(times), len(y.tales)
	if y.ledger != nil {
		return y.ledger.close(ctx)
	}
	return nil
}

// ask files a request, and has it classified and looked at, as a serving central does.
func (y *year) ask(ctx context.Context, i int, at time.Time) error {
	random := rand.New(rand.NewPCG(y.options.Seed, uint64(i)))
	r, about := y.asked(y.draw(random), at, random)
	number, err := y.file(ctx, r, at)
	if err != nil {
		return err
	}
	if _, err := y.desk.Classify(ctx); err != nil {
		return err
	}
	if err := y.dispatch.Look(ctx, []int64{number}); err != nil {
		return err
	}
	t := &tale{random: random, request: r, matter: about, slow: math.Exp(random.NormFloat64() * 0.5)}
	if random.Float64() < 0.06 {
		t.slow *= 6 // it lies
	}
	y.tales[number] = t
	return y.plan(ctx, number, t)
}

// file files a request and returns the number of its case.
func (y *year) file(ctx context.Context, r request.Request, at time.Time) (int64, error) {
	body, err := request.Encode(r)
	if err != nil {
		return 0, err
	}
	if r.Channel == nil && y.ledger == nil {
		if _, err := y.item(ctx, r.ID, request.KindRequest, r.Kiosk, at, body); err != nil {
			return 0, err
		}
		c, _, err := y.docket.CaseByTicket(ctx, r.Ticket)
		return c.Number, err
	}
	c := docket.Case{ID: r.ID, Kiosk: r.Kiosk, Ticket: r.Ticket, Service: r.Service, CatalogVersion: r.CatalogVersion,
		Urgency: docket.ParseUrgency(r.Urgency), RequestedAt: at.UTC(), ReceivedAt: at.UTC(), Body: body}
	if r.Person != nil {
		c.Card = r.Person.Token
	}
	for _, ch := range y.channels {
		if r.Channel != nil && r.Channel.Name == ch.Name {
			c.Channel = ch.Number
		}
	}
	err = y.docket.Write(ctx, func(tx docket.Tx) error {
		filed, err := tx.FileCases(c)
		if err == nil {
			c.Number, err = filed[0].Number, filed[0].Err
		}
		return err
	})
	if err != nil || r.Channel != nil {
		return c.Number, err
	}
	item, err := y.item(ctx, r.ID, request.KindRequest, r.Kiosk, at, body)
	if err == nil {
		s := y.ledger.cases[c.Number]
		s.Items = append(s.Items, item)
	}
	return c.Number, err
}

// item is the envelope of a body. When all is made slowly it is sealed and pushed; else it is
// only what central would have remembered of it.
func (y *year) item(ctx context.Context, id string, kind request.Kind, kiosk int, at time.Time, body []byte) (docket.Item, error) {
	y.sequence[kiosk]++
	item := docket.Item{Kiosk: kiosk, ID: id, Kind: kind, Sequence: y.sequence[kiosk], MadeAt: at.UTC(), ReceivedAt: at.UTC(), Outcome: wire.Created}
	if y.ledger != nil {
		binary.BigEndian.PutUint64(item.Hash[:], uint64(kiosk))
		copy(item.Hash[8:], id)
		return item, nil
	}
	return item, y.push(ctx, item, body)
}

// push seals a body and has intake file it.
func (y *year) push(ctx context.Context, i docket.Item, body []byte) error {
	sealed, err := seal.Close(y.house.Key, seal.Envelope{ID: i.ID, Kind: i.Kind, Kiosk: i.Kiosk}, body)
	if err != nil {
		return err
	}
	answers, err := y.house.Receiver.Push(ctx, i.Kiosk, wire.Push{Kiosk: i.Kiosk, DeviceTime: i.MadeAt, Items: []wire.Item{
		wire.FromItem(request.Item{ID: i.ID, Kind: i.Kind, Kiosk: i.Kiosk, Sequence: i.Sequence, MadeAt: i.MadeAt, Sealed: sealed})}})
	if err == nil && answers[0].Outcome != wire.Created {
		err = fmt.Errorf("item %s: %s %s", i.ID, answers[0].Outcome, answers[0].Reason)
	}
	return err
}

// rate files what a resident says of her case.
func (y *year) rate(ctx context.Context, number int64, t *tale) error {
	now := y.house.Clock.Now()
	stars := stars(t)
	kiosk := t.request.Kiosk
	if kiosk == 0 { // who telephoned comes by
		kiosk = one(t.random, y.terminals)
	}
	r := request.Request{ID: identity(now, t.random), Kiosk: kiosk, Ticket: y.ticket(kiosk, t.random), Service: "rating",
		CatalogVersion: t.request.CatalogVersion, MadeAt: now.UTC(),
		Rating: &request.Rating{Ticket: t.request.Ticket, RatingCode: t.request.RatingCode, Stars: stars}}
	if t.random.Float64() < 0.5 {
		r.Answers = []request.Answer{{Step: "words", Text: y.fresh(func() string { return foundBy(t, t.request.Service, stars, y.speaker(t)) })}}
	}
	body, err := request.Encode(r)
	if err != nil {
		return err
	}
	item, err := y.item(ctx, r.ID, request.KindRequest, r.Kiosk, now, body)
	if err != nil || y.ledger == nil {
		return err
	}
	s := y.ledger.cases[number]
	s.Items = append(s.Items, item)
	return y.ledger.Write(ctx, func(tx docket.Tx) error {
		_, err := intake.FileRating(tx, docket.Rating{ID: r.ID, Kiosk: r.Kiosk, Ticket: r.Ticket, Rated: t.request.Ticket, Stars: stars,
			RequestedAt: now.UTC(), ReceivedAt: now.UTC(), Body: body})
		return err
	})
}

// stars are fewer where it took long.
func stars(t *tale) int {
	r := t.random.Float64() * min(1, 1.6/math.Max(t.slow, 0.5))
	switch {
	case r < 0.04:
		return 1
	case r < 0.10:
		return 2
	case r < 0.20:
		return 3
	case r < 0.45:
		return 4
	}
	return 5
}

// ticket is a code that nobody else has; that of terminal 0 is central's.
func (y *year) ticket(terminal int, random *rand.Rand) ticket.Code {
	draw := ticket.OfCentral
	if terminal > 0 {
		draw = func(random io.Reader) (ticket.Code, error) { return ticket.New(terminal, random) }
	}
	for {
		code, err := draw(bytes{random})
		if err == nil && !y.tickets[code] {
			y.tickets[code] = true
			return code
		}
	}
}

// bytes reads chance.
type bytes struct{ random *rand.Rand }

func (b bytes) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b.random.UintN(256))
	}
	return len(p), nil
}

// identity is a UUIDv7 of a moment.
func identity(at time.Time, random *rand.Rand) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], uint64(at.UnixMilli())<<16|random.Uint64()&0xFFFF)
	binary.BigEndian.PutUint64(b[8:], random.Uint64())
	b[6], b[8] = b[6]&0x0F|0x70, b[8]&0x3F|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
