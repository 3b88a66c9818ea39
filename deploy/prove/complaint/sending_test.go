package complaint

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"lintai/deploy/prove/line"
	"lintai/kiosk/failpoint"
	"lintai/kiosk/request"
	"lintai/offline"
	"lintai/sync/agent"
)

// The answer is lost at the very moment when central has committed, three times.
//
// Fails when central does not know an item again by its id and hash, or when the
// terminal makes a new id for a retry.
func TestDoubleSubmitAfterATimeoutThatHadSucceeded(t *testing.T) {
	l := open(t)
	const lost = 3
	committed := 0
	at(t, failpoint.Committed, func(n int) {
		if committed = n; n <= lost {
			l.terminal.Line.Reset()
		}
	})
	l.start()
	l.request(0)
	l.must(l.terminal.Call(l.ctx))
	if r := l.faultless(); r.Filed != 2 {
		t.Errorf("%d items are filed", r.Filed)
	}
	l.terminal.Stop()
	duplicates := 0
	for _, e := range l.central.list() {
		if e.message == "push" {
			n, _ := strconv.Atoi(e.values["duplicate"])
			duplicates += n
		}
	}
	if committed <= lost || duplicates < 1 {
		t.Errorf("central committed %d times and saw %d duplicates: nothing was tried", committed, duplicates)
	}
}

// Each photo goes up in pieces, and the line is cut after each of the first six; in
// the end also between central's commit of a photo and its answer.
//
// Fails when a retry begins a photo anew, whoever forgot how far it was.
func TestRetryReSendsEveryImage(t *testing.T) {
	l := open(t)
	var sent atomic.Int64
	l.adjust(func(o *agent.Options) {
		dial := o.Dial
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dial(ctx, network, address)
			return counted{c, &sent}, err
		}
	})
	pieces, photos := 0, 0
	failpoint.Install(func(p failpoint.Point) {
		switch { // one at a time: the agent has one push under way
		case p == failpoint.PieceStored && pieces < 6:
			pieces++
		case p == failpoint.Committed && pieces > 0 && photos < 2:
			photos++
		default:
			return
		}
		l.terminal.Line.Reset()
	})
	t.Cleanup(func() { failpoint.Install(func(failpoint.Point) {}) })
	l.start()
	l.must(l.terminal.Line.Break(line.Cut, nil))
	l.request(500_000, 500_000, 500_000)
	var whole int64
	for _, e := range l.entries() {
		whole += e.Size
	}
	l.must(l.terminal.Line.Heal())
	l.faultless()
	l.terminal.Stop()
	if pieces < 6 || photos < 2 {
		t.Errorf("the line was cut after %d pieces and %d photos", pieces, photos)
	}
	// Beside the bodies: a handshake after each cut, and requests.
	if most := whole*5/4 + 100_000; sent.Load() > most || sent.Load() < whole {
		t.Errorf("%d bytes went up for %d, more than %d", sent.Load(), whole, most)
	}
}

type counted struct {
	net.Conn
	sent *atomic.Int64
}

func (c counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.sent.Add(int64(n))
	return n, err
}

// Central has the request, and the line is cut before its photo is through. Both
// ends say that something is missing, and in the end it is there.
//
// Fails when the queue counts the photo as sent with its request, when it is not
// saved in the same transaction, or when central shows the case without a word on
// what has not come.
func TestSuccessShownButMediaMissing(t *testing.T) {
	l := open(t)
	cut := make(chan error, 1)
	at(t, failpoint.PieceStored, func(n int) {
		if n == 1 {
			cut <- l.terminal.Line.Break(line.Cut, nil)
		}
	})
	l.start()
	l.request(300_000)
	select {
	case err := <-cut:
		l.must(err)
	case <-l.ctx.Done():
		t.Fatal("no piece of the photo came")
	}
	id, photo := l.ofKind(request.KindRequest), l.ofKind(request.KindAttachment)
	standing, err := l.terminal.Queue.Standing(l.ctx)
	l.must(err)
	if standing.Waiting != 0 || standing.Attachments != 1 {
		t.Errorf("the terminal says that %d requests and %d attachments wait", standing.Waiting, standing.Attachments)
	}
	all := l.entries()
	if all[id].State != offline.Delivered || all[photo].State == offline.Delivered || all[photo].Size < 300_000 {
		t.Errorf("the request is %s, its photo %s of %d bytes", all[id].State, all[photo].State, all[photo].Size)
	}
	staff := signIn(t, l.Central())
	const missing = "附件还在路上"
	if page := staff.page("/console/cases/1"); !strings.Contains(page, missing) || !strings.Contains(page, photo) {
		t.Error("the page of the case does not say that its photo is missing")
	}
	l.must(l.terminal.Line.Heal())
	l.faultless()
	if page := staff.page("/console/cases/1"); strings.Contains(page, missing) || !strings.Contains(page, "/console/attachments/"+photo) {
		t.Error("the page of the case does not show its photo")
	}
	sum := sha256.Sum256([]byte(staff.page("/console/attachments/" + photo)))
	for _, p := range l.terminal.Promised() {
		if p.ID == photo && p.Body != hex.EncodeToString(sum[:]) {
			t.Error("staff see another picture")
		}
	}
}

// Nothing that goes wrong with sending takes an item off the terminal.
//
// Fails when anything but central's word on an item settles it: that a connection
// was made or broke, another central's answer, a number of tries.
func TestDeletedOnTheDeviceAlthoughSendingFailed(t *testing.T) {
	l := ready(t)
	l.must(l.terminal.Line.Break(line.Cut, nil))
	l.request(0, 100_000)
	l.must(l.terminal.Call(l.ctx))
	kept := l.bodies()
	tried := func(what string) {
		t.Helper()
		for range 5 {
			if a := l.terminal.Agent.Sync(l.ctx); a.Trouble == "" || a.Finished || a.Delivered != 0 {
				t.Fatalf("%s: %+v", what, a)
			}
		}
		for id, body := range l.bodies() {
			if !bytes.Equal(body, kept[id]) {
				t.Errorf("%s: the body of %s is not there any more", what, id)
			}
		}
		for id, e := range l.entries() {
			if e.State == offline.Delivered || len(kept) != 4 {
				t.Errorf("%s: %s is %s", what, id, e.State)
			}
		}
	}
	for _, f := range []line.Fault{line.Cut, line.Portal, line.PortalTLS, line.Stranger} {
		l.must(l.terminal.Line.Break(f, nil))
		tried(string(f))
	}
	l.must(l.terminal.Line.Heal())
	l.must(l.StopCentral())
	tried("central is down")
	l.terminal.Stop()
	l.start()
	tried("the terminal was restarted")
	l.must(l.StartCentral())
	l.faultless()
	for id := range kept {
		if _, err := l.terminal.Queue.ReadSealed(l.ctx, id, 0, 1); !errors.Is(err, offline.ErrWiped) {
			t.Errorf("delivered, and still there: %v", err)
		}
	}
}

// bodies are the sealed bodies of everything in the queue.
func (l *lobby) bodies() map[string][]byte {
	l.t.Helper()
	all := map[string][]byte{}
	for id, e := range l.entries() {
		body, err := l.terminal.Queue.ReadSealed(l.ctx, id, 0, int(e.Size))
		l.must(err)
		all[id] = body
	}
	return all
}

// The power goes while a push is on its way: what a reboot finds is the queue's
// file as it is at that moment.
//
// Fails when "sending" is written down and nobody takes it back.
func TestSendRunningStuckAfterReboot(t *testing.T) {
	l := open(t)
	left, copied := t.TempDir(), make(chan struct{})
	// Here a batch is on its way still: central answered, and nothing is settled.
	at(t, failpoint.Answered, func(n int) {
		if n > 1 {
			return
		}
		defer close(copied)
		// The agent stands here, and nobody else writes.
		sending := 0
		err := l.terminal.Queue.Entries(l.ctx, func(e offline.Entry) error {
			if e.State == offline.Sending {
				sending++
			}
			return nil
		})
		if err != nil || sending != 1 {
			t.Errorf("on its way are %d items: %v", sending, err)
		}
		for _, suffix := range []string{"", "-wal"} {
			data, err := os.ReadFile(l.terminal.Path + suffix)
			if err != nil || os.WriteFile(filepath.Join(left, offline.FileName+suffix), data, 0o600) != nil {
				t.Errorf("copy: %v", err)
			}
		}
	})
	l.start()
	l.request(100_000)
	select {
	case <-copied:
	case <-l.ctx.Done():
		t.Fatal("nothing was sent")
	}
	l.must(l.Drain(l.ctx)) // central has it all; the reboot forgets that
	l.terminal.Stop()
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(filepath.Join(left, offline.FileName+suffix))
		l.must(err)
		l.must(os.WriteFile(l.terminal.Path+suffix, data, 0o600))
	}
	os.Remove(l.terminal.Path + "-shm")
	found, err := offline.Inspect(l.ctx, l.terminal.Path)
	l.must(err)
	counts, err := found.Counts(l.ctx)
	l.must(errors.Join(err, found.Close()))
	if counts.Saved != 1 || counts.Attachments != 1 {
		t.Errorf("after the reboot %+v", counts)
	}
	l.start()
	l.faultless()
}
