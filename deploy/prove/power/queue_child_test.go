package power_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/wire"
)

const kioskNumber = 12

// act is one thing that a program promises. Which fields hold what depends on Do.
type act struct {
	Do string `json:"do"`
	// save, call: the item and those beside it, and the ticket; retain: what is deleted
	Items  []item      `json:"items,omitempty"`
	Ticket ticket.Code `json:"ticket,omitempty"`
	// settle
	Answers []offline.Answer `json:"answers,omitempty"`
	// status
	Cursor   int64            `json:"cursor,omitempty"`
	Statuses []offline.Status `json:"statuses,omitempty"`
	// push: what terminal Version sends
	Push []wire.Item `json:"push,omitempty"`
	// keep, reject: a document; audit: Kind is the event; move: the case of Ticket
	// gets the status Kind with event Version
	Kind    string `json:"kind,omitempty"`
	Version int64  `json:"version,omitempty"`
	Hash    string `json:"hash,omitempty"`
	// piece: Data of terminal Version, up to byte Cursor of the Size of the body Hash
	Data []byte `json:"data,omitempty"`
	Size int64  `json:"size,omitempty"`

	underway bool // at a cut: it may be done or not
}

// item is one item of a queue or a push.
type item struct {
	ID   string       `json:"id"`
	Kind request.Kind `json:"kind"`
	Hash string       `json:"hash"` // of what is sealed in it
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

func itemOf(id string, kind request.Kind, body any) item {
	plain, err := request.Encode(body)
	must(err)
	return item{id, kind, digest(plain)}
}

// useQueue is a terminal's day: it makes the queue when there is none, and opens,
// uses and closes it several times.
func useQueue(t task) {
	path := filepath.Join(t.folder, offline.FileName)
	setup := actor{name: "setup"}
	q, err := offline.Open(path, t.key.Public(), time.Now)
	if errors.Is(err, offline.ErrMissing) {
		setup.promise(act{Do: "create"}, func() error { return offline.Create(path, time.Now) })
		q, err = offline.Open(path, t.key.Public(), time.Now)
	}
	must(err)
	visitor, caller, agent := &actor{name: "visitor"}, &actor{name: "caller"}, &actor{name: "agent"}
	random := mathrand.New(mathrand.NewPCG(t.seed, 1))
	link := &link{version: int64(t.seed) * 1000}
	for day := range 3 {
		if day > 0 {
			must(q.Close())
			q, err = offline.Open(path, t.key.Public(), time.Now)
			must(err)
		}
		if t.synchronous != "" {
			weakenOpened(t.synchronous)
		}
		var all sync.WaitGroup
		for _, work := range []func(*mathrand.Rand){
			func(r *mathrand.Rand) { visits(visitor, q, r, 6) },
			func(r *mathrand.Rand) { calls(caller, q, 3) },
			func(r *mathrand.Rand) { link.deliver(agent, q, r, 14) },
		} {
			r := mathrand.New(mathrand.NewPCG(random.Uint64(), 2))
			all.Go(func() { work(r) })
		}
		all.Wait()
		retains(agent, q, path)
		head, err := q.AuditHead(context.Background())
		must(err)
		say(line{Actor: "audit", Audit: head.Sequence, AuditHash: head.Hash})
	}
	must(q.Close())
}

// visits saves requests, some with attachments.
func visits(a *actor, q *offline.Queue, random *mathrand.Rand, n int) {
	for range n {
		code, err := ticket.New(kioskNumber, rand.Reader)
		must(err)
		r := request.Request{
			ID: uuid.Must(uuid.NewV7()).String(), Kiosk: kioskNumber, Ticket: code, Service: "repair", CatalogVersion: 1,
			Answers: []request.Answer{{Step: "what", Option: "water", Text: "水"}}, Address: "幸福里小区3号楼502室",
			Urgency: []string{"urgent", "soon", "normal"}[random.IntN(3)], MadeAt: time.Now(),
		}
		what := act{Do: "save", Ticket: code}
		var attachments []request.Attachment
		for range []int{0, 0, 1, 2}[random.IntN(4)] {
			// Small ones share a page, large ones fill the log until it is moved.
			data := make([]byte, 1+random.IntN([]int{300, 5_000, 300_000}[random.IntN(3)]))
			rand.Read(data)
			one := request.NewAttachment(uuid.Must(uuid.NewV7()).String(), "audio/ogg", data, 3)
			one.Step = "note"
			attachments = append(attachments, one)
			r.Attachments = append(r.Attachments, one.Reference)
			what.Items = append(what.Items, itemOf(one.ID, request.KindAttachment,
				request.AttachmentBody{ID: one.ID, Kiosk: kioskNumber, Request: r.ID, Type: one.Type, Data: data}))
		}
		what.Items = append([]item{itemOf(r.ID, request.KindRequest, r)}, what.Items...)
		a.promise(what, func() error { return q.SaveRequest(context.Background(), r, attachments...) })
	}
}

// retains deletes what central has, as if that were long ago. Nobody else is at work.
func retains(a *actor, q *offline.Queue, path string) {
	ctx := context.Background()
	look, err := offline.Inspect(ctx, path)
	must(err)
	defer look.Close()
	var newest int64
	var old []item
	numbers := map[string]int64{}
	must(look.Entries(ctx, func(e offline.Entry) error {
		newest = max(newest, e.Sequence)
		if e.State == offline.Delivered || e.State == offline.Accepted {
			old, numbers[e.ID] = append(old, item{ID: e.ID, Kind: e.Kind}), e.Sequence
		}
		return nil
	}))
	old = slices.DeleteFunc(old, func(i item) bool { return numbers[i.ID] == newest }) // which stays, so that numbers go on from it
	a.promise(act{Do: "retain", Items: old}, func() error {
		done, err := q.Retain(ctx, offline.Rules{Now: time.Now().Add(offline.RetainFor + time.Hour)})
		if n := done.Items + done.Attachments; err == nil && n != len(old) {
			err = fmt.Errorf("%d items were deleted, and %d were old", n, len(old))
		}
		return err
	})
}

func calls(a *actor, q *offline.Queue, n int) {
	for range n {
		c := request.Call{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: kioskNumber, Screen: "confirm", MadeAt: time.Now()}
		a.promise(act{Do: "call", Items: []item{itemOf(c.ID, request.KindCall, c)}}, func() error {
			return q.SaveCall(context.Background(), c)
		})
	}
}

// link is what the agent knows of central from one day to the next.
type link struct {
	cursor, version int64
	filed           []string // requests that central has
}

// deliver does what an agent does: takes items out, settles them, keeps statuses
// and documents.
func (l *link) deliver(a *actor, q *offline.Queue, random *mathrand.Rand, n int) {
	ctx := context.Background()
	for range n {
		switch random.IntN(7) {
		case 0:
			what := act{Do: "status"}
			for _, id := range l.filed {
				if random.IntN(3) == 0 {
					l.version++
					what.Statuses = append(what.Statuses, offline.Status{Request: id, Event: l.version,
						Status: visit.StatusAccepted, At: time.UnixMilli(l.version).UTC(), Note: fmt.Sprint(l.version)})
				}
			}
			l.cursor++
			what.Cursor = l.cursor
			a.promise(what, func() error { return q.ApplyStatuses(ctx, what.Cursor, what.Statuses) })
		case 1:
			l.version++
			kind := []string{"notice", "catalogue"}[random.IntN(2)]
			body := bytes.Repeat([]byte(fmt.Sprintf("%s %d;", kind, l.version)), 1+random.IntN(2000))
			version := l.version
			a.promise(act{Do: "keep", Kind: kind, Version: version, Hash: digest(body)}, func() error {
				return q.KeepDocument(ctx, kind, version, []byte("head"), body)
			})
			if random.IntN(4) == 0 {
				a.promise(act{Do: "reject", Kind: kind, Version: version}, func() error { return q.RejectDocument(ctx, kind, version) })
			}
		case 2:
			detail := digest(fmt.Append(nil, a.n, random.Uint64()))
			a.promise(act{Do: "audit", Kind: "fault", Hash: detail}, func() error { return q.Audit(ctx, "fault", detail) })
		default:
			waiting, err := q.Next(ctx, 1+random.IntN(8), 1<<20)
			must(err)
			if len(waiting) == 0 {
				continue
			}
			what := act{Do: "settle"}
			var ids []string
			for _, w := range waiting {
				state := []offline.State{offline.Delivered, offline.Delivered, offline.Delivered, offline.Delivered, offline.Conflict, offline.Rejected}[random.IntN(6)]
				what.Answers = append(what.Answers, offline.Answer{ID: w.ID, State: state})
				ids = append(ids, w.ID)
				if w.Kind == request.KindRequest && state == offline.Delivered {
					l.filed = append(l.filed, w.ID)
				}
			}
			if random.IntN(4) == 0 {
				must(q.SetAside(ctx, ids[:1]))
			}
			q.Sending(ids)
			a.promise(what, func() error { return q.Settle(ctx, what.Answers) })
			q.Sending(nil)
		}
	}
}
