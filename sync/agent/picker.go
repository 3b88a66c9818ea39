package agent

import (
	"lintai/kiosk/request"
	"lintai/offline"
	"lintai/sync/wire"
)

// patience is how often an item that is sent alone may fail before another one
// is tried in its place.
const patience = 3

// picker chooses what to push next. A batch that fails for reasons that may lie
// in one of its items is halved until an item is alone. An item that fails alone
// is put aside only when central has settled another one since and then fails on
// it again: a line that breaks proves nothing against an item.
type picker struct {
	size   int // items in the next batch
	alone  map[string]*trouble
	recent bool // the last exchange settled something
}

type trouble struct {
	failures int
	proven   bool // central settled another item after it failed
}

func newPicker() picker { return picker{size: wire.MaxItems, alone: map[string]*trouble{}} }

// calm tells that no item is suspected of anything.
func (p *picker) calm() bool { return p.size == wire.MaxItems && len(p.alone) == 0 }

// pick returns the items of the next push, of those that wait, in their order.
// All are of one terminal number, as a push names one only.
func (p *picker) pick(waiting []offline.Waiting) []offline.Waiting {
	if len(waiting) == 0 {
		return nil
	}
	if len(p.alone) > 0 {
		for i := range waiting {
			if t := p.alone[waiting[i].ID]; t != nil && t.proven {
				return waiting[i : i+1]
			}
		}
		for i := range waiting {
			if t := p.alone[waiting[i].ID]; t == nil || t.failures < patience {
				return waiting[i : i+1]
			}
		}
		clear(p.alone) // all of them failed: it is not the items
		return waiting[:1]
	}
	if waiting[0].Attempts > 0 {
		return waiting[:1] // what was put aside once goes alone
	}
	n := 1
	for n < min(p.size, len(waiting)) && waiting[n].Attempts == 0 && together(waiting[0], waiting[n]) {
		n++
	}
	return waiting[:n]
}

// together tells whether two items may be in one push. Attachments go without
// others, because a request must not wait until its photo is through, and what
// goes up in pieces goes alone.
func together(a, b offline.Waiting) bool {
	return a.Kiosk == b.Kiosk && !large(a) && !large(b) && (a.Kind == request.KindAttachment) == (b.Kind == request.KindAttachment)
}

// settled notes that central settled these items.
func (p *picker) settled(ids []string) {
	p.recent = true
	p.size = min(2*p.size, wire.MaxItems)
	for _, id := range ids {
		delete(p.alone, id)
	}
	for id, t := range p.alone {
		if t.failures < patience {
			delete(p.alone, id)
		} else {
			t.proven = true
		}
	}
}

// blame says how far a failed push may be the fault of its items.
type blame int

const (
	blameLine  blame = iota // not at all
	blameMaybe              // perhaps: the answer did not come, or makes no sense
	blameItems              // central says so itself
)

// failed notes that a push failed. aside is the item to put aside, if any;
// again tells that the next try need not wait.
func (p *picker) failed(batch []offline.Waiting, b blame) (aside string, again bool) {
	recent := p.recent
	p.recent = false
	if b == blameLine {
		return "", false
	}
	if len(batch) > 1 {
		p.size = len(batch) / 2
		return "", b == blameItems
	}
	p.size = 1
	id := batch[0].ID
	t := p.alone[id]
	if b == blameItems || t != nil && t.proven {
		delete(p.alone, id)
		return id, recent
	}
	if t == nil {
		t = &trouble{}
		p.alone[id] = t
	}
	t.failures++
	return "", false
}
