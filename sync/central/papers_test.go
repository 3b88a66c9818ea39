package central_test

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	actions "lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/store"
	"lintai/sync/wire"
)

const (
	firstPrint  = "01999999-0000-7000-8000-000000000001"
	secondPrint = "01999999-0000-7000-8000-000000000002"
)

// certified is a central whose first case is a certificate that everybody approved.
func certified(t *testing.T, changes ...func(*request.Request)) (h *house, code ticket.Code, act func(docket.Event)) {
	t.Helper()
	h = setup(t)
	r := h.request()
	r.Service, r.Answers = "certificate", []request.Answer{{Step: "which", Option: "residence", Text: "居住证明"}}
	r.Person.Token = request.CardToken(cardKey, "110101195001011234")
	for _, change := range changes {
		change(&r)
	}
	h.push(r)
	book, err := store.Open(t.Context(), filepath.Join(h.folder, "central.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	work := &actions.Desk{Store: book, Hub: live.NewHub(), Clock: h.clock.Now, Log: slog.New(slog.DiscardHandler)}
	act = func(e docket.Event) {
		t.Helper()
		c, _, err := book.Case(t.Context(), 1)
		if err == nil {
			err = work.Act(t.Context(), 1, c.Events, e)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	act(docket.Event{Action: docket.Accept, By: "王芳"})
	if look := h.look(r.Ticket); look.Paper {
		t.Fatalf("before it is approved: %+v", look)
	}
	for _, step := range docket.DefaultChains()["certificate"] {
		act(docket.Event{Action: docket.Approve, By: "李强", Detail: docket.Detail{Step: step}})
	}
	return h, r.Ticket, act
}

func (h *house) look(code ticket.Code) wire.Ticket {
	h.t.Helper()
	return decode[wire.Ticket](h.t, h.terminal(h.me, "GET", wire.PathTickets+string(code), nil), http.StatusOK)
}

func (h *house) paper(who *http.Client, id string, code ticket.Code, card string) wire.PaperAnswer {
	h.t.Helper()
	a := decode[wire.PaperAnswer](h.t, h.terminal(who, "POST", wire.PathPapers, wire.PaperAsk{ID: id, Ticket: code, Card: card}), http.StatusOK)
	if a.Protocol != wire.Protocol || (a.Paper == nil) == (a.Reason == "") {
		h.t.Fatalf("%+v", a)
	}
	return a
}

func (h *house) told(who *http.Client, id string, code ticket.Code, outcome string) {
	h.t.Helper()
	decode[wire.PaperAnswer](h.t, h.terminal(who, "POST", wire.PathPaperOutcome, wire.PaperOutcome{ID: id, Ticket: code, Outcome: outcome}), http.StatusOK)
}

func TestPaperIsGivenAndCounted(t *testing.T) {
	h, code, act := certified(t)
	if look := h.look(code); !look.Paper || look.Papers != 0 || look.Status != "done" {
		t.Fatalf("%+v", look)
	}
	before := h.look(code)
	got := h.paper(h.me, firstPrint, code, "").Paper
	if got.Kind != "居住证明" || got.Number != 1 || got.Holder != "张**" || got.Earlier != 0 || len(got.Approvals) != 3 ||
		got.Approvals[0].By != "物业" || got.Approvals[2].By != "街道" || got.Made.IsZero() {
		t.Errorf("%+v", got)
	}
	contains(t, h.browser().page("/verify?code="+got.Verification, http.StatusOK), "属实")
	// Until the terminal says what came of it, it may have come out.
	staff := h.staff()
	contains(t, staff.page("/console/cases/1", http.StatusOK), "12号终端第 1 次取证明去打印", "已在终端打印（次）")
	if again := h.paper(h.me, firstPrint, code, "").Paper; again.Earlier != 0 || h.look(code).Papers != 1 {
		t.Errorf("the same question is counted twice: %+v", again)
	}
	h.told(h.me, firstPrint, code, wire.PaperNotPrinted)
	if n := h.look(code).Papers; n != 0 {
		t.Errorf("%d after it did not come out", n)
	}
	contains(t, staff.page("/console/cases/1", http.StatusOK), "12号终端没有打出证明。")
	h.told(h.me, firstPrint, code, wire.PaperPrinted) // it was said what came of it
	if n := h.look(code).Papers; n != 0 {
		t.Errorf("%d after a second word on it", n)
	}
	h.paper(h.me, secondPrint, code, "")
	h.told(h.enrol(13), secondPrint, code, wire.PaperNotPrinted) // not its to say
	h.told(h.me, secondPrint, code, wire.PaperPrinted)
	contains(t, staff.page("/console/cases/1", http.StatusOK), "已在终端打印（12号终端）。")
	third := strings.Replace(secondPrint, "2", "3", 1)
	if copied := h.paper(h.me, third, code, "").Paper; copied.Earlier != 1 {
		t.Errorf("a copy says %d", copied.Earlier)
	}
	h.told(h.me, third, code, wire.PaperPrinted)
	contains(t, staff.page("/console/cases/1", http.StatusOK), "已在终端补打（12号终端）。")
	// Nothing of it is news for the resident.
	if after := h.look(code); after.Papers != 2 || !after.At.Equal(before.At) || after.Note != before.Note || after.Status != before.Status {
		t.Errorf("was %+v, is %+v", before, after)
	}
	// A case that is open again has no paper, and what comes out now does not count.
	act(docket.Event{Action: docket.Reopen, By: "王芳"})
	if look := h.look(code); look.Paper || look.Papers != 0 {
		t.Errorf("open again: %+v", look)
	}
	if a := h.paper(h.me, third, code, ""); a.Reason != wire.PaperNone {
		t.Errorf("open again: %+v", a)
	}
	lacks(t, h.log.String(), string(code), "张桂兰", got.Verification)
}

func TestWholeNameIsForTheCardOfTheHolder(t *testing.T) {
	h, code, _ := certified(t)
	hers, his := request.CardToken(cardKey, "110101195001011234"), request.CardToken(cardKey, "110101194802022345")
	if a := h.paper(h.me, firstPrint, code, hers); a.Paper.Holder != "张桂兰" || a.Paper.Home != h.request().Address {
		t.Errorf("her card: %+v", a.Paper)
	}
	if a := h.paper(h.me, secondPrint, code, his); a.Paper.Holder != "张**" || a.Paper.Home != "" {
		t.Errorf("another card: %+v", a.Paper)
	}
	mine := decode[wire.Tickets](t, h.terminal(h.me, "POST", wire.PathCard, wire.Card{Token: hers}), http.StatusOK)
	if len(mine.Tickets) != 1 || !mine.Tickets[0].Paper || mine.Tickets[0].Papers != 2 {
		t.Errorf("%+v", mine.Tickets)
	}
}

func TestPapersThatAreNotGiven(t *testing.T) {
	h, code, _ := certified(t)
	repair := h.request()
	h.push(repair)
	if a := h.paper(h.me, firstPrint, repair.Ticket, ""); a.Reason != wire.PaperNone {
		t.Errorf("of a repair: %+v", a)
	}
	if a := h.paper(h.me, firstPrint, h.request().Ticket, ""); a.Reason != wire.PaperNone {
		t.Errorf("of no case: %+v", a)
	}
	for n := range wire.MaxPapers {
		h.paper(h.me, strings.Replace(firstPrint, "0001", "1"+strings.Repeat(string(rune('0'+n)), 3), 1), code, "")
	}
	if look := h.look(code); look.Paper || !look.PaperDesk || look.Papers != wire.MaxPapers {
		t.Errorf("a terminal would offer one more: %+v", look)
	}
	if a := h.paper(h.me, secondPrint, code, ""); a.Reason != wire.PaperEnough {
		t.Errorf("too many: %+v", a)
	}
	for name, body := range map[string]any{"nothing": "", "no JSON": "<html>", "no id": wire.PaperAsk{Ticket: code},
		"no ticket": wire.PaperAsk{ID: firstPrint, Ticket: "1"}, "no token": wire.PaperAsk{ID: firstPrint, Ticket: code, Card: "x"}} {
		if e := decode[wire.Error](t, h.terminal(h.me, "POST", wire.PathPapers, body), http.StatusBadRequest); e.Code != "bad_request" {
			t.Errorf("%s: %+v", name, e)
		}
	}
	decode[wire.Error](t, h.terminal(h.me, "POST", wire.PathPaperOutcome, wire.PaperOutcome{ID: firstPrint, Ticket: code, Outcome: "unknown"}), http.StatusBadRequest)
	nobody := h.client(nil, nil)
	decode[wire.Error](t, h.terminal(nobody, "POST", wire.PathPapers, wire.PaperAsk{ID: firstPrint, Ticket: code}), http.StatusUnauthorized)
	decode[wire.Error](t, h.terminal(nobody, "POST", wire.PathPaperOutcome, wire.PaperOutcome{ID: firstPrint, Ticket: code, Outcome: wire.PaperPrinted}), http.StatusUnauthorized)
	// A terminal that tries tickets is slowed down.
	waits := 0
	for range 40 {
		r := h.terminal(h.me, "POST", wire.PathPapers, wire.PaperAsk{ID: secondPrint, Ticket: h.request().Ticket})
		if r.StatusCode == http.StatusTooManyRequests {
			waits++
		}
		r.Body.Close()
	}
	if waits < 20 {
		t.Errorf("%d of 40 tickets were not looked up", waits)
	}
}

// A certificate without a name is none: the desk hands it out.
func TestPaperForNobodyIsNotGiven(t *testing.T) {
	h, code, _ := certified(t, func(r *request.Request) { r.Person = nil })
	if look := h.look(code); look.Paper || !look.PaperDesk {
		t.Errorf("a terminal would offer it: %+v", look)
	}
	if a := h.paper(h.me, firstPrint, code, ""); a.Reason != wire.PaperDesk || h.look(code).Papers != 0 {
		t.Errorf("%+v", a)
	}
}
