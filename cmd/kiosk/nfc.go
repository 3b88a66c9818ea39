package main

import (
	"context"
	"time"

	"lintai/hw/nfc"
	"lintai/hw/serialport"
	"lintai/hw/supervise"
	"lintai/kiosk/settings"
	"lintai/kiosk/visit"
)

// tagProbe is how often an idle tag reader is asked what it is.
const tagProbe = 10 * time.Second

// newTagReader starts the reader of community cards. A terminal without one lacks
// nothing that a resident would miss, so that is no fault.
func (d *devices) newTagReader(s settings.NFC) {
	open := nfc.OnSerial(serialport.Settings{Path: s.Port, Baud: s.Baud})
	switch {
	case s.SPI != "":
		open = nfc.OnSPI(nfc.SPI{Path: s.SPI, Reset: s.Reset})
	case s.Port == "":
		d.start = append(d.start, func(context.Context) { d.book.none(string(visit.TagReader)) })
		return
	}
	tags := nfc.New(nfc.Config{OpenChip: open, OnEvent: d.tagEvent})
	d.start = append(d.start, supervise.New(supervise.Config{Open: tags.Open, ProbeEvery: tagProbe, OnHealth: d.health(visit.TagReader)}).Run)
}

// tagEvent: a tag wakes the start screen. That it was lifted is not passed on: the
// visit would take it for the ID card, which may lie on its own reader still.
func (d *devices) tagEvent(e nfc.Event) {
	if _, laid := e.(nfc.Present); laid {
		d.post(visit.CardPresent{})
	}
}
