package central

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lintai/sync/central/relay"
	"lintai/sync/central/store"
)

// settingKeys is a digest of the keys by which the processes of one database work: two
// that differ would not open what terminals sealed to the other.
const settingKeys = "keys"

// openStore opens the docket, and makes one where neither docket nor keys are.
func (c *Central) openStore(ctx context.Context) error {
	aside, err := whichThere(c.config.Folder, movingFile, movedFile, restoreName)
	if err != nil {
		return err
	}
	if aside[restoreName] {
		return fmt.Errorf("central: in %s a restore was broken off: call it again", c.config.Folder)
	}
	name := filepath.Join(c.config.Folder, docketFile)
	exists, open, create := store.Exists, store.Open, store.Create
	if c.shared() {
		// Not the address, which may have a password in it.
		name = "the database"
		if _, err := os.Stat(filepath.Join(c.config.Folder, docketFile)); err == nil {
			return fmt.Errorf("central: there is a central.db in %s, and a database is named too: a data folder has one docket", c.config.Folder)
		}
		there := func(string) (bool, error) { return store.ExistsPostgres(ctx, c.config.Database) }
		opened := func(ctx context.Context, _ string) (*store.Store, error) {
			return store.OpenPostgres(ctx, c.config.Database)
		}
		exists, open, create = there, opened, opened
	}
	there, err := exists(name)
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if there {
		if c.store, err = open(ctx, name); err != nil {
			return err
		}
		if err = c.store.CountOn(ctx); err != nil {
			return errors.Join(fmt.Errorf("central: %w", err), c.store.Close())
		}
		return nil
	}
	lost, err := c.keys().Exists()
	switch {
	case err != nil:
		return fmt.Errorf("central: %w", err)
	case !c.shared() && aside[movingFile]:
		return fmt.Errorf("central: the docket of %s is on its way to PostgreSQL: call \"central migrate\" again, which brings it there or back", c.config.Folder)
	case !c.shared() && aside[movedFile]:
		return fmt.Errorf("central: the docket of %s was moved to PostgreSQL: name it with --database; %s is what it was before", c.config.Folder, movedFile)
	case lost && c.shared():
		return fmt.Errorf("central: the database is empty, but there are keys in %s: put the database back from a backup; an empty one is not started over a lost one", c.keys())
	case lost:
		return fmt.Errorf("central: %s is missing, but there are keys in %s: put the database back from a backup, or name the one that it is in with --database; an empty one is not started over a lost one", name, c.keys())
	case c.config.Existing && c.shared():
		return errors.New("central: the database is empty: it was never served")
	case c.config.Existing:
		return fmt.Errorf("central: there is no %s: this is no data folder of central, or it was never served", name)
	}
	c.store, err = create(ctx, name)
	c.Fresh = err == nil
	return err
}

// shared tells whether other processes may be using the docket.
func (c *Central) shared() bool { return c.config.Database != "" }

// checkNewKeys refuses to make keys for a database that has some: they are in another
// process's folder.
func (c *Central) checkNewKeys(ctx context.Context) error {
	if !c.shared() {
		return nil
	}
	digest, err := c.store.Setting(ctx, settingKeys)
	if err == nil && digest != "" {
		err = fmt.Errorf("there are no keys in %s, but the database has been served with some: copy the folder keys from another process of this central", c.keys())
	}
	return err
}

// compareKeys checks that all processes have the same keys. Of two that made their own
// at once one goes on.
func (c *Central) compareKeys(ctx context.Context) error {
	if !c.shared() {
		return nil
	}
	h := sha256.New()
	for _, part := range [][]byte{c.root.DER(), c.signer.Public().(ed25519.PublicKey), []byte(c.card), []byte(c.ring[0].Public().String())} {
		one := sha256.Sum256(part)
		h.Write(one[:])
	}
	digest := hex.EncodeToString(h.Sum(nil))
	standing, err := c.store.ChangeSetting(ctx, settingKeys, "", digest)
	if err == nil && standing != digest {
		err = fmt.Errorf("the keys in %s are not those that the database is served with: copy the folder keys from another process of this central", c.keys())
	}
	return err
}

// join makes this process one of several, where the database allows it. It waits until the
// others are heard, so that no page of this one is told to read all anew for having come a
// moment too soon; a database that keeps it waiting for longer is no reason not to serve.
func (c *Central) join(ctx context.Context) {
	if !c.shared() {
		return
	}
	began := make(chan struct{})
	c.relay = &relay.Relay{Database: c.store, Hub: c.hub, Process: rand.Text(), Here: c.presence.Here, Began: sync.OnceFunc(func() { close(began) }), Log: c.config.Log}
	c.presence.Elsewhere = c.relay.Elsewhere
	c.relaying.Go(c.relay.Run)
	longest := time.NewTimer(relay.DefaultBeat)
	defer longest.Stop()
	select {
	case <-began:
	case <-longest.C:
	case <-ctx.Done():
	}
}

// lockServing keeps a second process from serving the folder, where the docket is in
// it.
func (c *Central) lockServing() (unlock func(), err error) {
	if c.shared() {
		return func() {}, nil
	}
	return lock(filepath.Join(c.config.Folder, "serve.lock"), false)
}
