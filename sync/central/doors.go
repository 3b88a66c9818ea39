package central

import (
	"context"
	"crypto/rand"
	"errors"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/care"
	"lintai/sync/central/channel"
	"lintai/sync/central/console"
	carearea "lintai/sync/central/console/care"
	"lintai/sync/central/docket"
)

// careKeeper keeps the list of those who are looked after, and the diary of visits.
func (c *Central) careKeeper() *care.Keeper {
	return &care.Keeper{Store: c.store, Grids: c.store.Grids, File: c.fileNeed, Clock: c.config.Clock, Log: c.config.Log}
}

// doors are the areas of what is done at people's doors and tables: visits, mediation.
func (c *Central) doors() console.Area {
	return areas{
		&carearea.Area{Keeper: c.careKeeper(), Accounts: c.store.Accounts, Catalog: c.library.catalog.Load, Clock: c.config.Clock},
		c.quarrels(),
		c.bulletin(),
	}
}

// fileNeed makes a case of what a visit found, as if a channel had sent it; the id makes
// it the same case however often it is asked for. Of her who has the need it takes what
// the service's allow-list names.
func (c *Central) fileNeed(ctx context.Context, f care.Filing) (care.Filed, error) {
	before, err := c.store.CaseByID(ctx, f.ID)
	if err == nil {
		return care.Filed{Case: before.Number, Ticket: string(before.Ticket)}, nil
	}
	if !errors.Is(err, docket.ErrNotFound) {
		return care.Filed{}, err
	}
	known := c.library.catalog.Load()
	s, ok := known.Service(f.Service)
	if !ok || !carearea.Fits(s) {
		return care.Filed{}, care.ErrService
	}
	name := phrase.Text("visit.channel")
	from, err := c.ownChannel(ctx, name)
	if err != nil {
		return care.Filed{}, err
	}
	body := request.Request{Service: s.Code, CatalogVersion: known.Version, Channel: &request.Channel{Name: name, Description: f.Text}}
	var person request.Person
	if s.Allows(catalog.Name) {
		person.Name = f.Name
	}
	if s.Allows(catalog.Phone) {
		person.Phone = f.Phone
	}
	if s.Allows(catalog.Address) {
		body.Address = f.Address
	}
	if person != (request.Person{}) {
		body.Person = &person
	}
	_, err = c.channelReceiver().File(ctx, from, channel.Filing{Request: body, ID: f.ID, Content: channel.ContentOf([]string{f.Service, f.Text})})
	if err != nil && !errors.Is(err, channel.ErrIDTaken) && !errors.Is(err, channel.ErrOther) {
		return care.Filed{}, err
	}
	filed, err := c.store.CaseByID(ctx, f.ID)
	return care.Filed{Case: filed.Number, Ticket: string(filed.Ticket)}, err
}

// ownChannel is a channel of the house itself, by its name. Nobody has its key.
func (c *Central) ownChannel(ctx context.Context, name string) (channel.Channel, error) {
	for try := 1; ; try++ {
		all, err := c.store.Channels(ctx)
		if err != nil {
			return channel.Channel{}, err
		}
		for _, one := range all {
			if one.Name == name {
				return one, nil
			}
		}
		key, err := channel.NewKey(rand.Reader)
		if err != nil {
			return channel.Channel{}, err
		}
		own := channel.Channel{Name: name, AddedAt: c.config.Clock().UTC()}
		own.Number, err = c.store.AddChannel(ctx, own, key.Hash())
		if !errors.Is(err, channel.ErrNameTaken) || try > 1 { // another process added it
			return own, err
		}
	}
}
