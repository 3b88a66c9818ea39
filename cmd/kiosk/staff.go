package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/settings"
	"lintai/kiosk/staffcode"
	"lintai/kiosk/staffmenu"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/agent"
)

// errStaffChanged ends serving, to begin again with what staff have set.
var errStaffChanged = errors.New("staff have changed a setting")

// staffDesk shows the staff's menu over the start screen, and carries out what is asked
// there. It stands between a visit and its display: what a resident does goes by it
// untouched, and while the menu is open nothing of the visit's is shown but a call.
type staffDesk struct {
	number   int
	settings *settings.Settings
	screen   *doze
	devices  *devices
	queue    *offline.Queue
	line     *agent.Agent
	fleet    *fleet
	file     *identityFile
	audit    *auditor
	log      *slog.Logger
	stop     func(error)

	events chan staffmenu.Event
	// open, testing and calling are for the goroutines of devices and toolkit.
	open    atomic.Bool
	testing atomic.Pointer[string]
	over    atomic.Bool // the visit shows a call over the menu
	start   atomic.Bool // the visit shows the start screen

	mu    sync.Mutex
	visit visit.View // what the visit shows
	menu  visit.View // what the menu shows
	slip  lastSlip

	state staffmenu.State // of run alone
	door  staffmenu.Door
}

// lastSlip is the code of the newest slip, in memory only: the file has no codes.
type lastSlip struct {
	code string
	at   time.Time
}

// slipKept is how long the code of the last slip can be printed again.
const slipKept = 12 * time.Hour

// doorFile is in the data folder.
const doorFile = "staff.json"

func (d *staffDesk) readDoor() {
	text, err := os.ReadFile(filepath.Join(d.settings.Terminal.Data, doorFile))
	if err == nil {
		err = json.Unmarshal(text, &d.door)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		// A damaged file must not have an old number hold again: none of before now does.
		d.door = staffmenu.Door{Step: time.Now().Unix() / int64(staffcode.Step/time.Second)}
	}
}

// keepDoor has the door on the disk before its word counts.
func (d *staffDesk) keepDoor(door staffmenu.Door) error {
	d.door = door
	text, err := json.Marshal(door)
	if err != nil {
		return err
	}
	path := filepath.Join(d.settings.Terminal.Data, doorFile)
	draft, err := os.OpenFile(path+".draft", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = draft.Write(text)
	if err = errors.Join(err, draft.Sync(), draft.Close()); err == nil {
		err = os.Rename(path+".draft", path)
	}
	if err != nil {
		return err
	}
	return syncDisk(filepath.Dir(path))
}

// Show is terminal.Display.
func (d *staffDesk) Show(v visit.View) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if v.Screen == visit.ScreenStart {
		v.Actions = append(append([]visit.Control{}, v.Actions...), staffmenu.Way())
	}
	if v.Screen == visit.ScreenSaved && v.Code != "" {
		d.slip = lastSlip{v.Code, time.Now()}
	}
	was := d.over.Load()
	d.visit = v
	d.start.Store(v.Screen == visit.ScreenStart)
	d.over.Store(d.open.Load() && v.Screen != visit.ScreenStart)
	switch {
	case !d.open.Load() || d.over.Load():
		d.screen.Show(v)
	case was:
		d.screen.Show(d.menu) // the call is over
	}
}

// Forget is terminal.Display.
func (d *staffDesk) Forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.screen.Forget()
	if d.open.Load() && !d.over.Load() {
		d.screen.Show(d.menu)
	}
}

// takes tells whether a touch or what a device noticed is the menu's, and not the
// visit's. It never waits.
func (d *staffDesk) takes(e visit.Event) bool {
	if !d.open.Load() {
		switch e := e.(type) {
		case visit.Open:
			if e.Item == staffmenu.WayItem && d.start.Load() {
				d.post(staffmenu.Enter{})
				return true
			}
		case visit.Scanned:
			if number, ok := staffcode.Scanned(e.Text); ok && d.start.Load() {
				d.post(staffmenu.Scanned{Number: number})
				return true
			}
		}
		return false
	}
	sensed := func(device string) bool {
		if d.over.Load() {
			return false
		}
		d.post(staffmenu.Sensed{Device: device})
		return true
	}
	switch e := e.(type) {
	case visit.DeviceChanged, visit.LinkChanged, visit.Delivered, visit.Held, visit.Sending, visit.CallDelivered, visit.CallAnswered, visit.Printed, visit.Tick:
		return false
	case visit.CardRead:
		return sensed("card")
	case visit.CardPresent:
		return sensed("nfc")
	case visit.CardFailed, visit.CardLifted:
		return !d.over.Load()
	case visit.Presence:
		if e.Here {
			return sensed("presence")
		}
		return false
	case visit.Scanned:
		if number, ok := staffcode.Scanned(e.Text); ok {
			d.post(staffmenu.Scanned{Number: number})
			return true
		}
		return sensed("scanner")
	case visit.ButtonPressed:
		// Whoever presses wants help, but for somebody who tries the button.
		if name := d.testing.Load(); name != nil && *name == "button" {
			return sensed("button")
		}
		return false
	}
	if d.over.Load() {
		return false // a touch on the call
	}
	d.post(staffmenu.Touch{Event: e})
	return true
}

func (d *staffDesk) post(e staffmenu.Event) {
	select {
	case d.events <- e:
	default: // more fingers than anybody has
	}
}

// run feeds the menu until the context ends.
func (d *staffDesk) run(ctx context.Context) {
	d.readDoor()
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	var works sync.WaitGroup
	defer works.Wait()
	feed := func(e staffmenu.Event) {
		switch was := e.(type) { // what the menu begins with
		case staffmenu.Enter:
			was.Facts = d.facts(ctx)
			e = was
		case staffmenu.Scanned:
			was.Facts = d.facts(ctx)
			e = was
		}
		var effects []staffmenu.Effect
		d.state, effects = staffmenu.Update(d.state, e)
		for _, effect := range effects {
			if try, ok := effect.(staffmenu.TryNumber); ok { // at once, and drawn once
				d.state, effects = staffmenu.Update(d.state, staffmenu.Judged{Verdict: d.judge(try.Number)})
			}
		}
		d.draw()
		for _, effect := range effects {
			d.carryOut(ctx, &works, effect)
		}
	}
	feed(staffmenu.Tick{Now: time.Now()})
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticks.C:
			if d.state.Open() {
				feed(staffmenu.Tick{Now: now})
			}
		case e := <-d.events:
			feed(staffmenu.Tick{Now: time.Now()})
			feed(e)
		}
	}
}

// draw shows the menu as it is now, or again what the visit shows.
func (d *staffDesk) draw() {
	name := d.state.Trying()
	d.testing.Store(&name)
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.open.Load()
	if !d.state.Open() {
		if was {
			d.open.Store(false)
			d.over.Store(false)
			d.menu = visit.View{}
			d.screen.Show(d.visit)
		}
		return
	}
	if !was && d.visit.Screen != visit.ScreenStart {
		d.state = staffmenu.State{} // a resident was faster
		return
	}
	d.open.Store(true)
	if v := staffmenu.Look(d.state); !reflect.DeepEqual(v, d.menu) || !was {
		d.menu = v
		if !d.over.Load() {
			d.screen.Show(v)
		}
	}
}

// facts are what the menu has to know of the terminal.
func (d *staffDesk) facts(ctx context.Context) staffmenu.Facts {
	s := d.settings
	f := staffmenu.Facts{Place: s.Terminal.Place, Volume: s.Sound.Volume, Program: plain(buildVersion()), Central: d.line.Status().Online}
	ports := s.Ports()
	for _, name := range staffmenu.Testable {
		if _, named := ports[name]; named || name == "speaker" && s.Sound.Output != "none" {
			f.Devices = append(f.Devices, name)
		}
	}
	d.mu.Lock()
	f.Slip = d.slip.code != "" && time.Since(d.slip.at) < slipKept && s.Printer.Port != ""
	d.mu.Unlock()
	if n, err := d.queue.Pending(ctx); err == nil {
		f.Waiting = n
	}
	f.Documents = versionsText(d.line.Versions(ctx))
	ctx, done := context.WithTimeout(ctx, statusLimit)
	defer done()
	if status, _, err := d.fleet.computer.status(ctx); err == nil {
		f.Appliance, f.Online, f.Address, f.WiFi, f.Image, f.Slot = true, status.Online, status.Address, status.WiFi, status.Image, status.Slot
		if status.Light != nil {
			f.Light = *status.Light
		}
	} else {
		f.Online = f.Central
	}
	return f
}

// judge has the door look at a number.
func (d *staffDesk) judge(number string) staffmenu.Verdict {
	ahead, _ := d.line.Offset()
	door, verdict := d.door.Try(d.file.staffKey(), d.number, time.Now(), ahead, number)
	if door != d.door {
		if err := d.keepDoor(door); err != nil {
			d.log.Error("it is not kept who was let in", "fault", string(faultOf(err)), "error", err)
		}
	}
	d.note("number", string(verdict))
	return verdict
}

// note writes what staff did into the audit log.
func (d *staffDesk) note(what, detail string) {
	d.audit.note("staff", what+" "+detail)
	d.log.Info("staff", "what", what, "detail", detail)
}

// staffKey is the key of the numbers, nil before central has told it.
func (f *identityFile) staffKey() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.current.StaffKey
}

// tell says what came of something that was to be done.
func (d *staffDesk) tell(ctx context.Context, what string, try int, code fault.Code, words string) {
	if code == fault.None {
		d.note(what, "done")
	} else {
		d.note(what, "fault="+string(code))
	}
	d.answer(ctx, staffmenu.Done{Try: try, Fault: code, What: words})
}

// answer posts what must not be lost.
func (d *staffDesk) answer(ctx context.Context, e staffmenu.Event) {
	select {
	case d.events <- e:
	case <-ctx.Done():
	}
}

// say speaks the sentence of the test.
func (d *staffDesk) say() {
	d.devices.Say(visit.Say{Key: "setup", Text: phrase.Text("setup_slip.said"), Locale: phrase.Chinese})
}
