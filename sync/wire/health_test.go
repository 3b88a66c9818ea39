package wire

import (
	"fmt"
	"testing"
	"time"

	"lintai/kiosk/fault"
)

func TestHealthHoldsWordsOnly(t *testing.T) {
	good := Device{Name: "printer", State: "fault", Fault: fault.PaperOut, Since: time.Unix(1, 0)}
	if err := (Health{Kiosk: 12, Devices: []Device{good, {Name: "card", State: "ready"}}}).Check(); err != nil {
		t.Error(err)
	}
	many := make([]Device, MaxDevices+1)
	for i := range many {
		many[i] = Device{Name: fmt.Sprint("d", i), State: "ready"}
	}
	for name, devices := range map[string][]Device{
		"no name":       {{State: "ready"}},
		"no state":      {{Name: "card"}},
		"a person":      {{Name: "张桂兰", State: "ready"}},
		"a sentence":    {{Name: "card", State: "ready and well"}},
		"a long fault":  {{Name: "card", State: "fault", Fault: "a123456789012345678901234567890123"}},
		"markup":        {{Name: "card", State: "fault", Fault: "<b>"}},
		"twice":         {good, good},
		"more than all": many,
	} {
		if err := (Health{Kiosk: 12, Devices: devices}).Check(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
