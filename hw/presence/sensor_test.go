package presence_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"lintai/hw"
	"lintai/hw/presence"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
)

// supervised runs a sensor in synthetic time and tells what it said.
func supervised(t *testing.T, pin string, active gpio.Level, test func(said func() []bool, health func() hw.Health)) {
	var mu sync.Mutex
	var all []bool
	s := presence.New(presence.Config{Pin: pin, Active: active, OnChange: func(here bool) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, here)
	}})
	keeper := supervise.New(supervise.Config{Open: s.Open})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		keeper.Run(ctx)
	}()
	test(func() []bool {
		mu.Lock()
		defer mu.Unlock()
		return all
	}, keeper.Health)
	cancel()
	<-ended
}

func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestSensorOnItsPin(t *testing.T) {
	for name, active := range map[string]gpio.Level{"active high": gpio.High, "active low": gpio.Low} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pin := &gpiotest.Pin{N: "TEST_PRESENCE", L: !active, EdgesChan: make(chan gpio.Level, 16)}
				if err := gpioreg.Register(pin); err != nil {
					t.Fatal(err)
				}
				defer gpioreg.Unregister(pin.N)
				supervised(t, pin.N, active, func(said func() []bool, health func() hw.Health) {
					pass(time.Minute)
					if got := said(); len(got) > 0 || health().State != hw.Ready {
						t.Fatalf("%v with nobody there, %+v", got, health())
					}
					pin.EdgesChan <- active
					pass(300 * time.Millisecond)
					if got := said(); len(got) != 1 || !got[0] {
						t.Fatalf("%v when somebody is there", got)
					}
					pin.Out(!active) // the edge gets lost
					pass(11 * time.Second)
					if got := said(); len(got) != 2 || got[1] {
						t.Fatalf("%v when nobody is there any more", got)
					}
				})
			})
		})
	}
}

func TestMissingPinIsHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		supervised(t, "NO_SUCH_PIN", gpio.High, func(said func() []bool, health func() hw.Health) {
			pass(time.Minute)
			if h := health(); h.State != hw.Absent || h.Code != fault.Unplugged || len(said()) > 0 {
				t.Fatalf("health %+v, said %v", h, said())
			}
		})
	})
}

func TestSomebodyIsGoneWhenTheSensorIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := &gpiotest.Pin{N: "TEST_PRESENCE", EdgesChan: make(chan gpio.Level, 16)}
		if err := gpioreg.Register(pin); err != nil {
			t.Fatal(err)
		}
		defer gpioreg.Unregister(pin.N)
		var said func() []bool
		supervised(t, pin.N, gpio.High, func(s func() []bool, _ func() hw.Health) {
			said = s
			pass(time.Second)
			pin.EdgesChan <- gpio.High
			pass(time.Second)
		})
		if got := said(); len(got) != 2 || !got[0] || got[1] {
			t.Fatalf("said %v", got)
		}
	})
}
