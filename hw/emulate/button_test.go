package emulate_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"

	"lintai/hw"
	"lintai/hw/button"
	"lintai/hw/emulate"
)

// TestButtonOverTheBench goes the whole way: a hand on the bench, the socket, the
// pins, the real driver, and the light back again.
func TestButtonOverTheBench(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	path := filepath.Join(t.TempDir(), "button.sock")
	hand, err := emulate.NewButton(path)
	if err != nil {
		t.Fatal(err)
	}
	defer hand.Close()
	pins := emulate.ConnectButton(path)
	defer pins.Close()
	if err := pins.Register(); err != nil {
		t.Fatal(err)
	}
	events := make(chan button.Event, 16)
	ready := make(chan struct{}, 1)
	driver := button.New(button.Options{Pin: emulate.BenchButtonPin, Light: emulate.BenchLightPin,
		OnEvent: func(e button.Event) { events <- e },
		OnHealth: func(h hw.Health) {
			if h.State == hw.Ready {
				ready <- struct{}{}
			}
		}})
	runCtx, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		driver.Run(runCtx)
	}()
	defer func() { stop(); <-ended }()

	want := func(want button.Event) {
		t.Helper()
		select {
		case got := <-events:
			if got != want {
				t.Fatalf("event %v, want %v", got, want)
			}
		case <-ctx.Done():
			t.Fatalf("no event, want %v", want)
		}
	}
	light := func(want string) {
		t.Helper()
		for hand.Light(ctx) != want {
			if ctx.Err() != nil {
				t.Fatalf("the light is never %s", want)
			}
		}
	}
	<-ready
	for range 2 { // the second time after the cable was pulled and put back
		if err := hand.WaitConnected(ctx); err != nil {
			t.Fatal(err)
		}
		hand.SetContact(true)
		want(button.Pressed)
		driver.Show(button.Calling)
		light("blinking")
		driver.Show(button.Answered)
		light("on")
		// Pulled while pressed: an open contact, as with a real cable.
		if err := hand.Unplug(); err != nil {
			t.Fatal(err)
		}
		hand.SetContact(false)
		for e := range events {
			if e == button.Released {
				break
			}
		}
		driver.Show(button.Off)
		if err := hand.Plug(); err != nil {
			t.Fatal(err)
		}
		light("off")
	}
	if button, _ := pins.Pins(); button.Read() != gpio.High {
		t.Error("an open contact reads low")
	}
}
