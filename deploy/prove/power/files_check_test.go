package power_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lintai/kiosk/seal"
	"lintai/offline"
	"lintai/sync/agent"
	service "lintai/sync/central"
	"lintai/sync/central/keyring"
)

// checkIdentity: the terminal is the one it was last, or the one that it was about
// to become, and never nobody once it was somebody.
func checkIdentity(folder string, _ seal.PrivateKey, said []string) error {
	h, err := readHistory(said)
	if err != nil {
		return err
	}
	have := facts{}
	i, err := agent.LoadIdentity(folder)
	switch {
	case err == nil:
		have["identity"] = digest(i.Certificate)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return explain(have, h, func(done []act) facts {
		f := facts{}
		for _, a := range done {
			if a.Do == "identity" {
				f["identity"] = a.Hash
			}
		}
		return f
	})
}

// checkKeys: a central that was told to be there starts, with every key that was
// told to anybody; and one that was cut in its first start starts all the same.
func checkKeys(folder string, _ seal.PrivateKey, said []string) error {
	ctx := context.Background()
	h, err := readHistory(said)
	if err != nil {
		return err
	}
	folder = filepath.Join(folder, "data")
	c, err := service.Open(ctx, service.Config{Folder: folder})
	if err != nil {
		return err
	}
	defer c.Close()
	ring, err := keyring.Folder(filepath.Join(folder, "keys")).Ring()
	if err != nil {
		return err
	}
	known, err := c.Standings(ctx)
	if err != nil {
		return err
	}
	for _, a := range h.acts {
		switch {
		case a.underway:
		case a.Do == "terminal" && len(known) != 1:
			return fmt.Errorf("%d terminals are known", len(known))
		case a.Kind == "document" && digest(c.DocumentKey()) != a.Hash:
			return errors.New("documents are signed with another key")
		case a.Kind == "seal" && !slices.ContainsFunc(ring, func(k seal.PrivateKey) bool { return digest([]byte(k.Public().String())) == a.Hash }):
			return fmt.Errorf("the key that terminals seal to is not among the %d of the ring", len(ring))
		}
	}
	return nil
}

// checkSalvage: what can be salvaged is in the queue, or can still be salvaged.
func checkSalvage(folder string, key seal.PrivateKey, said []string) error {
	ctx := context.Background()
	h, err := readHistory(said)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(h.acts, func(a act) bool { return a.Do == "salvage" })
	if at < 0 {
		return nil // the damage is not done yet
	}
	path := filepath.Join(folder, offline.FileName)
	q, err := offline.Open(path, key.Public(), time.Now)
	if err != nil && h.promised("salvage") {
		return err
	}
	if err != nil {
		if _, err = offline.Salvage(ctx, path, path, time.Now); err != nil {
			return fmt.Errorf("salvaged again: %w", err)
		}
		q, err = offline.Open(path, key.Public(), time.Now)
	}
	if err != nil {
		return err
	}
	if err := q.Close(); err != nil {
		return err
	}
	have, err := entries(ctx, path)
	if err != nil {
		return err
	}
	if !slices.Equal(have, h.acts[at].Items) {
		return fmt.Errorf("%d items are there, %d could be salvaged", len(have), len(h.acts[at].Items))
	}
	return sound(path)
}

// TestPowerCutLeavesFilesWhole is the proof for what is written beside the
// databases, and for a salvage, which moves them.
func TestPowerCutLeavesFilesWhole(t *testing.T) {
	for role, holds := range map[string]check{"identity": checkIdentity, "keys": checkKeys, "salvage": checkSalvage} {
		t.Run(role, func(t *testing.T) {
			total := proof(t, role, holds, *cuts/20)
			t.Logf("%s: %d cuts, %d disks, %d promises broken", role, total.cuts, total.images, len(total.broken))
		})
	}
}
