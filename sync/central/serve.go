package central

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"lintai/sync/central/kioskapi"
	"lintai/sync/central/limit"
	"lintai/sync/central/live"
	"lintai/sync/central/page"
	"lintai/sync/central/track"
	"lintai/sync/central/verify"
	"lintai/sync/central/votes"
	"lintai/sync/wire"
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

// Handler serves staff, residents' phones and other channels at a public address.
// Terminals have a door of their own: KioskHandler.
func (c *Central) Handler(public string) http.Handler {
	log := c.config.Log
	mux := http.NewServeMux()
	c.open311(public).Register(mux)
	(&track.Page{Store: c.store, Catalog: c.library.catalog.Load, Clock: c.config.Clock, Log: log, Guesses: c.guesses()}).Register(mux)
	(&verify.Page{Store: c.store, Catalog: c.library.catalog.Load, Clock: c.config.Clock, Log: log, Guesses: c.guesses()}).Register(mux)
	c.openData().Register(mux)
	(&votes.Page{Keeper: c.proposals(), Docket: c.store, Clock: c.config.Clock, Log: log, Guesses: c.guesses(),
		Reads: &limit.Guesses{Burst: votes.ReadBurst, Every: votes.ReadEvery, Clock: c.config.Clock}}).Register(mux)
	c.console(public).Register(mux)
	c.registerHealth(mux)
	c.devices.Register(mux)
	// Forms of other sites are refused.
	return page.Guard(http.NewCrossOriginProtection().Handler(mux))
}

// KioskHandler serves terminals, over KioskTLS only: by the connection it knows who
// asks. Terminals that enrol are told the public address.
func (c *Central) KioskHandler(public string) http.Handler {
	mux := http.NewServeMux()
	(&kioskapi.API{Store: c.store, Receiver: c.receiver, Hub: c.hub, Presence: c.presence,
		Clock: c.config.Clock, Log: c.config.Log, Heartbeat: c.config.Heartbeat, Cards: c.guesses(), Codes: c.guesses(),
		Fleet: c.fleet, Fetches: kioskapi.NewFetches(), Catalog: c.library.catalog.Load,
		Root: c.root, Facts: func() (wire.EnrolAnswer, error) { return c.facts(public) },
		Answered: c.metrics.Answered, Stray: c.noteStray}).Register(mux)
	return mux
}

// KioskTLS is the TLS of the door for terminals.
func (c *Central) KioskTLS() *tls.Config { return c.door.Config() }

func (c *Central) guesses() *limit.Guesses {
	return &limit.Guesses{Burst: guessBurst, Every: guessEvery, Clock: c.config.Clock}
}

// Listen opens the address, and says which program's fault it is when it
// cannot.
func Listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("central: the address %s is in use by another program: stop it, or choose another address with --listen or --kiosk-listen", address)
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
	// Kiosk is the listener for terminals; without one none is served. KioskAddress
	// is where they reach it; the listener's own address when empty.
	Kiosk        net.Listener
	KioskAddress string
	// Operators is the listener for those who operate central: metrics and health. It is
	// not for the public; without one there are no metrics.
	Operators net.Listener
	// Devices is the listener for devices by MQTT; without one they have none. DevicesTLS
	// makes it TLS, with Certificate.
	Devices    net.Listener
	DevicesTLS bool
	// Proxies stand before the public address: their word on who asks is believed.
	Proxies limit.Proxies
	// Ready is called with the listener's address once requests are taken.
	Ready func(address string)
}

// Serve serves until ctx ends; then it ends the streams, lets running requests
// finish and returns nil.
func (c *Central) Serve(ctx context.Context, l net.Listener, o Options) error {
	defer l.Close()
	if o.Kiosk != nil {
		defer o.Kiosk.Close()
	}
	if o.Operators != nil {
		defer o.Operators.Close()
	}
	if o.Devices != nil {
		defer o.Devices.Close()
	}
	unlock, err := c.lockServing()
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
	if err := errors.Join(c.remember(ctx, settingAddress, address), c.remember(ctx, settingPublic, public)); err != nil {
		return err
	}
	servers := []*http.Server{c.server(o.Proxies.Handler(c.metrics.Watch("public", c.Handler(public))))}
	listeners := []net.Listener{l}
	kiosk := ""
	if o.Kiosk != nil {
		if kiosk = o.KioskAddress; kiosk == "" {
			kiosk = "https://" + reachable(o.Kiosk.Addr())
		}
		if err := c.remember(ctx, settingKiosk, kiosk); err != nil {
			return err
		}
		terminals := c.server(c.metrics.Watch("kiosk", c.KioskHandler(public)))
		newStrangers(c.config.Clock, c.config.Log, maxStrangers).watch(terminals)
		servers = append(servers, terminals)
		listeners = append(listeners, tls.NewListener(o.Kiosk, c.KioskTLS()))
	}
	if o.Operators != nil {
		servers, listeners = append(servers, c.server(c.operators())), append(listeners, o.Operators)
	}
	var watching sync.WaitGroup
	defer watching.Wait()
	watch, stop := context.WithCancel(ctx)
	defer stop()
	watching.Go(func() { c.watchDocuments(watch) })
	watching.Go(func() { c.WatchUpdates(watch) })
	watching.Go(func() { c.sweepUploads(watch) })
	watching.Go(func() { c.work(watch) })
	watching.Go(func() { c.Classify(watch) })
	watching.Go(func() { c.sweepSubmissions(watch) })
	watching.Go(func() { c.sendWebhooks(watch) })
	watching.Go(func() { c.AnswerRequests(watch) })
	if o.Devices != nil {
		watching.Go(func() { c.takeDevices(watch, o) })
	}
	failed := make(chan error, len(servers))
	for i, server := range servers {
		go func() { failed <- server.Serve(listeners[i]) }()
	}
	if o.Ready != nil {
		o.Ready(address)
	}
	c.config.Log.Info("central is ready", "address", address, "public_address", public, "kiosk_address", kiosk)
	select {
	case err = <-failed:
		err = fmt.Errorf("central: %w", err)
	case <-ctx.Done():
	}
	c.readiness.end()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceTimeout)
	defer cancel()
	for _, server := range servers {
		wrong := server.Shutdown(grace)
		if errors.Is(wrong, context.DeadlineExceeded) {
			// Somebody on a dead line: that is no error of central, and a push that
			// was not answered comes again.
			c.config.Log.Warn("connections that did not end were cut")
			wrong = server.Close()
		}
		if wrong != nil {
			err = errors.Join(err, fmt.Errorf("central: shut down: %w", wrong))
		}
	}
	return err
}

func (c *Central) server(handler http.Handler) *http.Server {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		ConnContext: live.KeepLine, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(c.config.Log.Handler(), slog.LevelDebug),
	}
	server.RegisterOnShutdown(c.hub.Close)
	return server
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
