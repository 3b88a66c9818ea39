package console

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/readiness"
	"lintai/sync/central/docket"
	"lintai/sync/central/page"
	"lintai/sync/wire"
)

// terminalView is a row of the list of terminals.
type terminalView struct {
	docket.Terminal
	Online bool
	Heard  time.Time
	Clock  string // how wrong its clock is, or ""
	Told   bool   // it said how its devices are
	Queue  *queueView
	Alarm  string // what is wrong with its audit log, or ""
	// Versions are those of what it runs, in the order of staff's interest.
	Versions []labelled
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

func (c *Console) terminals(ctx context.Context) ([]terminalView, error) {
	terminals, err := c.Store.Terminals(ctx)
	if err != nil {
		return nil, err
	}
	healths, err := c.Store.Healths(ctx)
	if err != nil {
		return nil, err
	}
	var all []terminalView
	for _, t := range terminals {
		v := terminalView{Terminal: t}
		if h, told := healths[t.Number]; told {
			v.Told, v.Faults = true, faults(h)
			v.Queue, v.Versions = c.queue(h), versions(h)
			if h.Audit.Alarm != "" {
				v.Alarm = phrase.Text(phrase.ID("alarm."+string(h.Audit.Alarm)), "time", page.When(h.Audit.AlarmAt))
			}
			if c.Clock().Sub(h.At) >= staleHealth {
				v.Stale = h.At
			}
		}
		v.Online, v.Heard = c.Presence.Of(t.Number)
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

func (c *Console) queue(h docket.Health) *queueView {
	if h.Queue == nil {
		return nil
	}
	v := &queueView{Queue: *h.Queue, Empty: h.Queue.Waiting+h.Queue.Attachments == 0}
	if !v.Empty && !v.Oldest.IsZero() {
		v.Age = readiness.Age(c.Clock().Sub(v.Oldest))
	}
	return v
}

// versionOrder is how the versions of a terminal stand on its page; others follow
// by name.
var versionOrder = []string{"program", "catalog", "community", "policy", "prompts", "configuration"}

func versions(h docket.Health) []labelled {
	names := slices.Sorted(maps.Keys(h.Versions))
	place := func(name string) int {
		if i := slices.Index(versionOrder, name); i >= 0 {
			return i
		}
		return len(versionOrder)
	}
	slices.SortStableFunc(names, func(a, b string) int { return place(a) - place(b) })
	var all []labelled
	for _, name := range names {
		if strings.HasSuffix(name, wire.KnownSuffix) {
			continue // it does not run that one
		}
		label := name // a newer terminal runs something that this central does not know
		if id := phrase.ID("version." + name); phrase.Has(id) {
			label = phrase.Text(id)
		}
		all = append(all, labelled{label, h.Versions[name]})
	}
	return all
}

// terminalsPage is how every terminal is, whole.
func (c *Console) terminalsPage(w http.ResponseWriter, r *http.Request, s docket.Session) error {
	all, err := c.terminals(r.Context())
	if err != nil {
		return err
	}
	return c.show(w, r, s, "terminals", "terminals", all)
}

// acknowledgeAudit ends the alarm about a terminal's audit log.
func (c *Console) acknowledgeAudit(w http.ResponseWriter, r *http.Request, _ docket.Session) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	if err := c.Desk.AcknowledgeAudit(r.Context(), int(n)); err != nil {
		return err
	}
	http.Redirect(w, r, "/console/terminals", http.StatusSeeOther)
	return nil
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
