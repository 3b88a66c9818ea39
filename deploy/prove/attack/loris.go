package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"lintai/sync/wire"
)

// lorisPatience is how long a connection that gets nowhere may stay.
const lorisPatience = 40 * time.Second

var loris = []attack{
	{
		name: "slow loris: nothing, half a handshake, half a head, half a body", heard: true, log: []string{`"unfinished_handshake"`}, also: []string{`"kiosk":2`, "did not come in time"},
		run: func(ctx context.Context, s *stage, t *try) error {
			config, err := s.rogue.TLS()
			if err != nil {
				return err
			}
			kinds := []func(ctx context.Context, s *stage) (net.Conn, error){
				func(ctx context.Context, s *stage) (net.Conn, error) { return s.dial(ctx) },
				func(ctx context.Context, s *stage) (net.Conn, error) {
					conn, err := s.dial(ctx)
					if err == nil {
						_, err = conn.Write([]byte{22, 3, 1, 2, 0, 1, 0}) // a ClientHello begins
					}
					return conn, err
				},
				begin(stranger(), ""),
				begin(stranger(), "GET /kiosk/v1/pull HTTP/1.1\r\nHost: a\r\nX-Name: "+secret+"\r\n"),
				begin(stranger(), "POST /kiosk/v1/enrol HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n{\"kiosk\":"),
				begin(stranger(), "POST /kiosk/v1/enrol HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"ki"),
			}
			for _, path := range []string{wire.PathPush, wire.PathHealth, wire.PathRenew, wire.PathCard} {
				kinds = append(kinds, begin(config, "POST "+path+" HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n{"))
			}
			return s.hang(ctx, t, s.hold, func(ctx context.Context, n int) (net.Conn, error) { return kinds[n%len(kinds)](ctx, s) })
		},
	},
	{
		name: "a terminal opens many streams and reads none", heard: true, log: []string{`"kiosk":2`, "streams"},
		run: func(ctx context.Context, s *stage, t *try) error {
			config, err := s.rogue.TLS()
			if err != nil {
				return err
			}
			var open []net.Conn
			defer func() {
				for _, c := range open {
					c.Close()
				}
			}()
			for range 50 {
				conn, err := s.shake(ctx, config)
				if err != nil {
					return err
				}
				open = append(open, conn)
				if _, err := io.WriteString(conn, "GET "+wire.PathStream+" HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
					return err
				}
				// Its head shows that central holds it; after that nothing is read.
				conn.SetReadDeadline(time.Now().Add(lorisPatience))
				if _, err := conn.Read(make([]byte, 1)); err != nil {
					return err
				}
			}
			t.during()
			// All but a few were ended by central.
			var ending sync.WaitGroup
			var held atomic.Int32
			for _, c := range open[:45] {
				ending.Go(func() {
					c.SetReadDeadline(time.Now().Add(2 * wire.Heartbeat))
					if _, err := io.Copy(io.Discard, c); isTimeout(err) {
						held.Add(1)
					}
				})
			}
			ending.Wait()
			if n := held.Load(); n > 0 {
				return fmt.Errorf("central holds %d streams more than a terminal needs", n)
			}
			return nil
		},
	},
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// begin is a connection that says so much and no more.
func begin(config *tls.Config, words string) func(ctx context.Context, s *stage) (net.Conn, error) {
	return func(ctx context.Context, s *stage) (net.Conn, error) {
		conn, err := s.shake(ctx, config)
		if err != nil {
			return nil, err
		}
		_, err = io.WriteString(conn, words)
		return conn, err
	}
}

// hang opens connections that get nowhere and wants central to end each of them by
// itself. Those that central cuts while they open are what is wanted, too.
func (s *stage) hang(ctx context.Context, t *try, n int, open func(ctx context.Context, n int) (net.Conn, error)) error {
	ctx, cancel := context.WithTimeout(ctx, 3*lorisPatience)
	defer cancel()
	var opening, ending sync.WaitGroup
	var mu sync.Mutex
	held := 0
	slots := make(chan struct{}, 64)
	ready := make(chan struct{})
	for i := range n {
		opening.Add(1)
		ending.Go(func() {
			slots <- struct{}{}
			conn, err := open(ctx, i)
			<-slots
			opening.Done()
			if err != nil {
				return
			}
			defer conn.Close()
			<-ready
			conn.SetReadDeadline(time.Now().Add(lorisPatience))
			if _, err := io.Copy(io.Discard, conn); isTimeout(err) {
				mu.Lock()
				held++
				mu.Unlock()
			}
		})
	}
	opening.Wait()
	t.during()
	close(ready)
	ending.Wait()
	if held > 0 {
		return fmt.Errorf("central held %d of %d connections that get nowhere for longer than %s", held, n, lorisPatience)
	}
	return nil
}
