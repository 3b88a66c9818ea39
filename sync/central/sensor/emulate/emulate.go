// Package emulate is devices as they stand around the houses: each a real MQTT client on
// a real socket, that sends what such a device would, and again when its line was down.
// The tests of central and the demonstration use them.
package emulate

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"strings"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"lintai/sync/central/deviceapi"
	"lintai/sync/central/sensor"
)

// Device is one device with its line.
type Device struct {
	ID   string
	Kind sensor.Kind

	client mqtt.Client
	mu     sync.Mutex
	boot   string
	seq    int64
}

// within is how long a device waits for an answer, and again before it tries once more.
const (
	within = 15 * time.Second
	again  = 200 * time.Millisecond
)

// Options of Connect.
type Options struct {
	Broker string // tcp://127.0.0.1:1883 or ssl://…
	TLS    *tls.Config
	// Client is the client id; the device's own when "".
	Client string
}

// Connect brings a device on line.
func Connect(id string, kind sensor.Kind, key sensor.Key, o Options) (*Device, error) {
	d := &Device{ID: id, Kind: kind, boot: strings.ToLower(rand.Text()[:10])}
	client := o.Client
	if client == "" {
		client = id
	}
	options := mqtt.NewClientOptions().AddBroker(o.Broker).SetClientID(client).SetUsername(id).SetPassword(string(key)).
		SetKeepAlive(30 * time.Second).SetConnectTimeout(within).SetTLSConfig(o.TLS).
		// By itself the client calls a message done once its line is back.
		SetAutoReconnect(false)
	d.client = mqtt.NewClient(options)
	if err := done(d.client.Connect()); err != nil {
		return nil, fmt.Errorf("emulate: device %s: %w", id, err)
	}
	return d, nil
}

func done(t mqtt.Token) error {
	if !t.WaitTimeout(within) {
		return context.DeadlineExceeded
	}
	return t.Error()
}

// Say sends a message with these members, and the next number; it returns the message
// when central has acknowledged it, and sends it again as often as the line breaks
// meanwhile.
func (d *Device) Say(members map[string]any) ([]byte, error) {
	d.mu.Lock()
	d.seq++
	all := map[string]any{"boot": d.boot, "seq": d.seq}
	d.mu.Unlock()
	for name, v := range members {
		all[name] = v
	}
	body, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	tries := time.Now().Add(within)
	for {
		err = d.Send(deviceapi.Topic(d.ID), body, false)
		if err == nil || time.Now().After(tries) {
			return body, err
		}
		time.Sleep(again)
		if !d.client.IsConnectionOpen() {
			if err := done(d.client.Connect()); err != nil && time.Now().After(tries) {
				return body, fmt.Errorf("emulate: device %s: %w", d.ID, err)
			}
		}
	}
}

// Send sends anything to any topic, as a device would that is broken or not honest.
func (d *Device) Send(topic string, body []byte, retain bool) error {
	if err := done(d.client.Publish(topic, 1, retain, body)); err != nil {
		return fmt.Errorf("emulate: device %s: %w", d.ID, err)
	}
	return nil
}

// Subscribe asks for what is published; the error is a refusal.
func (d *Device) Subscribe(filter string, heard func([]byte)) error {
	t := d.client.Subscribe(filter, 1, func(_ mqtt.Client, m mqtt.Message) { heard(m.Payload()) })
	if err := done(t); err != nil {
		return err
	}
	for _, code := range t.(*mqtt.SubscribeToken).Result() { // by the filter, or a part of it
		if code > 2 {
			return fmt.Errorf("emulate: %q is refused", filter)
		}
	}
	return nil
}

// Connected tells whether its line is up.
func (d *Device) Connected() bool { return d.client.IsConnectionOpen() }

// Close ends the line.
func (d *Device) Close() { d.client.Disconnect(250) }

// Usual is what a device of a kind says on a usual day, at a time: bins fill, streets are
// loud by day. spread is the device's own, 0 to 1.
func Usual(kind sensor.Kind, at time.Time, spread float64) map[string]any {
	day := float64(at.Unix()%86400) / 86400
	wave := math.Sin(2 * math.Pi * (day + spread))
	some := mathrand.Float64()
	switch kind {
	case sensor.Bin:
		return map[string]any{"fill": math.Round(40 + 30*wave + 8*some), "battery": 88}
	case sensor.Lamp:
		return map[string]any{"out": false, "battery": 100}
	case sensor.Wristband:
		return map[string]any{"systolic": math.Round(126 + 8*wave + 6*some), "diastolic": math.Round(78 + 4*wave + 4*some), "pulse": math.Round(70 + 8*some), "battery": 64}
	case sensor.Air:
		return map[string]any{"pm25": math.Round(48 + 25*wave + 8*some)}
	case sensor.Noise:
		return map[string]any{"db": math.Round(50 + 8*wave + 4*some)}
	case sensor.Parking:
		return map[string]any{"free": math.Round(12 + 10*wave)}
	}
	return nil
}

// Faulty is what it says when something is wrong.
func Faulty(kind sensor.Kind) map[string]any {
	switch kind {
	case sensor.Bin:
		return map[string]any{"fill": 91}
	case sensor.Lamp:
		return map[string]any{"out": true}
	case sensor.Wristband:
		return map[string]any{"systolic": 178, "diastolic": 104, "pulse": 92}
	case sensor.Air:
		return map[string]any{"pm25": 188}
	case sensor.Noise:
		return map[string]any{"db": 79}
	case sensor.Parking:
		return map[string]any{"free": 0}
	}
	return nil
}
