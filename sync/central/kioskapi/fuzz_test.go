package kioskapi

import (
	"encoding/json"
	"testing"
	"time"

	"lintai/sync/wire"
)

// FuzzHealth: whatever a terminal says of itself, what is kept are single words,
// counts, and times that are not later than now.
func FuzzHealth(f *testing.F) {
	age := int64(1 << 62)
	good, err := json.Marshal(wire.Health{
		Kiosk: 12, DeviceTime: time.Unix(0, 0).UTC(), Devices: []wire.Device{{Name: "printer", State: "ready", Since: time.Unix(5, 0)}},
		Queue: &wire.QueueHealth{Waiting: 3, Oldest: time.Unix(9, 0), OldestAge: &age}, Versions: map[string]string{"catalog": "7", "program": "v1"},
		Audit: &wire.AuditHealth{},
	})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		string(good), `{}`, `null`, `{"queue":{"oldest_age":-1}}`, `{"devices":[{"name":"110101199003078515 测试甲"}]}`,
		`{"device_time":"9999-12-31T23:59:59Z","devices":[{"name":"a","state":"b","since":"0000-01-01T00:00:00Z","last_ok":"9999-12-31T23:59:59Z"}]}`,
	} {
		f.Add([]byte(seed))
	}
	now := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte) {
		var told wire.Health
		if json.Unmarshal(body, &told) != nil || told.Check() != nil {
			return
		}
		kept := byOurClock(told, now)
		if _, err := json.Marshal(kept); err != nil {
			t.Fatalf("it cannot be kept: %v", err)
		}
		for _, d := range kept.Devices {
			if d.Since.After(now) || d.LastOK.After(now) {
				t.Errorf("%+v is later than now", d)
			}
		}
		if kept.Queue != nil && kept.Queue.Oldest.After(now) {
			t.Errorf("%+v is later than now", kept.Queue)
		}
		for _, text := range told.Versions {
			if n := number(text); n < 0 {
				t.Errorf("version %d", n)
			}
		}
	})
}
