package main

import (
	"context"
	"time"

	"lintai/hw"
	"lintai/hw/button"
	"lintai/hw/camera"
	"lintai/hw/checkup"
	"lintai/hw/emulate"
	"lintai/hw/idcard"
	"lintai/hw/microphone"
	"lintai/hw/nfc"
	"lintai/hw/presence"
	"lintai/hw/printer"
	"lintai/hw/scanner"
	"lintai/hw/serialport"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/settings"
	"lintai/kiosk/slip"
)

// named are the devices of a terminal with their drivers, as cmd/kiosk joins them.
func named(s *settings.Settings) []checkup.Device {
	ports := s.Ports()
	var all []checkup.Device
	add := func(name string, start func(onHealth func(hw.Health)) (func(context.Context), error)) {
		port, has := ports[name]
		if !has {
			start = nil
		}
		all = append(all, checkup.Device{Name: name, Port: port, Start: start})
	}
	supervised := func(open hw.Opener, onHealth func(hw.Health)) (func(context.Context), error) {
		return supervise.New(supervise.Config{Open: open, OnHealth: onHealth}).Run, nil
	}
	add("card", func(onHealth func(hw.Health)) (func(context.Context), error) {
		return supervised(idcard.New(idcard.Config{OpenPort: idcard.On(serialport.Settings{Path: s.Card.Port, Baud: s.Card.Baud})}).Open, onHealth)
	})
	add("scanner", func(onHealth func(hw.Health)) (func(context.Context), error) {
		return supervised(scanner.New(scanner.Config{
			OpenPort: scanner.On(serialport.Settings{Path: s.Scanner.Port, Baud: s.Scanner.Baud}),
			Protocol: scanner.Protocol(s.Scanner.Mode),
		}).Open, onHealth)
	})
	add("nfc", func(onHealth func(hw.Health)) (func(context.Context), error) {
		open := nfc.OnSerial(serialport.Settings{Path: s.NFC.Port, Baud: s.NFC.Baud})
		if s.NFC.SPI != "" {
			open = nfc.OnSPI(nfc.SPI{Path: s.NFC.SPI, Reset: s.NFC.Reset})
		}
		return supervised(nfc.New(nfc.Config{OpenChip: open}).Open, onHealth)
	})
	add("printer", func(onHealth func(hw.Health)) (func(context.Context), error) {
		p, err := newPrinter(s, onHealth)
		if err != nil {
			return nil, err
		}
		return p.Run, nil
	})
	add("button", func(onHealth func(hw.Health)) (func(context.Context), error) {
		options := button.Options{Pin: s.Button.Pin, Light: s.Button.Light, OnHealth: onHealth}
		if s.Button.Bench == "" {
			return button.New(options).Run, nil
		}
		bench := emulate.ConnectButton(s.Button.Bench)
		if err := bench.Register(); err != nil {
			bench.Close()
			return nil, err
		}
		options.Pin, options.Light = emulate.BenchButtonPin, emulate.BenchLightPin
		return func(ctx context.Context) {
			defer bench.Close()
			button.New(options).Run(ctx)
		}, nil
	})
	add("presence", func(onHealth func(hw.Health)) (func(context.Context), error) {
		if s.Presence.Bench == "" {
			return supervised(presence.New(presence.Config{Pin: s.Presence.Pin, Active: s.Presence.Active == "high"}).Open, onHealth)
		}
		bench := emulate.ConnectPresence(s.Presence.Bench)
		if err := bench.Register(); err != nil {
			bench.Close()
			return nil, err
		}
		return func(ctx context.Context) {
			defer bench.Close()
			supervise.New(supervise.Config{Open: presence.New(presence.Config{Pin: emulate.BenchPresencePin}).Open, OnHealth: onHealth}).Run(ctx)
		}, nil
	})
	add("speaker", soundCheck)
	add("microphone", func(onHealth func(hw.Health)) (func(context.Context), error) {
		return supervised(microphone.New(microphone.Config{Device: s.Microphone.Device}).Open, onHealth)
	})
	add("camera", func(onHealth func(hw.Health)) (func(context.Context), error) {
		return supervised(camera.New(camera.Config{Path: s.Camera.Device, Socket: s.Camera.Bench}).Open, onHealth)
	})
	return all
}

func newPrinter(s *settings.Settings, onHealth func(hw.Health)) (*printer.Printer, error) {
	profile, err := printer.ForWidth(s.Printer.WidthMM)
	if err != nil {
		return nil, err
	}
	return printer.New(printer.Options{
		Line:     printer.Line{Address: s.Printer.Port, Baud: s.Printer.Baud},
		Profile:  profile,
		VoidNote: phrase.Text("slip.void"),
	}, onHealth), nil
}

// printerWait is how long a printer may take to be found ready for a slip.
const printerWait = 10 * time.Second

// printAlone prints one slip while no terminal runs.
func printAlone(ctx context.Context, s *settings.Settings, document slip.Slip) slip.Result {
	if s.Printer.Port == "" {
		return slip.Result{Outcome: slip.NotPrinted, Method: "none", Fault: fault.Unplugged}
	}
	told := make(chan struct{}, 1)
	p, err := newPrinter(s, func(h hw.Health) {
		if h.State.Usable() || h.Code != fault.None {
			select {
			case told <- struct{}{}:
			default:
			}
		}
	})
	if err != nil {
		return slip.Result{Outcome: slip.NotPrinted, Method: "none", Fault: fault.ConfigInvalid}
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.Run(ctx)
	}()
	defer func() { stop(); <-ended }()
	select {
	case <-told:
	case <-time.After(printerWait):
	case <-ctx.Done():
	}
	return p.Print(ctx, document)
}
