// Package demodata makes a believable year of a community, for demonstrations,
// screenshots and tests of speed: grids with buildings, colleagues with shifts, and what
// residents asked for, from the first of it to how they found it. Nobody in it
// is real, and nobody could be taken for real: people are called 陈甲 or 林乙丑, their
// telephone numbers begin with zeros, and 幸福里 has whatever houses are needed.
//
// The year is played once in the order of its moments, with a clock that is set to each. What
// residents do comes from chances that one seed decides, by season, weekday
// and hour: heating fails in winter, the lift of one house again and again. What happens then
// is done by the very operations that serve: desk's actions, the rules of classify, the
// office of dispatch. They work on a docket in memory (ledger), whose cases are
// loaded into the database once their story is over, fifty thousand in a minute; or, with
// Options.Slowly, on the database itself and through the front door of intake. A test compares
// both: rows of one cannot be told from rows of the other.
package demodata

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/kiosk/phrase"
	"lintai/kiosk/seal"
	"lintai/sync/central/activity"
	"lintai/sync/central/callout"
	"lintai/sync/central/care"
	"lintai/sync/central/intake"
	"lintai/sync/central/live"
	"lintai/sync/central/mediation"
	"lintai/sync/central/points"
	"lintai/sync/central/proposal"
	"lintai/sync/central/resource"
	"lintai/sync/central/sensor"
	"lintai/sync/central/staff"
	"lintai/sync/central/store"
)

// ErrCases is returned for a number of cases that cannot be made.
var ErrCases = errors.New("demodata: the number of cases must be from 0 to 2000000")

// Usual is how many cases a community of this size has in a year.
const Usual = 5000

// Options say what is made.
type Options struct {
	Seed  uint64
	Cases int
	// Until is the end of the year that is made; what is open then stays open.
	Until time.Time
	// Password is everybody's who works there.
	Password string
	// Slowly files every case and does every action in the database, one after another.
	Slowly bool
}

// House is the central that it is made in, which must be new. Its clock is Clock.
type House struct {
	Store      *store.Store
	Clock      *Clock
	Office     *staff.Office
	Receiver   *intake.Receiver
	Key        seal.PublicKey
	Hub        *live.Hub
	Catalog    *catalog.Catalog
	Activities *activity.Keeper
	Ledger     *points.Ledger
	Resources  *resource.Keeper
	Calls      *callout.Keeper
	Care       *care.Keeper
	Mediation  *mediation.Keeper
	Proposals  *proposal.Keeper
	Sensors    *sensor.Keeper
	Terminal   func(ctx context.Context, number int, name string) error
	// Announce changes what residents read at terminals.
	Announce func(ctx context.Context, change func(community.Document) community.Document) error
	Log      *slog.Logger
}

// Made tells what was made.
type Made struct {
	Accounts            []staff.Account // those that can sign in
	Staff               []staff.Account // all
	Cases, Open, Events int
	Calls, Activities   int
	From, Until         time.Time
}

// Make makes it.
func Make(ctx context.Context, h House, o Options) (Made, error) {
	if o.Cases < 0 || o.Cases > 2_000_000 {
		return Made{}, ErrCases
	}
	until := o.Until.In(phrase.Zone).Truncate(time.Minute)
	from := until.AddDate(-1, 0, 0)
	y := &year{house: h, options: o, from: from, until: until, random: rand.New(rand.NewPCG(o.Seed, 0x6C696E746169))}
	h.Clock.Set(from)
	defer h.Clock.Set(until)
	if err := y.settleIn(ctx); err != nil {
		return Made{}, fmt.Errorf("demodata: %w", err)
	}
	if err := y.announce(ctx); err != nil {
		return Made{}, fmt.Errorf("demodata: %w", err)
	}
	if err := y.play(ctx); err != nil {
		return Made{}, fmt.Errorf("demodata: %w", err)
	}
	if err := y.meet(ctx); err != nil {
		return Made{}, fmt.Errorf("demodata: %w", err)
	}
	y.made.From, y.made.Until = from, until
	return y.made, nil
}
