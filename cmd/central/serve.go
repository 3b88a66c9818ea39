package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/sync/central"
	"lintai/sync/central/limit"
)

func serve(ctx context.Context, args []string, out, log io.Writer) (err error) {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	data := flags.String("data", "", "data `folder`, made when it is not there")
	database := flags.String("database", "", databaseHelp)
	listen := flags.String("listen", central.DefaultListen, "`address` to listen on")
	kiosks := flags.String("kiosk-listen", central.DefaultKioskListen, "`address` to listen on for terminals")
	kioskAddress := flags.String("kiosk-address", "", "`URL` at which terminals reach central (default: the address it listens on for them)")
	public := flags.String("public-address", "", "`URL` at which phones and staff reach central (default: the address it listens on)")
	services := flags.String("catalog", "", "`file` with the catalogue of services, as long as none was published (default: the built-in one)")
	places := flags.String("community", "", "`file` with the community's places and activities, as long as none was published (default: the built-in one)")
	certificate := flags.String("tls-cert", "", "`file` with the certificate chain (PEM): serve HTTPS")
	key := flags.String("tls-key", "", "`file` with the certificate's key (PEM)")
	devices := flags.String("mqtt-listen", "", "`address` to listen on for devices by MQTT (default: none)")
	devicesTLS := flags.Bool("mqtt-tls", false, "devices come by TLS, with the certificate of --tls-cert")
	operators := flags.String("metrics-listen", "", "`address` for those who operate central: /metrics, /healthz, /readyz (default: none); not for the public")
	trusted := flags.String("trusted-proxy", "", "`networks` of reverse proxies, with commas between them, whose X-Forwarded-For is believed")
	format := flags.String("log-format", "text", "`form` of the log: text or json")
	if err := parse(flags, args, log); err != nil {
		return err
	}
	options := central.Options{PublicAddress: *public, KioskAddress: *kioskAddress, DevicesTLS: *devicesTLS}
	if *data == "" {
		return fmt.Errorf("%w: central serve: --data is missing", errUsage)
	}
	if *public != "" {
		if err := central.CheckAddress(*public); err != nil {
			return err
		}
	}
	if *kioskAddress != "" {
		if err := central.CheckKioskAddress(*kioskAddress); err != nil {
			return err
		}
	}
	if (*certificate == "") != (*key == "") {
		return fmt.Errorf("%w: central serve: --tls-cert and --tls-key go together", errUsage)
	}
	if *devicesTLS && *certificate == "" {
		return fmt.Errorf("%w: central serve: --mqtt-tls needs --tls-cert", errUsage)
	}
	if *certificate != "" {
		pair, err := tls.LoadX509KeyPair(*certificate, *key)
		if err != nil {
			return fmt.Errorf("central: certificate: %w", err)
		}
		options.Certificate = &pair
	}
	proxies, err := limit.ParseProxies(*trusted)
	if err != nil {
		return fmt.Errorf("%w: central serve: --trusted-proxy: %w", errUsage, err)
	}
	options.Proxies = proxies
	config := central.Config{Folder: *data, Database: databaseAddress(*database), Version: version()}
	switch *format {
	case "text":
		config.Log = slog.New(slog.NewTextHandler(log, nil))
	case "json":
		config.Log = slog.New(slog.NewJSONHandler(log, nil))
	default:
		return fmt.Errorf("%w: central serve: --log-format is text or json", errUsage)
	}
	if *services != "" {
		document, err := os.ReadFile(*services)
		if err != nil {
			return fmt.Errorf("central: catalogue: %w", err)
		}
		if config.Catalog, err = catalog.Parse(document); err != nil {
			return fmt.Errorf("central: %s: %w", *services, err)
		}
	}
	if *places != "" {
		document, err := os.ReadFile(*places)
		if err != nil {
			return fmt.Errorf("central: community: %w", err)
		}
		if config.Community, err = community.Parse(document); err != nil {
			return fmt.Errorf("central: %s: %w", *places, err)
		}
	}
	// The listeners first: with a busy port nothing on the disk is touched.
	listener, err := central.Listen(*listen)
	if err != nil {
		return err
	}
	if options.Kiosk, err = central.Listen(*kiosks); err != nil {
		return errors.Join(err, listener.Close())
	}
	if *operators != "" {
		if options.Operators, err = central.Listen(*operators); err != nil {
			return errors.Join(err, listener.Close(), options.Kiosk.Close())
		}
	}
	if *devices != "" {
		if options.Devices, err = central.Listen(*devices); err != nil {
			return errors.Join(err, listener.Close(), options.Kiosk.Close())
		}
		defer options.Devices.Close()
	}
	c, err := central.Open(ctx, config)
	if err != nil {
		err = errors.Join(err, listener.Close(), options.Kiosk.Close())
		if options.Operators != nil {
			err = errors.Join(err, options.Operators.Close())
		}
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	options.Ready = func(address string) {
		fmt.Fprintln(out, "central listens on", address)
		if options.Operators != nil {
			fmt.Fprintf(out, "metrics are at http://%s/metrics\n", options.Operators.Addr())
		}
		if door, err := c.KioskAddress(ctx); err == nil {
			fmt.Fprintln(out, "terminals reach it at", door)
		}
		if *public != "" {
			address = *public
		}
		if err := tellSignIn(ctx, c, out, address); err != nil {
			config.Log.Error("nobody could be invited", "error", err)
		}
	}
	return c.Serve(ctx, listener, options)
}
