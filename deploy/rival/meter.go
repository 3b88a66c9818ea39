package main

import (
	"context"
	"net"
	"sync"

	"golang.org/x/sys/unix"
)

// headers are the bytes of IPv4 and of TCP with its time stamps before each
// segment.
const headers = 20 + 32

// reading is what went over all connections so far.
type reading struct {
	bytes int64 // both ways, with headers
	turns int64 // how often we spoke after having heard something: once for each request, and once more for a connection's beginning
}

// meter counts on the connections that it opens, below TLS.
type meter struct {
	mu    sync.Mutex
	lines []*metered
}

// metered is one connection. Its end is remembered for the meter.
type metered struct {
	*net.TCPConn
	mu    sync.Mutex
	heard bool
	turns int64
	last  int64 // bytes when it was closed
}

func (m *meter) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	line := &metered{TCPConn: conn.(*net.TCPConn), heard: true}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lines = append(m.lines, line)
	return line, nil
}

func (l *metered) Read(b []byte) (int, error) {
	n, err := l.TCPConn.Read(b)
	if n > 0 {
		l.mu.Lock()
		l.heard = true
		l.mu.Unlock()
	}
	return n, err
}

func (l *metered) Write(b []byte) (int, error) {
	l.mu.Lock()
	if l.heard {
		l.turns++
	}
	l.heard = false
	l.mu.Unlock()
	return l.TCPConn.Write(b)
}

func (l *metered) Close() error {
	if n, err := l.carried(); err == nil {
		l.mu.Lock()
		l.last = n
		l.mu.Unlock()
	}
	return l.TCPConn.Close()
}

// carried asks the kernel what it sent and received on the connection.
func (l *metered) carried() (int64, error) {
	raw, err := l.SyscallConn()
	if err != nil {
		return 0, err
	}
	var info *unix.TCPInfo
	var told error
	err = raw.Control(func(fd uintptr) { info, told = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO) })
	if err == nil {
		err = told
	}
	if err != nil {
		return 0, err
	}
	return int64(info.Bytes_sent+info.Bytes_received) + headers*int64(info.Segs_out+info.Segs_in), nil
}

// read sums up.
func (m *meter) read() (r reading, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.lines {
		n, err := l.carried()
		l.mu.Lock()
		if err != nil {
			n = l.last // it is closed
		}
		r.bytes += n
		r.turns += l.turns
		l.mu.Unlock()
	}
	return r, nil
}
