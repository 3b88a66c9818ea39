// Package storetest says what a privacy.Store must do, for every driver.
package storetest

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/care"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/mediation"
	pointstest "lintai/sync/central/points/storetest"
	"lintai/sync/central/privacy"
	"lintai/sync/central/sensor"
)

// Store is a database of central.
type Store interface {
	privacy.Store
	docket.Store
	care.Store
	mediation.Store
	sensor.Store
}

var at = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// Run runs the suite; open gives an empty store at each call.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, test := range map[string]func(*bench){
		"Reads": reads, "Matters": matters, "Holds": holds, "OnlyClosedCasesGo": onlyClosed, "AfterItsTime": retention, "ASlipOpensItsCase": slip,
		"PutRight": corrected, "WhoIsLookedAfter": lookedAfter, "QuarrelsGo": quarrels, "ElsewhereSheIsFound": elsewhere, "Figures": figures,
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{Store: open(t), T: t, now: at}
			pointstest.AddTerminal(t, b.Store)
			log := slog.New(slog.NewTextHandler(io.Discard, nil))
			b.reads = &privacy.Log{Store: b.Store, Clock: b.clock}
			b.keeper = &privacy.Keeper{Store: b.Store, Docket: b.Store, Reads: b.reads, Clock: b.clock, Log: log}
			b.retention = &privacy.Retention{Store: b.Store, Days: func() map[string]int { return map[string]int{"repair": 180, "mediation": 30} }, Clock: b.clock, Log: log}
			test(b)
		})
	}
}

type bench struct {
	Store
	*testing.T
	now       time.Time
	filed     int
	reads     *privacy.Log
	keeper    *privacy.Keeper
	retention *privacy.Retention
}

func (b *bench) clock() time.Time { return b.now }

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) refused(err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Fatalf("%v, want %v", err, want)
	}
}

// file files a case of 张桂兰 and takes it as far as the actions say.
func (b *bench) file(service, card string, actions ...docket.Action) docket.Case {
	b.Helper()
	b.filed++
	c := docket.Case{ID: fmt.Sprint("case-", b.filed), Kiosk: 12, Ticket: ticket.Code(fmt.Sprintf("%012d", b.filed)), Service: service,
		RequestedAt: b.now, ReceivedAt: b.now, Card: card}
	body, err := request.Encode(request.Request{ID: c.ID, Kiosk: 12, Ticket: c.Ticket, Service: service, Address: "幸福里3号楼502室",
		Answers: []request.Answer{{Step: "what", Text: "水管"}}, Person: &request.Person{Name: "张桂兰", Phone: "13800001234", Token: card}, RatingCode: "4711", MadeAt: b.now})
	b.must(err)
	c.Body = body
	b.must(b.Write(b.Context(), func(tx docket.Tx) error {
		filed, err := tx.FileCases(c)
		if err != nil || filed[0].Err != nil {
			return errors.Join(err, filed[0].Err)
		}
		if c, err = tx.LockCase(filed[0].Number); err != nil {
			return err
		}
		for _, action := range actions {
			e := docket.Event{Action: action, At: b.now, By: "王芳", Note: "张桂兰，您好"}
			if action == docket.Dispatch {
				e.Assignee = docket.ToWorker("w")
			}
			all, err := docket.Advance(tx, c, e)
			if err != nil {
				return err
			}
			c = all[0]
		}
		return nil
	}))
	return c
}

var toDone = []docket.Action{docket.Accept, docket.Start, docket.Complete}

// says is all that is left of a case.
func (b *bench) says(number int64) string {
	b.Helper()
	c, events, err := b.Case(b.Context(), number)
	b.must(err)
	if _, err := docket.Replay(events); err != nil {
		b.Fatalf("the case no longer adds up: %v", err)
	}
	all := string(c.Body) + c.Card
	for _, e := range events {
		all += e.Note + e.Inner
	}
	return all
}

func (b *bench) gone(number int64, want bool) {
	b.Helper()
	at, err := b.ErasedAt(b.Context(), number)
	b.must(err)
	text := b.says(number)
	if left := strings.Contains(text, "张桂兰"); left == want || at.IsZero() == want {
		b.Fatalf("case %d, erased at %v: %s", number, at, text)
	}
}

func reads(b *bench) {
	one := privacy.Read{Part: privacy.OfCase, Case: 7}
	b.must(b.reads.Note(b.Context(), "a", one, privacy.Read{Part: privacy.OfHolder, Subject: "3"}))
	b.must(b.reads.Note(b.Context(), "a", one)) // the page loads itself anew
	b.now = b.now.Add(time.Minute)
	b.must(b.reads.Note(b.Context(), "b", one))
	one.Why = "complaint"
	b.must(b.reads.Note(b.Context(), "a", one)) // another reason is another reading
	b.now = b.now.Add(privacy.Again)
	b.must(b.reads.Note(b.Context(), "a", one))
	all, err := b.Entries(b.Context(), privacy.EntryQuery{Limit: 10})
	b.must(err)
	if len(all) != 5 || all[0].Why != "complaint" || all[4].Case != 7 || !all[4].At.Equal(at) {
		b.Fatalf("%+v", all)
	}
	of, err := b.ReadersOf(b.Context(), privacy.Known{Cases: []docket.Case{{Number: 7}}, Accounts: []privacy.Account{{Number: 3}}}, 10)
	b.must(err)
	if len(of) != 5 {
		b.Fatalf("%+v", of)
	}
	page, err := b.Entries(b.Context(), privacy.EntryQuery{Account: "a", Case: 7, Before: all[0].Number, Limit: 10})
	b.must(err)
	if len(page) != 2 {
		b.Fatalf("%+v", page)
	}
}

func matters(b *bench) {
	ctx := b.Context()
	_, err := b.keeper.ByCard(ctx, privacy.Copy, "card", "clerk")
	b.refused(err, privacy.ErrNotFound)
	c := b.file("repair", "card", toDone...)
	b.file("repair", "")
	n, err := b.keeper.ByCard(ctx, privacy.Copy, "card", "clerk")
	b.must(err)
	m, known, err := b.keeper.Known(ctx, n)
	b.must(err)
	if len(known.Cases) != 1 || known.Cases[0].Number != c.Number || !m.DueAt.Equal(at.AddDate(0, 0, 30)) || m.Late(m.DueAt.Add(-1)) || !m.Late(m.DueAt) {
		b.Fatalf("%+v %+v", m, known)
	}
	d, err := b.keeper.Document(ctx, n, "clerk", map[string]string{"clerk": "王芳"})
	b.must(err)
	if len(d.Cases) != 1 || d.Cases[0].Request.Person.Name != "张桂兰" || d.Cases[0].Request.Person.Token != "" || len(d.Cases[0].History) != 4 || d.ReadBy[0].Who != "王芳" {
		b.Fatalf("%+v", d)
	}
	open, err := b.Matters(ctx, true, 0, 10)
	b.must(err)
	b.must(b.keeper.Close(ctx, n, privacy.Done, "clerk"))
	b.refused(b.keeper.Close(ctx, n, privacy.Done, "clerk"), privacy.ErrClosed)
	_, _, err = b.keeper.Known(ctx, n)
	b.refused(err, privacy.ErrClosed)
	closed, err := b.Matters(ctx, false, 0, 10)
	b.must(err)
	if len(open) != 1 || len(closed) != 1 || closed[0].Subject.Card != "" || closed[0].Outcome != privacy.Done {
		b.Fatalf("%+v %+v", open, closed)
	}
}

func holds(b *bench) {
	ctx := b.Context()
	c := b.file("repair", "card", toDone...)
	b.refused(b.keeper.Hold(ctx, c.Number, " ", "admin"), privacy.ErrReason)
	b.refused(b.keeper.Hold(ctx, 99, "法院", "admin"), docket.ErrNotFound)
	b.must(b.keeper.Hold(ctx, c.Number, "法院调取", "admin"))
	b.must(b.keeper.Hold(ctx, c.Number, "再来一次", "admin"))
	b.now = b.now.AddDate(2, 0, 0)
	b.must(b.retention.Sweep(ctx))
	b.gone(c.Number, false)
	n, err := b.keeper.ByCard(ctx, privacy.Delete, "card", "clerk")
	b.must(err)
	kept, err := b.keeper.Erase(ctx, n, "clerk")
	b.must(err)
	held, err := b.Holds(ctx, 0, 10)
	b.must(err)
	if kept != 1 || len(held) != 1 || held[0].Reason != "法院调取" {
		b.Fatalf("%d %+v", kept, held)
	}
	b.gone(c.Number, false)
	b.must(b.keeper.Release(ctx, c.Number))
	b.refused(b.keeper.Release(ctx, c.Number), privacy.ErrNotFound)
	kept, err = b.keeper.Erase(ctx, n, "clerk")
	b.must(err)
	b.gone(c.Number, true)
	if m, err := b.Matter(ctx, n); err != nil || kept != 0 || m.Outcome != privacy.Done || m.Erased != 1 {
		b.Fatalf("%d %+v %v", kept, m, err)
	}
	b.refused(b.keeper.Hold(ctx, c.Number, "晚了", "admin"), privacy.ErrErased)
}

func onlyClosed(b *bench) {
	ctx := b.Context()
	done, open, other := b.file("repair", "card", toDone...), b.file("repair", "card", docket.Accept), b.file("repair", "another", toDone...)
	refused := b.file("repair", "card", docket.Refuse)
	n, err := b.keeper.ByCard(ctx, privacy.Copy, "card", "clerk")
	b.must(err)
	_, err = b.keeper.Erase(ctx, n, "clerk")
	b.refused(err, privacy.ErrKind)
	if n, err = b.keeper.ByCard(ctx, privacy.Delete, "card", "clerk"); err != nil {
		b.Fatal(err)
	}
	b.refused(b.keeper.Close(ctx, n, privacy.Done, "clerk"), privacy.ErrKind)
	kept, err := b.keeper.Erase(ctx, n, "clerk")
	b.must(err)
	if kept != 1 {
		b.Fatal(kept)
	}
	b.gone(done.Number, true)
	b.gone(refused.Number, true)
	b.gone(open.Number, false)
	b.gone(other.Number, false)
	c, events, err := b.Case(ctx, done.Number)
	b.must(err)
	if c.Ticket != done.Ticket || c.Status != docket.Done || !c.RequestedAt.Equal(at) || len(events) != 4 || events[3].By != "王芳" || c.Service != "repair" {
		b.Fatalf("%+v %+v", c, events)
	}
	if m, err := b.Matter(ctx, n); err != nil || !m.ClosedAt.IsZero() || m.Kept != 1 || m.Erased != 2 {
		b.Fatalf("%+v %v", m, err)
	}
	log, err := b.Entries(ctx, privacy.EntryQuery{Case: done.Number, Limit: 9})
	b.must(err)
	if len(log) != 2 || log[0].Part != privacy.Erased || log[1].Part != privacy.OfMatter { // who opens a matter sees its cases
		b.Fatalf("%+v", log)
	}
}

func retention(b *bench) {
	ctx := b.Context()
	old, private, odd := b.file("repair", "", toDone...), b.file("mediation", "", toDone...), b.file("gone", "", toDone...)
	waits := b.file("repair", "", docket.Accept)
	b.now = at.AddDate(0, 0, 31)
	later := b.file("repair", "", toDone...)
	b.must(b.retention.Sweep(ctx))
	b.gone(private.Number, true)
	b.gone(old.Number, false)
	b.now = at.AddDate(0, 0, 181)
	b.must(b.retention.Sweep(ctx))
	b.gone(old.Number, true)
	b.gone(later.Number, false)
	b.gone(odd.Number, false)
	b.now = at.AddDate(0, 0, privacy.DefaultDays+1)
	b.must(b.retention.Sweep(ctx))
	b.gone(odd.Number, true)
	b.gone(later.Number, true)
	b.gone(waits.Number, false)
	c, err := b.ErasedSince(ctx, privacy.Day(at.AddDate(0, 0, 30)))
	b.must(err)
	since, err := b.ErasedSince(ctx, privacy.Day(b.now))
	b.must(err)
	if c[privacy.Cases] != 4 || since[privacy.Cases] != 2 {
		b.Fatalf("%v %v", c, since)
	}
}

func slip(b *bench) {
	ctx := b.Context()
	c := b.file("repair", "card", toDone...)
	b.file("repair", "card", toDone...)
	_, err := b.keeper.ByTicket(ctx, privacy.Copy, c.Ticket, "李四", "clerk")
	b.refused(err, privacy.ErrNotFound)
	_, err = b.keeper.ByTicket(ctx, privacy.Copy, c.Ticket, "", "clerk")
	b.refused(err, privacy.ErrNotFound)
	n, err := b.keeper.ByTicket(ctx, privacy.Copy, c.Ticket, " 张桂兰 ", "clerk")
	b.must(err)
	_, known, err := b.keeper.Known(ctx, n)
	b.must(err)
	if len(known.Cases) != 1 || known.Cases[0].Number != c.Number {
		b.Fatalf("%+v", known.Cases)
	}
}

func corrected(b *bench) {
	ctx := b.Context()
	c, other := b.file("repair", "card", docket.Accept), b.file("repair", "another")
	n, err := b.keeper.ByCard(ctx, privacy.Correct, "card", "clerk")
	b.must(err)
	b.refused(b.keeper.Amend(ctx, n, other.Number, request.Person{Name: "张桂花"}, "", "clerk", "王芳"), privacy.ErrNotFound)
	b.must(b.keeper.Amend(ctx, n, c.Number, request.Person{Name: "张桂花", Phone: "139"}, "幸福里4号楼", "clerk", "王芳"))
	got, events, err := b.Case(ctx, c.Number)
	b.must(err)
	body, err := got.Request()
	b.must(err)
	if body.Person.Name != "张桂花" || body.Person.Phone != "139" || body.Person.Token != "card" || body.Address != "幸福里4号楼" || body.RatingCode != "4711" {
		b.Fatalf("%+v", body)
	}
	if last := events[len(events)-1]; last.Action != docket.Tell || last.Inner == "" || strings.Contains(last.Inner, "张") {
		b.Fatalf("%+v", last)
	}
}

// lookedAfter: the care list and the diary have no card, so her name with her door or her
// telephone finds her there, and the case that a visit came to finds the visit.
func lookedAfter(b *bench) {
	ctx := b.Context()
	b.file("repair", "card", toDone...)
	raised := b.file("repair", "card", toDone...)
	entry := func(name, phone, address string) (number int64) {
		b.must(b.WriteCare(ctx, func(tx care.Tx) (err error) {
			number, err = tx.AddEntry(care.Entry{Name: name, Phone: phone, Address: address, Reason: care.Alone, Note: "耳背", Every: 7, Due: at, AddedAt: at, AddedBy: "w", Revision: 1})
			return err
		}))
		return number
	}
	visit := func(once string, entry int64, name, address string, of int64) (number int64) {
		b.must(b.WriteCare(ctx, func(tx care.Tx) (err error) {
			v := care.Visit{Once: once, Entry: entry, Name: name, Address: address, Household: grid.Household(address), At: at, By: "w", Manner: care.Met, Heard: "腿疼", WrittenAt: at}
			if number, _, err = tx.AddVisit(v); err != nil {
				return err
			}
			n := care.Need{Visit: number, ID: once, Service: "repair", Text: "扶手松了", Case: of}
			if n.Number, err = tx.AddNeed(n); err != nil || of == 0 {
				return err
			}
			return tx.FileNeed(n)
		}))
		return number
	}
	byDoor, byPhone := entry("张桂兰", "", "幸福里三号楼-502"), entry("张桂兰", "138 0000-1234", "光明路1号")
	namesake, neighbour := entry("张桂兰", "13999999999", "光明路2号"), entry("李强", "", "幸福里3号楼502室")
	mine := []int64{visit("1", byDoor, "张桂兰", "幸福里三号楼-502", 0), visit("2", 0, "张桂兰", "幸福里3-502", 0), visit("3", 0, "家里人", "光明路9号", raised.Number)}
	others := []int64{visit("4", namesake, "张桂兰", "光明路2号", 0), visit("5", 0, "李强", "幸福里3号楼502室", 0)}
	n, err := b.keeper.ByCard(ctx, privacy.Copy, "card", "clerk")
	b.must(err)
	b.must(b.reads.Note(ctx, "reader", privacy.Read{Part: privacy.OfCare, Subject: fmt.Sprint(byDoor)}, privacy.Read{Part: privacy.OfVisit, Subject: fmt.Sprint(mine[1])}, privacy.Read{Part: privacy.OfCare, Subject: fmt.Sprint(neighbour)}))
	d, err := b.keeper.Document(ctx, n, "clerk", map[string]string{"reader": "陈静"})
	b.must(err)
	read := 0
	for _, one := range d.ReadBy {
		if one.Who == "陈静" {
			read++
		}
	}
	if len(d.Cared) != 2 || d.Cared[0].Number != byDoor || d.Cared[1].Number != byPhone || d.Cared[0].Note != "耳背" || len(d.Visits) != 3 || d.Visits[2].Heard != "腿疼" || d.Visits[2].Needs[0] != "扶手松了" || read != 2 {
		b.Fatalf("%+v %+v %d", d.Cared, d.Visits, read)
	}
	if d.Cases[0].Request.RatingCode != "" {
		b.Fatal("who makes the copy could rate in her name")
	}
	n, err = b.keeper.ByCard(ctx, privacy.Delete, "card", "clerk")
	b.must(err)
	_, err = b.keeper.Erase(ctx, n, "clerk")
	b.must(err)
	for number, gone := range map[int64]bool{byDoor: true, byPhone: true, namesake: false, neighbour: false} {
		e, err := b.CareEntry(ctx, number)
		b.must(err)
		if left := e.Name + e.Phone + e.Address + e.Note + string(e.Reason); (left == "") != gone || e.Ended() != gone {
			b.Fatalf("%d: %+v", number, e)
		}
	}
	for _, number := range append(others, mine...) {
		v, err := b.Visit(ctx, number)
		b.must(err)
		needs, err := b.Needs(ctx, []int64{number})
		b.must(err)
		if gone := slices.Contains(mine, number); (v.Name+v.Address+v.Heard+needs[0].Text == "") != gone {
			b.Fatalf("%+v %+v", v, needs)
		}
	}
}

// quarrels: of a matter the copy has what she was part of and not what others said; when
// the words of its case go, the matter has ended and nothing more is written to it.
func quarrels(b *bench) {
	ctx := b.Context()
	c := b.file("mediation", "card", docket.Refuse)
	b.must(b.WriteMediation(ctx, func(tx mediation.Tx) error {
		if err := tx.AddMatter(mediation.Matter{Case: c.Number, Mediator: "m", OpenedAt: at}); err != nil {
			return err
		}
		_, err := tx.AddPromise(mediation.Promise{Case: c.Number, Text: "铺地毯", Due: at, Keeping: mediation.Open})
		return errors.Join(err, tx.AddParty(mediation.Party{Case: c.Number, Side: mediation.Respondent, Name: "李强"}),
			tx.AddSession(mediation.Session{Case: c.Number, At: at, Place: "调解室", State: mediation.Held, Minutes: "李强说了什么", By: "m", WrittenAt: at}),
			tx.AddEnding(mediation.Ending{Case: c.Number, Outcome: mediation.Agreed, Text: "十点后不放音乐", At: at, By: "m"}))
	}))
	n, err := b.keeper.ByCard(ctx, privacy.Copy, "card", "clerk")
	b.must(err)
	d, err := b.keeper.Document(ctx, n, "clerk", nil)
	b.must(err)
	text := fmt.Sprintf("%+v", d)
	for words, there := range map[string]bool{"调解室": true, "十点后不放音乐": true, "铺地毯": true, "李强": false} {
		if strings.Contains(text, words) != there {
			b.Fatalf("%s: %v in %s", words, !there, text)
		}
	}
	b.now = at.AddDate(0, 0, 31)
	b.must(b.retention.Sweep(ctx))
	b.gone(c.Number, true)
	m, err := b.Mediation(ctx, c.Number)
	b.must(err)
	promises, err := b.Promises(ctx, c.Number)
	b.must(err)
	if m.Outcome != mediation.Withdrawn || m.EndedAt.IsZero() || promises[0].Keeping != mediation.Void || promises[0].Text != "" {
		b.Fatalf("%+v %+v", m, promises)
	}
}

func figures(b *bench) {
	ctx := b.Context()
	for range 7 {
		b.file("repair", "")
	}
	b.file("mediation", "")
	cells, err := b.CellsOf(ctx, at.Add(-time.Hour), at.Add(time.Hour), []string{"mediation"})
	b.must(err)
	none, err := b.CellsOf(ctx, at.Add(time.Second), at.Add(time.Hour), nil)
	b.must(err)
	if len(cells) != 1 || cells[0].Count != 7 || len(none) != 0 {
		b.Fatalf("%+v %+v", cells, none)
	}
	b.now = at.AddDate(0, 1, 0)
	f := &privacy.Figures{Store: b.Store, Clock: b.clock, Private: func() []string { return nil }}
	all, err := f.Cells(ctx)
	b.must(err)
	if !slices.Equal(all, []privacy.Cell{{Month: "2026-03", Count: 8}}) {
		b.Fatalf("%+v", all)
	}
}
