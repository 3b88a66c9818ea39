package guest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Monitor speaks QMP, QEMU's protocol of JSON lines (docs/interop/qmp-spec of QEMU):
// a greeting, then commands with an id and answers with the same, and events between
// them. Commands may be sent from several goroutines.
type Monitor struct {
	conn net.Conn
	read chan struct{} // closed when nothing more can be read

	mutex   sync.Mutex
	next    int
	waiting map[int]chan answer
	events  []Event
	changed chan struct{} // closed and made anew with each event
	err     error
}

// Event is something that QEMU tells by itself, "SHUTDOWN" or "WATCHDOG".
type Event struct {
	Name string          `json:"event"`
	Data json.RawMessage `json:"data"`
}

// Refused is a command that QEMU did not do.
type Refused struct {
	Command string `json:"-"`
	Class   string `json:"class"`
	Reason  string `json:"desc"`
}

func (r *Refused) Error() string { return "qemu: " + r.Command + ": " + r.Reason }

type answer struct {
	result  json.RawMessage
	refused *Refused
}

// NewMonitor greets the QEMU at the other end of a connection.
func NewMonitor(ctx context.Context, conn net.Conn) (*Monitor, error) {
	m := &Monitor{conn: conn, waiting: map[int]chan answer{}, changed: make(chan struct{}), read: make(chan struct{})}
	lines := bufio.NewReader(conn)
	if until, ok := ctx.Deadline(); ok {
		_ = conn.SetReadDeadline(until)
	}
	var greeting struct {
		QMP *json.RawMessage `json:"QMP"`
	}
	line, err := lines.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &greeting)
	}
	if err == nil && greeting.QMP == nil {
		err = fmt.Errorf("not a greeting: %.80s", line)
	}
	if err != nil {
		return nil, fmt.Errorf("qemu: %w", err)
	}
	_ = conn.SetReadDeadline(time.Time{})
	go m.listen(lines)
	return m, m.Do(ctx, "qmp_capabilities", nil, nil)
}

func (m *Monitor) listen(lines *bufio.Reader) {
	defer close(m.read)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			m.end(fmt.Errorf("qemu is gone: %w", err))
			return
		}
		var said struct {
			Event
			ID     int             `json:"id"`
			Return json.RawMessage `json:"return"`
			Error  *Refused        `json:"error"`
		}
		if err := json.Unmarshal(line, &said); err != nil {
			m.end(fmt.Errorf("qemu says %.80q: %w", line, err))
			return
		}
		m.mutex.Lock()
		if said.Name != "" {
			m.events = append(m.events, said.Event)
			close(m.changed)
			m.changed = make(chan struct{})
		} else if to, ok := m.waiting[said.ID]; ok {
			delete(m.waiting, said.ID)
			to <- answer{said.Return, said.Error}
		}
		m.mutex.Unlock()
	}
}

func (m *Monitor) end(err error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.err = err
}

// Do sends a command with its arguments, waits for the answer and reads it into result
// unless that is nil.
func (m *Monitor) Do(ctx context.Context, command string, arguments, result any) error {
	if arguments == nil {
		arguments = struct{}{}
	}
	m.mutex.Lock()
	m.next++
	id, back := m.next, make(chan answer, 1)
	line, err := json.Marshal(map[string]any{"execute": command, "arguments": arguments, "id": id})
	if err == nil {
		m.waiting[id] = back
		_, err = m.conn.Write(append(line, '\n'))
	}
	m.mutex.Unlock()
	if err != nil {
		return fmt.Errorf("qemu: %s: %w", command, err)
	}
	select {
	case a := <-back:
		if a.refused != nil {
			a.refused.Command = command
			return a.refused
		}
		if result == nil {
			return nil
		}
		if err := json.Unmarshal(a.result, result); err != nil {
			return fmt.Errorf("qemu: %s answered %.80s: %w", command, a.result, err)
		}
		return nil
	case <-m.read:
		return m.gone()
	case <-ctx.Done():
		return fmt.Errorf("qemu: %s: %w", command, context.Cause(ctx))
	}
}

func (m *Monitor) gone() error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.err
}

// Mark is a place in the row of events.
func (m *Monitor) Mark() int {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return len(m.events)
}

// Happened gives the events since a mark.
func (m *Monitor) Happened(mark int) []Event {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return append([]Event(nil), m.events[mark:]...)
}

// Await waits for an event of a name since a mark, in whose data all of some texts are.
func (m *Monitor) Await(ctx context.Context, mark int, name string, texts ...string) (Event, error) {
	for {
		m.mutex.Lock()
		events, changed := m.events[mark:], m.changed
		m.mutex.Unlock()
		for _, e := range events {
			if e.Name == name && !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(string(e.Data), text) }) {
				return e, nil
			}
		}
		mark += len(events)
		select {
		case <-changed:
		case <-m.read:
			return Event{}, m.gone()
		case <-ctx.Done():
			return Event{}, fmt.Errorf("qemu: no event %s: %w", name, context.Cause(ctx))
		}
	}
}
