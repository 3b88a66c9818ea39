package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintai/hw/emulate"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/central/docket"
	"lintai/sync/central/store"
	"lintai/sync/wire"
)

// ends is what both ends hold when nothing waits any more.
type ends struct {
	cases       []docket.Case // by number
	calls       map[string]docket.Call
	attachments map[string][]docket.Attachment // by request
	quarantined int
	items       map[string]item                 // by id, at central
	queues      map[int][]offline.Entry         // by terminal
	retained    map[int][]span                  // by terminal: the numbers that it deleted as old
	known       map[int]map[string]visit.Status // by terminal: what it says of a code by itself
	paper       map[int][]paper                 // by terminal
}

type item struct {
	kiosk    int
	sequence int64
	outcome  string
}

// paper is one piece of it.
type paper struct {
	at   time.Time
	text string
}

func papers(p *emulate.Printer) []paper {
	var all []paper
	for _, s := range p.Slips() {
		all = append(all, paper{s.At, s.Page.Text()})
	}
	return all
}

// judge compares what is remembered with what both ends hold.
func (p *proof) judge() []string {
	p.t.Helper()
	e, err := p.read()
	if err != nil {
		p.t.Fatal(err)
	}
	return p.memory.judge(e)
}

func (p *proof) read() (*ends, error) {
	ctx := p.t.Context()
	e := &ends{calls: map[string]docket.Call{}, attachments: map[string][]docket.Attachment{}, items: map[string]item{},
		queues: map[int][]offline.Entry{}, retained: map[int][]span{}, known: map[int]map[string]visit.Status{}, paper: map[int][]paper{}}
	book, err := store.Open(ctx, p.office.docket())
	if err != nil {
		return nil, err
	}
	defer book.Close()
	if e.cases, err = book.Cases(ctx, docket.CaseQuery{Order: docket.Newest}); err != nil {
		return nil, err
	}
	slices.Reverse(e.cases)
	open, err := book.OpenCalls(ctx)
	if err != nil {
		return nil, err
	}
	answered, err := book.RecentCalls(ctx, 1<<20)
	if err != nil {
		return nil, err
	}
	for _, c := range append(open, answered...) {
		e.calls[c.ID] = c
	}
	for _, c := range e.cases {
		all, err := book.Attachments(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range all {
			whole, err := book.Attachment(ctx, a.ID)
			if err != nil {
				return nil, err
			}
			a.Size, a.Hash = len(whole.Data), sha256.Sum256(whole.Data) // as it is, not as it is said to be
			e.attachments[c.ID] = append(e.attachments[c.ID], a)
		}
	}
	kept, err := book.Quarantine(ctx, 1000)
	if err != nil {
		return nil, err
	}
	e.quarantined = len(kept)
	if err := e.readItems(ctx, p.office.docket()); err != nil {
		return nil, err
	}
	for _, h := range p.halls {
		e.paper[h.number] = papers(h.printer)
		if err := e.readQueue(ctx, h, p.memory); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (e *ends) readItems(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, `SELECT id, kiosk, sequence, outcome FROM items`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var i item
		if err := rows.Scan(&id, &i.kiosk, &i.sequence, &i.outcome); err != nil {
			return err
		}
		e.items[id] = i
	}
	return rows.Err()
}

func (e *ends) readQueue(ctx context.Context, h *hall, m *memory) error {
	look, err := offline.Inspect(ctx, h.queue())
	if err != nil {
		return err
	}
	defer look.Close()
	if _, err := look.VerifyAudit(ctx); err != nil {
		return err
	}
	if err := look.Entries(ctx, func(entry offline.Entry) error {
		e.queues[h.number] = append(e.queues[h.number], entry)
		return nil
	}); err != nil {
		return err
	}
	if e.retained[h.number], err = readRetained(ctx, h.queue()); err != nil {
		return err
	}
	// What the terminal says of a slip by itself. Nothing is sealed to this key.
	key, err := seal.Generate()
	if err != nil {
		return err
	}
	queue, err := offline.Open(h.queue(), key.Public(), time.Now)
	if err != nil {
		return err
	}
	defer queue.Close()
	e.known[h.number] = map[string]visit.Status{}
	for _, s := range m.saved {
		if s.kiosk != h.number {
			continue
		}
		if now, known, err := queue.Progress(ctx, ticket.Code(s.code)); err != nil {
			return err
		} else if known {
			e.known[h.number][s.code] = now.Status
		}
	}
	return nil
}

// judgement collects what is wrong.
type judgement struct {
	m      *memory
	e      *ends
	faults []string
}

func (j *judgement) say(format string, values ...any) {
	j.faults = another(j.faults, fmt.Sprintf(format, values...))
}

// another adds a fault unless there are many of its kind. Each kind has its own limit:
// with one for all, twenty lost requests would hide that a slip came twice.
func another(faults []string, text string) []string {
	const most = 10
	kind, _, _ := strings.Cut(text, ":")
	of := 0
	for _, f := range faults {
		if k, _, _ := strings.Cut(f, ":"); k == kind {
			of++
		}
	}
	if of == most || slices.Contains(faults, text) {
		return faults
	}
	return append(faults, text)
}

func (m *memory) judge(e *ends) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	j := &judgement{m: m, e: e, faults: slices.Clone(m.broken)}
	j.requests()
	j.callsForHelp()
	j.queues()
	j.retention()
	j.catalogues()
	j.order()
	for kiosk, all := range e.paper {
		j.slips(kiosk, all)
	}
	m.cases, m.calls, m.attachments, m.pictures, m.slips = len(e.cases), len(e.calls), 0, 0, 0
	for _, all := range e.attachments {
		m.attachments += len(all)
		for _, a := range all {
			if a.Size > wire.UploadAbove {
				m.pictures++
			}
		}
	}
	m.retained = e.retainedItems()
	for _, all := range e.paper {
		m.slips += len(all)
	}
	return j.faults
}

// named finds the visit in what a resident said.
var named = regexp.MustCompile(`虚构路(\d+)号`)

func visitOf(body request.Request) int {
	text := body.Address
	if body.Person != nil {
		text += " " + body.Person.Address
	}
	if found := named.FindStringSubmatch(text); found != nil {
		n, _ := strconv.Atoi(found[1])
		return n
	}
	return 0
}

// requests: each that was shown as saved is at central once, as it was confirmed,
// and nothing else is.
func (j *judgement) requests() {
	byVisit, byCode := map[int]docket.Case{}, map[string]docket.Case{}
	for _, c := range j.e.cases {
		byCode[string(c.Ticket)] = c
		body, err := c.Request()
		if err != nil {
			j.say("case %d cannot be read: %v", c.Number, err)
			continue
		}
		name := visitOf(body)
		rows, confirmed := j.m.confirmed[name]
		if !confirmed {
			j.say("UNASKED: case %d (visit %d) was never confirmed", c.Number, name)
			continue
		}
		if other, twice := byVisit[name]; twice {
			j.say("TWICE: visit %d is case %d and case %d", name, other.Number, c.Number)
		}
		byVisit[name] = c
		j.content(c, body, rows)
		j.attached(c, body)
	}
	for name, s := range j.m.saved {
		c, there := byVisit[name]
		switch {
		case !there:
			j.say("LOST: visit %d (%s) was shown as saved and is not at central", name, s.code)
			continue
		case string(c.Ticket) != s.code:
			j.say("ALTERED: visit %d was shown %s and central has %s", name, s.code, c.Ticket)
		case !s.delivered.IsZero() && c.ReceivedAt.After(s.delivered):
			j.say("UNTRUE: visit %d read that central has it %v before central had it", name, c.ReceivedAt.Sub(s.delivered))
		case s.state == "held":
			j.say("visit %d was sent to staff", name)
		}
		now, known := j.e.known[s.kiosk][s.code]
		switch {
		case !known && j.e.wasRetained(s.kiosk, j.e.items[c.ID].sequence):
		case string(now) != string(c.Status):
			j.say("the terminal says %q of %s, and central %q", now, s.code, c.Status)
		}
	}
	for code := range j.m.moved {
		c, ok := byCode[code]
		accepted := c.Status == docket.Accepted && c.Events == 2
		sent := c.Status == docket.Dispatched && c.Events == 3 // an urgent one then goes out by itself
		if !ok || !accepted && !sent {
			j.say("LOST: staff accepted %s and central has %+v", code, c.Status)
		}
	}
}

// content: central has what she read before she confirmed.
func (j *judgement) content(c docket.Case, body request.Request, rows []string) {
	said := []string{body.Address}
	if body.Person != nil {
		said = append(said, body.Person.Name, body.Person.Address)
	}
	for _, a := range body.Answers {
		said = append(said, a.Text)
	}
	var read []string
	for _, row := range rows {
		_, value, _ := strings.Cut(row, "：")
		read = append(read, value)
		if !slices.Contains(said, value) && value != phrase.Text("confirm.none") {
			j.say("ALTERED: case %d lacks %q", c.Number, row)
		}
	}
	for _, text := range said {
		if text != "" && !slices.Contains(read, text) {
			j.say("ALTERED: case %d has %q, which nobody was shown to confirm", c.Number, text)
		}
	}
}

// attached: its pictures are there, once, whole.
func (j *judgement) attached(c docket.Case, body request.Request) {
	there := j.e.attachments[c.ID]
	switch {
	case len(there) < len(body.Attachments):
		j.say("LOST: case %d names %d attachments and has %d", c.Number, len(body.Attachments), len(there))
	case len(there) > len(body.Attachments):
		j.say("TWICE: case %d names %d attachments and has %d", c.Number, len(body.Attachments), len(there))
	}
	for _, named := range body.Attachments {
		if !slices.ContainsFunc(there, func(a docket.Attachment) bool {
			return a.ID == named.ID && a.Size == named.Size && fmt.Sprintf("%x", a.Hash) == named.SHA256
		}) {
			j.say("ALTERED: attachment %s of case %d is not whole, or another", named.ID, c.Number)
		}
	}
}

func (j *judgement) callsForHelp() {
	ids := map[string]bool{}
	nameless := 0 // presses of which it is not known whether a call came of them
	for name, p := range j.m.presses {
		if p.id == "" {
			nameless++
			continue
		}
		ids[p.id] = true
		c, there := j.e.calls[p.id]
		switch {
		case !there:
			j.say("LOST: the call of press %d was saved and is not at central", name)
		case !p.delivered.IsZero() && c.ReceivedAt.After(p.delivered):
			j.say("UNTRUE: press %d read that central has the call before it had", name)
		case p.words != "" && (c.Answer == nil || c.Answer.Words != p.words && phrase.Text(phrase.ID("answer."+c.Answer.Answer)) != p.words):
			j.say("ALTERED: press %d read %q, which staff did not say", name, p.words)
		}
	}
	for id := range j.e.calls {
		if !ids[id] {
			nameless--
		}
	}
	if nameless < 0 {
		j.say("UNASKED: %d calls at central that nobody made", -nameless)
	}
	for id := range j.m.answered {
		if c := j.e.calls[id]; c.Answer == nil {
			j.say("LOST: staff answered call %s and central forgot", id)
		}
	}
}

// queues: both ends hold the same items, and none is left aside.
func (j *judgement) queues() {
	if j.e.quarantined > 0 {
		j.say("%d items in quarantine", j.e.quarantined)
	}
	total := j.e.retainedItems()
	for kiosk, entries := range j.e.queues {
		total += len(entries)
		for _, q := range entries {
			i, there := j.e.items[q.ID]
			if q.State != offline.Delivered && q.State != offline.Accepted || !there || i.outcome != "created" || i.sequence != q.Sequence || i.kiosk != kiosk {
				j.say("terminal %d has %s %s as %s, central %+v", kiosk, q.Kind, q.ID, q.State, i)
			}
		}
	}
	if total != len(j.e.items) {
		j.say("the terminals sent %d items and central took %d", total, len(j.e.items))
	}
}

// order: of one terminal and one urgency, central filed in the order of saving;
// but for what failed alone, which the queue lets others overtake.
func (j *judgement) order() {
	aside := maps.Clone(j.m.aside)
	for _, entries := range j.e.queues {
		for _, q := range entries {
			aside[q.ID] = aside[q.ID] || q.Attempts > 0
		}
	}
	last := map[string]int64{}
	for _, c := range j.e.cases {
		of, now := fmt.Sprint(c.Kiosk, c.Urgency), j.e.items[c.ID].sequence
		if aside[c.ID] {
			continue
		}
		if now <= last[of] {
			j.say("ORDER: terminal %d: case %d has sequence %d, after %d", c.Kiosk, c.Number, now, last[of])
		}
		last[of] = now
	}
}

// slipCode finds a ticket code as it stands on a slip.
var slipCode = regexp.MustCompile(`\b\d{4} \d{4} \d{4}\b`)

// slips: each is of one request that central has, says only what was true, and
// comes once.
func (j *judgement) slips(kiosk int, all []paper) {
	seen, whole := map[string]int{}, map[string]bool{}
	for n, p := range all {
		codes := slipCode.FindAllString(p.text, -1)
		slices.Sort(codes)
		codes = slices.Compact(codes)
		void := strings.Contains(p.text, phrase.Text("slip.void"))
		if len(codes) != 1 {
			if !void || len(codes) > 1 {
				j.say("PAPER: piece %d of terminal %d bears %d codes:\n%s", n+1, kiosk, len(codes), p.text)
			}
			continue
		}
		code := strings.ReplaceAll(codes[0], " ", "")
		seen[code]++
		if seen[code] > 1 {
			j.say("REPRINTED: %s came out of terminal %d %d times", code, kiosk, seen[code])
		}
		at := slices.IndexFunc(j.e.cases, func(c docket.Case) bool { return string(c.Ticket) == code })
		if at < 0 {
			j.say("LOST: a slip with %s came out, and central has no such request", code)
			continue
		}
		if strings.Contains(p.text, "\n"+phrase.Text("status.delivered")) && j.e.cases[at].ReceivedAt.After(p.at) {
			j.say("UNTRUE: the slip of %s says that central has it, before it had", code)
		}
		whole[code] = !void
	}
	for name, s := range j.m.saved {
		if s.kiosk != kiosk {
			continue
		}
		if s.slip == "printed" && !whole[s.code] {
			j.say("UNTRUE: visit %d read that the slip of %s is printed, and there is none", name, s.code)
		}
		if s.slip == "not_printed" && whole[s.code] {
			j.say("UNTRUE: visit %d read that the slip of %s did not come out, and it did", name, s.code)
		}
	}
}
