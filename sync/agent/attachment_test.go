package agent

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/visit"
	"lintai/sync/wire"
)

// The fake central refuses a body above wire.MaxBodyBytes as the real one does.
func TestAttachmentsArriveLastAndByThemselves(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	id, attached := b.saveWith(request.MaxAttachment, 1000, 1000, request.MaxAttachment)
	other := b.saveRequest()
	call := b.saveCall()
	stop := b.start()
	defer stop()
	c.until(func() bool { return len(c.filed) == 3+len(attached) })
	b.until(func() bool { return b.link() == visit.LinkChanged{Online: true} })
	stop()
	if want := append([]string{call, id, other}, attached...); !slices.Equal(c.order, want) {
		t.Errorf("filed %v\nwant  %v", c.order, want)
	}
	for _, p := range c.pushes {
		for _, i := range p.Items {
			if (i.Kind == request.KindAttachment) != (p.Items[0].Kind == request.KindAttachment) {
				t.Error("an attachment travelled with a request")
			}
		}
	}
	for _, tries := range c.tries {
		if tries != 1 {
			t.Errorf("an item was sent %d times", tries)
		}
	}
	for _, a := range attached {
		if n := b.count(visit.Delivered{ID: a}); n != 0 {
			t.Error("an attachment was told as a delivered request")
		}
	}
	if n := b.count(visit.Delivered{ID: id}); n != 1 {
		t.Errorf("the request was told %d times", n)
	}
}

// A voice note on a poor line takes minutes. A call that is raised meanwhile goes
// first, and the note is sent again.
func TestCallOvertakesAnAttachment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, stopServer := inMemory(t)
		defer stopServer()
		release := make(chan struct{})
		b.central.push = func(w http.ResponseWriter, p wire.Push) bool {
			if p.Items[0].Kind == request.KindAttachment {
				<-release
			}
			return false
		}
		id, attached := b.saveWith(request.MaxAttachment)
		defer b.start()()
		b.until(func() bool { return b.count(visit.Delivered{ID: id}) == 1 })
		synctest.Wait() // the note is on its way
		raised := time.Now()
		call := b.saveCall()
		b.until(func() bool { return b.count(visit.CallDelivered{ID: call}) == 1 })
		if took := time.Since(raised); took != 0 {
			t.Errorf("the call waited %v", took)
		}
		close(release)
		b.central.until(func() bool { return b.central.filed[attached[0]] != "" })
		synctest.Wait()
		if logs := b.logs.String(); strings.Contains(logs, "push failed") || strings.Contains(logs, "put aside") {
			t.Errorf("being overtaken counts as a failure: %s", logs)
		}
	})
}

// What central refuses of attachments is nothing to tell a resident: her request
// is filed.
func TestRefusedAttachmentIsNoHeldRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, stopServer := inMemory(t)
		defer stopServer()
		c := b.central
		id, attached := b.saveWith(1000)
		c.after = func(_ http.ResponseWriter, answer *wire.PushAnswer) bool {
			for i := range answer.Answers {
				if answer.Answers[i].ID == attached[0] {
					answer.Answers[i].Outcome, answer.Answers[i].Reason = wire.Rejected, "not_named"
				}
			}
			return false
		}
		stop := b.start()
		defer stop()
		b.until(func() bool { return b.count(visit.Delivered{ID: id}) == 1 })
		synctest.Wait() // the attachment's answer is settled: a request saved before would overtake it
		later := b.saveRequest()
		b.until(func() bool { return b.count(visit.Delivered{ID: later}) == 1 })
		stop()
		if n := b.count(visit.Held{ID: attached[0]}); n != 0 {
			t.Error("an attachment was told as a held request")
		}
		if c.tries[attached[0]] != 1 {
			t.Errorf("a refused attachment was sent %d times", c.tries[attached[0]])
		}
	})
}
