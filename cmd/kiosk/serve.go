package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"github.com/google/uuid"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
	"lintai/kiosk/settings"
	"lintai/kiosk/staffmenu"
	"lintai/kiosk/terminal"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/wire"
	"lintai/ui"
	"lintai/ui/pinyin"
)

// kiosk is the program's parts while it runs.
type kiosk struct {
	config string
	clips  []string
	log    *slog.Logger
	logs   *logTail
	trace  *trace

	composer  *pinyin.Engine
	enrolment enrolment
	setup     setupDesk
	mistakes  mistakeSlip

	app    fyne.App
	window fyne.Window
	screen *ui.Screen
	panel  settings.Panel

	pulse    *pulse
	computer computer
	trial    trial
	watchdog *watchdog // nil in programs that no systemd starts

	// days are the times at which it is asked whether the retention job is due; nil:
	// every retainLook, by the clock.
	days <-chan time.Time

	terminal atomic.Pointer[terminal.Terminal] // nil while out of service
	staff    atomic.Pointer[staffDesk]
}

// retryAfter is the pause before a terminal that cannot serve tries again: a
// technician who has mended the file should not have to pull the plug.
const retryAfter = 3 * time.Second

// serve runs the terminal until the context ends, showing what is wrong as long
// as it cannot.
func (k *kiosk) serve(ctx context.Context) {
	last := ""
	for {
		err := k.serveOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, errContentChanged) || errors.Is(err, errIdentityChanged) || errors.Is(err, errSettingUp) || errors.Is(err, errStaffChanged) {
			continue
		}
		var out outOfService
		if !errors.As(err, &out) {
			out = outOfService{code: fault.DeviceFailed, err: err}
		}
		if text := out.Error(); text != last {
			k.log.Error("out of service", "fault", string(out.code), "error", out.err)
			last = text
		}
		k.outside(statusOut + string(out.code))
		if out.settings != nil && k.offersSetup(out.code) {
			k.setUp(ctx, out.settings, out.code, false)
			continue
		}
		k.setup.close()
		k.screen.Show(visit.OutOfService(out.place, out.phone, out.code, out.detail))
		select {
		case <-ctx.Done():
			return
		case <-time.After(retryAfter):
		}
	}
}

// outOfService is why there can be no visits.
type outOfService struct {
	code         fault.Code
	err          error
	detail       string // for the technician, on the screen
	place, phone string
	settings     *settings.Settings // where only an identity is missing
}

func (o outOfService) Error() string { return fmt.Sprintf("%s: %v", o.code, o.err) }

func (k *kiosk) serveOnce(ctx context.Context) error {
	s, err := k.readFile(ctx)
	if err != nil {
		return err
	}
	fyne.DoAndWait(func() { k.shape(s.Panel) })
	identity, err := k.identify(ctx, s)
	if err != nil {
		return err
	}
	if err := k.onTrial(ctx, s, identity); err != nil {
		return err
	}
	if err := k.finishSetup(ctx, s, identity); err != nil {
		return err
	}
	queue, err := k.openQueue(ctx, s.Terminal.Data, identity)
	if err != nil {
		return outOfService{code: offline.FaultOf(err), err: err, detail: s.Terminal.Data, place: s.Terminal.Place, phone: s.Terminal.Phone}
	}
	defer queue.Close()
	k.setup.close()
	return k.run(ctx, s, identity, queue)
}

// run joins the parts and serves until the context ends.
func (k *kiosk) run(ctx context.Context, s *settings.Settings, identity agent.Identity, queue *offline.Queue) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	file := &identityFile{folder: s.Terminal.Data, current: identity}
	var t *terminal.Terminal
	desk := &staffDesk{number: s.Terminal.Number, settings: s, queue: queue, file: file, log: k.log, stop: stop, events: make(chan staffmenu.Event, touchesKept)}
	post := func(e visit.Event) {
		if !desk.takes(e) {
			t.Post(e)
		}
	}
	published := newDocuments(queue, identity.DocumentKey, s.Terminal.Data, queue.SealTo, k.log)
	configured := published.configuration(ctx)
	looked := &fleet{computer: k.computer, data: s.Terminal.Data, logs: k.logs, log: k.log}
	line, err := agent.New(agent.Options{
		Computer: looked, UpdateFolder: filepath.Join(s.Terminal.Data, appliance.UpdateFolder),
		Documents: queue, DocumentKey: identity.DocumentKey,
		DocumentKept: func(d wire.Document) { published.kept(ctx, d) }, DocumentsRefused: published.refused,
		Address: s.Central.Address, Identity: identity, Keep: file.keep,
		Queue: queue, Post: post, Log: k.log,
		Fault: func(code fault.Code) {
			if code != fault.None {
				k.log.Error("line to central", "fault", string(code))
			}
			if code == fault.Revoked {
				k.enrolment.revoked, k.enrolment.asked = file.certificate(), time.Now()
				stop(outOfService{code: code, err: errors.New("central has revoked this terminal"), place: s.Terminal.Place, phone: s.Terminal.Phone})
			}
		},
		Words: wordsOf(queue, k.log), Grid: s.Terminal.Grid,
	})
	if err != nil {
		return outOfService{code: fault.ConfigInvalid, err: err, place: s.Terminal.Place, phone: s.Terminal.Phone}
	}
	devices, err := newDevices(s, identity.CardKey, published.clips(ctx, k.clips), post, k.log)
	if err != nil {
		return outOfService{code: fault.ConfigInvalid, err: err, place: s.Terminal.Place, phone: s.Terminal.Phone}
	}
	audit := newAuditor(queue, k.log)
	tell := func(all []wire.Device) {
		audit.devices(all)
		line.Report(all)
	}
	devices.book.tell, devices.book.sync = tell, syncOf(line, queue, k.log)
	published.report(devices.book)
	own := &ownContent{folder: s.Terminal.Content, central: published, book: devices.book, log: k.log}
	documents, _ := own.read(ctx)
	policies, closePolicies := openPolicies(documents.Policy, k.log)
	defer closePolicies()
	hand := openHandwriting(k.log)
	rules := visit.DefaultRules()
	rules.Catalog, rules.Community, rules.Policies = documents.Catalog, documents.Community, documents.Policy
	rules.Locales = offered(s)
	rules.Composer, rules.Handwriting = k.composer, hand != nil
	fyne.DoAndWait(func() { rules.Room = ui.Room(k.screen.Panel()) }) // of the window as it is, not as the file says
	rules.CardLookUp = s.Card.Port != "" && len(identity.CardKey) > 0
	rules.Place = s.Terminal.Place
	rules.Phone = cmp.Or(configured.Phone, s.Terminal.Phone)
	rules.PublicAddress = cmp.Or(configured.PublicAddress, identity.PublicAddress)
	display := newDoze(k.screen)
	desk.screen, desk.devices, desk.line, desk.fleet, desk.audit = display, devices, line, looked, audit
	t = terminal.New(terminal.Config{
		Number: s.Terminal.Number, Rules: rules,
		Queue: queue, Central: line, Papers: line,
		Printer: auditedPrinter{devices.printer, audit}, Voice: devices, Light: devices, Cards: devices, Display: desk,
		Microphone: devices.microphone, Camera: devices.camera, Policies: policies, Handwriting: hand,
		Now: time.Now, NewID: newID, Random: rand.Reader,
		FaultOf: faultOf, Log: k.log, Measure: k.trace.measured,
	})

	looked.book, looked.line, looked.quiet = devices.book, line, display.quiet

	var parts sync.WaitGroup
	defer parts.Wait()
	parts.Go(func() { line.Run(ctx) })
	parts.Go(func() { audit.run(ctx) })
	parts.Go(func() { desk.run(ctx) })
	k.staff.Store(desk)
	defer k.staff.Store(nil)
	if k.trial.passed != "" {
		audit.note("update", "passed image="+plain(k.trial.passed))
		k.trial.passed = ""
	}
	days := k.days
	if days == nil {
		looks := time.NewTicker(retainLook)
		defer looks.Stop()
		days = looks.C
	}
	parts.Go(func() { retain(ctx, days, queue, line.Offset, k.log) })
	devices.run(ctx, &parts)
	troubles := time.NewTicker(troubleEvery)
	defer troubles.Stop()
	parts.Go(func() { k.computer.watch(ctx, troubles.C, devices.book) })
	parts.Go(func() { devices.book.answer(ctx, s.Terminal.Data, devices.printer, k.log) })
	go display.run(ctx) // not waited for: the toolkit may be gone before it
	looks := time.NewTicker(contentEvery)
	defer looks.Stop()
	parts.Go(func() {
		if own.watch(ctx, looks.C, func() bool { return display.quiet(contentQuiet) }) {
			audit.note("content", "changed")
			stop(errContentChanged)
		}
	})
	codes := time.NewTicker(enrolAgain)
	defer codes.Stop()
	parts.Go(func() {
		if k.enrolLater(ctx, s, identity, file, codes.C, func() bool { return display.quiet(contentQuiet) }) {
			stop(errIdentityChanged)
		}
	})
	parts.Go(func() {
		k.composer.Warm() // before the first key, and after the first screen
		shrink()
	})
	defer k.guarded(queue, devices.book)()
	k.terminal.Store(t)
	defer k.terminal.Store(nil)
	k.log.Info("serving", "terminal", s.Terminal.Number)
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	t.Run(ctx, ticks.C)
	return context.Cause(ctx)
}

// newID makes a UUIDv7: sortable by time, and unique also when the clock is not.
func newID() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}

// shrink gives back what starting up needed once, which is as much as all that
// stays, and lets the rest grow by half only before it is cleaned up: a terminal
// has little memory, and its collector little to do.
func shrink() {
	debug.SetGCPercent(50)
	debug.FreeOSMemory()
}
