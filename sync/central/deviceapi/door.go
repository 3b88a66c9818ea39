// Package deviceapi lets devices in that measure and call: by MQTT, through a broker in
// this process, and by HTTP. Either way a device shows its id and its key, and what it
// says goes to package sensor, which commits it before it is acknowledged.
//
// MQTT: user name and client id are the device's id, the password is its key. It may
// publish to Topic(id) and to nothing else, and subscribe to nothing; nothing is ever
// sent to a device, kept for it, retained or published when it dies. With QoS 1 a message
// is acknowledged when it is in the database; when it cannot be, the line is cut, and the
// device sends again. HTTP: POST Path(id) with "Authorization: Bearer KEY".
//
// A device that says too much is not answered with an error, which it would only repeat:
// what is over its bound is taken and forgotten, but for calls, which have a bound of
// their own.
package deviceapi

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/limit"
	"lintai/sync/central/sensor"
)

// Topic is where a device publishes.
func Topic(id string) string { return "lintai/devices/" + id }

// Path is where it posts.
func Path(id string) string { return "/devices/" + id }

// Bounds of a device: so many messages at once, and then one every so often.
const (
	Burst     = 30
	Every     = 2 * time.Second
	CallBurst = 6
	CallEvery = 30 * time.Second
	// Wrong keys that one address shows for one device: a gateway is one address to many
	// devices, and one of them with an old key must not shut the others out.
	guessBurst = 20
	guessEvery = 30 * time.Second
)

// within bounds what one message may take.
const within = 20 * time.Second

// Door lets devices in.
type Door struct {
	Keeper *sensor.Keeper
	Log    *slog.Logger

	messages, calls, guesses *limit.Guesses
	sessions                 sessions // of the broker
}

// New makes a door.
func New(k *sensor.Keeper, clock func() time.Time, log *slog.Logger) *Door {
	bound := func(burst int, every time.Duration) *limit.Guesses {
		return &limit.Guesses{Burst: burst, Every: every, Clock: clock}
	}
	return &Door{Keeper: k, Log: log, messages: bound(Burst, Every), calls: bound(CallBurst, CallEvery), guesses: bound(guessBurst, guessEvery)}
}

// errTooMany is returned for what is over a device's bound.
var errTooMany = errors.New("deviceapi: too many messages")

// admit tells whether a key counts. sensor.ErrDenied, errTooMany.
func (d *Door) admit(ctx context.Context, address, id, key string) (session, error) {
	s := session{id: id, key: sensor.Key(key).Hash()}
	if !sensor.CheckID(id) {
		return s, sensor.ErrDenied
	}
	who := address + " " + id
	if !d.guesses.AllowedTo(who) {
		return s, errTooMany
	}
	_, err := d.Keeper.Store.DeviceByKey(ctx, id, s.key)
	if errors.Is(err, sensor.ErrDenied) {
		d.guesses.WrongBy(who)
	}
	return s, err
}

// take gives a message of an admitted device to the keeper. sensor.ErrDenied,
// sensor.ErrReading, errTooMany.
func (d *Door) take(ctx context.Context, id string, key docket.Hash, body []byte) error {
	r, err := sensor.ParseReading(body)
	bound := d.messages
	if err == nil && r.Call {
		bound = d.calls
	}
	if !bound.Take(id) {
		return errTooMany
	}
	if err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	_, err = d.Keeper.Receive(bounded, id, key, body)
	return err
}
