package service

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
)

const (
	// The longest question, in bytes.
	maxQuestion = 64 << 10
	// A question is one line that is there at once.
	askWithin = 5 * time.Second
	// As many connections as are served at a time; the terminal needs two.
	maxConnections = 16
)

// Listen makes the socket: its user and root may speak to it.
func Listen(sys System, path string) (*net.UnixListener, error) {
	name := sys.path(path)
	_, gid, err := sys.user(kioskUser)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, err
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
	if err != nil {
		return nil, err
	}
	// The folder may have been made before the umask let anybody in.
	err = errors.Join(os.Chmod(filepath.Dir(name), 0o755), os.Chown(name, -1, gid), os.Chmod(name, 0o660))
	if err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// Serve answers questions until the context ends, and returns when the last is answered.
func (s *Service) Serve(ctx context.Context, l *net.UnixListener) error {
	uid, _, err := s.sys.user(kioskUser)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { l.Close() })()
	places := make(chan struct{}, maxConnections)
	var served sync.WaitGroup
	defer served.Wait()
	for {
		conn, err := l.AcceptUnix()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return err
			}
			slog.Error("appliance: a connection", "error", err)
			if s.sys.Pause(ctx, time.Second) != nil {
				return nil
			}
			continue
		}
		select {
		case places <- struct{}{}:
		default:
			conn.Close()
			continue
		}
		served.Go(func() {
			defer func() { <-places }()
			defer conn.Close()
			s.serve(ctx, conn, uid)
		})
	}
}

// serve answers the one question of a connection.
func (s *Service) serve(ctx context.Context, conn *net.UnixConn, uid int) {
	peer, err := peerOf(conn)
	if err != nil || peer != 0 && peer != uint32(uid) {
		slog.Warn("appliance: somebody else asks", "uid", peer, "error", err)
		return
	}
	if conn.SetDeadline(time.Now().Add(askWithin)) != nil {
		return
	}
	r := bufio.NewReader(io.LimitReader(conn, maxQuestion))
	line, err := r.ReadBytes('\n')
	if err != nil {
		return
	}
	var q appliance.Question
	var a appliance.Answer
	if err := json.Unmarshal(line, &q); err != nil {
		a = appliance.Answer{Fault: fault.ApplianceFailed, Detail: "no question"}
	} else {
		// Who is gone needs no answer, but what was begun is ended in order.
		limited, done := context.WithTimeout(ctx, answerWithin(q.Verb))
		a = s.Do(limited, q)
		done()
	}
	text, err := json.Marshal(a)
	if err != nil {
		text = fmt.Appendf(nil, `{"fault":%q}`, fault.ApplianceFailed)
	}
	if conn.SetDeadline(time.Now().Add(askWithin)) != nil {
		return
	}
	if _, err := conn.Write(append(text, '\n')); err != nil {
		slog.Debug("appliance: nobody waits for the answer", "verb", q.Verb, "error", err)
	}
}

// answerWithin is how long a question may take, less than its asker waits.
func answerWithin(v appliance.Verb) time.Duration {
	switch v {
	case appliance.VerbExport, appliance.VerbUpdate:
		return 9 * time.Minute
	case appliance.VerbNetworks, appliance.VerbJoin, appliance.VerbSticks, appliance.VerbPassed:
		return 40 * time.Second
	}
	return 12 * time.Second
}

// peerOf is the user at the other end of a connection.
func peerOf(conn *net.UnixConn) (uint32, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *unix.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) { cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); err != nil {
		return 0, err
	}
	if credErr != nil {
		return 0, credErr
	}
	return cred.Uid, nil
}
