package wire

import (
	"fmt"
	"strings"
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

func TestHealthHoldsCountsVersionsAndHashesOnly(t *testing.T) {
	hash, age := strings.Repeat("0a", 32), int64(5)
	good := Health{Kiosk: 12, Queue: &QueueHealth{Waiting: 3, OldestAge: &age}, Versions: map[string]string{"program": "v1.2.3-rc+4_x"},
		Audit: &AuditHealth{Sequence: 7, Hash: hash, ToldSequence: 5, ToldHash: hash}}
	for _, h := range []Health{good, {Grid: strings.Repeat("楼", maxGrid)}, {Audit: &AuditHealth{}}, {Audit: &AuditHealth{Sequence: 1, Hash: hash}}} {
		if err := h.Check(); err != nil {
			t.Error(err)
		}
	}
	many := map[string]string{}
	for i := range maxVersions + 1 {
		many[fmt.Sprint("v", i)] = "1"
	}
	before := int64(-1)
	for name, h := range map[string]Health{
		"fewer than none":      {Queue: &QueueHealth{Held: -1}},
		"from tomorrow":        {Queue: &QueueHealth{OldestAge: &before}},
		"a person":             {Versions: map[string]string{"program": "张桂兰"}},
		"a name":               {Versions: map[string]string{"Program": "1"}},
		"no version":           {Versions: map[string]string{"program": ""}},
		"a long version":       {Versions: map[string]string{"program": strings.Repeat("1", maxVersionBytes+1)}},
		"many":                 {Versions: many},
		"an entry before 1":    {Audit: &AuditHealth{Sequence: -1, Hash: hash}},
		"no hash":              {Audit: &AuditHealth{Sequence: 1}},
		"a hash of nothing":    {Audit: &AuditHealth{Hash: hash}},
		"a short hash":         {Audit: &AuditHealth{Sequence: 1, Hash: hash[2:]}},
		"no hex":               {Audit: &AuditHealth{Sequence: 1, Hash: "x" + hash[1:]}},
		"a long grid":          {Grid: strings.Repeat("楼", maxGrid+1)},
		"a grid of two lines":  {Grid: "3号\n楼"},
		"a grid of no text":    {Grid: "\xff"},
		"told of the future":   {Audit: &AuditHealth{Sequence: 1, Hash: hash, ToldSequence: 2, ToldHash: hash}},
		"told without a hash":  {Audit: &AuditHealth{Sequence: 2, Hash: hash, ToldSequence: 2}},
		"capitals in the hash": {Audit: &AuditHealth{Sequence: 1, Hash: strings.ToUpper(hash)}},
	} {
		if err := h.Check(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
