package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"os"

	"lintai/hw/appliance/service"
	"lintai/ui/font"
)

// rescueScreen stands where the terminal's program does not.
func rescueScreen(ctx context.Context, args []string, log io.Writer) error {
	flags := flag.NewFlagSet("rescue", flag.ContinueOnError)
	if err := parseFlags(flags, args, log); err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		return errors.New("kioskctl rescue: this is for root, under systemd")
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(log, nil)))
	return service.Rescue(ctx, service.Real(), font.Regular())
}
