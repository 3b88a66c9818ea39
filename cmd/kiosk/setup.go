package main

import (
	"cmp"
	"context"
	"reflect"
	"time"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
	"lintai/kiosk/settings"
	"lintai/kiosk/setup"
	"lintai/kiosk/visit"
	"lintai/sync/agent"
	"lintai/ui"
)

// setupDesk holds the screens of package setup over the looks whether the terminal
// can serve: what somebody types outlives them. It belongs to the goroutine that
// serves; touches come through the channel.
type setupDesk struct {
	state   setup.State
	open    bool
	shown   visit.View // what has not changed is not drawn again
	screen  *ui.Screen // that shows it
	kept    setup.Progress
	touches chan visit.Event
	answers chan setup.Event // what comes of effects
	// abandon ends the effect with a number that is under way, and ended is closed then.
	abandon context.CancelFunc
	ended   chan struct{}
	bench   *workbench // nil while no device is tried
}

// touchesKept is more than fingers type while a screen is drawn.
const touchesKept = 64

func newSetupDesk() setupDesk {
	return setupDesk{touches: make(chan visit.Event, touchesKept), answers: make(chan setup.Event, touchesKept)}
}

// touch takes a touch from the toolkit's goroutine, which must not wait.
func (d *setupDesk) touch(e visit.Event) {
	select {
	case d.touches <- e:
	default:
	}
}

// tell takes what came of an effect; devices must not wait either.
func (d *setupDesk) tell(e setup.Event) {
	select {
	case d.answers <- e:
	default:
	}
}

// close forgets all that was typed, and gives the devices back.
func (d *setupDesk) close() {
	if d.abandon != nil {
		d.abandon()
		<-d.ended
	}
	if d.bench != nil {
		d.bench.close()
	}
	d.bench, d.abandon = nil, nil
	d.state, d.open, d.shown, d.kept = setup.State{}, false, visit.View{}, setup.Progress{}
	for {
		select {
		case <-d.touches: // of a screen that is gone
		case <-d.answers:
		default:
			return
		}
	}
}

// asking tells that somebody stands there, so that nothing else is begun.
func (d *setupDesk) asking() bool { return d.open && d.state.Asking() }

// setUp shows the setup screens until it is time to look again whether the terminal
// can serve: when it has enrolled, when the file was changed, and every few seconds
// while nobody is asked anything.
func (k *kiosk) setUp(ctx context.Context, s *settings.Settings, code fault.Code, enrolled bool) {
	d := &k.setup
	facts := k.facts(ctx, s, code, enrolled)
	if d.screen != k.screen { // the file has another panel now
		d.screen, d.shown = k.screen, visit.View{}
	}
	var effects []setup.Effect
	if !d.open {
		d.close()
		d.state, d.open = setup.New(facts), true
		if facts.Appliance {
			d.kept = readProgress(s)
			d.state = setup.Resume(facts, d.kept)
			d.state, effects = setup.Welcome(d.state, d.kept)
		}
	}
	if d.bench != nil && !d.bench.fits(s) {
		d.bench.close()
		d.bench = nil
	}
	carry := func(effects []setup.Effect) {
		if p := d.state.Progress(); facts.Appliance && !reflect.DeepEqual(p, d.kept) {
			if d.kept = p; p.Begun { // before what may end the program
				if err := writeProgress(s, p); err != nil {
					k.log.Warn("how far the set-up is was not kept", "error", err)
				}
			}
		}
		if v := setup.Look(d.state); !reflect.DeepEqual(v, d.shown) {
			d.shown = v
			k.screen.Show(v)
		}
		for _, effect := range effects {
			k.carryOut(ctx, s, code, effect)
		}
	}
	feed := func(e setup.Event) {
		var effects []setup.Effect
		d.state, effects = setup.Update(d.state, e)
		carry(effects)
	}
	carry(effects)
	feed(setup.Told{Facts: facts})
	feed(setup.Tick{Now: time.Now()})
	file := k.fileHash()
	look := time.NewTicker(retryAfter)
	defer look.Stop()
	seconds := time.NewTicker(time.Second)
	defer seconds.Stop()
	for !d.state.Done() {
		select {
		case <-ctx.Done():
			return
		case e := <-d.touches:
			feed(setup.Touch{Event: e})
		case e := <-d.answers:
			feed(e)
			if _, ok := e.(setup.Enrolled); ok {
				return // to serve, or to try the devices of a terminal that knows who it is
			}
		case now := <-seconds.C:
			feed(setup.Tick{Now: now})
		case <-look.C:
			switch {
			case d.state.Trying(): // two at once would want the same key
			case !facts.Appliance || !d.asking() || k.fileHash() != file:
				return
			default:
				facts = k.facts(ctx, s, code, enrolled)
				feed(setup.Told{Facts: facts})
			}
		}
	}
	if !enrolled && facts.Appliance {
		d.close() // it enrols when there is a network
	}
}

// carryOut does what a step asks for, beside the screens, and tells what came of it.
// Neither code nor password nor answer is written down.
func (k *kiosk) carryOut(ctx context.Context, s *settings.Settings, code fault.Code, effect setup.Effect) {
	d := &k.setup
	c := k.service()
	beside := func(do func(context.Context) setup.Event) {
		trying, cancel := context.WithCancel(ctx)
		ended := make(chan struct{})
		d.abandon, d.ended = cancel, ended
		go func() {
			defer close(ended)
			defer cancel()
			if e := do(trying); e != nil {
				d.tell(e)
			}
		}()
	}
	failed := func(try int, err error) setup.Event {
		k.log.Warn("a step of the set-up failed", "fault", string(appliance.FaultOf(err)))
		return setup.Failed{Try: try, Fault: cmp.Or(appliance.FaultOf(err), fault.ApplianceFailed), Detail: detailOf(err)}
	}
	switch e := effect.(type) {
	case setup.Abandon:
		d.abandon()
		<-d.ended
	case setup.Enrol:
		beside(func(ctx context.Context) setup.Event { return k.enrolTyped(ctx, s, e) })
	case setup.LookAround:
		go func() {
			if c == nil {
				return
			}
			found, err := c.Networks(ctx)
			around := setup.Around{Fault: appliance.FaultOf(err)}
			for _, n := range found {
				around.Networks = append(around.Networks, setup.WiFi{Name: n.Name, Signal: n.Signal, Open: n.Open})
			}
			d.tell(around)
		}()
	case setup.Join:
		beside(func(ctx context.Context) setup.Event {
			if err := join(ctx, c, e.Network); err != nil {
				return failed(e.Try, err)
			}
			return setup.Joined{Try: e.Try}
		})
	case setup.Keep:
		beside(func(ctx context.Context) setup.Event {
			if c == nil {
				return failed(e.Try, appliance.ErrNone)
			}
			if err := c.Keep(ctx, e.Values); err != nil {
				return failed(e.Try, err)
			}
			return setup.Kept{Try: e.Try}
		})
	case setup.Turn:
		go func() {
			if c == nil {
				return
			}
			if err := c.Turn(ctx, e.Degrees); err != nil {
				k.log.Warn("the panel was not turned", "error", err)
			}
		}()
	case setup.TryDevice:
		if b := k.workbench(ctx, s); b != nil {
			go b.try(ctx, e.Device, d.tell)
		}
	case setup.Rest:
		if d.bench != nil {
			d.bench.rest(e.Device)
		}
	case setup.PrintReport:
		b := k.workbench(ctx, s)
		central := code // empty where it has enrolled
		beside(func(ctx context.Context) setup.Event {
			if b == nil {
				return setup.Failed{Try: e.Try, Fault: fault.DeviceFailed}
			}
			r := b.devices.printer.Print(ctx, b.report(s, central, e.Results).Slip())
			return setup.ReportPrinted{Try: e.Try, Outcome: r.Outcome}
		})
	}
}

// workbench opens the devices once somebody tries one.
func (k *kiosk) workbench(ctx context.Context, s *settings.Settings) *workbench {
	d := &k.setup
	if d.bench == nil {
		b, err := openWorkbench(ctx, s, k.clips, d.tell, k.log)
		if err != nil {
			k.log.Warn("the devices were not opened", "error", err)
			for _, name := range setup.Testable {
				d.tell(setup.DeviceIs{Device: name, Fault: fault.DeviceFailed})
			}
			return nil
		}
		d.bench = b
	}
	return d.bench
}

// enrolTyped enrols with a code that was typed, or with that of the file.
func (k *kiosk) enrolTyped(ctx context.Context, s *settings.Settings, e setup.Enrol) setup.Event {
	how := agent.Enrolment{Address: e.Address, Code: string(e.Code), Kiosk: s.Terminal.Number, Folder: s.Terminal.Data, PassedOver: s.Central.Code}
	if e.Code == "" {
		how.Code, how.PassedOver = s.Central.Code, ""
	}
	i, err := agent.Enrol(ctx, how)
	if err != nil {
		k.log.Warn("a typed code did not enrol", "fault", string(agent.FaultOf(err)), "error", err)
		return setup.Failed{Try: e.Try, Fault: agent.FaultOf(err)}
	}
	k.log.Info("enrolled by a typed code", "terminal", i.Kiosk)
	return setup.Enrolled{Try: e.Try}
}
