package power_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	mathrand "math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/intake"
	"lintai/sync/central/live"
	"lintai/sync/central/store"
	"lintai/sync/wire"
)

const docketFile = "central.db"

// terminals push to the central that is recorded.
var terminals = []int{12, 13}

// central is a store with the intake before it, and nothing else.
type central struct {
	*intake.Receiver
}

func openCentral(folder string, key seal.PrivateKey) (*central, error) {
	docketStore, err := store.Open(context.Background(), filepath.Join(folder, docketFile))
	if err != nil {
		return nil, err
	}
	return serving(docketStore, key), nil
}

func serving(docketStore docket.Store, key seal.PrivateKey) *central {
	return &central{&intake.Receiver{Store: docketStore, Ring: seal.Ring{key}, Hub: live.NewHub(), Clock: time.Now,
		Log: slog.New(slog.DiscardHandler)}}
}

// useCentral is central's day: terminals push at the same time, some items twice,
// and staff work on the cases.
func useCentral(t task) {
	ctx := context.Background()
	setup := &actor{name: "setup"}
	c, err := openCentral(t.folder, t.key)
	if errors.Is(err, fs.ErrNotExist) {
		var docketStore *store.Store
		setup.promise(act{Do: "create"}, func() error {
			var err error
			docketStore, err = store.Create(ctx, filepath.Join(t.folder, docketFile))
			return err
		})
		c, err = serving(docketStore, t.key), nil
	}
	must(err)
	known, err := c.Store.Terminals(ctx)
	must(err)
	for _, number := range terminals {
		if slices.ContainsFunc(known, func(t docket.Terminal) bool { return t.Number == number }) {
			continue
		}
		setup.promise(act{Do: "terminal", Version: int64(number)}, func() error {
			return c.Store.AddTerminal(ctx, docket.Terminal{Number: number, Name: fmt.Sprint("大厅", number), AddedAt: time.Now()},
				docket.Code{ID: fmt.Sprint("code ", number), Kiosk: number})
		})
	}
	random := mathrand.New(mathrand.NewPCG(t.seed, 1))
	pushers := map[int]*terminal{}
	for _, number := range terminals {
		pushers[number] = &terminal{actor: actor{name: fmt.Sprint("terminal ", number)}, number: number, key: t.key}
	}
	staff := &actor{name: "staff"}
	for day := range 2 {
		if day > 0 {
			must(c.Store.Close())
			c, err = openCentral(t.folder, t.key)
			must(err)
		}
		var all sync.WaitGroup
		for _, p := range pushers {
			r := mathrand.New(mathrand.NewPCG(random.Uint64(), 2))
			all.Go(func() { p.pushes(c, r, 9) })
		}
		r := mathrand.New(mathrand.NewPCG(random.Uint64(), 3))
		all.Go(func() { moves(staff, c, r, 9) })
		all.Wait()
	}
	must(c.Store.Close())
}

// terminal makes what a terminal would send.
type terminal struct {
	actor
	number   int
	key      seal.PrivateKey
	sequence int64
	sent     []wire.Item
}

func (p *terminal) item(id string, kind request.Kind, body any) wire.Item {
	plain, err := request.Encode(body)
	must(err)
	sealed, err := seal.Close(p.key.Public(), seal.Envelope{ID: id, Kind: kind, Kiosk: p.number}, plain)
	must(err)
	p.sequence++
	return wire.FromItem(request.Item{ID: id, Kind: kind, Kiosk: p.number, Sequence: p.sequence, MadeAt: time.Now(), Sealed: sealed})
}

func (p *terminal) pushes(c *central, random *mathrand.Rand, n int) {
	for range n {
		what := act{Do: "push", Version: int64(p.number)}
		if random.IntN(3) == 0 {
			what.Push = p.uploads(c, random)
		}
		for range 1 + random.IntN(5) {
			if len(p.sent) > 0 && random.IntN(6) == 0 { // an answer was lost
				what.Push = append(what.Push, p.sent[random.IntN(len(p.sent))])
				continue
			}
			what.Push = append(what.Push, p.items(random)...)
		}
		p.sent = append(p.sent, what.Push...)
		p.promise(what, func() error {
			_, err := c.Push(context.Background(), p.number, wire.Push{Kiosk: p.number, DeviceTime: time.Now(), Items: what.Push})
			return err
		})
	}
}

// uploads brings the body of an attachment to central in pieces, and makes the items
// that follow it. Central is told of some pieces twice.
func (p *terminal) uploads(c *central, random *mathrand.Rand) []wire.Item {
	data := make([]byte, 20_000+random.IntN(40_000))
	rand.Read(data)
	items := p.report(data)
	whole := items[1].Sealed
	items[1].Sealed, items[1].Uploaded = nil, true
	hash := docket.Hash(sha256.Sum256(whole))
	size := int64(len(whole))
	for at := int64(0); at < size; {
		end := min(at+int64(8_000+random.IntN(16_000)), size)
		p.promise(act{Do: "piece", Version: int64(p.number), Hash: hex.EncodeToString(hash[:]), Data: whole[at:end], Cursor: end, Size: size}, func() error {
			u, err := c.Store.AddPiece(context.Background(), docket.Piece{Kiosk: p.number, Hash: hash, Size: size, Start: at, Data: whole[at:end], At: time.Now()}, uploadBounds)
			if err == nil && u.Came != end {
				err = fmt.Errorf("%d bytes came, and central says %d", end, u.Came)
			}
			return err
		})
		at = end
	}
	return items
}

var uploadBounds = docket.UploadBounds{Count: wire.MaxUploads, Bytes: wire.MaxUploadsBytes}

// report is a request and its attachment.
func (p *terminal) report(data []byte) []wire.Item {
	id := uuid.Must(uuid.NewV7()).String()
	code, err := ticket.New(p.number, rand.Reader)
	must(err)
	a := request.NewAttachment(uuid.Must(uuid.NewV7()).String(), "image/jpeg", data, 0)
	a.Step = "photo"
	return []wire.Item{
		p.item(id, request.KindRequest, request.Request{ID: id, Kiosk: p.number, Ticket: code, Service: "appeal", CatalogVersion: 1, MadeAt: time.Now(),
			Attachments: []request.Reference{a.Reference}}),
		p.item(a.ID, request.KindAttachment, request.AttachmentBody{ID: a.ID, Kiosk: p.number, Request: id, Type: a.Type, Data: data}),
	}
}

// items are a call, or a request with or without an attachment.
func (p *terminal) items(random *mathrand.Rand) []wire.Item {
	id := uuid.Must(uuid.NewV7()).String()
	if random.IntN(4) == 0 {
		return []wire.Item{p.item(id, request.KindCall, request.Call{ID: id, Kiosk: p.number, Screen: "confirm", MadeAt: time.Now()})}
	}
	code, err := ticket.New(p.number, rand.Reader)
	must(err)
	r := request.Request{ID: id, Kiosk: p.number, Ticket: code, Service: "repair", CatalogVersion: 1, MadeAt: time.Now(),
		Answers: []request.Answer{{Step: "what", Option: "water", Text: "水"}}}
	var beside []wire.Item
	if random.IntN(2) == 0 {
		data := bytes.Repeat([]byte{byte(random.IntN(256))}, 1+random.IntN([]int{400, 20_000}[random.IntN(2)]))
		a := request.NewAttachment(uuid.Must(uuid.NewV7()).String(), "audio/ogg", data, 3)
		a.Step = "note"
		r.Attachments = append(r.Attachments, a.Reference)
		beside = append(beside, p.item(a.ID, request.KindAttachment,
			request.AttachmentBody{ID: a.ID, Kiosk: p.number, Request: id, Type: a.Type, Data: data}))
	}
	return append([]wire.Item{p.item(id, request.KindRequest, r)}, beside...)
}

// moves has staff take on a case, which its terminal is told in the same
// transaction.
func moves(a *actor, c *central, random *mathrand.Rand, n int) {
	ctx := context.Background()
	for range n {
		cases, err := c.Store.Cases(ctx, docket.CaseQuery{Statuses: []docket.Status{docket.Delivered, docket.Accepted}})
		must(err)
		if len(cases) == 0 {
			continue
		}
		k := cases[random.IntN(len(cases))]
		next := k.Status.Next()[0]
		a.promise(act{Do: "move", Ticket: k.Ticket, Kind: string(next), Version: k.Events + 1}, func() error {
			return c.Store.Write(ctx, func(tx docket.Tx) error {
				e := docket.Event{Number: k.Events + 1, Status: next, At: time.Now(), By: "王芳", Note: "好"}
				if err := tx.Append(k.Number, e); err != nil {
					return err
				}
				return tx.Change(k.Kiosk, wire.Change{Status: &wire.Status{RequestID: k.ID, Event: e.Number, Status: string(next), At: e.At, Note: e.Note}})
			})
		})
	}
}
