package central

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/community"
	"lintai/kiosk/request"
	"lintai/sync/central/activity"
	"lintai/sync/central/console"
	"lintai/sync/central/console/activities"
	pointsarea "lintai/sync/central/console/points"
	"lintai/sync/central/console/proposals"
	"lintai/sync/central/console/volunteers"
	"lintai/sync/central/live"
	"lintai/sync/central/points"
	"lintai/sync/wire"
)

// answerEvery is how often central looks for what it could not answer when it came:
// because a process ended in between, or staff made something possible since.
const answerEvery = time.Minute

func (c *Central) steward() *points.Steward {
	return &points.Steward{Store: c.store, Hub: c.hub, Clock: c.config.Clock, Log: c.config.Log}
}

func (c *Central) keeper() *activity.Keeper {
	return &activity.Keeper{Store: c.store, Hub: c.hub, Clock: c.config.Clock, Log: c.config.Log}
}

// AnswerRequests answers what terminals can only ask for, points, places and votes, until ctx
// ends; Serve does too. It answers at once, in the order in which requests came.
func (c *Central) AnswerRequests(ctx context.Context) {
	watch := c.hub.Watch(func(w live.Word) bool { return w.Kind == live.Case || w.Kind == live.Everything })
	defer watch.Stop()
	ticks := time.NewTicker(answerEvery)
	defer ticks.Stop()
	steward, keeper, ballots := c.steward(), c.keeper(), c.proposals()
	var asked, cast int64
	var seen activity.Seen
	whole, failed := true, false
	for {
		err := c.settle(ctx, watch.Take(), whole)
		if whole {
			asked, cast, seen = 0, 0, activity.Seen{}
			err = errors.Join(err, c.tendVotes(ctx))
		}
		var points, places, votes error
		asked, points = steward.Delivered(ctx, asked)
		seen, places = keeper.Delivered(ctx, seen)
		cast, votes = ballots.Delivered(ctx, cast)
		if err = errors.Join(err, points, places, votes); err != nil && ctx.Err() == nil && !failed {
			c.config.Log.Error("requests for points, places and votes are not answered", "error", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-watch.Ended():
			return
		case <-ticks.C:
			whole = true
		case <-watch.Signal():
			whole = failed
		}
	}
}

// settle makes points and places follow the cases that went on.
func (c *Central) settle(ctx context.Context, words []live.Word, whole bool) error {
	steward, keeper := c.steward(), c.keeper()
	if whole || slices.ContainsFunc(words, func(w live.Word) bool { return w.Kind == live.Everything }) {
		return errors.Join(steward.Resettle(ctx), keeper.Reseat(ctx))
	}
	var cases []int64
	for _, w := range words {
		if number, err := strconv.ParseInt(w.ID, 10, 64); err == nil {
			cases = append(cases, number)
		}
	}
	return errors.Join(steward.Changed(ctx, cases), keeper.Changed(ctx, cases))
}

// cardToken is the token of an ID card, as terminals make it.
func (c *Central) cardToken(idNumber string) string {
	key, err := base64.StdEncoding.DecodeString(c.card)
	if err != nil {
		return "" // the keyring has read it, so it is in order
	}
	return request.CardToken(key, idNumber)
}

// together are the areas of what the community does together.
func (c *Central) together() console.Area {
	names := func(r *console.Request) (map[string]string, error) {
		all, err := c.store.Accounts(r.Context())
		names := map[string]string{}
		for _, one := range all {
			names[one.ID] = one.Name
		}
		return names, err
	}
	return areas{
		&activities.Area{Keeper: c.keeper(), Docket: c.store, Community: c.library.community.Load, Announce: c.announceActivities, Clock: c.config.Clock},
		&volunteers.Area{Keeper: c.keeper(), Points: c.store, Catalog: c.library.catalog.Load, Token: c.cardToken, Clock: c.config.Clock},
		&pointsarea.Area{Ledger: &points.Ledger{Store: c.store, Clock: c.config.Clock, Log: c.config.Log}, Token: c.cardToken, Accounts: names,
			Offered: c.offersPoints, Offer: c.offerPoints},
		&proposals.Area{Keeper: c.proposals(), Docket: c.store, Token: c.cardToken, Names: names, Announce: c.announceVotes, Clock: c.config.Clock},
	}
}

// offersPoints tells whether terminals have the service of points.
func (c *Central) offersPoints() bool {
	_, ok := c.library.catalog.Load().Service(points.Service)
	return ok
}

// offerPoints publishes the catalogue with the service of points and the goods of today.
func (c *Central) offerPoints(ctx context.Context) error {
	rules, err := c.store.PointsRules(ctx)
	if err != nil {
		return err
	}
	offered, changed, err := points.Offer(*c.library.catalog.Load(), rules)
	if err != nil || !changed {
		return err
	}
	body, err := json.Marshal(offered)
	if err != nil {
		return err
	}
	if _, err = c.Publish(ctx, wire.DocumentCatalog, 0, body); err != nil {
		return fmt.Errorf("central: offer points: %w", err)
	}
	return nil
}

// areas are several as one.
type areas []console.Area

func (all areas) Routes() (routes []console.Route) {
	for _, a := range all {
		routes = append(routes, a.Routes()...)
	}
	return routes
}

func (all areas) Menu() (menu []console.Entry) {
	for _, a := range all {
		menu = append(menu, a.Menu()...)
	}
	return menu
}

// announceActivities publishes the community document with the activities as they are.
func (c *Central) announceActivities(ctx context.Context) error {
	d, changed, err := c.publisher().Edit(ctx, wire.DocumentCommunity, c.usualCommunity(), true, func(body []byte) ([]byte, error) {
		now, err := c.ownPart(ctx, wire.DocumentCommunity, body)
		if err != nil || bytes.Equal(now, body) {
			return nil, err
		}
		return now, nil
	})
	if err != nil {
		return fmt.Errorf("central: announce activities: %w", err)
	}
	if !changed {
		return nil
	}
	c.config.Log.Info("activities announced", "version", d.Version)
	return c.refresh(ctx)
}

// usualCommunity is what terminals have as long as nothing is published.
func (c *Central) usualCommunity() []byte {
	body, err := json.Marshal(c.config.Community)
	if err != nil {
		panic("central: the community document is not JSON: " + err.Error()) // it was read as such
	}
	return body
}

// ownPart puts into a community document what central keeps in it, whoever publishes the
// rest: the activities of staff's list in place of those that stand there under the same
// ids. One that is over, called off or closed is announced no more.
func (c *Central) ownPart(ctx context.Context, kind wire.DocumentKind, body []byte) ([]byte, error) {
	if kind != wire.DocumentCommunity {
		return body, nil
	}
	all, err := c.store.Activities(ctx)
	if err != nil || len(all) == 0 {
		return body, err
	}
	d, err := community.Parse(body)
	if err != nil {
		return nil, err
	}
	announced, changed, err := announce(*d, all, c.config.Clock())
	if err != nil || !changed {
		return body, err
	}
	return announced, nil
}

func announce(d community.Document, all []activity.Activity, now time.Time) (body []byte, changed bool, err error) {
	before := d.Activities
	staffs := map[string]bool{}
	for _, a := range all {
		staffs[a.ID] = true
	}
	d.Activities = slices.DeleteFunc(slices.Clone(before), func(a community.Activity) bool { return staffs[a.ID] || !now.Before(a.End) })
	for _, a := range slices.Backward(all) { // the next one first
		if a.Takes(now) {
			d.Activities = append(d.Activities, community.Activity{ID: a.ID, Name: a.Name, Place: a.Place, Detail: a.Detail,
				Start: a.Start.Truncate(time.Second), End: a.End.Truncate(time.Second)})
		}
	}
	if slices.EqualFunc(before, d.Activities, func(a, b community.Activity) bool {
		return a.ID == b.ID && a.Name == b.Name && a.Place == b.Place && a.Detail == b.Detail && a.Start.Equal(b.Start) && a.End.Equal(b.End)
	}) {
		return nil, false, nil
	}
	// A translation of what is not there any more, or was another text, goes with it.
	texts, old := d.Texts(), (&community.Document{Activities: before}).Texts()
	translations := map[string]map[string]string{}
	for locale, translated := range d.Translations {
		translations[locale] = map[string]string{}
		for path, text := range translated {
			if !strings.HasPrefix(path, "activity.") || texts[path] != "" && texts[path] == old[path] {
				translations[locale][path] = text
			}
		}
	}
	if len(translations) > 0 {
		d.Translations = translations
	}
	d.Version++
	body, err = json.Marshal(d)
	return body, true, err
}
