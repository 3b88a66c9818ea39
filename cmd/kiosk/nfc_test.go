package main

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lintai/hw/emulate"
	"lintai/kiosk/fault"
	"lintai/kiosk/settings"
	"lintai/kiosk/visit"
)

// TestATagWakesAndIsNeverTakenForACard: from the emulated chip to the visit's
// events, with the cable pulled in between.
func TestATagWakesAndIsNeverTakenForACard(t *testing.T) {
	device := emulate.NewNFC()
	line, err := emulate.NewLine(filepath.Join(t.TempDir(), "nfc"), device)
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	var log bytes.Buffer
	events := make(chan visit.Event, 100)
	d := &devices{post: func(e visit.Event) { events <- e }, log: slog.New(slog.NewTextHandler(&log, nil)), book: newHealthBook(map[string]string{"nfc": line.Path()})}
	d.newTagReader(settings.NFC{Serial: settings.Serial{Port: line.Path(), Baud: 115200}})
	ctx, stop := context.WithCancel(t.Context())
	var parts sync.WaitGroup
	d.run(ctx, &parts)
	end := func() { stop(); parts.Wait() }
	defer end()

	var last visit.Event
	next := func() visit.Event {
		got := <-events
		for _, health := got.(visit.DeviceChanged); health && got == last; {
			got = <-events // the same fault with other details
		}
		last = got
		return got
	}
	want := func(want visit.Event) {
		t.Helper()
		if got := next(); got != want {
			t.Fatalf("%T%+v, want %T%+v", got, got, want, want)
		}
	}
	want(visit.DeviceChanged{Device: visit.TagReader})
	if err := device.Lay(emulate.Tag{UID: []byte{0xDE, 0xAD, 0xBE, 0xEF}}); err != nil {
		t.Fatal(err)
	}
	want(visit.CardPresent{})
	device.Lift()
	if err := device.Lay(emulate.Tag{B: true, UID: []byte{0xCA, 0xFE, 0xF0, 0x0D}}); err != nil {
		t.Fatal(err)
	}
	want(visit.CardPresent{}) // and no CardLifted before it
	if err := line.Unplug(); err != nil {
		t.Fatal(err)
	}
	want(visit.DeviceChanged{Device: visit.TagReader, Fault: fault.Unplugged})
	if err := line.Plug(); err != nil {
		t.Fatal(err)
	}
	// The reader tells of the tag and the supervisor of the reader, each from a
	// goroutine of its own: here either may be first.
	back := map[visit.Event]bool{next(): true, next(): true}
	if !back[visit.DeviceChanged{Device: visit.TagReader}] || !back[visit.CardPresent{}] {
		t.Fatalf("after the cable is back: %+v", back)
	}
	end()
	if rows := d.book.snapshot().Devices; len(rows) != 1 || rows[0].Name != "nfc" || rows[0].Port != line.Path() {
		t.Errorf("the book has %+v", rows)
	}
	for _, uid := range []string{"deadbeef", "cafef00d", "de ad be ef", "222 173 190 239"} {
		if strings.Contains(strings.ToLower(log.String()), uid) {
			t.Errorf("the log tells a UID:\n%s", log.String())
		}
	}
	if !strings.Contains(log.String(), "PN532 1.6") {
		t.Errorf("the log does not tell what the reader is:\n%s", log.String())
	}
}

func TestATerminalWithoutATagReaderLacksNothing(t *testing.T) {
	d := &devices{post: func(e visit.Event) { t.Errorf("%T", e) }, book: newHealthBook(nil)}
	d.newTagReader(settings.NFC{Serial: settings.Serial{Baud: 115200}})
	var parts sync.WaitGroup
	d.run(t.Context(), &parts)
	parts.Wait()
}
