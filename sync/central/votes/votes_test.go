package votes

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lintai/sync/central/limit"
	"lintai/sync/central/proposal"
)

// urnStore has votes and counts how often an urn was read whole.
type urnStore struct {
	proposal.Store // no other method is called
	urns           map[int64]proposal.Urn
	reads          atomic.Int64
}

func (s *urnStore) Poll(_ context.Context, number int64, _ int) (proposal.Poll, error) {
	u, ok := s.urns[number]
	if !ok {
		return proposal.Poll{}, proposal.ErrNotFound
	}
	return u.Poll, nil
}

func (s *urnStore) Polls(context.Context, int64, int) ([]proposal.PollHead, error) { return nil, nil }

func (s *urnStore) Urn(_ context.Context, number int64, _ int) (proposal.Urn, error) {
	s.reads.Add(1)
	return s.urns[number], nil
}

type bench struct {
	*testing.T
	store *urnStore
	page  *Page
	mux   *http.ServeMux
}

func setup(t *testing.T, votes int64) *bench {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	store := &urnStore{urns: map[int64]proposal.Urn{}}
	b := &bench{T: t, store: store, mux: http.NewServeMux()}
	b.page = &Page{Keeper: &proposal.Keeper{Store: store, Key: key, Clock: clock}, Clock: clock, Log: slog.New(slog.DiscardHandler),
		Guesses: &limit.Guesses{Burst: 3, Every: time.Minute, Clock: clock}, Reads: &limit.Guesses{Burst: 40, Every: time.Second, Clock: clock}}
	b.page.Register(b.mux)
	for number := range votes {
		p := proposal.Poll{Proposal: number, Round: 1, Question: "?", Options: []proposal.Option{{ID: "o1", Name: "一"}, {ID: "o2", Name: "二"}},
			From: now.Add(-2 * time.Hour), Until: now.Add(-time.Hour), Ballots: 2}
		all := []proposal.Ballot{{Receipt: "2222222222", Option: "o1"}, {Receipt: "3333333333", Option: "o2"}}
		p.Head = p.Chain(all)
		counted := p.Tallied(all)
		p.Result = &counted
		store.urns[number] = proposal.Urn{Poll: p, All: all}
	}
	return b
}

func (b *bench) ask(method, path, from string) *httptest.ResponseRecorder {
	b.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(url.Values{"ticket": {"1"}, "digits": {"1"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = from + ":4000"
	w := httptest.NewRecorder()
	b.mux.ServeHTTP(w, r)
	return w
}

// Anybody may ask: the urn of a counted vote is read once, however often it is looked at.
func TestACountedUrnIsReadOnce(t *testing.T) {
	b := setup(t, 1)
	for range 3 {
		for _, path := range []string{"/votes/0/1", "/votes/0/1?receipt=33333-33333", "/votes/0/1/ballots"} {
			if w := b.ask("GET", path, "192.0.2.1"); w.Code != http.StatusOK || !strings.Contains(strings.ReplaceAll(w.Body.String(), "-", ""), "3333333333") {
				t.Fatalf("%s: %d %s", path, w.Code, w.Body)
			}
		}
	}
	if w := b.ask("POST", "/votes/0/1", "192.0.2.1"); w.Code != http.StatusNotFound {
		t.Errorf("a wrong slip: %d", w.Code)
	}
	if n := b.store.reads.Load(); n != 1 {
		t.Errorf("the urn was read %d times", n)
	}
}

// A vote that is not counted shows no ballot, so none is read for it.
func TestAnOpenUrnIsNotRead(t *testing.T) {
	b := setup(t, 1)
	u := b.store.urns[0]
	u.Result = nil
	b.store.urns[0] = u
	for path, want := range map[string]int{"/votes/0/1": http.StatusOK, "/votes/0/1/ballots": http.StatusNotFound} {
		if w := b.ask("GET", path, "192.0.2.1"); w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	b.ask("POST", "/votes/0/1", "192.0.2.1")
	if n := b.store.reads.Load(); n != 0 {
		t.Errorf("the urn was read %d times", n)
	}
}

// What was changed after the count is shown as it is, not as it was kept.
func TestAChangedUrnIsNotKept(t *testing.T) {
	b := setup(t, 1)
	u := b.store.urns[0]
	u.All = slices.Clone(u.All)
	u.All[1].Option = "o1"
	b.store.urns[0] = u
	for range 2 {
		if w := b.ask("GET", "/votes/0/1/ballots", "192.0.2.1"); !strings.Contains(w.Body.String(), "3333333333,o1") {
			t.Errorf("%s", w.Body)
		}
	}
	if n := b.store.reads.Load(); n != 2 {
		t.Errorf("the urn was read %d times", n)
	}
}

func TestUrnsThatAreKeptAreFew(t *testing.T) {
	b := setup(t, mostUrns+2)
	for range 2 {
		for number := range b.store.urns {
			b.ask("GET", "/votes/"+string(rune('0'+number))+"/1", "192.0.2.1")
		}
	}
	if n := len(b.page.urns.kept); n != mostUrns {
		t.Errorf("%d are kept", n)
	}
}

// Who tried too many slips, or looks at too much, waits before anything is read.
func TestWhoAsksTooMuchWaits(t *testing.T) {
	b := setup(t, 1)
	u := b.store.urns[0]
	u.All = nil // never kept
	b.store.urns[0] = u
	for range 3 {
		b.ask("POST", "/votes/0/1", "192.0.2.1")
	}
	before := b.store.reads.Load()
	for range 5 {
		if w := b.ask("POST", "/votes/0/1", "192.0.2.1"); w.Code != http.StatusTooManyRequests {
			t.Fatalf("a fourth slip: %d", w.Code)
		}
	}
	if n := b.store.reads.Load(); n != before {
		t.Errorf("%d urns were read for who has to wait", n-before)
	}
	refused := 0
	for range 60 {
		for _, path := range []string{"/votes/0/1", "/votes/0/1/ballots", "/votes"} {
			if w := b.ask("GET", path, "192.0.2.1"); w.Code == http.StatusTooManyRequests {
				refused++
				if w.Header().Get("Retry-After") == "" {
					t.Fatal("no word on when to come again")
				}
			}
		}
	}
	if refused != 180-40 {
		t.Errorf("%d of 180 were refused", refused)
	}
	if w := b.ask("GET", "/votes/0/1", "192.0.2.2"); w.Code != http.StatusOK {
		t.Errorf("somebody else: %d", w.Code)
	}
}
