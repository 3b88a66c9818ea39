package central

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"lintai/sync/central/console"
	"lintai/sync/central/desk"
	"lintai/sync/central/intake"
	"lintai/sync/central/kioskapi"
	"lintai/sync/central/limit"
	"lintai/sync/central/live"
	"lintai/sync/central/open311"
	"lintai/sync/central/page"
	"lintai/sync/central/track"
)

// Limits on clients that are slow or dead. Streams set their own.
const (
	readTimeout  = 60 * time.Second // a large push sets its own
	writeTimeout = 60 * time.Second
	idleTimeout  = 2 * time.Minute
	graceTimeout = 10 * time.Second
)

// Wrong guesses that one address or terminal may make at once, and how fast they are
// forgotten. With 10 million codes a terminal, and most of them unused, a code
// is not found in this way.
const (
	guessBurst = 20
	guessEvery = 30 * time.Second
)

// changeset is when the Open311 answers last changed their form.
var changeset = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// Handler serves all of central at a public address.
func (c *Central) Handler(public string) http.Handler {
	clock, log := c.config.Clock, c.config.Log
	receiver := &intake.Receiver{Store: c.store, Ring: c.ring, Keys: c.readRing, Hub: c.hub, Clock: clock, Log: log}
	presence := kioskapi.NewPresence(c.store, c.hub, clock, log)
	codes := &limit.Guesses{Burst: guessBurst, Every: guessEvery, Clock: clock}
	keys := &limit.Guesses{Burst: guessBurst, Every: guessEvery, Clock: clock}
	cards := &limit.Guesses{Burst: guessBurst, Every: guessEvery, Clock: clock}

	mux := http.NewServeMux()
	(&kioskapi.API{Store: c.store, Receiver: receiver, Hub: c.hub, Presence: presence,
		Clock: clock, Log: log, Heartbeat: c.config.Heartbeat, Cards: cards}).Register(mux)
	(&open311.API{Store: c.store, Catalog: c.library.catalog.Load, Community: c.library.community.Load, Clock: clock, Log: log,
		Address: public, Changeset: changeset}).Register(mux)
	(&track.Page{Store: c.store, Catalog: c.library.catalog.Load, Log: log, Guesses: codes}).Register(mux)
	(&console.Console{Store: c.store, Desk: &desk.Desk{Store: c.store, Hub: c.hub, Clock: clock, Log: log},
		Receiver: receiver, Presence: presence, Hub: c.hub, Catalog: c.library.catalog.Load, Clock: clock, Log: log,
		Guesses: keys, AccessKey: c.access, Secure: strings.HasPrefix(public, "https://"),
		Heartbeat: c.config.Heartbeat}).Register(mux)

	// Forms of other sites are refused. Terminals are no browsers and carry
	// neither cookie nor Origin; the check lets them through.
	return page.Guard(http.NewCrossOriginProtection().Handler(mux))
}

// Listen opens the address, and says which program's fault it is when it
// cannot.
func Listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("central: the address %s is in use by another program: stop it, or choose another address with --listen", address)
	case err != nil:
		return nil, fmt.Errorf("central: cannot listen on %s: %w", address, err)
	}
	return l, nil
}

// Options of Serve.
type Options struct {
	// PublicAddress is where residents' phones and staff reach central; the
	// listener's own address when empty.
	PublicAddress string
	// Certificate makes it HTTPS.
	Certificate *tls.Certificate
	// Ready is called with the listener's address once requests are taken.
	Ready func(address string)
}

// Serve serves until ctx ends; then it ends the streams, lets running requests
// finish and returns nil.
func (c *Central) Serve(ctx context.Context, l net.Listener, o Options) error {
	defer l.Close()
	unlock, err := lock(filepath.Join(c.config.Folder, "serve.lock"), false)
	if err != nil {
		return err
	}
	defer unlock()
	scheme := "http://"
	if o.Certificate != nil {
		scheme = "https://"
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*o.Certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}})
	}
	address := scheme + reachable(l.Addr())
	public := o.PublicAddress
	if public == "" {
		public = address
	}
	if err := c.remember(ctx, address, public); err != nil {
		return err
	}
	server := &http.Server{
		Handler: c.Handler(public), ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		ConnContext: live.KeepLine, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(c.config.Log.Handler(), slog.LevelDebug),
	}
	server.RegisterOnShutdown(c.hub.Close)
	var watching sync.WaitGroup
	defer watching.Wait()
	watch, stop := context.WithCancel(ctx)
	defer stop()
	watching.Go(func() { c.watchDocuments(watch) })
	watching.Go(func() { c.sweepUploads(watch) })
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	if o.Ready != nil {
		o.Ready(address)
	}
	c.config.Log.Info("central is ready", "address", address, "public_address", public)
	select {
	case err := <-failed:
		return fmt.Errorf("central: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceTimeout)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return fmt.Errorf("central: shut down: %w", errors.Join(err, server.Close()))
	}
	return nil
}

// reachable is the listener's address as a client would write it: one that
// listens everywhere is reached on this machine.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
