package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// ErrNotRunning: no bench answers in the folder.
var ErrNotRunning = errors.New("bench: no bench runs here")

// ErrLate: what was waited for did not come in time.
var ErrLate = errors.New("bench: not in time")

// DefaultDir is the folder when none is named: $LINTAI_BENCH, or one of the user's
// own in the system's folder for temporary files.
func DefaultDir() string {
	if dir := os.Getenv("LINTAI_BENCH"); dir != "" {
		return dir
	}
	return filepath.Join(os.TempDir(), "lintai-bench-"+strconv.Itoa(os.Getuid()))
}

// Ask has the bench in dir carry out one request.
func Ask(ctx context.Context, dir string, r Request) (Reply, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", ControlSocket(dir))
	if err != nil {
		return Reply{}, fmt.Errorf("%w: %s", ErrNotRunning, dir)
	}
	defer conn.Close()
	unhook := context.AfterFunc(ctx, func() { conn.Close() })
	defer unhook()
	if err := json.NewEncoder(conn).Encode(r); err != nil {
		return Reply{}, fmt.Errorf("bench: %w", err)
	}
	var reply Reply
	if err := json.NewDecoder(bufio.NewReader(conn)).Decode(&reply); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return Reply{}, fmt.Errorf("bench: no reply: %w", err)
	}
	switch {
	case reply.Late:
		return reply, fmt.Errorf("%w: %s", ErrLate, reply.Error)
	case reply.Error != "":
		return reply, errors.New(reply.Error)
	}
	return reply, nil
}
