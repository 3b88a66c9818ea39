package button_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"lintai/hw"
	"lintai/hw/button"
	"lintai/kiosk/fault"
)

// bench runs a driver on two fake pins in a bubble of synthetic time.
type bench struct {
	t      *testing.T
	pin    *gpiotest.Pin
	light  *gpiotest.Pin
	driver *button.Button
	mu     sync.Mutex
	events []button.Event
}

// inBubble runs a test in synthetic time; every wait in it takes no time at all.
func inBubble(t *testing.T, pinName, lightName string, test func(b *bench)) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t,
			pin:   &gpiotest.Pin{N: "TEST_BUTTON", EdgesChan: make(chan gpio.Level, 16)},
			light: &gpiotest.Pin{N: "TEST_LIGHT", L: gpio.High},
		}
		for _, p := range []*gpiotest.Pin{b.pin, b.light} {
			if err := gpioreg.Register(p); err != nil {
				t.Fatal(err)
			}
			defer gpioreg.Unregister(p.N)
		}
		b.driver = button.New(button.Options{Pin: pinName, Light: lightName,
			OnEvent: func(e button.Event) {
				b.mu.Lock()
				defer b.mu.Unlock()
				b.events = append(b.events, e)
			}})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			b.driver.Run(ctx)
		}()
		synctest.Wait()
		test(b)
		cancel()
		<-ended
		if b.light.Read() != gpio.Low && lightName == b.light.N {
			t.Error("the ring still shines after the end")
		}
	})
}

// pass lets synthetic time pass.
func (b *bench) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (b *bench) want(events ...button.Event) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.events, events) {
		b.t.Fatalf("events %v, want %v", b.events, events)
	}
}

func TestPressIsToldWhileTheFingerIsStillDown(t *testing.T) {
	inBubble(t, "TEST_BUTTON", "TEST_LIGHT", func(b *bench) {
		b.pass(time.Second)
		b.pin.EdgesChan <- gpio.Low
		b.pass(24 * time.Millisecond)
		b.want()
		b.pass(2 * time.Millisecond)
		b.want(button.Pressed)
		b.pass(1500 * time.Millisecond)
		b.want(button.Pressed, button.LongPressed)
		b.pin.EdgesChan <- gpio.High
		b.pass(30 * time.Millisecond)
		b.want(button.Pressed, button.LongPressed, button.Released)
	})
}

func TestPressIsSeenWithoutItsEdge(t *testing.T) {
	inBubble(t, "TEST_BUTTON", "", func(b *bench) {
		b.pass(time.Second)
		b.pin.Out(gpio.Low) // the level changes, the edge gets lost
		b.pass(300 * time.Millisecond)
		b.want(button.Pressed)
	})
}

func TestStaleEdgesArePassedOver(t *testing.T) {
	inBubble(t, "TEST_BUTTON", "", func(b *bench) {
		b.pass(time.Second)
		for range 7 {
			b.pin.EdgesChan <- gpio.Low
			b.pin.EdgesChan <- gpio.High
		}
		b.pass(time.Second)
		b.want()
	})
}

func TestStuckButtonIsAFaultUntilItIsOpen(t *testing.T) {
	inBubble(t, "TEST_BUTTON", "", func(b *bench) {
		b.pass(time.Second)
		b.pin.EdgesChan <- gpio.Low
		b.pass(40 * time.Second)
		b.want(button.Pressed, button.LongPressed, button.Stuck)
		if h := b.driver.Health(); h.State != hw.Fault || h.Code != fault.ButtonStuck || h.Severity != fault.Degraded {
			t.Fatalf("health %+v", h)
		}
		b.pin.EdgesChan <- gpio.High
		b.pass(1100 * time.Millisecond)
		b.want(button.Pressed, button.LongPressed, button.Stuck, button.Healed)
		if h := b.driver.Health(); h.State != hw.Ready || h.Code != fault.None {
			t.Fatalf("health %+v", h)
		}
	})
}

func TestMissingPinsAreHealthAndNoCrash(t *testing.T) {
	inBubble(t, "NO_SUCH_PIN", "TEST_LIGHT", func(b *bench) {
		b.driver.Show(button.Calling)
		b.pass(time.Minute)
		if h := b.driver.Health(); h.State != hw.Absent || h.Code != fault.Unplugged {
			t.Fatalf("health %+v", h)
		}
		b.light.Out(gpio.Low) // never touched: nothing watches the button
	})
	inBubble(t, "TEST_BUTTON", "NO_SUCH_PIN", func(b *bench) {
		b.driver.Show(button.Calling)
		b.pass(time.Second)
		if h := b.driver.Health(); h.State != hw.Degraded || h.Code != fault.DeviceFailed {
			t.Fatalf("health %+v", h)
		}
		b.pin.EdgesChan <- gpio.Low
		b.pass(time.Second)
		b.want(button.Pressed) // it still calls
	})
}

func TestRingShinesAsAsked(t *testing.T) {
	inBubble(t, "TEST_BUTTON", "TEST_LIGHT", func(b *bench) {
		// look samples the ring ten times a second.
		look := func() string {
			var s []byte
			for range 20 {
				b.pass(100 * time.Millisecond)
				if b.light.Read() == gpio.High {
					s = append(s, '#')
				} else {
					s = append(s, '.')
				}
			}
			return string(s)
		}
		if got := look(); got != "...................." {
			t.Fatalf("off looks like %s", got)
		}
		b.driver.Show(button.Calling)
		b.pass(50 * time.Millisecond)
		if got := look(); got != "####.....#####.....#" {
			t.Fatalf("calling looks like %s", got)
		}
		b.driver.Show(button.Answered)
		if got := look(); got != "####################" {
			t.Fatalf("answered looks like %s", got)
		}
		b.driver.Show(button.Off)
		if got := look(); got != "...................." {
			t.Fatalf("off again looks like %s", got)
		}
	})
}
