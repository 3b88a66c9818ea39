// Package restored is the area of a central that was put back from a backup: what came
// in between the backup and the loss is gone here, though terminals were told that it
// had arrived and wiped it. The page names what is missing by terminal and number, and
// lets the administrator take in terminals whose certificates the docket lost.
package restored

import (
	"context"
	"embed"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	"lintai/sync/central/page"
	"lintai/sync/central/staff"
	"lintai/sync/central/store"
)

//go:embed templates
var files embed.FS

var restoredPage = console.NewPage(files, "templates/restored.html")

// Address is where the page is.
const Address = "/console/restored"

// Area is the area.
type Area struct {
	Store *store.Store
	Clock func() time.Time
	// Admit takes in a terminal by its certificate.
	Admit func(ctx context.Context, serial int64, by string) error
	// Seen notes that what is missing was gone through.
	Seen func(ctx context.Context, by string) error
}

var readers = []staff.Role{staff.Auditor, staff.Administrator}

// Routes are the area's rows. Whom central believes is the administrator's to say.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: Address, Roles: readers, Handler: a.page},
		{Method: "POST", Pattern: Address + "/seen", Roles: []staff.Role{staff.Administrator}, Handler: a.seen},
		{Method: "POST", Pattern: Address + "/certificates/{number}", Roles: []staff.Role{staff.Administrator}, Handler: a.admit},
	}
}

// Menu is empty: the banner leads here, when there is something to see.
func (a *Area) Menu() []console.Entry { return nil }

// Warning is what stands on every page of a central that was put back, until somebody
// has gone through what is missing.
func (a *Area) Warning(ctx context.Context, who staff.Account) (console.Warning, error) {
	r, err := a.Store.Restored(ctx)
	if err != nil || r.Times == 0 || !r.Seen.IsZero() {
		return console.Warning{}, err
	}
	w := console.Warning{Words: phrase.Text("restored.banner", "time", page.When(r.Backup, a.Clock()))}
	if who.Has(readers...) {
		w.Address = Address
	}
	return w, nil
}

// view is the page.
type view struct {
	Restored  store.Restored
	Strays    []store.Stray
	Terminals []lost
	Manages   bool
}

// lost is what is missing of a terminal.
type lost struct {
	docket.Terminal
	Gaps  []store.Gap
	Items int64
	// Sure tells that nothing waits at the terminal, which has spoken since: then what is
	// missing is gone.
	Sure bool
}

func (a *Area) page(r *console.Request) error {
	v := view{Manages: r.Who.Has(staff.Administrator)}
	var err error
	if v.Restored, err = a.Store.Restored(r.Context()); err != nil {
		return err
	}
	if v.Restored.Times == 0 {
		return r.Show(restoredPage, v)
	}
	if v.Strays, err = a.Store.Strays(r.Context()); err != nil {
		return err
	}
	terminals, err := a.Store.Terminals(r.Context())
	if err != nil {
		return err
	}
	healths, err := a.Store.Healths(r.Context())
	if err != nil {
		return err
	}
	for _, t := range terminals {
		l := lost{Terminal: t}
		newest := int64(0)
		if h, told := healths[t.Number]; told && h.Queue != nil && !h.At.Before(v.Restored.At) {
			newest, l.Sure = h.Queue.Newest, h.Queue.Waiting+h.Queue.Attachments == 0
		}
		if l.Gaps, err = a.Store.Gaps(r.Context(), t.Number, newest); err != nil {
			return err
		}
		for _, g := range l.Gaps {
			l.Items += g.Last - g.First + 1
		}
		if len(l.Gaps) > 0 || !l.Sure {
			v.Terminals = append(v.Terminals, l)
		}
	}
	return r.Show(restoredPage, v)
}

func (a *Area) seen(r *console.Request) error {
	if err := a.Seen(r.Context(), r.Who.ID); err != nil {
		return err
	}
	return r.Redirect(Address)
}

func (a *Area) admit(r *console.Request) error {
	serial, err := r.Number("number")
	if err != nil {
		return err
	}
	if err := a.Admit(r.Context(), serial, r.Who.ID); err != nil {
		return err
	}
	return r.Redirect(Address)
}
