package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"lintai/hw/emulate"
	"lintai/kiosk/settings"
	"lintai/kiosk/visit"
)

// TestSomebodyBeforeTheBenchReachesTheVisit goes the whole way: a hand on the bench, the
// socket, the pin, the driver, the visit's event, and health besides.
func TestSomebodyBeforeTheBenchReachesTheVisit(t *testing.T) {
	dir, err := os.MkdirTemp("", "bench") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "presence.sock")
	hand, err := emulate.NewButton(socket)
	if err != nil {
		t.Fatal(err)
	}
	defer hand.Close()
	events := make(chan visit.Event, 10)
	book := newHealthBook(map[string]string{"presence": socket})
	d := &devices{post: func(e visit.Event) { events <- e }, log: slog.New(slog.NewTextHandler(io.Discard, nil)), book: book}
	if err := d.watchPresence(settings.Presence{Bench: socket}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	var parts sync.WaitGroup
	d.run(ctx, &parts)
	defer func() { stop(); parts.Wait() }()
	if err := hand.WaitConnected(ctx); err != nil {
		t.Fatal(err)
	}
	hand.SetContact(true)
	select {
	case e := <-events:
		if e != (visit.Presence{Here: true}) {
			t.Fatalf("event %+v", e)
		}
	case <-ctx.Done():
		t.Fatal("nobody is seen")
	}
	if rows := book.snapshot().Devices; len(rows) != 1 || rows[0].State != "ready" || rows[0].Port != socket {
		t.Errorf("health %+v", rows)
	}
}

func TestNoPresenceSensorIsNoFault(t *testing.T) {
	book := newHealthBook(nil)
	d := &devices{post: func(e visit.Event) { t.Errorf("posts %v", e) }, book: book}
	if err := d.watchPresence(settings.Presence{}); err != nil || len(d.start) > 0 {
		t.Fatal(err)
	}
	if rows := book.snapshot().Devices; len(rows) != 1 || rows[0].State != "none" || rows[0].Fault != "" {
		t.Errorf("health %+v", rows)
	}
}
