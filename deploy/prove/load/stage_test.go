package load

import (
	"bufio"
	"context"
	"io"
	"net"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// process is a central that serves.
type process struct {
	command      *exec.Cmd
	public, door string // host and port
}

func serve(t *testing.T, program, folder, database string) *process {
	t.Helper()
	args := []string{"serve", "--data", folder, "--listen", "127.0.0.1:0", "--kiosk-listen", "127.0.0.1:0"}
	p := &process{command: exec.Command(program, args...)}
	if database != "" {
		p.command.Env = append(p.command.Environ(), "LINTAI_DATABASE="+database)
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.end(syscall.SIGKILL) })
	lines := bufio.NewScanner(out)
	for p.door == "" && lines.Scan() {
		if _, at, is := strings.Cut(lines.Text(), "listens on http://"); is {
			p.public = at
		}
		if _, at, is := strings.Cut(lines.Text(), "reach it at https://"); is {
			p.door = at
		}
	}
	if p.door == "" {
		t.Fatal("central did not start")
	}
	go io.Copy(io.Discard, out)
	return p
}

func (p *process) end(how syscall.Signal) error {
	if p.command.ProcessState != nil {
		return nil
	}
	p.command.Process.Signal(how)
	return p.command.Wait()
}

// balance brings connections to the processes in turn, past those that are dead, as
// deploy/central/nginx.conf does. It dials for the clients, all of which are in this
// process: each connection through a proxy here would be three of its open files, and of
// a thousand terminals more than a process may have.
type balance struct {
	to   []string
	next atomic.Int64
}

func (b *balance) dial(ctx context.Context, network, _ string) (c net.Conn, err error) {
	first := int(b.next.Add(1))
	for i := range b.to {
		if c, err = (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, network, b.to[(first+i)%len(b.to)]); err == nil {
			return c, nil
		}
	}
	return nil, err
}
