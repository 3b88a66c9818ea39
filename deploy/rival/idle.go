package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/wire"
)

// idle is what terminals that nobody touches cost.
type idle struct {
	Terminals     int
	Before, After int64 // bytes of central's memory (PSS), without and with them
	Watched       time.Duration
	Bytes         int64 // on one terminal's line while it was watched
	Requests      int64 // at most, beside the stream
}

func (i *idle) each() float64     { return float64(i.After-i.Before) / float64(max(i.Terminals, 1)) }
func (i *idle) traffic() float64  { return float64(i.Bytes) / max(i.Watched.Seconds(), 1) }
func (i *idle) requests() float64 { return float64(i.Requests) / max(i.Watched.Minutes(), 1) }

// idle weighs central without terminals and with so many, each with its stream
// open, and then watches the line of one more, a real one, with nothing to do.
func (l *lintai) idle(ctx context.Context, folder string, terminals int, watch time.Duration) (*idle, error) {
	known, err := introduce(ctx, filepath.Join(folder, "central"), 1, terminals+1)
	if err != nil {
		return nil, err
	}
	one := known[terminals]
	server, door, err := l.serve(ctx, folder, one)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	i := &idle{Terminals: terminals}
	if i.Before, err = weigh(ctx, server); err != nil {
		return nil, err
	}
	var lines []*tls.Conn
	defer func() {
		for _, conn := range lines {
			conn.Close()
		}
	}()
	for _, k := range known[:terminals] {
		conn, err := open(ctx, door, k)
		if err != nil {
			return nil, err
		}
		lines = append(lines, conn)
	}
	if i.After, err = weigh(ctx, server); err != nil {
		return nil, err
	}
	fmt.Printf("central has %d KB without and %d KB with %d terminals; one more is watched for %s\n", i.Before>>10, i.After>>10, terminals, watch)
	return i, i.watch(ctx, folder, door, one, watch)
}

// open opens a stream as a terminal does, and returns when its first event is
// there. What follows waits in the kernel: heartbeats are few bytes.
func open(ctx context.Context, door string, known agent.Identity) (*tls.Conn, error) {
	config, err := known.TLS()
	if err != nil {
		return nil, err
	}
	conn, err := (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", door)
	if err != nil {
		return nil, err
	}
	line := conn.(*tls.Conn)
	if err := hello(line, door); err != nil {
		line.Close()
		return nil, err
	}
	return line, nil
}

func hello(line *tls.Conn, door string) error {
	if err := line.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	fmt.Fprintf(line, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", wire.PathStream, door)
	in := bufio.NewReaderSize(line, 1<<10)
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("a stream is refused with %s", response.Status)
	}
	_, err = bufio.NewReaderSize(response.Body, 64).ReadString('\n')
	return err
}

// rest is long enough for streams to beat a few times and for the garbage of their
// beginning to go: a process that does nothing collects every two minutes.
const rest = 150 * time.Second

// weigh returns the server's memory after a rest: its proportional share of what
// is resident, in bytes.
func weigh(ctx context.Context, server *process) (int64, error) {
	select {
	case <-time.After(rest):
	case <-server.exited:
		return 0, fmt.Errorf("central ended by itself\n%s", server.tail())
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", server.pid()))
	if err != nil {
		return 0, err
	}
	return proportional(text)
}

// proportional finds the line Pss of /proc/PID/smaps_rollup (proc_pid_smaps(5)).
func proportional(rollup []byte) (int64, error) {
	for line := range strings.Lines(string(rollup)) {
		f := strings.Fields(line)
		if len(f) == 3 && f[0] == "Pss:" && f[2] == "kB" {
			kb, err := strconv.ParseInt(f[1], 10, 40)
			if err == nil && kb > 0 {
				return kb << 10, nil
			}
		}
	}
	return 0, errors.New("the kernel does not tell the memory of a process")
}

// watch lets a real agent with an empty queue do nothing, and counts what it says
// and hears once it has settled down.
func (i *idle) watch(ctx context.Context, folder, door string, known agent.Identity, d time.Duration) error {
	path := filepath.Join(folder, offline.FileName)
	if err := offline.Create(path, time.Now); err != nil {
		return err
	}
	queue, err := offline.Open(path, known.Seal(), time.Now)
	if err != nil {
		return err
	}
	defer queue.Close()
	var m meter
	a, err := agent.New(agent.Options{Address: "https://" + door, Identity: known, Queue: queue, Dial: m.dial, Post: func(visit.Event) {}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Run(ctx)
	}()
	defer func() { stop(); <-done }()
	a.Report([]wire.Device{{Name: "printer", State: "ready", Since: time.Now()}, {Name: "card", State: "ready", Since: time.Now()}})
	const settled = 10 * time.Second
	var from, to reading
	for _, step := range []struct {
		after time.Duration
		into  *reading
	}{{settled, &from}, {d, &to}} {
		select {
		case <-time.After(step.after):
			if *step.into, err = m.read(); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if from.turns < 2 {
		return fmt.Errorf("the idle terminal does not speak with central: %+v", from)
	}
	i.Watched, i.Bytes, i.Requests = d, to.bytes-from.bytes, to.turns-from.turns
	return nil
}
