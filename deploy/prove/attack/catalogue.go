package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lintai/kiosk/catalog"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/central"
	"lintai/sync/central/keyring"
	"lintai/sync/wire"
)

// catalogues are attacks on a terminal by whoever can put central's folder back from
// an old backup, or write in it, but has not the key that documents are signed with.
// The terminal asks a real central that serves such a folder, with central's own root
// and at its own address; it must keep the catalogue that it has, and say so.
var catalogues = []attack{
	forgery("an older catalogue, from a backup of central", "older document", func(_ context.Context, f *forger) error { return f.use("old") }),
	forgery("another catalogue under the version that is there", "another document under the version", func(ctx context.Context, f *forger) error {
		return errors.Join(f.use("old"), f.publish(ctx, 6))
	}),
	forgery("a newer catalogue signed with another key", "did not sign", func(ctx context.Context, f *forger) error {
		if err := f.use("new"); err != nil {
			return err
		}
		key := filepath.Join(f.folder, "served", "keys", "document.key")
		if err := os.Remove(key); err != nil {
			return err
		}
		return errors.Join(keyring.Folder(filepath.Dir(key)).CreateDocumentKey(), f.publish(ctx, 4))
	}),
	forgery("a newer catalogue with another body", "did not sign", func(ctx context.Context, f *forger) error {
		return errors.Join(f.use("new"), f.publish(ctx, 5),
			f.write(ctx, `UPDATE document_bodies SET data = CAST(replace(CAST(data AS TEXT), '水', '火') AS BLOB)`))
	}),
	forgery("an older catalogue under a newer number", "did not sign", func(ctx context.Context, f *forger) error {
		return errors.Join(f.use("old"), f.write(ctx, `UPDATE documents SET version = version + 100`))
	}),
	forgery("a signed document of another kind", "did not sign", func(ctx context.Context, f *forger) error {
		return errors.Join(f.use("new"), f.write(ctx, `UPDATE documents SET kind = 'community', version = version + 1`))
	}),
}

func forgery(name, says string, how func(context.Context, *forger) error) attack {
	return attack{
		name: "a terminal is offered " + name, log: []string{"document refused", says},
		run: func(ctx context.Context, s *stage, t *try) error {
			s.next++
			f := &forger{stage: s, folder: filepath.Join(s.folder, fmt.Sprint("forger-", s.next)), refused: make(chan map[wire.DocumentKind]error, 8), kept: make(chan wire.Document, 8)}
			defer os.RemoveAll(f.folder)
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			return f.run(ctx, t, how)
		},
	}
}

// forger has central's folder: as it was with the first catalogue ("old"), as it is
// with the second ("new"), and the one that is served.
type forger struct {
	stage   *stage
	folder  string
	listen  string
	refused chan map[wire.DocumentKind]error
	kept    chan wire.Document
}

func (f *forger) run(ctx context.Context, t *try, how func(context.Context, *forger) error) error {
	path := filepath.Join(f.folder, "terminal", offline.FileName)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := offline.Create(path, time.Now); err != nil {
		return err
	}
	var identity agent.Identity
	c, err := f.open(ctx)
	if err != nil {
		return err
	}
	identity, err = agent.Introduce(1, func(asked []byte) (wire.EnrolAnswer, error) { return c.Admit(ctx, 1, asked) })
	if err := errors.Join(err, c.Close(), f.publish(ctx, 2), f.keep("old"), f.publish(ctx, 3), f.keep("new")); err != nil {
		return err
	}
	queue, err := offline.Open(path, identity.Seal(), time.Now)
	if err != nil {
		return err
	}
	defer queue.Close()
	f.listen = "127.0.0.1:0"
	// The true central first: the terminal takes the second catalogue.
	if err := f.meet(ctx, queue, identity, func() error {
		select {
		case <-f.kept:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("the terminal did not take central's own catalogue: %w", ctx.Err())
		}
	}); err != nil {
		return err
	}
	before, err := documentsOf(ctx, queue)
	if err != nil {
		return err
	}
	if err := how(ctx, f); err != nil {
		return fmt.Errorf("forge: %w", err)
	}
	err = f.meet(ctx, queue, identity, func() error {
		t.during()
		for {
			select {
			case problems := <-f.refused:
				if len(problems) > 0 {
					return nil
				}
			case d := <-f.kept:
				return fmt.Errorf("the terminal took %s %d", d.Kind, d.Version)
			case <-ctx.Done():
				return fmt.Errorf("the terminal refused nothing: %w", ctx.Err())
			}
		}
	})
	after, failed := documentsOf(ctx, queue)
	if err = errors.Join(err, failed); err == nil && before != after {
		err = errors.New("the terminal's documents changed")
	}
	return err
}

// meet lets the terminal speak with a central that serves the folder, until then
// returns.
func (f *forger) meet(ctx context.Context, queue *offline.Queue, identity agent.Identity, then func() error) (err error) {
	c, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	ctx, cancel := context.WithCancel(ctx)
	public, err := central.Listen("127.0.0.1:0")
	if err != nil {
		cancel()
		return err
	}
	door, err := central.Listen(f.listen)
	if err != nil {
		cancel()
		return errors.Join(err, public.Close())
	}
	f.listen = door.Addr().String()
	served, ready := make(chan error, 1), make(chan struct{})
	go func() {
		served <- c.Serve(ctx, public, central.Options{Kiosk: door, Ready: func(string) { close(ready) }})
	}()
	defer func() { cancel(); err = errors.Join(err, <-served) }()
	<-ready
	a, err := agent.New(agent.Options{
		Address: "https://" + f.listen, Identity: identity, Queue: queue, Documents: queue, DocumentKey: identity.DocumentKey,
		DocumentKept:     func(d wire.Document) { f.kept <- d },
		DocumentsRefused: func(problems map[wire.DocumentKind]error) { f.refused <- problems },
		Jitter:           func(limit time.Duration) time.Duration { return min(limit, 20*time.Millisecond) },
		Log:              f.stage.book.logger(),
		Dial:             (&net.Dialer{}).DialContext,
	})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); a.Run(running) }()
	defer func() { stop(); <-done }()
	return then()
}

func (f *forger) open(ctx context.Context) (*central.Central, error) {
	return central.Open(ctx, central.Config{Folder: filepath.Join(f.folder, "served")})
}

// publish signs a catalogue that differs from the others in its last words.
func (f *forger) publish(ctx context.Context, n int) error {
	body, err := json.Marshal(catalog.Default())
	if err != nil {
		return err
	}
	c, err := f.open(ctx)
	if err != nil {
		return err
	}
	_, err = c.Publish(ctx, wire.DocumentCatalog, 0, append(body, strings.Repeat("\n", n)...))
	return errors.Join(err, c.Close())
}

// keep and use copy the folder while nobody has it open.
func (f *forger) keep(name string) error {
	return os.CopyFS(filepath.Join(f.folder, name), os.DirFS(filepath.Join(f.folder, "served")))
}

func (f *forger) use(name string) error {
	served := filepath.Join(f.folder, "served")
	if err := os.RemoveAll(served); err != nil {
		return err
	}
	err := os.CopyFS(served, os.DirFS(filepath.Join(f.folder, name)))
	// The copy has the permissions of the program; keys are their owner's only.
	return errors.Join(err, filepath.WalkDir(served, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	}))
}

// write changes central's database behind its back.
func (f *forger) write(ctx context.Context, statement string) error {
	db, err := sql.Open("sqlite", filepath.Join(f.folder, "served", "central.db"))
	if err != nil {
		return err
	}
	result, err := db.ExecContext(ctx, statement)
	if err == nil {
		if n, _ := result.RowsAffected(); n == 0 {
			err = errors.New("nothing was changed")
		}
	}
	return errors.Join(err, db.Close())
}

// documentsOf is a digest of all documents that a terminal has.
func documentsOf(ctx context.Context, q *offline.Queue) (digest [32]byte, err error) {
	hash := sha256.New()
	for _, kind := range wire.DocumentKinds {
		known, err := q.DocumentKnown(ctx, string(kind))
		if err != nil {
			return digest, err
		}
		version, head, body, err := q.Document(ctx, string(kind))
		if err != nil && !errors.Is(err, offline.ErrNoDocument) {
			return digest, err
		}
		fmt.Fprintf(hash, "%s %d %d %q %q\n", kind, known, version, head, body)
	}
	return [32]byte(hash.Sum(nil)), nil
}
