package power_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"lintai/offline"
	"lintai/sync/agent"
	service "lintai/sync/central"
	"lintai/sync/wire"
)

// useIdentity is a terminal whose certificate is renewed again and again. Its
// central's folder is not recorded.
func useIdentity(t task) {
	ctx := context.Background()
	elsewhere, err := os.MkdirTemp("", "power")
	must(err)
	defer os.RemoveAll(elsewhere)
	c, err := service.Open(ctx, service.Config{Folder: elsewhere})
	must(err)
	_, err = c.AddTerminal(ctx, kioskNumber, "大厅")
	must(err)
	terminal := &actor{name: "terminal"}
	for range 6 {
		i, err := agent.Introduce(kioskNumber, func(request []byte) (wire.EnrolAnswer, error) { return c.Admit(ctx, kioskNumber, request) })
		must(err)
		terminal.promise(act{Do: "identity", Hash: digest(i.Certificate)}, func() error { return i.Save(t.folder) })
	}
	must(c.Close())
}

// useKeys is the first start of a central, and the changes of its keys after it.
func useKeys(t task) {
	ctx := context.Background()
	operator := &actor{name: "operator"}
	tell := func(c *service.Central) {
		operator.promise(act{Do: "key", Kind: "seal", Hash: digest([]byte(c.PublicKey().String()))}, func() error { return nil })
		operator.promise(act{Do: "key", Kind: "document", Hash: digest(c.DocumentKey())}, func() error { return nil })
	}
	for range 2 {
		var c *service.Central
		operator.promise(act{Do: "open"}, func() (err error) {
			c, err = service.Open(ctx, service.Config{Folder: filepath.Join(t.folder, "data")})
			return err
		})
		tell(c)
		all, err := c.Standings(ctx)
		must(err)
		if len(all) == 0 {
			operator.promise(act{Do: "terminal", Version: kioskNumber}, func() error {
				_, err := c.AddTerminal(ctx, kioskNumber, "大厅")
				return err
			})
		}
		operator.promise(act{Do: "rotate"}, func() error {
			_, _, err := c.RotateSealKey(ctx, false)
			return err
		})
		must(c.Close())
	}
}

// useSalvage is a technician who has a damaged queue salvaged.
func useSalvage(t task) {
	ctx := context.Background()
	path := filepath.Join(t.folder, offline.FileName)
	must(offline.Create(path, time.Now))
	random := mathrand.New(mathrand.NewPCG(t.seed, 1))
	quiet := &actor{name: "visitor"}
	for range 2 {
		q, err := offline.Open(path, t.key.Public(), time.Now)
		must(err)
		visits(quiet, q, random, 4)
		calls(quiet, q, 2)
		log, err := os.ReadFile(path + "-wal")
		must(err)
		must(q.Close())
		must(writeSynced(path+"-wal", log)) // as if it had been left to itself
	}
	whole, err := os.ReadFile(path)
	must(err)
	log, err := os.ReadFile(path + "-wal")
	must(err)
	damaged, expected := damage(t, random, whole, log)
	must(writeSynced(path, damaged))
	technician := &actor{name: "technician"}
	technician.promise(act{Do: "salvage", Items: expected}, func() error {
		_, err := offline.Salvage(ctx, path, path, time.Now)
		return err
	})
}

// damage overwrites a page, so that the queue does not open and something of it can
// be salvaged: what, is tried on a copy.
func damage(t task, random *mathrand.Rand, whole, log []byte) ([]byte, []item) {
	ctx := context.Background()
	const page = 4096
	for _, n := range random.Perm(len(whole)/page - 1) {
		damaged := bytes.Clone(whole)
		rand.Read(damaged[(n+1)*page : (n+2)*page])
		elsewhere, err := os.MkdirTemp("", "power")
		must(err)
		defer os.RemoveAll(elsewhere)
		path := filepath.Join(elsewhere, offline.FileName)
		must(writeSynced(path, damaged))
		must(writeSynced(path+"-wal", log))
		if q, err := offline.Open(path, t.key.Public(), time.Now); err == nil {
			must(q.Close())
			continue
		}
		must(writeSynced(path, damaged)) // opening may have changed it
		must(writeSynced(path+"-wal", log))
		if _, err := offline.Salvage(ctx, path, path, time.Now); err != nil {
			continue
		}
		found, err := entries(ctx, path)
		must(err)
		return damaged, found
	}
	must(errors.New("no page matters"))
	return nil, nil
}

func entries(ctx context.Context, path string) (all []item, err error) {
	look, err := offline.Inspect(ctx, path)
	if err != nil {
		return nil, err
	}
	defer look.Close()
	err = look.Entries(ctx, func(e offline.Entry) error {
		all = append(all, item{ID: e.ID, Kind: e.Kind, Hash: fmt.Sprintf("%s %d", e.State, e.Sequence)})
		return nil
	})
	slices.SortFunc(all, func(a, b item) int { return bytes.Compare([]byte(a.ID), []byte(b.ID)) })
	return all, err
}

func writeSynced(path string, content []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
