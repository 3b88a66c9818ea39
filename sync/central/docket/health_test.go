package docket

import (
	"testing"
	"time"

	"lintai/kiosk/fault"
)

func TestNewsOnDevices(t *testing.T) {
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	word := func(code fault.Code, since time.Time, names ...string) Health {
		h := Health{At: since}
		for _, n := range names {
			h.Devices = append(h.Devices, Device{Name: n, State: "ready", Fault: code, Since: since})
		}
		return h
	}
	old := word(fault.PaperOut, at, "printer")
	for name, tt := range map[string]struct {
		fresh Health
		want  bool
	}{
		"the same":       {word(fault.PaperOut, at, "printer"), false},
		"a clock's tick": {word(fault.PaperOut, at.Add(time.Second), "printer"), false},
		"later":          {word(fault.PaperOut, at.Add(time.Hour), "printer"), true},
		"mended":         {word(fault.None, at, "printer"), true},
		"one more":       {word(fault.PaperOut, at, "printer", "card"), true},
		"none":           {Health{}, true},
	} {
		if got := old.News(tt.fresh); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
