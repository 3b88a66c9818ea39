// Package channels is the area of whoever files and hears beside the terminals: the keys
// of channels, and the addresses that are told when something happens to a case.
package channels

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/channel"
	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	"lintai/sync/central/page"
	"lintai/sync/central/staff"
	"lintai/sync/central/webhook"
)

//go:embed templates
var files embed.FS

var (
	listPage  = console.NewPage(files, "templates/list.html")
	shownPage = console.NewPage(files, "templates/shown.html")
)

// Switchboard is what central does with channels. It notes by whom, where auditors read it.
type Switchboard interface {
	Channels(ctx context.Context) ([]channel.Channel, error)
	AddChannel(ctx context.Context, by, name string) (channel.Key, error)
	RevokeChannel(ctx context.Context, by, name string) error
	Subscribe(ctx context.Context, by, name, address string) (int64, webhook.Secret, error)
	Subscriptions(ctx context.Context) ([]webhook.Subscription, error)
	SwitchSubscription(ctx context.Context, by string, number int64, on bool) error
	DropSubscription(ctx context.Context, by string, number int64) error
	TryWebhook(ctx context.Context, number int64) (status int, err error)
}

// Area is the area of channels.
type Area struct {
	Switchboard Switchboard
	// Own tells whether a channel is the house's own, whose key nobody has.
	Own   func(name string) bool
	Clock func() time.Time
}

var administrator = []staff.Role{staff.Administrator}

const address = "/console/channels"

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: address, Roles: administrator, Handler: a.list},
		{Method: "POST", Pattern: address, Roles: administrator, Handler: a.add},
		{Method: "POST", Pattern: address + "/{number}/revoke", Roles: administrator, Handler: a.revoke},
		{Method: "POST", Pattern: address + "/{number}/subscribe", Roles: administrator, Handler: a.subscribe},
		{Method: "POST", Pattern: "/console/webhooks/{number}", Roles: administrator, Handler: a.change},
	}
}

// Menu leads to the list.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "channels.title", Group: console.Running, Address: address, Roles: administrator}}
}

type view struct {
	Channels      []one
	Name, Address string // as they were typed
	Tried         string // what came of a test word
	Well          bool
}

type one struct {
	channel.Channel
	Own, Revoked  bool
	Subscriptions []subscription
}

type subscription struct {
	webhook.Subscription
	Off      bool
	Standing string
}

func (a *Area) view(ctx context.Context) (v view, err error) {
	all, err := a.Switchboard.Channels(ctx)
	if err != nil {
		return v, err
	}
	told, err := a.Switchboard.Subscriptions(ctx)
	if err != nil {
		return v, err
	}
	for _, c := range all {
		o := one{Channel: c, Own: a.Own(c.Name), Revoked: !c.RevokedAt.IsZero()}
		for _, s := range told {
			if s.Channel == c.Number {
				o.Subscriptions = append(o.Subscriptions, subscription{s, !s.DisabledAt.IsZero(), standing(s, a.Clock())})
			}
		}
		v.Channels = append(v.Channels, o)
	}
	return v, nil
}

// reasons are why a subscription is off.
var reasons = map[webhook.Reason]phrase.ID{webhook.Failing: "channels.failing", webhook.Gone: "channels.went", webhook.ByStaff: "channels.by_staff"}

// standing says how a subscription goes.
func standing(s webhook.Subscription, now time.Time) string {
	switch {
	case !s.DisabledAt.IsZero():
		why := ""
		if id, known := reasons[s.Reason]; known {
			why = phrase.Text(id)
		}
		return phrase.Text("channels.off", "time", page.When(s.DisabledAt, now), "reason", why)
	case !s.PausedUntil.IsZero() && s.Failures > 0:
		return phrase.Text("channels.paused", "time", page.When(s.PausedUntil, now), "count", strconv.Itoa(s.Failures), "since", page.When(s.FailingSince, now))
	case s.Failures > 0:
		return phrase.Text("channels.failed", "count", strconv.Itoa(s.Failures), "since", page.When(s.FailingSince, now))
	}
	return phrase.Text("channels.well")
}

func (a *Area) list(r *console.Request) error {
	v, err := a.view(r.Context())
	if err != nil {
		return err
	}
	return r.Show(listPage, v)
}

// shown is a secret, for the only time that it is shown.
type shown struct {
	Name, Address, Key, Secret string
}

func (a *Area) add(r *console.Request) error {
	name := strings.TrimSpace(r.PostFormValue("name"))
	key, err := a.Switchboard.AddChannel(r.Context(), r.Who.ID, strings.ToValidUTF8(name, "\n"))
	switch {
	case errors.Is(err, channel.ErrName):
		return a.refuse(r, "bad_channel", err)
	case errors.Is(err, channel.ErrNameTaken):
		return a.refuse(r, "channel_taken", err)
	case err != nil:
		return err
	}
	return r.Show(shownPage, shown{Name: name, Key: string(key)})
}

// refuse shows the list with what was typed and what is wrong.
func (a *Area) refuse(r *console.Request, words string, wrong error) error {
	v, err := a.view(r.Context())
	if err != nil {
		return err
	}
	v.Name, v.Address = strings.ToValidUTF8(r.PostFormValue("name"), ""), strings.ToValidUTF8(r.PostFormValue("address"), "")
	return r.ShowWith(listPage, v, console.Refuse(http.StatusBadRequest, words, wrong))
}

// find reads the channel of the path. The house's own are no one's to change.
func (a *Area) find(r *console.Request) (channel.Channel, error) {
	number, err := r.Number("number")
	if err != nil {
		return channel.Channel{}, err
	}
	all, err := a.Switchboard.Channels(r.Context())
	if err != nil {
		return channel.Channel{}, err
	}
	for _, c := range all {
		if int64(c.Number) == number && !a.Own(c.Name) {
			return c, nil
		}
	}
	return channel.Channel{}, docket.ErrNotFound
}

func (a *Area) revoke(r *console.Request) error {
	c, err := a.find(r)
	if err != nil {
		return err
	}
	if err := a.Switchboard.RevokeChannel(r.Context(), r.Who.ID, c.Name); err != nil && !errors.Is(err, channel.ErrNotFound) { // it was already
		return err
	}
	return r.Redirect(address)
}

func (a *Area) subscribe(r *console.Request) error {
	c, err := a.find(r)
	if err != nil {
		return err
	}
	to := strings.TrimSpace(r.PostFormValue("address"))
	_, secret, err := a.Switchboard.Subscribe(r.Context(), r.Who.ID, c.Name, strings.ToValidUTF8(to, "\n"))
	switch {
	case errors.Is(err, webhook.ErrAddress):
		return a.refuse(r, "bad_webhook", err)
	case errors.Is(err, channel.ErrNotFound): // revoked
		return docket.ErrNotFound
	case err != nil:
		return err
	}
	return r.Show(shownPage, shown{Name: c.Name, Address: to, Secret: string(secret)})
}

func (a *Area) change(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	do := r.PostFormValue("do")
	switch do {
	case "enable", "disable":
		err = a.Switchboard.SwitchSubscription(r.Context(), r.Who.ID, number, do == "enable")
	case "remove":
		err = a.Switchboard.DropSubscription(r.Context(), r.Who.ID, number)
	case "try":
		return a.try(r, number)
	default:
		return console.ErrForm
	}
	if errors.Is(err, webhook.ErrNotFound) {
		return docket.ErrNotFound
	}
	if err != nil {
		return err
	}
	return r.Redirect(address)
}

// try sends a test word. What came of it stands on the page; nothing else depends on it.
func (a *Area) try(r *console.Request, number int64) error {
	status, err := a.Switchboard.TryWebhook(r.Context(), number)
	if errors.Is(err, webhook.ErrNotFound) {
		return docket.ErrNotFound
	}
	v, failed := a.view(r.Context())
	if failed != nil {
		return failed
	}
	switch code := strconv.Itoa(status); {
	case errors.Is(err, webhook.ErrAddress):
		v.Tried = phrase.Text("channels.tried_private")
	case err != nil:
		v.Tried = phrase.Text("channels.tried_silent")
	case status < 200 || status > 299:
		v.Tried = phrase.Text("channels.tried_refused", "status", code)
	default:
		v.Tried, v.Well = phrase.Text("channels.tried_taken", "status", code), true
	}
	return r.Show(listPage, v)
}
