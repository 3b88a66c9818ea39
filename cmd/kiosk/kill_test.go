package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lintai/kiosk/failpoint"
	"lintai/sync/wire"
)

var (
	// killCount is small here and 200 to 10,000 in deploy/proof.
	killCount = flag.Int("kills", 16, "kills of the proof with kills")
	killSeed  = flag.Uint64("killseed", 0, "seed of the proof with kills; 0 takes the clock")
	killHalls = flag.Int("killhalls", 2, "terminals in the proof with kills")
)

// checkEvery is after how many kills everything is left alone until the queues are
// empty, and compared.
const checkEvery = 500

// The points that each of the two programs passes in this proof. Every second
// terminal deletes what is old, and passes one more; the others remember, and can be
// judged by what they say of every slip.
var (
	terminalPoints = []failpoint.Point{failpoint.Sealed, failpoint.Inserted, failpoint.Saved, failpoint.Shown, failpoint.Printing, failpoint.Printed,
		failpoint.Sending, failpoint.Answered, failpoint.Settled, failpoint.Pulled, failpoint.Applied, failpoint.DocumentKept}
	retainingPoints = append(slices.Clone(terminalPoints), failpoint.Retained)
	centralPoints   = []failpoint.Point{failpoint.Opened, failpoint.Filed, failpoint.Committed, failpoint.PieceStored}
)

// TestKill kills terminals and central, again and again, at random moments and at
// each named point, while residents come and staff work. In the end what the
// residents were shown is compared with what central has and with the paper.
func TestKill(t *testing.T) {
	t.Parallel()
	p := newProof(t, *killHalls, "")
	for done := 0; done < *killCount; {
		done = min(*killCount, done+checkEvery)
		p.kill(done)
		p.drain()
		for _, f := range p.judge() {
			t.Error(f)
		}
		if t.Failed() {
			break
		}
		t.Log(p.line())
	}
	t.Log(p.line())
	if *killCount >= 200 {
		for _, point := range append(slices.Clone(retainingPoints), centralPoints...) {
			if p.at[string(point)] == 0 {
				t.Errorf("nothing died at %q: this proof would hold for less than it says", point)
			}
		}
	}
}

// proof is one central, its terminals, and what is remembered of them.
type proof struct {
	t       *testing.T
	seed    uint64
	display string
	office  *office
	halls   []*hall
	memory  *memory
	staff   *clerk
	// documents change now and then.
	documents *published
	planted   string
	calm      bool // they live long enough for some visits

	mu     sync.Mutex
	kills  int
	want   int
	at     map[string]int // kills by where
	aimed  map[string]int // and plans to
	lives  int
	enough chan struct{} // closed when so many have died
	began  time.Time
}

func newProof(t *testing.T, halls int, planted string) *proof {
	t.Helper()
	seed := *killSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Log("seed", seed)
	p := &proof{t: t, seed: seed, display: display(t), memory: newMemory(), planted: planted, calm: planted != "", at: map[string]int{}, aimed: map[string]int{}, began: time.Now()}
	p.office = newOffice(t)
	p.staff = newClerk(p.office, p.memory)
	p.documents = newPublished(p.office)
	for n := range halls {
		h := newHall(t, p.office, 12+n)
		h.retains = n%2 == 1 || planted != ""
		p.memory.retains[h.number] = h.retains
		p.halls = append(p.halls, h)
	}
	return p
}

// tellEvery is after how many kills a line tells how far this is.
const tellEvery = 100

// count notes one kill.
func (p *proof) count(where string) {
	p.mu.Lock()
	p.kills++
	p.at[where]++
	if p.kills == p.want {
		close(p.enough)
	}
	tell := p.kills%tellEvery == 0
	p.mu.Unlock()
	if tell {
		p.t.Log(p.line())
	}
}

func (p *proof) more() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kills < p.want && !p.t.Failed()
}

// life names the next start of a terminal.
func (p *proof) life() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lives++
	return p.lives
}

// kill kills until so many have died.
func (p *proof) kill(want int) {
	p.mu.Lock()
	p.want, p.enough = want, make(chan struct{})
	if p.kills >= want {
		close(p.enough)
	}
	p.mu.Unlock()
	var all sync.WaitGroup
	for i, h := range p.halls {
		random := rand.New(rand.NewPCG(p.seed, uint64(1000+i+want)))
		all.Go(func() {
			for p.more() {
				p.killTerminal(h, random)
			}
		})
	}
	ctx, stop := context.WithCancel(p.t.Context())
	working := make(chan struct{})
	go func() {
		defer close(working)
		p.staff.work(ctx)
	}()
	random := rand.New(rand.NewPCG(p.seed, uint64(want)))
	all.Go(func() {
		for p.more() {
			p.killCentral(random)
		}
	})
	all.Wait()
	stop()
	<-working
}

// plan is when a process is to die: at a point, after a while, or a moment after
// so many promises to residents.
type plan struct {
	at       string
	after    time.Duration
	promises int
	moment   time.Duration
}

const (
	// missed is how long a process may live that is to die at a point.
	missed = 5 * time.Second
	// calmly is how long one may take to make its promises, on the slowest machine.
	calmly = time.Minute
	// soon is how long after a promise a terminal dies at most.
	soon = time.Second
)

// draw makes a plan: one in four at random, one a moment after a promise; of the
// others every second goes for the point at which the fewest died so far.
func (p *proof) draw(random *rand.Rand, points []failpoint.Point, most time.Duration, times int) plan {
	if p.calm {
		return plan{promises: 1 + random.IntN(3), after: calmly, moment: time.Duration(random.Int64N(int64(soon)))}
	}
	switch random.IntN(4) {
	case 0:
		return plan{after: time.Duration(random.Int64N(int64(most)))}
	case 1:
		return plan{promises: 1 + random.IntN(3), after: calmly / 2, moment: time.Duration(random.Int64N(int64(soon)))}
	case 2:
		p.mu.Lock()
		defer p.mu.Unlock()
		// What is hard to reach must not be all that is tried.
		tries := func(a failpoint.Point) int { return p.at[string(a)] + p.aimed[string(a)] }
		fewest := slices.MinFunc(points, func(a, b failpoint.Point) int { return tries(a) - tries(b) })
		p.aimed[string(fewest)]++
		return plan{at: string(fewest) + ":1", after: missed}
	}
	point := points[random.IntN(len(points))]
	if point == failpoint.Retained || point == failpoint.DocumentKept { // once a life, and hardly more often
		times = 1
	}
	return plan{at: fmt.Sprintf("%s:%d", point, 1+random.IntN(times)), after: missed}
}

// wait lets a process live until it is to die, if it does not by itself.
func (p *proof) wait(l *life, way plan) {
	over := time.After(way.after)
	for shown := 0; ; {
		select {
		case <-l.ended:
			return
		case <-over:
			l.kill()
			return
		case <-p.enough:
			l.kill()
			return
		case <-l.promised:
			if shown++; shown == way.promises {
				over = time.After(way.moment)
			}
		}
	}
}

func (p *proof) killTerminal(h *hall, random *rand.Rand) {
	points := terminalPoints
	if h.retains {
		points = retainingPoints
	}
	way := p.draw(random, points, 2500*time.Millisecond, 3)
	if p.calm || strings.HasPrefix(way.at, string(failpoint.DocumentKept)) || random.IntN(8) == 0 {
		kinds := []wire.DocumentKind{wire.DocumentCatalog, wire.DocumentCommunity}
		if !p.calm {
			kinds = kinds[random.IntN(2):][:1]
		}
		for _, kind := range kinds {
			if err := p.documents.publish(kind); err != nil {
				p.t.Error(err)
			}
		}
	}
	life := p.start(h, victim{Life: p.life(), Seed: p.seed, At: way.at, Retain: h.retains, Codes: p.memory.someCodes(random, 2), Planted: p.planted})
	if !life.ready() {
		p.died(life, "starting")
		p.examine(h)
		return
	}
	p.wait(life, way)
	where := "at random"
	if way.promises > 0 {
		where = "after a promise"
	}
	p.died(life, where)
	p.examine(h)
	p.plantPaper(h)
}

func (p *proof) killCentral(random *rand.Rand) {
	const most = 4 * time.Second
	way := p.draw(random, centralPoints, most, 6)
	switch {
	case p.calm: // until the terminal is dead
	case way.promises > 0: // it makes none
		way = plan{after: most + time.Duration(random.Int64N(int64(most)))}
	}
	life := p.office.serve(p.t, way.at)
	if !life.ready() {
		p.died(life, "starting")
		return
	}
	p.wait(life, way)
	p.died(life, "at random")
}

// died waits for the end of a process, which must have been a kill, and counts it.
func (p *proof) died(l *life, otherwise string) {
	<-l.ended
	if !l.killed() {
		p.t.Errorf("%s ended by itself: %v\n%s", l.name, l.err, l.log())
		return
	}
	where := otherwise
	if l.at != "" && !l.shot {
		where, _, _ = strings.Cut(l.at, ":")
	}
	p.count(where)
}

// line is the proof in numbers.
func (p *proof) line() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprintf("%d kills in %.0f s (%s); %s", p.kills, time.Since(p.began).Seconds(), counts(p.at), p.memory.line())
}

// life is one process from its start to its end.
type life struct {
	name     string
	at       string
	command  *exec.Cmd
	stdin    io.Closer
	errors   *tail
	begun    chan struct{}   // it serves
	promised <-chan struct{} // for each resident who was shown a code
	ended    chan struct{}   // it is dead, and all that it said is heard
	err      error
	shot     bool // the parent killed it
}

// begin starts a process whose output is heard line by line; hear tells when it
// serves.
func begin(t *testing.T, name, at string, command *exec.Cmd, hear func(line []byte) (serves bool)) *life {
	t.Helper()
	l := &life{name: name, at: at, command: command, errors: &tail{}, begun: make(chan struct{}), ended: make(chan struct{})}
	command.Stderr = l.errors
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	l.stdin = stdin
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(l.ended)
		serves := false
		lines := bufio.NewReader(out)
		for {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				break // also half a line: it was killed while it spoke
			}
			if hear(line) && !serves {
				serves = true
				close(l.begun)
			}
		}
		l.err = command.Wait()
	}()
	return l
}

// ready waits until the process serves; false when it died before.
func (l *life) ready() bool {
	select {
	case <-l.begun:
		return true
	case <-l.ended:
		return false
	case <-time.After(time.Minute):
		l.command.Process.Signal(syscall.SIGQUIT) // it tells where it stands
		<-l.ended
		return false
	}
}

func (l *life) kill() {
	l.shot = true
	_ = l.command.Process.Kill()
}

func (l *life) killed() bool {
	var exit *exec.ExitError
	if !errors.As(l.err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

func (l *life) log() string { return l.errors.String() }

// tail keeps the last of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (b *tail) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	const most = 64 << 10
	b.text = append(b.text, p...)
	b.text = b.text[max(0, len(b.text)-most):]
	return len(p), nil
}

func (b *tail) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(bytes.Clone(b.text))
}

// start starts a terminal.
func (p *proof) start(h *hall, v victim) *life {
	v.Config = h.config
	text, err := json.Marshal(v)
	if err != nil {
		p.t.Fatal(err)
	}
	command := exec.Command("/proc/self/exe")
	command.Env = append(os.Environ(), victimEnv+"="+string(text), "DISPLAY="+p.display, "FYNE_SCALE=1", "FYNE_DISABLE_DPI_DETECTION=true")
	promised, shown := make(chan struct{}, 64), map[int]bool{}
	l := begin(p.t, fmt.Sprintf("terminal %d", h.number), v.At, command, func(line []byte) bool {
		var said told
		if err := json.Unmarshal(line, &said); err != nil {
			p.t.Errorf("terminal %d says %q", h.number, line)
			return false
		}
		p.memory.hear(h.number, said)
		p.staff.hear(said)
		if said.Kind == toldSaved && !shown[said.Visit] {
			shown[said.Visit] = true
			select {
			case promised <- struct{}{}:
			default:
			}
		}
		return said.Kind == toldReady
	})
	l.promised = promised
	p.t.Cleanup(func() { l.kill(); <-l.ended })
	return l
}
