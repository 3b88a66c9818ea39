package agent

import (
	"context"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"lintai/offline"
	"lintai/sync/wire"
)

// large tells that an item's body goes up in pieces: the queue left it out.
func large(w offline.Waiting) bool { return w.Size > wire.UploadAbove }

// mostRestarts is how often in one go central may throw a whole body away because
// its bytes had another hash.
const mostRestarts = 2

// errFurther marks a failure after which more of a body is at central than before:
// it is the line's, and never the item's.
var errFurther = errors.New("the body came further")

// upload brings a body to central, from where central says that it ends. What was
// answered is never sent again; of a piece that broke off, central keeps what came.
func (a *Agent) upload(ctx context.Context, w offline.Waiting) error {
	path := wire.PathUploads + hex.EncodeToString(w.SHA256[:])
	var at wire.UploadAnswer
	if err := a.exchangePiece(ctx, http.MethodGet, path, nil, &at); err != nil {
		return err
	}
	began, restarts := at.Offset, 0
	further := func(err error) error {
		if at.Offset > began {
			return fmt.Errorf("%w: %w", errFurther, err)
		}
		return err
	}
	for !at.Complete {
		if at.Offset < 0 || at.Offset >= w.Size {
			return unusable("it wants a body of %d bytes from %d on", w.Size, at.Offset)
		}
		piece, err := a.queue.ReadSealed(ctx, w.ID, at.Offset, wire.UploadPiece)
		if err != nil {
			if !errors.Is(err, offline.ErrWiped) {
				a.queueFailed(ctx, err)
			}
			return errQueue{err}
		}
		var next wire.UploadAnswer
		if err := a.exchangePiece(ctx, http.MethodPost, fmt.Sprintf("%s?offset=%d&size=%d", path, at.Offset, w.Size), piece, &next); err != nil {
			return further(err)
		}
		if !next.Complete && next.Offset <= at.Offset {
			if restarts++; restarts > mostRestarts {
				return unusable("it does not keep the body of %d bytes: offset %d after %d", w.Size, next.Offset, at.Offset)
			}
			began = 0
		}
		at = next
	}
	return nil
}

// errQueue is a failure of the terminal's own queue in the middle of an upload.
type errQueue struct{ error }

func (a *Agent) exchangePiece(ctx context.Context, method, path string, piece []byte, answer *wire.UploadAnswer) error {
	sent := a.now()
	err := exchange(ctx, a, requestTimeout+wire.PushTime(len(piece)), method, path, piece, answer)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	a.outcome(err)
	if err == nil {
		a.clock.heard(answer.ServerTime, sent, a.now())
	}
	return err
}

// line is the connection that carries an exchange, for it to be dropped.
type line struct{ conn atomic.Pointer[net.Conn] }

// watch returns a context that keeps the connection of whatever is sent with it.
func (l *line) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) { l.conn.Store(&got.Conn) }})
}

// drop has the kernel forget what it has not sent when the connection closes: on a
// poor line that is seconds of a photo, which a call for help would wait behind.
func (l *line) drop() {
	held := l.conn.Load()
	if held == nil {
		return
	}
	conn := *held
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	if t, ok := conn.(*net.TCPConn); ok {
		t.SetLinger(0) // fails on one that is closed already
	}
}
