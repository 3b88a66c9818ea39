package agent

import (
	mathrand "math/rand/v2"
	"slices"
	"testing"

	"lintai/offline"
	"lintai/sync/wire"
)

func waitingOf(ids ...string) []offline.Waiting {
	list := make([]offline.Waiting, len(ids))
	for i, id := range ids {
		list[i].ID, list[i].Kiosk = id, kioskNumber
	}
	return list
}

func idsOf(batch []offline.Waiting) (ids []string) {
	for _, w := range batch {
		ids = append(ids, w.ID)
	}
	return ids
}

func TestPickerBlamesNoItemForTheLine(t *testing.T) {
	p := newPicker()
	all := waitingOf("a", "b", "c")
	for range 1000 {
		batch := p.pick(all)
		if list(idsOf(batch)) != "[a b c]" {
			t.Fatalf("after failures of the line: %v", idsOf(batch))
		}
		if aside, again := p.failed(batch, blameLine); aside != "" || again {
			t.Fatalf("a failure of the line: %q %v", aside, again)
		}
	}
}

func TestPickerPutsNothingAsideWhenEverythingFails(t *testing.T) {
	p := newPicker()
	all := waitingOf("a", "b", "c")
	tried := map[string]int{}
	for range 1000 {
		batch := p.pick(all)
		tried[batch[0].ID]++
		if aside, _ := p.failed(batch, blameMaybe); aside != "" {
			t.Fatalf("%q was put aside without proof", aside)
		}
	}
	for _, w := range all {
		if tried[w.ID] < 200 {
			t.Errorf("tries %v: one holds up the others", tried)
		}
	}
	// Central is back: all go, the first first or right after the one tried.
	var order []string
	for len(all) > 0 {
		ids := idsOf(p.pick(all))
		order = append(order, ids...)
		p.settled(ids)
		all = slices.DeleteFunc(all, func(w offline.Waiting) bool { return slices.Contains(ids, w.ID) })
	}
	if slices.Index(order, "a") > 1 {
		t.Errorf("order after the outage %v", order)
	}
}

func TestPickerFindsThePoisonedItem(t *testing.T) {
	for seed := range uint64(200) {
		random := mathrand.New(mathrand.NewPCG(seed, 4))
		var all []offline.Waiting
		poisoned := map[string]bool{}
		for i := range 1 + random.IntN(30) {
			w := waitingOf(string(rune('A' + i)))[0]
			poisoned[w.ID] = random.IntN(6) == 0
			all = append(all, w)
		}
		var good []string
		for _, w := range all {
			if !poisoned[w.ID] {
				good = append(good, w.ID)
			}
		}
		p := newPicker()
		delivered := 0
		for step := 0; delivered < len(good); step++ {
			if step > 2000 {
				t.Fatalf("seed %d: %d of %d good items after %d pushes", seed, delivered, len(good), step)
			}
			batch := p.pick(all)
			ids := idsOf(batch)
			if slices.ContainsFunc(ids, func(id string) bool { return poisoned[id] }) {
				aside, _ := p.failed(batch, blameMaybe)
				if aside != "" {
					if !poisoned[aside] {
						t.Fatalf("seed %d: %s was put aside and is good", seed, aside)
					}
					i := slices.IndexFunc(all, func(w offline.Waiting) bool { return w.ID == aside })
					w := all[i]
					w.Attempts++
					all = append(slices.Delete(all, i, i+1), w) // as the queue orders them
				}
				continue
			}
			p.settled(ids)
			delivered += len(ids)
			all = slices.DeleteFunc(all, func(w offline.Waiting) bool { return slices.Contains(ids, w.ID) })
		}
	}
}

func TestPickerHalvesAndGrowsAgain(t *testing.T) {
	p := newPicker()
	var ids []string
	for i := range wire.MaxItems {
		ids = append(ids, string(rune('一'+i)))
	}
	all := waitingOf(ids...)
	for _, want := range []int{100, 50, 25, 12} {
		batch := p.pick(all)
		if len(batch) != want {
			t.Fatalf("batch of %d, want %d", len(batch), want)
		}
		if _, again := p.failed(batch, blameItems); !again {
			t.Error("a batch that is too large need not wait to be halved")
		}
	}
	for _, want := range []int{6, 12, 24, 48, 96, 100, 100} {
		batch := p.pick(all)
		if len(batch) != want {
			t.Fatalf("batch of %d, want %d", len(batch), want)
		}
		p.settled(nil)
	}
}

func TestPickerKeepsNumbersAndOutcastsApart(t *testing.T) {
	p := newPicker()
	all := waitingOf("a", "b", "c", "d", "e")
	all[2].Kiosk = 7
	all[4].Attempts = 1
	for _, want := range []string{"[a b]", "[c]", "[d]", "[e]"} {
		batch := p.pick(all)
		if list(idsOf(batch)) != want {
			t.Fatalf("batch %v, want %s", idsOf(batch), want)
		}
		p.settled(nil)
		all = all[len(batch):]
	}
	if p.pick(nil) != nil {
		t.Error("a batch of nothing")
	}
}
