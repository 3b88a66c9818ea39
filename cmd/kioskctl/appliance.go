package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"

	"lintai/hw/appliance"
	"lintai/hw/appliance/service"
	"lintai/sync/agent"
)

// dataFolder is where a terminal that is an appliance has its queue and its identity.
const dataFolder = "/data/kiosk"

// serveAppliance is the service that the window asks for what only root may do. It
// tells systemd that it is ready once the network and the panel are set up and the
// socket is there, so that the window starts after that.
func serveAppliance(ctx context.Context, args []string, log io.Writer) error {
	flags := flag.NewFlagSet("appliance", flag.ContinueOnError)
	if err := parseFlags(flags, args, log); err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		return errors.New("kioskctl appliance: this is for root, under systemd")
	}
	tool, err := os.Executable()
	if err != nil {
		return err
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(log, nil)))
	sys := service.Real()
	s, err := service.New(ctx, sys, service.Config{Address: enrolledAt, Tool: tool})
	if err != nil {
		return err
	}
	defer s.Wait()
	s.Start(ctx)
	l, err := service.Listen(sys, appliance.SocketPath)
	if err != nil {
		return err
	}
	if err := notify("READY=1"); err != nil {
		slog.Error("appliance: systemd is not told", "error", err)
	}
	return s.Serve(ctx, l)
}

// enrolledAt is central's address as the terminal's identity keeps it: one that was
// typed at the terminal and stands in no file.
func enrolledAt() string {
	i, err := agent.LoadIdentity(dataFolder)
	if err != nil {
		return ""
	}
	return i.Address
}

// notify tells systemd how the service is (sd_notify(3)).
func notify(state string) error {
	name := os.Getenv("NOTIFY_SOCKET")
	if name == "" {
		return nil // not under systemd, or it does not ask
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	defer conn.Close()
	_, err = conn.Write([]byte(state))
	return err
}
