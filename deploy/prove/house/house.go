// Package house is a real central and the real queues and agents of any number of
// terminals in one process, over real TLS on loopback and real SQLite files, with a
// line between each two that fails on request. It remembers what every terminal
// promised, and compares that with what both ends have on their disks.
//
// The proofs of the network and of many terminals are built on it.
package house

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"lintai/deploy/prove/line"
	"lintai/sync/central"
)

// Options of New.
type Options struct {
	Folder   string // empty, for everything
	Seed     uint64
	Patience time.Duration // the longest pause of an agent between two tries
	Log      *slog.Logger  // central's; none when nil
}

// House is the central and its terminals.
type House struct {
	Address  string // of central's door for terminals
	folder   string
	seed     uint64
	patience time.Duration
	log      *slog.Logger
	listen   string

	places line.Places
	closes []func()

	mu        sync.Mutex
	terminals []*Terminal
	central   *central.Central
	stop      func() error
}

// New makes a house with a central that serves, and without terminals.
func New(o Options) (*House, error) {
	h := &House{folder: o.Folder, seed: o.Seed, patience: o.Patience, log: o.Log, listen: "127.0.0.1:0"}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	if h.patience == 0 {
		h.patience = 200 * time.Millisecond
	}
	if err := h.StartCentral(); err != nil {
		return nil, err
	}
	if err := h.openOtherPlaces(); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// openOtherPlaces opens what may stand in central's place: captive portals, and
// somebody else's central.
func (h *House) openOtherPlaces() error {
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>Wi-Fi</title><p>Please accept the terms.")
	})
	portal := httptest.NewServer(page)
	quiet := httptest.NewUnstartedServer(page)
	quiet.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	quiet.StartTLS()
	h.closes = append(h.closes, portal.Close, quiet.Close)
	h.places.Portal, h.places.PortalTLS = portal.Listener.Addr().String(), quiet.Listener.Addr().String()

	other, err := serveCentral(filepath.Join(h.folder, "stranger"), "127.0.0.1:0", h.log)
	if err != nil {
		return err
	}
	h.closes = append(h.closes, func() { other.stop() })
	h.places.Stranger = other.door
	return nil
}

// serving is a central that serves.
type serving struct {
	central *central.Central
	door    string // host and port of the door for terminals
	stop    func() error
}

func serveCentral(folder, listen string, log *slog.Logger) (*serving, error) {
	ctx, cancel := context.WithCancel(context.Background())
	c, err := central.Open(ctx, central.Config{Folder: folder, Log: log})
	if err != nil {
		cancel()
		return nil, err
	}
	public, err := central.Listen("127.0.0.1:0")
	if err != nil {
		cancel()
		return nil, errors.Join(err, c.Close())
	}
	door, err := central.Listen(listen)
	if err != nil {
		cancel()
		return nil, errors.Join(err, public.Close(), c.Close())
	}
	served := make(chan error, 1)
	ready := make(chan struct{})
	go func() {
		served <- c.Serve(ctx, public, central.Options{Kiosk: door, Ready: func(string) { close(ready) }})
	}()
	s := &serving{central: c, door: door.Addr().String()}
	s.stop = func() error {
		cancel()
		return errors.Join(<-served, c.Close())
	}
	select {
	case <-ready:
		return s, nil
	case err := <-served:
		cancel()
		return nil, errors.Join(err, c.Close())
	}
}

// StartCentral starts central, at the same place as before when it was stopped. One
// that serves goes on.
func (h *House) StartCentral() error {
	h.mu.Lock()
	serves := h.stop != nil
	h.mu.Unlock()
	if serves {
		return nil
	}
	s, err := serveCentral(filepath.Join(h.folder, "central"), h.listen, h.log)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.central, h.stop = s.central, s.stop
	h.listen, h.Address = s.door, "https://"+s.door
	h.places.Central = s.door
	return nil
}

// StopCentral ends central, as an update of its machine does.
func (h *House) StopCentral() error {
	h.mu.Lock()
	stop := h.stop
	h.stop = nil
	h.mu.Unlock()
	if stop == nil {
		return nil
	}
	return stop()
}

// Central is the one that serves now, for who acts as its staff.
func (h *House) Central() *central.Central {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.central
}

// Folder is where central's docket and keys are.
func (h *House) Folder() string { return filepath.Join(h.folder, "central") }

// Terminals lists the terminals.
func (h *House) Terminals() []*Terminal {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.terminals)
}

// Close ends everything.
func (h *House) Close() error {
	for _, t := range h.Terminals() {
		t.Stop()
		t.Line.Close()
	}
	err := h.StopCentral()
	for _, f := range h.closes {
		f()
	}
	return err
}

// Drain returns when no terminal has anything left to send.
func (h *House) Drain(ctx context.Context) error {
	for _, t := range h.Terminals() {
		if err := t.drained(ctx); err != nil {
			return err
		}
	}
	return nil
}
