package agent

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/pack"
	"lintai/kiosk/seal"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/wire"
)

// publisher is a central that gives out documents, and lies where a test wants it.
type publisher struct {
	t    *testing.T
	key  ed25519.PrivateKey
	list []wire.Document
	body map[string][]byte // by KIND/VERSION
	asks []string          // of bodies: KIND/VERSION RANGE
	// instead may answer for a body; it returns true when it did.
	instead func(w http.ResponseWriter, r *http.Request, body []byte) bool
}

func newPublisher(t *testing.T) *publisher {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &publisher{t: t, key: key, body: map[string][]byte{}}
}

// sign makes a document without giving it out.
func (p *publisher) sign(kind wire.DocumentKind, version int64, body []byte) wire.Document {
	sum := sha256.Sum256(body)
	d := wire.Document{Kind: kind, Version: version, IssuedAt: time.Unix(1_800_000_000+version, 0).UTC(), Size: int64(len(body)), SHA256: sum[:]}
	d.Signature = ed25519.Sign(p.key, d.Signed())
	p.body[fmt.Sprintf("%s/%d", kind, version)] = body
	return d
}

// give gives out this list and no other.
func (p *publisher) give(list ...wire.Document) { p.list = list }

func (p *publisher) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w.Result(), nil
}

func (p *publisher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, wire.PathDocuments+"/")
	if !ok {
		json.NewEncoder(w).Encode(wire.Documents{Protocol: wire.Protocol, ServerTime: time.Now(), Documents: p.list})
		return
	}
	p.asks = append(p.asks, name+" "+r.Header.Get("Range"))
	body := p.body[name]
	if p.instead != nil && p.instead(w, r, body) {
		return
	}
	sum := sha256.Sum256(body)
	w.Header().Set("ETag", strconv.Quote(hex.EncodeToString(sum[:])))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// taker is the agent's end, on a real queue.
type taker struct {
	*Agent
	queue   *offline.Queue
	log     *bytes.Buffer
	kept    []wire.Document
	refused []map[wire.DocumentKind]error
}

func newTaker(t *testing.T, p *publisher) *taker {
	t.Helper()
	path := filepath.Join(t.TempDir(), offline.FileName)
	if err := offline.Create(path, time.Now); err != nil {
		t.Fatal(err)
	}
	key, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	queue, err := offline.Open(path, key.Public(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { queue.Close() })
	return startTaker(p, queue)
}

// startTaker is the program as it starts over a queue that is there.
func startTaker(p *publisher, queue *offline.Queue) *taker {
	k := &taker{queue: queue, log: &bytes.Buffer{}}
	k.Agent = &Agent{
		base: &url.URL{Scheme: "https", Host: "central.test"}, queue: queue, now: time.Now,
		jitter: func(time.Duration) time.Duration { return 0 }, log: slog.New(slog.NewTextHandler(k.log, nil)),
		client: &http.Client{Transport: p}, transport: &http.Transport{},
		wakePush: make(chan struct{}, 1), wakePull: make(chan struct{}, 1), wakeStream: make(chan struct{}, 1),
		wakeHealth: make(chan struct{}, 1), wakeDocuments: make(chan struct{}, 1),
	}
	k.link.post, k.link.fault = func(visit.Event) {}, func(fault.Code) {}
	k.Agent.documents = newDocuments(Options{Documents: queue, DocumentKey: p.key.Public().(ed25519.PublicKey),
		DocumentKept:     func(d wire.Document) { k.kept = append(k.kept, d) },
		DocumentsRefused: func(wrong map[wire.DocumentKind]error) { k.refused = append(k.refused, wrong) }})
	return k
}

// take goes round once.
func (k *taker) take(t *testing.T) {
	t.Helper()
	if err := k.takeDocuments(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// has expects a version of a kind in use, 0 for none.
func (k *taker) has(t *testing.T, what string, kind wire.DocumentKind, version int64) {
	t.Helper()
	got, _, _, err := k.queue.Document(context.Background(), string(kind))
	if err != nil && !errors.Is(err, offline.ErrNoDocument) || got != version {
		t.Errorf("%s: version %d (%v), want %d", what, got, err, version)
	}
}

// wrong is what is told to be wrong with a kind, nil for nothing.
func (k *taker) wrong(kind wire.DocumentKind) error {
	if len(k.refused) == 0 {
		return nil
	}
	return k.refused[len(k.refused)-1][kind]
}

func notices(n int) []byte { return fmt.Appendf(nil, `{"version": %d}`, n) }

func TestDocumentsAreTakenOnceAndInOrder(t *testing.T) {
	p := newPublisher(t)
	k := newTaker(t, p)
	k.take(t)
	if len(p.asks) != 0 || len(k.refused) != 0 {
		t.Errorf("an empty list: %v, %v", p.asks, k.refused)
	}
	p.give(p.sign(wire.DocumentCommunity, 1, notices(1)), p.sign("firmware", 9, []byte("x")))
	k.take(t)
	k.take(t)
	k.has(t, "first", wire.DocumentCommunity, 1)
	p.give(p.sign(wire.DocumentCommunity, 4, notices(2)))
	k.take(t)
	k.has(t, "second", wire.DocumentCommunity, 4)
	if len(p.asks) != 2 || len(k.kept) != 2 || k.kept[1].Version != 4 || len(k.refused) != 0 {
		t.Errorf("asked %q, kept %v, refused %v", p.asks, k.kept, k.refused)
	}
	if got := k.withDocuments(t.Context(), map[string]string{"program": "1"}); fmt.Sprint(got) != "map[community:4 program:1]" {
		t.Errorf("central is told %v", got)
	}
}

// Each of these changes nothing, is told once, and is over when central is well again.
func TestRefusedDocumentsChangeNothing(t *testing.T) {
	stranger := newPublisher(t)
	for name, c := range map[string]struct {
		offer func(p *publisher) []wire.Document
		want  string
		asks  bool // the body had to be looked at
	}{
		"signed by another": {func(p *publisher) []wire.Document {
			return []wire.Document{stranger.sign(wire.DocumentCommunity, 6, notices(6))}
		}, "did not sign", false},
		"another version than was signed": {func(p *publisher) []wire.Document {
			d := p.sign(wire.DocumentCommunity, 4, notices(4))
			d.Version = 6
			return []wire.Document{d}
		}, "did not sign", false},
		"another kind than was signed": {func(p *publisher) []wire.Document {
			d := p.sign(wire.DocumentCatalog, 6, notices(6))
			d.Kind = wire.DocumentCommunity
			return []wire.Document{d}
		}, "did not sign", false},
		"a replayed list": {func(p *publisher) []wire.Document {
			return []wire.Document{p.sign(wire.DocumentCommunity, 4, notices(4))}
		}, "older", false},
		"another document under the same version": {func(p *publisher) []wire.Document {
			return []wire.Document{p.sign(wire.DocumentCommunity, 5, notices(99))}
		}, "under the version that is here", false},
		"a tampered body": {func(p *publisher) []wire.Document {
			d := p.sign(wire.DocumentCommunity, 6, notices(6))
			p.instead = func(w http.ResponseWriter, r *http.Request, body []byte) bool {
				w.Header().Set("ETag", strconv.Quote(hex.EncodeToString(d.SHA256)))
				http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(bytes.Replace(body, []byte("6"), []byte("7"), 1)))
				return true
			}
			return []wire.Document{d}
		}, "did not sign", true},
		"huge": {func(p *publisher) []wire.Document {
			d := p.sign(wire.DocumentCommunity, 6, notices(6))
			d.Size = 1 << 40
			d.Signature = ed25519.Sign(p.key, d.Signed())
			return []wire.Document{d}
		}, "at most", false},
		"larger than its head": {func(p *publisher) []wire.Document {
			d := p.sign(wire.DocumentCommunity, 6, notices(6))
			d.Size -= 3
			d.Signature = ed25519.Sign(p.key, d.Signed())
			p.instead = func(w http.ResponseWriter, r *http.Request, body []byte) bool {
				w.Header().Set("ETag", strconv.Quote(hex.EncodeToString(d.SHA256)))
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", d.Size-1, d.Size))
				w.WriteHeader(http.StatusPartialContent)
				w.Write(body)
				return true
			}
			return []wire.Document{d}
		}, "did not sign", true},
		"of a newer program": {func(p *publisher) []wire.Document {
			return []wire.Document{p.sign(wire.DocumentCommunity, 6, []byte(`{"version": 6, "of_tomorrow": 1}`))}
		}, "unknown field", true},
		"twice in the list": {func(p *publisher) []wire.Document {
			return []wire.Document{p.sign(wire.DocumentCommunity, 5, notices(5)), p.sign(wire.DocumentCommunity, 6, notices(6))}
		}, "two documents", false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPublisher(t)
			k := newTaker(t, p)
			good := p.sign(wire.DocumentCommunity, 5, notices(5))
			p.give(good)
			k.take(t)
			p.asks = nil
			p.give(c.offer(p)...)
			k.take(t)
			asked := len(p.asks)
			k.take(t)
			if err := k.wrong(wire.DocumentCommunity); err == nil || !strings.Contains(err.Error(), c.want) || len(k.refused) != 1 {
				t.Errorf("told %v, want %q once", k.refused, c.want)
			}
			if n := strings.Count(k.log.String(), "document refused"); n != 1 {
				t.Errorf("logged %d times: %s", n, k.log)
			}
			if (asked > 0) != c.asks {
				t.Errorf("asked for %v", p.asks)
			}
			k.has(t, "the last good one stays", wire.DocumentCommunity, 5)
			p.instead = nil
			p.give(p.sign(wire.DocumentCommunity, 7, notices(7)))
			k.take(t)
			if k.has(t, "the next good one", wire.DocumentCommunity, 7); k.wrong(wire.DocumentCommunity) != nil {
				t.Errorf("still told: %v", k.refused)
			}
		})
	}
}

// One bad document is in no other's way.
func TestABadDocumentLeavesTheOthers(t *testing.T) {
	p := newPublisher(t)
	k := newTaker(t, p)
	p.give(newPublisher(t).sign(wire.DocumentCommunity, 1, notices(1)), p.sign(wire.DocumentConfiguration, 1, []byte(`{"phone": "1"}`)))
	k.take(t)
	k.has(t, "forged", wire.DocumentCommunity, 0)
	k.has(t, "beside it", wire.DocumentConfiguration, 1)
}

// A body that cannot be read by this program is not fetched again by it; the next
// program, which may be newer, looks again.
func TestWhatCannotBeReadIsFetchedOnce(t *testing.T) {
	p := newPublisher(t)
	k := newTaker(t, p)
	p.give(p.sign(wire.DocumentCommunity, 6, []byte(`{"version": 6, "of_tomorrow": 1}`)))
	k.take(t)
	k.take(t)
	if len(p.asks) != 1 {
		t.Errorf("asked %v", p.asks)
	}
	again := startTaker(p, k.queue)
	again.take(t)
	if len(p.asks) != 2 || again.wrong(wire.DocumentCommunity) == nil {
		t.Errorf("after a start: asked %v, told %v", p.asks, again.refused)
	}
}

// A large body comes in pieces, and goes on where the line broke, byte by byte.
func TestABrokenBodyGoesOnWhereItBroke(t *testing.T) {
	p := newPublisher(t)
	k := newTaker(t, p)
	clip := bytes.Repeat([]byte("0123456789abcdef"), 50_000) // 800 kB
	prompts, err := pack.Archive(map[string][]byte{"zh-CN/normal/home.prompt.ogg": clip})
	if err != nil {
		t.Fatal(err)
	}
	p.give(p.sign(wire.DocumentPrompts, 1, prompts))
	broken, sent := 0, 0
	p.instead = func(w http.ResponseWriter, r *http.Request, body []byte) bool {
		var from, to int
		if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to); err != nil {
			t.Errorf("range %q", r.Header.Get("Range"))
		}
		if from != sent {
			t.Errorf("asked from %d, %d were sent", from, sent)
		}
		sum := sha256.Sum256(body)
		w.Header().Set("ETag", strconv.Quote(hex.EncodeToString(sum[:])))
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, len(body)))
		w.WriteHeader(http.StatusPartialContent)
		n := to + 1 - from
		if broken < 5 {
			broken++
			n = n * broken / 7
		}
		w.Write(body[from : from+n])
		sent += n
		return true
	}
	rounds := 0
	for ; rounds < 20; rounds++ {
		if err := k.takeDocuments(t.Context()); err == nil {
			break
		} else if !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
	}
	k.has(t, "whole", wire.DocumentPrompts, 1)
	if rounds != 5 || sent != len(prompts) {
		t.Errorf("%d rounds, %d bytes for %d", rounds, sent, len(prompts))
	}
}

// Neither a captive portal nor a proxy that ignores ranges is central.
func TestABodyFromAStrangerIsNone(t *testing.T) {
	p := newPublisher(t)
	k := newTaker(t, p)
	p.give(p.sign(wire.DocumentCommunity, 1, notices(1)))
	for what, instead := range map[string]func(w http.ResponseWriter, r *http.Request, body []byte) bool{
		"portal":   func(w http.ResponseWriter, _ *http.Request, _ []byte) bool { fmt.Fprint(w, "<html>"); return true },
		"no range": func(w http.ResponseWriter, _ *http.Request, body []byte) bool { w.Write(body); return true },
		"another range": func(w http.ResponseWriter, r *http.Request, body []byte) bool {
			r.Header.Set("Range", "bytes=1-3")
			return false
		},
	} {
		p.instead = instead
		if err := k.takeDocuments(t.Context()); err == nil {
			t.Errorf("%s: taken", what)
		}
		k.has(t, what, wire.DocumentCommunity, 0)
	}
	p.instead = nil
	k.take(t)
	k.has(t, "central again", wire.DocumentCommunity, 1)
}

// What was kept and turned out to be of no use stays known: it is neither taken
// again, nor is what came before it.
func TestRejectedDocumentStaysKnown(t *testing.T) {
	p := newPublisher(t)
	k := newTaker(t, p)
	first, second := p.sign(wire.DocumentCommunity, 1, notices(1)), p.sign(wire.DocumentCommunity, 2, notices(2))
	p.give(first)
	k.take(t)
	p.give(second)
	k.take(t)
	if err := k.queue.RejectDocument(t.Context(), string(wire.DocumentCommunity), 2); err != nil {
		t.Fatal(err)
	}
	again := startTaker(p, k.queue)
	asks := len(p.asks)
	again.take(t)
	again.has(t, "the one before", wire.DocumentCommunity, 1)
	if len(p.asks) != asks || len(again.refused) != 0 {
		t.Errorf("asked %v, told %v", p.asks[asks:], again.refused)
	}
	if got := again.withDocuments(t.Context(), nil); fmt.Sprint(got) != "map[community:1 community_known:2]" {
		t.Errorf("central is told %v", got)
	}
	p.give(first)
	again.take(t)
	if again.wrong(wire.DocumentCommunity) == nil {
		t.Error("an older one is not told")
	}
}

func FuzzDocumentList(f *testing.F) {
	f.Add([]byte(`{"protocol": "` + wire.Protocol + `", "documents": [{"kind": "community", "version": 1, "size": 3, "sha256": "AAAA", "signature": "AAAA"}]}`))
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var list wire.Documents
		if json.Unmarshal(text, &list) != nil {
			return
		}
		for _, d := range list.Documents {
			if d.CheckHead() == nil && d.VerifyHead(key.Public().(ed25519.PublicKey)) == nil {
				t.Errorf("taken: %+v", d)
			}
		}
	})
}
