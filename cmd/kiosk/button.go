package main

import (
	"context"

	"lintai/hw/button"
	"lintai/hw/emulate"
	"lintai/kiosk/settings"
	"lintai/kiosk/visit"
)

// newCallButton starts the call button: on the board's pins, or on those of an
// emulated bench, which the same driver finds by name.
func (d *devices) newCallButton(s settings.Button) error {
	options := button.Options{Pin: s.Pin, Light: s.Light, OnEvent: d.buttonEvent, OnHealth: d.health(visit.Button)}
	switch {
	case s.Bench != "":
		bench := emulate.ConnectButton(s.Bench)
		if err := bench.Register(); err != nil {
			bench.Close()
			return err
		}
		d.start = append(d.start, func(ctx context.Context) { <-ctx.Done(); bench.Close() })
		options.Pin, options.Light = emulate.BenchButtonPin, emulate.BenchLightPin
	case s.Pin == "":
		d.missing(visit.Button)
		return nil
	}
	d.button = button.New(options)
	d.start = append(d.start, d.button.Run)
	return nil
}

// buttonEvent: a call is raised as soon as the press is certain, long or short.
func (d *devices) buttonEvent(e button.Event) {
	if e == button.Pressed {
		d.post(visit.ButtonPressed{})
	}
}

// Show is terminal.Light.
func (d *devices) Show(p visit.LightPattern) {
	if d.button == nil {
		return
	}
	d.button.Show(map[visit.LightPattern]button.Pattern{
		visit.LightOff: button.Off, visit.LightCalling: button.Calling, visit.LightAnswered: button.Answered,
	}[p])
}
