package main

import (
	"context"

	"periph.io/x/conn/v3/gpio"

	"lintai/hw/emulate"
	"lintai/hw/presence"
	"lintai/kiosk/settings"
	"lintai/kiosk/visit"
)

// watchPresence starts the presence sensor: on the board's pin, or on that of an
// emulated bench, which the same driver finds by name. A terminal without one greets
// nobody, and nothing is wrong with it.
func (d *devices) watchPresence(s settings.Presence) error {
	config := presence.Config{Pin: s.Pin, Active: s.Active == "high", OnChange: func(here bool) { d.post(visit.Presence{Here: here}) }}
	switch {
	case s.Bench != "":
		bench := emulate.ConnectPresence(s.Bench)
		if err := bench.Register(); err != nil {
			bench.Close()
			return err
		}
		d.start = append(d.start, func(ctx context.Context) { <-ctx.Done(); bench.Close() })
		config.Pin, config.Active = emulate.BenchPresencePin, gpio.High
	case s.Pin == "":
		d.book.none("presence")
		return nil
	}
	d.supervise("presence", presence.New(config).Open, optionalEvery)
	return nil
}
