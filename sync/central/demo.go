package central

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"lintai/sync/central/demodata"
	"lintai/sync/central/points"
	"lintai/sync/central/resource"
	"lintai/sync/central/store"
)

// ErrNotEmpty is returned for making demo data where something is already.
var ErrNotEmpty = errors.New("central: demo data goes into a new folder or an empty one, and into an empty database, only: nothing was written")

// MakeDemo makes a central with the year of a community in it that does not exist, in a
// folder and a database that are new or empty. Until is now when it is zero.
func MakeDemo(ctx context.Context, config Config, o demodata.Options) (made demodata.Made, err error) {
	there, err := os.ReadDir(config.Folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return made, fmt.Errorf("central: %w", err)
	}
	taken := len(there) > 0
	if config.Database != "" && !taken {
		if taken, err = store.ExistsPostgres(ctx, config.Database); err != nil {
			return made, fmt.Errorf("central: %w", err)
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
	c, err := Open(ctx, config)
	if err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if !c.Fresh {
		return made, ErrNotEmpty // another process made it meanwhile
	}
	c.store.OnCases(nil) // nobody is to look at each moment of a year; Sweep looks at what is left of it
	made, err = demodata.Make(ctx, demodata.House{
		Store: c.store, Clock: clock, Office: c.office, Receiver: c.receiver, Key: c.PublicKey(), Hub: c.hub,
		Catalog: c.library.catalog.Load(), Activities: c.keeper(), Calls: c.callouts,
		Care: c.careKeeper(), Mediation: c.mediator(), Proposals: c.proposals(), Sensors: c.sensors, Log: c.config.Log,
		Ledger:    &points.Ledger{Store: c.store, Clock: clock.Now, Log: c.config.Log},
		Resources: &resource.Keeper{Store: c.store, Clock: clock.Now, Log: c.config.Log, Moved: c.tellCases},
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
	return made, nil
}
