// Package service is the other end of package appliance: what a terminal may ask of its
// computer, done as root. It listens on a socket, knows one peer (the kiosk's user) and
// the verbs of the contract, and takes from a question no command, no program and no
// path: names are looked up in what the service itself lists, values are checked by the
// packages that read them later.
//
// What it keeps lies in /data/appliance: the network's settings, the boots there were,
// the marker of an update on trial. All of the computer is reached through System, so
// that tests run this very code over a tree of their own.
package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
)

// Where things are, below System.Root.
const (
	dataFolder  = "/data/appliance"
	kioskFolder = "/data/kiosk"
	kioskFile   = "/boot/firmware/kiosk.toml"
	firmware    = "/boot/firmware"
	runFolder   = "/run/lintai"
	versionFile = "/etc/lintai-version"

	kioskUnit = "lintai-kiosk.service"
	kioskUser = "kiosk"
)

// Service is one terminal's.
type Service struct {
	sys System
	// address tells where central is, as the terminal's identity has it; the file's
	// address goes before it.
	address func() string
	tool    string // the program whose "outbox export" writes the queue to a stick

	boot Boot

	work    sync.Mutex // one thing that changes the computer at a time
	sticks  sync.Mutex // one stick is mounted at a time
	file    sync.Mutex // kiosk.toml
	mu      sync.Mutex // what follows
	trial   *trial     // an update that was installed or is being tried
	update  appliance.Update
	heard   map[string][]byte // names of Wi-Fi networks as shown → as on the air
	radio   string            // the Wi-Fi interface that was set up
	trouble map[string]appliance.Trouble
	told    bool          // central told the time in this boot
	applied time.Duration // when the network's settings were applied last, by uptime
	ctx     context.Context
	running sync.WaitGroup

	doorsMu sync.Mutex
	doors   string                           // what the firewall was told last
	seen    map[netip.AddrPort]time.Duration // what is open, and when its name last said so
	// doorsFailed is why the firewall could not be told the last time.
	doorsFailed string
}

// Config is what the service is told besides the computer.
type Config struct {
	// Address is central's as the terminal's identity keeps it, or "".
	Address func() string
	// Tool is the path of kioskctl.
	Tool string
}

// New makes the service and finds out what kind of boot this is. The context ends what
// it does in the background.
func New(ctx context.Context, sys System, c Config) (*Service, error) {
	s := &Service{sys: sys, address: c.Address, tool: c.Tool, ctx: ctx, heard: map[string][]byte{}, trouble: map[string]appliance.Trouble{}, seen: map[netip.AddrPort]time.Duration{}}
	if s.address == nil {
		s.address = func() string { return "" }
	}
	s.update.State = appliance.UpdateNone
	if err := s.begin(); err != nil {
		return nil, err
	}
	return s, nil
}

// refusal is why nothing was done, for the terminal and its technician.
type refusal struct {
	code   fault.Code
	detail string
}

func (r *refusal) Error() string { return string(r.code) + ": " + r.detail }

func refuse(code fault.Code, format string, args ...any) error {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

// The longest detail, in bytes.
const maxDetail = 300

// Do answers one question.
func (s *Service) Do(ctx context.Context, q appliance.Question) (a appliance.Answer) {
	defer func() {
		if p := recover(); p != nil {
			slog.Error("appliance: a question was too much", "verb", q.Verb, "panic", fmt.Sprint(p))
			a = appliance.Answer{Fault: fault.ApplianceFailed}
		}
	}()
	a, err := s.do(ctx, q)
	if err == nil {
		return a
	}
	var r *refusal
	if !errors.As(err, &r) {
		r = &refusal{fault.ApplianceFailed, err.Error()}
	}
	slog.Warn("appliance: refused", "verb", q.Verb, "fault", r.code, "detail", short(r.detail))
	return appliance.Answer{Fault: r.code, Detail: short(r.detail)}
}

func short(text string) string {
	if len(text) <= maxDetail {
		return text
	}
	text = text[:maxDetail]
	for len(text) > 0 && text[len(text)-1]&0xc0 == 0x80 {
		text = text[:len(text)-1]
	}
	return text[:max(len(text)-1, 0)] + "…"
}

func (s *Service) do(ctx context.Context, q appliance.Question) (a appliance.Answer, err error) {
	switch q.Verb {
	case appliance.VerbStatus:
		st := s.Status(ctx)
		a.Status = &st
	case appliance.VerbNetworks:
		a.Networks, err = s.networks(ctx)
	case appliance.VerbJoin:
		err = s.join(ctx, q.Network)
	case appliance.VerbKeep:
		err = s.keep(ctx, q.Values, nil)
	case appliance.VerbErase:
		err = s.keep(ctx, nil, q.Keys)
	case appliance.VerbLight:
		err = s.light(q.Percent)
	case appliance.VerbTurn:
		err = s.turn(ctx, q.Degrees)
	case appliance.VerbRestart:
		err = s.restart(ctx, q.What)
	case appliance.VerbSticks:
		a.Sticks, err = s.listSticks(ctx)
	case appliance.VerbExport:
		a.File, err = s.export(ctx, q.What, q.Stick)
	case appliance.VerbUpdate:
		err = s.install(ctx, q.Bundle, q.Stick)
	case appliance.VerbPassed:
		err = s.passed(ctx)
	case appliance.VerbTime:
		err = s.time(ctx, q.At)
	default:
		err = refuse(fault.ApplianceFailed, "no such verb")
	}
	return a, err
}

// startLimit bounds how long other programs may keep the service from being ready.
const startLimit = time.Minute

// Start sets the computer up as kiosk.toml and what was joined say, and begins to watch
// over it: the firewall's sets, an update that was cut off, a trial that nobody ends.
// What cannot be set up is told in Status and tried again; the service is there anyway.
func (s *Service) Start(ctx context.Context) {
	ctx, done := context.WithTimeout(ctx, startLimit)
	defer done()
	if err := s.settleFile(ctx); err != nil {
		slog.Error("appliance: kiosk.toml was not put in order", "error", err)
	}
	s.setPanel(ctx)
	if err := s.applyNetwork(ctx); err != nil {
		s.note("network", fault.NetworkRefused, err.Error())
		slog.Error("appliance: network", "error", err)
	}
	s.keepTries(ctx)
	s.radio = s.findRadio()
	s.behind(s.watchDoors)
	if s.onTrial() {
		s.behind(s.watchTrial)
	}
	s.resume(ctx)
}

// behind does something beside the questions, until the service ends.
func (s *Service) behind(what func(context.Context)) {
	s.running.Go(func() { what(s.ctx) })
}

// Wait returns when nothing is being done any more, after the context's end.
func (s *Service) Wait() { s.running.Wait() }

// note keeps a trouble for Status; an empty code takes it away.
func (s *Service) note(about string, code fault.Code, detail string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if code == "" {
		delete(s.trouble, about)
		return
	}
	s.trouble[about] = appliance.Trouble{Fault: code, Detail: short(detail)}
}

// restart answers before it happens: both are handed to systemd, which waits for nobody.
func (s *Service) restart(ctx context.Context, what string) error {
	switch what {
	case "program":
		return s.sys.Run(ctx, nil, "systemctl", "--no-block", "restart", kioskUnit)
	case "machine":
		return s.reboot(ctx, appliance.BootRestart)
	}
	return refuse(fault.ApplianceFailed, "neither program nor machine")
}

// reboot starts the computer anew and lets the next boot know why.
func (s *Service) reboot(ctx context.Context, reason string) error {
	if err := s.leaveReason(reason); err != nil {
		return err
	}
	return s.sys.Run(ctx, nil, "systemctl", "--no-block", "reboot")
}

// clockStep is a difference not worth setting a clock for.
const clockStep = 2 * time.Second
