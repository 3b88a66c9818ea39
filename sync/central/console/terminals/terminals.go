// Package terminals is the area of the terminals themselves: who is on line, what
// waits in their queues, which devices need somebody.
package terminals

import (
	"context"
	"embed"
	"maps"
	"slices"
	"strings"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/readiness"
	"lintai/sync/central/console"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/fleet"
	"lintai/sync/central/kioskapi"
	"lintai/sync/central/page"
	"lintai/sync/central/staff"
	"lintai/sync/wire"
)

//go:embed templates
var files embed.FS

var (
	terminalsPage = console.NewPage(files, "templates/terminals.html", "templates/card.html")
	terminalPage  = console.NewPage(files, "templates/terminal.html", "templates/card.html")
	logPage       = console.NewPage(files, "templates/log.html")
	numberPage    = console.NewPage(files, "templates/number.html")
)

// Area is the area of the terminals.
type Area struct {
	Store    docket.Store
	Desk     *desk.Desk
	Presence *kioskapi.Presence
	Fleet    *fleet.Keeper
	Accounts func(context.Context) ([]staff.Account, error)
	Clock    func() time.Time
}

// Who sees terminals, and who is shown the number that opens a staff menu.
var (
	readers       = []staff.Role{staff.Clerk, staff.Worker, staff.Auditor, staff.Administrator}
	keepers       = []staff.Role{staff.Clerk, staff.Administrator}
	administrator = []staff.Role{staff.Administrator}
)

// Routes are the area's rows. An alarm about an audit log is the administrator's to
// end: somebody had a hand in the terminal. So is what is asked of a terminal, and what
// its log says; a clerk may open the staff menu of the terminal beside her.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: "/console/terminals", Roles: readers, Handler: a.page},
		{Method: "GET", Pattern: "/console/terminals/{number}", Roles: readers, Handler: a.terminal},
		{Method: "POST", Pattern: "/console/terminals/{number}/audit", Roles: administrator, Handler: a.acknowledgeAudit},
		{Method: "POST", Pattern: "/console/terminals/{number}/orders", Roles: administrator, Handler: a.ask},
		{Method: "POST", Pattern: "/console/terminals/{number}/logs/{order}", Roles: administrator, Handler: a.log},
		{Method: "POST", Pattern: "/console/terminals/{number}/staff-number", Roles: keepers, Handler: a.number},
	}
}

// Menu leads to the terminals.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "console.terminals", Group: console.Devices, Address: "/console/terminals", Roles: readers}}
}

// View is a terminal as it is listed.
type View struct {
	docket.Terminal
	Online bool
	Heard  time.Time
	Clock  string // how wrong its clock is, or ""
	Told   bool   // it said how its devices are
	Area   string // the name of the grid in which it stands, or ""
	Queue  *queueView
	Alarm  string // what is wrong with its audit log, or ""
	// Computer is what it says of itself as one, nil where it is no appliance.
	Computer *computer
	// Versions are those of what it runs, in the order of staff's interest.
	Versions []readable.Labelled
	// Faults are its devices that somebody should see to; Stale is when it said
	// so, when that was long ago.
	Faults []deviceView
	Stale  time.Time
}

// queueView is what waits in a terminal's queue.
type queueView struct {
	docket.Queue
	Empty bool   // central has all of it
	Age   string // of what waits longest, or ""
}

// deviceView is a device with something wrong, in words.
type deviceView struct {
	Name    string
	Meaning string
	Cure    string
	Serious bool // residents cannot use it
	Since   time.Time
}

// staleHealth is after how long a word on devices is told with its time.
const staleHealth = 2 * wire.HealthEvery

// wrongClock is what is worth telling.
const wrongClock = time.Minute

// Views are all terminals.
func (a *Area) Views(ctx context.Context) ([]View, error) {
	terminals, err := a.Store.Terminals(ctx)
	if err != nil {
		return nil, err
	}
	healths, err := a.Store.Healths(ctx)
	if err != nil {
		return nil, err
	}
	book, err := a.Fleet.Store.Grids(ctx)
	if err != nil {
		return nil, err
	}
	var all []View
	for _, t := range terminals {
		v := View{Terminal: t}
		if g, ok := book.OfTerminal(t); ok {
			v.Area = g.Name
		}
		if h, told := healths[t.Number]; told {
			v.Told, v.Faults = true, faults(h)
			v.Queue, v.Versions = a.queue(h), versions(h)
			v.Computer = computerOf(h, a.Clock())
			if h.Audit.Alarm != "" {
				v.Alarm = phrase.Text(phrase.ID("alarm."+string(h.Audit.Alarm)), "time", page.When(h.Audit.AlarmAt, a.Clock()))
			}
			if a.Clock().Sub(h.At) >= staleHealth {
				v.Stale = h.At
			}
		}
		v.Online, v.Heard = a.Presence.Of(t.Number)
		if v.Heard.Before(t.LastContact) {
			v.Heard = t.LastContact
		}
		if off := t.ClockOffset.Abs(); off >= wrongClock {
			v.Clock = readiness.Age(off)
		}
		all = append(all, v)
	}
	return all, nil
}

func (a *Area) queue(h docket.Health) *queueView {
	if h.Queue == nil {
		return nil
	}
	v := &queueView{Queue: *h.Queue, Empty: h.Queue.Waiting+h.Queue.Attachments == 0}
	if !v.Empty && !v.Oldest.IsZero() {
		v.Age = readiness.Age(a.Clock().Sub(v.Oldest))
	}
	return v
}

// versionOrder is how the versions of a terminal stand on its page; others follow
// by name.
var versionOrder = []string{"program", "catalog", "community", "policy", "prompts", "configuration"}

func versions(h docket.Health) []readable.Labelled {
	names := slices.Sorted(maps.Keys(h.Versions))
	place := func(name string) int {
		if i := slices.Index(versionOrder, name); i >= 0 {
			return i
		}
		return len(versionOrder)
	}
	slices.SortStableFunc(names, func(a, b string) int { return place(a) - place(b) })
	var all []readable.Labelled
	for _, name := range names {
		if strings.HasSuffix(name, wire.KnownSuffix) {
			continue // it does not run that one
		}
		label := name // a newer terminal runs something that this central does not know
		if id := phrase.ID("version." + name); phrase.Has(id) {
			label = phrase.Text(id)
		}
		all = append(all, readable.Labelled{Label: label, Text: h.Versions[name]})
	}
	return all
}

// acknowledgeAudit ends the alarm about a terminal's audit log.
func (a *Area) acknowledgeAudit(r *console.Request) error {
	n, err := r.Number("number")
	if err != nil {
		return err
	}
	if err := a.Desk.AcknowledgeAudit(r.Context(), int(n)); err != nil {
		return err
	}
	return r.Redirect("/console/terminals")
}

// faults puts what is wrong with a terminal's devices into words. What this
// central has no words for is told by its code: a newer terminal said it.
func faults(h docket.Health) []deviceView {
	var all []deviceView
	for _, d := range h.Devices {
		if d.Fault == fault.None {
			continue
		}
		v := deviceView{Name: d.Name, Meaning: string(d.Fault), Since: d.Since, Serious: true}
		if id := phrase.ID("device." + d.Name); phrase.Has(id) {
			v.Name = phrase.Text(id)
		}
		if entry, ok := fault.Find(d.Fault); ok {
			v.Meaning, v.Cure, v.Serious = entry.Meaning, entry.Cure, entry.Severity > fault.Notice
		}
		all = append(all, v)
	}
	return all
}
