package offline

import (
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
)

// model is what a queue should hold, kept in the plainest way.
type model struct {
	items    []*modelItem
	statuses map[string]Status
	cursor   int64
}

type modelItem struct {
	id       string
	code     ticket.Code // empty for a call
	priority int
	attempts int
	state    State
	savedAt  time.Time
	settled  time.Time
}

func (m *model) waiting() []string {
	var list []*modelItem
	for _, i := range m.items {
		if i.state == Saved {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b *modelItem) int {
		if a.attempts != b.attempts {
			return a.attempts - b.attempts
		}
		return a.priority - b.priority
	})
	var ids []string
	for _, i := range list {
		ids = append(ids, i.id)
	}
	return ids
}

// retain forgets what central has; the newest item always stays.
func (m *model) retain() {
	var kept []*modelItem
	for n, i := range m.items {
		if i.state == Delivered && n != len(m.items)-1 {
			delete(m.statuses, i.id)
			continue
		}
		kept = append(kept, i)
	}
	m.items = kept
}

func (m *model) progress(i *modelItem) visit.Progress {
	p := visit.Progress{ID: i.id, Service: "repair", Status: visit.StatusSaved, At: i.savedAt}
	if i.state == Conflict || i.state == Rejected {
		p.Status = visit.StatusHeld
	}
	if i.state == Delivered {
		p.Status, p.At = visit.StatusDelivered, i.settled
	}
	if s, ok := m.statuses[i.id]; ok {
		p.Status, p.At, p.Note = s.Status, s.At, s.Note
	}
	return p
}

func TestQueueKeepsToItsModel(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			random := mathrand.New(mathrand.NewPCG(seed, 1))
			m := &model{statuses: map[string]Status{}}
			pick := func() *modelItem {
				if len(m.items) == 0 { // or all were retained
					return nil
				}
				return m.items[random.IntN(len(m.items))]
			}
			for step := range 150 {
				// A clock that also jumps backwards.
				b.clock = noon.Add(time.Duration(random.Int64N(int64(time.Hour)))).Truncate(time.Millisecond)
				switch op := random.IntN(20); {
				case op < 6:
					r := b.request(t)
					priority := random.IntN(4)
					r.Urgency = []string{"urgent", "soon", "normal", ""}[priority]
					must(t, b.SaveRequest(t.Context(), r))
					m.items = append(m.items, &modelItem{id: r.ID, code: r.Ticket, priority: 1 + min(priority, 2), state: Saved, savedAt: b.clock})
				case op < 8:
					c := b.saveCall(t)
					m.items = append(m.items, &modelItem{id: c.ID, state: Saved, savedAt: b.clock})
				case op < 9:
					if i := pick(); i != nil && i.code != "" {
						r := b.request(t)
						r.Ticket = i.code
						if err := b.SaveRequest(t.Context(), r); err == nil {
							t.Fatal("a ticket was issued twice")
						}
					}
				case op < 12:
					waiting := m.waiting()
					var answers []Answer
					for _, id := range waiting[:random.IntN(len(waiting)+1)] {
						a := Answer{ID: id, State: []State{Delivered, Conflict, Rejected}[random.IntN(3)]}
						answers = append(answers, a)
						i := m.items[slices.IndexFunc(m.items, func(i *modelItem) bool { return i.id == id })]
						i.state, i.settled = a.State, b.clock
					}
					must(t, b.Settle(t.Context(), answers))
				case op < 13:
					if i := pick(); i != nil {
						must(t, b.SetAside(t.Context(), []string{i.id}))
						if i.state == Saved {
							i.attempts++
						}
					}
				case op < 17:
					if i := pick(); i != nil {
						s := Status{i.id, random.Int64N(10), visit.Statuses[1+random.IntN(4)], b.clock, fmt.Sprint("note ", step)}
						cursor := random.Int64N(1000)
						must(t, b.ApplyStatuses(t.Context(), cursor, []Status{s}))
						if old, ok := m.statuses[i.id]; !ok || s.Event > old.Event {
							m.statuses[i.id] = s
						}
						m.cursor = cursor
					}
				case op < 18:
					b.reopen(t)
				case op < 19:
					// The clock of this model never leaves its hour, so a retention of
					// hours takes what central has, and nothing that waits or is held.
					_, err := b.Retain(t.Context(), Rules{Now: noon.Add(3 * time.Hour), For: time.Hour})
					must(t, err)
					m.retain()
				default:
					// look only
				}

				waiting := b.next(t)
				if got, want := fmt.Sprint(ids(waiting)), fmt.Sprint(m.waiting()); got != want {
					t.Fatalf("step %d: next\n%s, want\n%s", step, got, want)
				}
				if n := b.pending(t); n != len(waiting) {
					t.Fatalf("step %d: pending %d of %d", step, n, len(waiting))
				}
				if c, err := b.Cursor(t.Context()); err != nil || c != m.cursor {
					t.Fatalf("step %d: cursor %d (%v), want %d", step, c, err, m.cursor)
				}
				if i := pick(); i != nil && i.code != "" {
					p, ok, err := b.Progress(t.Context(), i.code)
					if err != nil || !ok || p != m.progress(i) {
						t.Fatalf("step %d: progress %+v %v %v, want %+v", step, p, ok, err, m.progress(i))
					}
				}
			}
			b.reopen(t)
			if _, err := b.VerifyAudit(t.Context()); err != nil {
				t.Error(err)
			}
			var sequences []int64
			for _, w := range b.next(t) {
				if w.Kind == request.KindCall && w.Attempts == 0 {
					continue
				}
				sequences = append(sequences, w.Sequence)
			}
			if len(slices.Compact(slices.Sorted(slices.Values(sequences)))) != len(sequences) {
				t.Error("a sequence number stands twice")
			}
		})
	}
}
