package scanner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lintai/hw"
	"lintai/hw/serialport"
	"lintai/kiosk/fault"
)

const (
	// replyLimit is how long a module may take for a reply. It is busy while it
	// makes a code out of what it sees, and one may be on the wire.
	replyLimit = 700 * time.Millisecond
	writeLimit = 500 * time.Millisecond
)

var (
	// ErrSilent: no reply came; also what a wrong speed looks like.
	ErrSilent error = &hw.Error{Code: fault.NoAnswer, Text: "scanner: no answer"}
	// ErrDamaged: replies came with a wrong CRC.
	ErrDamaged error = &hw.Error{Code: fault.BadChecksum, Text: "scanner: damaged answer"}
	// ErrRefused: the module answered that it did not do what it was told.
	ErrRefused error = &hw.Error{Code: fault.DeviceFailed, Text: "scanner: command refused"}
)

// task is something to tell the module besides probing it.
type task int

const (
	taskMode    task = iota // set the mode that is wanted
	taskTrigger             // look once
	tasks
)

// module is a GM65 while its port is open. One goroutine reads and feeds take; one
// talks, a command at a time.
type module struct {
	scanner *Scanner
	port    serialport.Port
	gone    <-chan struct{} // closed when the reading goroutine has ended

	demux   Demux
	replies chan Reply
	damaged chan struct{} // holds a token when a damaged reply came

	wake   [tasks]chan struct{}
	probes chan chan<- answer
}

// answer is what a probe brought.
type answer struct {
	report hw.Report
	err    error
}

func newModule(s *Scanner, port serialport.Port, gone <-chan struct{}) *module {
	m := &module{scanner: s, port: port, gone: gone,
		replies: make(chan Reply, 4), damaged: make(chan struct{}, 1), probes: make(chan chan<- answer)}
	for i := range m.wake {
		m.wake[i] = make(chan struct{}, 1)
	}
	return m
}

// take, open and end are its stream.
func (m *module) take(b byte) {
	before := m.demux.Damaged
	codes, reply := m.demux.Add(b)
	m.tell(codes)
	if reply != nil {
		select {
		case m.replies <- *reply:
		default: // nobody asked so much
		}
	}
	if m.demux.Damaged > before {
		select {
		case m.damaged <- struct{}{}:
		default:
		}
	}
}

func (m *module) open() bool { return m.demux.Open() }
func (m *module) end()       { m.tell(m.demux.End()) }

func (m *module) tell(codes []string) {
	for _, code := range codes {
		m.scanner.config.OnCode(code)
	}
}

// do has the talking goroutine carry out a task soon.
func (m *module) do(t task) {
	select {
	case m.wake[t] <- struct{}{}:
	default:
	}
}

// talk carries out what others ask for until the port is lost or closed.
func (m *module) talk() {
	for {
		select {
		case <-m.gone:
			return
		case reply := <-m.probes:
			report, err := m.check()
			reply <- answer{report, err}
		case <-m.wake[taskMode]:
			// A module that does not obey now is found out, and told again, by the
			// next probe.
			_, _ = m.check()
		case <-m.wake[taskTrigger]:
			_, _ = m.ask(encodeWrite(zoneTrigger, 1), 1)
		}
	}
}

// check asks the module how it is set and sets it as wanted: probing it and keeping
// it looking are one thing, since a module that lost its power for a moment is as
// somebody once saved it.
func (m *module) check() (hw.Report, error) {
	// Two bytes, of which the first counts: a late reply to a write has one, and must
	// not be taken for flags.
	flags, err := m.ask(encodeRead(zoneFlags, 2), 2)
	if err != nil {
		return hw.Report{}, err
	}
	mode := m.scanner.wanted()
	if Mode(flags.Data[0]&3) != mode {
		if _, err := m.ask(encodeWrite(zoneFlags, flags.Data[0]&^3|byte(mode)), 1); err != nil {
			return hw.Report{}, err
		}
	}
	return hw.Report{Detail: "GM65, " + mode.String()}, nil
}

// ask sends a command and waits for a reply with n bytes of data. Replies do not say
// what they answer: what came before was for nobody.
func (m *module) ask(command []byte, n int) (Reply, error) {
	for len(m.replies) > 0 {
		<-m.replies
	}
	select {
	case <-m.damaged:
	default:
	}
	if _, err := m.port.Write(command, writeLimit); err != nil {
		return Reply{}, fmt.Errorf("scanner: asking: %w", err)
	}
	limit := time.NewTimer(replyLimit)
	defer limit.Stop()
	silence := fmt.Errorf("%w in %v", ErrSilent, replyLimit)
	for {
		select {
		case r := <-m.replies:
			if r.Kind != 0 {
				return Reply{}, fmt.Errorf("%w: %02X", ErrRefused, r.Kind)
			}
			if len(r.Data) == n {
				return r, nil
			}
		case <-m.damaged:
			// A whole one may be right behind.
			silence = ErrDamaged
			limit.Reset(pause)
		case <-m.gone:
			return Reply{}, errEnded
		case <-limit.C:
			return Reply{}, silence
		}
	}
}

// errEnded is seen by nobody: who asks looks at why the opening ended first.
var errEnded = errors.New("scanner: the port was lost or closed")

// probe has the talking goroutine check the module.
func (m *module) probe(ctx context.Context) (hw.Report, error) {
	reply := make(chan answer, 1)
	select {
	case m.probes <- reply:
	case <-m.gone:
		return hw.Report{}, errEnded
	case <-ctx.Done():
		return hw.Report{}, ctx.Err()
	}
	select {
	case a := <-reply:
		return a.report, a.err
	case <-ctx.Done():
		return hw.Report{}, ctx.Err()
	}
}
