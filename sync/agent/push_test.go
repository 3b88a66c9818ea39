package agent

import (
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/visit"
	"lintai/sync/wire"
)

func TestWhatIsSavedArrivesInOrderCallsFirst(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	var requests, calls []string
	for range 130 { // more than a batch
		requests = append(requests, b.saveRequest())
	}
	calls = append(calls, b.saveCall(), b.saveCall())
	stop := b.start()
	defer stop()
	b.until(func() bool { return b.link() == visit.LinkChanged{Online: true} })
	late := b.saveRequest()
	b.until(func() bool { return b.count(visit.Delivered{ID: late}) == 1 })
	stop()
	if want := append(append(calls, requests...), late); list(c.order) != list(want) {
		t.Errorf("filed %v\nwant  %v", c.order, want)
	}
	for _, id := range requests {
		if n := b.count(visit.Delivered{ID: id}); n != 1 {
			t.Errorf("request told as delivered %d times", n)
		}
	}
	for _, id := range calls {
		if n := b.count(visit.CallDelivered{ID: id}); n != 1 {
			t.Errorf("call told as delivered %d times", n)
		}
	}
	if n := len(c.pushes[0].Items); n != wire.MaxItems {
		t.Errorf("the first push had %d items", n)
	}
}

// Each fault strikes the first pushes; then central is well. Whatever happened,
// everything is filed once, in order, and told once.
func TestPushFaults(t *testing.T) {
	for _, f := range []struct {
		name   string
		push   func(w http.ResponseWriter, p wire.Push) bool
		after  func(w http.ResponseWriter, a *wire.PushAnswer) bool
		refuse bool
	}{
		{name: "cut before the push is read", push: func(w http.ResponseWriter, _ wire.Push) bool { hangUp(w, false); return true }},
		{name: "reset", push: func(w http.ResponseWriter, _ wire.Push) bool { hangUp(w, true); return true }},
		{name: "cut after the commit, before the answer", after: func(w http.ResponseWriter, _ *wire.PushAnswer) bool { hangUp(w, false); return true }},
		{name: "reset in the middle of the answer", after: func(w http.ResponseWriter, _ *wire.PushAnswer) bool {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, `{"protocol":"lintai-kiosk-1","answers":[`)
			w.(http.Flusher).Flush()
			hangUp(w, true)
			return true
		}},
		{name: "500", push: func(w http.ResponseWriter, _ wire.Push) bool {
			http.Error(w, "oops", http.StatusInternalServerError)
			return true
		}},
		{name: "503 of central", push: func(w http.ResponseWriter, _ wire.Push) bool {
			refuse(w, http.StatusServiceUnavailable, "unavailable")
			return true
		}},
		{name: "413 of central", push: func(w http.ResponseWriter, p wire.Push) bool {
			if len(p.Items) > 3 {
				refuse(w, http.StatusRequestEntityTooLarge, "too_large")
			}
			return len(p.Items) > 3
		}},
		{name: "413 of a proxy", push: func(w http.ResponseWriter, p wire.Push) bool {
			if len(p.Items) > 3 {
				http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			}
			return len(p.Items) > 3
		}},
		{name: "captive portal", push: func(w http.ResponseWriter, _ wire.Push) bool {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<html>请登录</html>")
			return true
		}},
		{name: "redirect to a portal", push: func(w http.ResponseWriter, _ wire.Push) bool {
			w.Header().Set("Location", "http://127.0.0.1:1/login")
			w.WriteHeader(http.StatusFound)
			return true
		}},
		{name: "another host that says created", push: func(w http.ResponseWriter, p wire.Push) bool {
			a := wire.PushAnswer{Protocol: "other-1"}
			for _, i := range p.Items {
				a.Answers = append(a.Answers, wire.ItemAnswer{ID: i.ID, Outcome: wire.Created})
			}
			write(w, http.StatusOK, a)
			return true
		}},
		{name: "answers for other items", push: func(w http.ResponseWriter, p wire.Push) bool {
			write(w, http.StatusOK, wire.PushAnswer{Protocol: wire.Protocol, Answers: []wire.ItemAnswer{{ID: "x", Outcome: wire.Created}}})
			return true
		}},
		{name: "no answers", push: func(w http.ResponseWriter, p wire.Push) bool {
			write(w, http.StatusOK, wire.PushAnswer{Protocol: wire.Protocol})
			return true
		}},
		{name: "401", refuse: true, push: func(w http.ResponseWriter, p wire.Push) bool {
			refuse(w, http.StatusUnauthorized, "unauthorised")
			return true
		}},
		{name: "403", refuse: true, push: func(w http.ResponseWriter, p wire.Push) bool {
			refuse(w, http.StatusForbidden, "forbidden")
			return true
		}},
	} {
		t.Run(f.name, func(t *testing.T) {
			c := newCentral(t)
			strikes := 0
			strike := func() bool {
				c.mu.Lock()
				defer c.mu.Unlock()
				strikes++
				return strikes <= 2
			}
			if f.push != nil {
				c.push = func(w http.ResponseWriter, p wire.Push) bool { return strike() && f.push(w, p) }
			}
			if f.after != nil {
				c.after = func(w http.ResponseWriter, a *wire.PushAnswer) bool { return strike() && f.after(w, a) }
			}
			b := setup(t, c, serve(t, c))
			var want []string
			for range 8 {
				want = append(want, b.saveRequest())
			}
			stop := b.start()
			defer stop()
			b.until(func() bool {
				return b.link() == visit.LinkChanged{Online: true} && (!f.refuse || b.faults[len(b.faults)-1] == fault.None)
			})
			stop()
			if list(c.order) != list(want) {
				t.Errorf("filed %v\nwant  %v", c.order, want)
			}
			for _, id := range want {
				if n := b.count(visit.Delivered{ID: id}); n != 1 {
					t.Errorf("told as delivered %d times", n)
				}
			}
			// The pull beside it is accepted, so the refusal may be told twice.
			if f.refuse != slices.Contains(b.faults, fault.CentralRefused) || !f.refuse && len(b.faults) > 0 {
				t.Errorf("faults %q", b.faults)
			}
			if b.events[0] != (visit.LinkChanged{Pending: 8}) {
				t.Errorf("the first event is %v", b.events[0])
			}
		})
	}
}

func TestRefusedTerminalIsVisibleAndNothingIsLost(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	b.options.Identity = ours().identity(1, time.Now())
	id := b.saveRequest()
	stop := b.start()
	b.until(func() bool { return slices.Contains(b.faults, fault.CentralRefused) })
	b.mu.Lock()
	if l := b.link(); l.Online {
		t.Errorf("the link is %+v", l)
	}
	b.mu.Unlock()
	items, err := b.queue.Next(t.Context(), 10, 1<<20)
	if err != nil || len(items) != 1 || items[0].ID != id || items[0].Attempts != 0 {
		t.Errorf("the queue holds %v (%v)", items, err)
	}
	stop()
}

// An item over which central falls must not hold up the others, in whatever way
// it falls; and is delivered when central has learned.
func TestPoisonedItem(t *testing.T) {
	for name, fall := range map[string]func(w http.ResponseWriter){
		"400":   func(w http.ResponseWriter) { refuse(w, http.StatusBadRequest, "bad_request") },
		"413":   func(w http.ResponseWriter) { refuse(w, http.StatusRequestEntityTooLarge, "too_large") },
		"500":   func(w http.ResponseWriter) { http.Error(w, "oops", http.StatusInternalServerError) },
		"reset": func(w http.ResponseWriter) { hangUp(w, true) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newCentral(t)
			b := setup(t, c, serve(t, c))
			poison := b.saveCall() // the first of all
			healed := false
			c.push = func(w http.ResponseWriter, p wire.Push) bool {
				c.mu.Lock()
				bad := !healed && slices.ContainsFunc(p.Items, func(i wire.Item) bool { return i.ID == poison })
				c.mu.Unlock()
				if bad {
					fall(w)
				}
				return bad
			}
			var want []string
			for range 20 {
				want = append(want, b.saveRequest())
			}
			stop := b.start()
			defer stop()
			b.until(func() bool { return b.link().Pending == 1 })
			c.mu.Lock()
			if got := slices.Sorted(slices.Values(c.order)); list(got) != list(slices.Sorted(slices.Values(want))) {
				t.Errorf("filed %v\nwant  %v", got, want)
			}
			healed = true
			c.mu.Unlock()
			b.until(func() bool { return b.count(visit.CallDelivered{ID: poison}) == 1 })
		})
	}
}

func TestMissingAnswersLeaveTheItemsQueued(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	first := true
	var dropped string
	c.after = func(w http.ResponseWriter, a *wire.PushAnswer) bool {
		if first {
			dropped, first = a.Answers[1].ID, false
			a.Answers = slices.Delete(a.Answers, 1, 2)
			a.Answers = append(a.Answers, wire.ItemAnswer{ID: dropped, Outcome: "perhaps"})
		}
		return false
	}
	ids := []string{b.saveRequest(), b.saveRequest(), b.saveRequest()}
	stop := b.start()
	defer stop()
	b.until(func() bool { return b.link() == visit.LinkChanged{Online: true} })
	stop()
	if dropped != ids[1] || c.tries[ids[0]] != 1 || c.tries[ids[1]] != 2 || c.tries[ids[2]] != 1 {
		t.Errorf("%s was dropped; tries %v", dropped, c.tries)
	}
}

func TestConflictAndRejectedAreSettled(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	conflict, rejected, good := b.saveRequest(), b.saveRequest(), b.saveRequest()
	c.filed[conflict] = "another hash"
	c.after = func(_ http.ResponseWriter, a *wire.PushAnswer) bool {
		for i := range a.Answers {
			if a.Answers[i].ID == rejected {
				a.Answers[i] = wire.ItemAnswer{ID: rejected, Outcome: wire.Rejected, Reason: "bad_body"}
			}
		}
		return false
	}
	stop := b.start()
	b.until(func() bool { return b.link() == visit.LinkChanged{Online: true} })
	stop()
	if b.count(visit.Delivered{ID: good}) != 1 || b.count(visit.Delivered{ID: conflict}) != 0 || b.count(visit.Delivered{ID: rejected}) != 0 {
		t.Errorf("events %v", b.events)
	}
	if logs := b.logs.String(); !strings.Contains(logs, conflict) || !strings.Contains(logs, "bad_body") {
		t.Errorf("the log does not tell of it: %s", logs)
	}
}

// Items that were saved before the terminal got another number are refused by
// central, and do not hold up those of its present number.
func TestRenumberedTerminal(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	b.saveRequestOf(7)
	mine := b.saveRequest()
	stop := b.start()
	defer stop()
	b.until(func() bool { return b.count(visit.Delivered{ID: mine}) == 1 })
	stop()
	if len(b.faults) > 0 {
		t.Errorf("faults %v", b.faults)
	}
}

func TestRandomFaultsConverge(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := mathrand.New(mathrand.NewPCG(seed, 2))
			faults := mathrand.New(mathrand.NewPCG(seed, 3)) // behind central's lock
			c := newCentral(t)
			b := setup(t, c, serve(t, c))
			row, calm := 0, false
			// strike draws a fault, never more than two in a row: at the third an
			// item that is alone would rightly let another go first.
			strike := func(kinds int) int {
				c.mu.Lock()
				defer c.mu.Unlock()
				if calm || row >= 2 || faults.IntN(2) == 0 {
					row = 0
					return -1
				}
				row++
				return faults.IntN(kinds)
			}
			c.push = func(w http.ResponseWriter, p wire.Push) bool {
				switch strike(6) {
				case 0:
					hangUp(w, false)
				case 1:
					hangUp(w, true)
				case 2:
					http.Error(w, "oops", http.StatusInternalServerError)
				case 3:
					refuse(w, http.StatusServiceUnavailable, "unavailable")
				case 4:
					fmt.Fprint(w, "<html>")
				case 5:
					if len(p.Items) == 1 {
						return false
					}
					refuse(w, http.StatusRequestEntityTooLarge, "too_large")
				default:
					return false
				}
				return true
			}
			c.after = func(w http.ResponseWriter, a *wire.PushAnswer) bool {
				kind := strike(2)
				if kind >= 0 {
					hangUp(w, kind == 0)
				}
				return kind >= 0
			}
			stop := b.start()
			for saved := 1; saved <= 60; saved++ {
				if random.IntN(4) == 0 {
					b.saveCall()
				} else {
					b.saveRequest()
				}
				if random.IntN(3) == 0 { // let some of it be pushed meanwhile
					c.mu.Lock()
					pushes := len(c.pushes)
					c.mu.Unlock()
					c.until(func() bool { return len(c.pushes) > pushes || len(c.filed) == saved })
				}
			}
			c.set(func() { calm = true })
			b.until(func() bool { return b.link() == visit.LinkChanged{Online: true} })
			stop()

			if len(c.order) != 60 || len(c.filed) != 60 {
				t.Fatalf("filed %d items, %d ids, of 60", len(c.order), len(c.filed))
			}
			for id := range c.filed {
				if b.count(visit.Delivered{ID: id})+b.count(visit.CallDelivered{ID: id}) != 1 {
					t.Errorf("%s was told %d times", id, b.count(visit.Delivered{ID: id})+b.count(visit.CallDelivered{ID: id}))
				}
			}
			// Calls first: a request is sent only after, or in one push behind, every
			// call that was saved before it.
			sent := map[string]bool{}
			callOf := map[int64]string{}
			for _, p := range c.pushes {
				for _, i := range p.Items {
					if i.Kind == request.KindCall {
						callOf[i.Sequence] = i.ID
					}
				}
			}
			for n, p := range c.pushes {
				var last wire.Item
				for k, i := range p.Items {
					sent[i.ID] = true
					if k > 0 && last.Kind == i.Kind && last.Sequence >= i.Sequence || last.Kind == request.KindRequest && i.Kind == request.KindCall {
						t.Errorf("push %d: %s %d after %s %d", n, i.Kind, i.Sequence, last.Kind, last.Sequence)
					}
					if i.Kind == request.KindRequest {
						for s, id := range callOf {
							if s < i.Sequence && !sent[id] {
								t.Errorf("push %d: request %d before call %d", n, i.Sequence, s)
							}
						}
					}
					last = i
				}
			}
		})
	}
}
