// Package central is the service that terminals report to. It lives in one data
// folder and needs nothing else:
//
//	central.db   the docket (package store), cases, calls, events, change log
//	keys/        the secrets (package keyring), readable by their owner only
//	updates/     bundles of terminals' images, each under its hash
//	serve.lock   held while a process serves the folder
//
// The docket may be in a PostgreSQL database instead, which several processes serve,
// each with the same keys; package relay has them hear of what the others commit.
//
// A push goes through kioskapi to intake, which commits before it answers; what
// staff do goes through console to desk. Both say on the live hub what they
// committed, and terminals and pages that hold a stream open read it at once.
// Residents' phones read track, other channels open311.
package central

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/kiosk/seal"
	"lintai/sync/central/authority"
	"lintai/sync/central/callout"
	"lintai/sync/central/deadline"
	"lintai/sync/central/deviceapi"
	"lintai/sync/central/dispatch"
	"lintai/sync/central/fleet"
	"lintai/sync/central/insight"
	"lintai/sync/central/intake"
	"lintai/sync/central/jobs"
	"lintai/sync/central/keyring"
	"lintai/sync/central/kioskapi"
	"lintai/sync/central/live"
	"lintai/sync/central/metrics"
	"lintai/sync/central/relay"
	"lintai/sync/central/sensor"
	"lintai/sync/central/staff"
	"lintai/sync/central/store"
	"lintai/sync/wire"
)

// Where central listens unless it is told otherwise: for staff, residents' phones
// and other channels, and for terminals.
const (
	DefaultListen      = "127.0.0.1:8420"
	DefaultKioskListen = "127.0.0.1:8421"
)

// Names of settings in the docket: where this central was last served.
const (
	settingAddress = "address"        // where it listens
	settingPublic  = "public_address" // where staff and residents' phones reach it
	settingKiosk   = "kiosk_address"  // where terminals reach it
	// settingCardKey is "made" from when on there must be a card key.
	settingCardKey = "card_key"
	// settingDocumentKey is the same for the document key.
	settingDocumentKey = "document_key"
)

// Config is what Open needs. Only Folder must be set.
type Config struct {
	Folder string
	// Database is the address of a PostgreSQL database (postgres://…) for the docket, which
	// several processes may serve, each with a copy of the folder "keys"; empty for
	// a file in the folder.
	Database string
	// Catalog and Community are what central goes by as long as none was published:
	// catalog.Default() and community.Default() when nil. Published documents win.
	Catalog   *catalog.Catalog
	Community *community.Document // names places and activities
	Clock     func() time.Time
	Log       *slog.Logger
	// Heartbeat of the streams; wire.Heartbeat when zero.
	Heartbeat time.Duration
	// Existing refuses a folder without a docket instead of making one.
	Existing bool
	// Version of the program, for metrics.
	Version string
}

// Central is an open data folder.
type Central struct {
	config Config
	store  *store.Store
	ring   seal.Ring
	card   string // the card key, in base64
	hub    *live.Hub
	signer ed25519.PrivateKey
	root   *authority.Root
	door   *authority.Door

	office *staff.Office

	queue     *jobs.Queue
	deadlines *deadline.Keeper
	callouts  *callout.Keeper
	dispatch  *dispatch.Office
	insight   *insight.Keeper
	sensors   *sensor.Keeper
	devices   *deviceapi.Door
	fleet     *fleet.Keeper

	// Both doors, the public one and that of the terminals, work with these.
	receiver *intake.Receiver
	presence *kioskapi.Presence
	relay    *relay.Relay // nil where there are no other processes
	relaying sync.WaitGroup
	// library is what central itself serves by: see openLibrary.
	library    library
	refreshing sync.Mutex // guards library.used
	readiness  readiness
	metrics    *metrics.Metrics
	rotated    atomic.Pointer[seal.Ring] // read since, because another key was published
	// Fresh tells that Open made the folder's docket and keys.
	Fresh bool
}

// Open opens a data folder, and makes docket and keys in an empty one. A folder
// in which one of the two is missing is refused: it lost something.
func Open(ctx context.Context, config Config) (*Central, error) {
	if config.Catalog == nil {
		config.Catalog = catalog.Default()
	}
	if config.Community == nil {
		config.Community = community.Default()
	}
	if config.Clock == nil {
		config.Clock = time.Now
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Heartbeat == 0 {
		config.Heartbeat = wire.Heartbeat
	}
	if config.Folder == "" {
		return nil, errors.New("central: no data folder given")
	}
	if config.Existing {
		if _, err := os.Stat(config.Folder); err != nil {
			return nil, fmt.Errorf("central: data folder: %w", err)
		}
	} else if err := keyring.MakeFolder(config.Folder); err != nil {
		return nil, fmt.Errorf("central: data folder: %w", err)
	}
	// Two processes may open a new folder at once: "serve" and "kiosk add".
	unlock, err := lock(filepath.Join(config.Folder, "setup.lock"), true)
	if err != nil {
		return nil, err
	}
	defer unlock()
	c := &Central{config: config, hub: live.NewHub()}
	if err := c.openStore(ctx); err != nil {
		return nil, err
	}
	if err := c.openKeys(ctx); err != nil {
		return nil, errors.Join(err, c.store.Close())
	}
	if err := c.openOffice(ctx); err != nil {
		return nil, errors.Join(err, c.store.Close())
	}
	if err := c.openLibrary(ctx); err != nil {
		return nil, errors.Join(err, c.store.Close())
	}
	if err := c.openJobs(ctx); err != nil {
		return nil, errors.Join(err, c.store.Close())
	}
	c.receiver = &intake.Receiver{Store: c.store, Ring: c.ring, Keys: c.readRing, Hub: c.hub, Clock: config.Clock, Log: config.Log}
	c.presence = kioskapi.NewPresence(c.store, c.hub, config.Clock, config.Log)
	c.readiness.ask = c.store.Ready
	c.metrics = metrics.New(config.Version, c.store.Database(), c.figures, config.Log)
	if err := c.warnOfDemo(ctx); err != nil {
		return nil, errors.Join(err, c.store.Close())
	}
	c.join(ctx)
	return c, nil
}

func (c *Central) keys() keyring.Folder {
	return keyring.Folder(filepath.Join(c.config.Folder, "keys"))
}

func (c *Central) openKeys(ctx context.Context) error {
	exists, err := c.keys().Exists()
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if !exists {
		if err := c.checkNewKeys(ctx); err != nil {
			return fmt.Errorf("central: %w", err)
		}
		// A docket without terminals never gave its key to anybody.
		terminals, err := c.store.Terminals(ctx)
		if err != nil {
			return fmt.Errorf("central: %w", err)
		}
		if len(terminals) > 0 {
			return fmt.Errorf("central: there are no keys in %s, but %d terminals seal to them: put the keys back from a backup", c.keys(), len(terminals))
		}
		if err := c.keys().Create(); err != nil {
			return fmt.Errorf("central: %w", err)
		}
		c.Fresh = true
	}
	if c.ring, err = c.keys().Ring(); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if err := c.openCardKey(ctx); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if err := c.openDocumentKey(ctx); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if err := c.openRoot(ctx); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if err := c.compareKeys(ctx); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	box, err := c.keys().Box()
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if err := c.store.KeepSecrets(ctx, box); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	return nil
}

// openCardKey reads the card key, and makes one in a folder that never had one: a
// new folder, or one of a central from before there were card keys.
func (c *Central) openCardKey(ctx context.Context) error {
	made, err := c.store.Setting(ctx, settingCardKey)
	if err != nil {
		return err
	}
	exists, err := c.keys().HasCardKey()
	if err != nil {
		return err
	}
	switch {
	case !exists && made != "":
		return fmt.Errorf("the card key is missing in %s: put it back from a backup; with another one no card finds the requests that were made with it", c.keys())
	case !exists:
		if err := c.keys().CreateCardKey(); err != nil {
			return err
		}
	}
	if made == "" {
		if err := c.store.PutSetting(ctx, settingCardKey, "made"); err != nil {
			return err
		}
	}
	c.card, err = c.keys().CardKey()
	return err
}

// Close ends all streams and closes the docket.
func (c *Central) Close() error {
	c.hub.Close()
	c.hub.Wait() // they read the docket
	c.relaying.Wait()
	return c.store.Close()
}

// PublicKey is what terminals seal to: the newest key.
func (c *Central) PublicKey() seal.PublicKey {
	ring := c.ring
	if rotated := c.rotated.Load(); rotated != nil {
		ring = *rotated
	}
	return ring[len(ring)-1].Public()
}

// Addresses are where central was last served: its own address, and the one for
// staff and residents' phones. Before that they are made of DefaultListen.
func (c *Central) Addresses(ctx context.Context) (address, public string, err error) {
	if address, err = c.store.Setting(ctx, settingAddress); err != nil {
		return "", "", fmt.Errorf("central: %w", err)
	}
	if public, err = c.store.Setting(ctx, settingPublic); err != nil {
		return "", "", fmt.Errorf("central: %w", err)
	}
	if address == "" {
		address = "http://" + DefaultListen
	}
	if public == "" {
		public = address
	}
	return address, public, nil
}

// KioskAddress is where the door for terminals was last served. Before that it is
// made of DefaultKioskListen.
func (c *Central) KioskAddress(ctx context.Context) (string, error) {
	address, err := c.store.Setting(ctx, settingKiosk)
	if err != nil {
		return "", fmt.Errorf("central: %w", err)
	}
	if address == "" {
		address = "https://" + DefaultKioskListen
	}
	return address, nil
}

// remember writes down where central is served.
func (c *Central) remember(ctx context.Context, name, address string) error {
	if err := c.store.PutSetting(ctx, name, address); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	return nil
}

// CheckKioskAddress tells whether text can be the address of central's door for
// terminals.
func CheckKioskAddress(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("central: the address %q must look like https://central.example.cn:8421", text)
	}
	return nil
}

// CheckAddress tells whether text can be an address of central.
func CheckAddress(text string) error {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("central: the address %q must look like https://central.example.cn", text)
	}
	return nil
}
