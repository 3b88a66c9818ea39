package house

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"

	"lintai/deploy/prove/line"
	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/terminal"
	"lintai/kiosk/ticket"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/wire"
)

// Promise is what a terminal promised a resident: it was saved, so it is at
// central in the end, once, as it was.
type Promise struct {
	ID    string
	Kind  request.Kind
	Order int    // of its kind of urgency; central files such items in this order
	Body  string // SHA-256 of the request as JSON, or of the attachment's bytes; "" for a call
}

// Terminal is a real queue in a folder of its own and the real agent before it.
// Only its window and devices are missing.
type Terminal struct {
	Number int
	Line   *line.Line
	Queue  *offline.Queue
	Path   string // of the queue's file
	Agent  *agent.Agent
	// Adjust, if set, changes what the agent is made of, at every Start.
	Adjust func(*agent.Options)

	folder string
	skew   *skew
	random *rand.Rand

	mu       sync.Mutex
	promised []Promise
	settled  chan struct{} // holds a value after central's word was written down
	faults   []fault.Code

	stop func()
}

// skew is a clock that somebody sets.
type skew struct {
	mu  sync.Mutex
	off time.Duration
}

func (s *skew) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.off).Round(0) // without the monotonic part, as after a reboot
}

// SetClock makes the terminal's clock show a time.
func (t *Terminal) SetClock(to time.Time) {
	t.skew.mu.Lock()
	defer t.skew.mu.Unlock()
	t.skew.off = time.Until(to)
}

// watched tells when central's word was written down.
type watched struct {
	*offline.Queue
	settled chan struct{}
}

func (w watched) Settle(ctx context.Context, answers []offline.Answer) error {
	err := w.Queue.Settle(ctx, answers)
	select {
	case w.settled <- struct{}{}:
	default:
	}
	return err
}

// Add makes a terminal: known to central, with a queue of its own and a line.
func (h *House) Add(ctx context.Context, number int) (*Terminal, error) {
	t := &Terminal{
		Number: number, folder: filepath.Join(h.folder, fmt.Sprintf("terminal-%04d", number)), skew: &skew{},
		random: rand.New(rand.NewPCG(h.seed, uint64(number))), settled: make(chan struct{}, 1),
	}
	t.Path = filepath.Join(t.folder, offline.FileName)
	if err := os.Mkdir(t.folder, 0o700); err != nil {
		return nil, fmt.Errorf("house: %w", err)
	}
	if err := offline.Create(t.Path, t.skew.now); err != nil {
		return nil, err
	}
	// Without the network, so that a thousand terminals are there in no time; the
	// proof of attacks enrols over it.
	identity, err := agent.Introduce(number, func(request []byte) (wire.EnrolAnswer, error) {
		h.mu.Lock()
		c := h.central
		h.mu.Unlock()
		if _, err := c.AddTerminal(ctx, number, fmt.Sprint("terminal ", number)); err != nil {
			return wire.EnrolAnswer{}, err
		}
		return c.Admit(ctx, number, request)
	})
	if err != nil {
		return nil, err
	}
	if err := identity.Save(t.folder); err != nil {
		return nil, err
	}
	if t.Line, err = line.New(fmt.Sprint("terminal ", number), h.places); err != nil {
		return nil, err
	}
	h.mu.Lock()
	h.terminals = append(h.terminals, t)
	h.mu.Unlock()
	return t, nil
}

// Start opens the queue and lets the agent work, until Stop.
func (t *Terminal) Start(h *House) error {
	identity, err := agent.LoadIdentity(t.folder)
	if err != nil {
		return err
	}
	if t.Queue, err = offline.Open(t.Path, identity.Seal(), t.skew.now); err != nil {
		return err
	}
	options := agent.Options{
		Address: h.Address, Identity: identity, Keep: func(i agent.Identity) error { return i.Save(t.folder) },
		Queue: watched{t.Queue, t.settled}, Now: t.skew.now, Dial: t.Line.Dial,
		// The waiting of minutes is not what is proved.
		Jitter: func(limit time.Duration) time.Duration { return rand.N(min(limit, h.patience) + 1) },
		Log:    slog.New(slog.DiscardHandler),
		Fault: func(code fault.Code) {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.faults = append(t.faults, code)
		},
	}
	if t.Adjust != nil {
		t.Adjust(&options)
	}
	a, err := agent.New(options)
	if err != nil {
		t.Queue.Close()
		return err
	}
	t.Agent = a
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Run(ctx)
	}()
	t.stop = func() {
		cancel()
		<-done
		t.Queue.Close()
	}
	return nil
}

// Stop ends agent and queue, as a restart of the terminal does.
func (t *Terminal) Stop() {
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
}

// Promised is what the terminal promised until now.
func (t *Terminal) Promised() []Promise {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Promise(nil), t.promised...)
}

func (t *Terminal) promise(p ...Promise) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.promised = append(t.promised, p...)
}

// Pretend adds a promise that was never made, for a proof to find.
func (t *Terminal) Pretend(p Promise) { t.promise(p) }

// Order of kinds and urgencies: what waits is sent in this order, and by sequence
// within.
const (
	orderCall = iota
	orderUrgent
	orderSoon
	orderNormal
	orderAttachment
)

// Call raises a call for help.
func (t *Terminal) Call(ctx context.Context) error {
	c := request.Call{ID: newID(), Kiosk: t.Number, Screen: "home", MadeAt: t.skew.now()}
	if err := t.Queue.SaveCall(ctx, c); err != nil {
		return err
	}
	t.promise(Promise{ID: c.ID, Kind: request.KindCall, Order: orderCall})
	return nil
}

// Request confirms a request, with a photo of so many bytes when there are any.
func (t *Terminal) Request(ctx context.Context, photo int) error {
	urgency, order := "normal", orderNormal
	switch t.random.IntN(10) {
	case 0:
		urgency, order = "urgent", orderUrgent
	case 1:
		urgency, order = "soon", orderSoon
	}
	r := request.Request{
		ID: newID(), Kiosk: t.Number, Service: "repair", CatalogVersion: 2, Urgency: urgency,
		Answers: []request.Answer{{Step: "what", Option: "water", Text: "水管漏水"}}, Address: "虚构市测试路1号3号楼502室",
		Person: &request.Person{Name: "测试甲"}, MadeAt: t.skew.now(),
	}
	var attachments []request.Attachment
	if photo > 0 {
		data := make([]byte, photo)
		for i := range data {
			data[i] = byte(t.random.Uint32())
		}
		a := request.NewAttachment(newID(), "image/jpeg", data, 0)
		a.Step = "photo"
		attachments = append(attachments, a)
		r.Attachments = []request.Reference{a.Reference}
	}
	if err := t.save(ctx, &r, attachments); err != nil {
		return err
	}
	body, err := request.Encode(r)
	if err != nil {
		return err
	}
	promises := []Promise{{ID: r.ID, Kind: request.KindRequest, Order: order, Body: sum(body)}}
	for _, a := range attachments {
		promises = append(promises, Promise{ID: a.ID, Kind: request.KindAttachment, Order: orderAttachment, Body: a.SHA256})
	}
	t.promise(promises...)
	return nil
}

// save draws a ticket, and another one when it was issued before.
func (t *Terminal) save(ctx context.Context, r *request.Request, attachments []request.Attachment) error {
	for {
		var err error
		if r.Ticket, err = ticket.New(t.Number, seeded{t.random}); err != nil {
			return err
		}
		if err = t.Queue.SaveRequest(ctx, *r, attachments...); !errors.Is(err, terminal.ErrTicketTaken) {
			return err
		}
	}
}

// seeded is a reader over the proof's own randomness.
type seeded struct{ *rand.Rand }

func (s seeded) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(s.Uint32())
	}
	return len(p), nil
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// drained returns when nothing waits any more.
func (t *Terminal) drained(ctx context.Context) error {
	for {
		next, err := t.Queue.Next(ctx, 1, 0)
		if err != nil {
			return err
		}
		if len(next) == 0 {
			return nil
		}
		select {
		case <-t.settled:
		case <-ctx.Done():
			return fmt.Errorf("terminal %d did not drain: %w", t.Number, ctx.Err())
		}
	}
}
