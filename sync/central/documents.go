package central

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/kiosk/seal"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/publish"
	"lintai/sync/wire"
)

// documentsEvery is how often a serving central looks whether another process,
// "central document publish", has published something.
const documentsEvery = time.Second

// library is the catalogue and the community that central itself goes by: those
// that terminals are given. Published ones win over the files of the command line,
// and these over the built-in ones.
type library struct {
	catalog   atomic.Pointer[catalog.Catalog]
	community atomic.Pointer[community.Document]
	// used are the versions that were read last; only refresh uses it.
	used map[wire.DocumentKind]int64
}

// openDocumentKey reads the key that signs documents, and makes one in a folder
// that never had one.
func (c *Central) openDocumentKey(ctx context.Context) error {
	made, err := c.store.Setting(ctx, settingDocumentKey)
	if err != nil {
		return err
	}
	exists, err := c.keys().HasDocumentKey()
	if err != nil {
		return err
	}
	switch {
	case !exists && made != "":
		return fmt.Errorf("the document key is missing in %s: put it back from a backup; terminals accept no document that is signed with another one", c.keys())
	case !exists:
		if err := c.keys().CreateDocumentKey(); err != nil {
			return err
		}
	}
	if made == "" {
		if err := c.store.PutSetting(ctx, settingDocumentKey, "made"); err != nil {
			return err
		}
	}
	c.signer, err = c.keys().DocumentKey()
	return err
}

// DocumentKey is what terminals verify documents with.
func (c *Central) DocumentKey() ed25519.PublicKey {
	return c.signer.Public().(ed25519.PublicKey)
}

func (c *Central) publisher() *publish.Publisher {
	return &publish.Publisher{Store: c.store, Key: c.signer, SealKey: c.PublicKey, Own: c.ownPart, Hub: c.hub, Clock: c.config.Clock, Log: c.config.Log}
}

// Publish signs a document for all terminals, or for one when kiosk is not 0.
func (c *Central) Publish(ctx context.Context, kind wire.DocumentKind, kiosk int, body []byte) (docket.Document, error) {
	d, err := c.publisher().Publish(ctx, kind, kiosk, body)
	if err != nil {
		return d, err
	}
	return d, c.refresh(ctx)
}

// Withdraw takes the newest document of a kind back.
func (c *Central) Withdraw(ctx context.Context, kind wire.DocumentKind, kiosk int) (docket.Document, error) {
	d, err := c.publisher().Withdraw(ctx, kind, kiosk)
	if err != nil {
		return d, err
	}
	return d, c.refresh(ctx)
}

// Documents lists all documents, and the newest versions that terminals have.
func (c *Central) Documents(ctx context.Context) ([]docket.Document, map[wire.DocumentKind]docket.ToldVersion, error) {
	all, err := c.store.Documents(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("central: %w", err)
	}
	told, err := c.store.ToldVersions(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("central: %w", err)
	}
	return all, told, nil
}

// RotateSealKey makes a new seal key and publishes it to all terminals. What is
// sealed to an older one still opens. When the key was made and publishing failed,
// calling it with again publishes that key.
func (c *Central) RotateSealKey(ctx context.Context, again bool) (seal.PublicKey, []docket.Document, error) {
	if !again {
		if _, err := c.keys().Rotate(); err != nil {
			return seal.PublicKey{}, nil, fmt.Errorf("central: %w", err)
		}
	}
	if _, err := c.readRing(); err != nil {
		return seal.PublicKey{}, nil, fmt.Errorf("central: %w", err)
	}
	signed, err := c.publisher().Reconfigure(ctx)
	return c.PublicKey(), signed, err
}

// readRing reads the keys anew: another process may have made one.
func (c *Central) readRing() (seal.Ring, error) {
	ring, err := c.keys().Ring()
	if err == nil {
		c.rotated.Store(&ring)
	}
	return ring, err
}

// openLibrary reads what was published.
func (c *Central) openLibrary(ctx context.Context) error {
	c.library.used = map[wire.DocumentKind]int64{}
	c.library.catalog.Store(c.config.Catalog)
	c.library.community.Store(c.config.Community)
	return c.refresh(ctx)
}

// refresh takes up the newest published catalogue and community.
func (c *Central) refresh(ctx context.Context) error {
	all, err := c.store.Documents(ctx)
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	c.refreshing.Lock()
	defer c.refreshing.Unlock()
	if _, err := c.readRing(); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	for _, d := range docket.InForce(all, 0) {
		if c.library.used[d.Kind] == d.Version || d.Kind != wire.DocumentCatalog && d.Kind != wire.DocumentCommunity {
			continue
		}
		body, err := publish.Body(ctx, c.store, d.Document)
		if err != nil {
			return fmt.Errorf("central: %w", err)
		}
		if err = d.Verify(c.DocumentKey(), body); err == nil {
			err = c.library.take(d.Kind, body)
		}
		// One that this program cannot use, because it was published by a newer one,
		// must not keep central from serving.
		if err != nil {
			c.config.Log.Error("a published document is not used by central itself", "kind", string(d.Kind), "version", d.Version, "error", err)
		}
		c.library.used[d.Kind] = d.Version
	}
	return nil
}

func (l *library) take(kind wire.DocumentKind, body []byte) error {
	switch kind {
	case wire.DocumentCatalog:
		document, err := catalog.Parse(body)
		if err != nil {
			return err
		}
		l.catalog.Store(document)
	case wire.DocumentCommunity:
		document, err := community.Parse(body)
		if err != nil {
			return err
		}
		l.community.Store(document)
	}
	return nil
}

// watchDocuments tells terminals of what another process publishes, until the
// context ends.
func (c *Central) watchDocuments(ctx context.Context) {
	ticks := time.NewTicker(documentsEvery)
	defer ticks.Stop()
	known, failed := -1, false
	for {
		count, err := c.store.CountDocuments(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if !failed {
				c.config.Log.Error("published documents are not looked for", "error", err)
			}
		case count != known:
			if err = c.refresh(ctx); err != nil && !errors.Is(err, context.Canceled) && !failed {
				c.config.Log.Error("published documents are not used", "error", err)
			}
			if err == nil {
				if known >= 0 {
					c.hub.Publish(live.Word{Kind: live.Documents})
				}
				known = count
			}
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}
