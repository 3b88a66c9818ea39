// Package live tells whoever watches that something was committed: terminals
// that hold a stream open, and staff pages. It carries no data, only what
// changed; the watcher then reads the docket. So a lost, doubled or late word
// does no harm, and a slow watcher costs a bounded set of words.
package live

import "sync"

// Kind is what changed.
type Kind string

const (
	Changes    Kind = "changes"    // the change log of terminal Kiosk grew
	Case       Kind = "case"       // a case was filed or moved; ID is its number
	Call       Kind = "call"       // a call was raised or answered; ID is its id
	Quarantine Kind = "quarantine" // an item was kept or handled
	Terminal   Kind = "terminal"   // terminal Kiosk came or went, or a device of it is another
	Documents  Kind = "documents"  // documents for terminal Kiosk, or for all when it is 0, were published
	Limits     Kind = "limits"     // time limits of cases are others, or staff were told of some
	Orders     Kind = "orders"     // something is asked of terminal Kiosk
	Everything Kind = "everything" // too much to name: read anew
)

// Word is one thing that changed.
type Word struct {
	Kind  Kind
	ID    string
	Kiosk int
}

// maxPending is how many words a watcher may leave unread before they become
// one: Everything.
const maxPending = 256

// Hub passes words on. The zero value is not usable; see NewHub.
type Hub struct {
	mu       sync.Mutex
	watchers map[*Watcher]bool
	closed   bool
	kept     sync.WaitGroup // streams of Keep
}

// NewHub makes a hub without watchers.
func NewHub() *Hub { return &Hub{watchers: map[*Watcher]bool{}} }

// Watcher receives the words it asked for.
type Watcher struct {
	hub    *Hub
	wants  func(Word) bool
	signal chan struct{}
	ended  chan struct{}

	own     bool   // only what is published here, see WatchOwn
	pending []Word // under hub.mu, as all below
	known   map[Word]bool
	over    bool
	called  func(over bool) // see notify
}

// Watch starts to collect the words that wants returns true for. On a closed
// hub the watcher has ended already.
func (h *Hub) Watch(wants func(Word) bool) *Watcher {
	return h.watch(&Watcher{wants: wants})
}

// WatchOwn collects all that is published at this hub, and not what is relayed to it
// from another.
func (h *Hub) WatchOwn() *Watcher {
	return h.watch(&Watcher{wants: func(Word) bool { return true }, own: true})
}

func (h *Hub) watch(w *Watcher) *Watcher {
	w.hub, w.signal, w.ended = h, make(chan struct{}, 1), make(chan struct{})
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		w.over = true
		close(w.ended)
		return w
	}
	h.watchers[w] = true
	return w
}

// Publish passes words on to those who want them. It never waits.
func (h *Hub) Publish(words ...Word) { h.pass(words, false) }

// Relay passes on words that were published at another process's hub.
func (h *Hub) Relay(words ...Word) { h.pass(words, true) }

func (h *Hub) pass(words []Word, relayed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for w := range h.watchers {
		if relayed && w.own {
			continue
		}
		for _, word := range words {
			if w.wants(word) {
				w.add(word)
			}
		}
	}
}

func (w *Watcher) add(word Word) {
	if w.known[word] {
		return
	}
	if len(w.pending) >= maxPending {
		word = Word{Kind: Everything}
		w.pending, w.known = nil, nil
	}
	if w.known == nil {
		w.known = map[Word]bool{}
	}
	if !w.known[Word{Kind: Everything}] {
		w.pending = append(w.pending, word)
		w.known[word] = true
	}
	if w.called != nil {
		if len(w.pending) == 1 {
			w.called(false)
		}
		return
	}
	select {
	case w.signal <- struct{}{}:
	default:
	}
}

// Signal is ready when Take has something to return.
func (w *Watcher) Signal() <-chan struct{} { return w.signal }

// Ended is closed when the hub closed or the watcher was stopped.
func (w *Watcher) Ended() <-chan struct{} { return w.ended }

// notify has the watcher call in place of its channels: when there is a first word
// to take, and with over when it ended. It is called under the hub's lock, so it
// must not wait, nor ask the hub.
func (w *Watcher) notify(call func(over bool)) {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	w.called = call
	if w.over {
		call(true)
	} else if len(w.pending) > 0 {
		call(false)
	}
}

// Take returns the words since the last Take, in order, each once.
func (w *Watcher) Take() []Word {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	words := w.pending
	w.pending, w.known = nil, nil
	return words
}

// Stop ends the watch.
func (w *Watcher) Stop() {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	w.end()
}

func (w *Watcher) end() {
	if !w.over {
		w.over = true
		delete(w.hub.watchers, w)
		close(w.ended)
		if w.called != nil {
			w.called(true)
		}
	}
}

// Close ends all watches, now and later, so that a server can shut down.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for w := range h.watchers {
		w.end()
	}
}

// Wait returns when the streams of Keep have ended too, after Close.
func (h *Hub) Wait() { h.kept.Wait() }

// enter counts a stream of Keep, but on a closed hub.
func (h *Hub) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.kept.Add(1)
	}
	return !h.closed
}

func (h *Hub) leave() { h.kept.Done() }
