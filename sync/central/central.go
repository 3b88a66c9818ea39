// Package central is the service that terminals report to. It lives in one data
// folder and needs nothing else:
//
//	central.db   the docket (package sqlite), cases, calls, events, change log
//	keys/        the secrets (package keyring), readable by their owner only
//	serve.lock   held while a process serves the folder
//
// A push goes through kioskapi to intake, which commits before it answers; what
// staff do goes through console to desk. Both say on the live hub what they
// committed, and terminals and pages that hold a stream open read it at once.
// Residents' phones read track, other channels open311.
package central

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/keyring"
	"lintai/sync/central/kioskapi"
	"lintai/sync/central/live"
	"lintai/sync/central/sqlite"
	"lintai/sync/wire"
)

// DefaultListen is where central listens unless it is told otherwise.
const DefaultListen = "127.0.0.1:8420"

// Names of settings in the docket: where this central was last served.
const (
	settingAddress = "address"        // where terminals reach it
	settingPublic  = "public_address" // where residents' phones reach it
	// settingCardKey is "made" from when on there must be a card key.
	settingCardKey = "card_key"
	// settingDocumentKey is the same for the document key.
	settingDocumentKey = "document_key"
)

// Config is what Open needs. Only Folder must be set.
type Config struct {
	Folder string
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
}

// Central is an open data folder.
type Central struct {
	config Config
	store  docket.Store
	ring   seal.Ring
	access string
	card   string // the card key, in base64
	hub    *live.Hub
	signer ed25519.PrivateKey
	// library is what central itself serves by: see openLibrary.
	library    library
	refreshing sync.Mutex                // guards library.used
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
	} else if err := os.MkdirAll(config.Folder, 0o700); err != nil {
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
	if err := c.openLibrary(ctx); err != nil {
		return nil, errors.Join(err, c.store.Close())
	}
	return c, nil
}

func (c *Central) keys() keyring.Folder {
	return keyring.Folder(filepath.Join(c.config.Folder, "keys"))
}

func (c *Central) openStore(ctx context.Context) error {
	path := filepath.Join(c.config.Folder, "central.db")
	exists, err := sqlite.Exists(path)
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if exists {
		c.store, err = sqlite.Open(ctx, path)
		return err
	}
	lost, err := c.keys().Exists()
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if lost {
		return fmt.Errorf("central: %s is missing, but there are keys in %s: put the database back from a backup; an empty one is not started over a lost one", path, c.keys())
	}
	if c.config.Existing {
		return fmt.Errorf("central: there is no %s: this is no data folder of central, or it was never served", path)
	}
	c.store, err = sqlite.Create(ctx, path)
	c.Fresh = err == nil
	return err
}

func (c *Central) openKeys(ctx context.Context) error {
	exists, err := c.keys().Exists()
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if !exists {
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
	if c.access, err = c.keys().AccessKey(); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if err := c.openCardKey(ctx); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if err := c.openDocumentKey(ctx); err != nil {
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

// Enrolment is what a terminal must be told to speak with central.
type Enrolment struct {
	Address       string // where the terminal reaches central
	PublicAddress string // what stands in the QR codes of its slips
	Token         string
	PublicKey     seal.PublicKey
	CardKey       string // base64; the same for all terminals
}

// AddTerminal registers a terminal and makes its token, which is shown this
// once; the docket keeps its hash. With renew the terminal must exist, and its
// old token stops.
func (c *Central) AddTerminal(ctx context.Context, number int, name string, renew bool) (Enrolment, error) {
	if number < 1 || number > ticket.MaxTerminal {
		return Enrolment{}, fmt.Errorf("central: the number of a terminal is from 1 to %d, not %d", ticket.MaxTerminal, number)
	}
	name = strings.Join(strings.Fields(name), " ")
	if name == "" && !renew {
		return Enrolment{}, errors.New("central: a terminal needs a name, for staff to know where it stands")
	}
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	e := Enrolment{Token: base64.RawURLEncoding.EncodeToString(secret), PublicKey: c.PublicKey(), CardKey: c.card}
	var err error
	if renew {
		err = c.store.RenewToken(ctx, number, kioskapi.TokenHash(e.Token))
	} else {
		t := docket.Terminal{Number: number, Name: name, AddedAt: c.config.Clock().UTC()}
		err = c.store.AddTerminal(ctx, t, kioskapi.TokenHash(e.Token))
	}
	switch {
	case errors.Is(err, docket.ErrExists):
		return e, fmt.Errorf("central: terminal %d exists; a new token for it replaces the old one (renew)", number)
	case errors.Is(err, docket.ErrNotFound):
		return e, fmt.Errorf("central: there is no terminal %d", number)
	case err != nil:
		return e, fmt.Errorf("central: %w", err)
	}
	e.Address, e.PublicAddress, err = c.Addresses(ctx)
	return e, err
}

// Addresses are where central was last served: for terminals and staff, and
// for residents' phones. Before that they are made of DefaultListen.
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

// remember writes down where central is served.
func (c *Central) remember(ctx context.Context, address, public string) error {
	for name, value := range map[string]string{settingAddress: address, settingPublic: public} {
		if err := c.store.PutSetting(ctx, name, value); err != nil {
			return fmt.Errorf("central: %w", err)
		}
	}
	return nil
}

// SignIn is the address at which staff sign in, with the access key behind #,
// where it is not sent to any server.
func (c *Central) SignIn(address string) string {
	return strings.TrimRight(address, "/") + "/sign-in#" + c.access
}

// CheckAddress tells whether text can be an address of central.
func CheckAddress(text string) error {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("central: the address %q must look like https://central.example.cn", text)
	}
	return nil
}
