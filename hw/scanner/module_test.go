package scanner_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/scanner"
	"lintai/hw/serialport"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
)

// desk is a GM65 on a pseudo-terminal and the driver under supervision.
type desk struct {
	*bench
	module *emulate.GM65
	driver *scanner.Scanner
}

func connect(t *testing.T, baud int) *desk {
	t.Helper()
	d := &desk{bench: &bench{t: t, codes: make(chan string, 100), healths: make(chan hw.Health, 1000)}, module: emulate.NewGM65("\r\n")}
	var err error
	d.line, err = emulate.NewLine(filepath.Join(t.TempDir(), "scanner"), d.module)
	if err != nil {
		t.Fatal(err)
	}
	d.driver = scanner.New(scanner.Config{
		OpenPort: scanner.On(serialport.Settings{Path: d.line.Path(), Baud: baud}),
		Protocol: scanner.GM65,
		OnCode:   func(code string) { d.codes <- code },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		supervise.New(supervise.Config{Open: d.driver.Open, ProbeEvery: 2 * time.Second, Clock: hurried{}, OnHealth: func(h hw.Health) { d.healths <- h }}).Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-ended; d.line.Close() })
	return d
}

// asked waits for the next command of a kind.
func (d *desk) asked(kind byte) []byte {
	d.t.Helper()
	commands := make(chan []byte, 1)
	d.module.Watch(func(c []byte) {
		if c[0] == kind {
			select {
			case commands <- c:
			default:
			}
		}
	})
	defer d.module.Watch(func([]byte) {})
	select {
	case c := <-commands:
		return c
	case <-time.After(patience):
		d.t.Fatalf("never asked %02X", kind)
		return nil
	}
}

func (d *desk) show(code string) {
	d.t.Helper()
	if err := d.module.Scan(code); err != nil {
		d.t.Fatal(err)
	}
}

// showUntilSeen holds a code before the scanner as a person does, who sees that nothing
// happens: noise right before a code may spoil it.
func (d *desk) showUntilSeen(code string) {
	d.t.Helper()
	for i := range 50 {
		// Once, twice, three times: each command is answered with noise, and a code
		// that is always held there at that moment is always spoilt.
		for range 1 + i%3 {
			d.show(code)
		}
		d.asked(0x07)
		if len(d.codes) > 0 {
			d.want(code)
			return
		}
	}
	d.t.Fatalf("%q is never seen", code)
}

func TestModuleIsSetToLookByItself(t *testing.T) {
	d := connect(t, 9600)
	if h := d.until(hw.Ready); h.Code != fault.None || h.Detail != "GM65, induction" {
		t.Errorf("health %+v", h)
	}
	if got := d.module.Zone(0); got != 0xD7 {
		t.Errorf("flags %02X: only the mode is the driver's business", got)
	}
	for _, code := range []string{"12345678", "https://127.0.0.1/t?c=12345678"} {
		d.show(code)
		d.want(code)
	}
}

func TestModuleThatLostItsPowerIsSetAgain(t *testing.T) {
	d := connect(t, 9600)
	d.until(hw.Ready)
	for range 3 {
		if err := d.line.Unplug(); err != nil {
			t.Fatal(err)
		}
		if h := d.until(hw.Absent); h.Code != fault.Unplugged {
			t.Errorf("health %+v", h)
		}
		if err := d.line.Plug(); err != nil {
			t.Fatal(err)
		}
		d.until(hw.Ready)
		d.show("12345678")
		d.want("12345678")
	}
}

func TestModesAndTrigger(t *testing.T) {
	d := connect(t, 9600)
	d.until(hw.Ready)
	d.driver.SetMode(scanner.OnCommand)
	d.asked(0x08)
	if h := d.until(hw.Ready); h.Detail != "GM65, on command" {
		t.Errorf("health %+v", h)
	}
	if err := d.module.Scan("12345678"); !errors.Is(err, emulate.ErrNotLooking) {
		t.Fatalf("looked without command: %v", err)
	}
	triggered := make(chan struct{}, 1)
	d.module.Watch(func(c []byte) {
		if c[0] == 0x08 && c[3] == 0x02 {
			triggered <- struct{}{}
		}
	})
	d.driver.Trigger()
	<-triggered
	d.asked(0x07) // the trigger has been obeyed by then
	d.show("12345678")
	d.want("12345678")
	d.driver.SetMode(scanner.Continuous)
	for h := d.until(hw.Ready); h.Detail != "GM65, continuous"; h = d.until(hw.Ready) {
	}
	d.show("87654321")
	d.want("87654321")
}

func TestReplyInsideACode(t *testing.T) {
	d := connect(t, 9600)
	d.until(hw.Ready)
	for at := 1; at <= 9; at++ {
		d.module.SetTrouble(emulate.GM65Trouble{InsideCode: at})
		d.asked(0x07) // its reply is kept back
		d.show("12345678")
		d.want("12345678")
		d.module.SetTrouble(emulate.GM65Trouble{})
	}
}

func TestTroubleThatPasses(t *testing.T) {
	for name, c := range map[string]struct {
		trouble emulate.GM65Trouble
		manner  emulate.Manner
	}{
		"byte by byte at the line's speed": {manner: emulate.Manner{Chunk: 1, Paced: true, Latency: 5 * time.Millisecond}},
		"garbage before each reply":        {trouble: emulate.GM65Trouble{Garbage: []byte{0xFF, 0x00, 0x02, 0x7E}}},
		"half a reply before each reply":   {trouble: emulate.GM65Trouble{Garbage: []byte{0x02, 0x00, 0x01}}},
		"replies that ask for no check":    {trouble: emulate.GM65Trouble{UncheckedCRC: true}},
		"two replies with a wrong CRC":     {trouble: emulate.GM65Trouble{WrongCRC: true, Times: 2}},
		"one reply that does not come":     {trouble: emulate.GM65Trouble{Silent: true, Times: 1}},
		"one reply cut short":              {trouble: emulate.GM65Trouble{Truncate: 3, Times: 1}},
		"one refusal":                      {trouble: emulate.GM65Trouble{Refuse: true, Times: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := connect(t, 9600)
			d.module.SetTrouble(c.trouble)
			d.line.SetManner(c.manner)
			d.until(hw.Ready)
			d.showUntilSeen("12345678")
		})
	}
}

func TestTroubleThatStaysIsHealth(t *testing.T) {
	for name, c := range map[string]struct {
		trouble emulate.GM65Trouble
		want    fault.Code
	}{
		"silence":     {emulate.GM65Trouble{Silent: true}, fault.NoAnswer},
		"wrong CRCs":  {emulate.GM65Trouble{WrongCRC: true}, fault.BadChecksum},
		"half frames": {emulate.GM65Trouble{Truncate: 5}, fault.NoAnswer},
		"refusals":    {emulate.GM65Trouble{Refuse: true}, fault.DeviceFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := connect(t, 9600)
			d.until(hw.Ready)
			d.module.SetTrouble(c.trouble)
			if h := d.until(hw.Fault); h.Code != c.want {
				t.Errorf("health %+v", h)
			}
			d.module.SetTrouble(emulate.GM65Trouble{})
			d.until(hw.Ready)
			d.show("12345678")
			d.want("12345678")
		})
	}
}

func TestAWrongSpeedIsNoAnswer(t *testing.T) {
	t.Parallel()
	d := connect(t, 115200)
	if h := d.until(hw.Fault); h.Code != fault.NoAnswer {
		t.Errorf("health %+v", h)
	}
}
