package complaint

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // one record is damaged, and central's book is read

	"lintai/deploy/prove/house"
	"lintai/deploy/prove/line"
	"lintai/kiosk/failpoint"
	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/visit"
	"lintai/offline"
)

// One record in the middle is damaged on the disk, another is sealed to a key that
// central does not have.
//
// Fails when central refuses the push because of one item, when the terminal goes
// on trying what cannot be filed, or when one of the two drops it in silence.
func TestOnePoisonedRecordBlocksAll(t *testing.T) {
	l := open(t)
	l.must(l.terminal.Line.Break(line.Cut, nil))
	l.start()
	l.request(make([]int, 10)...)
	foreign, err := seal.Generate()
	l.must(err)
	l.must(l.terminal.Queue.SealTo(foreign.Public()))
	l.request(0)
	l.must(l.terminal.Queue.SealTo(l.Central().PublicKey()))
	l.request(make([]int, 10)...)
	l.terminal.Stop()

	promised := l.terminal.Promised()
	poisoned := []string{promised[4].ID, promised[10].ID}
	change(t, l.terminal.Path, `UPDATE outbox SET sealed = zeroblob(length(sealed)) WHERE id = ?`, poisoned[0])
	l.start()
	l.must(l.terminal.Line.Heal())
	l.must(l.Drain(l.ctx))
	l.must(l.terminal.Call(l.ctx))
	l.must(l.Drain(l.ctx))

	book, err := house.ReadBook(l.ctx, l.Folder())
	l.must(err)
	if book.Cases != 19 || book.Calls != 1 || book.Quarantined != 2 {
		t.Errorf("%d cases, %d calls, %d kept aside", book.Cases, book.Calls, book.Quarantined)
	}
	page := signIn(t, l.Central()).page("/console")
	for number := range 2 {
		if link := fmt.Sprint("/console/quarantine/", number+1); !strings.Contains(page, link) {
			t.Errorf("staff do not see %s", link)
		}
	}
	all := l.entries()
	for i, reason := range []string{"bad_hash", "unknown_key"} {
		id := poisoned[i]
		if e := all[id]; e.State != offline.Rejected || e.Reason != reason || e.Size == 0 {
			t.Errorf("the terminal has it as %s (%s), %d bytes", e.State, e.Reason, e.Size)
		}
		l.events.until(t, l.ctx, "the screen is told", 1, func(e visit.Event) bool { return e == visit.Held{ID: id} })
	}
}

// change changes a database behind everybody's back.
func change(t *testing.T, path, statement string, values ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: path}).String())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r, err := db.ExecContext(t.Context(), statement, values...)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := r.RowsAffected(); n != 1 || err != nil {
		t.Fatalf("%d rows were changed: %v", n, err)
	}
}

// Somebody sets the clock between any two requests, the machine has none after a
// reboot, and central is told all of it in one go.
//
// Fails when central files by the terminal's time or believes it, or when
// the terminal's order, or its trust in central's certificate, follows its clock.
func TestClocksThatTravelInTime(t *testing.T) {
	l := open(t)
	l.must(l.terminal.Line.Break(line.Cut, nil))
	l.start()
	began := time.Now()
	for _, to := range []time.Time{
		time.Date(2099, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(1970, 1, 1, 0, 0, 5, 0, time.UTC),
		began.Add(-72 * time.Hour), began.Add(9 * time.Hour), time.Date(1970, 1, 1, 0, 0, 5, 0, time.UTC),
	} {
		l.terminal.SetClock(to)
		l.request(0, 0)
	}
	l.terminal.Stop()
	l.start() // on a machine that starts in 1970
	l.must(l.terminal.Line.Heal())
	l.faultless()
	if offset, known := l.terminal.Agent.Offset(); !known || offset < 50*365*24*time.Hour {
		t.Errorf("the terminal knows that its clock is wrong by %v, %v", offset, known)
	}
	ended := time.Now()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.Join(l.Folder(), "central.db"), RawQuery: "mode=ro"}).String())
	l.must(err)
	defer db.Close()
	rows, err := db.QueryContext(l.ctx, `SELECT requested_at, received_at FROM cases ORDER BY number`)
	l.must(err)
	defer rows.Close()
	n := 0
	for rows.Next() {
		var asked, got int64
		l.must(rows.Scan(&asked, &got))
		requested, received := time.UnixMicro(asked), time.UnixMicro(got)
		// To the millisecond of the age.
		if requested.Before(began.Add(-time.Second)) || requested.After(received) || received.Before(began) || received.After(ended) {
			t.Errorf("requested %v, received %v; it was between %v and %v", requested, received, began, ended)
		}
		n++
	}
	if l.must(rows.Err()); n != 10 {
		t.Errorf("%d cases", n)
	}
}

// Central is put back from a backup, and tells of a case what was true then, after
// the terminal knew better; and then goes on.
//
// Fails when the terminal takes what comes last for what happened last.
func TestOutOfOrderUpdatesBreakState(t *testing.T) {
	l := ready(t)
	l.request(0)
	l.faultless()
	id := l.ofKind(request.KindRequest)
	clerk := signIn(t, l.Central())
	clerk.move(1, 1, "accepted", "")
	l.terminalSays(id, visit.StatusAccepted)

	l.must(l.StopCentral())
	backup := t.TempDir()
	l.must(os.CopyFS(backup, os.DirFS(l.Folder())))
	l.must(l.StartCentral())
	clerk = signIn(t, l.Central())
	clerk.move(1, 2, "working", "")
	clerk.move(1, 3, "done", "")
	l.terminalSays(id, visit.StatusDone)

	l.must(l.StopCentral())
	l.must(os.RemoveAll(l.Folder()))
	l.must(os.CopyFS(l.Folder(), os.DirFS(backup)))
	l.must(l.StartCentral())
	for range 2 {
		if a := l.terminal.Agent.Sync(l.ctx); !a.Finished { // the first may find the connection cut
			t.Logf("%+v", a)
		}
	}
	if a := l.terminal.Agent.Sync(l.ctx); !a.Finished {
		t.Fatalf("central was not asked: %+v", a)
	}
	if e := l.entries()[id]; e.Status != visit.StatusDone {
		t.Errorf("the terminal went back to %s", e.Status)
	}
	if l.central.count(says("a terminal's cursor is ahead of central")) == 0 {
		t.Error("central did not notice that it told all of it again")
	}
}

// terminalSays waits until the terminal knows a status of a request.
func (l *lobby) terminalSays(id string, want visit.Status) {
	l.t.Helper()
	for l.entries()[id].Status != want {
		if a := l.terminal.Agent.Sync(l.ctx); l.ctx.Err() != nil {
			l.t.Fatalf("the terminal knows %s, not %s: %+v", l.entries()[id].Status, want, a)
		}
	}
}

// A terminal that sees no central takes what comes, is restarted in the middle, and
// so is central; while the queue drains the line goes again and again.
//
// Fails when the queue has a bound, drops the oldest, or loses what was under way.
func TestLeafQueueLosesMessagesInAnOutage(t *testing.T) {
	l := open(t)
	l.must(l.terminal.Line.Break(line.Cut, nil))
	l.start()
	const half = 40
	for i := range 2 * half {
		photo := 0
		if i%20 == 0 {
			photo = 120_000
		}
		if l.request(photo); i%25 == 0 {
			l.must(l.terminal.Call(l.ctx))
		}
		if i == half {
			l.terminal.Stop()
			l.must(l.StopCentral())
			l.start()
			l.must(l.StartCentral())
		}
	}
	at(t, failpoint.Committed, func(n int) {
		if n%2 == 1 {
			l.terminal.Line.Reset()
		}
	})
	l.must(l.terminal.Line.Heal())
	if r := l.faultless(); r.Promised != 2*half+4+4 || r.Accounts[7].Terminal != r.Accounts[7].Central {
		t.Errorf("%s\n%+v", r, r.Accounts)
	}
}

// In the middle of a thousand the answer to a push is lost, and then central is
// gone for a while.
//
// Fails when a failed push is tried again with more than itself, or when what was
// settled before is forgotten.
func TestAThousandItemsAllRetriedAfterAFatalError(t *testing.T) {
	l := open(t)
	l.must(l.terminal.Line.Break(line.Cut, nil))
	l.start()
	const requests, photos, all = 50, 19, 1000
	for range requests {
		r := request.Request{ID: newID(), Kiosk: 7, Ticket: newTicket(t), Service: "repair", CatalogVersion: 2, Urgency: "normal", MadeAt: time.Now()}
		var attached []request.Attachment
		for range photos {
			a := request.NewAttachment(newID(), "image/jpeg", []byte("a small picture "+r.ID), 0)
			attached, r.Attachments = append(attached, a), append(r.Attachments, a.Reference)
		}
		l.must(l.terminal.Queue.SaveRequest(l.ctx, r, attached...))
	}
	gone := make(chan error, 1)
	at(t, failpoint.Committed, func(n int) {
		if n == 6 {
			l.terminal.Line.Reset()
			go func() { gone <- l.StopCentral() }()
		}
	})
	l.must(l.terminal.Line.Heal())
	select {
	case err := <-gone:
		l.must(err)
	case <-l.ctx.Done():
		t.Fatal("central saw no sixth push")
	}
	l.log.until(t, l.ctx, "a push while central is gone", 1, says("push failed"))
	l.must(l.StartCentral())
	l.must(l.Drain(l.ctx))
	l.terminal.Stop()
	sum := map[string]int{}
	for _, e := range l.central.list() {
		if e.message == "push" {
			for _, outcome := range []string{"created", "duplicate"} {
				n, _ := strconv.Atoi(e.values[outcome])
				sum[outcome] += n
			}
		}
	}
	if sum["created"] != all || sum["duplicate"] == 0 || sum["duplicate"] > 100 {
		t.Errorf("%v: more than one push was sent again, or none", sum)
	}
}

// She was told that it is fixed, and it is not: two stars at any terminal, with the
// code on her slip, open the case again.
//
// Fails when a rating of few stars is only filed, or when the terminal keeps to
// "done" because that came last in the table of statuses.
func TestFixedButNotFixedReopen(t *testing.T) {
	l := ready(t)
	r := request.Request{ID: newID(), Kiosk: 7, Ticket: newTicket(t), Service: "repair", CatalogVersion: 2, Urgency: "normal", RatingCode: "4711",
		Answers: []request.Answer{{Step: "what", Option: "water", Text: "水管漏水"}}, MadeAt: time.Now()}
	l.must(l.terminal.Queue.SaveRequest(l.ctx, r))
	l.must(l.Drain(l.ctx))
	clerk := signIn(t, l.Central())
	for i, status := range []string{"accepted", "working", "done"} {
		clerk.move(1, i+1, status, "")
	}
	l.terminalSays(r.ID, visit.StatusDone)
	rating := request.Request{ID: newID(), Kiosk: 7, Ticket: newTicket(t), Service: "rating", CatalogVersion: 2, MadeAt: time.Now(),
		Rating: &request.Rating{Ticket: r.Ticket, RatingCode: "4711", Stars: 2}}
	l.must(l.terminal.Queue.SaveRequest(l.ctx, rating))
	l.must(l.Drain(l.ctx))
	l.terminalSays(r.ID, visit.StatusAccepted)
	p, ok, err := l.terminal.Queue.Progress(l.ctx, r.Ticket)
	if err != nil || !ok || p.Status != visit.StatusAccepted || p.Note == "" {
		t.Errorf("her slip shows %+v %v %v", p, ok, err)
	}
	found, ok, err := l.terminal.Agent.Find(l.ctx, r.Ticket)
	if err != nil || !ok || found.Status != visit.StatusAccepted {
		t.Errorf("central tells %+v %v %v", found, ok, err)
	}
	if page := clerk.page("/console"); !strings.Contains(page, "/console/cases/1") {
		t.Error("the case is not among the open ones")
	}
	clerk.move(1, 6, "working", "") // after the rating and being opened again it can be worked on
}

// The line is down for a day, and every record that central refuses is told.
//
// Fails when the log, the technician's status or the screen says a thing only the
// first time.
func TestSendFailuresGoSilentAfterTheFirst(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		b.options.Jitter = func(longest time.Duration) time.Duration { return longest }
		b.wire.set(down)
		stop := b.start()
		defer stop()
		b.call()
		pass(time.Minute)
		first := b.Agent.Status()
		if first.Online || first.Trouble == "" {
			t.Fatalf("%+v", first)
		}
		pass(24 * time.Hour)
		var told []time.Time
		for _, e := range b.log.list() {
			if e.message == "push failed" {
				told = append(told, e.at)
			}
		}
		day := time.Now()
		if n := len(told); n < 8 || n > 50 || day.Sub(told[n-1]) > 14*time.Hour {
			t.Errorf("in a day it was logged %d times: %v", len(told), told)
		}
		if s := b.Agent.Status(); s.Online || s.Trouble != first.Trouble || !s.Since.Equal(first.Since) || day.Sub(s.Since) < 24*time.Hour {
			t.Errorf("after a day the status is %+v", s)
		}
		b.call()
		b.events.until(t, b.ctx, "the screen says what waits", 1, func(e visit.Event) bool { return e == visit.LinkChanged{Pending: 2} })

		// Three that central cannot file: each is told.
		foreign, err := seal.Generate()
		b.must(err)
		b.must(b.queue.SealTo(foreign.Public()))
		var held []string
		for range 3 {
			held = append(held, b.call())
		}
		b.wire.set(up)
		b.events.until(t, b.ctx, "each is told", 3, func(e visit.Event) bool {
			h, ok := e.(visit.Held)
			return ok && slices.Contains(held, h.ID)
		})
		if n := b.log.count(says("central does not file an item")); n != 3 {
			t.Errorf("three were refused, %d are in the log", n)
		}
	})
}
