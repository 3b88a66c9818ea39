package live

import (
	"context"
	"net"
	"net/http"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

type lineKey struct{}

// KeepLine is for http.Server.ConnContext: a stream then knows its connection, and
// notices when whoever listens is gone without a word.
func KeepLine(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, lineKey{}, c)
}

// deathAfter is how long a heartbeat may go without acknowledgement, so that a line
// that died just after one counts as dead within three. The kernel's clock begins
// when it first sends again, which on a poor line is a second or two later.
func deathAfter(heartbeat time.Duration) time.Duration { return heartbeat * 8 / 5 }

// noticeDeath has the kernel end a connection when what was written is not
// acknowledged in time (tcp(7), TCP_USER_TIMEOUT). A heartbeat fits into the
// kernel's buffer for hours; only its acknowledgement says that somebody is there.
func noticeDeath(raw syscall.RawConn, within time.Duration) error {
	var failed error
	if err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(within.Milliseconds()))
	}); err != nil {
		return err
	}
	return failed
}

// noticeDeathOf does so for the connection of a request, when KeepLine kept it.
func noticeDeathOf(r *http.Request, within time.Duration) error {
	c, _ := r.Context().Value(lineKey{}).(net.Conn)
	if c == nil {
		return nil
	}
	raw, err := rawOf(c)
	if err != nil {
		return nil // it is none of TCP: no kernel that would notice
	}
	return noticeDeath(raw, within)
}
