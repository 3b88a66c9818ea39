package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"lintai/sync/central/sensor"
	"lintai/sync/central/sensor/emulate"
)

// sensors plays devices against a central: all of a file of keys, by MQTT.
func sensors(ctx context.Context, args []string, out io.Writer) error {
	f := flag.NewFlagSet("sensors", flag.ContinueOnError)
	broker := f.String("broker", "tcp://127.0.0.1:1883", "")
	keys := f.String("keys", "", "")
	every := f.Duration("every", 10*time.Second, "")
	times := f.Int("times", 0, "")
	call := f.String("call", "", "")
	fault := f.String("fault", "", "")
	authority := f.String("ca", "", "")
	words, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(words) > 0 || *keys == "" || *every <= 0 {
		return fmt.Errorf("sensors needs --keys FILE: %w", errUsage)
	}
	options := emulate.Options{Broker: *broker}
	if *authority != "" {
		pem, err := os.ReadFile(*authority)
		if err != nil {
			return err
		}
		options.TLS = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
		options.TLS.RootCAs.AppendCertsFromPEM(pem)
	}
	devices, err := connect(*keys, options)
	for _, d := range devices {
		defer d.Close()
	}
	if err != nil {
		return err
	}
	for _, id := range []string{*call, *fault} {
		if id != "" && devices[id] == nil {
			return fmt.Errorf("no key of %s in the file: %w", id, errUsage)
		}
	}
	fmt.Fprintf(out, "%d devices on line\n", len(devices))
	for round := 1; ; round++ {
		spread := 0.0
		for _, id := range slices.Sorted(maps.Keys(devices)) {
			d := devices[id]
			says := emulate.Usual(d.Kind, time.Now(), spread)
			switch id {
			case *fault:
				says = emulate.Faulty(d.Kind)
			case *call:
				if round == 1 {
					says = map[string]any{"call": true}
				}
			}
			spread += 1 / float64(len(devices))
			body, err := d.Say(says)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%s %s\n", id, body)
		}
		if round == *times {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(*every):
		}
	}
}

// connect brings the devices of a file on line: lines of id, kind and key, as "central
// sensor add" prints them.
func connect(name string, o emulate.Options) (map[string]*emulate.Device, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	devices := map[string]*emulate.Device{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) != 3 {
			return devices, fmt.Errorf("%s: a line is an id, a kind and a key", name)
		}
		d, err := emulate.Connect(fields[0], sensor.Kind(fields[1]), sensor.Key(fields[2]), o)
		if err != nil {
			return devices, err
		}
		devices[fields[0]] = d
	}
	return devices, lines.Err()
}
