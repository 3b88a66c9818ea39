package power_test

import (
	"strings"
	"testing"

	"lintai/deploy/prove/power"
)

// find makes sure that a fault that was planted is found.
func find(t *testing.T, r *power.Recording, given task, n int, holds check) {
	t.Helper()
	var o outcome
	for tried := 20; len(o.broken) == 0 && o.images < n; tried += tried {
		o.add(try(t, r, nil, given.key, tried, uint64(tried), holds))
	}
	if len(o.broken) == 0 {
		t.Errorf("%d disks after %d cuts, and nothing is broken: the proof proves nothing", o.images, o.cuts)
		return
	}
	t.Logf("%d of %d disks break a promise, the first: %.300s", len(o.broken), o.images, o.broken[0])
}

// What the proof must find: SQLite told not to sync, or not at each commit; a
// folder that is not synced; a disk that swallows a sync.
func TestPowerCutFindsPlantedFaults(t *testing.T) {
	for _, synchronous := range []string{"OFF", "NORMAL"} {
		t.Run("queue with synchronous="+synchronous, func(t *testing.T) {
			given := task{role: "queue", folder: scratch(t), key: newKey(t), seed: 7, synchronous: synchronous}
			find(t, record(t, given), given, 300, checkQueue)
		})
	}
	t.Run("central with synchronous=OFF", func(t *testing.T) {
		given := task{role: "central", folder: scratch(t), key: newKey(t), seed: 7, synchronous: "OFF"}
		find(t, record(t, given), given, 300, checkCentral)
	})
	t.Run("central with synchronous=NORMAL", func(t *testing.T) {
		given := task{role: "central", folder: scratch(t), key: newKey(t), seed: 7, synchronous: "NORMAL"}
		find(t, record(t, given), given, 300, checkCentral)
	})
	t.Run("central whose folder is not synced", func(t *testing.T) {
		given := task{role: "central", folder: scratch(t), key: newKey(t), seed: 7}
		find(t, record(t, given).Without(power.Event.IsFolder), given, 300, checkCentral)
	})
	for _, c := range []struct {
		name, role string
		holds      check
		drop       func(power.Event) bool
	}{
		{"identity whose draft is not synced", "identity", checkIdentity, func(e power.Event) bool { return e.Kind == power.Sync && !e.IsFolder() }},
		{"identity whose folder is not synced", "identity", checkIdentity, power.Event.IsFolder},
		{"keys whose drafts are not synced", "keys", checkKeys, func(e power.Event) bool {
			return e.Kind == power.Sync && !e.IsFolder() && strings.Contains(e.Path, "/keys/")
		}},
		{"keys in a folder whose own is not synced", "keys", checkKeys, func(e power.Event) bool { return e.IsFolder() && e.Path == "data" }},
		{"salvage that does not sync the folder", "salvage", checkSalvage, power.Event.IsFolder},
	} {
		t.Run(c.name, func(t *testing.T) {
			given := task{role: c.role, folder: scratch(t), key: newKey(t), seed: 9}
			find(t, record(t, given).Without(c.drop), given, 300, c.holds)
		})
	}
	given := task{role: "queue", folder: scratch(t), key: newKey(t), seed: 8}
	sound := record(t, given)
	syncs := 0
	for name, drop := range map[string]func(power.Event) bool{
		"queue whose folder is not synced": func(e power.Event) bool { return e.IsFolder() },
		"queue whose log is not synced":    func(e power.Event) bool { return e.Kind == power.Sync && strings.HasSuffix(e.Path, "-wal") },
		"queue whose file is not synced":   func(e power.Event) bool { return e.Kind == power.Sync && strings.HasSuffix(e.Path, ".db") },
		"disk that swallows one sync in ten": func(e power.Event) bool {
			if e.Kind == power.Sync {
				syncs++
			}
			return e.Kind == power.Sync && syncs%10 == 0
		},
	} {
		t.Run(name, func(t *testing.T) { find(t, sound.Without(drop), given, 300, checkQueue) })
	}
}
