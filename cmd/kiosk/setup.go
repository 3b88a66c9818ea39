package main

import (
	"context"
	"reflect"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/settings"
	"lintai/kiosk/setup"
	"lintai/kiosk/visit"
	"lintai/sync/agent"
	"lintai/sync/wire"
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
	touches chan visit.Event
	// abandon ends the enrolment under way, whose word comes through answers.
	abandon context.CancelFunc
	answers chan setup.Event
}

// touchesKept is more than fingers type while a screen is drawn.
const touchesKept = 64

func newSetupDesk() setupDesk {
	return setupDesk{touches: make(chan visit.Event, touchesKept), answers: make(chan setup.Event, 1)}
}

// touch takes a touch from the toolkit's goroutine, which must not wait.
func (d *setupDesk) touch(e visit.Event) {
	select {
	case d.touches <- e:
	default:
	}
}

// close forgets all that was typed.
func (d *setupDesk) close() {
	d.state, d.open, d.shown = setup.State{}, false, visit.View{}
	for {
		select {
		case <-d.touches: // of a screen that is gone
		default:
			return
		}
	}
}

// setUp shows the setup screens until it is time to look again whether the terminal
// can serve: when it has enrolled, and every few seconds while nothing is asked of
// central, because the file may have been mended.
func (k *kiosk) setUp(ctx context.Context, s *settings.Settings, code fault.Code) {
	d := &k.setup
	facts := setup.Facts{
		Number: s.Terminal.Number, Place: s.Terminal.Place, Phone: s.Terminal.Phone, Address: s.Central.Address, Fault: code,
		Letters: wire.CodeLetters, Length: wire.CodeLength, Group: wire.CodeGroup,
	}
	if d.screen != k.screen { // the file has another panel now
		d.screen, d.shown = k.screen, visit.View{}
	}
	if !d.open {
		d.close()
		d.state, d.open = setup.New(facts), true
	}
	feed := func(e setup.Event) {
		var effects []setup.Effect
		d.state, effects = setup.Update(d.state, e)
		if v := setup.Look(d.state); !reflect.DeepEqual(v, d.shown) {
			d.shown = v
			k.screen.Show(v)
		}
		for _, effect := range effects {
			k.carryOut(ctx, s, effect)
		}
	}
	feed(setup.Told{Facts: facts})
	feed(setup.Tick{Now: time.Now()})
	again := time.NewTimer(retryAfter)
	defer again.Stop()
	for !d.state.Done() {
		var look <-chan time.Time
		if !d.state.Trying() { // two at once would want the same key
			look = again.C
		}
		select {
		case <-ctx.Done():
			return
		case e := <-d.touches:
			feed(setup.Touch{Event: e})
		case e := <-d.answers:
			feed(e)
		case <-look:
			return
		}
	}
}

// carryOut enrols beside the screens, and tells what came of it. Neither code nor
// answer is written down.
func (k *kiosk) carryOut(ctx context.Context, s *settings.Settings, effect setup.Effect) {
	d := &k.setup
	switch e := effect.(type) {
	case setup.Abandon:
		d.abandon()
		<-d.answers
	case setup.Enrol:
		trying, cancel := context.WithCancel(ctx)
		d.abandon = cancel
		go func() {
			defer cancel()
			i, err := agent.Enrol(trying, agent.Enrolment{
				Address: e.Address, Code: string(e.Code), Kiosk: s.Terminal.Number, Folder: s.Terminal.Data, PassedOver: s.Central.Code,
			})
			if err != nil {
				k.log.Warn("a typed code did not enrol", "fault", string(agent.FaultOf(err)), "error", err)
				d.answers <- setup.Failed{Try: e.Try, Fault: agent.FaultOf(err)}
				return
			}
			k.log.Info("enrolled by a typed code", "terminal", i.Kiosk)
			d.answers <- setup.Enrolled{Try: e.Try}
		}()
	}
}
