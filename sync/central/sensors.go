package central

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/community"
	"lintai/kiosk/phrase"
	"lintai/sync/central/callout"
	"lintai/sync/central/deviceapi"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/jobs"
	"lintai/sync/central/sensor"
	"lintai/sync/wire"
)

// Devices that measure and call: package sensor. Each process lets devices in at its own
// broker; the two repeated jobs are done by one.

const (
	sensorSweepEvery = 5 * time.Minute
	// spacesEvery is how often terminals may be told of free spaces: each change of what
	// they are told has them open anew, so it is said roughly.
	spacesEvery = 10 * time.Minute
)

type sensorSweep struct{}

func (sensorSweep) Kind() string { return "sensor.sweep" }

type sensorSpaces struct{}

func (sensorSpaces) Kind() string { return "sensor.spaces" }

// openSensors lists the jobs of devices, and opens their door.
func (c *Central) openSensors(h *jobs.Handlers) {
	c.sensors = &sensor.Keeper{Store: c.store, Hub: c.hub, Catalog: c.library.catalog.Load, Clock: c.config.Clock, Log: c.config.Log, Since: c.config.Clock()}
	c.devices = deviceapi.New(c.sensors, c.config.Clock, c.config.Log)
	jobs.Handle(h, func(ctx context.Context, _ jobs.Job[sensorSweep]) error { return c.sensors.Sweep(ctx) })
	jobs.Repeat(h, sensorSweepEvery, sensorSweep{})
	jobs.Handle(h, func(ctx context.Context, _ jobs.Job[sensorSpaces]) error { return c.AnnounceSpaces(ctx) })
	jobs.Repeat(h, spacesEvery, sensorSpaces{})
}

// ServeMQTT takes devices on a listener until ctx ends. A certificate makes it TLS.
func (c *Central) ServeMQTT(ctx context.Context, l net.Listener, certificate *tls.Certificate) error {
	if certificate != nil {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12})
	}
	return c.devices.ServeMQTT(ctx, l)
}

// takeDevices serves MQTT as Serve's options say.
func (c *Central) takeDevices(ctx context.Context, o Options) {
	var certificate *tls.Certificate
	if o.DevicesTLS {
		certificate = o.Certificate
	}
	c.config.Log.Info("devices are taken by MQTT", "address", o.Devices.Addr().String(), "tls", o.DevicesTLS)
	if err := c.ServeMQTT(ctx, o.Devices, certificate); err != nil {
		c.config.Log.Error("devices are not taken by MQTT", "error", err)
	}
}

// AddDevice adds a device and makes its key, which is told only now.
func (c *Central) AddDevice(ctx context.Context, d sensor.Device) (sensor.Key, error) {
	return c.sensors.Add(ctx, d)
}

// RevokeDevice makes a device's key worthless; its history stays.
func (c *Central) RevokeDevice(ctx context.Context, id string) error {
	return c.sensors.Revoke(ctx, id)
}

// Devices lists all devices.
func (c *Central) Devices(ctx context.Context) ([]sensor.Device, error) {
	return c.store.AllDevices(ctx)
}

// SweepSensors looks for devices that are silent, as a job does every few minutes.
func (c *Central) SweepSensors(ctx context.Context) error { return c.sensors.Sweep(ctx) }

// nearDevice lists who is on duty near a device that called: near its place.
func (c *Central) nearDevice(ctx context.Context, book *grid.Book, id string, at time.Time) ([]string, error) {
	d, err := c.store.Device(ctx, id)
	if err != nil {
		return nil, err
	}
	found, ok := book.Find(d.Place)
	if !ok {
		return nil, nil
	}
	return callout.NearestTo(book, found.Grid, at), nil
}

// caller is the name of the device that raised a call; "" when none did.
func (c *Central) caller(ctx context.Context, call docket.Call) (string, error) {
	id := sensor.Of(call)
	if id == "" {
		return "", nil
	}
	d, err := c.store.Device(ctx, id)
	if errors.Is(err, sensor.ErrNotFound) {
		return id, nil
	}
	return phrase.Text("sensor.caller", "name", d.Name, "place", d.Place), err
}

// spacesPrefix begins the ids of the lines about free spaces among the opening hours of
// the community document.
const spacesPrefix = "parking_"

// AnnounceSpaces has terminals say where spaces are free, among the opening hours of the
// community: so roughly that it is seldom another text.
func (c *Central) AnnounceSpaces(ctx context.Context) error {
	all, err := c.store.AllDevices(ctx)
	if err != nil {
		return fmt.Errorf("central: free spaces: %w", err)
	}
	lots := map[string]sensor.Device{} // by the id of its line
	for _, d := range all {
		if d.Kind == sensor.Parking {
			lots[spacesPrefix+strings.ReplaceAll(d.ID, "-", "_")] = d
		}
	}
	d := *c.library.community.Load()
	before := d.Hours
	d.Hours = slices.DeleteFunc(slices.Clone(before), func(h community.Hours) bool { return lots[h.ID].ID != "" })
	for _, id := range slices.Sorted(maps.Keys(lots)) {
		if lot := lots[id]; !lot.HeardAt.IsZero() && !lot.Revoked() {
			d.Hours = append(d.Hours, community.Hours{ID: id, Name: phrase.Text("sensor.parking", "name", lot.Name), Text: spaces(lot, c.config.Clock())})
		}
	}
	if slices.Equal(before, d.Hours) {
		return nil
	}
	d.Version++
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("central: free spaces: %w", err)
	}
	if _, err := c.Publish(ctx, wire.DocumentCommunity, 0, body); err != nil {
		return fmt.Errorf("central: free spaces: %w", err)
	}
	c.config.Log.Info("free spaces announced", "lots", len(lots))
	return nil
}

// spacesKnown is how long a number of free spaces is believed.
const spacesKnown = time.Hour

// spaces is how many are free, roughly: none, a few, or more than 5, 10, 20, 50…
func spaces(lot sensor.Device, now time.Time) string {
	free, ok := lot.Values[sensor.Free]
	switch {
	case !ok || lot.Silent || now.Sub(lot.HeardAt) > spacesKnown:
		return phrase.Text("sensor.parking_unknown")
	case free < 1:
		return phrase.Text("sensor.parking_none")
	case free <= 5:
		return phrase.Text("sensor.parking_few")
	}
	more := 5
	for _, step := range []int{10, 20, 50, 100, 200} {
		if free > float64(step) {
			more = step
		}
	}
	return phrase.Text("sensor.parking_some", "count", strconv.Itoa(more))
}

// Community is the document that terminals are given now.
func (c *Central) Community() *community.Document { return c.library.community.Load() }
