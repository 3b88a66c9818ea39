package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"lintai/hw"
	"lintai/kiosk/fault"
	"lintai/kiosk/readiness"
	"lintai/kiosk/terminal"
	"lintai/sync/wire"
)

// healthBook keeps how each device is, for central and for kioskctl doctor.
type healthBook struct {
	ports map[string]string
	// tell has central told of all devices, at each change.
	tell func([]wire.Device)
	// sync answers questions about the line; nil when there is none to ask.
	sync func(context.Context, readiness.SyncQuestion) readiness.Sync

	mu   sync.Mutex
	rows []readiness.Row // by the order in which devices first were heard of
}

func newHealthBook(ports map[string]string) *healthBook {
	return &healthBook{ports: ports, tell: func([]wire.Device) {}}
}

// note writes a device's health down. It never waits.
func (b *healthBook) note(name string, h hw.Health) {
	if _, named := b.ports[name]; !named && h.State == hw.Absent && h.Code == fault.None {
		b.none(name) // a sound card that the file turns off
		return
	}
	b.put(readiness.Row{Name: name, Port: b.ports[name], State: h.State.String(), Fault: h.Code, Since: h.Since, LastOK: h.LastOK, Detail: h.Detail})
}

// none notes a device that the file does not name.
func (b *healthBook) none(name string) {
	b.put(readiness.Row{Name: name, State: readiness.StateNone})
}

func (b *healthBook) put(row readiness.Row) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.IndexFunc(b.rows, func(r readiness.Row) bool { return r.Name == row.Name }); i >= 0 {
		b.rows[i] = row
	} else {
		b.rows = append(b.rows, row)
	}
	b.tell(forCentral(b.rows)) // under the lock, so that the last word is the newest
}

// forCentral is what staff need to know: not that a printer is at work, nor each
// attempt to open a device that is not there.
func forCentral(rows []readiness.Row) []wire.Device {
	all := []wire.Device{}
	for _, r := range rows {
		state := r.State
		switch {
		case state == readiness.StateNone:
			continue
		case state == hw.Busy.String():
			state = hw.Ready.String()
		case state == hw.Ready.String() || state == hw.Degraded.String():
		case r.Fault == fault.Unplugged:
			state = hw.Absent.String()
		case r.Fault != fault.None:
			state = hw.Fault.String()
		}
		all = append(all, wire.Device{Name: r.Name, State: state, Fault: r.Fault, Since: r.Since.UTC(), LastOK: r.LastOK.UTC()})
	}
	return all
}

func (b *healthBook) snapshot() readiness.Snapshot {
	b.mu.Lock()
	defer b.mu.Unlock()
	return readiness.Snapshot{At: time.Now(), Devices: slices.Clone(b.rows)}
}

const (
	// questionLimit bounds how long a questioner may take, and questionBytes how
	// much it may say.
	questionLimit = 5 * time.Second
	questionBytes = 1 << 20
)

// answer serves readiness.SocketName in the data folder until the context ends. A
// terminal whose folder cannot hold a socket serves residents all the same.
func (b *healthBook) answer(ctx context.Context, data string, p terminal.Printer, log *slog.Logger) {
	if l, err := b.listen(data, log); err != nil {
		log.Warn("health is not told to kioskctl", "error", err)
	} else {
		b.serve(ctx, l, p, log)
	}
}

func (b *healthBook) listen(data string, log *slog.Logger) (net.Listener, error) {
	path := filepath.Join(data, readiness.SocketName)
	// The queue's lock says that no other terminal lives here: what is left
	// belongs to one that was killed.
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		log.Warn("health is told to everybody on this machine", "error", err)
	}
	return l, nil
}

func (b *healthBook) serve(ctx context.Context, l net.Listener, p terminal.Printer, log *slog.Logger) {
	unhook := context.AfterFunc(ctx, func() { l.Close() })
	defer unhook()
	var talks sync.WaitGroup
	defer talks.Wait()
	for {
		conn, err := l.Accept()
		if err != nil {
			return // closed
		}
		talks.Go(func() {
			defer conn.Close()
			if err := b.talk(ctx, conn, p); err != nil && ctx.Err() == nil {
				log.Info("a question about health was not answered", "error", err)
			}
		})
	}
}

// talk answers one question.
func (b *healthBook) talk(ctx context.Context, conn net.Conn, p terminal.Printer) error {
	unhook := context.AfterFunc(ctx, func() { conn.Close() })
	defer unhook()
	if err := conn.SetReadDeadline(time.Now().Add(questionLimit)); err != nil {
		return err
	}
	var q readiness.Question
	if err := json.NewDecoder(io.LimitReader(conn, questionBytes)).Decode(&q); err != nil {
		return err
	}
	s := b.snapshot()
	if q.Print != nil {
		result := p.Print(ctx, q.Print.Slip())
		s.Printed = &result
	}
	if q.Sync != "" && b.sync != nil {
		line := b.sync(ctx, q.Sync)
		s.Sync = &line
	}
	if err := conn.SetWriteDeadline(time.Now().Add(questionLimit)); err != nil {
		return err
	}
	return json.NewEncoder(conn).Encode(s)
}
