package live

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"golang.org/x/sys/unix"
)

type lineKey struct{}

// KeepLine is for http.Server.ConnContext: a stream then knows its connection, and
// notices when whoever listens is gone without a word.
func KeepLine(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, lineKey{}, c)
}

// noticeDeath has the kernel end the connection of a stream when what was written
// is not acknowledged in time (tcp(7), TCP_USER_TIMEOUT). A heartbeat fits into the
// kernel's buffer for hours; only its acknowledgement says that somebody is there.
func noticeDeath(r *http.Request, within time.Duration) error {
	c, _ := r.Context().Value(lineKey{}).(net.Conn)
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	t, ok := c.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := t.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(within.Milliseconds()))
	}); err != nil {
		return err
	}
	return failed
}
