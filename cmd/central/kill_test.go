package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pelletier/go-toml/v2"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/sync/agent"
	"lintai/sync/central/docket"
	"lintai/sync/central/store"
	"lintai/sync/wire"
)

// build makes the real program.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "central")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// served is a running central.
type served struct {
	command *exec.Cmd
	address string // of its door for terminals
}

func startServe(t *testing.T, program, data string) *served {
	t.Helper()
	command := exec.Command(program, "serve", "--data", data, "--listen", "127.0.0.1:0", "--kiosk-listen", "127.0.0.1:0")
	var log bytes.Buffer
	command.Stderr = &log
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	s := &served{command: command}
	t.Cleanup(func() { s.kill() })
	for lines := bufio.NewScanner(out); s.address == ""; {
		if !lines.Scan() {
			s.kill()
			t.Fatalf("central did not start: %v\n%s", lines.Err(), log.String())
		}
		if at := strings.Index(lines.Text(), "https://"); at >= 0 {
			s.address = lines.Text()[at:]
		}
	}
	return s
}

// kill is kill -9.
func (s *served) kill() {
	if s.command.ProcessState == nil {
		s.command.Process.Kill()
		s.command.Wait()
	}
}

// pusher is one terminal with its queue.
type pusher struct {
	number  int
	client  *http.Client
	queue   []wire.Item
	created map[string]int
	settled map[string]bool
	repeats int // items that were committed, and whose answer was lost
}

// attempt pushes the next batch; an error means that it is not known what
// became of it.
func (p *pusher) attempt(address string, random int) error {
	batch := p.queue[:min(len(p.queue), 5+random)]
	body, err := json.Marshal(wire.Push{Kiosk: p.number, DeviceTime: time.Now(), Items: batch})
	if err != nil {
		return err
	}
	r, err := http.NewRequest("POST", address+wire.PathPush, bytes.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := p.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var got wire.PushAnswer
	if text, err := io.ReadAll(answer.Body); err != nil {
		return err
	} else if err := json.Unmarshal(text, &got); err != nil || got.Protocol != wire.Protocol || len(got.Answers) != len(batch) {
		return fmt.Errorf("answer %s: %s", answer.Status, text)
	}
	for _, a := range got.Answers {
		switch a.Outcome {
		case wire.Created:
			p.created[a.ID]++
		case wire.Duplicate:
			p.repeats++
		default:
			return fmt.Errorf("item %s: %s %s", a.ID, a.Outcome, a.Reason)
		}
		p.settled[a.ID] = true
	}
	p.queue = p.queue[len(batch):]
	return nil
}

// Central is killed again and again while four terminals push batches. Each
// terminal repeats what it heard no answer to. In the end every item is there,
// once, whole.
func TestKilledInTheMiddleOfBatches(t *testing.T) {
	const terminals, each, kills = 4, 250, 10
	program, data := build(t), filepath.Join(t.TempDir(), "data")
	var all []*pusher
	var codes []string
	for n := 1; n <= terminals; n++ {
		out, err := exec.Command(program, "kiosk", "add", "--data", data, "--number", fmt.Sprint(n), "--name", "大厅").Output()
		if err != nil {
			t.Fatalf("kiosk add: %v", err)
		}
		var s section
		if err := toml.Unmarshal(out, &s); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		codes = append(codes, s.Central.Code)
	}
	s := startServe(t, program, data)
	for i, code := range codes {
		identity, err := agent.Enrol(t.Context(), agent.Enrolment{Address: s.address, Code: code, Kiosk: i + 1, Folder: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, newPusher(t, identity, each))
	}
	s.kill()
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	random := mathrand.New(mathrand.NewPCG(seed, 0))
	unknown := 0
	for range kills {
		s := startServe(t, program, data)
		// The kill comes with the answer to one batch, when the others are
		// anywhere on their way.
		acks := make(chan struct{}, 1000)
		var pushing sync.WaitGroup
		var mu sync.Mutex
		for _, p := range all {
			size := random.IntN(15)
			pushing.Go(func() {
				for len(p.queue) > 0 {
					if err := p.attempt(s.address, size); err != nil {
						mu.Lock()
						unknown++
						mu.Unlock()
						return
					}
					acks <- struct{}{}
				}
			})
		}
		done := make(chan struct{})
		go func() { pushing.Wait(); close(done) }()
		for n := 1 + random.IntN(4); n > 0; n-- {
			select {
			case <-acks:
			case <-done:
			}
		}
		s.kill()
		<-done
		for _, p := range all {
			p.client.CloseIdleConnections()
		}
	}
	if unknown == 0 {
		t.Error("no batch was interrupted: this test would hold for nothing")
	}
	t.Logf("%d batches of unknown fate in %d kills", unknown, kills)
	s = startServe(t, program, data)
	for _, p := range all {
		for len(p.queue) > 0 {
			if err := p.attempt(s.address, 95); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := s.command.Wait(); err != nil {
		t.Errorf("asked to stop: %v", err)
	}
	repeats := 0
	for _, p := range all {
		repeats += p.repeats
	}
	t.Logf("%d items were committed although their answer was lost", repeats)
	checkDocket(t, filepath.Join(data, "central.db"), all, each)
}

func newPusher(t *testing.T, identity agent.Identity, items int) *pusher {
	t.Helper()
	config, err := identity.TLS()
	if err != nil {
		t.Fatal(err)
	}
	number, key := identity.Kiosk, identity.Seal()
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: config}}
	p := &pusher{number: number, client: client, created: map[string]int{}, settled: map[string]bool{}}
	codes := map[ticket.Code]bool{}
	for n := range items {
		code, err := ticket.New(number, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if codes[code] { // a terminal never issues a code twice
			t.Fatal("drew a code twice; run again")
		}
		codes[code] = true
		r := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: number, Ticket: code, Service: "repair", CatalogVersion: 1, MadeAt: time.Now()}
		plain, err := request.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := seal.Close(key, seal.Envelope{ID: r.ID, Kind: request.KindRequest, Kiosk: number}, plain)
		if err != nil {
			t.Fatal(err)
		}
		p.queue = append(p.queue, wire.FromItem(request.Item{ID: r.ID, Kind: request.KindRequest, Kiosk: number, Sequence: int64(n + 1), MadeAt: r.MadeAt, Sealed: sealed}))
	}
	return p
}

// checkDocket counts what is in the database.
func checkDocket(t *testing.T, path string, all []*pusher, each int) {
	t.Helper()
	book, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	cases, err := book.Cases(t.Context(), docket.CaseQuery{Order: docket.Newest})
	if err != nil {
		t.Fatal(err)
	}
	filed := map[string]int{}
	for _, c := range cases {
		filed[c.ID]++
		_, events, err := book.Case(t.Context(), c.Number)
		if err != nil {
			t.Fatal(err)
		}
		if status, err := docket.Fold(events); err != nil || status != docket.Delivered || c.Status != status || c.Events != 1 {
			t.Fatalf("case %d: %v, %v, %+v", c.Number, status, err, c)
		}
		if body, err := c.Request(); err != nil || body.ID != c.ID || body.Ticket != c.Ticket {
			t.Fatalf("case %d is not whole: %+v, %v", c.Number, body, err)
		}
	}
	if len(cases) != len(all)*each {
		t.Errorf("%d cases for %d requests", len(cases), len(all)*each)
	}
	for _, p := range all {
		if len(p.settled) != each {
			t.Errorf("terminal %d: %d of %d settled", p.number, len(p.settled), each)
		}
		for id := range p.settled {
			if filed[id] != 1 || p.created[id] > 1 {
				t.Errorf("request %s: filed %d times, said created %d times", id, filed[id], p.created[id])
			}
		}
	}
	if kept, err := book.Quarantine(t.Context(), 10); err != nil || len(kept) != 0 {
		t.Errorf("in quarantine: %+v, %v", kept, err)
	}
}
