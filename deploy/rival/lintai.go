package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // counts what central filed

	"lintai/kiosk/fault"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/central"
	"lintai/sync/wire"
)

// lintai is ours: the terminal's own agent before a queue of its own, and central
// as a process of its own, over TLS 1.3 with a client's certificate. It does what a
// lobby does, and so more than its rivals: every item is opened, judged and filed
// as a case, and the terminal has central's word on its disk before it asks for the
// next.
type lintai struct {
	program  string
	database string // of PostgreSQL; "": SQLite in the folder
}

func (*lintai) name() string { return "lintai" }

// kiosk is the number of the terminal.
const kiosk = 12

// serve starts central and returns where its door for terminals is.
func (l *lintai) serve(ctx context.Context, folder string, known agent.Identity) (*process, string, error) {
	door, err := free()
	if err != nil {
		return nil, "", err
	}
	var environment []string
	if l.database != "" {
		environment = []string{"LINTAI_DATABASE=" + l.database}
	}
	server, err := startAs(nil, environment, folder, l.program, "serve", "--data", filepath.Join(folder, "central"), "--listen", "127.0.0.1:0", "--kiosk-listen", door)
	if err != nil {
		return nil, "", err
	}
	err = server.ready(ctx, func() error {
		_, err := agent.Reach(ctx, "https://"+door, known)
		return err
	})
	if err != nil {
		server.stop()
		return nil, "", err
	}
	return server, door, nil
}

// introduce makes n terminals known to a central that does not serve, beginning
// with a number. Each has a certificate of its own.
func introduce(ctx context.Context, folder string, first, n int) (known []agent.Identity, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	c, err := central.Open(ctx, central.Config{Folder: folder, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	for number := first; number < first+n; number++ {
		one, err := agent.Introduce(number, func(request []byte) (wire.EnrolAnswer, error) { return c.Admit(ctx, number, request) })
		if err != nil {
			return nil, err
		}
		known = append(known, one)
	}
	return known, nil
}

// load makes a terminal that central knows, with n requests in its queue, and more of them that
// have as many packed.
func (l *lintai) load(ctx context.Context, folder string, n int) (*load, error) {
	known, err := introduce(ctx, filepath.Join(folder, "central"), kiosk, 1+clients)
	if err != nil {
		return nil, err
	}
	if err := known[0].Save(folder); err != nil {
		return nil, err
	}
	items, err := fill(ctx, filepath.Join(folder, offline.FileName), known[0].Seal(), kiosk, n)
	if err != nil {
		return nil, err
	}
	senders, err := pack(known[1:], n)
	return &load{template: folder, items: items, senders: senders}, err
}

func (l *lintai) drain(ctx context.Context, folder string, load *load) (result, error) {
	if err := os.CopyFS(folder, os.DirFS(load.template)); err != nil {
		return result{}, err
	}
	identity, err := agent.LoadIdentity(folder)
	if err != nil {
		return result{}, err
	}
	server, door, err := l.serve(ctx, folder, identity)
	if err != nil {
		return result{}, err
	}
	defer server.stop()
	queue, err := offline.Open(filepath.Join(folder, offline.FileName), identity.Seal(), time.Now)
	if err != nil {
		return result{}, err
	}
	defer queue.Close()
	r, err := timed(server, func() error {
		return push(ctx, queue, agent.Options{Address: "https://" + door, Identity: identity})
	})
	if err != nil {
		return r, fmt.Errorf("%w\n%s", err, server.tail())
	}
	r.Kept, err = filed(ctx, filepath.Join(folder, "central", "central.db"))
	return r, err
}

// push lets the agent work until nothing waits any more.
func push(ctx context.Context, queue *offline.Queue, o agent.Options) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	empty := errors.New("the queue is empty")
	o.Queue = queue
	o.Post = func(e visit.Event) {
		if l, ok := e.(visit.LinkChanged); ok && l.Pending == 0 {
			stop(empty)
		}
	}
	o.Fault = func(code fault.Code) {
		if code != fault.None {
			stop(fmt.Errorf("the terminal is at fault: %s", code))
		}
	}
	o.Log = slog.New(slog.DiscardHandler)
	a, err := agent.New(o)
	if err != nil {
		return err
	}
	a.Run(ctx)
	if cause := context.Cause(ctx); !errors.Is(cause, empty) {
		return cause
	}
	return nil
}

// filed counts the cases in central's database.
func filed(ctx context.Context, path string) (n int, err error) {
	u := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: "mode=ro&_pragma=busy_timeout(10000)"}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return 0, err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM cases`).Scan(&n)
	return n, err
}
