package printer

import (
	"context"
	"sync"
	"time"

	"lintai/hw"
	"lintai/hw/printer/dots"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
)

// Options says which printer, on which line, with what paper.
type Options struct {
	Line    Line
	Profile Profile
	// Font draws the characters that the printer has no glyph for; when it is
	// nil they are printed as □.
	Font *dots.Font
	// VoidNote is printed under a slip that was cut short, so that nobody takes
	// it for a good one. Empty prints nothing.
	VoidNote string
	// Left is what the process before told OnLeave last, 0 when it told nothing: it
	// may have died while it printed, and what stands on the paper would become the
	// head of the next visitor's slip.
	Left int
	// OnLeave, if set, is told a number above 0 before the first byte of a slip goes
	// out, and 0 when the printer is known to hold nothing of one any more. What it
	// is told must be kept where a power cut leaves it.
	OnLeave func(int)
	// Limits is DefaultLimits when zero.
	Limits Limits
	// Clock is the machine's when nil.
	Clock hw.Clock
}

// Limits are the times that the driver gives a printer.
type Limits struct {
	// Answer is how long a question about status may take.
	Answer time.Duration
	// Fence is how long an idle printer may take to answer a fence.
	Fence time.Duration
	// Stall is how long the printer may take no bytes in the middle of a slip.
	Stall time.Duration
	// Poll is the time between two looks at the status while a slip prints.
	Poll time.Duration
	// Margin is added to the time that sending and moving the paper take.
	Margin time.Duration
	// Settle is how long a printer may say "offline" without a reason before a
	// slip is refused.
	Settle time.Duration
	// Speed is the slowest the paper moves, in mm/s.
	Speed int
	// Probe is the time between two looks at an idle printer: often enough for a
	// resident to see that the paper is back while she stands there.
	Probe time.Duration
}

// DefaultLimits fit a slow 58 mm printer with a cutter.
var DefaultLimits = Limits{
	Answer: 500 * time.Millisecond,
	Fence:  time.Second,
	Stall:  5 * time.Second,
	Poll:   300 * time.Millisecond,
	Margin: 4 * time.Second,
	Settle: 2 * time.Second,
	Speed:  40,
	Probe:  2 * time.Second,
}

// The ways in which a Result's outcome is known.
const (
	methodProcess = "process_id"
	methodQueued  = "status_fence"
	methodRefused = "refused"
	methodWrite   = "write_failed"
	methodNone    = "none"
)

// Printer is one printer, whether it is there or not. Run keeps it going; Print
// may be called at any time and tells the truth.
type Printer struct {
	options    Options
	supervisor *supervise.Supervisor

	mu      sync.Mutex
	session *session // nil while the printer is not there
	health  hw.Health

	// turn holds a token while nobody talks to the printer. It belongs to the
	// printer and not to a session: the last words of a session that was lost
	// must not mix with the first of the next.
	turn chan struct{}
	// memory outlives the line. Only the holder of the turn touches it.
	memory memory
}

// memory is what the driver remembers of a printer from one opening of the line
// to the next.
type memory struct {
	// sequence counts fences; ids are made of it.
	sequence uint32
	// strange: nothing was said to this printer yet. It may hold half a slip of
	// the process before, which would come out with the next roll.
	strange bool
	// stale: the printer may hold bytes of a slip that was given up.
	stale bool
	// torn: part of a slip is on the paper and needs a note and a cut.
	torn bool
	// unclosed is the number of bytes that end any payload cut short.
	unclosed int
	// singly: the printer loses questions that are put in one breath.
	singly bool
	// left is what OnLeave was told last.
	left int
	// owed is the number of GS r requests that may still be answered.
	owed int
}

// New makes a printer with health passed to onHealth at each change; onHealth may
// be nil.
func New(o Options, onHealth func(hw.Health)) *Printer {
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits
	}
	if o.Clock == nil {
		o.Clock = hw.SystemClock{}
	}
	p := &Printer{options: o, health: hw.Health{Code: fault.Unplugged}, turn: make(chan struct{}, 1)}
	p.turn <- struct{}{}
	p.memory.strange = true
	if o.Left > 0 {
		p.memory.stale, p.memory.torn, p.memory.unclosed, p.memory.left = true, true, o.Left-1, o.Left
	}
	// Ids differ from those of the process before, whose fences may come late.
	p.memory.sequence = uint32(o.Clock.Now().UnixNano() / int64(time.Millisecond))
	p.supervisor = supervise.New(supervise.Config{
		Open:       p.open,
		ProbeEvery: o.Limits.Probe,
		Clock:      o.Clock,
		OnHealth: func(h hw.Health) {
			p.mu.Lock()
			p.health = h
			p.mu.Unlock()
			if onHealth != nil {
				onHealth(h)
			}
		},
	})
	return p
}

// Run keeps the printer open and probed until ctx ends.
func (p *Printer) Run(ctx context.Context) { p.supervisor.Run(ctx) }

// Health tells what is known of the printer now.
func (p *Printer) Health() hw.Health { return p.supervisor.Health() }

// open is the supervisor's way to a session.
func (p *Printer) open(ctx context.Context, tell func(hw.Report)) (hw.Device, error) {
	k := p.options.Line.kind()
	port, err := p.options.Line.open(ctx, k)
	if err != nil {
		return nil, err
	}
	s := newSession(p, port, k, tell)
	p.mu.Lock()
	p.session = s
	p.mu.Unlock()
	return s, nil
}

// forget is called by a session that ended.
func (p *Printer) forget(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == s {
		p.session = nil
	}
}

// leave tells what a process that dies now leaves behind. Only the holder of the
// turn calls it.
func (p *Printer) leave() {
	left := 0
	if p.memory.stale || p.memory.torn {
		left = p.memory.unclosed + 1
	}
	if left == p.memory.left {
		return
	}
	p.memory.left = left
	if p.options.OnLeave != nil {
		p.options.OnLeave(left)
	}
}

// Print prints one slip and returns what is known of it, within a bounded time
// also when the printer is pulled out while it prints. Slips are printed one
// after the other. A slip is never sent twice.
func (p *Printer) Print(ctx context.Context, s slip.Slip) slip.Result {
	p.mu.Lock()
	session, code := p.session, p.health.Code
	p.mu.Unlock()
	if session == nil {
		if code == fault.None {
			code = fault.Unplugged
		}
		return slip.Result{Outcome: slip.NotPrinted, Method: methodRefused, Fault: code}
	}
	job := Encode(s, p.options.Profile, p.options.Font)
	return session.print(ctx, job)
}
