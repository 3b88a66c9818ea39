package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/readiness"
	"lintai/kiosk/slip"
	"lintai/kiosk/staffmenu"
	"lintai/kiosk/visit"
)

// carryOut does what the menu wants done; what takes long is done beside.
func (d *staffDesk) carryOut(ctx context.Context, works *sync.WaitGroup, effect staffmenu.Effect) {
	ask := func(what string, try int, words func(*appliance.Client) (string, error)) {
		works.Go(func() {
			client, err := d.fleet.computer.dial()
			var told string
			if err == nil {
				told, err = words(client)
			}
			d.tell(ctx, what, try, codeOf(err), told)
		})
	}
	switch e := effect.(type) {
	case staffmenu.LookAnew:
		works.Go(func() { d.post(staffmenu.Told{Facts: d.facts(ctx)}) })
	case staffmenu.SetVolume:
		ask("volume", e.Try, func(c *appliance.Client) (string, error) {
			return "", c.Keep(ctx, map[string]string{"sound.volume": fmt.Sprint(e.Percent)})
		})
	case staffmenu.SetLight:
		ask("light", e.Try, func(c *appliance.Client) (string, error) {
			if err := c.Light(ctx, e.Percent); err != nil {
				return "", err
			}
			return "", c.Keep(ctx, map[string]string{"panel.brightness": fmt.Sprint(e.Percent)})
		})
	case staffmenu.Restart:
		ask("restart_"+e.What, e.Try, func(c *appliance.Client) (string, error) { return "", c.Restart(ctx, e.What) })
	case staffmenu.Export:
		ask("export_"+e.What, e.Try, func(c *appliance.Client) (string, error) { return c.Export(ctx, e.What, e.Stick) })
	case staffmenu.LookForSticks:
		works.Go(func() { d.answer(ctx, d.sticks(ctx, e.Try)) })
	case staffmenu.Install:
		works.Go(func() {
			d.note("update", "version="+plain(e.Version))
			d.tell(ctx, "update", e.Try, d.fleet.install(ctx, "", e.Stick, e.Version), "")
		})
	case staffmenu.Reprint:
		works.Go(func() { d.tell(ctx, "reprint", e.Try, d.reprint(ctx), "") })
	case staffmenu.PrintReport:
		works.Go(func() {
			d.tell(ctx, "report", e.Try, unprinted(d.devices.printer.Print(ctx, d.report(ctx).Slip())), "")
		})
	case staffmenu.TryDevice:
		d.note("test", e.Device)
		switch e.Device {
		case "printer":
			works.Go(func() {
				r := d.devices.printer.Print(ctx, testSlip(time.Now()))
				d.post(staffmenu.Printed{Outcome: r.Outcome, Fault: r.Fault})
			})
		case "speaker":
			d.say()
		case "card":
			d.devices.SetMode(visit.CardsRead)
		}
	case staffmenu.Rest:
		switch e.Device {
		case "speaker":
			d.devices.Hush()
		case "card":
			d.devices.SetMode(visit.CardsNotice) // as on the start screen behind the menu
		}
	case staffmenu.Close:
		if e.Anew {
			d.stop(errStaffChanged)
		}
	}
}

func (d *staffDesk) sticks(ctx context.Context, try int) staffmenu.Sticks {
	client, err := d.fleet.computer.dial()
	var all []appliance.Stick
	if err == nil {
		all, err = client.Sticks(ctx)
	}
	found := staffmenu.Sticks{Try: try, Fault: codeOf(err)}
	for _, s := range all {
		found.All = append(found.All, staffmenu.Stick{Name: s.Name, Label: s.Label, Update: s.Bundle})
	}
	return found
}

// reprint prints the code of the last slip, and nothing else of it.
func (d *staffDesk) reprint(ctx context.Context) fault.Code {
	d.mu.Lock()
	last := d.slip
	d.mu.Unlock()
	if last.code == "" {
		return fault.DeviceFailed
	}
	return unprinted(d.devices.printer.Print(ctx, slip.Slip{Blocks: []slip.Block{
		slip.Text{Text: phrase.Text("staff_slip.title"), Large: true, Align: slip.Center},
		slip.Rule{},
		slip.Pair{Label: phrase.Text("staff_slip.code"), Value: last.code},
		slip.QR{Data: strings.ReplaceAll(last.code, " ", "")},
		slip.Text{Text: last.at.In(phrase.Zone).Format("2006-01-02 15:04"), Align: slip.Center},
		slip.Text{Text: phrase.Text("staff_slip.note")},
	}}))
}

// unprinted is the fault of a slip that did not come out, or may not have.
func unprinted(r slip.Result) fault.Code {
	switch {
	case r.Outcome == slip.Printed:
		return fault.None
	case r.Fault != fault.None:
		return r.Fault
	}
	return fault.PrintUnknown
}

// report is how the terminal is, for the slip of readiness.
func (d *staffDesk) report(ctx context.Context) readiness.Report {
	r := readiness.Report{At: time.Now(), Terminal: d.number, Place: d.settings.Terminal.Place, Source: readiness.FromTerminal}
	central := fault.None
	if !d.line.Status().Online {
		central = fault.NoCentral
	}
	queue := fault.None
	if err := d.queue.Alive(ctx); err != nil {
		queue = faultOf(err)
	}
	r.Rows = append(d.devices.book.snapshot().Devices, readiness.Part(readiness.Config, "", fault.None, ""),
		readiness.Part(readiness.Central, d.settings.Central.Address, central, ""), readiness.Part(readiness.Queue, "", queue, ""))
	r.Sort()
	r.Judge()
	return r
}

// versionsText is the versions of central's documents in a line.
func versionsText(versions map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(versions)) {
		if name != "program" {
			all = append(all, name+" "+versions[name])
		}
	}
	return strings.Join(all, ", ")
}
