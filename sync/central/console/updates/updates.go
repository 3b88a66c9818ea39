// Package updates is the area of new versions of terminals' images: which there are, how
// far each has gone, why it stopped, and the buttons by which a person begins it, stops
// it, has it go on or takes it back.
package updates

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/readiness"
	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	"lintai/sync/central/fleet"
	"lintai/sync/central/rollout"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	listPage   = console.NewPage(files, "templates/list.html", "templates/stages.html")
	updatePage = console.NewPage(files, "templates/update.html", "templates/stages.html")
)

// Area is the area.
type Area struct {
	Fleet    *fleet.Keeper
	Accounts func(context.Context) ([]staff.Account, error)
	Clock    func() time.Time
}

var (
	readers       = []staff.Role{staff.Auditor, staff.Administrator}
	administrator = []staff.Role{staff.Administrator}
)

const address = "/console/updates"

// Routes are the area's rows. What runs on terminals is the administrator's to say.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: address, Roles: readers, Handler: a.list},
		{Method: "GET", Pattern: address + "/{version}", Roles: readers, Handler: a.update},
		{Method: "POST", Pattern: address + "/{version}/start", Roles: administrator, Handler: a.start},
		{Method: "POST", Pattern: address + "/{version}/stop", Roles: administrator, Handler: a.change((*fleet.Keeper).Stop)},
		{Method: "POST", Pattern: address + "/{version}/go-on", Roles: administrator, Handler: a.change((*fleet.Keeper).GoOn)},
		{Method: "POST", Pattern: address + "/{version}/withdraw", Roles: administrator, Handler: a.change((*fleet.Keeper).Withdraw)},
	}
}

// Menu leads to the versions.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "rollout.menu", Group: console.Devices, Address: address, Roles: readers}}
}

// listView is the page of all versions.
type listView struct {
	Versions []version
	Notes    []note
}

// version is one of them, in words.
type version struct {
	fleet.Update
	State   string // in words
	Kind    string // state, or "new"
	Size    string
	Stopped string // why, or ""
	Hint    string // what a person should do about it
	Stages  []stage
	Next    string // when the next stage begins, or what it waits for
}

// stage is one of the three.
type stage struct {
	Words, Wait string
	Done, Of    int
	Current     bool
}

type note struct {
	fleet.Note
	Words, Who string
}

func (a *Area) list(r *console.Request) error {
	all, err := a.Fleet.Updates(r.Context())
	if err != nil {
		return err
	}
	var v listView
	for _, u := range all {
		if u.Rollout != nil && !u.Rollout.State.Over() {
			if u, err = a.Fleet.Update(r.Context(), u.Version); err != nil {
				return err
			}
		}
		v.Versions = append(v.Versions, a.words(u))
	}
	if v.Notes, err = a.notes(r.Context(), ""); err != nil {
		return err
	}
	return r.Show(listPage, v)
}

// mostNotes is how many stand on a page.
const mostNotes = 40

// notes are what persons did with versions, or with one.
func (a *Area) notes(ctx context.Context, version string) ([]note, error) {
	notes, err := a.Fleet.Store.FleetNotes(ctx, 0, 0, mostNotes)
	if err != nil {
		return nil, err
	}
	accounts, err := a.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{fleet.Operator: phrase.Text("account.operator")}
	for _, one := range accounts {
		names[one.ID] = one.Name
	}
	var all []note
	for _, n := range notes {
		if version == "" || n.Detail == version {
			all = append(all, note{n, phrase.Text(phrase.ID("fleet_action." + string(n.Action))), names[n.By]})
		}
	}
	return all, nil
}

// words puts a version into words.
func (a *Area) words(u fleet.Update) version {
	v := version{Update: u, Kind: "new", Size: strconv.FormatInt((u.Size+999_999)/1_000_000, 10) + " MB"}
	r := u.Rollout
	if r != nil {
		v.Kind = string(r.State)
	}
	v.State = phrase.Text(phrase.ID("rollout_state." + v.Kind))
	if r == nil || r.State == rollout.Withdrawn {
		return v
	}
	if r.State == rollout.Stopped {
		v.Stopped = phrase.Text(phrase.ID("rollout_reason."+string(r.Reason)), "terminal", strconv.Itoa(r.Culprit))
		v.Hint = phrase.Text("rollout.look")
	}
	for n := rollout.One; n <= rollout.All; n++ {
		s := stage{Words: phrase.Text(phrase.ID("rollout_stage." + []string{"one", "tenth", "all"}[n-1])), Current: n == r.Stage && !r.State.Over()}
		if n < rollout.All {
			s.Wait = phrase.Text("rollout.wait", "time", readiness.Age(r.Waits[n-1]))
		}
		for _, m := range u.Members {
			if m.Stage != n {
				continue
			}
			s.Of++
			if m.Stands == fleet.Proved || m.Stands == fleet.Watched {
				s.Done++
			}
		}
		if n == rollout.All && r.State != rollout.Finished {
			s.Of += u.Left
		}
		v.Stages = append(v.Stages, s)
	}
	v.Next = a.next(u)
	return v
}

// next says when the next stage begins, or whom it waits for.
func (a *Area) next(u fleet.Update) string {
	r := u.Rollout
	if r.State != rollout.Running || r.Stage == rollout.All {
		return ""
	}
	var waits []string
	var last time.Time
	members := 0
	for _, m := range u.Members {
		if m.Excused || m.Stage > r.Stage {
			continue
		}
		members++
		if m.Committed.IsZero() || m.Well.IsZero() {
			if len(waits) < 5 {
				waits = append(waits, strconv.Itoa(m.Kiosk))
			}
			continue
		}
		if at := m.Well.Add(r.Waits[r.Stage-1]); at.After(last) {
			last = at
		}
	}
	switch {
	case members == 0:
		return phrase.Text("rollout.nobody")
	case len(waits) > 0:
		return phrase.Text("rollout.waits", "terminals", strings.Join(waits, phrase.Text("rollout.and")))
	case last.Before(a.Clock()):
		return phrase.Text("rollout.soon")
	}
	return phrase.Text("rollout.next", "time", readiness.Age(last.Sub(a.Clock()).Round(time.Minute)))
}

// oneView is the page of one version.
type oneView struct {
	version
	Members                  []member
	Notes                    []note
	Started                  time.Time
	Starts, Stops, Goes, End bool // what she may press
	FirstHours, TenthHours   int
}

// member is a terminal of a rollout, in words.
type member struct {
	fleet.Member
	Stage, Name, Stands, Ailing string
	Bad                         bool
}

// mostMembers is how many terminals stand on the page, those with trouble first.
const mostMembers = 100

func (a *Area) update(r *console.Request) error {
	u, err := a.Fleet.Update(r.Context(), r.PathValue("version"))
	if errors.Is(err, fleet.ErrNotFound) {
		return docket.ErrNotFound
	}
	if err != nil {
		return err
	}
	v := oneView{version: a.words(u), FirstHours: int(rollout.DefaultFirst.Hours()), TenthHours: int(rollout.DefaultTenth.Hours())}
	if may := r.Who.Has(administrator...); may {
		v.Starts = u.Rollout == nil && u.Here
		v.Stops = v.Kind == string(rollout.Running)
		v.Goes = v.Kind == string(rollout.Stopped)
		v.End = u.Rollout != nil && u.Rollout.State != rollout.Withdrawn
	}
	if u.Rollout != nil {
		v.Started = u.Rollout.Started
	}
	terminals, err := a.Fleet.Store.Terminals(r.Context())
	if err != nil {
		return err
	}
	names := map[int]string{}
	for _, t := range terminals {
		names[t.Number] = t.Name
	}
	for _, bad := range []bool{true, false} {
		for _, m := range u.Members {
			one := member{Member: m, Name: names[m.Kiosk], Stage: phrase.Text(phrase.ID("rollout_stage." + []string{"one", "tenth", "all"}[m.Stage-1])),
				Stands: phrase.Text(phrase.ID("rollout_stands." + string(m.Stands)))}
			one.Bad = m.Stands == fleet.FailedNow || m.Stands == fleet.WentBack || m.Stands == fleet.Ailing
			if one.Bad != bad || len(v.Members) >= mostMembers {
				continue
			}
			if m.Stands == fleet.Ailing {
				for _, code := range rollout.Ailing(m.Terminal, m.Before) {
					one.Ailing += " " + meaning(code)
				}
			}
			v.Members = append(v.Members, one)
		}
	}
	if v.Notes, err = a.notes(r.Context(), u.Version); err != nil {
		return err
	}
	return r.Show(updatePage, v)
}

var errSure = errors.New("updates: nobody is sure")

// start begins a rollout.
func (a *Area) start(r *console.Request) error {
	if r.PostFormValue("sure") != "yes" {
		return console.Refuse(http.StatusBadRequest, "fleet_sure", errSure)
	}
	first := 0
	if text := strings.TrimSpace(r.PostFormValue("first")); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return refused(rollout.ErrUnfit)
		}
		first = n
	}
	var waits [2]time.Duration
	for i, name := range []string{"first_hours", "tenth_hours"} {
		hours, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue(name)))
		if err != nil || hours < 1 || hours > int(rollout.MostWait.Hours()) {
			return refused(rollout.ErrWaits)
		}
		waits[i] = time.Duration(hours) * time.Hour
	}
	if err := a.Fleet.Start(r.Context(), r.PathValue("version"), first, waits, r.Who.ID); err != nil {
		return refused(err)
	}
	return r.Redirect(address + "/" + r.PathValue("version"))
}

// change is what is done to a rollout by one press and a confirmation.
func (a *Area) change(do func(*fleet.Keeper, context.Context, string, string) error) console.Handler {
	return func(r *console.Request) error {
		if r.PostFormValue("sure") != "yes" {
			return console.Refuse(http.StatusBadRequest, "fleet_sure", errSure)
		}
		if err := do(a.Fleet, r.Context(), r.PathValue("version"), r.Who.ID); err != nil {
			return refused(err)
		}
		return r.Redirect(address + "/" + r.PathValue("version"))
	}
}

// refused puts what the fleet refuses into words.
func refused(err error) error {
	for of, words := range map[error]string{
		rollout.ErrUnfit: "rollout_unfit", rollout.ErrWaits: "rollout_waits", rollout.ErrState: "rollout_moved",
		fleet.ErrRunning: "rollout_running", fleet.ErrOlder: "rollout_older", fleet.ErrExists: "rollout_moved", fleet.ErrElsewhere: "rollout_elsewhere",
	} {
		if errors.Is(err, of) {
			return console.Refuse(http.StatusConflict, words, err)
		}
	}
	if errors.Is(err, fleet.ErrNotFound) {
		return docket.ErrNotFound
	}
	return err
}

func meaning(code fault.Code) string {
	if entry, ok := fault.Find(code); ok {
		return entry.Meaning
	}
	return string(code)
}
