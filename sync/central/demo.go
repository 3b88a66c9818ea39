package central

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"lintai/kiosk/community"
	"lintai/sync/central/demodata"
	"lintai/sync/central/keyring"
	"lintai/sync/central/points"
	"lintai/sync/central/resource"
	"lintai/sync/central/store"
	"lintai/sync/wire"
)

// ErrNotEmpty is returned for making demo data where something is already.
var ErrNotEmpty = errors.New("central: demo data goes into a new folder or an empty one, and into an empty database, only: nothing was written")

// ErrUnfinished is returned for demo data that was begun here once and cut off.
var ErrUnfinished = errors.New("central: demo data was begun here and never finished: delete this folder, and with --database that database, and make it anew")

// ErrUnfinishedDatabase is returned for a database with demo data that was begun from another
// folder and cut off.
var ErrUnfinishedDatabase = errors.New("central: the database holds demo data that was begun from another folder and never finished: delete that folder, drop the database, make it anew empty, and run this again; nothing was written")

// Demo data that was begun and is not whole yet is marked twice: in the folder before
// anything else is there, for who makes it again, and in the database, for whoever serves
// it. Both marks go last of all.
const (
	unfinishedFile = "demo-unfinished"
	settingDemo    = "demo.unfinished"
)

// warnOfDemo warns of a docket that is half a year.
func (c *Central) warnOfDemo(ctx context.Context) error {
	if c.Fresh {
		return nil // it may be just being made
	}
	_, err := os.Stat(filepath.Join(c.config.Folder, unfinishedFile))
	begun := err == nil
	text, err := c.store.Setting(ctx, settingDemo)
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if begun || text != "" {
		c.config.Log.Warn("the demo data of this docket was never finished: it is not whole, and no community's; delete it and make it anew with \"central demo-data\"")
	}
	return nil
}

// announce publishes another community document.
func (c *Central) announce(ctx context.Context, change func(community.Document) community.Document) error {
	_, _, err := c.publisher().Edit(ctx, wire.DocumentCommunity, c.usualCommunity(), false, func(body []byte) ([]byte, error) {
		d, err := community.Parse(body)
		if err != nil {
			return nil, err
		}
		return json.Marshal(change(*d))
	})
	if err != nil {
		return fmt.Errorf("central: announce: %w", err)
	}
	return c.refresh(ctx)
}

// MakeDemo makes a central with the year of a community in it that does not exist, in a
// folder and a database that are new or empty. Until is now when it is zero.
func MakeDemo(ctx context.Context, config Config, o demodata.Options) (made demodata.Made, err error) {
	there, err := os.ReadDir(config.Folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return made, fmt.Errorf("central: %w", err)
	}
	if slices.ContainsFunc(there, func(e os.DirEntry) bool { return e.Name() == unfinishedFile }) {
		return made, ErrUnfinished
	}
	taken := len(there) > 0
	if config.Database != "" && !taken {
		var begun string
		if taken, begun, err = store.LookPostgres(ctx, config.Database, settingDemo); err != nil {
			return made, fmt.Errorf("central: %w", err)
		}
		if begun != "" {
			return made, ErrUnfinishedDatabase
		}
	}
	if taken {
		return made, ErrNotEmpty
	}
	if o.Until.IsZero() {
		o.Until = time.Now()
	}
	clock := demodata.NewClock(o.Until)
	config.Clock = clock.Now
	if err := keyring.MakeFolder(config.Folder); err != nil {
		return made, fmt.Errorf("central: data folder: %w", err)
	}
	mark := filepath.Join(config.Folder, unfinishedFile)
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		return made, fmt.Errorf("central: %w", err)
	}
	c, err := Open(ctx, config)
	if err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if !c.Fresh {
		return made, errors.Join(ErrNotEmpty, os.Remove(mark)) // another process made it meanwhile
	}
	if err := c.store.PutSetting(ctx, settingDemo, "yes"); err != nil {
		return made, fmt.Errorf("central: %w", err)
	}
	c.store.OnCases(nil) // nobody is to look at each moment of a year; Sweep looks at what is left of it
	made, err = demodata.Make(ctx, demodata.House{
		Store: c.store, Clock: clock, Office: c.office, Receiver: c.receiver, Key: c.PublicKey(), Hub: c.hub,
		Catalog: c.library.catalog.Load(), Activities: c.keeper(), Calls: c.callouts,
		Care: c.careKeeper(), Mediation: c.mediator(), Proposals: c.proposals(), Sensors: c.sensors, Log: c.config.Log,
		Ledger:    &points.Ledger{Store: c.store, Clock: clock.Now, Log: c.config.Log},
		Resources: &resource.Keeper{Store: c.store, Clock: clock.Now, Log: c.config.Log, Moved: c.tellCases},
		Announce:  c.announce,
		Terminal: func(ctx context.Context, number int, name string) error {
			_, err := c.AddTerminal(ctx, number, name)
			return err
		},
	}, o)
	if err != nil {
		return made, err
	}
	if err := c.deadlines.Sweep(ctx); err != nil {
		return made, fmt.Errorf("central: %w", err)
	}
	if err := c.store.PutSetting(ctx, settingDemo, ""); err != nil {
		return made, fmt.Errorf("central: %w", err)
	}
	if err := os.Remove(mark); err != nil {
		return made, fmt.Errorf("central: %w", err)
	}
	return made, nil
}
