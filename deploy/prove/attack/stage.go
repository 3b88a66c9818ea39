package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/google/uuid"

	"lintai/deploy/prove/house"
	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/sync/agent"
	"lintai/sync/central"
	"lintai/sync/wire"
)

// Terminals of the stage.
const (
	good   = 1 // works while others attack
	rogue  = 2 // has a certificate, and says what it likes
	victim = 3 // has filed a request that others know of
)

// stage is a central, a good terminal at work and everything an attacker may have.
type stage struct {
	house  *house.House
	good   *house.Terminal
	book   *logbook
	hold   int
	folder string
	// patience is how long central may take to serve the good terminal and to come back to
	// rest.
	patience time.Duration
	// desk is central's folder opened a second time, as the commands of a technician
	// do while it serves.
	desk          *central.Central
	rogue, victim agent.Identity
	next          int // number of the next terminal that an attack needs

	rogueItem, victimItem wire.Item // filed before the first attack
}

// attack is one way of trying. run returns what of it was not refused.
type attack struct {
	name string
	// prepare does what is allowed, before the tables are read.
	prepare func(ctx context.Context, s *stage, t *try) error
	// run attacks; t.during is to be called while the attack is going on, and is
	// called right after it when it was not.
	run func(ctx context.Context, s *stage, t *try) error
	// log are words of one line that central must write, also of another.
	log, also []string
	// heard: the attacker has a certificate, so that it is heard of. may are tables to
	// which rows may be added besides; check judges them.
	heard bool
	may   []string
	check func(ctx context.Context, s *stage) error
}

// try is one run of an attack.
type try struct {
	identity agent.Identity // of a terminal of its own, when prepare made one
	code     wire.Code
	body     []byte
	closes   []func()
	during   func()
}

type result struct {
	wrong []error
	took  time.Duration
	peak  uint64 // bytes on the heap beyond those before
}

func newStage(ctx context.Context, o options) (_ *stage, err error) {
	s := &stage{book: &logbook{}, hold: o.hold, folder: o.folder, patience: 40 * time.Second, next: 100}
	s.house, err = house.New(house.Options{Folder: filepath.Join(o.folder, "house"), Seed: o.seed, Log: s.book.logger()})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.good, err = s.house.Add(ctx, good); err != nil {
		return nil, err
	}
	if err := s.good.Start(s.house); err != nil {
		return nil, err
	}
	if s.desk, err = central.Open(ctx, central.Config{Folder: s.centralFolder(), Existing: true}); err != nil {
		return nil, err
	}
	if s.rogue, err = s.admit(ctx, rogue); err != nil {
		return nil, err
	}
	if s.victim, err = s.admit(ctx, victim); err != nil {
		return nil, err
	}
	for identity, into := range map[*agent.Identity]*wire.Item{&s.rogue: &s.rogueItem, &s.victim: &s.victimItem} {
		if *into, err = s.item(*identity, 1); err != nil {
			return nil, err
		}
		answers, err := s.push(ctx, *identity, *into)
		if err != nil || len(answers) != 1 || answers[0].Outcome != wire.Created {
			return nil, fmt.Errorf("the stage is not set: %v %v", answers, err)
		}
	}
	return s, nil
}

func (s *stage) close() error {
	var err error
	if s.desk != nil {
		err = s.desk.Close()
	}
	return errors.Join(err, s.house.Close())
}

func (s *stage) centralFolder() string { return filepath.Join(s.folder, "house", "central") }

// admit makes a terminal without a window, a queue or an agent.
func (s *stage) admit(ctx context.Context, number int) (agent.Identity, error) {
	return agent.Introduce(number, func(asked []byte) (wire.EnrolAnswer, error) { return s.desk.Admit(ctx, number, asked) })
}

// item seals a request as this terminal would.
func (s *stage) item(i agent.Identity, sequence int64) (wire.Item, error) {
	code, err := ticket.New(i.Kiosk, rand.Reader)
	if err != nil {
		return wire.Item{}, err
	}
	body, err := request.Encode(request.Request{
		ID: uuid.Must(uuid.NewV7()).String(), Kiosk: i.Kiosk, Ticket: code, Service: "repair", CatalogVersion: 2,
		Answers: []request.Answer{{Step: "what", Option: "water", Text: "机密"}}, Person: &request.Person{Name: "测试甲"}, MadeAt: time.Now(),
	})
	if err != nil {
		return wire.Item{}, err
	}
	var r request.Request
	if err := json.Unmarshal(body, &r); err != nil {
		return wire.Item{}, err
	}
	return s.seal(i, r.ID, request.KindRequest, sequence, body)
}

func (s *stage) seal(i agent.Identity, id string, kind request.Kind, sequence int64, body []byte) (wire.Item, error) {
	sealed, err := seal.Close(i.Seal(), seal.Envelope{ID: id, Kind: kind, Kiosk: i.Kiosk}, body)
	if err != nil {
		return wire.Item{}, err
	}
	return wire.FromItem(request.Item{ID: id, Kind: kind, Sequence: sequence, MadeAt: time.Now(), Sealed: sealed}), nil
}

// client speaks as a terminal, over a connection of its own for each request; over
// dial when there is one.
func (s *stage) client(i agent.Identity, dial func(context.Context, string, string) (net.Conn, error)) (*http.Client, error) {
	config, err := i.TLS()
	if err != nil {
		return nil, err
	}
	return clientWith(config, dial), nil
}

func clientWith(config *tls.Config, dial func(context.Context, string, string) (net.Conn, error)) *http.Client {
	return &http.Client{
		Transport:     &http.Transport{TLSClientConfig: config, DialContext: dial, DisableKeepAlives: true, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// stranger is the TLS of somebody without a certificate.
func stranger() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS13, ServerName: wire.ServerName, InsecureSkipVerify: true}
}

// ask sends one request and returns what came: the status, and the code of central's
// refusal when it is one.
func (s *stage) ask(ctx context.Context, c *http.Client, method, path string, body io.Reader, heads ...string) (status int, text []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, s.house.Address+path, body)
	if err != nil {
		return 0, nil, err
	}
	if b, ok := body.(sized); ok {
		r.ContentLength = b.size
	}
	for i := 0; i+1 < len(heads); i += 2 {
		r.Header.Set(heads[i], heads[i+1])
	}
	answer, err := c.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	text, err = io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	return answer.StatusCode, text, err
}

// want sends one request that must be refused with this status and code. A status
// of 0 takes any refusal, also a connection that is cut.
func (s *stage) want(ctx context.Context, c *http.Client, status int, code, method, path string, body io.Reader, heads ...string) error {
	got, text, err := s.ask(ctx, c, method, path, body, heads...)
	if err != nil {
		if status == 0 && ctx.Err() == nil {
			return nil
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	var e wire.Error
	json.Unmarshal(text, &e)
	if status == 0 && got >= 400 || got == status && (code == "" || e.Code == code && e.Protocol == wire.Protocol) {
		return nil
	}
	return fmt.Errorf("%s answered %d %s, not %d %s", path, got, e.Code, status, code)
}

func encodePush(kiosk int, items ...wire.Item) []byte {
	text, err := json.Marshal(wire.Push{Kiosk: kiosk, DeviceTime: time.Now(), Items: items})
	if err != nil {
		panic(err) // for types that marshal
	}
	return text
}

func (s *stage) push(ctx context.Context, i agent.Identity, items ...wire.Item) ([]wire.ItemAnswer, error) {
	c, err := s.client(i, nil)
	if err != nil {
		return nil, err
	}
	status, text, err := s.ask(ctx, c, http.MethodPost, wire.PathPush, reader(encodePush(i.Kiosk, items...)))
	if err != nil {
		return nil, err
	}
	var answer wire.PushAnswer
	if err := json.Unmarshal(text, &answer); err != nil || status != http.StatusOK {
		return nil, fmt.Errorf("a push was answered with %d", status)
	}
	return answer.Answers, nil
}

// serve lets a resident file a request at the good terminal, and returns when
// central has it.
func (s *stage) serve(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	if err := s.good.Request(ctx, 0); err != nil {
		return err
	}
	if err := s.house.Drain(ctx); err != nil {
		return fmt.Errorf("the good terminal was not served: %w", err)
	}
	return nil
}

// try runs one attack and judges it.
func (s *stage) try(ctx context.Context, a attack) (r result) {
	wrong := func(err error) {
		if err != nil {
			r.wrong = append(r.wrong, err)
		}
	}
	t := &try{}
	defer func() {
		for _, f := range t.closes {
			f()
		}
	}()
	if a.prepare != nil {
		if err := a.prepare(ctx, s, t); err != nil {
			wrong(fmt.Errorf("prepare: %w", err))
			return r
		}
	}
	if err := s.serve(ctx); err != nil {
		wrong(err)
		return r
	}
	before, err := readRows(ctx, filepath.Join(s.centralFolder(), "central.db"), good, a.heard)
	if err != nil {
		wrong(err)
		return r
	}
	goroutines, heap := runtime.NumGoroutine(), heapAfterCollection()
	watch := watchHeap()
	mark, began := s.book.mark(), time.Now()
	served := sync.OnceValue(func() error { return s.serve(ctx) })
	t.during = func() { wrong(served()) }
	wrong(a.run(ctx, s, t))
	if served() != nil && len(r.wrong) == 0 {
		wrong(served())
	}
	r.took = time.Since(began)
	if peak := watch(); peak > heap {
		r.peak = peak - heap
	}
	wrong(s.quiet(ctx, goroutines, heap))
	after, err := readRows(ctx, filepath.Join(s.centralFolder(), "central.db"), good, a.heard)
	wrong(err)
	wrong(before.differences(after, a.may...))
	if a.check != nil {
		wrong(a.check(ctx, s))
	}
	wrong(s.book.wait(ctx, mark, a.log...))
	wrong(s.book.wait(ctx, mark, a.also...))
	wrong(personal(s.book.since(mark)))
	return r
}

func heapAfterCollection() uint64 {
	runtime.GC()
	runtime.GC() // what the first one finalised
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// watchHeap looks at the heap until the returned function is called, which returns
// the most it saw.
func watchHeap() func() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		peak := uint64(0)
		for {
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64())
			select {
			case <-tick.C:
			case <-stop:
				most <- peak
				return
			}
		}
	}()
	return func() uint64 { close(stop); return <-most }
}

// Slack of what comes back to where it was: the good terminal's own coming and going,
// and caches that fill once.
const (
	slackGoroutines = 12
	slackHeap       = 24 << 20
)

// quiet waits until goroutines and heap are back.
func (s *stage) quiet(ctx context.Context, goroutines int, heap uint64) error {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		now := runtime.NumGoroutine()
		if now <= goroutines+slackGoroutines {
			if h := heapAfterCollection(); h <= heap+slackHeap {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("central does not come back to rest: %d goroutines, %d before; %d MiB, %d before", now, goroutines, heapAfterCollection()>>20, heap>>20)
		}
	}
}
