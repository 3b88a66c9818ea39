package deviceapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"lintai/sync/central/sensor"
)

// Bounds of the broker.
const (
	maxDevices = 5000
	maxPacket  = 2048 // with topic, id and key
	inFlight   = 16
	// greeting is how long a line may take to say who it is.
	greeting = 10 * time.Second
	// recheck is how often the keys of open lines are looked at: they are revoked by another
	// program, and a device that says nothing shows its key to nobody.
	recheck = 2 * time.Second
)

// ServeMQTT takes devices on a listener, a TLS one where that is wanted, until ctx ends.
func (d *Door) ServeMQTT(ctx context.Context, l net.Listener) error {
	capabilities := mqtt.NewDefaultServerCapabilities()
	capabilities.MaximumClients = maxDevices
	capabilities.MaximumSessionExpiryInterval = 0
	capabilities.MaximumPacketSize = maxPacket
	capabilities.ReceiveMaximum, capabilities.MaximumInflight = inFlight, inFlight
	capabilities.TopicAliasMaximum = 0
	capabilities.MaximumQos = 1
	broker := mqtt.New(&mqtt.Options{Capabilities: capabilities, Logger: slog.New(slog.DiscardHandler), SysTopicResendInterval: 3600})
	if err := broker.AddHook(&hook{door: d, ctx: ctx}, nil); err != nil {
		return fmt.Errorf("deviceapi: %w", err)
	}
	if err := broker.AddListener(listeners.NewNet("devices", &gate{Listener: l, room: make(chan struct{}, maxDevices)})); err != nil {
		return fmt.Errorf("deviceapi: %w", err)
	}
	if err := broker.Serve(); err != nil {
		return fmt.Errorf("deviceapi: %w", err)
	}
	ticks := time.NewTicker(recheck)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return broker.Close()
		case <-ticks.C:
			if err := d.CutRevoked(ctx); err != nil && ctx.Err() == nil {
				d.Log.Error("keys of devices are not checked again", "error", err)
			}
		}
	}
}

// gate bounds the lines, and how long each may take to greet.
type gate struct {
	net.Listener
	room chan struct{}
}

func (g *gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case g.room <- struct{}{}:
			c.SetDeadline(time.Now().Add(greeting)) // the broker sets others once it is greeted
			return &line{Conn: c, leave: sync.OnceFunc(func() { <-g.room })}, nil
		default:
			c.Close()
		}
	}
}

// line is a connection that makes room when it is closed.
type line struct {
	net.Conn
	leave func()
}

func (l *line) Close() error {
	l.leave()
	return l.Conn.Close()
}

// hook is what the broker asks.
type hook struct {
	mqtt.HookBase
	door *Door
	ctx  context.Context
}

func (h *hook) ID() string { return "devices" }

func (h *hook) Provides(b byte) bool {
	return bytes.Contains([]byte{mqtt.OnConnectAuthenticate, mqtt.OnACLCheck, mqtt.OnPublish, mqtt.OnWill, mqtt.OnDisconnect}, []byte{b})
}

// OnConnectAuthenticate lets in who shows the key of the device that she says she is.
// The session is that of the client id, so it must be the same.
func (h *hook) OnConnectAuthenticate(cl *mqtt.Client, pk packets.Packet) bool {
	id := string(pk.Connect.Username)
	if cl.ID != id {
		return false
	}
	host, _, err := net.SplitHostPort(cl.Net.Remote)
	if err != nil {
		host = cl.Net.Remote
	}
	ctx, cancel := context.WithTimeout(h.ctx, within)
	defer cancel()
	s, err := h.door.admit(ctx, host, id, string(pk.Connect.Password))
	if err != nil {
		if !errors.Is(err, sensor.ErrDenied) && !errors.Is(err, errTooMany) {
			h.door.Log.Error("device is not let in", "error", err)
		}
		return false
	}
	cl.Properties.Clean = true // nothing is kept for it
	s.cut, s.closed = func() { cl.Stop(sensor.ErrDenied) }, cl.Closed
	h.door.sessions.put(cl, s)
	return true
}

// OnACLCheck lets a device publish to its own topic.
func (h *hook) OnACLCheck(cl *mqtt.Client, topic string, write bool) bool {
	return write && topic == Topic(cl.ID)
}

// OnPublish takes a message before it is acknowledged.
func (h *hook) OnPublish(cl *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	pk.FixedHeader.Retain = false
	s, ok := h.door.sessions.of(cl)
	if !ok {
		return pk, packets.ErrRejectPacket
	}
	err := h.door.take(h.ctx, cl.ID, s.key, pk.Payload)
	switch {
	case err == nil, errors.Is(err, errTooMany):
	case errors.Is(err, sensor.ErrReading):
		h.door.Log.Warn("device says what is no message", "device", cl.ID)
	default:
		// Not acknowledged: the device comes back with it, if its key counts.
		if !errors.Is(err, sensor.ErrDenied) && h.ctx.Err() == nil {
			h.door.Log.Error("message of a device is not taken", "device", cl.ID, "error", err)
		}
		cl.Stop(err)
		return pk, packets.ErrRejectPacket
	}
	return pk, nil
}

// OnWill has nothing published when a device dies.
func (h *hook) OnWill(_ *mqtt.Client, will mqtt.Will) (mqtt.Will, error) {
	will.Retain, will.WillDelayInterval = false, 0
	return will, nil
}

func (h *hook) OnDisconnect(cl *mqtt.Client, _ error, _ bool) {
	h.door.sessions.drop(cl)
}
